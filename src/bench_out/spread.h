/*
 * bench_out/spread.h - how many figures of a column are how large, for drawing.
 */
#pragma once
#include <stddef.h>

#include "wire/bench.h"

enum { SPREAD_BINS = 80 };

struct spread {
	int64_t low, high; /* from the least to p99 or, with fewer figures, the most */
	uint32_t n_bins, bins[SPREAD_BINS];
	uint32_t highest; /* of the bins; 0: there is nothing to draw */
	uint32_t beyond;  /* figures above high */
};

/* Of n values; the column has its summary. n_bins is at most SPREAD_BINS. */
void spread_of(struct spread *ret, const struct bench_column *c, size_t n, uint32_t n_bins);
