/*
 * cover/cover_diff.h - the coverage of the lines that a change touched.
 *
 * A changed line counts when it is where a statement begins; comments, blank lines and the later lines of a
 * statement that spans several do not.
 */
#pragma once
#include "cover/cover.h"
#include "wire/diff.h"

/* A changed file that coverage knows. */
struct cover_diff_file {
	const struct cover_file *file;
	struct cover_sum sum; /* of its changed lines */
	uint32_t *misses;     /* numbers of those that never ran, rising */
	uint32_t n_misses;
};

struct cover_diff {
	struct cover_diff_file *files; /* by path; also those without a changed statement */
	uint32_t n_files;
	uint32_t n_unknown; /* changed files of which coverage says nothing */
	struct cover_sum sum;
};

/* Lies in the arena. The same path given twice adds up. */
struct cover_diff cover_diff(struct arena *arena, const struct cover *c, const struct diff *d);
