/*
 * record/waste.h - what old results and dead processes take up, and its removal.
 *
 * Looks below root (.fettle) and in places for temporary files. Results go by age and number; what a process
 * that is dead left behind goes at once. What is held (base/folder.h) stays. No link is followed, neither one
 * in the place of a folder of ours nor one in it; in the places only what belongs to this user is looked at.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum waste_kind {
	WASTE_RUN,
	WASTE_BENCH,
	WASTE_REPORT, /* of a bench, beside it */
	WASTE_TREES,
	WASTE_LEFT,
	WASTE_BASELINE,
	WASTE_HISTORY,
	WASTE_KINDS
};
enum waste_fate {
	WASTE_GONE,  /* or would be, of a dry run */
	WASTE_HELD,  /* a process needs it */
	WASTE_STAYS, /* it could not be removed */
	WASTE_LINK,  /* it is a link, and what it leads to was not looked at */
};

struct waste_item {
	enum waste_kind kind;
	enum waste_fate fate;
	const char *path;
	uint64_t bytes; /* on disk, or in memory */
};

struct waste_sink {
	void (*put)(struct waste_sink *s, const struct waste_item *item);
};

struct waste_wishes {
	int64_t now_ns;        /* since 1970 */
	int64_t older_than_ns; /* 0: whatever the age */
	int64_t keep;          /* the newest of each kind that stay; -1: whatever their number */
	bool dry_run, baselines, history;
	const char *const *places; /* absolute; NULL at the end */
};

/* Results go only where older_than_ns or keep says so. Fault: root is a link, or cannot be read. */
must_use int waste_remove(const char *root, const struct waste_wishes *w, struct waste_sink *sink,
			  struct err *e);
/* "run", "bench", "kept trees", "temporary" ... */
const char *waste_name(enum waste_kind kind);
