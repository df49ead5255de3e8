#include "bench/around.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const lines[] = {"test \"$WHO\" = '{who}'", "exit 0"};

/* They stand around every wave: what is taken for one of them must be given back. */
static void lines_leave_nothing_in_the_arena(void **state)
{
	const char *const env[] = {"WHO=nobody"};
	const struct bench_item item = {.env = {.at = (const char **)(uintptr_t)env, .n = 1}};
	const struct bench_param params[] = {{STR("who"), STR("nobody")}};
	struct arena a = {0};
	struct subject s = {.item = &item, .arena = &a, .params = params, .n_params = 1};
	struct knob_list all = {.at = (const char **)(uintptr_t)lines, .n = 2};
	struct err e = {0};
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(around_run(&s, "prepare", &all, &e), 0);
	assert_memory_equal(&a, &(struct arena){0}, sizeof(a));
}

static void the_first_that_fails_is_told(void **state)
{
	const char *const bad[] = {"exit 3", "exit 4"};
	const struct bench_item item = {0};
	struct arena a = {0};
	struct subject s = {.item = &item, .arena = &a};
	struct knob_list all = {.at = (const char **)(uintptr_t)bad, .n = 2};
	struct err e = {0};
	(void)state;
	assert_true(around_run(&s, "prepare", &all, &e) < 0);
	assert_string_equal(e.text, "prepare failed: exit code 3");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_leave_nothing_in_the_arena),
	    cmocka_unit_test(the_first_that_fails_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
