#include "measure/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

static const struct bound below = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 95, 20e6};

static struct target_verdict judge(struct bound bound, bool known, double value, uint64_t samples)
{
	struct target_verdict v;
	const struct target_figure f = {
	    .known = known, .unit = bound.unit, .value = value, .samples = samples};
	target_judge(&v, &bound, &f);
	return v;
}

static void assert_near(double a, double b)
{
	assert_true(fabs(a - b) < 1e-9);
}

static void a_figure_is_held_to_its_bound(void **state)
{
	(void)state;
	assert_int_equal(judge(below, true, 18e6, 20).answer, TARGET_MET);
	assert_near(judge(below, true, 18e6, 20).margin, 0.1);
	assert_int_equal(judge(below, true, 25e6, 20).answer, TARGET_MISSED);
	assert_near(judge(below, true, 25e6, 20).margin, -0.25);
}

static void the_bound_itself_is_below_for_none_but_at_most(void **state)
{
	static const struct {
		enum bound_compare compare;
		enum target_answer at, under, over;
	} rows[] = {
	    {BOUND_BELOW, TARGET_MISSED, TARGET_MET, TARGET_MISSED},
	    {BOUND_AT_MOST, TARGET_MET, TARGET_MET, TARGET_MISSED},
	    {BOUND_ABOVE, TARGET_MISSED, TARGET_MISSED, TARGET_MET},
	    {BOUND_AT_LEAST, TARGET_MET, TARGET_MISSED, TARGET_MET},
	};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct bound b = {BOUND_FIGURE, rows[i].compare, BOUND_RATE, 0, 100};
		assert_int_equal(judge(b, true, 100, 1).answer, rows[i].at);
		assert_int_equal(judge(b, true, 99, 1).answer, rows[i].under);
		assert_int_equal(judge(b, true, 101, 1).answer, rows[i].over);
	}
}

static void more_than_wanted_is_to_spare_upwards(void **state)
{
	struct bound b = {BOUND_FIGURE, BOUND_ABOVE, BOUND_RATE, 0, 100};
	(void)state;
	assert_near(judge(b, true, 150, 1).margin, 0.5);
	assert_near(judge(b, true, 50, 1).margin, -0.5);
}

static void nothing_and_no_number_miss_every_bound(void **state)
{
	(void)state;
	for (int c = BOUND_BELOW; c <= BOUND_AT_LEAST; c++) {
		struct bound b = {BOUND_MEAN, (enum bound_compare)c, BOUND_NS, 0, 1e6};
		assert_int_equal(judge(b, false, 0, 0).answer, TARGET_NO_DATA);
		assert_int_equal(judge(b, true, 0, 0).answer, TARGET_NO_DATA);
		assert_int_equal(judge(b, true, NAN, 5).answer, TARGET_NO_NUMBER);
		assert_int_equal(judge(b, true, INFINITY, 5).answer, TARGET_NO_NUMBER);
		assert_int_equal(judge(b, true, -INFINITY, 5).answer, TARGET_NO_NUMBER);
		assert_false(judge(b, true, NAN, 5).has_margin);
	}
}

static void a_percentile_needs_its_samples(void **state)
{
	(void)state;
	assert_int_equal(target_samples_needed(50), 2);
	assert_int_equal(target_samples_needed(90), 10);
	assert_int_equal(target_samples_needed(95), 20);
	assert_int_equal(target_samples_needed(99), 100);
	assert_int_equal(target_samples_needed(99.9), 1000);
	assert_int_equal(target_samples_needed(99.999), 100000);
	assert_int_equal(target_samples_needed(0.001), 2);
	assert_int_equal(judge(below, true, 1e6, 19).answer, TARGET_TOO_FEW);
	assert_int_equal(judge(below, true, 1e6, 20).answer, TARGET_MET);
}

static void other_statistics_are_had_from_one_sample(void **state)
{
	struct bound b = {BOUND_MAX, BOUND_BELOW, BOUND_NS, 0, 1e6};
	(void)state;
	assert_int_equal(judge(b, true, 5e5, 1).answer, TARGET_MET);
}

static void a_time_is_not_held_to_a_size(void **state)
{
	struct target_verdict v;
	const struct target_figure f = {.known = true, .unit = BOUND_BYTES, .value = 1, .samples = 100};
	(void)state;
	target_judge(&v, &below, &f);
	assert_int_equal(v.answer, TARGET_OTHER_UNIT);
}

static void a_bound_of_nothing_has_no_margin(void **state)
{
	struct bound b = {BOUND_FIGURE, BOUND_AT_MOST, BOUND_RATIO, 0, 0};
	(void)state;
	assert_int_equal(judge(b, true, 0, 1).answer, TARGET_MET);
	assert_int_equal(judge(b, true, 0.01, 1).answer, TARGET_MISSED);
	assert_false(judge(b, true, 0.01, 1).has_margin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_figure_is_held_to_its_bound),
	    cmocka_unit_test(the_bound_itself_is_below_for_none_but_at_most),
	    cmocka_unit_test(more_than_wanted_is_to_spare_upwards),
	    cmocka_unit_test(nothing_and_no_number_miss_every_bound),
	    cmocka_unit_test(a_percentile_needs_its_samples),
	    cmocka_unit_test(other_statistics_are_had_from_one_sample),
	    cmocka_unit_test(a_time_is_not_held_to_a_size),
	    cmocka_unit_test(a_bound_of_nothing_has_no_margin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
