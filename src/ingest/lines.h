/*
 * ingest/lines.h - lines out of bytes that arrive in pieces.
 *
 * A line longer than LINE_MOST is cut: its head is given, the rest is passed
 * over, and memory does not grow. Memory is the arena's, LINE_MOST at the most.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"

enum { LINE_MOST = 64 * 1024 };

struct lines {
	struct arena *arena;
	char *at;
	size_t n, cap;
	bool cut;  /* the line being gathered has lost bytes */
	char stop; /* not 0: this byte too ends a line that it does not begin, and begins the next */
};

void lines_init(struct lines *l, struct arena *arena);
/*
 * Takes the next line from *bytes, without its line end; false when they are
 * used up (what begins a line is kept). The line lives until the next call, and
 * as long as the bytes do. Call it until it says false.
 */
bool lines_next(struct lines *l, struct str *bytes, struct str *ret_line);
/* At the end: the line that has no line end, if there is one. */
bool lines_rest(struct lines *l, struct str *ret_line);
