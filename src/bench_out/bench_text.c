#include "bench_out/report_bench.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

enum { BINS = 16, NAME = 60 };

static void put_scaled(struct out *o, double v, const char *unit)
{
	int decimals = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
	out_printf(o, "%.*f %s", decimals, v, unit);
}

static void put_time(struct out *o, double ns)
{
	if (ns < 999.5)
		out_printf(o, "%.0f ns", ns);
	else if (ns < 999.5e3)
		put_scaled(o, ns / 1e3, "us");
	else if (ns < 999.5e6)
		put_scaled(o, ns / 1e6, "ms");
	else
		put_scaled(o, ns / 1e9, "s");
}

void bench_figure(struct out *o, int64_t v, struct str unit)
{
	if (v == BENCH_NONE)
		out_char(o, '-');
	else if (str_is(unit, "ns"))
		put_time(o, (double)v);
	else if (str_is(unit, "bytes"))
		out_size(o, v);
	else
		out_count(o, v > 0 ? (uint64_t)v : 0);
}

static void put_right(struct term *t, struct buf *b, unsigned width)
{
	term_cell(t, buf_view(b), width, SIDE_RIGHT);
	buf_clear(b);
}

static void figure_cell(struct term *t, int64_t v, struct str unit)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	bench_figure(&o, v, unit);
	put_right(t, &b, BENCH_FIGURE_COLUMNS + 1);
	buf_free(&b);
}

/* How many figures are how large, from the least to p99 or, with fewer figures, the most. */
static void put_spread(struct term *t, const struct bench_column *c, size_t n)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const plain[] = {" ", ".", ".", ":", ":", "+", "+", "#", "#"};
	uint32_t bins[BINS] = {0}, most = 0;
	int64_t low = c->summary.least,
		high = c->summary.p99 == BENCH_NONE ? c->summary.most : c->summary.p99;
	if (c->summary.n < 2 || high <= low)
		return;
	for (size_t i = 0; i < n; i++) {
		if (c->values[i] == BENCH_NONE || c->values[i] > high)
			continue;
		double part = (double)(c->values[i] - low) / (double)(high - low);
		uint32_t k = (uint32_t)(part * BINS);
		bins[k < BINS ? k : BINS - 1]++;
	}
	for (unsigned k = 0; k < BINS; k++)
		most = bins[k] > most ? bins[k] : most;
	out_text(t->out, "  ");
	for (unsigned k = 0; k < BINS; k++) {
		uint32_t height = bins[k] ? 1 + bins[k] * 7 / most : 0;
		out_text(t->out, t->ascii ? plain[height] : blocks[height]);
	}
}

static void put_column(struct term *t, const struct bench_subject *s, const struct bench_column *c)
{
	const struct bench_summary *m = &c->summary;
	out_text(t->out, "  ");
	term_cell(t, c->metric, 20, SIDE_LEFT);
	figure_cell(t, m->median, c->unit);
	figure_cell(t, m->n ? (int64_t)llround(m->mean) : BENCH_NONE, c->unit);
	figure_cell(t, m->n > 1 ? (int64_t)llround(m->deviation) : BENCH_NONE, c->unit);
	figure_cell(t, m->least, c->unit);
	figure_cell(t, m->p95, c->unit);
	figure_cell(t, m->p99, c->unit);
	figure_cell(t, m->most, c->unit);
	put_spread(t, c, (size_t)s->n_rounds * s->per_round);
	out_char(t->out, '\n');
}

static void put_runs(struct term *t, const struct bench_subject *s)
{
	out_text(t->out, "  ");
	out_count(t->out, s->good);
	out_text(t->out, s->good == 1 ? " good run" : " good runs");
	if (s->failed) {
		term_ink(t, INK_BAD);
		out_printf(t->out, ", %u FAILED (", s->failed);
		(void)term_text(t, s->failure, 160);
		out_text(t->out, s->timed_out && s->timed_out < s->failed ? "; others otherwise)" : ")");
		term_ink(t, INK_PLAIN);
	}
	out_char(t->out, '\n');
}

static bool is_worth_a_line(const struct bench_column *c)
{
	return c->summary.n && (c->summary.most > 0 || str_is(c->metric, "cpu"));
}

static void put_subject(struct term *t, const struct bench *b, const struct bench_subject *s)
{
	term_ink(t, INK_HEAD);
	(void)term_text(t, s->name, 400);
	term_ink(t, INK_PLAIN);
	if (!str_eq(s->name, s->command)) {
		out_text(t->out, "  ");
		(void)term_text(t, s->command, 400);
	}
	out_char(t->out, '\n');
	out_text(
	    t->out,
	    "                          median      mean    stddev       min       p95       p99       max\n");
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (is_worth_a_line(&s->columns[i]))
			put_column(t, s, &s->columns[i]);
	put_runs(t, s);
	for (uint32_t i = 0; i < s->n_columns; i++) {
		const struct bench_column *c = &s->columns[i];
		if (str_is(c->metric, "peak_rss") && c->summary.n && c->summary.median <= b->floor_rss_bytes)
			out_text(t->out, "  peak_rss: at most this; smaller cannot be told apart\n");
	}
	out_char(t->out, '\n');
}

static void put_noise(struct term *t, const struct bench *b)
{
	const struct bench_noise *n = &b->noise;
	double elapsed = n->elapsed_ns > 0 ? (double)n->elapsed_ns : 1;
	out_text(t->out, "machine: ");
	(void)term_text(t, b->machine, 200);
	if (n->pressure_ns != BENCH_NONE)
		out_printf(t->out, "; somebody waited for a CPU %.0f %% of the time",
			   100 * fmin(1, (double)n->pressure_ns / elapsed));
	if (n->steal_ns != BENCH_NONE && n->steal_ns > 0)
		out_printf(t->out, ", the host took %.0f %% of one", 100 * (double)n->steal_ns / elapsed);
	if (n->loop.n > 1 && n->loop.median > 0)
		out_printf(t->out, "; the same work took %.0f %% longer at the worst",
			   100 * ((double)n->loop.most / (double)n->loop.least - 1));
	out_char(t->out, '\n');
	for (uint32_t i = 0; i < b->n_notes; i++) {
		out_text(t->out, "note: ");
		(void)term_text(t, b->notes[i], 400);
		out_char(t->out, '\n');
	}
}

void bench_text(struct term *t, const struct bench *b)
{
	for (uint32_t i = 0; i < b->n_subjects; i++)
		put_subject(t, b, &b->subjects[i]);
	put_noise(t, b);
}

static const struct compare_row *row_of(const struct comparison *c, const char *metric)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (str_is(c->rows[i].metric, metric))
			return &c->rows[i];
	return NULL;
}

static void put_ratio(struct term *t, const struct compare_row *row)
{
	if (!row || !row->ratio.n)
		out_text(t->out, "                   -    ");
	else
		out_printf(t->out, "  %7.3f (%.3f..%.3f)", exp(row->ratio.log), exp(row->ratio.low),
			   exp(row->ratio.high));
}

void bench_text_beside(struct term *t, const struct bench *b, const struct comparison *each)
{
	out_text(t->out, "beside ");
	(void)term_text(t, b->subjects[0].name, NAME);
	out_text(t->out, ", median of the ratios within a round, with a 95 % interval\n"
			 "   wall                    cpu\n");
	for (uint32_t i = 1; i < b->n_subjects; i++) {
		put_ratio(t, row_of(&each[i], "wall"));
		put_ratio(t, row_of(&each[i], "cpu"));
		out_text(t->out, "  ");
		(void)term_text(t, b->subjects[i].name, NAME);
		out_char(t->out, '\n');
	}
	out_char(t->out, '\n');
}
