/*
 * bench/counters.h - the processor's own counters of a command (perf_event).
 *
 * Opened on the process that will start commands: its children inherit them, and they count from exec on. A
 * virtual machine often has none; then there are fewer columns and one note, never a failure. An open counter
 * costs a run about 5 us.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { COUNTERS_MOST = 4 };

struct counter_kind {
	const char *metric; /* "instructions" */
	uint32_t type;      /* as in perf_event_attr */
	uint64_t config;
};
/* instructions, cycles, branch_misses, cache_misses; COUNTERS_MOST of them. */
extern const struct counter_kind counter_hardware[COUNTERS_MOST];

struct counters {
	const struct counter_kind *kinds;
	uint32_t n; /* kinds, COUNTERS_MOST at most */
};

/* Keeps those of n kinds that this machine can count, in their order, in kept; returns how many. *ret_why:
 * errno of the first that it cannot. */
uint32_t counters_probe(const struct counter_kind *kinds, uint32_t n, struct counter_kind *kept,
			int *ret_why);
/* Opens them on this process for its children to come. Returns false where one cannot be opened. */
bool counters_open(const struct counters *c, int fds[COUNTERS_MOST]);
/* What all children that have ended have counted so far; user space alone. */
void counters_read(const struct counters *c, const int fds[COUNTERS_MOST], int64_t ret[COUNTERS_MOST]);
