#include "ingest/tap.h"

#include "base/clock.h"
#include "ingest/ingest_test.h"

struct fixture {
	struct recorder r;
	struct tap tap;
};

static int set_up(void **state)
{
	static struct fixture f;
	recorder_init(&f.r);
	tap_init(&f.tap, &f.r.in);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	recorder_free(&((struct fixture *)*state)->r);
	return 0;
}

/* A line that arrives at time_ms. */
static void line(struct fixture *f, int64_t time_ms, const char *text)
{
	struct buf b = {0};
	buf_text(&b, text);
	buf_char(&b, '\n');
	tap_feed(&f->tap, buf_view(&b), time_ms * NS_PER_MS);
	buf_free(&b);
}

static void at_once(struct fixture *f, const char *text)
{
	tap_feed(&f->tap, str_of(text), 1000);
	tap_finish(&f->tap, 1000);
}

static void results_without_figures_are_timed_by_their_arrival(void **state)
{
	struct fixture *f = *state;
	line(f, 10, "TAP version 13");
	line(f, 10, "1..4");
	line(f, 30, "ok 1 - first one");
	line(f, 35, "not ok 2 - second");
	line(f, 35, "# it was");
	line(f, 35, "#  not there");
	line(f, 35, "noise");
	line(f, 36, "ok 3");
	line(f, 40, "ok");
	tap_finish(&f->tap, 50 * NS_PER_MS);
	recorder_expect(&f->r,
			"span test 1 t=1000 d=29999000 passed log 'first one'\n"
			"span test 2 t=30000000 d=5000000 failed log 'second' msg 'it was\\n not there'\n"
			"span test 3 t=35000000 d=1000000 passed log '3'\n"
			"span test 4 t=36000000 d=4000000 passed log '4'\n");
	assert_int_equal(f->r.in.n_tests, 4);
	assert_int_equal(f->r.in.worst, STATUS_FAILED);
}

static void skip_todo_and_odd_lines(void **state)
{
	struct fixture *f = *state;
	at_once(f, "ok 1 a # SKIP no net\r\n"
		   "not ok 2 b # TODO later\n"
		   "ok 3 c # todo done already\n"
		   "ok 4 # skip\n"
		   "not ok 5 - d # skipped: why\n"
		   "ok 6 - sharp # but no directive\n"
		   "ok 7 - escaped \\# SKIP \\\\ this\n"
		   "ok 8 - skipper#SKIP\n"
		   "ok 9 - # skipping stones\n"
		   "okay\nok9\nnot okay\nnotok 1\nOK 1\n ok 1\n"
		   "ok 99999999999999999999 big\n"
		   "ok - \n"
		   "not ok");
	recorder_expect(&f->r, "span test 1 t=1000 skipped log 'a' msg 'no net'\n"
			       "span test 2 t=1000 skipped log 'b' msg 'later'\n"
			       "span test 3 t=1000 passed log 'c'\n"
			       "span test 4 t=1000 skipped log '4'\n"
			       "span test 5 t=1000 skipped log 'd' msg 'why'\n"
			       "span test 6 t=1000 passed log 'sharp # but no directive'\n"
			       "span test 7 t=1000 passed log 'escaped # SKIP \\ this'\n"
			       "span test 8 t=1000 passed log 'skipper#SKIP'\n"
			       "span test 9 t=1000 skipped log '9' msg 'stones'\n"
			       "span test 10 t=1000 passed log '99999999999999999999 big'\n"
			       "span test 11 t=1000 passed log '11'\n"
			       "span test 12 t=1000 failed log '12'\n");
}

static void plans_that_do_not_fit_are_told(void **state)
{
	struct fixture *f = *state;
	at_once(f, "1..3\nok 1\nok 2\n");
	recorder_expect(&f->r, "span test 1 t=1000 passed log '1'\nspan test 2 t=1000 passed log '2'\n"
			       "note t=1000 'plan' msg 'planned 3 tests, and 2 were reported'\n");
	assert_int_equal(f->r.in.worst, STATUS_ERROR);
}

static void a_plan_may_come_late(void **state)
{
	struct fixture *f = *state;
	at_once(f, "ok 1\nok 2\n1..2\n");
	recorder_expect(&f->r, "span test 1 t=1000 passed log '1'\nspan test 2 t=1000 passed log '2'\n");
	assert_int_equal(f->r.in.worst, STATUS_PASSED);
}

static void a_plan_of_nothing_says_why(void **state)
{
	struct fixture *f = *state;
	at_once(f, "1..0 # SKIP no compiler\n");
	recorder_expect(&f->r, "note t=1000 'skipped' msg 'all tests were skipped: SKIP no compiler'\n");
	assert_int_equal(f->r.in.worst, STATUS_NONE);
}

static void a_bail_out_is_a_note_and_an_error(void **state)
{
	struct fixture *f = *state;
	at_once(f, "ok 1\nBail out!  no database\n");
	recorder_expect(&f->r, "span test 1 t=1000 passed log '1'\n"
			       "note t=1000 'bail-out' msg 'the tests bailed out: no database'\n");
	assert_int_equal(f->r.in.worst, STATUS_ERROR);
}

static void what_bats_gives_its_formatters(void **state)
{
	struct fixture *f = *state;
	f->r.in.root = STR("/tmp/bt");
	line(f, 1, "1..6");
	line(f, 2, "suite /tmp/bt/a.bats");
	line(f, 10, "begin 1 passes");
	line(f, 40, "ok 1 passes in 26ms");
	line(f, 45, "begin 2 fails # with hash");
	line(f, 55, "not ok 2 fails # with hash in 5ms");
	line(f, 55, "# (in test file a.bats, line 4)");
	line(f, 55, "#   `@test \"fails\"' failed");
	line(f, 60, "begin 3 skipped one");
	line(f, 62, "ok 3 skipped one in 5ms # skip not today");
	line(f, 65, "begin 4 skip no reason");
	line(f, 66, "ok 4 skip no reason # skip");
	line(f, 70, "begin 5 prints to 3");
	line(f, 75, "# hello fd3");
	line(f, 80, "ok 5 prints to 3");
	line(f, 80, "begin 6 name in 5ms");
	line(f, 81, "ok 6 name in 5ms in 4sec");
	tap_finish(&f->tap, 90 * NS_PER_MS);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=2000000 log 'a.bats' file 'a.bats'\n"
	    "span test 2<1 t=10000000 d=30000000 passed log 'passes' file 'a.bats' elapsed=26000000\n"
	    "span test 3<1 t=45000000 d=10000000 failed log 'fails # with hash' file 'a.bats' msg "
	    "'(in test file a.bats, line 4)\\n  `@test \"fails\"' failed' elapsed=5000000\n"
	    "span test 4<1 t=57000000 d=5000000 skipped framework 'skipped one' file 'a.bats' msg 'not today'\n"
	    "span test 5<1 t=65000000 d=1000000 skipped log 'skip no reason' file 'a.bats'\n"
	    "span test 6<1 t=70000000 d=10000000 passed log 'prints to 3' file 'a.bats'\n"
	    "span test 7<1 t=0 d=4000000000 passed framework 'name in 5ms' file 'a.bats'\n"
	    "end suite 1 t=90000000 failed\n");
}

static void bats_tests_that_die_and_files_that_cannot_be_set_up(void **state)
{
	struct fixture *f = *state;
	line(f, 1, "1..5");
	line(f, 1, "suite /x/d.bats");
	line(f, 2, "begin 1 kill");
	line(f, 5, "begin 2 after");
	line(f, 6, "ok 2 after");
	line(f, 7, "suite /x/b.bats");
	line(f, 8, "not ok 3 setup_file failed");
	line(f, 8, "# why");
	line(f, 9, "suite /x/e.bats");
	line(f, 10, "begin 4 timeout");
	line(f, 11, "not ok 4 timeout in 1000ms # timeout after 1s");
	line(f, 12, "begin 5 never");
	line(f, 13, "ok 4 forged");
	line(f, 13, "ok 5 never ever");
	line(f, 13, "1..7");
	line(f, 14, "# bats warning: Executed 4 instead of expected 5 tests");
	f->r.in.lost = STATUS_TIMEOUT;
	tap_finish(&f->tap, 20 * NS_PER_MS);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000000 log '/x/d.bats' file '/x/d.bats'\n"
	    "span test 2<1 t=2000000 d=3000000 crashed log 'kill' file '/x/d.bats' msg 'it began, and no result came'\n"
	    "span test 3<1 t=5000000 d=1000000 passed log 'after' file '/x/d.bats'\n"
	    "end suite 1 t=7000000 crashed\n"
	    "begin suite 4 t=7000000 log '/x/b.bats' file '/x/b.bats'\n"
	    "span test 5<4 t=7000000 d=1000000 error log 'setup_file failed' file '/x/b.bats' msg 'why'\n"
	    "end suite 4 t=9000000 error\n"
	    "begin suite 6 t=9000000 log '/x/e.bats' file '/x/e.bats'\n"
	    "span test 7<6 t=0 d=1000000000 failed framework 'timeout' file '/x/e.bats' msg 'timeout after 1s'\n"
	    "span test 8<6 t=12000000 d=8000000 timeout log 'never' file '/x/e.bats' msg 'it began, and no result came'\n"
	    "end suite 6 t=20000000 timeout\n");
}

static void a_result_of_bats_may_follow_output_without_line_end(void **state)
{
	struct fixture *f = *state;
	at_once(f, "suite /x.bats\nbegin 1 ok 1 a\n  not ok 1 ok 1 a in 3ms\nbegin 2 b\n# fd3ok 2 b # skip\n"
		   "begin 3 c\nok 3 cc ok 3 c\n");
	recorder_expect(&f->r, "begin suite 1 t=1000 log '/x.bats' file '/x.bats'\n"
			       "span test 2<1 t=0 d=3000000 failed framework 'ok 1 a' file '/x.bats'\n"
			       "span test 3<1 t=1000 skipped log 'b' file '/x.bats'\n"
			       "span test 4<1 t=1000 passed log 'c' file '/x.bats'\n"
			       "end suite 1 t=1000 failed\n");
}

static void plain_bats_with_timing_keeps_the_figure_out_of_the_name(void **state)
{
	struct fixture *f = *state;
	f->tap.at_rest = true;
	f->tap.file = STR("a.tap");
	at_once(f, "1..4\nok 1 passes in 26ms\nok 2 s in 2sec # skip x\nok 3 in 5ms\nok 4 main 5ms\n");
	recorder_expect(&f->r,
			"span test 1 t=1000 d=26000000 passed framework 'passes' file 'a.tap'\n"
			"span test 2 t=26001000 d=2000000000 skipped framework 's' file 'a.tap' msg 'x'\n"
			"span test 3 t=2026001000 d=5000000 passed framework '3' file 'a.tap'\n"
			"span test 4 t=2031001000 passed 'main 5ms' file 'a.tap'\n");
}

static const char node[] = "TAP version 13\n"
			   "# Subtest: top fails\n"
			   "not ok 1 - top fails\n"
			   "  ---\n"
			   "  duration_ms: 0.681396\n"
			   "  location: '/tmp/nt/a.test.mjs:3:1'\n"
			   "  failureType: 'testCodeFailure'\n"
			   "  error: 'it # said no'\n"
			   "  expected: 2\n"
			   "  stack: |-\n"
			   "    TestContext.<anonymous> (file:///tmp/nt/a.test.mjs:3:32)\n"
			   "      deeper\n"
			   "  ...\n"
			   "# Subtest: group\n"
			   "    # Subtest: in one\n"
			   "    ok 1 - in one\n"
			   "      ---\n"
			   "      duration_ms: 0.1\n"
			   "      ...\n"
			   "    # Subtest: in two\n"
			   "    not ok 2 - in two\n"
			   "      ---\n"
			   "      duration_ms: 0.2\n"
			   "      error: |-\n"
			   "        two\n"
			   "        lines\n"
			   "      ...\n"
			   "    ok 3 - in todo # TODO\n"
			   "    1..3\n"
			   "not ok 2 - group\n"
			   "  ---\n"
			   "  duration_ms: 0.627676\n"
			   "  error: '1 subtest failed'\n"
			   "  ...\n"
			   "# Subtest: skipme\n"
			   "ok 3 - skipme # SKIP why not\n"
			   "1..3\n"
			   "# tests 7\n";

static const char node_rows[] =
    "span test 1 t=1000 d=681396 failed framework 'top fails' file 'a.test.mjs' line 3 msg 'it # said no\\nexpected: "
    "2\\nstack: |-\\nTestContext.<anonymous> (file:///tmp/nt/a.test.mjs:3:32)\\n  deeper'\n"
    "begin suite 2 t=682396 log 'group'\n"
    "span test 3<2 t=682396 d=100000 passed framework 'group > in one'\n"
    "span test 4<2 t=782396 d=200000 failed framework 'group > in two' msg 'two\\nlines'\n"
    "span test 5<2 t=982396 passed 'group > in todo'\n"
    "end suite 2 t=1310072 failed\n"
    "span test 6 t=1310072 skipped 'skipme' msg 'why not'\n";

static void what_node_writes(void **state)
{
	struct fixture *f = *state;
	f->r.in.root = STR("/tmp/nt");
	f->tap.at_rest = true;
	at_once(f, node);
	recorder_expect(&f->r, node_rows);
	assert_int_equal(f->r.in.n_tests, 5);
}

static void the_pieces_in_which_it_arrives_do_not_matter(void **state)
{
	struct fixture *f = *state;
	for (size_t piece = 1; piece < 100; piece += 7) {
		struct str s = STR(node);
		tap_init(&f->tap, &f->r.in);
		f->r.in.next_id = 1;
		f->r.in.root = STR("/tmp/nt");
		f->tap.at_rest = true;
		for (size_t i = 0; i < s.n; i += piece)
			tap_feed(&f->tap, str_cut(s, i, piece), 1000);
		tap_finish(&f->tap, 1000);
		recorder_expect(&f->r, node_rows);
	}
}

static void what_perl_writes(void **state)
{
	struct fixture *f = *state;
	at_once(f, "# Subtest: foo\n"
		   "    ok 1 - a \\# b\n"
		   "    # Subtest: bar\n"
		   "        not ok 1 - deep\n"
		   "        #   Failed test 'deep'\n"
		   "        1..1\n"
		   "        # Looks like you failed 1 test of 1.\n"
		   "    not ok 2 - bar\n"
		   "    #   Failed test 'bar'\n"
		   "    1..2\n"
		   "not ok 1 - foo\n"
		   "#   Failed test 'foo'\n"
		   "ok 2 # skip no net\n"
		   "1..2\n");
	recorder_expect(&f->r, "begin suite 1 t=1000 log 'foo'\n"
			       "span test 2<1 t=1000 passed log 'foo > a # b'\n"
			       "begin suite 3<1 t=1000 log 'foo > bar'\n"
			       "span test 4<3 t=1000 failed log 'foo > bar > deep' msg 'Failed test 'deep''\n"
			       "end suite 3 t=1000 failed\n"
			       "end suite 1 t=1000 failed\n"
			       "span test 5 t=1000 skipped log '2' msg 'no net'\n");
}

static void a_suite_that_fails_by_itself_is_a_failing_test(void **state)
{
	struct fixture *f = *state;
	at_once(
	    f, "    ok 1 - in\n    1..2\nnot ok 1 - out\n# broke in the end\nok 2 - next\n    ok 1 - lone\n");
	recorder_expect(&f->r, "begin suite 1 t=1000 log\n"
			       "span test 2<1 t=1000 passed log 'in'\n"
			       "note t=1000 'plan' msg 'planned 2 tests, and 1 were reported'\n"
			       "end suite 1 t=1000 failed 'out'\n"
			       "span test 3 t=1000 failed log 'out' msg 'broke in the end'\n"
			       "span test 4 t=1000 passed log 'next'\n"
			       "begin suite 5 t=1000 log\n"
			       "span test 6<5 t=1000 passed log 'lone'\n"
			       "end suite 5 t=1000 passed\n");
}

static void yaml_that_is_never_closed_ends_with_its_indentation(void **state)
{
	struct fixture *f = *state;
	at_once(
	    f,
	    "not ok 1 a\n  ---\n  message: \"said\"\n  at:\n    file: x\nok 2 b\n  ---\n  duration_ms: 5\n");
	recorder_expect(&f->r, "span test 1 t=1000 failed log 'a' msg 'said\\nat:\\nfile: x'\n"
			       "span test 2 t=0 d=5000000 passed framework 'b'\n");
}

static void deep_indentation_is_passed_over(void **state)
{
	struct fixture *f = *state;
	struct buf b = {0};
	for (unsigned i = 0; i < 40; i++) {
		for (unsigned k = 0; k < i; k++)
			buf_text(&b, "    ");
		buf_text(&b, "ok 1\n");
	}
	at_once(f, b.at);
	assert_int_equal(f->r.in.n_tests, TAP_DEPTH);
	buf_free(&b);
}

static void a_line_of_100_megabytes_takes_no_memory(void **state)
{
	struct fixture *f = *state;
	static char chunk[1 << 20];
	memset(chunk, 'x', sizeof(chunk));
	memcpy(chunk, "not ok 1 - ", 11);
	for (int i = 0; i < 100; i++)
		tap_feed(&f->tap, (struct str){chunk, sizeof(chunk)}, 1000);
	tap_feed(&f->tap, STR("\n# said\n"), 1000);
	for (int i = 0; i < 300000; i++)
		tap_feed(&f->tap, STR("# said again and again\n"), 1000);
	tap_finish(&f->tap, 1000);
	assert_true(f->r.arena.total_bytes < 1 << 20);
	assert_int_equal(f->r.in.n_tests, 1);
	assert_true(f->r.rows.n < INGEST_NAME + INGEST_MESSAGE + 2000);
	assert_non_null(strstr(f->r.rows.at, "bytes left out]"));
}

static void many_tests_take_no_memory(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 20000; i++) {
		tap_feed(&f->tap, STR("# Subtest: s\n    not ok 1 - t\n    # why\n    1..1\nnot ok 1 - s\n"),
			 1000);
		buf_clear(&f->r.rows);
	}
	tap_finish(&f->tap, 1000);
	assert_int_equal(f->r.in.n_tests, 20000);
	assert_true(f->r.arena.total_bytes < 1 << 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(results_without_figures_are_timed_by_their_arrival),
	    TEST(skip_todo_and_odd_lines),
	    TEST(plans_that_do_not_fit_are_told),
	    TEST(a_plan_may_come_late),
	    TEST(a_plan_of_nothing_says_why),
	    TEST(a_bail_out_is_a_note_and_an_error),
	    TEST(what_bats_gives_its_formatters),
	    TEST(bats_tests_that_die_and_files_that_cannot_be_set_up),
	    TEST(a_result_of_bats_may_follow_output_without_line_end),
	    TEST(plain_bats_with_timing_keeps_the_figure_out_of_the_name),
	    TEST(what_node_writes),
	    TEST(the_pieces_in_which_it_arrives_do_not_matter),
	    TEST(what_perl_writes),
	    TEST(a_suite_that_fails_by_itself_is_a_failing_test),
	    TEST(yaml_that_is_never_closed_ends_with_its_indentation),
	    TEST(deep_indentation_is_passed_over),
	    TEST(a_line_of_100_megabytes_takes_no_memory),
	    TEST(many_tests_take_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
