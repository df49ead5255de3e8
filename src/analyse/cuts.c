#include "analyse/cuts.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

enum { STRETCHES = 8, OPEN_MOST = 64 * 1024 };

struct stretch {
	int64_t start_ns, end_ns;
};

/* The union of the times of one name in one unit that is not over: the latest ones stand apart. */
struct cut_sum {
	uint64_t id;
	uint32_t name, next; /* others of the same unit */
	uint32_t n;
	int64_t total_ns;
	int64_t from_ns; /* what lies before is not looked at any more */
	struct stretch last[STRETCHES];
};

static struct cuts *cuts_of(struct model *m)
{
	if (m->build->cuts)
		return m->build->cuts;
	struct cuts *c = m->build->cuts = arena_new(&m->build->scratch, struct cuts);
	c->free = MODEL_NONE;
	c->open.seed = m->build->seed;
	return c;
}

void cuts_free(struct cuts *c)
{
	if (!c)
		return;
	vec_free(c->names);
	vec_free(c->all);
	vec_free(c->by_sum);
	vec_free(c->sums);
	table_free(&c->phases);
}

static uint32_t name_new(struct cuts *c, enum critical_kind kind, struct str name)
{
	c->names = vec_grow(c->names, c->n_names, &c->cap_names, sizeof(*c->names));
	c->names[c->n_names] = (struct cut_name){.kind = kind, .name = name};
	return (uint32_t)c->n_names++;
}

static uint32_t name_of_phase(struct model *m, struct cuts *c, struct str name)
{
	uint32_t hash = model_hash(m, name, STR_NONE, 4), i;
	for (uint32_t at = table_first(&c->phases, hash); (i = table_item(&c->phases, at)) != TABLE_NONE;
	     at = table_next(&c->phases, hash, at))
		if (str_eq(c->names[i].name, name))
			return i;
	if (c->phases.n >= CUTS_NAMES)
		return MODEL_NONE;
	i = name_new(c, CRITICAL_PHASE, name);
	table_add(&c->phases, hash, i);
	return i;
}

static uint32_t name_of_sum(struct model *m, struct cuts *c, uint32_t sum)
{
	while (c->n_by_sum <= sum) {
		c->by_sum = vec_grow(c->by_sum, c->n_by_sum, &c->cap_by_sum, sizeof(*c->by_sum));
		c->by_sum[c->n_by_sum++] = 0;
	}
	if (!c->by_sum[sum])
		c->by_sum[sum] = name_new(c, CRITICAL_HOOK, m->sums[sum].name) + 1;
	return c->by_sum[sum] - 1;
}

/* Adds start .. end to a union of times that come mostly in the order of their ends. */
static void unite(struct cut_sum *s, int64_t start_ns, int64_t end_ns, unsigned *n_last)
{
	unsigned kept = 0, at = 0;
	if (start_ns < s->from_ns)
		start_ns = s->from_ns;
	if (end_ns <= start_ns)
		return;
	for (unsigned i = 0; i < *n_last; i++) {
		struct stretch x = s->last[i];
		if (x.end_ns >= start_ns && x.start_ns <= end_ns) {
			s->total_ns -= x.end_ns - x.start_ns;
			start_ns = x.start_ns < start_ns ? x.start_ns : start_ns;
			end_ns = x.end_ns > end_ns ? x.end_ns : end_ns;
			continue;
		}
		s->last[kept++] = x;
	}
	if (kept == STRETCHES) {
		s->from_ns = s->last[0].end_ns;
		memmove(s->last, s->last + 1, (STRETCHES - 1) * sizeof(*s->last));
		kept--;
	}
	while (at < kept && s->last[at].start_ns < start_ns)
		at++;
	memmove(s->last + at + 1, s->last + at, (kept - at) * sizeof(*s->last));
	s->last[at] = (struct stretch){start_ns, end_ns};
	s->total_ns = plus(s->total_ns, end_ns - start_ns);
	*n_last = kept + 1;
}

/* What this name took in this unit so far; NULL where there are too many. */
static struct cut_sum *sum_of(struct model *m, struct cuts *c, uint32_t unit, uint32_t name)
{
	uint64_t id = ((uint64_t)unit + 1) << 32 | name;
	struct ids_slot *slot = ids_get(&c->open, id);
	if (slot)
		return &c->sums[slot->index];
	uint32_t i = c->free;
	if (i != MODEL_NONE) {
		c->free = c->sums[i].next;
	} else if (c->n_sums >= OPEN_MOST) {
		return NULL;
	} else {
		c->sums = vec_grow(c->sums, c->n_sums, &c->cap_sums, sizeof(*c->sums));
		i = (uint32_t)c->n_sums++;
	}
	c->sums[i] = (struct cut_sum){.id = id, .name = name, .next = m->build->units[unit].cuts};
	m->build->units[unit].cuts = i;
	ids_at(&c->open, &m->build->scratch, id)->index = i;
	return &c->sums[i];
}

static void add(struct model *m, uint32_t unit, uint32_t name, int64_t start_ns, int64_t end_ns,
		uint32_t count)
{
	struct cuts *c = m->build->cuts;
	struct cut_name *x = &c->names[name];
	if (x->given_up)
		return;
	struct cut_sum *s = sum_of(m, c, unit, name);
	if (!s)
		return;
	x->n += count ? count : 1;
	if (start_ns < m->units[unit].start_ns)
		start_ns = m->units[unit].start_ns;
	if (count > 1)
		s->total_ns = plus(s->total_ns, end_ns > start_ns ? end_ns - start_ns : 0);
	else
		unite(s, start_ns, end_ns, &s->n);
}

void cuts_add_sum(struct model *m, uint32_t unit, uint32_t sum, int64_t start_ns, int64_t end_ns,
		  uint32_t count)
{
	if (unit != MODEL_NONE)
		add(m, unit, name_of_sum(m, cuts_of(m), sum), start_ns, end_ns, count);
}

void cuts_add_phase(struct model *m, uint32_t unit, struct str name, int64_t start_ns, int64_t end_ns)
{
	uint32_t i = unit == MODEL_NONE ? MODEL_NONE : name_of_phase(m, cuts_of(m), name);
	if (i != MODEL_NONE)
		add(m, unit, i, start_ns, end_ns, 1);
}

static int least_first(const void *a, const void *b)
{
	const struct cut_name *x = *(struct cut_name *const *)a, *y = *(struct cut_name *const *)b;
	if (x->spent_ns != y->spent_ns)
		return x->spent_ns < y->spent_ns ? -1 : 1;
	return (x > y) - (x < y);
}

/* Gives up the names that took least, until half of the room is free. */
static void give_up(struct cuts *c)
{
	struct arena scratch = {0};
	struct cut_name **order = arena_array(&scratch, struct cut_name *, c->n_names);
	size_t left = c->n, n = 0;
	for (size_t i = 0; i < c->n_names; i++)
		order[i] = &c->names[i];
	qsort(order, c->n_names, sizeof(struct cut_name *), least_first);
	for (size_t i = 0; i < c->n_names && left > CUTS_MOST / 2; i++) {
		left -= order[i]->n_cuts;
		order[i]->given_up = order[i]->n_cuts != 0;
	}
	arena_free(&scratch);
	for (size_t i = 0; i < c->n; i++)
		if (!c->names[c->all[i].name].given_up)
			c->all[n++] = c->all[i];
	c->n = n;
}

void cuts_unit_end(struct model *m, uint32_t unit)
{
	struct cuts *c = m->build->cuts;
	if (!c)
		return;
	uint32_t *first = &m->build->units[unit].cuts;
	for (uint32_t i = *first, next; i != MODEL_NONE; i = next) {
		struct cut_sum *s = &c->sums[i];
		struct cut_name *x = &c->names[s->name];
		int64_t most_ns = m->units[unit].dur_ns;
		struct cut cut = {s->name, unit, s->total_ns < most_ns ? s->total_ns : most_ns};
		next = s->next;
		ids_drop(&c->open, s->id);
		s->next = c->free;
		c->free = i;
		if (x->given_up || cut.ns <= 0)
			continue;
		x->spent_ns = plus(x->spent_ns, cut.ns);
		x->n_cuts++;
		c->all = vec_grow(c->all, c->n, &c->cap, sizeof(*c->all));
		c->all[c->n++] = cut;
		if (c->n >= CUTS_MOST)
			give_up(c);
	}
	*first = MODEL_NONE;
}

void cuts_end(struct model *m)
{
	for (uint32_t i = 0; i < m->n_units && m->build->cuts; i++)
		cuts_unit_end(m, i);
}
