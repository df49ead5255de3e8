#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "cover/cover_glob.h"

static bool matches(const char *pattern, const char *path)
{
	assert_null(cover_glob_fault(str_of(pattern)));
	return cover_glob_matches(str_of(pattern), str_of(path));
}

static void names_match_in_any_folder_and_paths_as_a_whole(void **state)
{
	(void)state;
	assert_true(matches("conf*.py", "/a/b/conftest.py"));
	assert_true(matches("conf*.py", "conf.py"));
	assert_false(matches("conf*.py", "/a/conf/x.py"));
	assert_true(matches("*/tests/*", "/a/tests/b/c.py"));
	assert_true(matches("*/tests/*", "tests/c.py"));
	assert_false(matches("*/tests/*", "/a/mytests/c.py"));
	assert_true(matches("/a/*.py", "/a/b.py"));
	assert_false(matches("/a/*.py", "/a/b/c.py"));
	assert_true(matches("/a/**/x.py", "/a/b/c/x.py"));
	assert_true(matches("/a/**/x.py", "/a/x.py"));
	assert_false(matches("/a/**/x.py", "/a/yx.py"));
	assert_true(matches("a?[b-d].py", "/x/aZc.py"));
	assert_false(matches("a?[b-d].py", "aZe.py"));
	assert_false(matches("A.py", "a.py"));
	assert_true(matches("src/*", "src\\a\\b.py"));
}

static void the_start_of_a_path_is_found_in_either_case(void **state)
{
	(void)state;
	assert_int_equal(cover_glob_start(STR("/home/*/src/"), STR("/home/Me/SRC/a.py")), 13);
	assert_int_equal(cover_glob_start(STR("*/src/"), STR("/x/src/y/src/a.py")), 13);
	assert_int_equal(cover_glob_start(STR("c:\\w\\"), STR("C:\\W\\a.py")), 5);
	assert_int_equal(cover_glob_start(STR("/home/"), STR("/root/a.py")), 0);
}

static void patterns_that_mean_nothing_are_told(void **state)
{
	(void)state;
	assert_non_null(cover_glob_fault(STR("a***")));
	assert_non_null(cover_glob_fault(STR("a**/b")));
	assert_non_null(cover_glob_fault(STR("**b")));
	assert_non_null(cover_glob_fault(STR("[ab")));
	assert_null(cover_glob_fault(STR("**/a")));
	char text[COVER_GLOB_BYTES + 1];
	memset(text, '*', sizeof(text));
	assert_non_null(cover_glob_fault((struct str){text, sizeof(text)}));
}

static void a_hostile_pattern_takes_no_longer_than_pattern_times_path(void **state)
{
	(void)state;
	char pattern[COVER_GLOB_BYTES], path[4000];
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? 'a' : '*';
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = 'b';
	assert_false(
	    cover_glob_matches((struct str){pattern, sizeof(pattern)}, (struct str){path, sizeof(path)}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_match_in_any_folder_and_paths_as_a_whole),
	    cmocka_unit_test(the_start_of_a_path_is_found_in_either_case),
	    cmocka_unit_test(patterns_that_mean_nothing_are_told),
	    cmocka_unit_test(a_hostile_pattern_takes_no_longer_than_pattern_times_path),
	};
	return cmocka_run_group_tests_name("cover_glob", tests, NULL, NULL);
}
