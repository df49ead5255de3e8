#include "cover_in/cover_blocks.h"

#include <stdlib.h>
#include <string.h>

const char *cover_block_fault(const struct cover_block *b)
{
	if (b->first == 0 || b->last > COVER_LINE_MAX)
		return "the line number is out of range";
	if (b->last < b->first || (b->last == b->first && b->last_column < b->first_column))
		return "a block that ends before it begins";
	if (b->last - b->first > COVER_BLOCK_LINES)
		return "a block of more than 65,536 lines";
	return NULL;
}

static int compare(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int by_place(const void *pa, const void *pb)
{
	const struct cover_block *a = pa, *b = pb;
	int c = compare(a->first, b->first);
	c = c ? c : compare(a->first_column, b->first_column);
	c = c ? c : compare(a->last, b->last);
	return c ? c : compare(a->last_column, b->last_column);
}

static int by_hits(const void *pa, const void *pb)
{
	const struct cover_block *a = pa, *b = pb;
	int c = -compare(a->hits, b->hits);
	return c ? c : by_place(pa, pb);
}

/* Makes one of blocks that are the same. */
static size_t unite(struct cover_block *blocks, size_t n)
{
	size_t n_out = 0;
	for (size_t i = 0; i < n; i++) {
		struct cover_block *before = n_out ? &blocks[n_out - 1] : NULL;
		if (before && by_place(before, &blocks[i]) == 0)
			before->hits += blocks[i].hits < COVER_COUNT_MAX - before->hits
					    ? blocks[i].hits
					    : COVER_COUNT_MAX - before->hits;
		else
			blocks[n_out++] = blocks[i];
	}
	return n_out;
}

void cover_blocks_tell(struct cover_tell *t, struct cover_block *blocks, size_t n, struct arena *scratch)
{
	uint32_t first = UINT32_MAX, last = 0;
	if (!n)
		return;
	qsort(blocks, n, sizeof(*blocks), by_place);
	n = unite(blocks, n);
	qsort(blocks, n, sizeof(*blocks), by_hits);
	for (size_t i = 0; i < n; i++) {
		first = blocks[i].first < first ? blocks[i].first : first;
		last = blocks[i].last > last ? blocks[i].last : last;
	}
	/* next[i]: the first line from first + i on that no block has told yet; halved paths keep the walks
	 * short */
	uint32_t n_lines = last - first + 1;
	uint32_t *next = arena_array(scratch, uint32_t, (size_t)n_lines + 1);
	for (uint32_t i = 0; i <= n_lines; i++)
		next[i] = i;
	for (size_t i = 0; i < n; i++)
		for (uint32_t at = blocks[i].first - first;; at++) {
			while (next[at] != at)
				at = next[at] = next[next[at]];
			if (first + at > blocks[i].last)
				break;
			(void)tell_line(t, first + at, blocks[i].hits);
			next[at] = at + 1;
		}
}
