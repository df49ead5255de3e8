#include <stdlib.h>

#include "analyse/heap.h"
#include "analyse/model.h"
#include "base/map.h"
#include "base/str.h"

static int by_place(struct str file_a, uint32_t line_a, struct str name_a, struct str file_b, uint32_t line_b,
		    struct str name_b)
{
	int c = str_compare(file_a, file_b);
	if (c == 0)
		c = (line_a > line_b) - (line_a < line_b);
	return c ? c : str_compare(name_a, name_b);
}

static int test_order(const struct model *m, uint32_t a, uint32_t b)
{
	const struct model_test *x = &m->tests[a], *y = &m->tests[b];
	if (x->dur_ns != y->dur_ns)
		return x->dur_ns > y->dur_ns ? -1 : 1;
	int c = str_compare(x->name, y->name);
	return c ? c : by_place(x->file, x->line, x->key, y->file, y->line, y->key);
}

static int64_t suite_ns(const struct model_suite *s)
{
	int64_t sum_ns;
	return __builtin_add_overflow(s->tests_ns, s->outside_ns, &sum_ns) ? INT64_MAX : sum_ns;
}

static int suite_order(const struct model *m, uint32_t a, uint32_t b)
{
	const struct model_suite *x = &m->suites[a], *y = &m->suites[b];
	if (suite_ns(x) != suite_ns(y))
		return suite_ns(x) > suite_ns(y) ? -1 : 1;
	int c = str_compare(x->name, y->name);
	return c ? c : str_compare(x->file, y->file);
}

static int sum_order(const struct model *m, uint32_t a, uint32_t b)
{
	const struct model_sum *x = &m->sums[a], *y = &m->sums[b];
	if (x->total_ns != y->total_ns)
		return x->total_ns > y->total_ns ? -1 : 1;
	int c = str_compare(x->name, y->name);
	return c ? c : by_place(x->file, x->line, x->name, y->file, y->line, y->name);
}

/* The n first of what is pushed, kept in a heap whose top is the last of them. */
struct top {
	const struct model *m;
	int (*order)(const struct model *m, uint32_t a, uint32_t b);
	struct arena scratch;
	struct heap heap;
};

static bool later(const void *context, uint32_t a, uint32_t b)
{
	const struct top *t = context;
	int c = t->order(t->m, a, b);
	return c ? c > 0 : a > b;
}

static void top_push(struct top *t, uint32_t i, size_t n)
{
	if (t->heap.n < n) {
		heap_push(&t->heap, &t->scratch, i, later, t);
	} else if (n && later(t, t->heap.at[0], i)) {
		t->heap.at[0] = i;
		heap_sink_top(&t->heap, later, t);
	}
}

static uint32_t *top_take(struct top *t, struct model *m, size_t *ret_n)
{
	uint32_t *out = arena_array(&m->arena, uint32_t, t->heap.n);
	*ret_n = t->heap.n;
	while (t->heap.n) {
		size_t at = t->heap.n - 1;
		out[at] = heap_pop(&t->heap, later, t);
	}
	arena_free(&t->scratch);
	return out;
}

uint32_t *model_slowest_tests(struct model *m, size_t n, size_t *ret_n)
{
	struct top t = {.m = m, .order = test_order};
	for (size_t i = 0; i < m->n_tests; i++)
		top_push(&t, (uint32_t)i, n);
	return top_take(&t, m, ret_n);
}

/* Whether suites say what their tests say: each is one of the same name. */
static bool suites_are_tests(const struct model *m)
{
	if (m->n_suites != m->n_tests)
		return false;
	for (size_t i = 0; i < m->n_tests; i++)
		if (!str_eq(m->tests[i].name, m->suites[m->tests[i].suite].name))
			return false;
	return true;
}

bool model_has_parts(const struct model *m)
{
	for (size_t i = 0; i < m->n_tests; i++)
		if (m->tests[i].steps_ns || m->tests[i].hooks_ns)
			return true;
	return false;
}

uint32_t *model_slowest_suites(struct model *m, size_t n, size_t *ret_n)
{
	struct top t = {.m = m, .order = suite_order};
	size_t all = suites_are_tests(m) ? 0 : m->n_suites;
	for (size_t i = 0; i < all; i++)
		top_push(&t, (uint32_t)i, n);
	return top_take(&t, m, ret_n);
}

uint32_t *model_slowest_sums(struct model *m, enum span_kind kind, size_t n, size_t *ret_n)
{
	struct top t = {.m = m, .order = sum_order};
	for (size_t i = 0; i < m->n_sums; i++)
		if (m->sums[i].kind == kind)
			top_push(&t, (uint32_t)i, n);
	return top_take(&t, m, ret_n);
}

static int place_order(const struct model *m, uint32_t a, uint32_t b)
{
	const struct model_test *x = &m->tests[a], *y = &m->tests[b];
	return by_place(x->file, x->line, x->name, y->file, y->line, y->name);
}

uint32_t *model_bad_tests(struct model *m, size_t *ret_n)
{
	struct top t = {.m = m, .order = place_order};
	for (size_t i = 0; i < m->n_tests; i++)
		if (status_is_bad(m->tests[i].status))
			top_push(&t, (uint32_t)i, m->n_tests);
	return top_take(&t, m, ret_n);
}

static int unit_order(const struct model *m, uint32_t a, uint32_t b)
{
	return str_compare(m->units[a].name, m->units[b].name);
}

uint32_t *model_bad_units(struct model *m, size_t *ret_n)
{
	struct top t = {.m = m, .order = unit_order};
	struct map last = {0};
	for (size_t i = 0; i < m->n_units; i++) {
		uint32_t *at = map_at(&last, m->units[i].name);
		if (*at == MAP_NONE || m->units[i].attempt > *at)
			*at = m->units[i].attempt;
	}
	size_t n = m->n_units + m->n_outside;
	for (size_t i = 0; i < n; i++) {
		const struct model_unit *u = &m->units[i];
		bool counts = i >= m->n_units || map_get(&last, u->name) == u->attempt;
		if (status_is_bad(u->status) && !u->n_bad && counts)
			top_push(&t, (uint32_t)i, n);
	}
	map_free(&last);
	return top_take(&t, m, ret_n);
}
