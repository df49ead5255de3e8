/*
 * wire/diff.h - which lines a change touched.
 *
 * Told by whoever reads a diff (cover_in/gitdiff.h), heard by whoever asks what is covered of a change
 * (cover/cover_diff.h).
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

/* Lines that were added or rewritten, by their numbers after the change; first and last of each stretch,
 * rising. */
struct diff_file {
	struct str path; /* after the change */
	const uint32_t (*spans)[2];
	uint32_t n_spans;
};

struct diff {
	struct diff_file
	    *files; /* in the order of the diff; none that was deleted, is binary or only lost lines */
	uint32_t n_files;
};
