/*
 * bench_out/plot.h - drawings of a benchmark's figures, as SVG inside a page.
 *
 * All is drawn when the page is made: no script, no style attribute; classes say colours (bench.css). Words
 * from outside go through out_html. The same figures give the same bytes. However many figures there are, a
 * drawing has at most some 5000 points.
 */
#pragma once
#include "measure/ratio.h"
#include "report/out.h"
#include "wire/bench.h"
#include "wire/target.h"

/* A line across the plot, with its words: a percentile, a bound. */
enum { PLOT_MARKS = 6 };
struct plot_mark {
	double at;
	const char *class;
	char text[60];
};

/* What is drawn of a column, and over which values. */
struct plot {
	const struct bench_subject *s;
	const struct bench_column *c;
	double low, high; /* of the axis */
	struct plot_mark marks[PLOT_MARKS];
	size_t n_marks;
	uint32_t beyond; /* figures above the axis */
};

/* False where there is nothing to draw: fewer than two figures, or all alike. */
bool plot_init(struct plot *p, const struct bench_subject *s, const struct bench_column *c);
/* One more line; further ones than fit are left out, and such as are far off the figures. */
void plot_mark(struct plot *p, double at, const char *class, const char *text);

/* How many figures are how large. */
void plot_spread(struct out *o, const struct plot *p);
/* Figure after figure as they were measured, failures below, and the median of neighbours as a line; false:
 * there are too few for a line. */
bool plot_rounds(struct out *o, const struct plot *p);
/* The spread without words, for a cell. Nothing where there is nothing to draw. */
void plot_cell(struct out *o, const struct bench_subject *s, const struct bench_column *c);

/* A scale that several rows share. */
struct plot_scale {
	double low, high;
	bool log;
};
/* Median, quartiles and 5 to 95 % of a column. */
void plot_range(struct out *o, const struct plot_scale *scale, const struct bench_summary *m);
/* A ratio with its interval; the scale is of logarithms, 0 in its middle. */
void plot_ratio(struct out *o, const struct plot_scale *scale, const struct ratio *r);
/* How much of the bound a figure takes. Nothing without a figure, or with a bound of 0. */
void plot_share(struct out *o, const struct target_verdict *v);
