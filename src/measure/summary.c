#include "measure/summary.h"

#include <math.h>

#include "base/str.h"
#include "measure/histogram.h"
#include "measure/ratio.h"

static uint32_t take_good(const int64_t *values, uint32_t n, double *ret)
{
	uint32_t m = 0;
	for (uint32_t i = 0; i < n; i++)
		if (values[i] != BENCH_NONE)
			ret[m++] = (double)values[i];
	return m;
}

static double deviation_of(const double *v, uint32_t n, double mean)
{
	double squares = 0;
	for (uint32_t i = 0; i < n; i++)
		squares += (v[i] - mean) * (v[i] - mean);
	return n > 1 ? sqrt(squares / (n - 1)) : 0;
}

/* v and room are put into another order. */
static uint32_t count_outliers(double *v, uint32_t n, double *room)
{
	uint32_t out = 0;
	double median = ratio_median(v, n);
	for (uint32_t i = 0; i < n; i++)
		room[i] = fabs(v[i] - median);
	double bound = 3.5 * 1.4826 * ratio_median(room, n);
	for (uint32_t i = 0; i < n; i++)
		out += fabs(v[i] - median) > bound;
	return bound > 0 ? out : 0;
}

static int64_t percentile(const struct histogram *h, uint32_t ppm)
{
	int64_t v = BENCH_NONE;
	(void)histogram_percentile(h, ppm, &v);
	return v;
}

/* Rounded; the largest figures are no doubles, and those next to them are beyond. */
static int64_t whole(double v)
{
	return v >= 0x1p63 ? INT64_MAX : v <= -0x1p63 ? -INT64_MAX : (int64_t)llround(v);
}

struct bench_summary summary_of(struct arena *scratch, const int64_t *values, uint32_t n)
{
	struct bench_summary s = {.least = BENCH_NONE,
				  .most = BENCH_NONE,
				  .median = BENCH_NONE,
				  .p5 = BENCH_NONE,
				  .p25 = BENCH_NONE,
				  .p75 = BENCH_NONE,
				  .p95 = BENCH_NONE,
				  .p99 = BENCH_NONE};
	struct histogram h;
	double *v = arena_array(scratch, double, n + 1), *room = arena_array(scratch, double, n + 1);
	s.n = take_good(values, n, v);
	if (!s.n)
		return s;
	histogram_init(&h, scratch);
	for (uint32_t i = 0; i < n; i++)
		if (values[i] != BENCH_NONE)
			histogram_add(&h, values[i], 1);
	s.least = h.least;
	s.most = h.most;
	s.p5 = percentile(&h, 50000);
	s.p25 = percentile(&h, 250000);
	s.p75 = percentile(&h, 750000);
	s.p95 = percentile(&h, 950000);
	s.p99 = percentile(&h, 990000);
	s.mean = histogram_mean(&h);
	s.deviation = deviation_of(v, s.n, s.mean);
	s.outliers = count_outliers(v, s.n, room);
	s.median = whole(ratio_median(v, s.n));
	return s;
}

void summary_fill(struct arena *scratch, struct bench *b)
{
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		struct bench_subject *s = &b->subjects[i];
		for (uint32_t k = 0; k < s->n_columns; k++) {
			struct bench_column *c = &s->columns[k];
			c->summary = summary_of(scratch, c->values, s->n_rounds * s->per_round);
			arena_reset(scratch);
		}
	}
	b->noise.loop = summary_of(scratch, b->noise.loops, b->noise.n_loops);
	arena_reset(scratch);
}

const struct bench_column *summary_column(const struct bench_subject *s, struct str metric)
{
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (str_eq(s->columns[i].metric, metric))
			return &s->columns[i];
	return NULL;
}

double *summary_rounds(struct arena *a, const struct bench_subject *s, const struct bench_column *c)
{
	double *rounds = arena_array(a, double, s->n_rounds + 1);
	double *room = arena_array(a, double, s->per_round + 1);
	for (uint32_t r = 0; r < s->n_rounds; r++) {
		uint32_t n = take_good(c->values + (size_t)r * s->per_round, s->per_round, room);
		rounds[r] = n ? ratio_median(room, n) : 0;
	}
	return rounds;
}
