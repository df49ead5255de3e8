/*
 * measure/histogram.h - how many values were how large, in fixed memory.
 *
 * Log-linear: values below 256 are kept exactly, larger ones in 256 steps for each power of two, so that what
 * comes out is within 0.2 % of what went in, up to 2^63. Adding histograms gives the very histogram of all
 * their values. Negative values count as 0. 112 KiB each, out of the arena; about 2 ns to add a value.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct histogram {
	uint64_t *counts;
	uint64_t n;
	uint64_t sum_low, sum_high; /* of all values, 128 bits: exact */
	int64_t least, most;        /* exact; 0 while n is 0 */
	uint32_t first, last;       /* the buckets in use */
};

void histogram_init(struct histogram *h, struct arena *a);
void histogram_clear(struct histogram *h);
void histogram_add(struct histogram *h, int64_t value, uint64_t times);
/* All of from's values into h. */
void histogram_merge(struct histogram *h, const struct histogram *from);
/* 0 while n is 0. */
double histogram_mean(const struct histogram *h);

/*
 * The value that `ppm` millionths of all values do not exceed: 990000 for p99. False, and *ret untouched,
 * when there are too few values for it to mean anything: at least one value must be expected beyond it on
 * either side, so the median needs 2, p95 20, p99 100, p99.9 1000. 0 and 1000000 are the exact extremes.
 */
bool histogram_percentile(const struct histogram *h, uint32_t ppm, int64_t *ret);
/* How many values there are of low <= value < high, as far as buckets tell. */
uint64_t histogram_between(const struct histogram *h, int64_t low, int64_t high);
