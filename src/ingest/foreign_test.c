#include "ingest/foreign.h"

#include "ingest/ingest_test.h"

static void kinds_are_told_by_their_first_bytes(void **state)
{
	static const struct {
		const char *head;
		enum foreign kind;
	} cases[] = {
	    {"<?xml version=\"1.0\"?><testsuites/>", FOREIGN_JUNIT},
	    {"\xef\xbb\xbf\n <testsuite>", FOREIGN_JUNIT},
	    {"<!-- by hand --><ns:testsuite xmlns:ns='x'/>", FOREIGN_JUNIT},
	    {"<html><body>no report</body></html>", FOREIGN_NONE},
	    {"<?xml version=\"1.0\"?><coverage/>", FOREIGN_NONE},
	    {"[\n{\"keyword\":\"Feature\"}]", FOREIGN_CUCUMBER},
	    {"[]", FOREIGN_CUCUMBER},
	    {"[ERROR] it broke", FOREIGN_NONE},
	    {"[1,2]", FOREIGN_NONE},
	    {"{\"Time\":\"x\",\"Action\":\"start\",\"Package\":\"p\"}\n", FOREIGN_GO_JSON},
	    {"go: downloading x\n{\"ImportPath\":\"p\",\"Action\":\"build-fail\"}\n", FOREIGN_GO_JSON},
	    {"{\"Action\":\"x\"}", FOREIGN_NONE},
	    {"TAP version 13\n1..2\n", FOREIGN_TAP},
	    {"1..2\nok 1\n", FOREIGN_TAP},
	    {"starting\nnot ok 1 - x\n", FOREIGN_TAP},
	    {"suite /tmp/a.bats\n", FOREIGN_TAP},
	    {"setup\n=== RUN   TestA\n", FOREIGN_GO_TEST},
	    {"\x16=== RUN   TestA\n", FOREIGN_GO_TEST},
	    {"--- FAIL: TestA (0.00s)\n", FOREIGN_GO_TEST},
	    {"okay then\nnotok\n", FOREIGN_NONE},
	    {"", FOREIGN_NONE},
	    {"\n\n", FOREIGN_NONE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (foreign_of(str_of(cases[i].head)) != cases[i].kind)
			fail_msg("%s told as %d", cases[i].head, (int)foreign_of(str_of(cases[i].head)));
	assert_int_equal(foreign_of(STR_NONE), FOREIGN_NONE);
	assert_int_equal(foreign_of(STR("\xff\xfe<\0t\0")), FOREIGN_JUNIT);
}

static void output_is_tap_only_when_its_first_line_says_so(void **state)
{
	static const char *const yes[] = {"TAP version 13\n", "\n\n1..5\nok 1\n", "1..0 # SKIP no\n",
					  "suite /a/b.bats\n", "TAP version 14\r\n"};
	static const char *const no[] = {"",
					 "1..5",
					 "ok 1\n",
					 "ok\n",
					 "not ok 3 files\n",
					 "hello\n1..5\n",
					 "1..\n",
					 "1..x\n",
					 "1..5x\n",
					 "1..-5\n",
					 "1... 2... 3...\n",
					 "TAP version\n",
					 "TAP version x\n",
					 "suite /tmp\n"};
	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (!foreign_is_tap_output(str_of(yes[i])))
			fail_msg("refused: %s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (foreign_is_tap_output(str_of(no[i])))
			fail_msg("taken: %s", no[i]);
}

static void each_kind_is_read_by_its_reader(void **state)
{
	static const struct {
		const char *text, *rows;
	} cases[] = {
	    {"\xef\xbb\xbf<testsuite><testcase name='a'/></testsuite>",
	     "begin suite 1 t=1000 framework\nspan test 2<1 t=1000 passed framework 'a'\nend suite 1 t=1000 passed\n"},
	    {"\xef\xbb\xbf[{\"uri\":\"u\",\"elements\":[{\"name\":\"a\"}]}]",
	     "begin suite 1 t=1000 framework file 'u'\nbegin test 2<1 t=1000 framework 'a' file 'u'\nend test 2 t=1000 passed\n"
	     "end suite 1 t=1000 passed\n"},
	    {"\xef\xbb\xbfok 1 - a # time=1.5ms\nnot ok 2 b",
	     "span test 1 t=1000 d=1500000 passed framework 'a' file 'x'\n"
	     "span test 2 t=1501000 failed 'b' file 'x'\n"},
	    {"{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA\",\"Elapsed\":0.5}",
	     "begin suite 1 t=1000 log 'p' file 'p'\nspan test 2<1 t=0 d=500000000 passed framework 'TestA' file 'p'\n"
	     "end suite 1 t=1000 passed\n"},
	    {"=== RUN   TestA\n--- SKIP: TestA (0.00s)\nPASS\n",
	     "begin suite 1 t=1000 log 'x' file 'x'\nspan test 2<1 t=1000 skipped log 'TestA' file 'x'\n"
	     "end suite 1 t=1000 skipped\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct recorder r;
		recorder_init(&r);
		r.in.root = STR("/w");
		assert_int_equal(foreign_read(&r.in, str_of(cases[i].text), "/w/x", &r.err), 0);
		recorder_expect(&r, cases[i].rows);
		recorder_free(&r);
	}
}

static void what_is_none_of_them_is_an_error(void **state)
{
	struct recorder r;
	(void)state;
	recorder_init(&r);
	assert_int_equal(foreign_read(&r.in, STR("hello"), "x.log", &r.err), FAULT_FORMAT);
	assert_string_equal(
	    r.err.text, "cannot read 'x.log': it is not JUnit XML, cucumber JSON, TAP or output of go test");
	assert_int_equal(foreign_read(&r.in, STR("<testsuite>"), "x.xml", &r.err), FAULT_FORMAT);
	assert_string_equal(r.err.text, "cannot read 'x.xml': line 1, column 12: no element found");
	recorder_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kinds_are_told_by_their_first_bytes),
	    cmocka_unit_test(output_is_tap_only_when_its_first_line_says_so),
	    cmocka_unit_test(each_kind_is_read_by_its_reader),
	    cmocka_unit_test(what_is_none_of_them_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
