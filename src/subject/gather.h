/*
 * subject/gather.h - runs one program to its end and takes what it prints.
 *
 * For programs that measure by themselves and tell at the end: nothing of ours is timed. Single-threaded.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/bench_items.h"

enum { GATHER_MOST = 256 * 1024 * 1024 }; /* bytes of output, or of a file */

struct gather {
	char *const *argv; /* argv[0] is looked up in env's PATH */
	char *const *env;  /* whole */
	const char *cwd;   /* NULL: ours */
	int in;            /* its standard input; -1: /dev/null */
	bool hears;        /* the end of its standard error is kept; else that goes to /dev/null */
	/* Both above 0: since it last printed something, and in all. Then TERM, and KILL, to its whole
	 * process group. */
	int64_t timeout_ns, limit_ns;
};

enum { GATHER_SAID = 1024 };
struct gather_end {
	int status; /* as from waitpid */
	bool timed_out, too_much;
	char said[GATHER_SAID]; /* the end of what it wrote to its standard error */
	size_t n_said;
};

/* Adds its standard output to *ret. A fault: it could not be started, or a signal asked us to stop. */
must_use int gather(const struct gather *g, struct buf *ret, struct gather_end *end, struct err *e);

/* How it ended badly ("exit code 3", "signal 11 (Segmentation fault)", "took longer than 2 s"), with the last
 * line of its standard error, as text in the arena; empty: it ended well. */
struct str gather_told(struct arena *a, const struct gather *g, const struct gather_end *end);

/* Its 'dir' in front of a path that is relative. In the arena. */
const char *gather_path(struct arena *a, const struct bench_item *item, const char *path);
