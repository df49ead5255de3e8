#include "bench_out/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bound_put.h"
#include "base/mem.h"
#include "base/str.h"
#include "bench_out/spread.h"
#include "wire/unit.h"

enum {
	WIDE = 600,
	HIGH = 230,
	LEFT = 14, /* of the spread */
	RIGHT = 586,
	TOP = 66,
	FOOT = 196,
	BINS = 64,
	ROWS = 4, /* of words above the plot */
	GUTTER = 74,
	DOTS = 4000, /* more figures are drawn as columns from the least to the most */
	COLUMNS = 256,
	NEIGHBOURS = 40,
	LINE = 3,
	TICKS = 6,
	CELL_BINS = 24
};

/* Tenths of a point are finer than any screen. */
static double place(double v, double low, double high, double from, double to)
{
	double part = (v - low) / (high - low);
	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return from + (to - from) * part;
}

bool plot_init(struct plot *p, const struct bench_subject *s, const struct bench_column *c)
{
	struct spread spread;
	spread_of(&spread, c, (size_t)s->n_rounds * s->per_round, BINS);
	*p = (struct plot){
	    .s = s, .c = c, .low = (double)spread.low, .high = (double)spread.high, .beyond = spread.beyond};
	return spread.highest > 0;
}

void plot_mark(struct plot *p, double at, const char *class, const char *text)
{
	double range = p->high - p->low;
	if (p->n_marks == PLOT_MARKS || !(at >= p->low - range && at <= p->high + range))
		return;
	struct plot_mark *m = &p->marks[p->n_marks++];
	m->at = at;
	m->class = class;
	size_t n = strlen(text);
	n = n < sizeof(m->text) ? n : sizeof(m->text) - 1;
	memcpy(m->text, text, n);
	m->text[n] = 0;
}

/* The axis reaches to all its marks, with some air around. */
static void axis_of(const struct plot *p, double *low, double *high)
{
	*low = p->low;
	*high = p->high;
	for (size_t i = 0; i < p->n_marks; i++) {
		*low = fmin(*low, p->marks[i].at);
		*high = fmax(*high, p->marks[i].at);
	}
	double air = (*high - *low) * 0.03;
	*low = *low >= 0 && *low < air ? 0 : *low - air;
	*high += air;
}

/* 1, 2 or 5 times a power of ten; of sizes a power of two; never less than 1. */
static double step_of(double range, enum bound_unit unit)
{
	double raw = range / TICKS;
	if (raw <= 1)
		return 1;
	if (unit == BOUND_BYTES)
		return exp2(ceil(log2(raw)));
	double ten = pow(10, floor(log10(raw))), part = raw / ten;
	return ten * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static void put_value(struct out *o, struct unit unit, double v)
{
	struct buf b = {0};
	bound_put_figure(&b, unit.kind, v * unit.factor);
	out_html(o, buf_view(&b));
	buf_free(&b);
}

static void begin(struct out *o, const char *what)
{
	out_printf(o, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDE,
		   HIGH, what);
}

static void put_value_axis(struct out *o, double low, double high, struct unit unit)
{
	double step = step_of(high - low, unit.kind);
	out_printf(o, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, FOOT, RIGHT);
	for (double v = ceil(low / step) * step, n = 0; v <= high && n < 4 * TICKS; v += step, n++) {
		double x = place(v, low, high, LEFT, RIGHT);
		const char *side = x < LEFT + 24 ? " class=\"from\"" : x > RIGHT - 24 ? " class=\"to\"" : "";
		out_printf(o, "<path class=\"axis\" d=\"M%.1f %dv4\"/><text%s x=\"%.1f\" y=\"%d\">", x, FOOT,
			   side, x, FOOT + 18);
		put_value(o, unit, v);
		out_text(o, "</text>\n");
	}
}

static int by_place(const void *a, const void *b)
{
	const struct plot_mark *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

/* Words of lines that stand close together go below each other. */
static void put_marks(struct out *o, const struct plot *p, double low, double high)
{
	double taken[ROWS];
	struct plot_mark marks[PLOT_MARKS];
	for (unsigned i = 0; i < ROWS; i++)
		taken[i] = -1;
	memcpy(marks, p->marks, sizeof(marks));
	qsort(marks, p->n_marks, sizeof(*marks), by_place);
	for (size_t i = 0; i < p->n_marks; i++) {
		double x = place(marks[i].at, low, high, LEFT, RIGHT);
		double wide = 6.6 * (double)strlen(marks[i].text) + 10;
		double from = x - wide / 2 < LEFT ? LEFT : x + wide / 2 > RIGHT ? RIGHT - wide : x - wide / 2;
		unsigned row = 0;
		while (row < ROWS - 1 && taken[row] > from)
			row++;
		taken[row] = from + wide;
		int y = 12 + 15 * (int)row;
		out_printf(
		    o, "<path class=\"mark %s\" d=\"M%.1f %dV%d\"/><text class=\"%s\" x=\"%.1f\" y=\"%d\">",
		    marks[i].class, x, y + 4, FOOT, marks[i].class, from + wide / 2, y);
		out_html(o, str_of(marks[i].text));
		out_text(o, "</text>\n");
	}
}

void plot_spread(struct out *o, const struct plot *p)
{
	struct spread s;
	double low, high;
	struct unit unit = unit_of(p->c->unit);
	spread_of(&s, p->c, (size_t)p->s->n_rounds * p->s->per_round, BINS);
	axis_of(p, &low, &high);
	begin(o, "How many figures are how large");
	for (uint32_t k = 0; k < s.n_bins; k++) {
		double each = ((double)s.high - (double)s.low) / s.n_bins, from = (double)s.low + each * k;
		double x = place(from, low, high, LEFT, RIGHT), y = place(s.bins[k], 0, s.highest, FOOT, TOP);
		if (!s.bins[k])
			continue;
		out_printf(
		    o,
		    "<rect class=\"bin\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%u from ",
		    x, fmin(y, FOOT - 1), fmax(place(from + each, low, high, LEFT, RIGHT) - x - 0.6, 0.8),
		    fmax(FOOT - y, 1), s.bins[k]);
		put_value(o, unit, from);
		out_text(o, " to ");
		put_value(o, unit, from + each);
		out_text(o, "</title></rect>\n");
	}
	put_value_axis(o, low, high, unit);
	put_marks(o, p, low, high);
	out_text(o, "</svg>\n");
}

static void put_round_axes(struct out *o, const struct plot *p, double low, double high)
{
	struct unit unit = unit_of(p->c->unit);
	double step = step_of(high - low, unit.kind), rounds = p->s->n_rounds;
	out_printf(o, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", GUTTER, FOOT, RIGHT);
	for (double v = ceil(low / step) * step, n = 0; v <= high && n < 4 * TICKS; v += step, n++) {
		double y = place(v, low, high, FOOT, 12);
		out_printf(
		    o, "<path class=\"grid-line\" d=\"M%d %.1fH%d\"/><text class=\"to\" x=\"%d\" y=\"%.1f\">",
		    GUTTER, y, RIGHT, GUTTER - 7, y + 3.5);
		put_value(o, unit, v);
		out_text(o, "</text>\n");
	}
	step = step_of(rounds, BOUND_NUMBER);
	for (double v = 0, n = 0; v <= rounds && n < 4 * TICKS; v += step, n++) {
		double x = place(v, 0, rounds, GUTTER, RIGHT);
		out_printf(o, "<text%s x=\"%.1f\" y=\"%d\">%s%.0f</text>\n",
			   n > 0 && x > RIGHT - 20 ? " class=\"to\"" : "", x, FOOT + 18,
			   n > 0 ? "" : "round ", v);
	}
}

/* Dots that lie beyond the axis are marks at its upper end; failures stand at the foot. */
static void put_dots(struct out *o, const struct plot *p, double low, double high, size_t n)
{
	out_text(o, "<path class=\"dots\" d=\"");
	for (size_t i = 0; i < n; i++)
		if (p->c->values[i] != BENCH_NONE && (double)p->c->values[i] <= high)
			out_printf(o, "M%.1f %.1fh0", place((double)i + 0.5, 0, (double)n, GUTTER, RIGHT),
				   place((double)p->c->values[i], low, high, FOOT, 12));
	out_text(o, "\"/>\n<path class=\"beyond\" d=\"");
	for (size_t i = 0; i < n; i++)
		if (p->c->values[i] != BENCH_NONE && (double)p->c->values[i] > high)
			out_printf(o, "M%.1f 10l-3 5h6z",
				   place((double)i + 0.5, 0, (double)n, GUTTER, RIGHT));
	out_text(o, "\"/>\n");
}

struct run {
	double least, most;
	uint32_t n, failed;
};

static struct run run_of(const struct plot *p, size_t from, size_t to)
{
	struct run r = {0};
	for (size_t i = from; i < to; i++) {
		double v = (double)p->c->values[i];
		if (p->c->values[i] == BENCH_NONE) {
			r.failed++;
			continue;
		}
		r.least = r.n ? fmin(r.least, v) : v;
		r.most = r.n ? fmax(r.most, v) : v;
		r.n++;
	}
	return r;
}

/* Too many for dots: neighbours as one column. */
static void put_columns(struct out *o, const struct plot *p, double low, double high, size_t n)
{
	out_text(o, "<path class=\"columns\" d=\"");
	for (size_t k = 0; k < COLUMNS; k++) {
		struct run r = run_of(p, k * n / COLUMNS, (k + 1) * n / COLUMNS);
		if (r.n)
			out_printf(o, "M%.1f %.1fV%.1f", place((double)k + 0.5, 0, COLUMNS, GUTTER, RIGHT),
				   place(r.least, low, high, FOOT, 12),
				   place(r.most, low, high, FOOT, 12) - 0.5);
	}
	out_text(o, "\"/>\n");
}

static void put_failures(struct out *o, const struct plot *p, size_t n)
{
	size_t most = n < COLUMNS ? n : COLUMNS;
	out_text(o, "<path class=\"failures\" d=\"");
	for (size_t k = 0; k < most; k++)
		if (run_of(p, k * n / most, (k + 1) * n / most).failed)
			out_printf(o, "M%.1f %dv7", place((double)k + 0.5, 0, (double)most, GUTTER, RIGHT),
				   FOOT - 3);
	out_text(o, "\"/>\n");
}

/* Of fewer groups than LINE there is no line. */
static bool put_trend(struct out *o, const struct plot *p, double low, double high, size_t n)
{
	size_t n_groups = n / (n < 100 ? 5 : 10), drawn = 0;
	n_groups = n_groups < NEIGHBOURS ? n_groups : NEIGHBOURS;
	if (n_groups < LINE)
		return false;
	double *room = mem_alloc((n / n_groups + 1) * sizeof(*room));
	out_text(o, "<path class=\"trend\" d=\"");
	for (size_t k = 0; k < n_groups; k++) {
		size_t from = k * n / n_groups, to = (k + 1) * n / n_groups, m = 0;
		for (size_t i = from; i < to; i++)
			if (p->c->values[i] != BENCH_NONE)
				room[m++] = (double)p->c->values[i];
		if (m)
			out_printf(o, "%s%.1f %.1f", drawn++ ? "L" : "M",
				   place((double)(from + to) / 2, 0, (double)n, GUTTER, RIGHT),
				   place(ratio_median(room, m), low, high, FOOT, 12));
	}
	out_text(o, "\"/>\n");
	mem_free(room);
	return true;
}

static void put_bounds(struct out *o, const struct plot *p, double low, double high)
{
	for (size_t i = 0; i < p->n_marks; i++)
		if (strcmp(p->marks[i].class, "met") == 0 || strcmp(p->marks[i].class, "missed") == 0)
			out_printf(o, "<path class=\"mark %s\" d=\"M%d %.1fH%d\"/>\n", p->marks[i].class,
				   GUTTER, place(p->marks[i].at, low, high, FOOT, 12), RIGHT);
}

bool plot_rounds(struct out *o, const struct plot *p)
{
	double low, high;
	size_t n = (size_t)p->s->n_rounds * p->s->per_round;
	axis_of(p, &low, &high);
	begin(o, "Figures in the order in which they were measured");
	put_round_axes(o, p, low, high);
	if (n <= DOTS)
		put_dots(o, p, low, high, n);
	else
		put_columns(o, p, low, high, n);
	bool has_line = put_trend(o, p, low, high, n);
	put_failures(o, p, n);
	put_bounds(o, p, low, high);
	out_text(o, "</svg>\n");
	return has_line;
}

void plot_cell(struct out *o, const struct bench_subject *s, const struct bench_column *c)
{
	struct spread spread;
	spread_of(&spread, c, (size_t)s->n_rounds * s->per_round, CELL_BINS);
	if (!spread.highest)
		return;
	out_text(
	    o,
	    "<svg class=\"cell\" viewBox=\"0 0 96 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"bin\" d=\"");
	for (uint32_t k = 0; k < CELL_BINS; k++) {
		double tall = spread.bins[k] ? 1.5 + 18.0 * spread.bins[k] / spread.highest : 0;
		if (tall > 0)
			out_printf(o, "M%u 20v-%.1fh3.4V20z", k * 4, tall);
	}
	out_text(o, "\"/></svg>");
}

static double scaled(const struct plot_scale *s, double v)
{
	if (s->log)
		return place(log(fmax(v, s->low)), log(s->low), log(s->high), 4, 236);
	return place(v, s->low, s->high, 4, 236);
}

void plot_range(struct out *o, const struct plot_scale *scale, const struct bench_summary *m)
{
	if (!m->n || !(scale->high > scale->low))
		return;
	double least = (double)(m->p5 == BENCH_NONE ? m->least : m->p5);
	double most = (double)(m->p95 == BENCH_NONE ? m->most : m->p95);
	out_printf(o,
		   "<svg class=\"range\" viewBox=\"0 0 240 16\" aria-hidden=\"true\"><path class=\"whisker\" "
		   "d=\"M%.1f 8H%.1f\"/>",
		   scaled(scale, least), scaled(scale, most));
	if (m->p25 != BENCH_NONE && m->p75 != BENCH_NONE)
		out_printf(o, "<path class=\"quartiles\" d=\"M%.1f 8H%.1f\"/>", scaled(scale, (double)m->p25),
			   scaled(scale, (double)m->p75));
	out_printf(o, "<circle class=\"dot\" cx=\"%.1f\" cy=\"8\" r=\"4\"/></svg>",
		   scaled(scale, (double)m->median));
}

void plot_ratio(struct out *o, const struct plot_scale *scale, const struct ratio *r)
{
	const char *class = r->low > 0 ? "more" : r->high < 0 ? "less" : "same";
	if (!r->n || !(scale->high > scale->low))
		return;
	out_printf(
	    o,
	    "<svg class=\"range\" viewBox=\"0 0 240 16\" aria-hidden=\"true\"><path class=\"axis\" "
	    "d=\"M%.1f 0V16\"/><path class=\"whisker %s\" d=\"M%.1f 8H%.1f\"/><circle class=\"dot %s\" "
	    "cx=\"%.1f\" cy=\"8\" r=\"4\"/></svg>",
	    scaled(scale, 0), class, scaled(scale, r->low), scaled(scale, r->high), class,
	    scaled(scale, r->log));
}

void plot_share(struct out *o, const struct target_verdict *v)
{
	double share = v->figure.value / v->bound.limit;
	if (!v->has_margin || !isfinite(share))
		return;
	double end = place(share, 0, 1.5, 0, 120);
	out_printf(
	    o,
	    "<svg class=\"share\" viewBox=\"0 0 120 14\" aria-hidden=\"true\"><rect class=\"ground\" y=\"4\" width=\"120\" "
	    "height=\"6\"/><rect class=\"%s\" y=\"4\" width=\"%.1f\" height=\"6\"/><path class=\"limit\" "
	    "d=\"M80 0V14\"/></svg>",
	    v->answer == TARGET_MET ? "met" : "missed", fmax(end, 1));
}
