#include "wire/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void times_are_told_in_ns(void **state)
{
	(void)state;
	assert_int_equal(unit_of(STR("ps")).kind, BOUND_NS);
	assert_true(unit_of(STR("ps")).factor * 300 > 0.299 && unit_of(STR("ps")).factor * 300 < 0.301);
	assert_int_equal(unit_of(STR("ns")).kind, BOUND_NS);
	assert_true(unit_of(STR("ns")).factor == 1);
}

static void more_is_better_for_rates_alone(void **state)
{
	const struct str words[] = {STR("ns"),         STR("ps"),    STR("bytes"), STR("count"),
				    STR("millionths"), STR("frobs"), STR("")};
	(void)state;
	assert_true(unit_of(STR("bytes/s")).more_is_better);
	assert_true(unit_of(STR("1/s")).more_is_better);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_false(unit_of(words[i]).more_is_better);
}

static void what_nobody_knows_is_a_number(void **state)
{
	(void)state;
	assert_int_equal(unit_of(STR("frobs")).kind, BOUND_NUMBER);
	assert_true(unit_of(STR("frobs")).factor == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_are_told_in_ns),
	    cmocka_unit_test(more_is_better_for_rates_alone),
	    cmocka_unit_test(what_nobody_knows_is_a_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
