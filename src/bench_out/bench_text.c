#include <math.h>
#include <string.h>

#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/metric_words.h"
#include "bench_out/report_bench.h"
#include "bench_out/spread.h"
#include "bench_out/target_line.h"
#include "measure/summary.h"
#include "measure/targets.h"

enum { BINS = 16, NAME = 60, LINE = 400, METRIC = 20, CELL = BENCH_FIGURE_COLUMNS + 1, SPREAD = BINS + 2 };

/* Of a table: which statistics have a column. */
enum { MEDIAN, MEAN, DEVIATION, LEAST, P95, P99, MOST, STATISTICS };
struct layout {
	bool shows[STATISTICS], spread;
};

static const char *const titles[] = {"median", "mean", "stddev", "min", "p95", "p99", "max"};

static int64_t statistic(const struct bench_summary *m, unsigned which)
{
	switch (which) {
	case MEDIAN:
		return m->median;
	case MEAN:
		return m->n ? (int64_t)llround(m->mean) : BENCH_NONE;
	case DEVIATION:
		return m->n > 1 ? (int64_t)llround(m->deviation) : BENCH_NONE;
	case LEAST:
		return m->least;
	case P95:
		return m->p95;
	case P99:
		return m->p99;
	default:
		return m->most;
	}
}

static bool has_statistic(const struct bench_subject *s, unsigned which)
{
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (bench_column_is_told(s, &s->columns[i]) &&
		    statistic(&s->columns[i].summary, which) != BENCH_NONE)
			return true;
	return false;
}

/* What has no figure at all goes before the rest. */
static struct layout layout_of(const struct term *t, const struct bench_subject *s)
{
	static const unsigned leave[] = {P99, MEAN, DEVIATION, MOST, LEAST};
	struct layout l = {.spread = true};
	unsigned columns = 2 + METRIC + STATISTICS * CELL + SPREAD, i = has_statistic(s, P99);
	for (unsigned k = 0; k < STATISTICS; k++)
		l.shows[k] = true;
	for (; t->columns && columns > t->columns && i < sizeof(leave) / sizeof(*leave); i++) {
		l.shows[leave[i]] = false;
		columns -= CELL;
	}
	l.spread = !t->columns || columns <= t->columns;
	return l;
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
	put_right(t, &b, CELL);
	buf_free(&b);
}

static void put_spread(struct term *t, const struct bench_column *c, size_t n)
{
	struct spread s;
	spread_of(&s, c, n, BINS);
	if (!s.highest)
		return;
	out_text(t->out, "  ");
	for (unsigned k = 0; k < BINS; k++) {
		unsigned height = s.bins[k] ? 1 + (unsigned)((uint64_t)s.bins[k] * 7 / s.highest) : 0;
		term_block(t, height);
	}
}

static void put_titles(struct term *t, const struct layout *l)
{
	term_cell(t, STR_NONE, 2 + METRIC, SIDE_LEFT);
	for (unsigned i = 0; i < STATISTICS; i++)
		if (l->shows[i])
			term_cell(t, str_of(titles[i]), CELL, SIDE_RIGHT);
	out_char(t->out, '\n');
}

static void put_column(struct term *t, const struct layout *l, const struct bench_subject *s,
		       const struct bench_column *c)
{
	out_text(t->out, "  ");
	term_cell(t, c->metric, METRIC, SIDE_LEFT);
	for (unsigned i = 0; i < STATISTICS; i++)
		if (l->shows[i])
			figure_cell(t, statistic(&c->summary, i), c->unit);
	if (l->spread)
		put_spread(t, c, (size_t)s->n_rounds * s->per_round);
	out_char(t->out, '\n');
}

static void put_runs(struct term *t, const struct bench_subject *s)
{
	bool rated = bench_has_rate(s) && s->good + s->failed > 0;
	out_text(t->out, "  ");
	out_count(t->out, s->good);
	out_text(t->out, s->good == 1 ? " good run" : " good runs");
	if (s->concurrency > 1)
		out_printf(t->out, ", %u at once", s->concurrency);
	if (rated && s->busy_ns > 0) {
		out_text(t->out, ", ");
		bench_rate(t->out, bench_throughput(s));
	}
	if (s->failed) {
		term_ink(t, INK_BAD);
		out_printf(t->out, ", %u FAILED", s->failed);
		if (rated) {
			out_text(t->out, ", ");
			bench_share(t->out, bench_error_rate(s));
		}
		out_text(t->out, " (");
		(void)term_text(t, s->failure, 160);
		out_text(t->out, s->timed_out && s->timed_out < s->failed ? "; others otherwise)" : ")");
		term_ink(t, INK_PLAIN);
	} else if (rated) {
		out_text(t->out, ", none failed");
	} else if (!s->good && s->failure.n) {
		term_ink(t, INK_BAD);
		out_text(t->out, ": ");
		(void)term_text(t, s->failure, 160);
		term_ink(t, INK_PLAIN);
	}
	out_char(t->out, '\n');
}

static void put_subject(struct term *t, const struct bench *b, const struct bench_subject *s)
{
	struct layout l = layout_of(t, s);
	term_ink(t, INK_HEAD);
	(void)term_text(t, s->name, LINE);
	term_ink(t, INK_PLAIN);
	if (!str_eq(s->name, s->command)) {
		out_text(t->out, "  ");
		(void)term_text(t, s->command, LINE);
	}
	out_char(t->out, '\n');
	if (has_statistic(s, MEDIAN))
		put_titles(t, &l);
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (bench_column_is_told(s, &s->columns[i]))
			put_column(t, &l, s, &s->columns[i]);
	put_runs(t, s);
	for (uint32_t i = 0; i < s->n_columns; i++) {
		const struct bench_column *c = &s->columns[i];
		if (str_is(c->metric, "peak_rss") && c->summary.n && c->summary.median <= b->floor_rss_bytes)
			out_text(t->out, "  peak_rss: at most this; smaller cannot be told apart\n");
	}
	out_char(t->out, '\n');
}

static void rate_cell(struct term *t, const struct bench_subject *s)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	bench_rate(&o, bench_throughput(s));
	put_right(t, &b, CELL + 1);
	bench_share(&o, bench_error_rate(s));
	put_right(t, &b, CELL);
	buf_free(&b);
}

/* Those of one bench under each other, by their main metric. */
static void put_group(struct term *t, const struct bench *b, uint32_t from, uint32_t to)
{
	static const unsigned shown[] = {MEDIAN, P95, P99};
	term_ink(t, INK_HEAD);
	(void)term_text(t, b->subjects[from].bench, LINE);
	term_ink(t, INK_PLAIN);
	if (b->subjects[from].n_columns) {
		out_text(t->out, ": ");
		(void)term_text(t, b->subjects[from].columns->metric, NAME);
	}
	out_text(t->out, "\n      median       p95       p99      runs/s    failed\n");
	for (uint32_t i = from; i < to; i++) {
		const struct bench_subject *s = &b->subjects[i];
		static const struct bench_column none = {
		    .summary = {.median = BENCH_NONE, .p95 = BENCH_NONE, .p99 = BENCH_NONE}};
		const struct bench_column *c = s->n_columns ? s->columns : &none;
		out_text(t->out, "  ");
		for (unsigned k = 0; k < sizeof(shown) / sizeof(*shown); k++)
			figure_cell(t, statistic(&c->summary, shown[k]), c->unit);
		rate_cell(t, s);
		out_text(t->out, "  ");
		(void)term_text(t, bench_short_name(s), NAME);
		out_char(t->out, '\n');
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
	if (n->loop.n > 1 && n->loop.least > 0)
		out_printf(t->out, "; the same work took %.0f %% longer at the worst",
			   100 * ((double)n->loop.most / (double)n->loop.least - 1));
	out_char(t->out, '\n');
	for (uint32_t i = 0; i < b->n_notes; i++) {
		out_text(t->out, "note: ");
		(void)term_text(t, b->notes[i], LINE);
		out_char(t->out, '\n');
	}
}

static void put_ratio(struct term *t, const struct compare_row *row)
{
	if (!row)
		out_text(t->out, "                   -    ");
	else
		out_printf(t->out, "  %7.3f (%.3f..%.3f)", exp(row->ratio.log), exp(row->ratio.low),
			   exp(row->ratio.high));
}

static void put_besides(struct term *t, const struct bench *b, const struct besides *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct beside *p = &v->at[i];
		const struct bench_subject *base = &b->subjects[p->base];
		struct str metric = base->columns->metric;
		if (!i || p[-1].base != p->base) {
			out_text(t->out, "\nbeside ");
			(void)term_text(t, base->name, NAME);
			out_text(t->out, ", median of the ratios within a round, with a 95 % interval\n   ");
			term_cell(t, metric, 24, SIDE_LEFT);
			out_text(t->out, "cpu\n");
		}
		put_ratio(t, beside_row(p, metric));
		put_ratio(t, beside_row(p, STR("cpu")));
		out_text(t->out, "  ");
		(void)term_text(t, b->subjects[p->now].name, NAME);
		out_char(t->out, '\n');
	}
}

static void put_target(struct term *t, const struct bench_target *g)
{
	struct buf line = {0}, place = {0};
	target_line(&line, g->metric, &g->verdict);
	bench_put_place(&place, g);
	out_text(t->out, "  ");
	term_ink(t, g->verdict.answer == TARGET_MET ? INK_GOOD : INK_BAD);
	unsigned used = 2 + term_text(t, buf_view(&line), LINE);
	term_ink(t, INK_PLAIN);
	if (place.n) {
		unsigned wide = 4 + term_columns(t, buf_view(&place));
		bool fits = !t->columns || used + wide <= t->columns;
		out_text(t->out, fits ? "  (" : "\n          (");
		(void)term_text(t, buf_view(&place), NAME);
		out_char(t->out, ')');
	}
	out_char(t->out, '\n');
	buf_free(&line);
	buf_free(&place);
}

static void put_targets(struct term *t, const struct bench *b)
{
	if (!b->n_targets)
		return;
	term_inked(t, INK_HEAD, "\ntargets");
	out_printf(t->out, ": %u of %u met\n", bench_targets_met(b), b->n_targets);
	for (uint32_t i = 0; i < b->n_targets; i++)
		put_target(t, &b->targets[i]);
}

struct words {
	struct term *t;
	bool any;
};

/* Lines of whole words, each beginning where the first does. */
static void put_folded(struct term *t, struct str text, unsigned from, unsigned columns)
{
	struct str word;
	unsigned at = from;
	while (str_next(&text, ' ', &word)) {
		if (at > from && at + 1 + word.n > columns) {
			out_printf(t->out, "\n%*s", (int)from, "");
			at = from;
		}
		out_text(t->out, at > from ? " " : "");
		out_str(t->out, word);
		at += (unsigned)word.n + (at > from);
	}
	out_char(t->out, '\n');
}

static void put_words(void *ctx, struct str kind, struct str metric, const char *words)
{
	enum { KIND_COLUMNS = 11, METRIC_COLUMNS = 14 };
	struct words *w = ctx;
	struct term *t = w->t;
	if (!w->any)
		term_inked(t, INK_HEAD, "what the figures are\n");
	w->any = true;
	out_text(t->out, "  ");
	term_cell(t, kind, KIND_COLUMNS, SIDE_LEFT);
	term_cell(t, metric, METRIC_COLUMNS, SIDE_LEFT);
	put_folded(t, str_of(words), 2 + KIND_COLUMNS + METRIC_COLUMNS, t->columns ? t->columns : 120);
}

void bench_text(struct term *t, const struct bench *b, const struct besides *v)
{
	for (uint32_t i = 0, end; i < b->n_subjects; i = end) {
		end = bench_group_end(b, i);
		if (end > i + 1)
			put_group(t, b, i, end);
		for (uint32_t k = i; k < end; k++)
			put_subject(t, b, &b->subjects[k]);
	}
	struct words words = {.t = t};
	metric_words_each(b, false, put_words, &words);
	out_text(t->out, words.any ? "\n" : "");
	put_noise(t, b);
	put_besides(t, b, v);
	put_targets(t, b);
}

/* Its main figure, the first: what a person remembers of a bench. */
static void put_brief(struct term *t, const struct bench *b, const struct bench_subject *s)
{
	bool bad = targets_is_bad(b, s);
	const struct bench_column *c = s->n_columns ? &s->columns[0] : NULL;
	out_text(t->out, "  ");
	term_inked(t, bad ? INK_BAD : INK_GOOD, bad ? "FAILED  " : "good    ");
	(void)term_text(t, s->name, NAME);
	if (c && c->summary.n) {
		out_text(t->out, "  ");
		(void)term_text(t, c->metric, NAME);
		out_char(t->out, ' ');
		bench_figure(t->out, c->summary.median, c->unit);
	}
	if (s->failed || !s->good) {
		out_printf(t->out, "  %u of %u failed: ", s->failed, s->failed + s->good);
		(void)term_text(t, s->failure, LINE);
	}
	out_char(t->out, '\n');
}

void bench_text_brief(struct term *t, const struct bench *b)
{
	for (uint32_t i = 0; i < b->n_subjects; i++)
		put_brief(t, b, &b->subjects[i]);
	put_targets(t, b);
}
