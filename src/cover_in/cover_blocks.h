/*
 * cover_in/cover_blocks.h - Go's coverage: stretches of source with a count, made into lines.
 *
 * Both of Go's formats tell basic blocks. A line counts as often as the block on it that ran most, so that
 * the line of an `if` that ran is covered whether its body ran or not. A block that is told several times
 * (the same package in several test binaries) is one: its counts add up.
 */
#pragma once
#include "base/arena.h"
#include "cover_in/cover_tell.h"

struct cover_block {
	uint32_t first, first_column, last, last_column;
	uint32_t hits;
};

/* Lines that a block may span: more is no basic block of a person's or a generator's. */
enum { COVER_BLOCK_LINES = 1 << 16 };

/* Tells the lines of n blocks to the section that is open. Sorts blocks. Lines must have been checked. */
void cover_blocks_tell(struct cover_tell *t, struct cover_block *blocks, size_t n, struct arena *scratch);
/* NULL, or why the block cannot be. */
const char *cover_block_fault(const struct cover_block *b);
