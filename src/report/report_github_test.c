#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "report/model_fixture.h"
#include "report/report.h"

static struct buf got;

static const char *commands_of(struct model *m, const char *prefix, unsigned most)
{
	struct out o;
	buf_clear(&got);
	buf_char(&got, 0);
	buf_clear(&got);
	out_to_buf(&o, &got);
	report_github(m, &o, &(struct report_github_options){.prefix = str_of(prefix), .most = most});
	return got.at;
}

static int end(void **state)
{
	(void)state;
	buf_free(&got);
	return 0;
}

static size_t times(const char *what)
{
	size_t n = 0;
	for (const char *p = got.at; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void the_worst_comes_first(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	assert_string_equal(
	    commands_of(&m, "shop/", 10),
	    "::error title=features/broken.feature::SyntaxError: invalid syntax (steps.py, line 3)\n"
	    "::error file=shop/features/checkout.feature,line=21,title=Pay twice::killed by SIGSEGV\n"
	    "::error file=shop/features/login.feature,line=11,title=Log out::still running after 10 s\n"
	    "::error file=shop/features/login.feature,line=18,title=Log in again::hook before_scenario: no database\n"
	    "::error file=shop/features/checkout.feature,line=3,title=Pay by card::Assertion Failed: expected 201, got "
	    "500%0Abody was empty\n"
	    "::warning title=fettle::1 scenario is flaky: Find nothing\n");
	arena_free(&m.arena);
}

static void a_go_test_has_its_own_place_and_no_package_for_a_file(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.adapter = STR("go");
	for (size_t i = 0; i < m.n_tests; i++)
		if (str_is(m.tests[i].name, "Log out"))
			fixture_told(&m, &m.tests[i])->place = STR("login/login_test.go:7");
	(void)commands_of(&m, "shop/", 10);
	assert_int_equal(times("file="), 1);
	assert_int_equal(times("::error file=shop/login/login_test.go,line=7,title=Log out::"), 1);
	arena_free(&m.arena);
}

static void the_rest_is_folded_into_the_last_line(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	(void)commands_of(&m, "", 3);
	assert_int_equal(times("::error "), 3);
	assert_non_null(
	    strstr(got.at, "::error title=fettle::4 of 9 scenarios failed; 3 more than are shown here."));
	(void)commands_of(&m, "", 5);
	assert_int_equal(times("::error "), 5);
	assert_null(strstr(got.at, "more than are shown"));
	(void)commands_of(&m, "", 0);
	assert_int_equal(times("::error "), 1);
	arena_free(&m.arena);
}

static void no_name_begins_a_command_of_its_own(void **state)
{
	struct model m;
	(void)state;
	fixture_hostile(&m);
	struct str rest = str_of(commands_of(&m, "", 10)), line;
	size_t lines = 0;
	while (str_next(&rest, '\n', &line)) {
		lines += line.n > 0;
		assert_true(line.n == 0 || str_starts(line, "::error ") || str_starts(line, "::warning "));
	}
	assert_int_equal(lines, 11);
	assert_null(strchr(got.at, '\r'));
	assert_null(strchr(got.at, 0x1b));
	arena_free(&m.arena);
}

static void a_good_run_says_nothing(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.n_tests = m.n_units = m.counts.flaky = 0;
	assert_string_equal(commands_of(&m, "", 10), "");
	arena_free(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_worst_comes_first),
	    cmocka_unit_test(a_go_test_has_its_own_place_and_no_package_for_a_file),
	    cmocka_unit_test(the_rest_is_folded_into_the_last_line),
	    cmocka_unit_test(no_name_begins_a_command_of_its_own),
	    cmocka_unit_test_teardown(a_good_run_says_nothing, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
