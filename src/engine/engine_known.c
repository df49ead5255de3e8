#include "engine/engine_known.h"

#include "base/mem.h"
#include "base/str.h"

enum { SHORT_ID = 12 };

void known_free(struct engine_known *k)
{
	map_free(&k->by_id);
	map_free(&k->by_name);
	map_free(&k->execs_by_id);
	mem_free(k->containers);
	mem_free(k->execs);
	arena_free(&k->arena);
	*k = (struct engine_known){.n_containers = 0};
}

struct known_container *known_add(struct engine_known *k, struct str cid)
{
	struct known_container *c = arena_new(&k->arena, struct known_container);
	c->cid = arena_str(&k->arena, cid);
	k->containers = mem_grow(k->containers, k->n_containers, &k->cap_containers, sizeof(*k->containers));
	*map_at(&k->by_id, str_cut(c->cid, 0, SHORT_ID)) = (uint32_t)k->n_containers;
	k->containers[k->n_containers++] = c;
	return c;
}

void known_name(struct engine_known *k, struct known_container *c, struct str name)
{
	if (!name.n || str_eq(c->name, name))
		return;
	c->name = arena_str(&k->arena, name);
	*map_at(&k->by_name, c->name) = map_get(&k->by_id, str_cut(c->cid, 0, SHORT_ID));
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')))
			return false;
	return s.n > 0;
}

static bool begins(struct str s, struct str with)
{
	return s.n >= with.n && str_eq(str_cut(s, 0, with.n), with);
}

struct known_container *known_find(const struct engine_known *k, struct str ref)
{
	if (!ref.n)
		return NULL;
	if (ref.at[0] == '/')
		ref = str_cut(ref, 1, ref.n);
	uint32_t i = map_get(&k->by_name, ref);
	if (i == MAP_NONE && ref.n >= SHORT_ID && is_hex(ref)) {
		i = map_get(&k->by_id, str_cut(ref, 0, SHORT_ID));
		if (i != MAP_NONE && !begins(k->containers[i]->cid, ref))
			i = MAP_NONE;
	} else if (i == MAP_NONE && is_hex(ref)) {
		for (size_t at = k->n_containers; at > 0 && i == MAP_NONE; at--)
			if (begins(k->containers[at - 1]->cid, ref))
				i = (uint32_t)at - 1;
	}
	return i == MAP_NONE ? NULL : k->containers[i];
}

struct known_exec *known_exec_add(struct engine_known *k, struct str id)
{
	struct known_exec *x = arena_new(&k->arena, struct known_exec);
	x->id = arena_str(&k->arena, id);
	k->execs = mem_grow(k->execs, k->n_execs, &k->cap_execs, sizeof(*k->execs));
	*map_at(&k->execs_by_id, x->id) = (uint32_t)k->n_execs;
	k->execs[k->n_execs++] = x;
	return x;
}

struct known_exec *known_exec_find(const struct engine_known *k, struct str id)
{
	uint32_t i = map_get(&k->execs_by_id, id);
	return i == MAP_NONE ? NULL : k->execs[i];
}
