#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/folder.h"
#include "base/str.h"
#include "config/cover_settings.h"

static struct arena arena;
static char folder[] = "/tmp/fettle-settings-XXXXXX";

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(arena_printf(&arena, "%s/%s", folder, name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int read_all(struct cover_settings *s, struct err *e)
{
	static char who[] = "WHO=me", rc[] = "EMPTY=";
	char *const environment[] = {who, rc, NULL};
	return cover_settings_read(&arena, folder, NULL, environment, s, e);
}

static int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/fettle-settings-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void without_a_file_there_are_coverage_pys_defaults(void **state)
{
	(void)state;
	struct cover_settings s;
	struct err e;
	assert_int_equal(read_all(&s, &e), 0);
	assert_null(s.file);
	assert_false(s.branch);
	assert_int_equal(s.exclude.n, 3);
	assert_int_equal(s.partial.n, 3);
	assert_int_equal(s.xml_package_depth, 99);
}

static void a_coveragerc_is_read_as_configparser_reads_it(void **state)
{
	(void)state;
	write_file(".coveragerc", "# ours\n"
				  "[run]\nBranch: Yes\nsource =\n    src\n    ; no\n    lib,extra\n"
				  "omit = */${WHO}/*, ${NOBODY-none}/$$x\n"
				  "[report]\nexclude_also =\n  def __repr__\n  if self\\.debug:\n"
				  "fail_under = 87.5\nprecision=2\nomit = */tests/*\n"
				  "[paths]\nsource =\n  src\n  /build/*/src\n");
	write_file("setup.cfg", "[coverage:run]\nbranch = no\n");
	struct cover_settings s;
	struct err e;
	assert_int_equal(read_all(&s, &e), 0);
	assert_string_equal(s.file, ".coveragerc");
	assert_true(s.branch);
	assert_int_equal(s.source.n, 3);
	assert_true(str_is(s.source.at[2], "extra"));
	assert_true(str_is(s.run_omit.at[0], "*/me/*"));
	assert_true(str_is(s.run_omit.at[1], "none/$x"));
	assert_true(str_is(s.omit.at[0], "*/tests/*"));
	assert_int_equal(s.exclude.n, 5);
	assert_true(str_is(s.exclude.at[4], "if self\\.debug:"));
	assert_true(s.fail_under == 87.5);
	assert_int_equal(s.precision, 2);
	assert_int_equal(s.n_aliases, 1);
	assert_true(str_is(s.aliases[0].paths.at[1], "/build/*/src"));
}

static void files_of_others_count_only_when_they_speak_of_coverage(void **state)
{
	(void)state;
	write_file("setup.cfg", "[metadata]\nname = x\n[run]\nbranch = yes\n");
	write_file("tox.ini", "[tox]\n");
	write_file("pyproject.toml",
		   "[project]\nname = 'x'\n[tool.coverage.run]\nbranch = true\nsource = ['a', 'b']\n"
		   "[tool.coverage.report]\nexclude_lines = ['only this']\nfail_under = 90\n"
		   "[tool.coverage.paths]\nsource = ['src', '*/site-packages']\n");
	struct cover_settings s;
	struct err e;
	assert_int_equal(read_all(&s, &e), 0);
	assert_string_equal(s.file, "pyproject.toml");
	assert_true(s.branch);
	assert_int_equal(s.source.n, 2);
	assert_int_equal(s.exclude.n, 1);
	assert_true(s.fail_under == 90);
	assert_int_equal(s.n_aliases, 1);
}

static void slipcovers_table_is_read_where_coverage_py_has_none(void **state)
{
	(void)state;
	write_file("pyproject.toml", "[tool.slipcover]\nbranch = true\nexclude-also = ['x']\n");
	struct cover_settings s;
	struct err e;
	assert_int_equal(read_all(&s, &e), 0);
	assert_true(s.branch);
	assert_int_equal(s.exclude.n, 4);
}

static void says(const char *name, const char *text, const char *message)
{
	struct cover_settings s;
	struct err e = {0};
	write_file(name, text);
	assert_int_equal(read_all(&s, &e), FAULT_USAGE);
	assert_string_equal(e.text, message);
}

static void a_bad_value_is_told_with_file_and_line(void **state)
{
	(void)state;
	says(".coveragerc", "[run]\n\nbranch = maybe\n",
	     ".coveragerc:3: branch wants true or false, not 'maybe'");
	says(".coveragerc", "[report]\nfail_under = 101\n",
	     ".coveragerc:2: fail_under wants a number from 0 to 100, not '101'");
	says(".coveragerc", "[run]\nomit = ${NOBODY?}\n", ".coveragerc: the variable NOBODY is not set");
	says(".coveragerc", "branch = 1\n", ".coveragerc:1: a line before the first [section]");
	says(".coveragerc", "[run]\nbranch\n", ".coveragerc:2: neither a [section] nor 'key = value'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(without_a_file_there_are_coverage_pys_defaults, begin, end),
	    cmocka_unit_test_setup_teardown(a_coveragerc_is_read_as_configparser_reads_it, begin, end),
	    cmocka_unit_test_setup_teardown(files_of_others_count_only_when_they_speak_of_coverage, begin,
					    end),
	    cmocka_unit_test_setup_teardown(slipcovers_table_is_read_where_coverage_py_has_none, begin, end),
	    cmocka_unit_test_setup_teardown(a_bad_value_is_told_with_file_and_line, begin, end),
	};
	int rc = cmocka_run_group_tests_name("cover_settings", tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
