#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "collect/census.h"

static void python_tests_are_functions_and_methods(void **state)
{
	(void)state;
	assert_int_equal(census_python(STR("import x\n\ndef test_a():\n    pass\n\nclass TestB:\n"
					   "    def test_c(self): pass\n    async def test_d(self): pass\n"
					   "    def helper(self): pass\n# def test_no\nx = 'def test'\n")),
			 3);
	assert_int_equal(census_python(STR("")), 0);
	assert_int_equal(census_python(STR("def test_without_an_end")), 1);
}

static void rows_of_an_outline_are_scenarios(void **state)
{
	(void)state;
	assert_int_equal(
	    census_gherkin(STR("Feature: f\n  Background:\n    Given x\n      | a | b |\n      | 1 | 2 |\n"
			       "  Scenario: one\n    Given a table\n      | a |\n      | 1 |\n"
			       "  Scenario Outline: many\n    Given <a>\n      | t |\n      | u |\n"
			       "    Examples: first\n      | a |\n      | 1 |\n      | 2 |\n"
			       "    @tag\n    Examples:\n      | a |\n      | 3 |\n"
			       "  Scenario: last\n    Given x\n      | a |\n      | 1 |\n")),
	    5);
}

static void a_text_in_a_step_holds_no_scenarios(void **state)
{
	(void)state;
	assert_int_equal(
	    census_gherkin(STR("Feature: f\n  Scenario: one\n    Given\n      \"\"\"\n      Scenario: no\n"
			       "      \"\"\"\n  Example: two\n    Given x\n")),
	    2);
}

static void another_language_is_measured_by_its_lines(void **state)
{
	(void)state;
	assert_int_equal(census_gherkin(STR("# language: de\nFunktionalität: f\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"
					    "10\n11\n12\n13\n14\n")),
			 2);
	assert_int_equal(census_gherkin(STR("# language: en\nFeature: f\nScenario: s\n")), 1);
}

static void bats_and_go_have_their_words(void **state)
{
	(void)state;
	assert_int_equal(census_bats(STR("@test \"a\" {\n}\n# @test no\n  @test 'b' {\n}\n")), 2);
	assert_int_equal(
	    census_go(
		STR("func TestMain(m *testing.M) {}\nfunc TestA(t *testing.T) {}\n"
		    "func Example() {}\nfunc FuzzB(f *testing.F) {}\n\tfunc TestNo\nfunc helper() {}\n")),
	    3);
}

static void a_file_that_cannot_be_read_holds_nothing(void **state)
{
	(void)state;
	char path[] = "/tmp/census-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(census_file(path, census_python), 0);
	assert_int_equal(write(fd, "def test_a(): pass\n", 19), 19);
	assert_int_equal(census_file(path, census_python), 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(census_file(path, census_python), 0);
	assert_int_equal(census_file("/", census_python), 0);
	assert_int_equal(census_file("/dev/zero", census_python), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(python_tests_are_functions_and_methods),
	    cmocka_unit_test(rows_of_an_outline_are_scenarios),
	    cmocka_unit_test(a_text_in_a_step_holds_no_scenarios),
	    cmocka_unit_test(another_language_is_measured_by_its_lines),
	    cmocka_unit_test(bats_and_go_have_their_words),
	    cmocka_unit_test(a_file_that_cannot_be_read_holds_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
