/*
 * analyse/table.h - finds items of the caller's array by a hash that the caller
 * computes: eight bytes a slot, at most 7/8 full, no keys kept.
 *
 * A zeroed struct table is empty. Several items may have the same hash; the
 * caller looks at each:
 *
 *	for (at = table_first(t, hash); (i = table_item(t, at)) != TABLE_NONE; at = table_next(t, hash, at))
 *		if (it is item i)
 *			...
 */
#pragma once
#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table_slot {
	uint32_t hash, item; /* item + 1; 0: free */
};

struct table {
	struct table_slot *slots;
	uint32_t n, cap;
};

void table_free(struct table *t);
void table_add(struct table *t, uint32_t hash, uint32_t item);
/* Places of the items with this hash; table_item says TABLE_NONE behind the last. */
uint32_t table_first(const struct table *t, uint32_t hash);
uint32_t table_next(const struct table *t, uint32_t hash, uint32_t at);
uint32_t table_item(const struct table *t, uint32_t at);
