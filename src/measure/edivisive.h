/*
 * measure/edivisive.h - where in a history of figures something changed for good.
 *
 * E-divisive of Matteson and James: a series is split where the energy distance between what is before and
 * what follows (up to any later point, so that several changes do not hide each other) is largest, if
 * shuffled series seldom give as much, and then each part again. Lone outliers, up to three in a row, are put
 * back to their surroundings first and are never a change. Needs EDIVISIVE_SEGMENT points on each side of a
 * change: an alarm for histories, not for one new run.
 *
 * The same series and seed give the same answer. Memory and time go with the square of the length: 200 points
 * take about 30 ms, EDIVISIVE_POINTS a few hundred.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { EDIVISIVE_SEGMENT = 5, EDIVISIVE_POINTS = 600, EDIVISIVE_MOST = 64 };

struct edivisive {
	size_t at;            /* the first point of the new level, as an index into the series */
	double before, after; /* medians of the stretches on its two sides */
};

/*
 * The changes of at least `effect` (a share: 0.02 for 2 %) in n figures, oldest first, in order of time, into
 * ret, which has room for EDIVISIVE_MOST. Of a longer series only the last EDIVISIVE_POINTS are looked at.
 * What is not finite takes the place of the figure before it. Returns how many.
 */
size_t edivisive(struct arena *scratch, const double *values, size_t n, double effect, uint64_t seed,
		 struct edivisive *ret);
