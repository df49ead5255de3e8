#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyse/predict.h"
#include "base/str.h"

static void unit_was(struct predict *p, const char *name, int64_t ns)
{
	predict_unit_was(p, str_of(name), &ns, 1);
}

static void test_was(struct predict *p, const char *file, const char *name, const char *key, int64_t ns)
{
	predict_test_was(p, str_of(file), str_of(name), str_of(key), &ns, 1);
}

static int64_t unit(struct predict *p, const char *name, const char *suite)
{
	return predict_unit(p, str_of(name), str_of(suite));
}

static void the_median_is_not_moved_by_one_bad_day(void **state)
{
	(void)state;
	int64_t times[] = {10, 5000, 12, 11, 9};
	assert_int_equal(predict_median(times, 5), 11);
	assert_int_equal(predict_median(times, 4), 11);
	assert_int_equal(predict_median(times, 1), 10);
	assert_int_equal(predict_median(times, 0), 0);
	int64_t extremes[] = {INT64_MAX, INT64_MAX - 2};
	assert_int_equal(predict_median(extremes, 2), INT64_MAX - 1);
	int64_t many[500];
	for (size_t i = 0; i < 500; i++)
		many[i] = (int64_t)i;
	assert_in_range(predict_median(many, 500), 1, 499);
}

static void a_unit_takes_what_it_took(void **state)
{
	(void)state;
	struct predict p = {0};
	assert_int_equal(unit(&p, "a", ""), 0);
	unit_was(&p, "a", 100);
	unit_was(&p, "a", 900);
	unit_was(&p, "zero", 0);
	predict_unit_was(&p, STR("never passed"), NULL, 0);
	assert_int_equal(unit(&p, "a", ""), 100);
	assert_int_equal(unit(&p, "zero", ""), 1);
	assert_int_equal(unit(&p, "never passed", ""), 0);
	assert_int_equal(unit(&p, "b", "a"), 0);
	predict_free(&p);
}

static void a_unit_that_is_one_test_takes_what_the_test_took(void **state)
{
	(void)state;
	struct predict p = {0};
	test_was(&p, "a.feature", "one", "a.feature:3", 30);
	test_was(&p, "a.py", "TestX::test_y", "", 40);
	assert_int_equal(unit(&p, "a.feature:3", "a.feature"), 30);
	assert_int_equal(unit(&p, "a.py::TestX::test_y", "a.py"), 40);
	unit_was(&p, "a.feature:3", 33);
	assert_int_equal(unit(&p, "a.feature:3", "a.feature"), 33);
	predict_free(&p);
}

static void a_test_that_moved_is_found_by_its_name(void **state)
{
	(void)state;
	struct predict p = {0};
	test_was(&p, "a.feature", "one", "a.feature:3", 30);
	test_was(&p, "a.feature", "two", "a.feature:9", 60);
	assert_int_equal(predict_test(&p, STR("a.feature"), STR("one"), STR("a.feature:9")), 30);
	assert_int_equal(predict_test(&p, STR("a.feature"), STR("renamed"), STR("a.feature:9")), 60);
	assert_int_equal(predict_test(&p, STR("b.feature"), STR("one"), STR("b.feature:9")), 0);
	predict_free(&p);
}

static void a_file_takes_what_its_tests_took_together(void **state)
{
	(void)state;
	struct predict p = {0};
	for (int64_t i = 1; i <= 10; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "t%d", (int)i);
		test_was(&p, i % 2 ? "a.py" : "b.py", name, "", i * 10);
	}
	assert_int_equal(unit(&p, "a.py", "a.py"), 10 + 30 + 50 + 70 + 90);
	assert_int_equal(unit(&p, "b.py", "b.py"), 20 + 40 + 60 + 80 + 100);
	test_was(&p, "b.py", "later", "", 1);
	assert_int_equal(unit(&p, "b.py", "b.py"), 301);
	predict_free(&p);
}

static void what_a_file_takes_beside_its_tests_is_told(void **state)
{
	(void)state;
	struct predict p = {0};
	unit_was(&p, "a.py", 100);
	unit_was(&p, "b.py", 10);
	test_was(&p, "a.py", "t", "", 30);
	test_was(&p, "a.py", "u", "", 40);
	test_was(&p, "b.py", "t", "", 11);
	test_was(&p, "c.py", "t", "", 11);
	assert_int_equal(predict_shared(&p, STR("a.py")), 30);
	assert_int_equal(predict_shared(&p, STR("b.py")), 0);
	assert_int_equal(predict_shared(&p, STR("c.py")), 0);
	assert_int_equal(predict_shared(&p, STR("d.py")), 0);
	predict_free(&p);
}

static void a_unit_that_never_ran_whole_is_not_its_tests(void **state)
{
	(void)state;
	struct predict p = {0};
	int64_t ns[4];
	predict_unit_never(&p, STR("a.py"));
	test_was(&p, "a.py", "t", "", 30);
	test_was(&p, "b.py", "t", "", 40);
	assert_int_equal(unit(&p, "a.py", "a.py"), 0);
	assert_int_equal(predict_test(&p, STR("a.py"), STR("t"), STR_NONE), 30);
	assert_int_equal(predict_shared(&p, STR("a.py")), 0);
	assert_int_equal(predict_units(&p, ns), 1);
	assert_int_equal(ns[0], 40);
	predict_free(&p);
}

static void all_that_is_known_is_told_once(void **state)
{
	(void)state;
	struct predict p = {0};
	int64_t ns[4], want[] = {100, 7, 50};
	predict_unit_was(&p, STR("a"), (int64_t[]){100}, 1);
	predict_unit_was(&p, STR("b"), (int64_t[]){7}, 1);
	test_was(&p, "a", "t", "", 90);
	test_was(&p, "c", "t", "", 20);
	test_was(&p, "c", "u", "", 30);
	assert_int_equal(predict_units(&p, ns), 3);
	assert_memory_equal(ns, want, sizeof(want));
	predict_free(&p);
}

static void a_new_test_ranks_high_among_those_of_its_file(void **state)
{
	(void)state;
	struct predict p = {0};
	for (int64_t i = 20; i >= 1; i--) {
		char name[16];
		(void)snprintf(name, sizeof(name), "t%d", (int)i);
		test_was(&p, "a.py", name, "", i);
	}
	assert_int_equal(predict_test(&p, STR("a.py"), STR("new"), STR_NONE), 18);
	assert_int_equal(unit(&p, "a.py::new", "a.py"), 18);
	assert_int_equal(unit(&p, "c.py", "c.py"), 0);
	predict_free(&p);
}

static void many_names_keep_apart(void **state)
{
	(void)state;
	struct predict p = {0};
	char file[32], name[32];
	for (int64_t i = 0; i < 20000; i++) {
		(void)snprintf(file, sizeof(file), "f%d", (int)(i % 100));
		(void)snprintf(name, sizeof(name), "t%d", (int)i);
		test_was(&p, file, name, name, i + 1);
	}
	for (int64_t i = 0; i < 20000; i++) {
		(void)snprintf(file, sizeof(file), "f%d", (int)(i % 100));
		(void)snprintf(name, sizeof(name), "t%d", (int)i);
		assert_int_equal(predict_test(&p, str_of(file), str_of(name), STR_NONE), i + 1);
	}
	predict_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_median_is_not_moved_by_one_bad_day),
	    cmocka_unit_test(a_unit_takes_what_it_took),
	    cmocka_unit_test(a_unit_that_is_one_test_takes_what_the_test_took),
	    cmocka_unit_test(a_test_that_moved_is_found_by_its_name),
	    cmocka_unit_test(a_file_takes_what_its_tests_took_together),
	    cmocka_unit_test(what_a_file_takes_beside_its_tests_is_told),
	    cmocka_unit_test(a_unit_that_never_ran_whole_is_not_its_tests),
	    cmocka_unit_test(all_that_is_known_is_told_once),
	    cmocka_unit_test(a_new_test_ranks_high_among_those_of_its_file),
	    cmocka_unit_test(many_names_keep_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
