#include "analyse/ratio.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"

enum { LEAST = 2, BLOCKS = 10 };

/* Puts the k-th smallest at k, no larger ones before it. Hoare's selection. */
static double nth(double *v, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;
	while (low < high) {
		double pivot = v[low + (high - low) / 2];
		size_t i = low, j = high;
		for (;;) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			double kept = v[i];
			v[i++] = v[j];
			v[j--] = kept;
		}
		/* all up to j are at most the pivot, all behind at least */
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return v[k];
}

double ratio_median(double *values, size_t n)
{
	double upper = nth(values, n, n / 2);
	if (n % 2)
		return upper;
	double lower = values[0];
	for (size_t i = 1; i < n / 2; i++)
		if (values[i] > lower)
			lower = values[i];
	return lower + (upper - lower) / 2;
}

static bool is_usable(double v)
{
	return isfinite(v) && v > 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Interval and p out of what was drawn. */
static void conclude(struct ratio *r, double *drawn, double confidence)
{
	double sum = 0, squares = 0;
	qsort(drawn, RATIO_DRAWS, sizeof(*drawn), by_value);
	double tail = (1 - confidence) / 2;
	size_t cut = (size_t)floor(tail * RATIO_DRAWS);
	r->low = drawn[cut];
	r->high = drawn[RATIO_DRAWS - 1 - cut];
	for (size_t i = 0; i < RATIO_DRAWS; i++)
		sum += drawn[i];
	double mean = sum / RATIO_DRAWS;
	for (size_t i = 0; i < RATIO_DRAWS; i++)
		squares += (drawn[i] - mean) * (drawn[i] - mean);
	double deviation = sqrt(squares / (RATIO_DRAWS - 1));
	/* all rounds alike: as sure as so few rounds can be */
	double surest = ldexp(1, -(int)(r->n < 50 ? r->n : 50) + 1);
	double p = r->log == 0 ? 1 : deviation > 0 ? 1 - erf(fabs(r->log) / deviation / sqrt(2)) : surest;
	r->p = p > surest ? p : surest;
}

struct ratio ratio_paired(struct arena *scratch, const double *base, const double *now, size_t n,
			  double confidence, uint64_t seed)
{
	struct ratio r = {.p = 1};
	struct random random = {seed};
	double *logs = arena_array(scratch, double, n + 1), *draw = arena_array(scratch, double, n + 1);
	double *drawn = arena_array(scratch, double, RATIO_DRAWS);
	uint32_t m = 0;
	for (size_t i = 0; i < n; i++)
		if (is_usable(base[i]) && is_usable(now[i]))
			logs[m++] = log(now[i] / base[i]);
	if (m < LEAST)
		return r;
	for (size_t k = 0; k < RATIO_DRAWS; k++) {
		for (uint32_t i = 0; i < m; i++)
			draw[i] = logs[random_below(&random, m)];
		drawn[k] = ratio_median(draw, m);
	}
	r.n = m;
	r.log = ratio_median(logs, m);
	conclude(&r, drawn, confidence);
	return r;
}

/* The median of a sample drawn in blocks of neighbours. */
static double block_median(struct random *random, const double *v, uint32_t n, double *draw)
{
	uint32_t block = n / BLOCKS ? n / BLOCKS : 1, filled = 0;
	while (filled < n) {
		uint32_t from = random_below(random, n);
		for (uint32_t i = 0; i < block && filled < n; i++)
			draw[filled++] = v[(from + i) % n];
	}
	return ratio_median(draw, n);
}

static uint32_t usable(struct arena *scratch, const double *from, size_t n, double **ret)
{
	uint32_t m = 0;
	*ret = arena_array(scratch, double, n + 1);
	for (size_t i = 0; i < n; i++)
		if (is_usable(from[i]))
			(*ret)[m++] = from[i];
	return m;
}

struct ratio ratio_apart(struct arena *scratch, const double *base, size_t n_base, const double *now,
			 size_t n_now, double confidence, uint64_t seed)
{
	struct ratio r = {.p = 1};
	struct random random = {seed};
	double *a, *b, *drawn = arena_array(scratch, double, RATIO_DRAWS);
	uint32_t n_a = usable(scratch, base, n_base, &a), n_b = usable(scratch, now, n_now, &b);
	double *draw = arena_array(scratch, double, (n_a > n_b ? n_a : n_b) + 1);
	if (n_a < LEAST || n_b < LEAST)
		return r;
	for (size_t k = 0; k < RATIO_DRAWS; k++)
		drawn[k] = log(block_median(&random, b, n_b, draw) / block_median(&random, a, n_a, draw));
	r.n = n_a < n_b ? n_a : n_b;
	r.log = log(ratio_median(b, n_b) / ratio_median(a, n_a));
	conclude(&r, drawn, confidence);
	return r;
}
