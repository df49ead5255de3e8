/*
 * measure/summary.h - a benchmark's figures told in a few numbers.
 *
 * Percentiles come from a histogram (0.2 %), and only where there are enough figures for them.
 */
#pragma once
#include "base/arena.h"
#include "wire/bench.h"

/* Of n values, of which those that are BENCH_NONE are passed over. */
struct bench_summary summary_of(struct arena *scratch, const int64_t *values, uint32_t n);
/* The summaries of all columns, and of the noise. */
void summary_fill(struct arena *scratch, struct bench *b);

/* The column of a metric, or NULL. */
const struct bench_column *summary_column(const struct bench_subject *s, struct str metric);

/*
 * One figure a round: the median of the runs in it, for comparing pairs. Rounds without a good run give 0,
 * which no pair is made of. n_rounds numbers in the arena.
 */
double *summary_rounds(struct arena *a, const struct bench_subject *s, const struct bench_column *c);
