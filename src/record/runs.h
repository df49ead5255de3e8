/*
 * record/runs.h - where runs are kept: .fettle/runs/<id>/, the newest also as .fettle/runs/latest.
 *
 * A run holds its folder (base/folder.h) from when it is made until the process ends, and so its folders for
 * temporary files, whose names begin with RUNS_WORK; nobody removes what is held.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define RUNS_WORK "fettle."
/*
 * Files in such a folder: that it is one, and that what is there is left for a person and no waste. A mark
 * that cannot be made is none.
 */
#define RUNS_MARK      ".fettle"
#define RUNS_MARK_KEPT ".kept"
void runs_mark(struct arena *a, const char *dir, const char *mark);

bool runs_is_id(const char *name);
/* "20261121-024533-k3f9": time of day in UTC and four random letters. */
char *runs_new_id(struct arena *a, int64_t wall_ns);
/* Makes root, with a .gitignore where there is none: what is in it is nobody's source. */
must_use int runs_root(struct arena *a, const char *root, struct err *e);
/* Makes root/runs/<id>. Returns the folder in *ret. */
must_use int runs_make(struct arena *a, const char *root, const char *id, char **ret, struct err *e);
/* Points root/runs/latest to it. */
void runs_point(struct arena *a, const char *root, const char *id);
/*
 * The folder of a run named by a person: a folder that holds events.jsonl, a path of an events.jsonl, an id
 * (or the beginning of one) below root/runs, or NULL for the latest.
 */
must_use int runs_find(struct arena *a, const char *root, const char *name, char **ret, struct err *e);
/* Removes all but the newest `keep` runs below root/runs, and those that go on. */
void runs_prune(struct arena *a, const char *root, unsigned keep);
