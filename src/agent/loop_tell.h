/*
 * agent/loop_tell.h - what a program with benchmarks prints: a table, Go's text, rows for fettle.
 */
#pragma once
#include <stdio.h>

#include "agent/loop_api.h"

enum loop_format { LOOP_TABLE, LOOP_GO, LOOP_JSON };

struct loop_tell {
	FILE *out;
	enum loop_format format;
	bool counted; /* allocations are known */
};

void loop_tell_begin(struct loop_tell *t, size_t n_benchmarks);
/* Its name alone. */
void loop_tell_listed(struct loop_tell *t, const struct fettle_bench *b);
/* A benchmark is about to be run. */
void loop_tell_start(struct loop_tell *t, const struct fettle_bench *b);
void loop_tell_calibrated(struct loop_tell *t, const struct fettle_bench *b);
void loop_tell_round(struct loop_tell *t, const struct fettle_bench *b);
/* It was skipped or has failed. */
void loop_tell_over(struct loop_tell *t, const struct fettle_bench *b);
void loop_tell_end(struct loop_tell *t, const struct fettle_bench *all, size_t n);
