/*
 * record/baselines.h - results that are kept by name: root/baselines/<name>/.
 *
 * Of a baseline there may be bench/bench.json and run/events.jsonl (with run/coverage.json); baseline.json
 * says when they were measured, where, and what was saved. One of them may be in use: what is compared with
 * when nobody names another.
 *
 * A name is no path: letters, digits and . _ + @ - alone, not beginning with a dot or a dash, at most
 * BASELINE_NAME bytes. A link in the place of a baseline is none, and is not followed; nothing is written
 * through one in the place of the folder of all.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum { BASELINE_NAME = 100 };
#define BASELINE_BENCH "bench"
#define BASELINE_RUN   "run"

struct baseline {
	struct str name;
	int64_t saved_ns, measured_ns;    /* since 1970; 0: not known */
	struct str machine, commit, from; /* from: the folders that it was saved from */
	bool has_bench, has_run, in_use;
	char *dir;
};

/* Whether it could be the name of one; not whether there is one. */
bool baseline_is_name(const char *name);

/*
 * Makes the folder that a new baseline is put together in; baseline_end gives it its name, baseline_drop
 * forgets it. Fault: usage for a bad name, or one that is there already when force is false.
 */
must_use int baseline_begin(struct arena *a, const char *root, const char *name, bool force, char **ret_dir,
			    struct err *e);
/* Writes what is told of it, and puts it in the place of an earlier one: whole or not at all. */
must_use int baseline_end(struct arena *a, const char *root, const struct baseline *b, const char *dir,
			  struct err *e);
void baseline_drop(const char *dir);

/* All of them, by name. What is damaged is passed over. */
must_use int baselines_list(struct arena *a, const char *root, struct baseline **ret, size_t *ret_n,
			    struct err *e);
/* One by its name; NULL: the one in use. Fault: usage where there is none, format where it is damaged. */
must_use int baseline_find(struct arena *a, const char *root, const char *name, struct baseline *ret,
			   struct err *e);
/* The name of the one in use, whatever has become of it; empty: none is. */
struct str baseline_in_use(struct arena *a, const char *root);
/* Name NULL: none is in use any more. */
must_use int baseline_use(struct arena *a, const char *root, const char *name, struct err *e);
must_use int baseline_remove(struct arena *a, const char *root, const char *name, struct err *e);
