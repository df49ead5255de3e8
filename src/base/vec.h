/*
 * base/vec.h - an array that grows at its end, of the caller's own items.
 *
 *	things = vec_grow(things, n_things, &cap_things, sizeof(*things));
 *	things[n_things++] = ...;
 *
 * For arrays that grow so large that an arena, which cannot take back what was
 * outgrown, would hold them twice. NULL is an empty array. Its owner frees it.
 */
#pragma once
#include <stddef.h>

/* Room for one more item: doubles *cap_items when n_items has reached it. Returns the array, which may have
 * moved. */
void *vec_grow(void *items, size_t n_items, size_t *cap_items, size_t item_bytes);
void vec_free(void *items);
