#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "measure/edivisive.h"

/* About normal. */
static double noise(struct random *r)
{
	double sum = -6;
	for (int i = 0; i < 12; i++)
		sum += random_unit(r);
	return sum;
}

static void history(double *v, size_t n, uint64_t seed)
{
	struct random r = {seed};
	for (size_t i = 0; i < n; i++)
		v[i] = 100 + noise(&r);
}

static void three_changes_are_found_and_two_outliers_are_none(void **state)
{
	(void)state;
	struct arena a = {0};
	double v[200];
	struct edivisive found[EDIVISIVE_MOST];
	for (uint64_t seed = 1; seed <= 10; seed++) {
		history(v, 200, seed);
		for (int i = 60; i < 200; i++)
			v[i] *= 1.05;
		for (int i = 110; i < 200; i++)
			v[i] *= 0.94;
		for (int i = 160; i < 200; i++)
			v[i] *= 1.08;
		v[30] *= 2;
		v[135] *= 3;
		size_t n = edivisive(&a, v, 200, 0.02, 1, found);
		assert_int_equal(n, 3);
		const size_t at[] = {60, 110, 160};
		for (int i = 0; i < 3; i++)
			assert_in_range(found[i].at, at[i] - 2, at[i] + 2);
		assert_true(found[0].after > found[0].before && found[1].after < found[1].before);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void nothing_is_found_where_nothing_changed(void **state)
{
	(void)state;
	struct arena a = {0};
	double v[100];
	struct edivisive found[EDIVISIVE_MOST];
	size_t n = 0;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		history(v, 100, seed * 77);
		v[50] *= 4;
		n += edivisive(&a, v, 100, 0.02, seed, found);
		arena_reset(&a);
	}
	assert_int_equal(n, 0);
	for (int i = 0; i < 100; i++)
		v[i] = 3;
	assert_int_equal(edivisive(&a, v, 100, 0.02, 1, found), 0);
	assert_int_equal(edivisive(&a, v, 0, 0.02, 1, found), 0);
	assert_int_equal(edivisive(&a, v, 9, 0.02, 1, found), 0);
	arena_free(&a);
}

static void small_changes_are_left_and_bad_figures_bridged(void **state)
{
	(void)state;
	struct arena a = {0};
	double v[60];
	struct edivisive found[EDIVISIVE_MOST];
	for (int i = 0; i < 60; i++)
		v[i] = i < 30 ? 100 : 110;
	v[10] = NAN;
	v[45] = INFINITY;
	assert_int_equal(edivisive(&a, v, 60, 0.05, 1, found), 1);
	assert_int_equal(found[0].at, 30);
	assert_true(found[0].before == 100 && found[0].after == 110);
	assert_int_equal(edivisive(&a, v, 60, 0.2, 1, found), 0);
	arena_free(&a);
}

static void of_a_long_history_the_end_is_looked_at(void **state)
{
	(void)state;
	struct arena a = {0};
	static double v[EDIVISIVE_POINTS + 200];
	struct edivisive found[EDIVISIVE_MOST];
	for (int i = 0; i < EDIVISIVE_POINTS + 200; i++)
		v[i] = i < 100 ? 1 : i < EDIVISIVE_POINTS + 100 ? 10 : 20;
	assert_int_equal(edivisive(&a, v, EDIVISIVE_POINTS + 200, 0.02, 1, found), 1);
	assert_int_equal(found[0].at, EDIVISIVE_POINTS + 100);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_changes_are_found_and_two_outliers_are_none),
	    cmocka_unit_test(nothing_is_found_where_nothing_changed),
	    cmocka_unit_test(small_changes_are_left_and_bad_figures_bridged),
	    cmocka_unit_test(of_a_long_history_the_end_is_looked_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
