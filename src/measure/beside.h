/*
 * measure/beside.h - variants of one session, each beside the first of its kind.
 *
 * Commands of the command line stand beside the first of them; of a bench of fettle.yaml those that have the
 * same parameters and run as many at once. Compared are the main metric (the first column) and CPU time, in
 * pairs, round by round; of more than 2,000 rounds neighbours are joined. What was imported or measured by
 * functions of its own was not run in turn, and is beside nothing. The same session gives the same answer.
 */
#pragma once
#include "measure/bench_compare.h"

#define BESIDE_CONFIDENCE 0.95

struct beside {
	uint32_t base, now; /* indices of subjects */
	struct comparison compared;
};

struct besides {
	struct beside *at; /* those of one base follow each other where their subjects do */
	uint32_t n;
};

/* In the arena. About 1 ms for a pair of 40 rounds, 0.1 s for one of any number. */
struct besides besides_of(struct arena *a, const struct bench *b);
/* The compared row of a metric, or NULL where there is none or no ratio. */
const struct compare_row *beside_row(const struct beside *p, struct str metric);
