#include <stdlib.h>
#include <string.h>

#include "analyse/containers_build.h"
#include "analyse/critical_build.h"
#include "base/str.h"

enum { MOST_TYPES = 32, PARTS = 5 };

/* A time that a worker spent. */
struct spell {
	int32_t worker;
	int64_t start_ns, end_ns;
	uint32_t unit;
};

struct spells {
	struct spell *at;
	size_t n;
};

static int by_worker(const void *a, const void *b)
{
	const struct spell *x = a, *y = b;
	if (x->worker != y->worker)
		return x->worker < y->worker ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return x->end_ns != y->end_ns ? (x->end_ns < y->end_ns ? -1 : 1) : 0;
}

static struct spells units_of(const struct model *m, struct arena *scratch)
{
	struct spells s = {.at = arena_array(scratch, struct spell, m->n_units), .n = m->n_units};
	for (uint32_t i = 0; i < m->n_units; i++)
		s.at[i] = (struct spell){m->units[i].worker, m->units[i].start_ns,
					 m->units[i].start_ns + m->units[i].dur_ns, i};
	qsort(s.at, s.n, sizeof(*s.at), by_worker);
	return s;
}

/* The first unit that begins after this moment of its worker's time, less one. */
static size_t unit_at(const struct spells *units, const struct spell *x)
{
	size_t low = 0, high = units->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct spell *u = &units->at[mid];
		if (u->worker < x->worker || (u->worker == x->worker && u->start_ns <= x->start_ns))
			low = mid + 1;
		else
			high = mid;
	}
	return low ? low - 1 : 0;
}

static void spell_add(struct spells *s, int32_t worker, int64_t start_ns, int64_t length_ns)
{
	if (worker >= 0 && start_ns >= 0 && length_ns > 0)
		s->at[s->n++] = (struct spell){worker, start_ns, plus(start_ns, length_ns), 0};
}

/* Sorts the spells and joins those that overlap. */
static void join(struct spells *s)
{
	size_t n = 0;
	if (s->n > 1)
		qsort(s->at, s->n, sizeof(*s->at), by_worker);
	for (size_t i = 0; i < s->n; i++) {
		struct spell *last = n ? &s->at[n - 1] : NULL;
		if (last && last->worker == s->at[i].worker && s->at[i].start_ns <= last->end_ns)
			last->end_ns = s->at[i].end_ns > last->end_ns ? s->at[i].end_ns : last->end_ns;
		else
			s->at[n++] = s->at[i];
	}
	s->n = n;
}

/* Whether a unit begins before this spell of its worker ends. */
static bool begins_before(const struct spell *unit, const struct spell *x)
{
	return unit->worker < x->worker || (unit->worker == x->worker && unit->start_ns < x->end_ns);
}

/* What units and a spell have in common. Returns how much that is. */
static int64_t cut(const struct spells *units, const struct spell *x, struct saving *ret, size_t *n)
{
	int64_t sum_ns = 0;
	for (size_t i = unit_at(units, x); i < units->n && begins_before(&units->at[i], x); i++) {
		const struct spell *unit = &units->at[i];
		int64_t from_ns = unit->start_ns > x->start_ns ? unit->start_ns : x->start_ns;
		int64_t to_ns = unit->end_ns < x->end_ns ? unit->end_ns : x->end_ns;
		if (unit->worker != x->worker || to_ns <= from_ns)
			continue;
		ret[(*n)++] = (struct saving){unit->unit, to_ns - from_ns};
		sum_ns = plus(sum_ns, to_ns - from_ns);
	}
	return sum_ns;
}

/* A candidate whose spells lie in units; none where they lie elsewhere. */
static void add(struct candidates *c, const struct spells *units, struct spells *s, struct critical_item item)
{
	struct candidate x = {.item = item};
	join(s);
	/* spells do not overlap: a unit begins in one at most, and each has one that began before it */
	struct arena scratch = {0};
	struct saving *savings = arena_array(&scratch, struct saving, units->n + s->n);
	for (size_t i = 0; i < s->n; i++)
		x.item.spent_ns = plus(x.item.spent_ns, cut(units, &s->at[i], savings, &x.n));
	if (x.n) {
		struct saving *kept = arena_array(c->scratch, struct saving, x.n);
		memcpy(kept, savings, x.n * sizeof(*kept));
		x.savings = kept;
		candidate_add(c, &x);
	}
	arena_free(&scratch);
}

/* What beginning and ending a container takes. */
static void add_parts(struct spells *s, const struct model_container *x)
{
	spell_add(s, x->worker, x->create_at_ns, x->create_ns);
	spell_add(s, x->worker, x->start_at_ns, x->start_ns);
	spell_add(s, x->worker, x->run_ns, x->ready_ns);
	spell_add(s, x->worker, x->stop_at_ns, x->stop_ns);
	spell_add(s, x->worker, x->remove_at_ns, x->remove_ns);
}

/* Containers of one type: reused by each worker, or shared by all where several had some. */
static void add_type(struct candidates *c, const struct spells *units, struct spells *s, struct str type,
		     bool share)
{
	const struct model_containers *all = &c->m->containers;
	struct map seen = {0}; /* workers that have had their first one */
	uint32_t n = 0, n_workers;
	s->n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		const struct model_container *x = &all->all[i];
		if (x->failed || x->worker < 0 || !str_eq(x->type, type))
			continue;
		uint32_t *known = map_at_int(&seen, (uint64_t)x->worker);
		bool first = share ? seen.n == 1 && *known == MAP_NONE : *known == MAP_NONE;
		*known = 1;
		if (first)
			continue;
		add_parts(s, x);
		n++;
	}
	n_workers = seen.n;
	map_free(&seen);
	if (n && (!share || n_workers > 1))
		add(c, units, s,
		    (struct critical_item){
			.kind = share ? CRITICAL_SHARE : CRITICAL_REUSE, .name = type, .n = n});
}

static void add_polling(struct candidates *c, const struct spells *units, struct spells *s)
{
	const struct model_containers *all = &c->m->containers;
	uint32_t n = 0;
	s->n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		const struct model_container *x = &all->all[i];
		if (x->wait_ns <= 0)
			continue;
		spell_add(s, x->worker, plus(x->run_ns, x->ready_ns), x->wait_ns);
		n++;
	}
	add(c, units, s, (struct critical_item){.kind = CRITICAL_POLLING, .n = n});
}

static void add_images(struct candidates *c, const struct spells *units)
{
	const struct containers_build *cb = c->m->build->containers;
	struct spells s = {.at = arena_array(c->scratch, struct spell, cb->n_images)};
	for (size_t i = 0; i < cb->n_images; i++)
		spell_add(&s, cb->images[i].worker, cb->images[i].start_ns,
			  cb->images[i].end_ns - cb->images[i].start_ns);
	add(c, units, &s, (struct critical_item){.kind = CRITICAL_IMAGE, .n = (uint32_t)cb->n_images});
}

void critical_containers(struct candidates *c)
{
	const struct model_containers *all = &c->m->containers;
	if (!c->m->build->containers)
		return;
	struct spells units = units_of(c->m, c->scratch);
	struct spells s = {.at = arena_array(c->scratch, struct spell, (size_t)all->n * PARTS)};
	for (uint32_t i = 0; i < all->n_types && i < MOST_TYPES; i++) {
		add_type(c, &units, &s, all->types[i].name, false);
		add_type(c, &units, &s, all->types[i].name, true);
	}
	add_polling(c, &units, &s);
	add_images(c, &units);
}
