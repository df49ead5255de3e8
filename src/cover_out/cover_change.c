#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cover_out/cover_missing.h"
#include "cover_out/cover_order.h"
#include "report/term.h"

static void put_numbers(struct term *t, const struct cover_sum *s, unsigned precision)
{
	char text[COVER_PERCENT_BYTES];
	out_printf(t->out, "%7llu%7llu%8s%%", (unsigned long long)s->statements,
		   (unsigned long long)(s->statements - s->covered),
		   cover_percent_text(text, cover_percent_lines(s), precision));
}

static void put_row(struct term *t, const struct cover_diff_file *df, unsigned width, unsigned precision)
{
	struct buf missing = {0};
	term_cell(t, df->file->path, width, SIDE_LEFT);
	term_ink(t, df->n_misses ? INK_BAD : INK_GOOD);
	put_numbers(t, &df->sum, precision);
	term_ink(t, INK_PLAIN);
	cover_missing_numbers(df->file, df->misses, df->n_misses, &missing);
	if (missing.n) {
		out_text(t->out, "   ");
		unsigned used = width + 26;
		(void)term_text(t, buf_view(&missing),
				t->columns == 0         ? (unsigned)missing.n
				: t->columns > used + 8 ? t->columns - used
							: 8);
	}
	buf_free(&missing);
	out_char(t->out, '\n');
}

void report_cover_diff(const struct cover_diff *d, struct out *o, const struct cover_term_options *opt)
{
	struct term t = {.out = o, .columns = opt->columns, .colour = opt->colour, .ascii = opt->ascii};
	unsigned width = 5, n = 0;
	for (uint32_t i = 0; i < d->n_files; i++) {
		unsigned columns = term_columns(&t, d->files[i].file->path);
		width = d->files[i].sum.statements && columns > width ? columns : width;
	}
	width++;
	term_ink(&t, INK_HEAD);
	term_cell(&t, STR("Changed"), width > 8 ? width : 8, SIDE_LEFT);
	width = width > 8 ? width : 8;
	out_text(o, "  Stmts   Miss    Cover   Missing");
	term_ink(&t, INK_PLAIN);
	out_char(o, '\n');
	out_repeat(o, "-", width + 33);
	out_char(o, '\n');
	for (uint32_t i = 0; i < d->n_files; i++) {
		if (d->files[i].sum.statements == 0)
			continue;
		put_row(&t, &d->files[i], width, opt->precision);
		n++;
	}
	if (n) {
		out_repeat(o, "-", width + 33);
		out_char(o, '\n');
	}
	if (d->n_unknown)
		out_printf(o, "%u changed file%s of which coverage says nothing.\n", d->n_unknown,
			   d->n_unknown == 1 ? "" : "s");
	term_cell(&t, STR("TOTAL"), width, SIDE_LEFT);
	put_numbers(&t, &d->sum, opt->precision);
	out_char(o, '\n');
}

/* With as many decimals as the bound has, so that what is below does not read as equal. */
static unsigned decimals_of(double bound, unsigned precision)
{
	char text[64];
	while (precision < 9) {
		(void)snprintf(text, sizeof(text), "%.*f", (int)precision, bound);
		if (strtod(text, NULL) == bound)
			break;
		precision++;
	}
	return precision;
}

static void put_subject(struct out *o, const struct cover_miss *m)
{
	struct term t = {.out = o};
	if (m->gate->kind == COVER_GATE_TOTAL) {
		out_text(o, "total coverage");
	} else if (m->gate->kind == COVER_GATE_DIFF) {
		out_text(o, "coverage of changed lines");
	} else {
		out_text(o, "coverage of '");
		(void)term_text(&t, m->file ? m->file->path : m->gate->pattern, 4096);
		out_char(o, '\'');
	}
}

static void put_miss(struct out *o, const struct cover_miss *m, unsigned precision)
{
	char percent[COVER_PERCENT_BYTES];
	unsigned decimals = decimals_of(m->gate->bound, precision);
	struct term t = {.out = o};
	if (m->none) {
		out_text(o, "no file matches '");
		(void)term_text(&t, m->gate->pattern, 4096);
		out_printf(o, "', of which %.*f%% was asked\n", (int)decimals, m->gate->bound);
		return;
	}
	bool lines = m->gate->kind == COVER_GATE_DIFF;
	uint64_t part = m->sum.covered + (lines ? 0 : m->sum.taken);
	uint64_t whole = m->sum.statements + (lines ? 0 : m->sum.branches);
	put_subject(o, m);
	out_printf(o, " is %s%%, below %.*f%%: %llu of %llu%s",
		   cover_percent_text(percent, m->percent, decimals), (int)decimals, m->gate->bound,
		   (unsigned long long)part, (unsigned long long)whole,
		   lines || m->sum.branches == 0 ? " statements" : " statements and branches");
	if (m->file && m->gate->pattern.n) {
		out_text(o, " (pattern '");
		(void)term_text(&t, m->gate->pattern, 4096);
		out_text(o, "')");
	}
	out_char(o, '\n');
}

void report_cover_misses(const struct cover_misses *m, struct out *o, unsigned precision)
{
	for (uint32_t i = 0; i < m->n; i++)
		put_miss(o, &m->misses[i], precision);
}
