/*
 * base/arena.h - memory that is freed all at once.
 *
 * Allocation cannot fail (see base/mem.h). What an arena hands out lives until
 * arena_free or arena_rewind past it. One thread at a time. About 5 ns an
 * allocation; blocks of 64 KiB, larger requests get a block of their own.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

#include "wire/str.h"

struct arena_block;

struct arena {
	struct arena_block *block; /* the one being filled; earlier ones behind it */
	size_t total_bytes;        /* of all blocks */
};

/* A zeroed struct arena is ready for use. */
void arena_free(struct arena *a);
/* Keeps one block and forgets all that was handed out: for a scratch arena. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size_bytes);
#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

/*
 * Room for one more item behind n_items: doubles *cap_items when they have reached it. Returns the array,
 * which may have moved; what was outgrown stays in the arena. Where that would weigh, vec.h.
 */
void *arena_grow(struct arena *a, void *items, size_t n_items, size_t *cap_items, size_t item_bytes);

/* A copy with a NUL behind it. */
char *arena_copy(struct arena *a, struct str s);
struct str arena_str(struct arena *a, struct str s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
