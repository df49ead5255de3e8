/*
 * base/clip.h - the head and the tail of a text that may be too long to keep.
 *
 * Whatever is added, it holds at most `most` bytes: the first half of them, and
 * the last half seen. Memory is the arena's: it doubles up to `most`, and a
 * cleared one keeps what it has.
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"

struct clip {
	struct arena *arena;
	char *at, *joined;
	size_t cap, most;
	uint64_t total; /* bytes added */
};

/* most >= 64. */
void clip_init(struct clip *c, struct arena *arena, size_t most);
void clip_clear(struct clip *c);
void clip_add(struct clip *c, struct str s);
/*
 * What is kept; where bytes are missing a line in their place says how many.
 * At most most + 64 bytes; not cut inside a UTF-8 sequence. Lives until the next call.
 */
struct str clip_view(struct clip *c);
