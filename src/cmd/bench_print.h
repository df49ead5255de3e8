/*
 * cmd/bench_print.h - what was measured, on standard output, in the form that was wished for.
 */
#pragma once
#include "base/err.h"
#include "config/bench_knobs.h"
#include "wire/bench.h"

/* b has its summaries. */
must_use int bench_print(const struct bench_options *o, const struct bench *b, struct err *e);
