/* Stand-ins for the lists of analyse/model.h, for the tests of this room only. */
#pragma once
#include "report/model_fixture.h"

static struct model *double_model;
static enum span_kind double_kind;

static int double_order(const void *a, const void *b, int64_t (*of)(uint32_t))
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	return of(i) != of(j) ? (of(i) < of(j) ? 1 : -1) : (i > j) - (i < j);
}
static int64_t test_ns(uint32_t i)
{
	return double_model->tests[i].dur_ns;
}
static int64_t suite_ns(uint32_t i)
{
	return double_model->suites[i].tests_ns + double_model->suites[i].outside_ns;
}
static int64_t sum_ns(uint32_t i)
{
	return double_model->sums[i].total_ns;
}
static int by_test(const void *a, const void *b)
{
	return double_order(a, b, test_ns);
}
static int by_suite_ns(const void *a, const void *b)
{
	return double_order(a, b, suite_ns);
}
static int by_sum(const void *a, const void *b)
{
	return double_order(a, b, sum_ns);
}

static uint32_t *double_sorted(struct model *m, size_t all, bool (*take)(uint32_t),
			       int (*order)(const void *, const void *), size_t n, size_t *ret_n)
{
	uint32_t *at = arena_array(&m->arena, uint32_t, all + 1);
	size_t k = 0;
	double_model = m;
	for (uint32_t i = 0; i < all; i++)
		if (!take || take(i))
			at[k++] = i;
	if (order)
		qsort(at, k, sizeof(*at), order);
	*ret_n = k < n ? k : n;
	return at;
}
static bool is_kind(uint32_t i)
{
	return double_model->sums[i].kind == double_kind;
}
static bool is_bad_test(uint32_t i)
{
	return status_is_bad(double_model->tests[i].status);
}
static bool is_bad_unit(uint32_t i)
{
	return status_is_bad(double_model->units[i].status);
}

uint32_t *model_slowest_tests(struct model *m, size_t n, size_t *ret_n)
{
	return double_sorted(m, m->n_tests, NULL, by_test, n, ret_n);
}
uint32_t *model_slowest_suites(struct model *m, size_t n, size_t *ret_n)
{
	return double_sorted(m, m->n_suites, NULL, by_suite_ns, n, ret_n);
}
uint32_t *model_slowest_sums(struct model *m, enum span_kind kind, size_t n, size_t *ret_n)
{
	double_kind = kind;
	return double_sorted(m, m->n_sums, is_kind, by_sum, n, ret_n);
}
uint32_t *model_bad_tests(struct model *m, size_t *ret_n)
{
	return double_sorted(m, m->n_tests, is_bad_test, NULL, m->n_tests, ret_n);
}
uint32_t *model_bad_units(struct model *m, size_t *ret_n)
{
	return double_sorted(m, m->n_units, is_bad_unit, NULL, m->n_units, ret_n);
}
