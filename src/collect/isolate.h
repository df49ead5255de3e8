/*
 * collect/isolate.h - a private working tree for each worker.
 *
 * Overlay: the worker's processes see, at the very path of the tree, a copy-on-write layer of their
 * own (a mount namespace; as root, or through a user namespace where the kernel allows it). Copy: a real copy
 * elsewhere (reflink where the file system can), and the worker starts in it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/proc.h"

enum isolate_how { ISOLATE_OVERLAY, ISOLATE_COPY };

struct isolate {
	enum isolate_how how;
	const char *tree;   /* top of the working tree */
	const char *inside; /* the run's directory below it: "" or "/sub" */
	const char *room;   /* folder that holds the layers or copies, one folder a worker */
	bool user_ns;
	bool keep;            /* layers will be kept: they are put on disk */
	const char *why_copy; /* ISOLATE_COPY: why no overlay could be had */
};

/* Finds the tree around cwd (the top of its git checkout, else cwd) and what is allowed here. */
must_use int isolate_init(struct isolate *i, struct arena *a, const char *cwd, const char *work_dir,
			  const char *disk_dir, struct err *e);

/* One worker's. */
struct isolate_worker {
	struct overlay overlay;
	bool has_overlay;
	const char *cwd;   /* where the worker starts */
	char *const *copy; /* command that makes the copy, to be run first; NULL: none */
};
must_use int isolate_worker_init(const struct isolate *i, struct arena *a, uint32_t worker,
				 struct isolate_worker *ret, struct err *e);

/* What a path in a worker's copy is in the tree; any other path as it is. In the arena. */
struct str isolate_origin(const struct isolate *i, struct arena *a, struct str path);

/* Removes what isolate_keep left in this folder in a run before: a copy of the tree must not hold other
 * copies. */
void isolate_forget(struct arena *a, const char *dir);
/*
 * After the run, when nothing runs any more: what worker N changed (overlay) or had (copy) goes to
 * dir/trees/worker-N, moved where the file system can, else copied. Follows no link that a test may have
 * left, neither there nor in the trees. hidden: a folder below the run's directory that a copy is not to hold
 * (".fettle/runs"). Fails with what is not brought yet still in i->room.
 */
must_use int isolate_keep(const struct isolate *i, struct arena *a, const char *dir, uint32_t workers,
			  const char *hidden, struct err *e);
