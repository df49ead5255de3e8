/*
 * bench/noise.h - how restless the machine is, and which machine it is.
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "wire/bench.h"

/* Running totals; BENCH_NONE where the kernel does not say. */
struct noise_reading {
	int64_t at_ns;       /* CLOCK_MONOTONIC */
	int64_t pressure_ns; /* /proc/pressure/cpu, some */
	int64_t steal_ns;    /* /proc/stat */
};
void noise_read(struct noise_reading *ret);
/* What happened between two readings, into the totals of *noise. */
void noise_between(const struct noise_reading *from, const struct noise_reading *to,
		   struct bench_noise *noise);

/* The CPU time of a fixed piece of work, about 1 ms: it tells how fast the machine is just now. */
int64_t noise_loop_ns(void);

/* Fills host, system, cpu, cores and machine. */
void noise_machine(struct arena *a, struct bench *b);
