#include "base/vec.h"

#include "base/mem.h"

void *vec_grow(void *items, size_t n_items, size_t *cap_items, size_t item_bytes)
{
	return mem_grow(items, n_items, cap_items, item_bytes);
}

void vec_free(void *items)
{
	mem_free(items);
}
