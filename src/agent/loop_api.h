/*
 * agent/loop_api.h - a benchmark of a program, and one run of it. What programs see is in fettle_bench.h.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/fettle_bench.h"
#include "agent/loop_count.h"

enum { LOOP_METRICS = 16, LOOP_WHY = 240, LOOP_NAME = 200 };

enum loop_outcome { LOOP_GOOD, LOOP_SKIPPED, LOOP_FAILED };

struct loop_metric {
	char name[64], unit[8];
	double value;
};

/* What a run of n operations gave; times and counts are of all of them. */
struct loop_figures {
	uint64_t n;
	int64_t wall_ns, cpu_ns;
	struct loop_counts counts;
	uint64_t bytes; /* that one operation works through; 0: not told */
	struct loop_metric metrics[LOOP_METRICS];
	uint32_t n_metrics;
};

struct fettle_bench {
	char name[LOOP_NAME]; /* "sort/512" */
	const struct fettle_bench_entry *entry;
	int64_t arg;
	uint64_t n;     /* operations a round; 0: not calibrated */
	bool is_chosen; /* by --counts */
	enum loop_outcome outcome;
	char why[LOOP_WHY];
	/* the run that is on */
	struct loop_figures now;
	bool has_loop, is_over, is_running;
	int64_t wall_from_ns, cpu_from_ns;
	struct loop_counts counts_from;
	/* all rounds of it */
	struct loop_figures *rounds;
	size_t n_rounds;
};

extern struct fettle_bench_entry *loop_entries; /* the last that was added first */

/* One run of n operations; false: it was skipped or has failed. Its figures are b->now. */
bool loop_run(struct fettle_bench *b, uint64_t n);
/* Sets b->n: as many operations as take min_ns, at most about ten times that long with pauses. */
bool loop_calibrate(struct fettle_bench *b, int64_t min_ns);
int64_t loop_now_ns(void);
