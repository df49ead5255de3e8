#include "base/map.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct map_slot {
	struct str key; /* text key; at == NULL for a number */
	uint64_t hash;  /* of a text key, or the number itself */
	uint32_t value;
	bool used;
};

void map_free(struct map *m)
{
	mem_free(m->slots);
	*m = (struct map){0};
}

void map_clear(struct map *m)
{
	if (m->cap)
		memset(m->slots, 0, sizeof(*m->slots) * m->cap);
	m->n = 0;
}

static uint64_t spread(uint64_t x)
{
	x *= 0x9e3779b97f4a7c15u;
	return x ^ x >> 32;
}

/* The slot of the key, or the free one where it would go. cap > 0. */
static struct map_slot *find(const struct map *m, struct str key, uint64_t hash)
{
	uint32_t mask = m->cap - 1;
	for (uint32_t i = (uint32_t)spread(hash) & mask;; i = (i + 1) & mask) {
		struct map_slot *s = &m->slots[i];
		if (!s->used)
			return s;
		if (s->hash == hash && (key.at ? s->key.at && str_eq(s->key, key) : !s->key.at))
			return s;
	}
}

static void grow(struct map *m)
{
	struct map old = *m;
	m->cap = old.cap ? old.cap * 2 : 64;
	m->slots = mem_alloc(sizeof(*m->slots) * m->cap);
	memset(m->slots, 0, sizeof(*m->slots) * m->cap);
	for (uint32_t i = 0; i < old.cap; i++)
		if (old.slots[i].used)
			*find(m, old.slots[i].key, old.slots[i].hash) = old.slots[i];
	mem_free(old.slots);
}

static uint32_t get(const struct map *m, struct str key, uint64_t hash)
{
	if (!m->cap)
		return MAP_NONE;
	const struct map_slot *s = find(m, key, hash);
	return s->used ? s->value : MAP_NONE;
}

static uint32_t *at(struct map *m, struct str key, uint64_t hash)
{
	if (m->n + 1 > m->cap / 4 * 3)
		grow(m);
	struct map_slot *s = find(m, key, hash);
	if (!s->used) {
		*s = (struct map_slot){key, hash, MAP_NONE, true};
		m->n++;
	}
	return &s->value;
}

/* The address of a map differs between runs (ASLR), which is seed enough. */
static uint64_t hash_of(const struct map *m, struct str *key)
{
	if (!key->at)
		*key = STR("");
	return str_hash(*key, m->seed);
}

uint32_t map_get(const struct map *m, struct str key)
{
	uint64_t h = hash_of(m, &key);
	return get(m, key, h);
}

uint32_t *map_at(struct map *m, struct str key)
{
	if (!m->seed && !m->n)
		m->seed = (uint64_t)(uintptr_t)m | 1;
	uint64_t h = hash_of(m, &key);
	return at(m, key, h);
}

uint32_t map_get_int(const struct map *m, uint64_t key)
{
	return get(m, STR_NONE, key);
}

uint32_t *map_at_int(struct map *m, uint64_t key)
{
	return at(m, STR_NONE, key);
}
