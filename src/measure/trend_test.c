#include "measure/trend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

enum { POINTS = 200 };

static struct series series_of(struct series_point *points, uint32_t n)
{
	return (struct series){.points = points, .n_points = n};
}

static void changes_are_found_and_outliers_stay_outside_of_the_plot(void **state)
{
	(void)state;
	struct arena a = {0};
	struct series_point points[POINTS] = {0};
	struct random r = {7};
	for (int i = 0; i < POINTS; i++)
		points[i].value = (int64_t)((i < 100 ? 1000000 : 1100000) * (1 + 0.02 * random_unit(&r)));
	points[30].value *= 50;
	points[150].value /= 50;
	struct series s = series_of(points, POINTS);
	struct trend t = trend_of(&a, &s, 0.02);
	assert_int_equal(t.n_changes, 1);
	assert_in_range(t.changes[0].at, 98, 102);
	assert_true(t.low >= 1000000 && t.high <= 1122001);
	assert_int_equal(t.outside, 2);
	assert_in_range(t.median, 1100000, 1122000);
	arena_free(&a);
}

static void a_series_may_be_empty_short_or_level(void **state)
{
	(void)state;
	struct arena a = {0};
	struct series_point points[20] = {0};
	double columns[8];
	struct series s = series_of(points, 0);
	struct trend t = trend_of(&a, &s, 0.02);
	assert_int_equal(t.median, BENCH_NONE);
	assert_int_equal(trend_columns(&s, 8, columns), 0);
	points[0].value = 5;
	s = series_of(points, 1);
	t = trend_of(&a, &s, 0.02);
	assert_true(t.low == 5 && t.high == 5 && t.median == 5 && t.n_changes == 0);
	for (int i = 0; i < 20; i++)
		points[i].value = 5;
	points[7].value = 6;
	s = series_of(points, 20);
	t = trend_of(&a, &s, 0.02);
	assert_true(t.low == 5 && t.high == 6 && t.outside == 0);
	arena_free(&a);
}

static void points_fall_into_columns_by_their_median(void **state)
{
	(void)state;
	struct series_point points[12] = {0};
	double columns[12];
	for (int i = 0; i < 12; i++)
		points[i].value = i == 4 ? 1000 : i;
	struct series s = series_of(points, 12);
	assert_int_equal(trend_columns(&s, 4, columns), 4);
	assert_true(columns[0] == 1 && columns[1] == 5 && columns[2] == 7 && columns[3] == 10);
	assert_int_equal(trend_column(&s, 4, 5), 1);
	assert_int_equal(trend_columns(&s, 5, columns), 5);
	s = series_of(points, 3);
	assert_int_equal(trend_columns(&s, 11, columns), 9);
	assert_true(columns[0] == 0 && columns[2] == 0 && columns[3] == 1 && columns[8] == 2);
	assert_int_equal(trend_column(&s, 11, 2), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_are_found_and_outliers_stay_outside_of_the_plot),
	    cmocka_unit_test(a_series_may_be_empty_short_or_level),
	    cmocka_unit_test(points_fall_into_columns_by_their_median),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
