/*
 * bench/starter.h - a small process that starts commands, times them, and reaps them.
 *
 * Linux begins a child's peak RSS at the peak of the process that it was born from, also with vfork: what is
 * larger than the command itself would be told as the command's. So the commands are not born from the tool
 * but from a fork of it that has given back every page it can, and that says itself how large it is.
 *
 * A child costs what vfork, execve and wait4 cost and one setsid: descriptors 0, 1 and 2 are the starter's
 * own, signals have handlers (which exec sets back), the limit of time is one timer for all. Orders and
 * results go by shared memory, many at a time, so that nothing of ours wakes up between two runs.
 *
 * Begun and ended by one thread; then each is one thread's at a time.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "bench/counters.h"

/* A program to run; see proc_find for path. argv and env are NULL-terminated. */
struct starter_command {
	const char *path;
	char *const *argv, *const *env;
	const char *cwd; /* NULL: ours */
};

struct starter_result {
	int64_t wall_ns, user_ns, system_ns, rss_bytes;
	int64_t minor_faults, major_faults, voluntary, involuntary; /* context switches */
	int64_t counters[COUNTERS_MOST];
	int32_t status; /* as from wait4 */
	int32_t error;  /* errno of a start that failed; 0: it ran */
	bool timed_out;
	bool ran;
};

struct starter_options {
	const struct starter_command *commands;
	uint32_t n_commands;
	int in, out, err;   /* the commands' 0, 1, 2 */
	int64_t timeout_ns; /* of each run; 0: none. Then TERM, and KILL after grace_ns, to its whole process
			       group */
	int64_t grace_ns;
	const struct counters *counters; /* NULL: none */
};

enum { STARTER_ORDERS = 64 };

struct starter_shared;
struct starter {
	struct starter_shared *shared;
	pid_t pid;
	int talk; /* descriptor that is readable when orders are done; -1: no starter */
};

/* Forks. Everything that the options point to must stay as it is until starter_end. */
must_use int starter_begin(struct starter *s, const struct starter_options *o, struct err *e);
/* Orders 1 to STARTER_ORDERS runs, indices of commands, done one after the other; one that could not even be
 * started ends the list. Then wait for `talk` to be readable. */
must_use int starter_order(struct starter *s, const uint32_t *commands, uint32_t n, struct err *e);
/* The results, in the order of the orders, until the next order. *ret_n tells how many were done. */
must_use int starter_results(struct starter *s, const struct starter_result **ret, uint32_t *ret_n,
			     struct err *e);
/* The size below which no peak RSS can be told apart, and the CPU time that the starter itself has used. */
int64_t starter_rss_bytes(const struct starter *s);
int64_t starter_cpu_ns(const struct starter *s);
/* Ends the command that runs, if one does, and the starter. */
void starter_end(struct starter *s);
