/*
 * wire/bound.h - what a target asks of a metric, as "p95 < 20ms".
 *
 * config reads it from a file, analyse judges by it, report tells it.
 */
#pragma once

/* Which figure of the metric. */
enum bound_stat {
	BOUND_FIGURE, /* of a metric that is one figure: throughput, error rate */
	BOUND_MIN,
	BOUND_MEAN,
	BOUND_PERCENTILE,
	BOUND_MAX,
};

enum bound_compare { BOUND_BELOW, BOUND_AT_MOST, BOUND_ABOVE, BOUND_AT_LEAST };

/* What the figure and the limit are counted in. */
enum bound_unit {
	BOUND_NUMBER,
	BOUND_NS,    /* a time */
	BOUND_BYTES, /* a size */
	BOUND_RATIO, /* 0.05 for 5 % */
	BOUND_RATE,  /* per second */
};

struct bound {
	enum bound_stat stat;
	enum bound_compare compare;
	enum bound_unit unit;
	double percentile; /* of BOUND_PERCENTILE: above 0, below 100 */
	double limit;
};
