/*
 * config/remarks.h - what is wrong in a file, all of it, each with its place.
 *
 *	struct remarks r = {.arena = &arena, .path = "fettle.yaml", .text = text};
 *	remark(&r, (struct place){3, 5, 7}, "unknown key '%s'", key);
 *	remarks_put(&b, &r);
 *
 * gives
 *
 *	fettle.yaml:3:5: error: unknown key 'wokers' in 'run' (did you mean 'workers'?)
 *	    3 |   wokers: 4
 *	      |   ^~~~~~
 *
 * Nothing is printed here. Texts and rows live in the arena; at most REMARKS_KEPT
 * are kept, the rest are counted.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { REMARKS_KEPT = 200 };

/* Line and column from 1, the column and the width in characters. Line 0: the file as a whole. */
struct place {
	uint32_t line, column, width;
};

struct remark {
	struct place at;
	const char *text;
	bool warning;
	bool secret; /* the line may hold what must not be shown */
};

struct remarks {
	struct arena *arena;
	const char *path; /* as the person named it */
	struct str text;  /* of the file, for the lines that are shown */
	struct remark *at;
	size_t n, cap;
	uint32_t errors, warnings; /* also those that were not kept */
	bool secret;               /* remarks that are made now concern something secret */
};

void remark(struct remarks *r, struct place at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void remark_warning(struct remarks *r, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* By place; those of one place in the order in which they came. */
void remarks_sort(struct remarks *r);

/* All of them, sorted, with their source lines and carets. */
void remarks_put(struct buf *b, struct remarks *r);

/* The first error in the file's order as one line, "path:line:column: text"; 0 where there is none. */
must_use int remarks_first(struct remarks *r, struct err *e);
