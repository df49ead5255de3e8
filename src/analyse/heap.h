/*
 * analyse/heap.h - a binary heap of small numbers, best first.
 *
 * What is best is the caller's before(): it must be a strict order and must not
 * change its mind about numbers that are in the heap (heap_rebuild after it
 * did). Memory from the caller's arena; a zeroed struct heap is empty.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define HEAP_NONE UINT32_MAX

typedef bool heap_before(const void *context, uint32_t a, uint32_t b);

struct heap {
	uint32_t *at;
	uint32_t n, cap;
};

void heap_push(struct heap *h, struct arena *a, uint32_t value, heap_before *before, const void *context);
/* The best, left in or taken out; HEAP_NONE when the heap is empty. */
uint32_t heap_top(const struct heap *h);
uint32_t heap_pop(struct heap *h, heap_before *before, const void *context);
/* After the best has become worse: puts it where it belongs now. */
void heap_sink_top(struct heap *h, heap_before *before, const void *context);
void heap_rebuild(struct heap *h, heap_before *before, const void *context);
