/*
 * cover/cover_gate.h - how much coverage there must be, and where it is missed.
 */
#pragma once
#include "cover/cover_diff.h"

enum cover_gate_kind {
	COVER_GATE_TOTAL, /* all files together */
	COVER_GATE_GROUP, /* the files that match, together */
	COVER_GATE_EACH,  /* each file that matches; of several such gates the last that matches a file counts
			   */
	COVER_GATE_DIFF,  /* the lines that a change touched, statements alone */
};

struct cover_gate {
	enum cover_gate_kind kind;
	struct str pattern; /* cover/cover_glob.h; of GROUP and EACH. Empty: every file */
	double bound;       /* per cent */
};

/* A gate that was not met. */
struct cover_miss {
	const struct cover_gate *gate;
	const struct cover_file *file; /* of EACH, else NULL */
	struct cover_sum sum;          /* of what was asked */
	double percent;
	bool none; /* the pattern matches no file: it is missed, too, as it surely was not meant so */
};

struct cover_misses {
	struct cover_miss *misses; /* by gate, then by path */
	uint32_t n;
};

/*
 * diff: what DIFF is asked of; NULL: such gates are passed over. A change without a statement meets every
 * bound. precision: decimals that people read; see cover_below. Lies in the arena, and borrows c and gates.
 * The patterns must be without fault (cover_glob_fault).
 */
struct cover_misses cover_gate(struct arena *arena, const struct cover *c, const struct cover_diff *diff,
			       const struct cover_gate *gates, uint32_t n_gates, unsigned precision);
