/*
 * cover/cover_where.h - under which name a file is reported, if at all.
 *
 * Data names files as its tool saw them: on another machine, in a container, below a build folder. A name is
 * mapped by coverage.py's [paths] where one of its patterns is at its start and what comes out exists here;
 * then it is made relative to the root; then include and omit decide. Nothing is asked of the disk but by
 * `exists`.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct cover_where_alias {
	struct str pattern, result; /* absolute or relative to the root */
};

struct cover_where {
	struct arena *arena;
	struct str root; /* absolute, without a slash at its end */
	const struct cover_where_alias *aliases;
	uint32_t n_aliases;
	const struct str *include, *omit; /* patterns; cover/cover_glob.h */
	uint32_t n_include, n_omit;
	bool (*exists)(void *ctx, const char *path); /* absolute */
	void *ctx;
};

/* The name, in the arena: relative to the root where it lies below it, else absolute; empty: not wanted.
 * "." and ".." are resolved by words alone, so that no name climbs out of a folder. */
struct str cover_where(const struct cover_where *w, struct str told);
/* Where a file of that name lies: absolute, in the arena. */
const char *cover_where_source(const struct cover_where *w, struct str path);
/* The pattern, or the same below the root, over an absolute path. */
bool cover_where_matches(const struct cover_where *w, struct str pattern, struct str absolute);
