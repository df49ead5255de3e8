/*
 * cover_in/cover_btree.h - the tables of an SQLite file, read page by page.
 *
 * For files that were written and closed, and which nobody changes: no locks, no journal, no indices. Some
 * five times as quick as SQLite itself on tables of short rows. Every offset is checked; a page is visited
 * once at most.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/str.h"

struct btree {
	struct str bytes;
	uint32_t page_bytes, usable_bytes, n_pages;
	uint32_t n_visits; /* pages visited in the walk that is under way */
	struct arena *arena;
};

/* integer: v; text and blob: bytes; null: neither. */
struct btree_value {
	int64_t v;
	struct str bytes;
	bool is_integer, is_bytes;
};

enum { BTREE_COLUMNS = 5 }; /* columns that a row may have to be read here */

/* Takes a row (values that it has no more are null); NULL, or what is wrong with it: a constant. */
typedef const char *btree_row(void *to, int64_t rowid, const struct btree_value *values);

enum btree_state {
	BTREE_CLEAN,
	BTREE_OTHER, /* sound as far as one can see, but for SQLite to read */
	BTREE_TORN,  /* shorter than it says of itself */
};

/* bytes and arena must outlive b. Rows that span pages are put together in the arena. */
enum btree_state btree_open(struct btree *b, struct str bytes, struct arena *arena);
/* Gives each row of the table at this root page to `row`; NULL, or what is wrong: a constant. */
const char *btree_walk(struct btree *b, uint32_t root, btree_row *row, void *to);
