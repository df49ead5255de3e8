#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyse/run_compare.h"
#include "base/str.h"

#define MS 1000000LL
enum { TESTS = 20 };

static const char *const names[TESTS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
					 "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};

struct made {
	struct model model;
	struct model_test tests[TESTS];
};

static void make(struct made *m, double times)
{
	*m = (struct made){.model = {.host = STR("h"), .done = true, .wall_ns = 5 * 1000 * MS}};
	m->model.tests = m->tests;
	m->model.n_tests = TESTS;
	for (int i = 0; i < TESTS; i++)
		m->tests[i] = (struct model_test){.file = STR("f"),
						  .name = str_of(names[i]),
						  .status = STATUS_PASSED,
						  .dur_ns = (int64_t)((200 + i) * MS * times)};
}

static struct run_comparison compare(struct arena *a, struct made *base, struct made *now)
{
	return runs_compare(a, &base->model, &now->model, (struct run_coverages){0},
			    (struct run_coverages){0});
}

static void the_same_run_has_not_regressed(void **state)
{
	(void)state;
	struct arena a = {0};
	struct made base, now;
	make(&base, 1);
	make(&now, 1);
	struct run_comparison c = compare(&a, &base, &now);
	assert_int_equal(c.verdict, VERDICT_NOT_REGRESSED);
	assert_int_equal(c.n_rows, 0);
	arena_free(&a);
}

static void a_slower_machine_is_no_slower_test(void **state)
{
	(void)state;
	struct arena a = {0};
	struct made base, now;
	make(&base, 1);
	make(&now, 1.4);
	now.tests[3].dur_ns *= 3;
	struct run_comparison c = compare(&a, &base, &now);
	assert_int_equal(c.of[CHANGE_SLOWER], 1);
	assert_true(str_is(c.rows[0].name, "f::d"));
	assert_true(fabs(c.drift - 1.4) < 0.01);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	now.model.host = STR("other");
	c = compare(&a, &base, &now);
	assert_int_equal(c.of[CHANGE_SLOWER], 1);
	assert_int_equal(c.verdict, VERDICT_NOT_REGRESSED);
	arena_free(&a);
}

static void new_failures_come_first(void **state)
{
	(void)state;
	struct arena a = {0};
	struct made base, now;
	make(&base, 1);
	make(&now, 1);
	base.tests[1].status = STATUS_FAILED;
	now.tests[2].status = STATUS_FAILED;
	now.tests[5].dur_ns *= 5;
	now.tests[7].name = STR("unheard of");
	struct run_comparison c = compare(&a, &base, &now);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	assert_int_equal(c.n_rows, 5);
	const enum change_kind kinds[] = {CHANGE_BROKE, CHANGE_SLOWER, CHANGE_FIXED, CHANGE_NEW, CHANGE_GONE};
	for (int i = 0; i < 5; i++)
		assert_int_equal(c.rows[i].what, kinds[i]);
	now.tests[5].dur_ns /= 5;
	now.tests[2].status = STATUS_PASSED;
	now.tests[7].status = STATUS_FAILED; /* a new test that fails */
	c = compare(&a, &base, &now);
	assert_int_equal(c.of[CHANGE_BROKE], 1);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	arena_free(&a);
}

static void lost_coverage_is_a_regression(void **state)
{
	(void)state;
	struct arena a = {0};
	struct made base, now;
	struct run_coverage was[] = {{STR("x.py"), 100, 90}, {STR("y.py"), 100, 80}};
	struct run_coverage is[] = {{STR("y.py"), 100, 70}, {STR("x.py"), 100, 95}};
	make(&base, 1);
	make(&now, 1);
	struct run_coverages b = {was, 2, {STR_NONE, 200, 170}, true},
			     n = {is, 2, {STR_NONE, 200, 165}, true};
	struct run_comparison c = runs_compare(&a, &base.model, &now.model, b, n);
	assert_true(c.cover_lost && c.verdict == VERDICT_REGRESSED);
	assert_int_equal(c.n_lost, 1);
	assert_true(str_is(c.lost[0]->file, "y.py") && c.lost_base[0]->covered == 80);
	n.total.covered = 171;
	c = runs_compare(&a, &base.model, &now.model, b, n);
	assert_true(!c.cover_lost && c.verdict == VERDICT_NOT_REGRESSED);
	arena_free(&a);
}

static void a_run_that_was_cut_short_proves_nothing(void **state)
{
	(void)state;
	struct arena a = {0};
	struct made base, now;
	make(&base, 1);
	make(&now, 1);
	now.model.done = false;
	assert_int_equal(compare(&a, &base, &now).verdict, VERDICT_INCONCLUSIVE);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_run_has_not_regressed),
	    cmocka_unit_test(a_slower_machine_is_no_slower_test),
	    cmocka_unit_test(new_failures_come_first),
	    cmocka_unit_test(lost_coverage_is_a_regression),
	    cmocka_unit_test(a_run_that_was_cut_short_proves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
