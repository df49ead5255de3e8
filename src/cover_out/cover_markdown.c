#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "cover_out/cover_missing.h"
#include "cover_out/cover_order.h"

#define CUT_LINE "\n*Cut here, at the size limit.*\n"

enum { MISSING_BYTES = 120 };

/* Pieces go out whole or not at all, so that a cut never opens what it does not close. */
struct md {
	const struct cover *c;
	const struct cover_markdown_options *opt;
	struct out *to;
	struct buf piece;
	struct out o; /* into piece */
	size_t left_bytes;
	bool cut;
};

static void put_piece(struct md *x)
{
	x->cut |= x->piece.n > x->left_bytes;
	if (!x->cut) {
		out_str(x->to, buf_view(&x->piece));
		x->left_bytes -= x->piece.n;
	}
	buf_clear(&x->piece);
}

static void put_percent(struct md *x, double percent)
{
	char text[COVER_PERCENT_BYTES];
	out_text(&x->o, cover_percent_text(text, percent, x->opt->precision));
	out_char(&x->o, '%');
}

static void put_ratio(struct md *x, uint64_t part, uint64_t whole)
{
	out_count(&x->o, part);
	out_text(&x->o, " of ");
	out_count(&x->o, whole);
}

static void put_head(struct md *x, const struct cover_diff *d)
{
	const struct cover_sum *s = &x->c->sum;
	struct out *o = &x->o;
	out_text(o, "## Coverage: ");
	put_percent(x, cover_percent(s));
	out_text(o, "\n\n| | covered | |\n|---|---:|---:|\n| Statements | ");
	put_ratio(x, s->covered, s->statements);
	out_text(o, " | ");
	put_percent(x, cover_percent_lines(s));
	out_text(o, " |\n");
	if (x->c->branch) {
		out_text(o, "| Branches | ");
		put_ratio(x, s->taken, s->branches);
		out_text(o, " | ");
		put_percent(x, cover_percent_branches(s));
		out_text(o, " |\n");
	}
	if (d) {
		out_text(o, "| **Changed lines** | ");
		put_ratio(x, d->sum.covered, d->sum.statements);
		out_text(o, " | **");
		put_percent(x, cover_percent_lines(&d->sum));
		out_text(o, "** |\n");
	}
	put_piece(x);
}

static void put_misses(struct md *x, const struct cover_misses *m)
{
	if (!m || m->n == 0)
		return;
	struct buf lines = {0};
	struct out o;
	out_to_buf(&o, &lines);
	report_cover_misses(m, &o, x->opt->precision);
	out_text(&x->o, "\n**Not enough coverage**\n\n");
	put_piece(x);
	struct str rest = buf_view(&lines), line;
	for (uint32_t i = 0; i < m->n && str_next(&rest, '\n', &line); i++) {
		out_text(&x->o, "- ");
		out_md(&x->o, line);
		out_char(&x->o, '\n');
		put_piece(x);
	}
	buf_free(&lines);
}

/* Ranges of lines, cut between two of them. */
static void put_missing(struct md *x, struct buf *missing)
{
	struct str s = buf_view(missing);
	size_t n = s.n;
	if (n > MISSING_BYTES)
		for (n = MISSING_BYTES; n > 0 && s.at[n] != ',';)
			n--;
	out_str(&x->o, str_cut(s, 0, n));
	if (n < s.n)
		out_text(&x->o, ", \xe2\x80\xa6");
	out_text(&x->o, " |\n");
	buf_clear(missing);
}

static void put_row(struct md *x, const struct cover_file *f, const struct cover_sum *s, double percent)
{
	out_text(&x->o, "| ");
	out_md_code(&x->o, f->path, true);
	out_text(&x->o, " | ");
	out_count(&x->o, s->statements);
	out_text(&x->o, " | ");
	out_count(&x->o, s->statements - s->covered);
	out_text(&x->o, " | ");
	put_percent(x, percent);
	out_text(&x->o, " | ");
}

static void put_table_head(struct md *x, const char *heading, const char *statements)
{
	out_printf(&x->o, "\n### %s\n\n| File | %s | Missing | Covered | Lines |\n|---|---:|---:|---:|---|\n",
		   heading, statements);
}

static void put_changed(struct md *x, const struct cover_diff *d, struct buf *missing)
{
	uint32_t n = 0, shown = 0;
	for (uint32_t i = 0; d && i < d->n_files; i++)
		n += d->files[i].sum.statements > 0;
	if (n == 0)
		return;
	put_table_head(x, "Changed files", "Changed statements");
	for (uint32_t i = 0; i < d->n_files && shown < x->opt->rows; i++) {
		const struct cover_diff_file *df = &d->files[i];
		if (df->sum.statements == 0)
			continue;
		put_row(x, df->file, &df->sum, cover_percent_lines(&df->sum));
		cover_missing_numbers(df->file, df->misses, df->n_misses, missing);
		put_missing(x, missing);
		put_piece(x);
		shown++;
	}
	if (n > shown)
		out_printf(&x->o, "\nand %u more.\n", n - shown);
	put_piece(x);
}

static int by_percent(const void *a, const void *b)
{
	const struct cover_file *x = *(const struct cover_file *const *)a,
				*y = *(const struct cover_file *const *)b;
	double p = cover_percent(&x->sum), q = cover_percent(&y->sum);
	if (p < q || p > q)
		return p < q ? -1 : 1;
	uint64_t m = x->sum.statements - x->sum.covered, n = y->sum.statements - y->sum.covered;
	return m > n ? -1 : m < n ? 1 : str_compare(x->path, y->path);
}

static void put_lowest(struct md *x, struct arena *scratch, struct buf *missing)
{
	const struct cover_file **files = arena_array(scratch, const struct cover_file *, x->c->n_files + 1);
	uint32_t n = 0;
	for (uint32_t i = 0; i < x->c->n_files; i++) {
		const struct cover_sum *s = &x->c->files[i].sum;
		if (s->covered < s->statements || s->partial)
			files[n++] = &x->c->files[i];
	}
	if (n == 0)
		return;
	qsort(files, n, sizeof(*files), by_percent);
	put_table_head(x, "Lowest coverage", "Statements");
	for (uint32_t i = 0; i < n && i < x->opt->rows; i++) {
		put_row(x, files[i], &files[i]->sum, cover_percent(&files[i]->sum));
		cover_missing(files[i], x->c->branch, missing);
		put_missing(x, missing);
		put_piece(x);
	}
	if (n > x->opt->rows)
		out_printf(&x->o, "\n%u more files have misses.\n", n - x->opt->rows);
	put_piece(x);
}

void report_cover_markdown(const struct cover *c, const struct cover_diff *diff,
			   const struct cover_misses *misses, struct out *o,
			   const struct cover_markdown_options *opt)
{
	struct md x = {.c = c, .opt = opt, .to = o};
	struct arena scratch = {0};
	struct buf missing = {0};
	out_to_buf(&x.o, &x.piece);
	x.left_bytes = opt->limit_bytes > sizeof(CUT_LINE) ? opt->limit_bytes - sizeof(CUT_LINE) : 0;
	put_head(&x, diff);
	put_misses(&x, misses);
	put_changed(&x, diff, &missing);
	put_lowest(&x, &scratch, &missing);
	if (x.cut)
		out_text(o, CUT_LINE);
	buf_free(&x.piece);
	buf_free(&missing);
	arena_free(&scratch);
}
