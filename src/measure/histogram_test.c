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
#include "measure/histogram.h"

static void what_comes_out_is_within_four_thousandths(void **state)
{
	(void)state;
	struct arena a = {0};
	struct histogram h;
	struct random r = {7};
	histogram_init(&h, &a);
	for (int bits = 1; bits <= 62; bits++) {
		for (int k = 0; k < 200; k++) {
			int64_t v = (int64_t)(random_next(&r) >> (64 - bits)), got;
			histogram_clear(&h);
			/* two neighbours, so that the exact extremes do not help */
			histogram_add(&h, 0, 1);
			histogram_add(&h, v, 2);
			histogram_add(&h, INT64_MAX, 1);
			assert_true(histogram_percentile(&h, 500000, &got));
			assert_true(fabs((double)got - (double)v) <= 0.004 * (double)v);
		}
	}
	arena_free(&a);
}

static void percentiles_agree_with_sorted_values(void **state)
{
	(void)state;
	struct arena a = {0};
	struct histogram h;
	histogram_init(&h, &a);
	for (int64_t i = 1; i <= 100000; i++)
		histogram_add(&h, i * 1000, 1);
	const uint32_t ppm[] = {10000, 250000, 500000, 900000, 990000, 999000};
	for (unsigned i = 0; i < sizeof(ppm) / sizeof(*ppm); i++) {
		int64_t got, want = (int64_t)ppm[i] * 100;
		assert_true(histogram_percentile(&h, ppm[i], &got));
		assert_true(fabs((double)(got - want)) <= 0.004 * (double)want);
	}
	assert_true(fabs(histogram_mean(&h) - 50000500) < 1e-6);
	arena_free(&a);
}

static void a_percentile_needs_its_values(void **state)
{
	(void)state;
	struct arena a = {0};
	struct histogram h;
	int64_t got = -7;
	histogram_init(&h, &a);
	assert_false(histogram_percentile(&h, 500000, &got));
	for (int i = 0; i < 99; i++)
		histogram_add(&h, i, 1);
	assert_false(histogram_percentile(&h, 990000, &got));
	assert_int_equal(got, -7);
	assert_true(histogram_percentile(&h, 950000, &got));
	histogram_add(&h, 99, 1);
	assert_true(histogram_percentile(&h, 990000, &got));
	assert_int_equal(got, 98);
	assert_false(histogram_percentile(&h, 999000, &got));
	assert_false(histogram_percentile(&h, 2000000, &got));
	arena_free(&a);
}

static void a_merge_is_the_histogram_of_all_values(void **state)
{
	(void)state;
	struct arena a = {0};
	struct histogram parts[3], whole, merged;
	struct random r = {3};
	histogram_init(&whole, &a);
	histogram_init(&merged, &a);
	for (int p = 0; p < 3; p++)
		histogram_init(&parts[p], &a);
	for (int i = 0; i < 30000; i++) {
		int64_t v = (int64_t)(random_next(&r) >> (1 + random_below(&r, 62)));
		histogram_add(&whole, v, 1 + (uint64_t)i % 3);
		histogram_add(&parts[i % 3], v, 1 + (uint64_t)i % 3);
	}
	for (int p = 2; p >= 0; p--)
		histogram_merge(&merged, &parts[p]);
	assert_int_equal(merged.n, whole.n);
	assert_int_equal(merged.least, whole.least);
	assert_int_equal(merged.most, whole.most);
	assert_true(histogram_mean(&merged) == histogram_mean(&whole));
	for (uint32_t i = whole.first; i <= whole.last; i++)
		assert_int_equal(merged.counts[i], whole.counts[i]);
	arena_free(&a);
}

static void sums_do_not_overflow(void **state)
{
	(void)state;
	struct arena a = {0};
	struct histogram h;
	histogram_init(&h, &a);
	histogram_add(&h, INT64_MAX, 1000000);
	histogram_add(&h, -5, 1000000); /* counts as 0 */
	assert_true(fabs(histogram_mean(&h) / 0x1p62 - 1) < 1e-9);
	assert_int_equal(h.least, 0);
	assert_int_equal(histogram_between(&h, 0, 1), 1000000);
	histogram_clear(&h);
	assert_true(histogram_mean(&h) == 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_comes_out_is_within_four_thousandths),
	    cmocka_unit_test(percentiles_agree_with_sorted_values),
	    cmocka_unit_test(a_percentile_needs_its_values),
	    cmocka_unit_test(a_merge_is_the_histogram_of_all_values),
	    cmocka_unit_test(sums_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
