#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyse/split.h"

/* Which of the weights should be split, as a text of "x" and ".". */
static const char *marks(const int64_t *weights, size_t n, uint32_t workers, int64_t least_gain)
{
	static char text[16];
	struct arena a = {0};
	struct split s;
	split_find(&s, &a, weights, n, workers, least_gain);
	for (size_t i = 0; i < n; i++)
		text[i] = weights[i] > s.limit ? 'x' : '.';
	text[n] = 0;
	arena_free(&a);
	return text;
}

static void what_one_worker_would_be_left_with_is_split(void **state)
{
	(void)state;
	int64_t one_long[] = {1000, 10, 10, 0}, odd[] = {100, 100, 100, 100, 100};
	assert_string_equal(marks(one_long, 4, 4, 0), "x...");
	assert_string_equal(marks(odd, 5, 4, 0), "xxxxx");
	assert_string_equal(marks(one_long, 1, 2, 0), "x");
}

static void what_comes_out_even_is_left_whole(void **state)
{
	(void)state;
	int64_t even[] = {100, 100, 100, 100}, nearly[] = {100, 100, 100, 92}, one_long[] = {1000, 10, 10, 0};
	assert_string_equal(marks(even, 4, 4, 0), "....");
	assert_string_equal(marks(nearly, 4, 4, 0), "....");
	assert_string_equal(marks(one_long, 4, 1, 0), "....");
	assert_string_equal(marks(one_long, 4, 0, 0), "....");
}

static void a_gain_that_is_too_small_splits_nothing(void **state)
{
	(void)state;
	int64_t weights[] = {1000, 10, 10, 0};
	assert_string_equal(marks(weights, 4, 4, 744), "x...");
	assert_string_equal(marks(weights, 4, 4, 745), "....");
}

static void absurd_weights_do_no_harm(void **state)
{
	(void)state;
	int64_t absurd[] = {INT64_MAX, INT64_MAX, INT64_MIN};
	assert_int_equal(marks(absurd, 3, 2, 0)[2], '.');
	assert_string_equal(marks(NULL, 0, 4, 0), "");
	uint32_t part[3];
	size_t ends[3];
	struct arena a = {0};
	assert_int_equal(split_even(&a, absurd, 3, 1, part), 3);
	assert_int_equal(split_even(&a, absurd, 3, 0, part), 3);
	assert_int_equal(split_even(&a, absurd, 0, 1, part), 0);
	assert_int_equal(split_row(absurd, 3, 1, ends), 3);
	struct split_file f = {.weights = absurd,
			       .groups = (uint32_t[]){0, 0, 0},
			       .n = 3,
			       .workers = 2,
			       .most = 9,
			       .shared = INT64_MAX,
			       .rest = INT64_MAX,
			       .longest = INT64_MAX};
	assert_int_equal(split_neighbours(&a, &f, ends), 1);
	f.shared = f.rest = f.longest = 0;
	assert_int_equal(split_neighbours(&a, &f, ends), 3);
	assert_int_equal(split_row(absurd, 0, 1, ends), 0);
	arena_free(&a);
}

static void weights_are_times_where_most_are_known(void **state)
{
	(void)state;
	int64_t predicted[] = {100, 300, 0, 0}, sizes[] = {1, 3, 2, 0}, got[4];
	assert_true(split_weights(predicted, sizes, 3, got));
	int64_t times[] = {100, 300, 200};
	assert_memory_equal(got, times, sizeof(times));
	assert_false(split_weights(predicted, sizes, 4, got));
	assert_memory_equal(got, sizes, sizeof(sizes));
	int64_t none[] = {0, 0, 0}, absurd[] = {INT64_MAX, INT64_MIN, INT64_MAX};
	assert_true(split_weights(predicted, none, 3, got));
	assert_int_equal(got[2], 0);
	int64_t known[] = {INT64_MAX, 1, 0};
	assert_true(split_weights(known, absurd, 3, got));
	assert_true(got[2] >= 0);
}

static void a_part_is_a_sixth_of_a_share_or_the_least(void **state)
{
	(void)state;
	assert_int_equal(split_part(1200, 2, 10), 100);
	assert_int_equal(split_part(1200, 2, 150), 150);
	assert_int_equal(split_part(60, 0, 1), 10);
}

static void neighbours_stay_together(void **state)
{
	(void)state;
	int64_t weights[] = {5, 5, 5, 20, 1, 1, 1};
	size_t ends[7], want[] = {2, 4, 7};
	assert_int_equal(split_row(weights, 7, 10, ends), 3);
	assert_memory_equal(ends, want, sizeof(want));
}

/* The ends of the parts, as a text. */
static const char *ends_of(const struct split_file *f, bool counts)
{
	static char text[64];
	struct arena a = {0};
	size_t ends[16], n = counts ? split_counts(&a, f, ends) : split_neighbours(&a, f, ends), at = 0;
	text[0] = 0;
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%zu", i ? " " : "", ends[i]);
	arena_free(&a);
	return text;
}

static const uint32_t alone[8];

static void what_all_parts_do_again_makes_them_few(void **state)
{
	(void)state;
	int64_t weights[] = {50, 50, 50, 50, 50, 50, 50, 50};
	struct split_file f = {
	    .weights = weights, .groups = alone, .n = 8, .workers = 2, .most = 8, .least_gain = 20};
	assert_string_equal(ends_of(&f, false), "1 2 3 4 5 6 7 8");
	f.shared = 1500;
	assert_string_equal(ends_of(&f, false), "4 8");
	f.least_gain = 200;
	assert_string_equal(ends_of(&f, false), "8");
	f.least_gain = 20;
	f.shared = 3900; /* 200 of 4300 are less than a twentieth */
	assert_string_equal(ends_of(&f, false), "8");
	f.shared = 0;
	f.least_part = 100;
	assert_string_equal(ends_of(&f, false), "2 4 6 8");
}

static void what_the_others_need_is_weighed(void **state)
{
	(void)state;
	int64_t weights[] = {100, 100, 100, 100};
	struct split_file f = {
	    .weights = weights, .groups = alone, .n = 4, .workers = 2, .most = 4, .shared = 300};
	assert_string_equal(ends_of(&f, false), "2 4");
	f.rest = 700; /* the other worker has enough to do */
	assert_string_equal(ends_of(&f, false), "4");
	f.rest = 100;
	f.longest = 700;
	assert_string_equal(ends_of(&f, false), "4");
}

static void a_group_stays_together(void **state)
{
	(void)state;
	int64_t weights[] = {10, 10, 10, 10, 10, 10};
	uint32_t one[] = {1, 1, 1, 1, 1, 1}, two[] = {1, 1, 1, 2, 2, 2}, mixed[] = {1, 0, 1, 2, 1, 0};
	struct split_file f = {.weights = weights, .groups = one, .n = 6, .workers = 2, .most = 6};
	assert_string_equal(ends_of(&f, false), "6");
	assert_string_equal(ends_of(&f, true), "6");
	f.groups = two;
	assert_string_equal(ends_of(&f, false), "3 6");
	assert_string_equal(ends_of(&f, true), "3 6");
	f.groups = mixed;
	f.workers = 6;
	assert_string_equal(ends_of(&f, false), "5 6");
	f.groups = alone;
	f.most = 2;
	assert_string_equal(ends_of(&f, true), "3 6");
	f.n = 0;
	assert_string_equal(ends_of(&f, true), "");
	assert_string_equal(ends_of(&f, false), "");
}

static void even_parts_hold_each_item_once_and_weigh_about_the_same(void **state)
{
	(void)state;
	enum { N = 200 };
	struct arena a = {0};
	int64_t weights[N], sum = 0, sums[N] = {0};
	uint32_t part[N], n_of[N] = {0};
	for (size_t i = 0; i < N; i++)
		sum += weights[i] = 1 + (int64_t)(i * 7919 % 97);
	size_t n = split_even(&a, weights, N, (sum + 7) / 8, part);
	assert_int_equal(n, 8);
	for (size_t i = 0; i < N; i++) {
		assert_in_range(part[i], 0, n - 1);
		sums[part[i]] += weights[i];
		n_of[part[i]]++;
	}
	for (size_t i = 0; i < n; i++) {
		assert_in_range(sums[i], sum / 8 - 97, sum / 8 + 97);
		assert_true(n_of[i] <= n_of[0]);
	}
	arena_free(&a);
}

static void the_small_ones_are_in_the_first_part(void **state)
{
	(void)state;
	struct arena a = {0};
	int64_t weights[] = {100, 30, 30, 30, 100};
	uint32_t part[5];
	assert_int_equal(split_even(&a, weights, 5, 100, part), 3);
	assert_int_equal(part[1], 0);
	assert_int_equal(part[2], 0);
	assert_int_equal(part[3], 0);
	assert_true(part[0] && part[4] && part[0] != part[4]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_one_worker_would_be_left_with_is_split),
	    cmocka_unit_test(what_comes_out_even_is_left_whole),
	    cmocka_unit_test(a_gain_that_is_too_small_splits_nothing),
	    cmocka_unit_test(absurd_weights_do_no_harm),
	    cmocka_unit_test(weights_are_times_where_most_are_known),
	    cmocka_unit_test(a_part_is_a_sixth_of_a_share_or_the_least),
	    cmocka_unit_test(neighbours_stay_together),
	    cmocka_unit_test(what_all_parts_do_again_makes_them_few),
	    cmocka_unit_test(what_the_others_need_is_weighed),
	    cmocka_unit_test(a_group_stays_together),
	    cmocka_unit_test(even_parts_hold_each_item_once_and_weigh_about_the_same),
	    cmocka_unit_test(the_small_ones_are_in_the_first_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
