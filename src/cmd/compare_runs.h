/*
 * cmd/compare_runs.h - the records of two runs of a suite, compared.
 */
#pragma once
#include "base/err.h"
#include "config/bench_knobs.h"

/* Whether path is a folder with events.jsonl, or the name of a run. */
bool compare_is_run(const char *path);
/* The exit code, or a fault. */
must_use int compare_runs(const struct compare_options *o, const char *base, const char *now, struct err *e);
