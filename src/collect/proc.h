/*
 * collect/proc.h - starting processes, and ending them with all that they started.
 *
 * A child gets a session of its own, default signals, an environment given
 * whole, and nothing of ours but descriptors 0, 1 and 2. Starting one costs about
 * what vfork and exec cost: the child borrows our memory until it execs.
 * Single-threaded: one event loop calls all of this.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"

/* How a child may be given a private tree: see collect/isolate.h. */
struct overlay {
	const char *tree;    /* mounted over: the path that the child knows */
	const char *options; /* for mount(2): lowerdir=...,upperdir=...,workdir=... */
	bool user_ns;        /* not root: through a user namespace of the child's own */
	uid_t uid;
	gid_t gid;
};

struct launch {
	const char *path;              /* of the program; see proc_find */
	char *const *argv;             /* NULL-terminated */
	char *const *env;              /* NULL-terminated, whole */
	const char *cwd;               /* NULL: ours */
	int in, out, err;              /* descriptors for 0, 1, 2; -1: /dev/null */
	bool same_session;             /* stays in our session and group (one plain command on a terminal) */
	const struct overlay *overlay; /* NULL: none */
};

/* Starts a child; *ret_pid is set on success. Failure of exec is reported here. */
must_use int proc_start(const struct launch *l, pid_t *ret_pid, struct err *e);

/* The path that execvp would take for name, with PATH looked up in env; NULL when there is none. */
const char *proc_find(struct arena *a, const char *name, char *const *env, const char *cwd);

/* The processes that fettle has to reap, one at a time; 0 when there is none now. */
pid_t proc_reap(int *ret_status, struct rusage *ret_usage);

/* From now on orphans of our children become ours, so that they can be found and ended. */
void proc_adopt_orphans(void);
/* Whether we have any child, adopted ones included: without one nothing is below us. Costs one call. */
bool proc_has_children(void);

/*
 * All living processes below root (0: none), in its session, or, for orphans that came to
 * us, with mark ("FETTLE_WORKER=3") and run mark in their environment. Returns the number;
 * pids go into b as pid_t. About 1 ms per 100 processes of the machine.
 */
size_t proc_tree(struct buf *b, pid_t root, const char *run_mark, const char *mark);
/* Sends sig to each of proc_tree; returns how many there were. */
size_t proc_tree_signal(pid_t root, const char *run_mark, const char *mark, int sig);
/* The command name of a process ("java"), or "?"; ret holds 17 bytes. */
void proc_name(pid_t pid, char ret[17]);
/* Whether the process has a handler for sig. */
bool proc_catches(pid_t pid, int sig);
