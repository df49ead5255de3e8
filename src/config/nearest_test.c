#include "config/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static const char *meant(const char *word)
{
	static const char *const known[] = {"retries", "repeat", "report", "run", "unit-timeout", "timeout"};
	struct nearest n = {.word = str_of(word)};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_try(&n, known[i]);
	return nearest_word(&n);
}

static void slips_of_the_finger_are_understood(void **state)
{
	(void)state;
	assert_string_equal(meant("retires"), "retries");
	assert_string_equal(meant("reptor"), "report");
	assert_string_equal(meant("timout"), "timeout");
	assert_string_equal(meant("rum"), "run");
}

static void the_beginning_of_a_word_means_it(void **state)
{
	(void)state;
	assert_string_equal(meant("unit"), "unit-timeout");
	assert_string_equal(meant("ret"), "retries");
}

static void what_is_far_from_all_means_none(void **state)
{
	(void)state;
	assert_null(meant("frobnicate"));
	assert_null(meant("ru"));
	assert_null(meant(""));
	assert_null(meant("xyz"));
}

static void without_known_words_there_is_no_best(void **state)
{
	struct nearest n = {.word = STR("run")};
	(void)state;
	assert_null(nearest_word(&n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slips_of_the_finger_are_understood),
	    cmocka_unit_test(the_beginning_of_a_word_means_it),
	    cmocka_unit_test(what_is_far_from_all_means_none),
	    cmocka_unit_test(without_known_words_there_is_no_best),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
