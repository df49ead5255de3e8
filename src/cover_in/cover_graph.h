/*
 * cover_in/cover_graph.h - what GCC writes beside an object file: the flow graph of each function (.gcno).
 *
 * A .gcno holds blocks, the arcs between them and the lines of each block; a .gcda holds counters of those
 * arcs that do not follow from the others. The counters of many runs are added up first, and the graph is
 * solved once.
 *
 * The forms of GCC 11 to 14 are known: 11 counts in words, 12 and later in bytes. All numbers are of 32 bits
 * in the byte order of the file; records are tagged and those unknown are passed over by their length.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/cover.h"

enum gcov_tag {
	GCOV_TAG_FUNCTION = 0x01000000,
	GCOV_TAG_BLOCKS = 0x01410000,
	GCOV_TAG_ARCS = 0x01430000,
	GCOV_TAG_LINES = 0x01450000,
	GCOV_TAG_COUNTERS = 0x01a10000, /* of arcs */
};

enum gcov_arc_flag {
	GCOV_ON_TREE = 1, /* has no counter: follows from the others */
	GCOV_FAKE = 2,    /* a call that may not return, or may return twice */
};

/* Words that are taken from the front of a file; `bad` once they did not suffice. */
struct gcov_words {
	const unsigned char *start, *at, *end;
	bool bad, swapped, in_bytes; /* in_bytes: lengths are in bytes, not in words */
};

/* The first words of a .gcno or .gcda. */
struct gcov_head {
	unsigned major; /* of the compiler; 0: not GCC's */
	uint32_t stamp; /* of the compilation: the same in .gcno and .gcda */
	char version[5];
};

struct gcov_arc {
	uint32_t from, to, flags;
	bool known; /* while solving */
	int64_t count, left;
};

struct gcov_block {
	uint32_t first_out, n_out; /* in arcs, by destination once solved */
	uint32_t first_in, n_in;   /* in arcs_in */
	int64_t count;
	uint32_t mark, seen; /* of the line, and of the walk, that is looked at */
};

/* Lines of one block in one source file, rising. */
struct gcov_location {
	uint32_t block, file, first_line, n_lines;
};

struct gcov_function {
	struct str name;
	uint32_t ident, line_checksum, flow_checksum;
	uint32_t file, first, last;
	bool artificial; /* the compiler's own */
	bool counted;    /* some .gcda had it */
	bool group;      /* others begin on the same line: instances of a template */
	struct gcov_block *blocks;
	struct gcov_arc *arcs; /* by their block, in the order of the file */
	uint32_t *arcs_in;     /* indices in arcs, by destination */
	struct gcov_location *locations;
	uint32_t *lines;
	int64_t *counters; /* sums */
	uint32_t n_blocks, n_arcs, n_locations, n_lines, n_counters;
};

struct gcov_object {
	struct str folder; /* in which the compiler ran */
	struct str *files;
	uint32_t n_files;
	struct gcov_function *functions;
	uint32_t n_functions;
};

uint32_t gcov_word(struct gcov_words *w);
/* A text with its length in front; empty where there is none. Borrowed. */
struct str gcov_text(struct gcov_words *w);
/* A record: its tag, and its length in bytes as it stands (negative: so many bytes of zeroes that are not
 * there). */
uint32_t gcov_record(struct gcov_words *w, int64_t *ret_bytes);
/* Begins with the first bytes of a file; false when they are too few or not gcov's. Leaves w behind them. */
bool gcov_open(struct str bytes, struct gcov_words *w, struct gcov_head *ret);

/* w stands behind the head. Texts are borrowed from the file's bytes; arrays lie in a. NULL, or what is
 * wrong. */
const char *gcov_object_read(struct gcov_words *w, struct arena *a, struct gcov_object *ret);

struct cover_tell;
/*
 * Finds the counts of all arcs and blocks from the counters of each function, and tells what they say of
 * lines, branches and functions, one source file after the other. Only functions that some .gcda had, unless
 * `all`. scratch is reset.
 */
void gcov_object_tell(struct gcov_object *o, bool all, struct cover_tell *t, struct arena *scratch);
