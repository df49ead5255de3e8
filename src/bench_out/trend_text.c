#include <math.h>
#include <string.h>

#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_bench.h"
#include "bench_out/report_trend.h"

enum {
	ROWS = 8,
	AXIS = BENCH_FIGURE_COLUMNS + 1,
	LEAST = 40,
	MOST = 400,
	NAME = 40,
	SPARK = 24,
	COMMIT = 10
};

void trend_title(struct buf *b, const struct series *s)
{
	if (s->file.n) {
		buf_str(b, s->file);
		buf_text(b, "::");
	}
	buf_str(b, s->name);
	buf_text(b, ": ");
	buf_str(b, s->metric);
	if (s->kind == SERIES_SUITE)
		buf_printf(b, " of the suite, %u worker%s", s->workers, s->workers == 1 ? "" : "s");
}

double trend_share(const struct edivisive *change)
{
	return change->before > 0 ? change->after / change->before - 1 : 0;
}

void trend_figure(struct out *o, double v, const struct series *s)
{
	bench_figure(o, (int64_t)llround(v), s->unit);
}

void trend_commits(struct buf *b, const struct series *s, size_t at)
{
	struct str before = at ? s->points[at - 1].commit : STR_NONE, now = s->points[at].commit;
	buf_str(b, str_clip_utf8(before, COMMIT));
	if (str_eq(before, now))
		return;
	if (before.n)
		buf_text(b, "..");
	buf_str(b, str_clip_utf8(now, COMMIT));
}

static void put_title(struct term *t, const struct trend *trend)
{
	const struct series *s = trend->of;
	struct buf b = {0};
	trend_title(&b, s);
	term_ink(t, INK_HEAD);
	(void)term_text(t, buf_view(&b), 400);
	term_ink(t, INK_PLAIN);
	out_char(t->out, '\n');
	buf_free(&b);
	if (!s->n_points)
		return;
	out_printf(t->out, "  %u %s%s, ", s->n_points, s->kind == SERIES_BENCH ? "session" : "run",
		   s->n_points == 1 ? "" : "s");
	bench_figure(t->out, trend->median, s->unit);
	out_text(t->out, trend->n_changes ? " since the last change" : "");
	if (s->machine.n) {
		out_text(t->out, ", on ");
		(void)term_text(t, s->machine, 200);
	}
	out_char(t->out, '\n');
}

/* Where the plot begins and ends: a little more than what is drawn. */
struct scale {
	double bottom, top;
};

static struct scale scale_of(const struct trend *t)
{
	double margin = t->high > t->low ? (t->high - t->low) / 8 : fmax(fabs(t->low) / 8, 1);
	struct scale s = {t->low - margin, t->high + margin};
	if (t->low >= 0 && s.bottom < 0)
		s.bottom = 0;
	return s;
}

/* How many eighths of a row stand over a figure; at least one, so that it is seen. */
static unsigned eighths_of(double v, struct scale s, unsigned rows)
{
	double part = (v - s.bottom) / (s.top - s.bottom) * rows * 8;
	return part < 1 ? 1 : part > rows * 8 ? rows * 8 : (unsigned)(part + 0.5);
}

static void put_row(struct term *t, const struct trend *trend, struct scale s, unsigned row,
		    const double *columns, size_t n)
{
	bool tells = row == 0 || row == ROWS - 1 || row == ROWS / 2;
	double v = s.bottom + (s.top - s.bottom) * (row + 0.5) / ROWS;
	if (tells)
		bench_figure_cell(t, (int64_t)llround(v), trend->of->unit);
	else
		out_repeat(t->out, " ", AXIS);
	out_text(t->out, t->ascii ? " |" : tells ? " ┤" : " │");
	for (size_t i = 0; i < n; i++) {
		unsigned high = eighths_of(columns[i], s, ROWS), below = row * 8;
		if (row == ROWS - 1 && columns[i] > s.top)
			out_text(t->out, t->ascii ? "^" : "↑");
		else
			term_block(t, high > below ? high - below : 0);
	}
	out_char(t->out, '\n');
}

/* The axis, with a number at each change. */
static void put_axis(struct term *t, const struct trend *trend, size_t columns, size_t n)
{
	out_repeat(t->out, " ", AXIS);
	out_text(t->out, t->ascii ? " +" : " └");
	for (size_t i = 0, k = 0; i < n; i++) {
		size_t first = k;
		while (k < trend->n_changes && trend_column(trend->of, columns, trend->changes[k].at) <= i)
			k++;
		if (k == first)
			out_text(t->out, t->ascii ? "-" : "─");
		else
			out_char(t->out, k < 10 ? (char)('0' + k) : '*');
	}
	out_char(t->out, '\n');
}

static void put_dates(struct term *t, const struct series *s, size_t n)
{
	out_repeat(t->out, " ", AXIS + 2);
	out_time(t->out, s->points[0].begin_ns, DATE_COLUMNS);
	if (s->n_points > 1) {
		out_repeat(t->out, " ", n > 2 * DATE_COLUMNS ? n - (size_t)2 * DATE_COLUMNS : 1);
		out_time(t->out, s->points[s->n_points - 1].begin_ns, DATE_COLUMNS);
	}
	out_char(t->out, '\n');
}

static void put_change(struct term *t, const struct trend *trend, size_t k)
{
	const struct edivisive *c = &trend->changes[k];
	const struct series_point *p = &trend->of->points[c->at];
	struct buf commits = {0};
	out_printf(t->out, "  %2zu  ", k + 1);
	out_time(t->out, p->begin_ns, TIME_COLUMNS);
	out_text(t->out, "  ");
	trend_figure(t->out, c->before, trend->of);
	out_text(t->out, term_arrow(t));
	trend_figure(t->out, c->after, trend->of);
	out_printf(t->out, "  %+.1f %%", 100 * trend_share(c));
	trend_commits(&commits, trend->of, c->at);
	if (p->run.n) {
		out_text(t->out, "  run ");
		(void)term_text(t, p->run, NAME);
	}
	if (commits.n) {
		out_text(t->out, "  commit ");
		(void)term_text(t, buf_view(&commits), NAME);
	}
	out_char(t->out, '\n');
	buf_free(&commits);
}

static void put_notes(struct term *t, const struct trend *trend)
{
	const struct series *s = trend->of;
	if (!s->n_points)
		out_text(t->out, "  no figure is known\n");
	else if (s->n_points < 2 * EDIVISIVE_SEGMENT)
		out_printf(t->out, "  a change needs %d points on each side of it to be told\n",
			   EDIVISIVE_SEGMENT);
	else if (!trend->n_changes)
		out_text(t->out, "  no change\n");
	if (trend->outside)
		out_printf(t->out, "  note: %u outlier%s beyond the plot\n", trend->outside,
			   trend->outside == 1 ? " lies" : "s lie");
	if (s->n_elsewhere)
		out_printf(t->out, "  note: %u more on another machine%s do not compare and are left out\n",
			   s->n_elsewhere, s->kind == SERIES_SUITE ? " or with other workers" : "");
}

void trend_text(struct term *t, const struct trend *trend)
{
	double columns[MOST];
	size_t width = t->columns < LEAST ? LEAST : t->columns > MOST ? MOST : t->columns;
	put_title(t, trend);
	if (trend->of->n_points) {
		size_t room = width - AXIS - 3, n = trend_columns(trend->of, room, columns);
		struct scale s = scale_of(trend);
		for (unsigned row = ROWS; row-- > 0;)
			put_row(t, trend, s, row, columns, n);
		put_axis(t, trend, room, n);
		put_dates(t, trend->of, n);
	}
	for (size_t k = 0; k < trend->n_changes; k++)
		put_change(t, trend, k);
	put_notes(t, trend);
}

static void put_spark(struct term *t, const struct trend *trend)
{
	double columns[SPARK];
	size_t points = trend->of->n_points,
	       n = trend_columns(trend->of, points < SPARK ? points : SPARK, columns);
	struct scale s = scale_of(trend);
	for (size_t i = 0; i < n; i++)
		term_block(t, eighths_of(columns[i], s, 1));
}

static void put_last_change(struct term *t, const struct trend *trend)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	if (trend->n_changes) {
		const struct edivisive *c = &trend->changes[trend->n_changes - 1];
		out_printf(&o, "%+.1f %% ", 100 * trend_share(c));
		out_time(&o, trend->of->points[c->at].begin_ns, DATE_COLUMNS);
	} else {
		out_char(&o, '-');
	}
	term_cell(t, buf_view(&b), 22, SIDE_LEFT);
	buf_free(&b);
}

void trend_overview(struct term *t, const struct trend *trends, size_t n)
{
	out_text(t->out,
		 "benchmark                       metric            median  sessions  last (UTC)  last "
		 "change             trend\n");
	for (size_t i = 0; i < n; i++) {
		const struct series *s = trends[i].of;
		term_cell(t, s->name, 31, SIDE_LEFT);
		out_char(t->out, ' ');
		term_cell(t, s->metric, 13, SIDE_LEFT);
		bench_figure_cell(t, trends[i].median, s->unit);
		out_printf(t->out, " %9u  ", s->n_points);
		if (s->n_points)
			out_time(t->out, s->points[s->n_points - 1].begin_ns, DATE_COLUMNS);
		else
			out_text(t->out, "-         ");
		out_text(t->out, "  ");
		put_last_change(t, &trends[i]);
		out_text(t->out, "  ");
		if (s->n_points)
			put_spark(t, &trends[i]);
		out_char(t->out, '\n');
	}
}
