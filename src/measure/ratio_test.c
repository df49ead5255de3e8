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
#include "measure/ratio.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void the_median_is_that_of_the_sorted_values(void **state)
{
	(void)state;
	struct random r = {1};
	for (size_t n = 1; n < 60; n++) {
		for (int k = 0; k < 50; k++) {
			double v[60], sorted[60];
			for (size_t i = 0; i < n; i++)
				sorted[i] = v[i] = random_below(&r, k % 2 ? 5 : 1000000);
			qsort(sorted, n, sizeof(*sorted), by_value);
			double want = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
			assert_true(ratio_median(v, n) == want);
		}
	}
}

/* 1 with noise of a share, drifting slowly as machines do. */
static void fill(struct random *r, double *base, double *now, size_t n, double times)
{
	for (size_t i = 0; i < n; i++) {
		double mood = 1 + 0.5 * sin((double)i / 7);
		base[i] = mood * (1 + 0.1 * random_unit(r));
		now[i] = times * mood * (1 + 0.1 * random_unit(r));
	}
}

static void a_planted_ratio_is_found_in_pairs_that_drift(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {5};
	double base[40], now[40];
	fill(&r, base, now, 40, 1.05);
	struct ratio got = ratio_paired(&a, base, now, 40, 0.95, 1), again;
	assert_int_equal(got.n, 40);
	assert_true(got.low > 0 && got.low < log(1.05) && got.high > log(1.05) && got.high < 0.1);
	assert_true(got.p < 0.01);
	again = ratio_paired(&a, base, now, 40, 0.95, 1);
	assert_memory_equal(&got, &again, sizeof(got));
	struct ratio turned = ratio_paired(&a, now, base, 40, 0.95, 1);
	assert_true(fabs(turned.log + got.log) < 1e-12);
	arena_free(&a);
}

static void intervals_hold_the_truth_about_as_often_as_they_say(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {11};
	double base[30], now[30];
	int held = 0, alarms = 0;
	for (int i = 0; i < 400; i++) {
		fill(&r, base, now, 30, 1);
		struct ratio got = ratio_paired(&a, base, now, 30, 0.95, (uint64_t)i);
		held += got.low <= 0 && got.high >= 0;
		alarms += got.p < 0.05;
		arena_reset(&a);
	}
	assert_in_range(held, 365, 400);
	assert_in_range(alarms, 1, 35);
	arena_free(&a);
}

static void rounds_without_a_figure_are_no_pairs_and_nothing_is_nan(void **state)
{
	(void)state;
	struct arena a = {0};
	const double base[] = {0, 1, NAN, 2, INFINITY, -1, 4}, now[] = {1, 2, 1, 4, 1, 1, 8}, none[] = {0, 0};
	struct ratio got = ratio_paired(&a, base, now, 7, 0.95, 1);
	assert_int_equal(got.n, 3);
	assert_true(fabs(got.log - log(2)) < 1e-12);
	assert_true(got.low == got.high && got.p >= 0.2); /* three alike are no proof */
	got = ratio_paired(&a, none, now, 2, 0.95, 1);
	assert_int_equal(got.n, 0);
	assert_true(got.p == 1 && got.log == 0 && got.low == 0 && got.high == 0);
	arena_free(&a);
}

static void the_fastest_see_through_what_comes_in_between(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {8};
	double base[40], now[40], calm[40];
	int found = 0, alarms = 0;
	for (int t = 0; t < 50; t++) {
		for (int i = 0; i < 40; i++) {
			calm[i] = 1 + 0.02 * random_unit(&r);
			base[i] = calm[i] * (random_below(&r, 2) ? 1 : 1 + 3 * random_unit(&r));
			now[i] = (1 + 0.02 * random_unit(&r)) *
				 (random_below(&r, 2) ? 1 : 1 + 3 * random_unit(&r));
		}
		assert_true(ratio_is_drawn_out(&a, base, 40));
		assert_false(ratio_is_drawn_out(&a, calm, 40));
		struct ratio same = ratio_fastest(&a, base, now, 40, 0.95, (uint64_t)t);
		alarms += same.low > 0;
		for (int i = 0; i < 40; i++)
			now[i] *= 1.1;
		struct ratio more = ratio_fastest(&a, base, now, 40, 0.95, (uint64_t)t);
		found += more.low > 0 && more.log > 0.08 && more.log < 0.12;
		arena_reset(&a);
	}
	assert_in_range(found, 45, 50);
	assert_in_range(alarms, 0, 4);
	const double two[] = {1, 2};
	assert_true(isfinite(ratio_fastest(&a, two, two, 2, 0.95, 1).high));
	assert_int_equal(ratio_fastest(&a, two, two, 1, 0.95, 1).n, 0);
	arena_free(&a);
}

static void sets_apart_are_compared_by_their_medians(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {2};
	double base[50], now[80];
	for (int i = 0; i < 50; i++)
		base[i] = 10 + random_unit(&r);
	for (int i = 0; i < 80; i++)
		now[i] = 20 + random_unit(&r);
	struct ratio got = ratio_apart(&a, base, 50, now, 80, 0.95, 1);
	assert_int_equal(got.n, 50);
	assert_true(fabs(got.log - log(20.5 / 10.5)) < 0.05 && got.low > 0.5 && got.high < 0.8 &&
		    got.p < 1e-6);
	got = ratio_apart(&a, base, 50, now, 1, 0.95, 1);
	assert_int_equal(got.n, 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_median_is_that_of_the_sorted_values),
	    cmocka_unit_test(a_planted_ratio_is_found_in_pairs_that_drift),
	    cmocka_unit_test(intervals_hold_the_truth_about_as_often_as_they_say),
	    cmocka_unit_test(rounds_without_a_figure_are_no_pairs_and_nothing_is_nan),
	    cmocka_unit_test(the_fastest_see_through_what_comes_in_between),
	    cmocka_unit_test(sets_apart_are_compared_by_their_medians),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
