/*
 * measure/ratio.h - by how much one side is above the other, and how sure that is.
 *
 * Everything is in natural logarithms of ratios: 0 is equal, 0.05 is 5 % more, and turning the sides round
 * changes the sign alone. Intervals are bootstrapped: the rounds are drawn anew, with putting back, and the
 * statistic made again, RATIO_DRAWS times from a seed. The same input gives the same answer. No result is
 * NaN: what cannot be said has n == 0.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { RATIO_DRAWS = 2000 };

struct ratio {
	uint32_t n;       /* rounds (pairs), or the smaller side */
	double log;       /* the estimate */
	double low, high; /* the interval */
	double p;         /* how likely a difference as large is when there is none; 1 for n == 0 */
};

/*
 * Pairs: the median over rounds of log(now / base). A round in which either is not a positive finite number
 * is left out. confidence is 0.95 or the like. About 1 ms for 40 rounds.
 */
struct ratio ratio_paired(struct arena *scratch, const double *base, const double *now, size_t n,
			  double confidence, uint64_t seed);

/*
 * Pairs of figures that a restless machine has drawn out: log of the ratio of the fastest tenths (of few
 * rounds, of the second fastest), which what comes in between moves least. Rounds are drawn as pairs. As
 * above otherwise.
 */
struct ratio ratio_fastest(struct arena *scratch, const double *base, const double *now, size_t n,
			   double confidence, uint64_t seed);
/* Whether figures are so drawn out: their quartiles lie further apart than 0.3 of the median, or their
 * standard deviation is half of their mean. Figures that are not positive are left out. */
bool ratio_is_drawn_out(struct arena *scratch, const double *values, size_t n);

/*
 * Two sets that were not measured in turn: log of the ratio of the medians, both sets drawn anew in blocks of
 * neighbours, since a machine has moods that last. Figures that are not positive are left out.
 */
struct ratio ratio_apart(struct arena *scratch, const double *base, size_t n_base, const double *now,
			 size_t n_now, double confidence, uint64_t seed);

/* The median of n > 0 numbers, which are put into another order. */
double ratio_median(double *values, size_t n);
