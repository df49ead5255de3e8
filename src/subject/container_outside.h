/*
 * subject/container_outside.h - the command of a container's bench, run on this machine itself.
 *
 * What starting a program costs here is what 'overhead' leaves out. Any number of threads at once. Costs what
 * vfork, exec and waiting for it cost.
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

struct container_outside {
	const char *path; /* of the program */
	char *const *argv, *const *env;
	struct str input; /* on its standard input */
};

/* How long it took, ns; BENCH_NONE where it did not start, was not over in time or did not succeed. */
int64_t container_outside_run(const struct container_outside *o, int64_t deadline_ns);
