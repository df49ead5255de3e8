/*
 * bench/noise.h - how restless the machine is while something is measured, and which machine it is.
 *
 *	noise_begin(&n), noise_loop(&n)..., noise_tell(&n, &arena, &bench)..., noise_end(&n)
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "wire/bench.h"

struct noise {
	/* When it began: CLOCK_MONOTONIC, /proc/pressure/cpu (some), /proc/stat; BENCH_NONE where the kernel
	 * does not say. */
	int64_t at_ns, pressure_ns, steal_ns;
	int64_t *loops; /* as in bench_noise */
	size_t n_loops, cap_loops;
};

void noise_begin(struct noise *n);
/* Does a fixed piece of work, about 1 ms, whose CPU time tells how fast the machine is just now. */
void noise_loop(struct noise *n);
/* CPU time of all those loops, which are no part of what is measured. */
int64_t noise_loops_ns(const struct noise *n);
/* What has happened since noise_begin, into b->noise (without its summary), which borrows the loops; and
 * host, system, cpu, cores and machine, in the arena. As often as one likes. */
void noise_tell(const struct noise *n, struct arena *a, struct bench *b);
/* The machine alone. */
void noise_machine(struct arena *a, struct bench *b);
/* Zeroed ones are fine. */
void noise_end(struct noise *n);
