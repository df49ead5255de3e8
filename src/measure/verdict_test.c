#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/verdict.h"

static struct ratio interval(double low, double log, double high)
{
	return (struct ratio){.n = 20, .log = log, .low = low, .high = high, .p = 0.001};
}

static void all_of_the_interval_decides(void **state)
{
	(void)state;
	struct ratio worse = interval(0.03, 0.06, 0.09), better = interval(-0.09, -0.06, -0.03);
	struct ratio same = interval(-0.01, 0.001, 0.01), wide = interval(-0.02, 0.06, 0.14);
	struct ratio small = interval(0.001, 0.01, 0.08);
	assert_int_equal(verdict_of(&worse, true, 0.05, true), VERDICT_REGRESSED);
	assert_int_equal(verdict_of(&worse, true, 0.05, false), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(&worse, true, 0.10, true), VERDICT_NOT_REGRESSED);
	assert_int_equal(verdict_of(&same, true, 0.05, true), VERDICT_NOT_REGRESSED);
	assert_int_equal(verdict_of(&wide, true, 0.05, true), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(&small, true, 0.05, true), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(&better, true, 0.05, true), VERDICT_NOT_REGRESSED);
	assert_true(verdict_improved(&better, true, 0.05, true));
	assert_false(verdict_improved(&worse, true, 0.05, true));
}

static void less_may_be_worse(void **state)
{
	(void)state;
	struct ratio less = interval(-0.2, -0.1, -0.06);
	assert_int_equal(verdict_of(&less, false, 0.05, true), VERDICT_REGRESSED);
	assert_int_equal(verdict_of(&less, true, 0.05, true), VERDICT_NOT_REGRESSED);
}

static void few_rounds_never_make_a_regression(void **state)
{
	(void)state;
	struct ratio few = interval(0.5, 0.6, 0.7), none = {.p = 1};
	few.n = VERDICT_LEAST_ROUNDS - 1;
	assert_int_equal(verdict_of(&few, true, 0.05, true), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(&none, true, 0.05, true), VERDICT_INCONCLUSIVE);
}

static void benjamini_and_hochberg_take_the_largest_that_fits(void **state)
{
	(void)state;
	struct arena a = {0};
	/* the example of their paper of 1995 */
	const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
			    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
	bool found[15];
	assert_int_equal(discovery(&a, p, 15, 0.05, found), 4);
	for (int i = 0; i < 15; i++)
		assert_int_equal(found[i], i < 4);
	/* one that would fail by itself is carried by those behind it; NaN is no discovery */
	const double carried[] = {0.04, 0.045, 0.001, NAN};
	assert_int_equal(discovery(&a, carried, 4, 0.06, found), 3);
	assert_true(found[0] && found[1] && found[2] && !found[3]);
	assert_int_equal(discovery(&a, NULL, 0, 0.05, found), 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_of_the_interval_decides),
	    cmocka_unit_test(less_may_be_worse),
	    cmocka_unit_test(few_rounds_never_make_a_regression),
	    cmocka_unit_test(benjamini_and_hochberg_take_the_largest_that_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
