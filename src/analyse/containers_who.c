#include <stdlib.h>

#include "analyse/containers_build.h"
#include "analyse/heap.h"

/* A test or a unit, from its begin to its end, on one worker. */
struct stay {
	int64_t start_ns, end_ns;
	int32_t worker;
	uint32_t index, unit; /* of a test: index of it, and its unit */
};

struct stays {
	struct stay *at;
	uint32_t n;
	struct heap open; /* those that have begun, first to end first */
	uint32_t next;
};

static int by_worker(const void *a, const void *b)
{
	const struct stay *x = a, *y = b;
	if (x->worker != y->worker)
		return x->worker < y->worker ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static bool ends_before(const void *context, uint32_t a, uint32_t b)
{
	const struct stays *s = context;
	return s->at[a].end_ns != s->at[b].end_ns ? s->at[a].end_ns < s->at[b].end_ns : a < b;
}

/* What is open on this worker at this time: in s->open. Asked in the order of workers and times. */
static void open_at(struct stays *s, struct arena *scratch, int32_t worker, int64_t at_ns)
{
	const struct stay *x = s->at;
	uint32_t top;
	while ((top = heap_top(&s->open)) != HEAP_NONE && (x[top].worker != worker || x[top].end_ns <= at_ns))
		if (x[top].worker != worker)
			s->open.n = 0;
		else
			heap_pop(&s->open, ends_before, s);
	while (s->next < s->n && x[s->next].worker < worker)
		s->next++;
	for (; s->next < s->n && x[s->next].worker == worker && x[s->next].start_ns <= at_ns; s->next++)
		if (x[s->next].end_ns > at_ns)
			heap_push(&s->open, scratch, s->next, ends_before, s);
}

static struct stays tests_of(const struct model *m, struct arena *scratch)
{
	const struct model_build *b = m->build;
	struct stays s = {.at = arena_array(scratch, struct stay, m->n_tests + b->n_attempts)};
	for (uint32_t i = 0; i < m->n_tests; i++) {
		const struct model_test *t = &m->tests[i];
		s.at[s.n++] = (struct stay){t->start_ns, t->start_ns + t->dur_ns, t->worker, i, t->unit};
	}
	for (size_t i = 0; i < b->n_attempts; i++) {
		const struct attempt *a = &b->attempts[i];
		s.at[s.n++] = (struct stay){a->start_ns, a->end_ns, a->worker, a->test, a->unit};
	}
	if (s.n)
		qsort(s.at, s.n, sizeof(*s.at), by_worker);
	return s;
}

static struct stays units_of(const struct model *m, struct arena *scratch)
{
	struct stays s = {.at = arena_array(scratch, struct stay, m->n_units)};
	for (uint32_t i = 0; i < m->n_units; i++) {
		const struct model_unit *u = &m->units[i];
		s.at[s.n++] = (struct stay){u->start_ns, u->start_ns + u->dur_ns, u->worker, i, i};
	}
	if (s.n)
		qsort(s.at, s.n, sizeof(*s.at), by_worker);
	return s;
}

/* The test around each test; NULL where none lies in another. */
static uint32_t *find_outer(const struct model *m, struct arena *scratch)
{
	const struct model_build *b = m->build;
	if (!b->n_inner)
		return NULL;
	struct map tests = {0};
	uint32_t *outer = arena_array(scratch, uint32_t, m->n_tests);
	for (size_t i = 0; i < m->n_tests; i++)
		outer[i] = MODEL_NONE;
	for (size_t i = 0; i < b->n_outer; i++)
		*map_at_int(&tests, b->outer[i].id) = b->outer[i].test;
	for (size_t i = 0; i < b->n_inner; i++)
		outer[b->inner[i].test] = map_get_int(&tests, b->inner[i].id);
	map_free(&tests);
	return outer;
}

/* Whether test a lies in test b. */
static bool lies_in(const uint32_t *outer, uint32_t a, uint32_t b)
{
	for (unsigned depth = 0; outer && a != MODEL_NONE && depth < CONTAINER_MOST_OPEN_TESTS; depth++) {
		a = outer[a];
		if (a == b)
			return true;
	}
	return false;
}

/* Of all that are open the one in all others; MODEL_NONE: there is no such. */
static uint32_t innermost(const struct stays *s, const uint32_t *outer)
{
	if (!s->open.n || s->open.n > CONTAINER_MOST_OPEN_TESTS)
		return MODEL_NONE;
	uint32_t best = s->open.at[0];
	for (uint32_t i = 1; i < s->open.n; i++)
		if (lies_in(outer, s->at[s->open.at[i]].index, s->at[best].index))
			best = s->open.at[i];
	for (uint32_t i = 0; i < s->open.n; i++) {
		uint32_t other = s->open.at[i];
		if (other != best && !lies_in(outer, s->at[best].index, s->at[other].index))
			return MODEL_NONE;
	}
	return best;
}

static int containers_by_worker(const void *a, const void *b)
{
	const struct model_container *x = *(struct model_container *const *)a,
				     *y = *(struct model_container *const *)b;
	if (x->worker != y->worker)
		return x->worker < y->worker ? -1 : 1;
	if (x->create_at_ns != y->create_at_ns)
		return x->create_at_ns < y->create_at_ns ? -1 : 1;
	return (x > y) - (x < y);
}

void containers_attribute(struct model *m, struct arena *scratch)
{
	struct model_containers *c = &m->containers;
	struct model_container **of = arena_array(scratch, struct model_container *, c->n);
	if (!c->n)
		return;
	for (uint32_t i = 0; i < c->n; i++)
		of[i] = &c->all[i];
	qsort(of, c->n, sizeof(struct model_container *), containers_by_worker);
	struct stays tests = tests_of(m, scratch), units = units_of(m, scratch);
	const uint32_t *outer = find_outer(m, scratch);
	for (uint32_t i = 0; i < c->n; i++) {
		struct model_container *x = of[i];
		x->shared = true;
		if (x->worker < 0)
			continue;
		open_at(&tests, scratch, x->worker, x->create_at_ns);
		open_at(&units, scratch, x->worker, x->create_at_ns);
		uint32_t test = innermost(&tests, outer);
		if (test != MODEL_NONE) {
			x->shared = false;
			x->test = tests.at[test].index;
			x->unit = tests.at[test].unit;
		} else if (units.open.n == 1) {
			x->unit = units.at[units.open.at[0]].index;
		}
	}
}
