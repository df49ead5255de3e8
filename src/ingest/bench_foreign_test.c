#include "ingest/bench_foreign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

struct reading {
	struct arena arena;
	struct results figures;
	struct err err;
	struct bench_subject *at;
	uint32_t n;
	int rc;
};

static void read_as(struct reading *r, const char *text, enum bench_format format, const char *filter)
{
	*r = (struct reading){.n = 0};
	r->figures =
	    (struct results){.arena = &r->arena, .bench = STR("b"), .kind = STR("import"), .filter = filter};
	r->rc = bench_foreign_read(&r->figures, str_of(text), "x", format, &r->err);
	r->at = results_finish(&r->figures, &r->n);
}

static void read_text(struct reading *r, const char *text)
{
	read_as(r, text, BENCH_FORMAT_AUTO, NULL);
	if (r->rc < 0)
		fail_msg("%s", r->err.text);
}

static void drop(struct reading *r)
{
	arena_free(&r->arena);
}

static const struct bench_column *column(const struct bench_subject *s, const char *metric, const char *unit)
{
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (str_is(s->columns[i].metric, metric)) {
			assert_true(str_is(s->columns[i].unit, unit));
			return &s->columns[i];
		}
	fail_msg("no column %s", metric);
	return NULL;
}

static void refused(const char *text, enum bench_format format, const char *why)
{
	struct reading r;
	read_as(&r, text, format, NULL);
	assert_int_equal(r.rc, FAULT_FORMAT);
	assert_string_equal(r.err.text, why);
	drop(&r);
}

static void lines_of_go_are_rounds(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r,
		  "goos: linux\npkg: a/b\nBenchmarkAdd-8   1000   0.5310 ns/op   16 B/op   1 allocs/op\r\n"
		  "BenchmarkOther \t 5 7 ns/op\nBenchmarkAdd-8 1000 0.6 ns/op 100 MB/s 2.5 hits/op 7 p99-ns "
		  "12 x-B/op 9 y\n"
		  "Benchmarkable 1 1 ns/op\nBenchmark 1 1 ns/op 5\nPASS\nok  \ta/b\t1s\n");
	assert_int_equal(r.n, 3);
	assert_true(str_is(r.at[0].name, "b/a/b.Add-8"));
	assert_true(str_is(r.at[2].name, "b/a/b.Benchmark"));
	assert_int_equal(r.at[0].n_rounds, 2);
	assert_int_equal(r.at[0].good, 2);
	assert_int_equal(column(&r.at[0], "wall", "ps")->values[0], 531);
	assert_int_equal(column(&r.at[0], "wall", "ps")->values[1], 600);
	assert_int_equal(column(&r.at[0], "bytes_per_op", "bytes")->values[1], BENCH_NONE);
	assert_int_equal(column(&r.at[0], "allocs_per_op", "millionths")->values[0], 1000000);
	assert_int_equal(column(&r.at[0], "bytes_per_second", "bytes/s")->values[0], BENCH_NONE);
	assert_int_equal(column(&r.at[0], "bytes_per_second", "bytes/s")->values[1], 100000000);
	assert_int_equal(column(&r.at[0], "hits", "millionths")->values[1], 2500000);
	assert_int_equal(column(&r.at[0], "p99", "ps")->values[1], 7000);
	assert_int_equal(column(&r.at[0], "x", "bytes")->values[1], 12);
	assert_int_equal(column(&r.at[0], "y", "millionths")->values[1], 9000000);
	drop(&r);
}

static void what_failed_in_go_is_told(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r,
		  "pkg: p\nBenchmarkA 1 2 ns/op\n--- FAIL: BenchmarkB\n    x.go:3: no good\nBenchmarkC-2 \t"
		  "--- FAIL: BenchmarkC-2\nFAIL\nexit status 1\nFAIL\tp\t0.1s\n"
		  "FAIL\tq [build failed]\npkg: r\nBenchmarkD-2   panic: oh\n\ngoroutine 1\nFAIL\tr\t0.1s\n");
	assert_int_equal(r.n, 5);
	assert_int_equal(r.at[0].failed, 0);
	assert_true(str_is(r.at[1].failure, "x.go:3: no good"));
	assert_true(str_is(r.at[2].name, "b/p.C-2"));
	assert_true(str_is(r.at[2].failure, "it failed"));
	assert_true(str_is(r.at[3].name, "b/q"));
	assert_true(str_is(r.at[3].failure, "FAIL\tq [build failed]"));
	assert_true(str_is(r.at[4].name, "b/r.D-2"));
	assert_true(str_is(r.at[4].failure, "panic: oh"));
	for (unsigned i = 1; i < 5; i++)
		assert_int_equal(r.at[i].failed, 1);
	drop(&r);
}

static void with_v_the_reason_comes_before(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r, "=== RUN   BenchmarkA\nBenchmarkA\n    x.go:1: oh no\n--- FAIL: BenchmarkA\nFAIL\n");
	assert_int_equal(r.n, 1);
	assert_true(str_is(r.at[0].failure, "x.go:1: oh no"));
	drop(&r);
}

static void go_that_was_cut_short_has_failed(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r, "BenchmarkA-2 \t 1 2 ns/op\nBenchmarkB-2 \t");
	assert_int_equal(r.n, 2);
	assert_int_equal(r.at[1].failed, 1);
	drop(&r);
}

static void parts_of_lines_in_json_are_joined(void **state)
{
	struct reading r;
	(void)state;
	read_text(
	    &r,
	    "{\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"BenchmarkA-2 \\t\"}\n"
	    "{\"Action\":\"output\",\"Package\":\"p\",\"Output\":\" 100\\t 2.5 ns/op\\nBenchmarkB 1 1 ns/op\\n\"}\n"
	    "{\"Action\":\"pass\",\"Package\":\"p\"}\n");
	assert_int_equal(r.n, 2);
	assert_true(str_is(r.at[0].name, "b/p.A-2"));
	assert_int_equal(column(&r.at[0], "wall", "ps")->values[0], 2500);
	drop(&r);
}

static void commands_of_hyperfine_keep_their_unit_and_their_secrets(void **state)
{
	struct reading r;
	(void)state;
	read_text(
	    &r,
	    "{\"results\":[{\"command\":\"x --token abc\",\"user\":0.5,\"system\":0.25,\"times\":[0.001,0.002,3],"
	    "\"exit_codes\":[0,3,null],\"memory_usage_byte\":[4096,1,1],\"parameters\":{\"n\":\"1\",\"k\":2}}]}");
	assert_int_equal(r.n, 1);
	assert_true(str_is(r.at[0].name, "b/x --token ***"));
	assert_int_equal(r.at[0].good, 1);
	assert_int_equal(r.at[0].failed, 2);
	assert_true(str_is(r.at[0].failure, "exit code 3"));
	assert_int_equal(column(&r.at[0], "wall", "ns")->values[0], 1000000);
	assert_int_equal(column(&r.at[0], "wall", "ns")->values[1], BENCH_NONE);
	assert_int_equal(column(&r.at[0], "cpu", "ns")->values[0], 750000000);
	assert_int_equal(column(&r.at[0], "peak_rss", "bytes")->values[0], 4096);
	assert_int_equal(r.at[0].n_params, 2);
	assert_true(str_is(r.at[0].params[1].value, "2"));
	drop(&r);
}

static void without_raw_data_there_is_one_figure_and_a_note(void **state)
{
	static const char *const texts[] = {
	    "{\"machine_info\":{},\"benchmarks\":[{\"fullname\":\"t\",\"stats\":{\"median\":2e-9,\"mean\":3e-9}}]}",
	    "{\"results\":[{\"command\":\"t\",\"median\":2e-9}]}",
	    "{\"context\":{},\"benchmarks\":[{\"name\":\"t_mean\",\"run_name\":\"t\",\"run_type\":\"aggregate\","
	    "\"aggregate_name\":\"mean\",\"real_time\":9},{\"name\":\"t_median\",\"run_name\":\"t\","
	    "\"run_type\":\"aggregate\",\"aggregate_name\":\"median\",\"real_time\":2,\"time_unit\":\"ns\"}]}",
	    "{\"mean\":{\"point_estimate\":3},\"median\":{\"point_estimate\":2}}"};
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct reading r;
		read_text(&r, texts[i]);
		assert_int_equal(r.n, 1);
		assert_int_equal(r.at[0].n_rounds, 1);
		assert_int_equal(column(&r.at[0], "wall", i == 1 ? "ns" : "ps")->values[0],
				 i == 1 ? 2 : 2000);
		assert_int_equal(r.figures.n_notes, 1);
		drop(&r);
	}
}

static void units_and_counters_of_google(void **state)
{
	struct reading r;
	(void)state;
	read_text(
	    &r,
	    "{\"context\":{},\"benchmarks\":["
	    "{\"name\":\"a\",\"run_type\":\"iteration\",\"iterations\":5,\"real_time\":0.25,\"cpu_time\":2,"
	    "\"time_unit\":\"us\",\"hits\":0.5,\"bytes_per_second\":10,\"label\":\"x\"},"
	    "{\"name\":\"a\",\"run_type\":\"iteration\",\"real_time\":1,\"time_unit\":\"us\"},"
	    "{\"name\":\"a_median\",\"run_name\":\"a\",\"run_type\":\"aggregate\",\"aggregate_name\":\"median\","
	    "\"real_time\":1,\"time_unit\":\"us\"},"
	    "{\"name\":\"bad\",\"run_type\":\"iteration\",\"error_occurred\":true,\"error_message\":\"no\\nway\","
	    "\"real_time\":0}]}");
	assert_int_equal(r.n, 2);
	assert_int_equal(r.at[0].n_rounds, 2);
	assert_int_equal(column(&r.at[0], "wall", "ps")->values[0], 250000);
	assert_int_equal(column(&r.at[0], "cpu", "ps")->values[0], 2000000);
	assert_int_equal(column(&r.at[0], "hits", "millionths")->values[0], 500000);
	assert_int_equal(column(&r.at[0], "bytes_per_second", "bytes/s")->values[0], 10);
	assert_int_equal(r.at[0].n_columns, 4);
	assert_true(str_is(r.at[1].failure, "no"));
	drop(&r);
}

static void samples_of_criterion_are_divided(void **state)
{
	struct reading r = {.n = 0};
	(void)state;
	r.figures = (struct results){.arena = &r.arena, .bench = STR("b"), .kind = STR("import")};
	assert_int_equal(bench_criterion_read(&r.figures, STR("{\"iters\":[10,20,0],\"times\":[5,11,7,9]}"),
					      STR("{\"full_id\":\"g/f/8\",\"throughput\":{\"Bytes\":8}}"),
					      STR("y"), "x", &r.err),
			 0);
	r.at = results_finish(&r.figures, &r.n);
	assert_int_equal(r.n, 1);
	assert_true(str_is(r.at[0].name, "b/g/f/8"));
	assert_int_equal(r.at[0].n_rounds, 2);
	assert_int_equal(column(&r.at[0], "wall", "ps")->values[0], 500);
	assert_int_equal(column(&r.at[0], "wall", "ps")->values[1], 550);
	assert_int_equal(column(&r.at[0], "bytes_per_second", "bytes/s")->values[0], 16000000000);
	drop(&r);
}

static void broken_files_are_told_with_their_line(void **state)
{
	(void)state;
	refused("", BENCH_FORMAT_AUTO, "x: it is empty");
	refused(
	    "PK\x03\x04", BENCH_FORMAT_AUTO,
	    "x: neither results of go test -bench, hyperfine, pytest-benchmark, Criterion nor Google Benchmark");
	refused("{\"results\":[\n{\"command\":\"a\",\n\"times\":[1,", BENCH_FORMAT_AUTO,
		"x:3: unexpected end");
	refused("{\"results\":[]}", BENCH_FORMAT_AUTO, "x: there is no benchmark in it");
	refused("{\"results\":{}}", BENCH_FORMAT_AUTO, "x:1: expected an array");
	refused("pkg: p\nPASS\n", BENCH_FORMAT_AUTO, "x: there is no benchmark in it");
	refused("{\"Action\":\"output\"\n", BENCH_FORMAT_GO, "x:1: unexpected end");
	refused("[]", BENCH_FORMAT_PYTEST, "x:1: expected an object");
}

static void what_came_before_the_break_is_kept(void **state)
{
	struct reading r;
	(void)state;
	read_as(&r, "{\"results\":[{\"command\":\"a\",\"times\":[1,2]},{\"comm", BENCH_FORMAT_AUTO, NULL);
	assert_int_equal(r.rc, FAULT_FORMAT);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.at[0].n_rounds, 2);
	drop(&r);
}

static void results_that_are_none_are_none(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r, "BenchmarkA 1 NaN ns/op 1e300 x 5 y\nBenchmarkA 1 +Inf ns/op\n");
	assert_int_equal(r.n, 1);
	assert_int_equal(r.at[0].n_columns, 1);
	assert_int_equal(column(&r.at[0], "y", "millionths")->values[0], 5000000);
	drop(&r);
}

static void a_filter_leaves_out(void **state)
{
	struct reading r;
	(void)state;
	read_as(&r, "BenchmarkA 1 1 ns/op\nBenchmarkB 1 1 ns/op\n", BENCH_FORMAT_AUTO, "B*");
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 1);
	assert_true(str_is(r.at[0].name, "b/B"));
	drop(&r);
	read_as(&r, "BenchmarkA 1 1 ns/op\n", BENCH_FORMAT_AUTO, "z");
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 0);
	drop(&r);
}

static void columns_have_an_end(void **state)
{
	struct reading r;
	struct buf b = {0};
	(void)state;
	for (unsigned line = 0; line < 3; line++) {
		buf_text(&b, "BenchmarkA 1");
		for (unsigned i = 0; i < 50; i++)
			buf_printf(&b, " 1 m%u", line * 50 + i);
		buf_char(&b, '\n');
	}
	read_text(&r, b.at);
	assert_int_equal(r.at[0].n_columns, RESULTS_COLUMNS);
	assert_int_equal(r.at[0].n_rounds, 3);
	assert_int_equal(r.figures.n_notes, 1);
	buf_free(&b);
	drop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_of_go_are_rounds),
	    cmocka_unit_test(what_failed_in_go_is_told),
	    cmocka_unit_test(with_v_the_reason_comes_before),
	    cmocka_unit_test(go_that_was_cut_short_has_failed),
	    cmocka_unit_test(parts_of_lines_in_json_are_joined),
	    cmocka_unit_test(commands_of_hyperfine_keep_their_unit_and_their_secrets),
	    cmocka_unit_test(without_raw_data_there_is_one_figure_and_a_note),
	    cmocka_unit_test(units_and_counters_of_google),
	    cmocka_unit_test(samples_of_criterion_are_divided),
	    cmocka_unit_test(broken_files_are_told_with_their_line),
	    cmocka_unit_test(what_came_before_the_break_is_kept),
	    cmocka_unit_test(results_that_are_none_are_none),
	    cmocka_unit_test(a_filter_leaves_out),
	    cmocka_unit_test(columns_have_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
