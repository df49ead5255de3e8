#include "analyse/ids.h"

#include <string.h>

#include "base/mem.h"

void ids_free(struct ids *t)
{
	mem_free(t->slots);
	*t = (struct ids){0};
}

static uint32_t home(const struct ids *t, uint64_t id)
{
	uint64_t x = id ^ t->seed;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(x ^ x >> 31) & (t->cap - 1);
}

/* The slot of the id, or the free one where it would go. */
static struct ids_slot *find(const struct ids *t, uint64_t id)
{
	uint32_t i = home(t, id);
	while (t->slots[i].id && t->slots[i].id != id)
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

struct ids_slot *ids_get(const struct ids *t, uint64_t id)
{
	if (!t->cap || !id)
		return NULL;
	struct ids_slot *s = find(t, id);
	return s->id ? s : NULL;
}

static void grow(struct ids *t)
{
	struct ids old = *t;
	t->cap = old.cap ? old.cap * 2 : 64;
	t->slots = mem_alloc(sizeof(*t->slots) * t->cap);
	memset(t->slots, 0, sizeof(*t->slots) * t->cap);
	for (uint32_t i = 0; i < old.cap; i++)
		if (old.slots[i].id)
			*find(t, old.slots[i].id) = old.slots[i];
	mem_free(old.slots);
}

struct ids_slot *ids_at(struct ids *t, uint64_t id)
{
	if (t->n + 1 > t->cap / 4 * 3)
		grow(t);
	struct ids_slot *s = find(t, id);
	if (!s->id) {
		s->id = id;
		t->n++;
	}
	return s;
}

void ids_drop(struct ids *t, uint64_t id)
{
	struct ids_slot *s = ids_get(t, id);
	if (!s)
		return;
	uint32_t mask = t->cap - 1, hole = (uint32_t)(s - t->slots);
	for (uint32_t i = (hole + 1) & mask; t->slots[i].id; i = (i + 1) & mask) {
		/* what may stand in the hole without being lost moves there */
		if (((i - home(t, t->slots[i].id)) & mask) < ((i - hole) & mask))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = (struct ids_slot){0};
	t->n--;
}
