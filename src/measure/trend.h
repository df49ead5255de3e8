/*
 * measure/trend.h - what a series of figures has done over time: where it changed for good, and between which
 * figures it is worth drawing.
 *
 * A lone outlier must not flatten a plot: figures further from the quartiles than 8 times their distance stay
 * outside of low .. high. Everything lives in the arena; nothing fails.
 */
#pragma once
#include "base/arena.h"
#include "measure/edivisive.h"
#include "wire/series.h"

struct trend {
	const struct series *of;
	struct edivisive *changes; /* at: an index into the points */
	size_t n_changes;
	double low, high; /* of the figures worth drawing; low == high where they are all the same */
	uint32_t outside; /* points beyond them */
	int64_t median;   /* since the last change; BENCH_NONE without points */
};

/* effect: the least change, as a share. Of more than EDIVISIVE_POINTS points only the last are looked at for
 * changes. */
struct trend trend_of(struct arena *a, const struct series *s, double effect);

/*
 * The figures as at most `columns` numbers in the order of time: each the median of the points that fall into
 * it, or one point over several columns where there are fewer of them. Returns how many columns are used.
 */
size_t trend_columns(const struct series *s, size_t columns, double *ret);
/* The first column of a point, as trend_columns puts it. */
size_t trend_column(const struct series *s, size_t columns, size_t point);
