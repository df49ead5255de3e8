#include "collect/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static struct marks marks;

static int drop(void **state)
{
	(void)state;
	marks_free(&marks);
	return 0;
}

static void begin(uint64_t id, const char *name, int64_t pid, int64_t thread)
{
	assert_true(marks_begin(&marks, id, SPAN_PHASE, str_of(name), pid, thread));
}

static uint64_t end(const char *name, int64_t pid, int64_t thread)
{
	return marks_end(&marks, SPAN_NONE, str_of(name), pid, thread);
}

static void of_equal_names_the_innermost_ends_first(void **state)
{
	(void)state;
	begin(1, "a", 7, 0);
	begin(2, "a", 7, 0);
	assert_int_equal(marks_innermost(&marks, 7, 0), 2);
	assert_int_equal(end("a", 7, 0), 2);
	assert_int_equal(end("a", 7, 0), 1);
	assert_int_equal(end("a", 7, 0), 0);
}

static void processes_and_threads_do_not_mix(void **state)
{
	(void)state;
	begin(1, "a", 7, 1);
	begin(2, "a", 7, 2);
	begin(3, "a", 8, 1);
	assert_int_equal(marks_innermost(&marks, 7, 1), 1);
	assert_int_equal(end("a", 7, 1), 1);
	assert_int_equal(end("a", 8, 1), 3);
	assert_int_equal(end("a", 7, 2), 2);
}

static void an_end_from_elsewhere_takes_the_only_one_of_its_name(void **state)
{
	(void)state;
	begin(1, "a", 7, 0);
	begin(2, "b", 7, 0);
	assert_int_equal(end("b", 9, 9), 2);
	begin(3, "a", 8, 0);
	assert_int_equal(end("a", 9, 9), 0);
	assert_int_equal(end("", 9, 9), 0);
	assert_int_equal(end("a", 8, 0), 3);
	assert_int_equal(end("", 7, 0), 1);
}

static void a_container_is_found_and_holds_nothing(void **state)
{
	(void)state;
	begin(1, "db", 7, 0);
	assert_true(marks_begin(&marks, 2, SPAN_CONTAINER, STR("db"), 7, 0));
	assert_int_equal(marks_innermost(&marks, 7, 0), 1);
	assert_int_equal(marks_find(&marks, SPAN_CONTAINER, STR("db"), 7, 0), 2);
	assert_int_equal(marks_find(&marks, SPAN_CONTAINER, STR("db"), 8, 0), 2);
	assert_int_equal(marks_find(&marks, SPAN_CONTAINER, STR("bd"), 7, 0), 0);
	assert_int_equal(marks_end(&marks, SPAN_CONTAINER, STR("db"), 7, 0), 2);
	assert_int_equal(end("db", 7, 0), 1);
}

static void names_are_kept_by_value_and_forgotten_together(void **state)
{
	(void)state;
	char name[] = "a";
	assert_true(marks_begin(&marks, 1, SPAN_PHASE, (struct str){name, 1}, 7, 0));
	name[0] = 'x';
	assert_int_equal(end("x", 7, 0), 0);
	marks_forget(&marks);
	assert_int_equal(end("a", 7, 0), 0);
}

static void only_so_many_are_open_at_once(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= MARKS_OPEN_MOST; i++)
		begin(i, "a", 7, 0);
	assert_false(marks_begin(&marks, 9999, SPAN_PHASE, STR("a"), 7, 0));
	assert_int_equal(end("a", 7, 0), MARKS_OPEN_MOST);
	begin(10000, "a", 7, 0);
}

static void what_lies_around_is_told_by_time(void **state)
{
	(void)state;
	marks_unit_begin(&marks, 1, 100);
	marks_test_begin(&marks, 2, 0, 200);
	marks_test_end(&marks, 2, 300);
	marks_test_begin(&marks, 3, 0, 300);
	marks_unit_end(&marks, 1, 400); /* ends the test, too: it crashed */
	marks_unit_begin(&marks, 4, 500);
	assert_int_equal(marks_around(&marks, 7, 99), 0);
	assert_int_equal(marks_around(&marks, 7, 100), 1);
	assert_int_equal(marks_around(&marks, 7, 299), 2);
	assert_int_equal(marks_around(&marks, 7, 300), 3);
	assert_int_equal(marks_around(&marks, 7, 450), 0);
	assert_int_equal(marks_around(&marks, 7, 9999), 4);
	assert_int_equal(marks_unit_at(&marks, 250), 1);
}

static void of_tests_at_the_same_time_the_processes_own_one_is_meant(void **state)
{
	(void)state;
	marks_unit_begin(&marks, 1, 0);
	marks_test_begin(&marks, 2, 7, 0);
	marks_test_begin(&marks, 3, 8, 0);
	assert_int_equal(marks_around(&marks, 7, 5), 2);
	assert_int_equal(marks_around(&marks, 8, 5), 3);
	assert_int_equal(marks_around(&marks, 9, 5), 1);
	marks_test_begin(&marks, 4, 8, 0);
	assert_int_equal(marks_around(&marks, 8, 5), 1);
}

static void of_more_tests_than_are_remembered_the_last_are(void **state)
{
	(void)state;
	marks_unit_begin(&marks, 1, 0);
	for (int64_t i = 0; i < 3 * MARKS_TESTS; i++) {
		marks_test_begin(&marks, 1000 + (uint64_t)i, 0, i);
		marks_test_end(&marks, 1000 + (uint64_t)i, i + 1);
	}
	assert_int_equal(marks_around(&marks, 0, 5), 1);
	assert_int_equal(marks_around(&marks, 0, 3 * MARKS_TESTS - 1), 1000 + 3 * MARKS_TESTS - 1);
	assert_int_equal(marks_around(&marks, 0, 2 * MARKS_TESTS), 1000 + 2 * MARKS_TESTS);
}

static void a_command_holds_what_comes_while_it_runs(void **state)
{
	(void)state;
	marks_command_begin(&marks, 5, 10);
	assert_true(marks_command_ran(&marks, 5, 11));
	assert_false(marks_command_ran(&marks, 5, 9));
	assert_false(marks_command_ran(&marks, 6, 11));
	marks_command_end(&marks, 5, 20);
	assert_false(marks_command_ran(&marks, 5, 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(of_equal_names_the_innermost_ends_first, drop),
	    cmocka_unit_test_teardown(processes_and_threads_do_not_mix, drop),
	    cmocka_unit_test_teardown(an_end_from_elsewhere_takes_the_only_one_of_its_name, drop),
	    cmocka_unit_test_teardown(a_container_is_found_and_holds_nothing, drop),
	    cmocka_unit_test_teardown(names_are_kept_by_value_and_forgotten_together, drop),
	    cmocka_unit_test_teardown(only_so_many_are_open_at_once, drop),
	    cmocka_unit_test_teardown(what_lies_around_is_told_by_time, drop),
	    cmocka_unit_test_teardown(of_tests_at_the_same_time_the_processes_own_one_is_meant, drop),
	    cmocka_unit_test_teardown(of_more_tests_than_are_remembered_the_last_are, drop),
	    cmocka_unit_test_teardown(a_command_holds_what_comes_while_it_runs, drop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
