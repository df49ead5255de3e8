#include "ingest/gojson.h"

#include "base/clock.h"
#include "ingest/ingest_test.h"

struct fixture {
	struct recorder r;
	struct gojson go;
};

static int set_up(void **state)
{
	static struct fixture f;
	recorder_init(&f.r);
	gojson_init(&f.go, &f.r.in);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	recorder_free(&((struct fixture *)*state)->r);
	return 0;
}

/* One line: its time in ms behind a full second, and the rest of the object. */
static void line(struct fixture *f, int time_ms, const char *rest)
{
	struct buf b = {0};
	buf_printf(&b, "{\"Time\":\"2026-11-21T03:50:09.%03dZ\",%s}\n", time_ms, rest);
	gojson_feed(&f->go, buf_view(&b), 700 * NS_PER_MS);
	buf_free(&b);
}

static void finish(struct fixture *f)
{
	gojson_finish(&f->go, 900 * NS_PER_MS);
}

static void times_are_those_of_the_stream_from_the_first_arrival_on(void **state)
{
	struct fixture *f = *state;
	line(f, 100, "\"Action\":\"start\",\"Package\":\"ex.org/a\"");
	line(f, 101, "\"Action\":\"run\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\"");
	line(
	    f, 101,
	    "\"Action\":\"output\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\",\"Output\":\"=== RUN   TestFail\\n\"");
	line(
	    f, 102,
	    "\"Action\":\"output\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\",\"Output\":\"    a.go:1: \\u003cb\\u003e\\n\"");
	line(
	    f, 102,
	    "\"Action\":\"output\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\",\"Output\":\"no line end\"");
	line(
	    f, 102,
	    "\"Action\":\"output\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\",\"Output\":\"    and on\\n\"");
	line(
	    f, 121,
	    "\"Action\":\"output\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\",\"Output\":\"--- FAIL: TestFail (0.02s)\\n\"");
	line(f, 121, "\"Action\":\"fail\",\"Package\":\"ex.org/a\",\"Test\":\"TestFail\",\"Elapsed\":0.02");
	line(f, 130,
	     "\"Action\":\"output\",\"Package\":\"ex.org/a\",\"Output\":\"FAIL\\tex.org/a\\t0.016s\\n\"");
	line(f, 131, "\"Action\":\"fail\",\"Package\":\"ex.org/a\",\"Elapsed\":0.016");
	finish(f);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=700000000 framework 'ex.org/a' file 'ex.org/a'\n"
	    "span test 2<1 t=701000000 d=20000000 failed framework 'TestFail' file 'ex.org/a' msg 'a.go:1: "
	    "<b>\\nno line end    and on'\n"
	    "end suite 1 t=731000000 failed\n");
}

static void packages_may_run_at_once(void **state)
{
	struct fixture *f = *state;
	line(f, 0, "\"Action\":\"start\",\"Package\":\"a\"");
	line(f, 1, "\"Action\":\"start\",\"Package\":\"b\"");
	line(f, 2, "\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"TestX\"");
	line(f, 3, "\"Action\":\"run\",\"Package\":\"b\",\"Test\":\"TestX\"");
	line(f, 4, "\"Action\":\"pause\",\"Package\":\"a\",\"Test\":\"TestX\"");
	line(f, 5, "\"Action\":\"pass\",\"Package\":\"b\",\"Test\":\"TestX\",\"Elapsed\":0");
	line(f, 6, "\"Action\":\"pass\",\"Package\":\"b\",\"Elapsed\":0");
	line(f, 8, "\"Action\":\"cont\",\"Package\":\"a\",\"Test\":\"TestX\"");
	line(f, 9, "\"Action\":\"skip\",\"Package\":\"a\",\"Test\":\"TestX\",\"Elapsed\":0");
	line(f, 9, "\"Action\":\"pass\",\"Package\":\"a\",\"Elapsed\":0");
	line(f, 9, "\"Action\":\"skip\",\"Package\":\"empty\",\"Elapsed\":0");
	finish(f);
	recorder_expect(&f->r, "begin suite 1 t=700000000 framework 'a' file 'a'\n"
			       "begin suite 3 t=701000000 framework 'b' file 'b'\n"
			       "span test 4<3 t=703000000 d=2000000 passed framework 'TestX' file 'b'\n"
			       "end suite 3 t=706000000 passed\n"
			       "span test 2<1 t=706000000 d=3000000 skipped framework 'TestX' file 'a'\n"
			       "end suite 1 t=709000000 skipped\n");
}

static void a_build_that_fails_is_an_error_with_its_output(void **state)
{
	struct fixture *f = *state;
	gojson_feed(
	    &f->go,
	    STR("{\"ImportPath\":\"d [d.test]\",\"Action\":\"build-output\",\"Output\":\"# d\\n\"}\n"
		"{\"ImportPath\":\"e\",\"Action\":\"build-output\",\"Output\":\"of e\\n\"}\n"
		"{\"ImportPath\":\"d [d.test]\",\"Action\":\"build-output\",\"Output\":\"d.go:3: undefined: x\\n\"}\n"
		"{\"ImportPath\":\"d [d.test]\",\"Action\":\"build-fail\"}\n"
		"go: downloading things\n"
		"{\"Action\":\"start\",\"Package\":\"d\"}\n"
		"{\"Action\":\"output\",\"Package\":\"d\",\"Output\":\"FAIL\\td [build failed]\\n\"}\n"
		"{\"Action\":\"fail\",\"Package\":\"d\",\"Elapsed\":0,\"FailedBuild\":\"d [d.test]\"}"),
	    5000);
	finish(f);
	recorder_expect(&f->r, "begin suite 1 t=5000 log 'd' file 'd'\n"
			       "end suite 1 t=900000000 error msg '# d\\nd.go:3: undefined: x'\n");
	assert_int_equal(f->r.in.worst, STATUS_ERROR);
}

static void a_package_that_panics_outside_tests_has_crashed(void **state)
{
	struct fixture *f = *state;
	line(f, 0, "\"Action\":\"start\",\"Package\":\"p\"");
	line(f, 1, "\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"panic: in init\\n\"");
	line(f, 1, "\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"\\n\"");
	line(f, 1, "\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"goroutine 1 [running]:\\n\"");
	line(f, 2, "\"Action\":\"fail\",\"Package\":\"p\",\"Elapsed\":0.007");
	finish(f);
	recorder_expect(&f->r,
			"begin suite 1 t=700000000 framework 'p' file 'p'\n"
			"end suite 1 t=702000000 crashed msg 'panic: in init\\n\\ngoroutine 1 [running]:'\n");
}

static void a_package_that_fails_by_itself_is_an_error(void **state)
{
	struct fixture *f = *state;
	line(f, 0, "\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestA\"");
	line(f, 1, "\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA\"");
	line(f, 1, "\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"TestMain: cannot tear down\\n\"");
	line(f, 2, "\"Action\":\"fail\",\"Package\":\"p\",\"Elapsed\":0.007");
	finish(f);
	recorder_expect(&f->r, "begin suite 1 t=700000000 framework 'p' file 'p'\n"
			       "span test 2<1 t=700000000 d=1000000 passed framework 'TestA' file 'p'\n"
			       "end suite 1 t=702000000 error msg 'TestMain: cannot tear down'\n");
}

static void tests_that_panic_or_have_no_end_have_crashed(void **state)
{
	struct fixture *f = *state;
	line(f, 0, "\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestPanic\"");
	line(f, 0,
	     "\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestPanic\",\"Output\":\"panic: oh\\n\"");
	line(f, 0,
	     "\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestPanic\",\"Output\":\"    kept\\n\"");
	line(
	    f, 0,
	    "\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestPanic\",\"Output\":\"goroutine 7 [running]:\\n\"");
	line(f, 1, "\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"TestPanic\",\"Elapsed\":0");
	line(f, 1, "\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestExit\"");
	line(f, 3, "\"Action\":\"fail\",\"Package\":\"p\",\"Elapsed\":0.003");
	finish(f);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=700000000 framework 'p' file 'p'\n"
	    "span test 2<1 t=700000000 d=1000000 crashed framework 'TestPanic' file 'p' msg 'panic: oh\\n    "
	    "kept\\ngoroutine 7 [running]:'\n"
	    "span test 3<1 t=701000000 d=2000000 crashed framework 'TestExit' file 'p' msg 'the test binary "
	    "ended before this test did'\n"
	    "end suite 1 t=703000000 crashed\n");
}

static void benchmarks_have_their_figures(void **state)
{
	struct fixture *f = *state;
	line(f, 0, "\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"BenchmarkX\"");
	line(
	    f, 0,
	    "\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"BenchmarkX\",\"Output\":\"BenchmarkX-2 \\t\"");
	line(
	    f, 7,
	    "\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"BenchmarkX\",\"Output\":\" 10\\t 27.00 ns/op\\n\"");
	line(f, 7, "\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"BenchmarkSub\"");
	line(f, 8, "\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"BenchmarkSub/a\"");
	line(
	    f, 9,
	    "\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"BenchmarkSub/a\",\"Output\":\"BenchmarkSub/a-2 \\t 1\\t 2 ns/op\\n\"");
	line(f, 9, "\"Action\":\"pass\",\"Package\":\"p\"");
	finish(f);
	recorder_expect(
	    &f->r,
	    "begin suite 1 t=700000000 framework 'p' file 'p'\n"
	    "span test 2<1 t=700000000 d=7000000 passed framework 'BenchmarkX' file 'p' bench='10\t 27.00 ns/op'\n"
	    "begin test 3<1 t=707000000 framework 'BenchmarkSub' file 'p'\n"
	    "span test 4<3 t=708000000 d=1000000 passed framework 'BenchmarkSub/a' file 'p' bench='1\t 2 ns/op'\n"
	    "end test 3 t=709000000 passed framework subtests=1\n"
	    "end suite 1 t=709000000 passed\n");
}

static void bad_lines_are_counted_and_told(void **state)
{
	struct fixture *f = *state;
	gojson_feed(&f->go,
		    STR("{\n{}\n{\"Action\":5}\n{\"Action\":\"run\",\"Test\":\"NoPackage\"}\nplain\n\n"
			"{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"\",\"New\":{\"a\":[1]}}\n"
			"{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA\",\"Elapsed\":\"x\"}\n"
			"{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestNone\",\"Output\":\"x\"}\n"),
		    5000);
	finish(f);
	recorder_expect(&f->r,
			"begin suite 1 t=5000 log 'p' file 'p'\n"
			"span test 2<1 t=5000 passed log 'TestA' file 'p'\n"
			"end suite 1 t=900000000 passed\n"
			"note t=900000000 'go-json' msg '2 lines of go test -json could not be read'\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(times_are_those_of_the_stream_from_the_first_arrival_on),
	    TEST(packages_may_run_at_once),
	    TEST(a_build_that_fails_is_an_error_with_its_output),
	    TEST(a_package_that_panics_outside_tests_has_crashed),
	    TEST(a_package_that_fails_by_itself_is_an_error),
	    TEST(tests_that_panic_or_have_no_end_have_crashed),
	    TEST(benchmarks_have_their_figures),
	    TEST(bad_lines_are_counted_and_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
