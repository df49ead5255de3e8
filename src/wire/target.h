/*
 * wire/target.h - what became of a bound: measure judges, record keeps, report tells.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/bound.h"
#include "wire/str.h"

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
