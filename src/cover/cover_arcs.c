#include "cover/cover_arcs.h"

#include <string.h>

#include "base/mem.h"

static uint64_t key_of(int32_t from, int32_t to)
{
	return (uint64_t)(uint32_t)from << 32 | (uint32_t)to;
}

/* The slot of the key, or the free one where it would go. cap > 0 and not full. */
static uint64_t *slot_of(const struct cover_arcs *a, uint64_t key)
{
	uint64_t x = (key ^ key >> 29) * 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9u;
	uint32_t mask = a->cap - 1;
	for (uint32_t i = (uint32_t)(x >> 32) & mask;; i = (i + 1) & mask)
		if (!a->slots[i] || a->slots[i] == key)
			return &a->slots[i];
}

static void grow(struct cover_arcs *a)
{
	struct cover_arcs old = *a;
	a->cap = old.cap ? old.cap * 2 : 64;
	a->slots = mem_alloc(sizeof(*a->slots) * a->cap);
	memset(a->slots, 0, sizeof(*a->slots) * a->cap);
	for (uint32_t i = 0; i < old.cap; i++)
		if (old.slots[i])
			*slot_of(a, old.slots[i]) = old.slots[i];
	mem_free(old.slots);
}

void cover_arcs_add(struct cover_arcs *a, int32_t from, int32_t to)
{
	uint64_t key = key_of(from, to);
	if (!key)
		return;
	if (a->n >= a->cap / 2)
		grow(a);
	uint64_t *slot = slot_of(a, key);
	a->n += *slot != key;
	*slot = key;
}

bool cover_arcs_has(const struct cover_arcs *a, int32_t from, int32_t to)
{
	uint64_t key = key_of(from, to);
	return a->n && key && *slot_of(a, key) == key;
}

void cover_arcs_free(struct cover_arcs *a)
{
	mem_free(a->slots);
	*a = (struct cover_arcs){0};
}
