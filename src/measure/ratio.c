#include "measure/ratio.h"

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

/* Between the k-th and the next, for the tenth of all; of the second at least, as the fastest alone is luck.
 */
static double fastest(double *v, size_t n)
{
	double at = 0.1 * (double)(n - 1);
	if (at < 1)
		at = 1;
	size_t k = (size_t)at;
	double low = nth(v, n, k);
	if (k + 1 >= n)
		return low;
	return low + (at - (double)k) * (nth(v, n, k + 1) - low);
}

struct ratio ratio_fastest(struct arena *scratch, const double *base, const double *now, size_t n,
			   double confidence, uint64_t seed)
{
	struct ratio r = {.p = 1};
	struct random random = {seed};
	double *a = arena_array(scratch, double, n + 1), *b = arena_array(scratch, double, n + 1);
	double *draw_a = arena_array(scratch, double, n + 1), *draw_b = arena_array(scratch, double, n + 1);
	double *drawn = arena_array(scratch, double, RATIO_DRAWS);
	uint32_t m = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_usable(base[i]) && is_usable(now[i])) {
			a[m] = base[i];
			b[m++] = now[i];
		}
	}
	if (m < LEAST)
		return r;
	for (size_t k = 0; k < RATIO_DRAWS; k++) {
		for (uint32_t i = 0; i < m; i++) {
			uint32_t at = random_below(&random, m);
			draw_a[i] = a[at];
			draw_b[i] = b[at];
		}
		drawn[k] = log(fastest(draw_b, m) / fastest(draw_a, m));
	}
	r.n = m;
	r.log = log(fastest(b, m) / fastest(a, m));
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

bool ratio_is_drawn_out(struct arena *scratch, const double *values, size_t n)
{
	double *v, sum = 0, squares = 0;
	uint32_t m = usable(scratch, values, n, &v);
	if (m < 4)
		return false;
	for (uint32_t i = 0; i < m; i++)
		sum += v[i];
	double mean = sum / m;
	for (uint32_t i = 0; i < m; i++)
		squares += (v[i] - mean) * (v[i] - mean);
	double low = nth(v, m, m / 4), middle = nth(v, m, m / 2), high = nth(v, m, m - 1 - m / 4);
	return high - low > 0.3 * middle || squares / (m - 1) > 0.25 * mean * mean;
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
