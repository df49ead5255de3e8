#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "report/model_fixture.h"
#include "report/report.h"

static struct buf got;

static const char *junit_of(struct model *m)
{
	struct out o;
	buf_clear(&got);
	out_to_buf(&o, &got);
	report_junit(m, &o);
	return got.at;
}

static int end(void **state)
{
	(void)state;
	buf_free(&got);
	return 0;
}

#define assert_has(text, part)   assert_non_null(strstr((text), (part)))
#define assert_lacks(text, part) assert_null(strstr((text), (part)))

static size_t times(const char *what)
{
	size_t n = 0;
	for (const char *p = got.at; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void verdicts_are_said_in_junits_words(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	const char *xml = junit_of(&m);
	assert_has(
	    xml,
	    "<testsuites name=\"behave features\" tests=\"10\" failures=\"1\" errors=\"4\" skipped=\"1\" time=\"7.000000\">");
	assert_has(
	    xml,
	    "<testsuite name=\"Search\" tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"1\" time=\"0.430000\" "
	    "timestamp=\"2026-01-02T03:04:06\" hostname=\"build-7\">");
	assert_has(xml, "<testcase classname=\"features.checkout\" name=\"Pay by invoice\" time=\"0.170000\" "
			"file=\"features/checkout.feature\" line=\"12\"/>");
	assert_has(
	    xml,
	    "<failure message=\"Assertion Failed: expected 201, got 500\" type=\"failed\">Assertion Failed: expected 201, "
	    "got 500\nbody was empty</failure>");
	assert_has(xml, "<error message=\"killed by SIGSEGV\" type=\"crashed\">");
	assert_has(xml, "<error message=\"still running after 10 s\" type=\"timeout\">");
	assert_has(xml, "<skipped message=\"slow, see #12\"/>");
	assert_has(xml, "<testcase classname=\"fettle.unit\" name=\"features/broken.feature\"");
	arena_free(&m.arena);
}

static void further_attempts_are_said_in_surefires_words(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.tests[0].attempts = m.tests[0].attempts_bad = 3;
	fixture_told(&m, &m.tests[4])->output = STR("locked\n");
	const char *xml = junit_of(&m);
	assert_int_equal(times("<rerunFailure "), 2);
	assert_has(
	    xml,
	    "<flakyFailure message=\"the index was locked\" type=\"flaky\"><stackTrace>the index was locked</stackTrace>\n"
	    "<system-out>locked\n</system-out></flakyFailure>");
	assert_int_equal(times("<failure "), 1);
	m.tests[0].attempts = m.tests[0].attempts_bad = 100000;
	(void)junit_of(&m);
	assert_true(times("<rerunFailure ") <= 10);
	arena_free(&m.arena);
}

static void output_stands_with_bad_tests_only_and_is_cut(void **state)
{
	struct model m;
	struct buf large = {0};
	(void)state;
	fixture_small(&m);
	for (int i = 0; i < 20000; i++)
		buf_printf(&large, "line %d\n", i);
	for (size_t i = 0; i < m.n_tests; i++)
		fixture_told(&m, &m.tests[i])->output = STR("\x1b[32msomething\x1b[0m\x01\n");
	fixture_told(&m, &m.tests[0])->output = buf_view(&large);
	const char *xml = junit_of(&m);
	assert_int_equal(times("<system-out>"), 1 + 4 + 1); /* the unit, four bad ones, one flaky */
	assert_has(xml, "line 0\n");
	assert_has(xml, "line 19999\n");
	assert_has(xml, " bytes cut ...]");
	assert_true(got.n < 64 * 1024 + 8000);
	assert_has(xml, "<system-out>something\xef\xbf\xbd\n</system-out>");
	buf_free(&large);
	arena_free(&m.arena);
}

static void names_that_were_there_before_get_a_number(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	for (size_t i = 0; i < 3; i++)
		m.tests[i].name = STR("same");
	m.tests[3].file = m.tests[0].file;
	m.tests[3].name = STR("same (2)");
	m.tests[4].file = m.tests[5].file = m.tests[0].file;
	m.tests[4].name = STR("a\x01");
	m.tests[5].name = STR("a\x02"); /* other bytes, but read back the same */
	const char *xml = junit_of(&m);
	assert_int_equal(times("name=\"same\""), 1);
	assert_int_equal(times("name=\"same (2)\""), 1);
	assert_int_equal(times("name=\"same (3)\""), 1);
	assert_int_equal(times("name=\"same (4)\""), 1); /* (2) is the name of another */
	assert_has(xml, "name=\"a\xef\xbf\xbd\"");
	assert_has(xml, "name=\"a\xef\xbf\xbd (2)\"");
	arena_free(&m.arena);
}

static void a_record_that_was_cut_short_is_no_good_run(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.n_tests = 2;
	m.tests[0].status = STATUS_PASSED;
	m.tests[0].attempts_bad = 0;
	m.tests[1].status = STATUS_UNFINISHED;
	m.n_units = 0;
	m.done = false;
	const char *xml = junit_of(&m);
	assert_has(xml, "tests=\"3\" failures=\"0\" errors=\"2\"");
	assert_has(xml, "type=\"unfinished\"");
	assert_has(xml, "<testcase classname=\"fettle.run\" name=\"the run came to its end\"");
	arena_free(&m.arena);
}

static void a_test_without_a_suite_is_not_lost(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.tests[1].suite = MODEL_NONE;
	const char *xml = junit_of(&m);
	assert_has(xml, "<testsuite name=\"(no suite)\" tests=\"1\"");
	assert_int_equal(times("name=\"Pay by invoice\""), 1);
	arena_free(&m.arena);
}

static void files_become_classes(void **state)
{
	static const char *const rows[][2] = {{"a/b/test_c.py", "a.b.test_c"},
					      {"./x.feature", "x"},
					      {"/abs/x.sh", ".abs.x"},
					      {"dir.d/file", "dir.d.file"},
					      {".hidden", ".hidden"}};
	struct model m;
	char want[64];
	(void)state;
	fixture_small(&m);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m.tests[0].file = str_of(rows[i][0]);
		(void)snprintf(want, sizeof(want), "<testcase classname=\"%s\" name=\"Pay by card\"",
			       rows[i][1]);
		assert_has(junit_of(&m), want);
	}
	arena_free(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts_are_said_in_junits_words),
	    cmocka_unit_test(further_attempts_are_said_in_surefires_words),
	    cmocka_unit_test(output_stands_with_bad_tests_only_and_is_cut),
	    cmocka_unit_test(names_that_were_there_before_get_a_number),
	    cmocka_unit_test(a_record_that_was_cut_short_is_no_good_run),
	    cmocka_unit_test(a_test_without_a_suite_is_not_lost),
	    cmocka_unit_test_teardown(files_become_classes, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
