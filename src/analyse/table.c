#include "analyse/table.h"

#include <string.h>

#include "base/mem.h"

void table_free(struct table *t)
{
	mem_free(t->slots);
	*t = (struct table){0};
}

static void place(struct table *t, struct table_slot s)
{
	uint32_t mask = t->cap - 1, i = s.hash & mask;
	while (t->slots[i].item)
		i = (i + 1) & mask;
	t->slots[i] = s;
}

void table_add(struct table *t, uint32_t hash, uint32_t item)
{
	if (t->n + 1 > t->cap / 8 * 7) {
		struct table old = *t;
		t->cap = old.cap ? old.cap * 2 : 64;
		t->slots = mem_alloc(sizeof(*t->slots) * t->cap);
		memset(t->slots, 0, sizeof(*t->slots) * t->cap);
		for (uint32_t i = 0; i < old.cap; i++)
			if (old.slots[i].item)
				place(t, old.slots[i]);
		mem_free(old.slots);
	}
	place(t, (struct table_slot){hash, item + 1});
	t->n++;
}

/* From place i on. A table without slots has only the place behind the last. */
static uint32_t scan(const struct table *t, uint32_t hash, uint32_t i)
{
	if (!t->cap)
		return 0;
	for (i &= t->cap - 1; t->slots[i].item && t->slots[i].hash != hash; i = (i + 1) & (t->cap - 1))
		;
	return i;
}

uint32_t table_first(const struct table *t, uint32_t hash)
{
	return scan(t, hash, hash);
}

uint32_t table_next(const struct table *t, uint32_t hash, uint32_t at)
{
	return scan(t, hash, at + 1);
}

uint32_t table_item(const struct table *t, uint32_t at)
{
	return t->cap && t->slots[at].item ? t->slots[at].item - 1 : TABLE_NONE;
}
