/*
 * wire/cover.h - what a reader of coverage tells, and whoever merges hears.
 *
 * A reader names a source file, then tells its lines, branches, arcs and functions in any order and
 * any number of calls; the next file() closes it. A file may come again: what is told adds up. Names and
 * arrays are borrowed for the call. Nothing fails: a reader checks its bytes before it tells them.
 *
 * Two kinds of facts exist and must not be mixed up:
 *   measured  the tool that wrote the data knew which lines can run (LCOV, Cobertura, JSON, gcov, Go):
 *             lines with their counts, zero included.
 *   raw       only what ran is known (a .coverage file, fettle's own map): physical lines and arcs. Which
 *             lines are statements is found from the source later (cover/cover_python.h).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

enum {
	COVER_LINE_MAX = 16 * 1024 * 1024, /* greater line numbers are nobody's: a reader refuses them */
};

/* Counts stop here; beyond lies only COVER_UNREACHED. */
#define COVER_COUNT_MAX (UINT32_MAX - 1)
/* Of a branch: its line was never run, so nothing was decided there (LCOV's "-"). Counts as not taken. */
#define COVER_UNREACHED UINT32_MAX

enum cover_language {
	COVER_UNKNOWN,
	COVER_PYTHON,
	COVER_C, /* and C++ */
	COVER_GO,
	COVER_JS, /* and TypeScript */
	COVER_JAVA,
	COVER_RUST,
};

struct cover_source {
	struct str path; /* as the data has it: absolute or relative, any separator */
	enum cover_language language;
	bool raw;          /* see above */
	struct str sha256; /* of the source's bytes when it ran, 64 hex digits; empty: unknown */
	/* Folders that the data names for relative paths (Cobertura's sources, the compiler's folder). With
	 * one it is below that one; with several it is below one of them, and the data says no more. */
	const struct str *bases;
	uint32_t n_bases;
};

/* hits 0: can run and did not. In raw data every line told has run. */
struct cover_hit {
	uint32_t line, hits;
};

/*
 * One way out of a line that has several. Branches of one file are the same when line, block and way
 * are. `way` is, where the tool says it, the line to which it leads (targets: negative or 0 leaves the
 * function), else its number within the block.
 */
struct cover_branch {
	uint32_t line;
	uint32_t block;
	int32_t way;
	uint32_t taken; /* a count, or COVER_UNREACHED */
};

/* Raw: a step from one physical line to another; a negative number enters (from) or leaves (to) the code
 * object that begins on that line. from == to: the line ran, no more is known. */
struct cover_arc {
	int32_t from, to;
};

/* Lines first..last, both ends included; last 0: unknown. */
struct cover_function {
	struct str name;
	uint32_t first, last, hits;
};

struct cover_sink {
	void (*file)(struct cover_sink *s, const struct cover_source *source);
	/* What follows in this file, until the next call of it or of file(), ran in this context (a test,
	 * say); the empty name, which also every file begins with, is none. Concerns lines and arcs. */
	void (*context)(struct cover_sink *s, struct str name);
	void (*lines)(struct cover_sink *s, const struct cover_hit *lines, size_t n);
	/* Raw and without counts: bit b of bits[i] is line 8 * i + b. Line 0 is nobody's and passed over. */
	void (*line_bits)(struct cover_sink *s, const uint8_t *bits, size_t n_bytes);
	/* Lines that the tool left out on purpose. */
	void (*excluded)(struct cover_sink *s, const uint32_t *lines, size_t n);
	/* targets: way is a line number (Python's data), else a mere number. */
	void (*branches)(struct cover_sink *s, const struct cover_branch *branches, size_t n, bool targets);
	void (*arcs)(struct cover_sink *s, const struct cover_arc *arcs, size_t n);
	void (*functions)(struct cover_sink *s, const struct cover_function *functions, size_t n);
};
