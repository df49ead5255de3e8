#include "ingest/gotest.h"

#include "base/clock.h"
#include "ingest/ingest_test.h"

struct fixture {
	struct recorder r;
	struct gotest go;
};

static int set_up(void **state)
{
	static struct fixture f;
	recorder_init(&f.r);
	gotest_init(&f.go, &f.r.in, STR("ex.org/p"));
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	recorder_free(&((struct fixture *)*state)->r);
	return 0;
}

/* Text as Go prints it, where ~ stands for the marker. */
static void feed(struct fixture *f, int64_t time_ms, const char *text)
{
	struct buf b = {0};
	buf_text(&b, text);
	for (size_t i = 0; i < b.n; i++)
		if (b.at[i] == '~')
			b.at[i] = 0x16;
	gotest_feed(&f->go, buf_view(&b), time_ms * NS_PER_MS);
	buf_free(&b);
}

static void finish(struct fixture *f, int64_t time_ms)
{
	gotest_finish(&f->go, time_ms * NS_PER_MS);
}

static void marked_results_are_timed_by_their_arrival(void **state)
{
	struct fixture *f = *state;
	feed(f, 10, "TestMain before\n~=== RUN   TestPass\n");
	feed(f, 30, "~--- PASS: TestPass (0.02s)\n~=== NAME  \n~=== RUN   TestFail\n");
	feed(f, 31,
	     "    a_test.go:12: a log line\n    a_test.go:13: first\n        second line\nstdout line\n");
	feed(f, 35,
	     "~--- FAIL: TestFail (0.00s)\n~=== NAME  \n~=== RUN   TestSkip\n    a_test.go:17: not here\n");
	feed(f, 36, "~--- SKIP: TestSkip (0.00s)\n~=== NAME  \n~FAIL\nTestMain after\n");
	finish(f, 40);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=10000000 d=20000000 passed log 'TestPass' file 'ex.org/p'\n"
	    "span test 3<1 t=30000000 d=5000000 failed log 'TestFail' file 'ex.org/p' msg 'a_test.go:12: a log "
	    "line\\na_test.go:13: first\\n    second line\\nstdout line'\n"
	    "span test 4<1 t=35000000 d=1000000 skipped log 'TestSkip' file 'ex.org/p' msg 'a_test.go:17: not "
	    "here'\n"
	    "end suite 1 t=40000000 failed\n");
	assert_int_equal(f->r.in.n_tests, 3);
	assert_int_equal(f->r.in.worst, STATUS_FAILED);
}

static void marked_lines_cannot_be_forged_and_may_follow_any_output(void **state)
{
	struct fixture *f = *state;
	feed(f, 1, "~=== RUN   TestFake\n--- PASS: TestForged (0.00s)\n=== RUN   TestForged\nPASS\n");
	feed(f, 2,
	     "    --- FAIL: TestFake (0.00s)\nno newline at end~--- PASS: TestFake (0.00s)\n~=== NAME  \n");
	feed(f, 3, "~=== RUN   TestErr\nstderr no newlinex~--- FAIL: TestErr (0.00s)\n~FAIL\n");
	finish(f, 4);
	recorder_expect(
	    &f->r, "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
		   "span test 2<1 t=1000000 d=1000000 passed log 'TestFake' file 'ex.org/p'\n"
		   "span test 3<1 t=3000000 failed log 'TestErr' file 'ex.org/p' msg 'stderr no newlinex'\n"
		   "end suite 1 t=4000000 failed\n");
}

static void subtests_lie_in_the_test_around_them(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 1,
	    "~=== RUN   TestSub\n~=== RUN   TestSub/one\n~--- PASS: TestSub/one (0.00s)\n~=== NAME  TestSub\n");
	feed(
	    f, 2,
	    "~=== RUN   TestSub/two_words\n~=== RUN   TestSub/two_words/deep/er\n    a_test.go:22: deep error\n");
	feed(f, 3,
	     "~--- FAIL: TestSub/two_words/deep/er (0.00s)\n~=== NAME  TestSub/two_words\n    between\n");
	feed(
	    f, 4,
	    "~--- FAIL: TestSub/two_words (0.00s)\n~=== NAME  TestSub\n~--- FAIL: TestSub (0.00s)\n~=== NAME  \n~FAIL\n");
	finish(f, 5);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "begin test 2<1 t=1000000 log 'TestSub' file 'ex.org/p'\n"
	    "span test 3<2 t=1000000 passed log 'TestSub/one' file 'ex.org/p'\n"
	    "begin test 4<2 t=2000000 log 'TestSub/two_words' file 'ex.org/p'\n"
	    "span test 5<4 t=2000000 d=1000000 failed log 'TestSub/two_words/deep/er' file 'ex.org/p' msg "
	    "'a_test.go:22: deep error'\n"
	    "end test 4 t=4000000 failed log msg 'between' subtests=1\n"
	    "end test 2 t=4000000 failed log subtests=2\n"
	    "end suite 1 t=5000000 failed\n");
	assert_int_equal(f->r.in.n_tests, 4);
}

static void paused_time_does_not_count(void **state)
{
	struct fixture *f = *state;
	feed(f, 10, "~=== RUN   TestA\n");
	feed(f, 12, "~=== PAUSE TestA\n~=== NAME  \n~=== RUN   TestB\n~=== PAUSE TestB\n~=== NAME  \n");
	feed(f, 50, "~=== CONT  TestA\n~=== CONT  TestB\n    b_test.go:1: from B\n");
	feed(f, 60, "~--- FAIL: TestB (0.01s)\n~=== NAME  TestA\n    a_test.go:1: from A\n");
	feed(f, 80, "~--- PASS: TestA (0.03s)\n~FAIL\n");
	finish(f, 81);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 3<1 t=50000000 d=10000000 failed log 'TestB' file 'ex.org/p' msg 'b_test.go:1: from B'\n"
	    "span test 2<1 t=48000000 d=32000000 passed log 'TestA' file 'ex.org/p' elapsed=30000000\n"
	    "end suite 1 t=81000000 failed\n");
}

static void lines_in_a_bunch_take_the_figure_of_go(void **state)
{
	struct fixture *f = *state;
	feed(f, 500, "~=== RUN   TestA\n~--- PASS: TestA (0.30s)\n~PASS\n");
	finish(f, 500);
	recorder_expect(&f->r,
			"begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
			"span test 2<1 t=200000000 d=300000000 passed framework 'TestA' file 'ex.org/p'\n"
			"end suite 1 t=500000000 passed\n");
}

static const char panic_text[] =
    "panic: assignment to entry in nil map [recovered, repanicked]\n\ngoroutine 7 [running]:\n"
    "example.org/gt/b.TestPanic.func1(0x1)\n\t/tmp/gt/b/b_test.go:4 +0x28\n";

static void a_panic_is_a_crash_of_the_test_and_of_those_around_it(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 1,
	    "~=== RUN   TestBefore\n~--- PASS: TestBefore (0.00s)\n~=== NAME  \n~=== RUN   TestPanic\nabout to\n"
	    "~=== RUN   TestPanic/inner\n~--- FAIL: TestPanic/inner (0.00s)\n~--- FAIL: TestPanic (0.00s)\n");
	feed(f, 2, panic_text);
	finish(f, 3);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=1000000 passed log 'TestBefore' file 'ex.org/p'\n"
	    "begin test 3<1 t=1000000 log 'TestPanic' file 'ex.org/p'\n"
	    "span test 4<3 t=1000000 crashed log 'TestPanic/inner' file 'ex.org/p' msg 'panic: assignment to entry in "
	    "nil map [recovered, repanicked]\\n\\ngoroutine 7 [running]:\\nexample.org/gt/b.TestPanic.func1(0x1)\\n"
	    "\t/tmp/gt/b/b_test.go:4 +0x28'\n"
	    "end test 3 t=1000000 crashed log msg 'about to\\npanic: assignment to entry in nil map [recovered, "
	    "repanicked]\\n\\ngoroutine 7 [running]:\\nexample.org/gt/b.TestPanic.func1(0x1)\\n\t/tmp/gt/b/b_test.go:4 "
	    "+0x28' subtests=1\n"
	    "end suite 1 t=3000000 crashed\n");
	assert_int_equal(f->r.in.worst, STATUS_CRASHED);
}

static void a_panic_loses_all_tests_that_run(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 1,
	    "~=== RUN   TestA\n~=== PAUSE TestA\n~=== NAME  \n~=== RUN   TestHang\n~=== RUN   TestHang/sub\n");
	feed(f, 9, "panic: test timed out after 1s\n\trunning tests:\n\t\tTestHang/sub (1s)\n");
	finish(f, 10);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "begin test 3<1 t=1000000 log 'TestHang' file 'ex.org/p'\n"
	    "span test 4<3 t=1000000 d=9000000 crashed log 'TestHang/sub' file 'ex.org/p' msg 'panic: test timed out "
	    "after 1s\\n\trunning tests:\\n\t\tTestHang/sub (1s)'\n"
	    "end test 3 t=10000000 crashed log msg 'panic: test timed out after 1s' subtests=1\n"
	    "span test 2<1 t=10000000 crashed log 'TestA' file 'ex.org/p' msg 'panic: test timed out after 1s'\n"
	    "end suite 1 t=10000000 crashed\n");
}

static void os_exit_in_a_test_loses_it(void **state)
{
	struct fixture *f = *state;
	feed(f, 1, "~=== RUN   TestExit\nbye");
	f->r.in.lost = STATUS_TIMEOUT;
	finish(f, 2);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=1000000 d=1000000 timeout log 'TestExit' file 'ex.org/p' msg 'bye\\nthe test "
	    "binary ended before this test did'\n"
	    "end suite 1 t=2000000 timeout\n");
}

static void a_panic_that_is_only_printed_is_no_crash(void **state)
{
	struct fixture *f = *state;
	feed(f, 1,
	     "~=== RUN   TestA\npanic: not really\n~--- FAIL: TestA (0.00s)\npanic: by another\n~=== NAME  \n"
	     "~=== RUN   TestB\n~--- PASS: TestB (0.00s)\n~FAIL\n");
	finish(f, 2);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=1000000 failed log 'TestA' file 'ex.org/p' msg 'panic: not really\\npanic: by "
	    "another'\n"
	    "span test 3<1 t=1000000 passed log 'TestB' file 'ex.org/p'\n"
	    "end suite 1 t=2000000 failed\n");
}

static void examples_tell_after_their_result(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 1,
	    "~=== RUN   Example_bad\n~--- FAIL: Example_bad (0.00s)\ngot:\nhello\nwant:\nbye\n~=== NAME   \n~FAIL\n");
	finish(f, 2);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=1000000 failed log 'Example_bad' file 'ex.org/p' msg 'got:\\nhello\\nwant:\\nbye'\n"
	    "end suite 1 t=2000000 failed\n");
}

static void benchmarks_have_their_figures(void **state)
{
	struct fixture *f = *state;
	feed(f, 1, "goos: linux\n~=== RUN   BenchmarkX\nBenchmarkX\nBenchmarkX-2     \t");
	feed(
	    f, 5,
	    "      10\t        27.00 ns/op\n~=== NAME  \n~=== RUN   BenchmarkSub\nBenchmarkSub\n"
	    "~=== RUN   BenchmarkSub/s1\nBenchmarkSub/s1\nBenchmarkSub/s1-2  \t 10\t 11.10 ns/op\t 0 B/op\n~PASS\n");
	finish(f, 6);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=1000000 d=4000000 passed log 'BenchmarkX' file 'ex.org/p' bench='10\t        27.00 ns/op'\n"
	    "begin test 3<1 t=5000000 log 'BenchmarkSub' file 'ex.org/p'\n"
	    "span test 4<3 t=5000000 passed log 'BenchmarkSub/s1' file 'ex.org/p' bench='10\t 11.10 ns/op\t 0 B/op'\n"
	    "end test 3 t=5000000 passed log subtests=1\n"
	    "end suite 1 t=6000000 passed\n");
}

static void quiet_benchmarks_are_timed_by_the_line_before(void **state)
{
	struct fixture *f = *state;
	feed(f, 1, "goos: linux\nBenchmarkX-2 \t 10\t 21.00 ns/op\n");
	feed(f, 4, "BenchmarkY \t 10\t 21.00 ns/op\nBenchmarking is fun\nBenchmarkZ 1 2\nPASS\n");
	finish(f, 5);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=1000 d=999000 passed framework 'BenchmarkX' file 'ex.org/p' bench='10\t 21.00 ns/op'\n"
	    "span test 3<1 t=1000000 d=3000000 passed framework 'BenchmarkY' file 'ex.org/p' bench='10\t 21.00 ns/op'\n"
	    "end suite 1 t=5000000 passed\n");
}

static void without_markers_results_of_subtests_come_late(void **state)
{
	struct fixture *f = *state;
	feed(f, 10, "=== RUN   TestSub\n=== RUN   TestSub/one\n");
	feed(f, 20, "=== RUN   TestSub/two\n=== RUN   TestSub/two/deep\n    a_test.go:22: deep error\n");
	feed(
	    f, 100,
	    "--- FAIL: TestSub (0.05s)\n    --- PASS: TestSub/one (0.01s)\n    --- FAIL: TestSub/two (0.04s)\n"
	    "        --- FAIL: TestSub/two/deep (0.03s)\n=== RUN   TestLine\nno line end--- PASS: TestLine (0.00s)\n"
	    "FAIL\nFAIL\tex.org/p\t0.1s\n");
	finish(f, 110);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "begin test 2<1 t=10000000 log 'TestSub' file 'ex.org/p'\n"
	    "begin test 4<2 t=20000000 log 'TestSub/two' file 'ex.org/p'\n"
	    "span test 3<2 t=10000000 d=10000000 passed framework 'TestSub/one' file 'ex.org/p'\n"
	    "span test 5<4 t=20000000 d=30000000 failed framework 'TestSub/two/deep' file 'ex.org/p' msg "
	    "'a_test.go:22: deep error'\n"
	    "end test 4 t=60000000 failed framework subtests=1\n"
	    "end test 2 t=100000000 failed log elapsed=50000000 subtests=2\n"
	    "span test 6<1 t=100000000 passed log 'TestLine' file 'ex.org/p'\n"
	    "end suite 1 t=110000000 failed\n");
}

static void marked_results_may_come_late_too(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 10,
	    "~=== RUN   TestA\n~=== RUN   TestA/one\n~=== NAME  TestA\n~=== RUN   TestA/two\n~=== NAME  TestA\n");
	feed(
	    f, 90,
	    "~--- FAIL: TestA (0.05s)\n~    --- PASS: TestA/one (0.01s)\n~    --- FAIL: TestA/two (0.02s)\n~=== NAME\n~FAIL\n");
	finish(f, 110);
	recorder_expect(&f->r,
			"begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
			"begin test 2<1 t=10000000 log 'TestA' file 'ex.org/p'\n"
			"span test 3<2 t=10000000 d=10000000 passed framework 'TestA/one' file 'ex.org/p'\n"
			"span test 4<2 t=10000000 d=20000000 failed framework 'TestA/two' file 'ex.org/p'\n"
			"end test 2 t=90000000 failed log elapsed=50000000 subtests=2\n"
			"end suite 1 t=110000000 failed\n");
}

static void without_v_only_failures_are_seen(void **state)
{
	struct fixture *f = *state;
	feed(f, 100,
	     "stdout line\n--- FAIL: TestFail (0.05s)\n    a_test.go:12: a log line\n        second line\n"
	     "--- FAIL: TestSub (0.01s)\n    a_test.go:9: before\n    --- FAIL: TestSub/two (0.00s)\n"
	     "        a_test.go:22: in two\n    a_test.go:10: of sub\nFAIL\n");
	finish(f, 110);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 2<1 t=50000000 d=50000000 failed framework 'TestFail' file 'ex.org/p' msg 'a_test.go:12: a log "
	    "line\\n    second line'\n"
	    "begin test 3<1 t=90000000 framework 'TestSub' file 'ex.org/p'\n"
	    "span test 4<3 t=100000000 failed framework 'TestSub/two' file 'ex.org/p' msg 'a_test.go:22: in two'\n"
	    "end test 3 t=100000000 failed framework msg 'a_test.go:9: before\\na_test.go:10: of sub' subtests=1\n"
	    "end suite 1 t=110000000 failed\n");
}

static void what_was_forged_without_markers_is_no_crash_at_the_end(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 1,
	    "=== RUN   TestReal\n=== RUN   TestForged\n--- PASS: TestReal (0.00s)\nPASS\nok  \tex.org/p\t0.1s\n");
	finish(f, 2);
	recorder_expect(&f->r,
			"begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
			"span test 2<1 t=1000000 passed log 'TestReal' file 'ex.org/p'\n"
			"span test 3<1 t=1000000 d=1000000 unfinished log 'TestForged' file 'ex.org/p'\n"
			"end suite 1 t=2000000 unfinished\n");
	assert_int_equal(f->r.in.worst, STATUS_UNFINISHED);
}

static void a_test_may_run_again(void **state)
{
	struct fixture *f = *state;
	feed(f, 1, "~=== RUN   TestA\nfirst\n~--- FAIL: TestA (0.00s)\n~=== NAME  \n~=== RUN   TestA\n");
	feed(
	    f, 2,
	    "~--- PASS: TestA (0.00s)\n~=== RUN   TestA\n~=== RUN   TestA\n~--- SKIP: TestA (0.00s)\n~PASS\n");
	finish(f, 3);
	recorder_expect(&f->r, "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
			       "span test 2<1 t=1000000 failed log 'TestA' file 'ex.org/p' msg 'first'\n"
			       "span test 3<1 t=1000000 d=1000000 passed log 'TestA' file 'ex.org/p'\n"
			       "span test 4<1 t=2000000 skipped log 'TestA' file 'ex.org/p'\n"
			       "end suite 1 t=3000000 failed\n");
}

static void lines_that_only_look_like_it_are_output(void **state)
{
	struct fixture *f = *state;
	feed(
	    f, 1,
	    "~=== RUN   TestA\n~=== RUN   \n~=== WALK  TestB\n~=== RUN\n~---\n~--- PASS:\n~--- PASS: \n~--- GOOD: TestA\n~\n"
	    "~--- FAIL: TestA (0.0xs)\n~=== CONT  TestNone\n~=== PAUSE TestNone\n~=== ATTR  TestNone key value\n");
	finish(f, 2);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=1000 log 'ex.org/p' file 'ex.org/p'\n"
	    "span test 3<1 t=1000000 failed log 'TestA (0.0xs)' file 'ex.org/p'\n"
	    "span test 2<1 t=1000000 d=1000000 crashed log 'TestA' file 'ex.org/p' msg '=== RUN   \\n=== WALK  "
	    "TestB\\n=== RUN\\n---\\n--- PASS:\\n--- PASS: \\n--- GOOD: TestA\\n\\nthe test binary ended before "
	    "this test did'\n"
	    "end suite 1 t=2000000 crashed\n");
}

static void no_tests_is_no_suite(void **state)
{
	struct fixture *f = *state;
	feed(f, 1, "testing: warning: no tests to run\nPASS\n");
	finish(f, 2);
	recorder_expect(&f->r, "");
}

static void the_pieces_in_which_it_arrives_do_not_matter(void **state)
{
	static const char text[] =
	    "~=== RUN   TestA\nout~=== RUN   TestA/b\n    x.go:1: no\n~--- FAIL: TestA/b (0.00s)\n"
	    "~=== NAME  TestA\nmore~--- FAIL: TestA (0.00s)\n~=== NAME  \n~FAIL\n";
	struct fixture *f = *state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		char part[sizeof(text)];
		f->r.in.next_id = 1;
		f->r.in.time_ns = 1000;
		gotest_init(&f->go, &f->r.in, STR("p"));
		for (size_t i = 0; i < sizeof(text) - 1; i += piece) {
			struct str s = str_cut(STR(text), i, piece);
			memcpy(part, s.at, s.n);
			part[s.n] = 0;
			feed(f, 1, part);
		}
		finish(f, 1);
		recorder_expect(&f->r,
				"begin suite 1 t=1000 log 'p' file 'p'\n"
				"begin test 2<1 t=1000000 log 'TestA' file 'p'\n"
				"span test 3<2 t=1000000 failed log 'TestA/b' file 'p' msg 'x.go:1: no'\n"
				"end test 2 t=1000000 failed log msg 'out\\nmore' subtests=1\n"
				"end suite 1 t=1000000 failed\n");
	}
}

static void many_tests_and_long_lines_take_little_memory(void **state)
{
	static char chunk[1 << 20];
	struct fixture *f = *state;
	memset(chunk, 'x', sizeof(chunk));
	feed(f, 1, "~=== RUN   TestLong\n");
	for (int i = 0; i < 100; i++)
		gotest_feed(&f->go, (struct str){chunk, sizeof(chunk)}, 1000);
	feed(f, 1, "~--- FAIL: TestLong (0.00s)\n");
	for (int i = 0; i < 100000; i++) {
		struct buf b = {0};
		buf_printf(&b,
			   "~=== RUN   TestMany/number_%d\nprinted\n~--- PASS: TestMany/number_%d (0.00s)\n",
			   i, i);
		feed(f, 1, b.at);
		buf_free(&b);
		buf_clear(&f->r.rows);
	}
	finish(f, 2);
	assert_int_equal(f->r.in.n_tests, 100001);
	assert_int_equal(f->r.in.worst, STATUS_FAILED);
	assert_true(f->r.arena.total_bytes < 512 * 1024);
}

static void a_failure_has_the_place_that_its_output_names(void **state)
{
	struct fixture *f = *state;
	f->r.in.root = STR("/work");
	f->go.package.folder = STR("/work/p");
	feed(
	    f, 1,
	    "~=== RUN   TestA\n    x.go is bad\n    a_test.go:12: no\n    b_test.go:13: no\n~--- FAIL: TestA (0.00s)\n");
	feed(f, 2, "~=== RUN   TestB\n    a_test.go:14: said\n~--- PASS: TestB (0.00s)\n");
	feed(f, 3, "~=== RUN   TestC\n    ../q/c.go:12: no\n    a.go:x: no\n~--- FAIL: TestC (0.00s)\n");
	feed(
	    f, 4,
	    "~=== RUN   TestD\npanic: no\n\ngoroutine 1 [running]:\nmain\n\t/go/x.go:1 +0x1\n\t/work/p/d_test.go:9 +0x1\n");
	finish(f, 5);
	struct str rows = buf_view(&f->r.rows);
	assert_true(str_has(rows, STR("place='p/a_test.go:12'")));
	assert_true(str_has(rows, STR("place='p/d_test.go:9'")));
	assert_false(str_has(rows, STR("p/a_test.go:14")));
	assert_false(str_has(rows, STR("p/a.go")) || str_has(rows, STR("c.go:12'")));
}

static void thousands_may_be_open_at_once(void **state)
{
	struct fixture *f = *state;
	struct buf b = {0};
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "~=== RUN   TestMany/%d\n~=== PAUSE TestMany/%d\n", i, i);
	for (int i = 0; i < 5000; i += 2)
		buf_printf(&b, "~=== CONT  TestMany/%d\n~--- PASS: TestMany/%d (0.00s)\n", i, i);
	feed(f, 1, b.at);
	buf_free(&b);
	assert_int_equal(f->r.in.n_tests, 2499); /* the last one waits for what may follow */
	finish(f, 2);
	assert_int_equal(f->r.in.n_tests, 5000);
	assert_int_equal(f->r.in.worst, STATUS_CRASHED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(marked_results_are_timed_by_their_arrival),
	    TEST(marked_lines_cannot_be_forged_and_may_follow_any_output),
	    TEST(subtests_lie_in_the_test_around_them),
	    TEST(paused_time_does_not_count),
	    TEST(lines_in_a_bunch_take_the_figure_of_go),
	    TEST(a_panic_is_a_crash_of_the_test_and_of_those_around_it),
	    TEST(a_panic_loses_all_tests_that_run),
	    TEST(os_exit_in_a_test_loses_it),
	    TEST(a_panic_that_is_only_printed_is_no_crash),
	    TEST(examples_tell_after_their_result),
	    TEST(benchmarks_have_their_figures),
	    TEST(quiet_benchmarks_are_timed_by_the_line_before),
	    TEST(without_markers_results_of_subtests_come_late),
	    TEST(marked_results_may_come_late_too),
	    TEST(without_v_only_failures_are_seen),
	    TEST(what_was_forged_without_markers_is_no_crash_at_the_end),
	    TEST(a_test_may_run_again),
	    TEST(lines_that_only_look_like_it_are_output),
	    TEST(no_tests_is_no_suite),
	    TEST(the_pieces_in_which_it_arrives_do_not_matter),
	    TEST(many_tests_and_long_lines_take_little_memory),
	    TEST(a_failure_has_the_place_that_its_output_names),
	    TEST(thousands_may_be_open_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
