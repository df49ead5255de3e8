#include <stdlib.h>

#include "analyse/containers_build.h"
#include "base/str.h"

/* When its process lived. */
static void settle_life(const struct model *m, struct model_container *c, const struct container_build *b)
{
	bool of_engine = b->source == SOURCE_TAP || c->create_ns >= 0;
	int64_t end_ns = b->ended_ns >= 0 ? b->ended_ns : b->stopped_ns;
	c->ended = end_ns >= 0;
	c->left = m->done && !b->refused && !c->removed && !b->reaper && (of_engine || !c->ended);
	if (b->start_end_ns >= 0)
		c->run_ns = b->start_end_ns;
	else if (!c->failed && b->alive_ns >= 0)
		c->run_ns = of_engine ? b->alive_ns : c->create_at_ns;
	else if (!c->n_starts && !of_engine)
		c->run_ns = c->create_at_ns;
	if (c->run_ns < 0) {
		c->ended = false;
		return;
	}
	if (c->run_ns > m->wall_ns)
		c->run_ns = m->wall_ns;
	c->end_ns = end_ns < 0 || end_ns > m->wall_ns ? m->wall_ns : end_ns;
	if (c->end_ns < c->run_ns)
		c->end_ns = c->run_ns;
}

static void settle_ready(struct model_container *c, const struct container_build *b)
{
	enum ready_by by;
	int64_t ready_ns = container_ready(b, &by);
	if (ready_ns < 0 || c->run_ns < 0 || c->failed) {
		c->use_at_ns = -1;
		return;
	}
	c->ready_by = by;
	c->ready_ns = ready_ns > c->run_ns ? ready_ns - c->run_ns : 0;
	int64_t since_ns = plus(c->run_ns, c->ready_ns);
	if (c->use_at_ns > since_ns && b->asks)
		c->wait_ns = c->use_at_ns - since_ns;
}

/* The image without registry and tag: "ghcr.io/x/registry:2" is "registry". */
static struct str type_of_image(struct str image)
{
	image = str_cut(image, 0, str_find(image, '@'));
	size_t slash = str_find_last(image, '/');
	if (slash < image.n)
		image = str_cut(image, slash + 1, image.n);
	return str_cut(image, 0, str_find(image, ':'));
}

/* Containers of one image have one type, also those whose creation failed and of which nobody said it. */
static void settle_types(struct model *m, struct containers_build *cb)
{
	struct map types = {0};
	for (size_t i = 0; i < cb->n; i++)
		if (cb->all[i].type.n && cb->all[i].image.n)
			*map_at(&types, cb->all[i].image) = (uint32_t)i;
	for (size_t i = 0; i < cb->n; i++) {
		struct model_container *c = &cb->all[i];
		if (c->type.n)
			continue;
		uint32_t known = c->image.n ? map_get(&types, c->image) : MAP_NONE;
		struct str type = known != MAP_NONE ? cb->all[known].type : type_of_image(c->image);
		if (!c->image.n) /* the suite's own: it has a name */
			type = c->name;
		c->type = type.n ? model_intern(m, type) : STR("container");
	}
	map_free(&types);
}

/*
 * Takes out what was no container: ids of which only calls spoke, and creations that failed for want of
 * the image and that the same worker tried again (the client had pulled it by then).
 */
static void drop(struct model *m, struct containers_build *cb)
{
	struct table later = {0};
	for (size_t i = cb->n; i-- > 0;) {
		struct model_container *c = &cb->all[i];
		struct container_build *b = &cb->beside[i];
		if (!b->begun)
			continue;
		uint32_t hash = model_hash(m, c->image, STR_NONE, (uint32_t)c->worker), k;
		uint32_t at = table_first(&later, hash);
		while ((k = table_item(&later, at)) != TABLE_NONE &&
		       (cb->all[k].worker != c->worker || !str_eq(cb->all[k].image, c->image)))
			at = table_next(&later, hash, at);
		if (k == TABLE_NONE)
			table_add(&later, hash, (uint32_t)i);
		else if (b->no_image)
			b->begun = false;
	}
	table_free(&later);
	size_t n = 0;
	for (size_t i = 0; i < cb->n; i++) {
		if (!cb->beside[i].begun)
			continue;
		cb->all[n] = cb->all[i];
		cb->beside[n++] = cb->beside[i];
	}
	cb->n = n;
}

static int by_creation(const void *a, const void *b)
{
	const struct model_container *x = a, *y = b;
	if (x->create_at_ns != y->create_at_ns)
		return x->create_at_ns < y->create_at_ns ? -1 : 1;
	int order = str_compare(x->name, y->name);
	return order ? order : str_compare(x->cid, y->cid);
}

/* Polling ends no later than when the same worker asks for its next container. */
static void cut_waits(struct model_containers *c, struct arena *scratch)
{
	struct map seen = {0}; /* the creation after this one, by worker */
	int64_t *next_ns = arena_array(scratch, int64_t, c->n);
	uint32_t n = 0;
	for (uint32_t i = c->n; i-- > 0;) {
		struct model_container *x = &c->all[i];
		uint32_t *at = map_at_int(&seen, (uint32_t)x->worker);
		if (*at == MAP_NONE) {
			*at = n;
			next_ns[n++] = INT64_MAX;
		}
		int64_t until_ns = next_ns[*at], ready_ns = plus(x->run_ns, x->ready_ns);
		if (x->wait_ns && until_ns > ready_ns && until_ns < x->use_at_ns)
			x->wait_ns = until_ns - ready_ns;
		next_ns[*at] = x->create_at_ns;
	}
	map_free(&seen);
}

static void copy_memory(struct model *m, struct containers_build *cb)
{
	struct model_containers *c = &m->containers;
	if (!cb->n_levels)
		return;
	if (cb->n_levels < MODEL_MOST_STEPS) /* what is left after the last row */
		cb->levels[cb->n_levels++] = cb->total_bytes;
	c->memory = arena_array(&m->arena, struct model_level, cb->n_levels);
	for (uint32_t i = 0; i < cb->n_levels; i++)
		if (!c->n_memory || c->memory[c->n_memory - 1].bytes != cb->levels[i])
			c->memory[c->n_memory++] =
			    (struct model_level){(int64_t)i * cb->width_ns, cb->levels[i]};
}

void model_containers_settle(struct model *m)
{
	struct containers_build *cb = m->build->containers;
	struct model_containers *c = &m->containers;
	struct arena scratch = {0};
	if (!cb)
		return;
	drop(m, cb);
	settle_types(m, cb);
	for (size_t i = 0; i < cb->n; i++) {
		settle_life(m, &cb->all[i], &cb->beside[i]);
		settle_ready(&cb->all[i], &cb->beside[i]);
	}
	c->n = (uint32_t)cb->n;
	c->all = arena_array(&m->arena, struct model_container, cb->n);
	for (size_t i = 0; i < cb->n; i++)
		c->all[i] = cb->all[i];
	if (c->n)
		qsort(c->all, c->n, sizeof(*c->all), by_creation);
	cut_waits(c, &scratch);
	containers_attribute(m, &scratch);
	for (uint32_t i = 0; i < c->n; i++) {
		c->n_failed += c->all[i].failed;
		c->n_left += c->all[i].left;
		c->n_shared += c->all[i].shared;
		c->wait_ns = plus(c->wait_ns, c->all[i].wait_ns);
	}
	containers_types(m, &scratch);
	containers_calls(m, cb);
	containers_sweep(m, &scratch);
	copy_memory(m, cb);
	arena_free(&scratch);
}
