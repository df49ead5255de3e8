/*
 * cmd/compare_commit.h - a tree of its own for a commit that a command is compared with.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct commit_tree {
	const char *top; /* of the tree; NULL: there is none */
	const char *dir; /* in it what the current folder is in ours */
	char commit[16]; /* the first digits */
};

/* Whether text names a commit of the repository around the current folder: "main", "HEAD~2". */
bool commit_is_one(const char *text);
/*
 * Checks it out into a temporary folder, as a worktree of git that is gone again after commit_tree_close, and
 * runs the line `build` (NULL: none) by sh in both trees; what it prints goes to standard error. Fault:
 * system.
 */
must_use int commit_tree_open(struct commit_tree *ret, struct arena *a, const char *ref, const char *build,
			      struct err *e);
/* A tree that was not opened is fine. */
void commit_tree_close(struct commit_tree *t);
