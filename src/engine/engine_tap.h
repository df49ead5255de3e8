/*
 * engine/engine_tap.h - what workers say to the container engine is read along.
 *
 * A process of its own, so that no fault of it touches the suite: it listens on
 * one socket a worker, passes every byte on to the engine and back untouched,
 * and appends rows (docs/record-format.md: container, call, phase, value) to a
 * file that the pool reads as it reads those of agents. docs/containers.md says
 * what is seen and what happens when things break. At most 8 MiB with 64
 * connections.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/engine_find.h"

struct tap_options {
	struct engine engine;
	uint32_t workers;
	const char *work_dir; /* private; sockets lie there */
	char *const *types;   /* "NAME=IMAGE-PATTERN" */
	size_t n_types;
};

struct engine_tap {
	struct tap_options o;
	pid_t pid;              /* 0: it has ended */
	int control;            /* a socket: "E" is sent when the run is over; -1: closed */
	const char *spool_path; /* rows; `w` is the worker, absent for --setup */
	const char **sockets;   /* workers + 1: the last is for --setup */
	bool broken;            /* it died; workers talk to the engine straight */
};

/*
 * Makes the sockets and forks the process. Call it before much is in memory: the
 * child keeps a copy. On a fault nothing is left. Strings of o must outlive the tap.
 */
must_use int tap_start(struct arena *a, const struct tap_options *o, struct engine_tap *ret, struct err *e);

enum { TAP_ENV = 3 };
/*
 * Variables for a worker's processes (workers: those of --setup), at most TAP_ENV;
 * returns how many. What env says otherwise for a client that is not of this engine stays.
 */
size_t tap_env(struct arena *a, const struct engine_tap *t, char *const *env, uint32_t worker,
	       char **ret_env);

/* Its process has ended though nobody asked: sockets become links to the engine's own. */
void tap_gone(struct engine_tap *t);
/*
 * The run is over: waits until what is under way is told, 3 s at the most, and reaps
 * the process. Then the spool is whole. Harmless when it has ended already.
 */
void tap_end(struct engine_tap *t);

/* For the process itself: engine_loop.c. */
struct tap_loop {
	const struct tap_options *o;
	const int *listeners; /* workers + 1 */
	const char *const *sockets;
	int control, spool;
};
/* Returns when all is over. */
void tap_loop_run(const struct tap_loop *l);
/* Puts a link to the engine's socket in the place of each. */
void tap_link(const char *const *sockets, uint32_t n, const char *engine_socket);
