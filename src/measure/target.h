/*
 * measure/target.h - whether a figure keeps a bound: "p95 < 20ms".
 *
 * No data is no success: a metric that was not measured, a figure that is no number and a percentile of too
 * few samples miss every bound.
 */
#pragma once
#include "wire/target.h"

/* Samples that a percentile needs so that at least one lies beyond it: 100 for p99, 20 for p95; at least 1.
 */
uint64_t target_samples_needed(double percentile);

void target_judge(struct target_verdict *ret, const struct bound *bound, const struct target_figure *figure);
