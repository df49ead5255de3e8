/*
 * cmd/compare_runs.h - the records of two runs of a suite, compared.
 */
#pragma once
#include "base/err.h"
#include "config/bench_knobs.h"

/* The exit code, or a fault. */
must_use int compare_runs(const struct compare_options *o, const char *base, const char *now, struct err *e);
