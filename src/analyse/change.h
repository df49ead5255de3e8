/*
 * analyse/change.h - what changed against the run before.
 *
 * A finished model on the one side, what history knows of each test on the
 * other, in any order. Fills changes, n_changes, changes_of and before_wall_ns
 * of the model: the CHANGE_MOST most important ones, in the order of enum
 * change_kind, the largest difference first, ties by file and name.
 *
 * A test is slower or faster when both runs passed it, the difference is at
 * least 20 % of the earlier time and 50 ms (below, process and scheduler noise
 * is larger than most tests), and the time lies outside of all that were seen
 * lately: a test that varies by itself would otherwise be told every time.
 */
#pragma once
#include "analyse/model.h"
#include "base/table.h"

enum { CHANGE_MOST = 50 };

/* A test as it was. Strings are borrowed until the call returns. */
struct change_before {
	struct str file, name;
	enum status status;
	int64_t dur_ns;
	int64_t least_ns, most_ns; /* of the passing attempts seen lately; 0: not known */
};

struct change_found;

struct change {
	struct model *now;
	struct arena scratch;
	struct table by_name;
	uint32_t *next;    /* the next test of the same identity */
	uint32_t *not_met; /* of the first of an identity: the first that was not met yet */
	bool *met;         /* the run before knew it */
	struct change_found *found;
	size_t n_found;
	size_t n_before;
	bool whole;
};

/*
 * whole: both runs were meant to run everything, so that what is missing is
 * gone and what was not there is new.
 */
void change_init(struct change *c, struct model *now, bool whole);
void change_put(struct change *c, const struct change_before *was);
/* Fills the model, and frees c. Without any change_put nothing has changed. */
void change_finish(struct change *c, int64_t before_wall_ns);

/* All three at once. */
void model_compare(struct model *now, const struct change_before *before, size_t n, int64_t before_wall_ns,
		   bool whole);
