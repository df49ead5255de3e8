#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "cover_out/cover_missing.h"
#include "cover_out/cover_order.h"
#include "report/term.h"

enum { FAULTS_TOLD = 10 };

struct row {
	const struct cover_file *file;
	enum cover_sort sort;
	bool descending;
};

struct writer {
	const struct cover *c;
	const struct cover_term_options *opt;
	struct term t;
	unsigned name_columns, cover_columns;
	struct row *rows;
	size_t n_rows;
	uint32_t n_covered, n_empty; /* left out */
	struct buf missing;
};

static uint64_t sort_value(const struct cover_sum *s, enum cover_sort sort)
{
	switch (sort) {
	case COVER_BY_STATEMENTS:
		return s->statements;
	case COVER_BY_MISSES:
		return s->statements - s->covered;
	case COVER_BY_BRANCHES:
		return s->branches;
	case COVER_BY_PARTIAL:
		return s->partial;
	default:
		return 0;
	}
}

static int by_choice(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const struct cover_file *f = x->file, *g = y->file;
	int order = 0;
	if (x->sort == COVER_BY_PERCENT) {
		double p = cover_percent(&f->sum), q = cover_percent(&g->sum);
		order = p < q ? -1 : p > q;
	} else if (x->sort != COVER_BY_NAME) {
		uint64_t p = sort_value(&f->sum, x->sort), q = sort_value(&g->sum, x->sort);
		order = p < q ? -1 : p > q;
	}
	if (order == 0)
		order = x->sort == COVER_BY_NAME ? human_compare(f->path, g->path)
						 : str_compare(f->path, g->path);
	return x->descending ? -order : order;
}

static void choose_rows(struct writer *w, struct arena *scratch)
{
	w->rows = arena_array(scratch, struct row, w->c->n_files + 1);
	for (uint32_t i = 0; i < w->c->n_files; i++) {
		const struct cover_file *f = &w->c->files[i];
		bool whole = f->sum.covered == f->sum.statements && f->sum.partial == 0;
		if (w->opt->skip_covered && whole)
			w->n_covered++;
		else if (w->opt->skip_empty && f->sum.statements == 0)
			w->n_empty++;
		else
			w->rows[w->n_rows++] = (struct row){f, w->opt->sort, w->opt->descending};
	}
	if (w->n_rows)
		qsort(w->rows, w->n_rows, sizeof(*w->rows), by_choice);
}

static const char *percent_of(const struct writer *w, const struct cover_sum *s,
			      char ret[COVER_PERCENT_BYTES])
{
	return cover_percent_text(ret, cover_percent(s), w->opt->precision);
}

static void choose_widths(struct writer *w)
{
	char text[COVER_PERCENT_BYTES];
	size_t most = strlen(percent_of(w, &w->c->sum, text)) + 3;
	w->name_columns = 5;
	w->cover_columns = most > 7 ? (unsigned)most : 7;
	for (size_t i = 0; i < w->n_rows; i++) {
		unsigned columns = term_columns(&w->t, w->rows[i].file->path);
		size_t cover = strlen(percent_of(w, &w->rows[i].file->sum, text)) + 2;
		w->name_columns = columns > w->name_columns ? columns : w->name_columns;
		w->cover_columns = cover > w->cover_columns ? (unsigned)cover : w->cover_columns;
	}
	w->name_columns++;
}

static unsigned width_of(const struct writer *w)
{
	return w->name_columns + 14 + (w->c->branch ? 14 : 0) + w->cover_columns + (w->opt->missing ? 10 : 0);
}

static void put_rule(struct writer *w)
{
	out_repeat(w->t.out, "-", width_of(w));
	out_char(w->t.out, '\n');
}

static void put_head(struct writer *w)
{
	struct out *o = w->t.out;
	term_ink(&w->t, INK_HEAD);
	term_cell(&w->t, STR("Name"), w->name_columns, SIDE_LEFT);
	out_text(o, "  Stmts   Miss");
	if (w->c->branch)
		out_text(o, " Branch BrPart");
	term_cell(&w->t, STR("Cover"), w->cover_columns, SIDE_RIGHT);
	if (w->opt->missing)
		out_text(o, "   Missing");
	term_ink(&w->t, INK_PLAIN);
	out_char(o, '\n');
	put_rule(w);
}

static enum ink ink_of(const struct cover_sum *s)
{
	double percent = cover_percent(s);
	return percent >= 90 ? INK_GOOD : percent >= 60 ? INK_WARN : INK_BAD;
}

static void put_numbers(struct writer *w, const struct cover_sum *s, bool inked)
{
	struct out *o = w->t.out;
	char text[COVER_PERCENT_BYTES];
	out_printf(o, "%7llu", (unsigned long long)s->statements);
	out_printf(o, "%7llu", (unsigned long long)(s->statements - s->covered));
	if (w->c->branch)
		out_printf(o, "%7llu%7llu", (unsigned long long)s->branches, (unsigned long long)s->partial);
	if (inked)
		term_ink(&w->t, ink_of(s));
	out_printf(o, "%*s%%", (int)w->cover_columns - 1, percent_of(w, s, text));
	if (inked)
		term_ink(&w->t, INK_PLAIN);
}

static void put_missing(struct writer *w, const struct cover_file *f)
{
	buf_clear(&w->missing);
	cover_missing(f, w->c->branch, &w->missing);
	if (w->missing.n == 0)
		return;
	out_text(w->t.out, "   ");
	unsigned used = width_of(w) - 7;
	if (w->opt->columns)
		(void)term_text(&w->t, buf_view(&w->missing),
				w->opt->columns > used ? w->opt->columns - used : 8);
	else
		out_str(w->t.out, buf_view(&w->missing));
}

static void put_row(struct writer *w, const struct cover_file *f)
{
	term_cell(&w->t, f->path, w->name_columns, SIDE_LEFT);
	put_numbers(w, &f->sum, true);
	if (w->opt->missing)
		put_missing(w, f);
	out_char(w->t.out, '\n');
}

static void put_left_out(struct writer *w, uint32_t n, const char *word, const char *why)
{
	if (n)
		out_printf(w->t.out, "%u %s%s skipped%s.\n", n, word, n == 1 ? "" : "s", why);
}

static void put_faults(struct writer *w)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < w->c->n_files; i++) {
		const struct cover_file *f = &w->c->files[i];
		const char *text = cover_fault_text(f->fault);
		if (!text || n++ >= FAULTS_TOLD)
			continue;
		term_ink(&w->t, INK_WARN);
		(void)term_text(&w->t, f->path, 1000);
		out_text(w->t.out, ": ");
		out_text(w->t.out, text);
		term_ink(&w->t, INK_PLAIN);
		out_char(w->t.out, '\n');
	}
	if (n > FAULTS_TOLD)
		out_printf(w->t.out, "and %u more of the kind\n", n - FAULTS_TOLD);
}

void report_cover_term(const struct cover *c, struct out *o, const struct cover_term_options *opt)
{
	struct arena scratch = {0};
	struct writer w = {.c = c, .opt = opt};
	w.t = (struct term){.out = o, .columns = opt->columns, .colour = opt->colour, .ascii = opt->ascii};
	choose_rows(&w, &scratch);
	choose_widths(&w);
	put_head(&w);
	for (size_t i = 0; i < w.n_rows; i++)
		put_row(&w, w.rows[i].file);
	if (w.n_rows)
		put_rule(&w);
	put_faults(&w);
	put_left_out(&w, w.n_covered, "file", " due to complete coverage");
	put_left_out(&w, w.n_empty, "empty file", "");
	term_cell(&w.t, STR("TOTAL"), w.name_columns, SIDE_LEFT);
	put_numbers(&w, &c->sum, false);
	out_char(o, '\n');
	buf_free(&w.missing);
	arena_free(&scratch);
}
