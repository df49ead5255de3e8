/*
 * cover/pyscan.h - what a Python source says about coverage: its statements, the ways between them, its
 * functions and classes. No Python is asked; the answers are coverage.py's.
 *
 * A scanner of logical lines, not a parser: it knows statements and their suites, and of expressions only
 * what decides whether code can be reached. Regular expressions are the caller's business: it
 * says which lines they matched (base/regex.h).
 */
#pragma once
#include "base/regex.h"
#include "cover/cover.h"

struct pyscan_options {
	const struct regex_match *exclude; /* of exclude_lines and exclude_also; any order */
	uint32_t n_exclude;
	const struct regex_match *partial; /* of partial_branches: lines whose missing ways do not count */
	uint32_t n_partial;
	bool arcs; /* find the ways, too */
	/*
	 * Of the Python 3.x that runs the source; 0 is as 13. From 14 on the compiler keeps what only
	 * arithmetic shows to be dead, and annotations of a class without values are no code.
	 */
	uint8_t python_minor;
};

enum pyscan_flag {
	PY_STATEMENT = 1, /* the first line of a statement that counts */
	PY_EXCLUDED = 2,  /* as coverage.py lists excluded lines */
	PY_NO_BRANCH = 4, /* a missing way out of this line is no miss */
};

/*
 * An arc as it is recorded and as it is meant: on its way out of a with statement Python passes its header
 * once more. Both sides are first lines of statements; what is recorded is compared before it is mapped to
 * them.
 */
struct pyscan_fix {
	struct cover_arc seen;
	int32_t to; /* instead of seen.to; 0: the arc is dropped */
};

struct pyfacts {
	uint32_t n_lines; /* counting the empty one behind the last newline */
	/* Each of n_lines + 1 items, by line number; item 0 is unused. */
	const uint32_t
	    *first_line; /* of the statement (logical line) that this line belongs to; itself otherwise */
	const uint8_t *flags; /* enum pyscan_flag */
	const uint16_t
	    *exits; /* with arcs: ways out of the line that count; a branch where there are several */
	const struct cover_arc *arcs; /* all that are possible, by from, to */
	uint32_t n_arcs;
	const struct pyscan_fix *fixes; /* by seen.from, seen.to */
	uint32_t n_fixes;
	const struct cover_region *regions; /* by first line; sums are not filled in */
	uint32_t n_regions;
	/* What keeps Python from compiling it, as far as it is seen: then there are no facts. 0: nothing. */
	uint32_t error_line;
	const char *error; /* static text */
};

/*
 * text: UTF-8, or what decoding left of it (cover/pysource.h); line ends \n, \r\n or \r. What the facts
 * hold lies in the arena, nothing in the text. About 3 ns a byte, 4 with arcs (26 MB of sympy, one core); of
 * the arena about 6 bytes a line and 100 a function, with arcs 15 a line. Never fails, whatever the bytes.
 */
struct pyfacts pyscan(struct arena *a, struct str text, const struct pyscan_options *opt);
