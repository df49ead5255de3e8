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

/* A container, and when it is asked what was open on its worker. */
struct question {
	struct model_container *of;
	int64_t at_ns;
};

static int by_worker_and_time(const void *a, const void *b)
{
	const struct question *x = a, *y = b;
	if (x->of->worker != y->of->worker)
		return x->of->worker < y->of->worker ? -1 : 1;
	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return (x->of > y->of) - (x->of < y->of);
}

static void ask_in_order(struct question *q, uint32_t n)
{
	if (n)
		qsort(q, n, sizeof(*q), by_worker_and_time);
}

static void take_test(struct model_container *x, const struct stay *test)
{
	x->shared = false;
	x->test = test->index;
	x->unit = test->unit;
}

/* The test that was open when a container was asked for. */
static void attribute_at_begin(struct model *m, struct question *q, uint32_t n, struct stays tests,
			       const uint32_t *outer, struct arena *scratch)
{
	struct stays units = units_of(m, scratch);
	ask_in_order(q, n);
	for (uint32_t i = 0; i < n; i++) {
		struct model_container *x = q[i].of;
		open_at(&tests, scratch, x->worker, q[i].at_ns);
		open_at(&units, scratch, x->worker, q[i].at_ns);
		uint32_t test = innermost(&tests, outer);
		if (test != MODEL_NONE)
			take_test(x, &tests.at[test]);
		else if (units.open.n == 1)
			x->unit = units.at[units.open.at[0]].index;
	}
}

/*
 * Where tests are told by lines of output, their begin comes after the fact: a container that a test asks for
 * at once seems to be that of the one before. But a test hardly ever ends before its container was made, so
 * of two it is that of the one that was open by then.
 */
static void attribute_at_answer(const struct model *m, struct question *q, uint32_t n, struct stays tests,
				const uint32_t *outer, struct arena *scratch)
{
	uint32_t n_late = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct model_container *x = q[i].of;
		if (x->create_ns <= 0 ||
		    (x->test != MODEL_NONE && m->tests[x->test].source == SOURCE_INJECTED))
			continue;
		q[n_late] = q[i];
		q[n_late++].at_ns += x->create_ns;
	}
	ask_in_order(q, n_late);
	for (uint32_t i = 0; i < n_late; i++) {
		open_at(&tests, scratch, q[i].of->worker, q[i].at_ns);
		uint32_t test = innermost(&tests, outer);
		if (test != MODEL_NONE && m->tests[tests.at[test].index].source != SOURCE_INJECTED)
			take_test(q[i].of, &tests.at[test]);
	}
}

void containers_attribute(struct model *m, struct arena *scratch)
{
	struct model_containers *c = &m->containers;
	struct question *q = arena_array(scratch, struct question, c->n);
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		c->all[i].shared = true;
		if (c->all[i].worker >= 0)
			q[n++] = (struct question){&c->all[i], c->all[i].create_at_ns};
	}
	if (!n)
		return;
	const uint32_t *outer = find_outer(m, scratch);
	const struct stays tests = tests_of(m, scratch);
	attribute_at_begin(m, q, n, tests, outer, scratch);
	attribute_at_answer(m, q, n, tests, outer, scratch);
}
