/* Counters and values that the suite marks, in each of the reports. */
#include <math.h>
#include <stdio.h>

#include "base/str.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/members.h"
#include "report/phrase.h"
#include "report/text_table.h"

enum { NUMBER = 12, TIMES = 8, LISTED = 20, NUMBER_BYTES = 32, NAME_BYTES = 512 };

static const char heading[] = "Numbers that the suite told";

/* As short as it can be; a sum beyond all bounds as a dash. */
static const char *number(char *room, double v)
{
	(void)snprintf(room, NUMBER_BYTES, isfinite(v) ? "%.6g" : "-", v);
	return room;
}

/* The four figures of an entry; of a counter only its sum. */
static unsigned figures(const struct model_value *v, double *ret)
{
	ret[0] = v->counter ? v->total : v->last;
	ret[1] = v->least;
	ret[2] = v->total / v->n;
	ret[3] = v->most;
	return v->counter ? 1 : 4;
}

static void put_text_row(struct term *t, const struct model_value *v)
{
	char room[NUMBER_BYTES];
	double f[4];
	unsigned known = figures(v, f);
	out_char(t->out, ' ');
	for (unsigned k = 0; k < 4; k++)
		out_printf(t->out, "%*s", NUMBER, k < known ? number(room, f[k]) : "");
	term_count(t, v->n, TIMES);
	out_text(t->out, "  ");
	(void)term_text(t, phrase_name(v->name), t->columns - 4 * NUMBER - TIMES - 3);
	out_char(t->out, '\n');
}

void table_values(struct term *t, const struct model *m)
{
	const struct model_values *v = &m->values;
	if (!v->n)
		return;
	table_heading(t, heading, STR_NONE, "");
	table_titles(t, (const char *const[]){"sum or last", "least", "mean", "greatest", "times", NULL},
		     (const unsigned[]){NUMBER, NUMBER, NUMBER, NUMBER, TIMES});
	for (uint32_t i = 0; i < v->n && i < LISTED; i++)
		put_text_row(t, &v->all[i]);
	if (v->n > LISTED)
		out_printf(t->out, "  and %u more\n", v->n - LISTED);
}

void md_values(struct md *x)
{
	const struct model_values *v = &x->m->values;
	char room[NUMBER_BYTES];
	double f[4];
	if (!v->n)
		return;
	md_heading(x, heading, STR_NONE, "");
	md_titles(
	    x, (const char *const[]){">sum or last", ">least", ">mean", ">greatest", ">times", "name", NULL});
	for (uint32_t i = 0; i < v->n && i < LISTED; i++) {
		unsigned known = figures(&v->all[i], f);
		for (unsigned k = 0; k < 4; k++)
			out_printf(&x->o, "| %s ", k < known ? number(room, f[k]) : "");
		out_printf(&x->o, "| %u | ", v->all[i].n);
		out_md(&x->o, str_clip_utf8(v->all[i].name, NAME_BYTES));
		out_text(&x->o, " |\n");
		md_piece(x);
	}
}

void html_values(struct html *x)
{
	const struct model_values *v = &x->m->values;
	char room[NUMBER_BYTES];
	double f[4];
	if (!v->n)
		return;
	html_section(x, "values", heading, STR_NONE, "");
	html_titles(
	    x, (const char *const[]){"name", ">sum or last", ">least", ">mean", ">greatest", ">times", NULL});
	for (uint32_t i = 0; i < v->n; i++) {
		unsigned known = figures(&v->all[i], f);
		out_text(x->o, "<tr><td class=\"name\">");
		html_name(x, v->all[i].name);
		out_text(x->o, "</td>");
		for (unsigned k = 0; k < 4; k++)
			out_printf(x->o, "<td class=\"num\">%s</td>", k < known ? number(room, f[k]) : "");
		html_count(x, v->all[i].n);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}

static void member_number(struct members *x, struct out *o, const char *name, double v)
{
	char room[NUMBER_BYTES];
	(void)snprintf(room, sizeof(room), isfinite(v) ? "%.17g" : "null", v);
	member_key(x, name);
	out_text(o, room);
}

void json_values(struct out *o, const struct model *m)
{
	const struct model_values *v = &m->values;
	out_text(o, ",\n\"values\":[");
	for (uint32_t i = 0; i < v->n; i++) {
		out_text(o, i ? ",\n" : "\n");
		struct members x = members_begin(o);
		member_text(&x, "name", v->all[i].name);
		member_word(&x, "what", v->all[i].counter ? "count" : "value");
		member_int(&x, "times", v->all[i].n);
		member_number(&x, o, "total", v->all[i].total);
		member_number(&x, o, "least", v->all[i].least);
		member_number(&x, o, "most", v->all[i].most);
		member_number(&x, o, "last", v->all[i].last);
		out_char(o, '}');
	}
	out_text(o, v->n ? "\n]" : "]");
}
