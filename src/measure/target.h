/*
 * measure/target.h - whether a figure keeps a bound: "p95 < 20ms".
 *
 * No data is no success: a metric that was not measured, a figure that is no number and a percentile of too
 * few samples miss every bound.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/bound.h"

struct target_figure {
	bool known;           /* the metric was measured at all */
	enum bound_unit unit; /* of value */
	double value;         /* the statistic that the bound asks for */
	uint64_t samples;     /* that it was taken from; of one figure 1 */
};

enum target_answer {
	TARGET_MET,
	TARGET_MISSED,
	TARGET_NO_DATA,    /* not measured, or no sample */
	TARGET_NO_NUMBER,  /* NaN or infinite */
	TARGET_TOO_FEW,    /* samples for the percentile: n/a */
	TARGET_OTHER_UNIT, /* a time is held to a size */
};

struct target_verdict {
	enum target_answer answer;
	struct bound bound;
	struct target_figure figure;
	uint64_t samples_needed;
	bool has_margin; /* the bound is not 0 and there is a figure to hold to it */
	double margin;   /* share of the bound that is left; negative: by how much it is missed */
};

/* Samples that a percentile needs so that at least one lies beyond it: 100 for p99, 20 for p95; at least 1.
 */
uint64_t target_samples_needed(double percentile);

void target_judge(struct target_verdict *ret, const struct bound *bound, const struct target_figure *figure);
