#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "bench_out/bench_fixture.h"
#include "bench_out/report_bench.h"

static uint32_t left_out;

static void hyperfine(struct out *o, const struct bench *b)
{
	left_out = bench_hyperfine(o, b);
}

static struct str text_of(struct buf *b, const struct bench *bench,
			  void (*form)(struct out *, const struct bench *))
{
	struct out o;
	buf_clear(b);
	out_to_buf(&o, b);
	form(&o, bench);
	return buf_view(b);
}

static bool has(struct str text, const char *part)
{
	return str_has(text, str_of(part));
}

static bool is_utf8(struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		n = str_utf8(str_cut(s, i, s.n));
		if (!n)
			return false;
	}
	return true;
}

static size_t lines_of(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.at[i] == '\n';
	return n;
}

static void csv_has_rates_and_quotes_what_is_odd(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, bench_csv);
	assert_true(has(text, "mean,stddev,kind,concurrency,throughput,error_rate\n"));
	assert_true(has(text, "\n\"api/x8\",latency,ns,864,96,"));
	assert_true(has(text, ",http,8,864,0.1\n"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	text = text_of(&b, &x.b, bench_csv);
	assert_true(is_utf8(text) && has(text, "\"a\x1b[31m\"\"<img"));
	assert_false(has(text, "31m\"<"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void go_has_a_line_for_each_good_run(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, bench_go);
	assert_int_equal(lines_of(text), 2 + 120 + 120 + 864 + 24 + 10);
	assert_true(has(text, "\nBenchmarkApi/x8-2\t1\t2"));
	assert_true(has(text, " ns/op\n") && has(text, " memory-B/op\n"));
	assert_false(has(text, "-9223372036854775808"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	text = text_of(&b, &x.b, bench_go);
	assert_int_equal(lines_of(text), 2 + 120 + 120 + 864 + 24 + 10);
	assert_true(is_utf8(text));
	bench_fixture_free(&x);
	buf_free(&b);
}

/* 0.53 ns, 64 bytes and one allocation an operation, a quarter of a hit, 4 GB/s. */
static void operations_of_less_than_a_ns_are_told(void **state)
{
	(void)state;
	int64_t values[5][2] = {
	    {530, 532}, {64, 64}, {1000000, 1000000}, {250000, 250000}, {4000000000, 4000000000}};
	struct bench_column columns[] = {
	    {.metric = STR("wall"), .unit = STR("ps"), .values = values[0]},
	    {.metric = STR("bytes_per_op"), .unit = STR("bytes"), .values = values[1]},
	    {.metric = STR("allocs_per_op"), .unit = STR("millionths"), .values = values[2]},
	    {.metric = STR("hits"), .unit = STR("millionths"), .values = values[3]},
	    {.metric = STR("bytes_per_second"), .unit = STR("bytes/s"), .values = values[4]}};
	struct bench_subject s = {.name = STR("add"),
				  .command = STR("add"),
				  .kind = STR("c"),
				  .n_columns = 5,
				  .columns = columns,
				  .n_rounds = 2,
				  .per_round = 1,
				  .busy_ns = BENCH_NONE,
				  .good = 2};
	struct bench bench = {.cores = 2, .subjects = &s, .n_subjects = 1};
	struct arena scratch = {0};
	struct buf b = {0};
	summary_fill(&scratch, &bench);
	assert_true(
	    has(text_of(&b, &bench, bench_go),
		"\nBenchmarkAdd-2\t1\t0.53 ns/op\t64 B/op\t1 allocs/op\t0.25 hits/op\t4000000000 B/s\n"));
	assert_true(has(text_of(&b, &bench, hyperfine), "\"times\": [5.3e-10, 5.32e-10]"));
	struct str text = text_of(&b, &bench, bench_openmetrics);
	assert_true(has(
	    text, "fettle_bench_time_seconds{benchmark=\"add\",metric=\"wall\",statistic=\"min\"} 5.3e-10"));
	assert_true(
	    has(text, "fettle_bench_events{benchmark=\"add\",metric=\"hits\",statistic=\"max\"} 0.25"));
	assert_true(has(
	    text, "fettle_bench_per_second{benchmark=\"add\",metric=\"bytes_per_second\",statistic=\"min\"} "
		  "4000000000\n"));
	text = text_of(&b, &bench, bench_markdown);
	assert_true(has(text, "| 0.53 ns |") && has(text, "| 3.73 GiB/s |"));
	buf_free(&b);
	arena_free(&scratch);
}

static void is_json(struct str text)
{
	struct arena a = {0};
	struct json j;
	json_init(&j, text, &a);
	json_skip(&j);
	assert_true(json_end(&j));
	arena_free(&a);
}

static void hyperfine_takes_what_has_wall_time(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, hyperfine);
	is_json(text);
	assert_int_equal(left_out, 3);
	assert_true(has(text, "\"go/Parse\"") && !has(text, "sandbox"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	x.b.subjects[0].columns[0].metric = STR("wall");
	is_json(text_of(&b, &x.b, hyperfine));
	assert_int_equal(left_out, 5);
	bench_fixture_free(&x);
	buf_free(&b);
}

static void bencher_has_its_measures(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, bench_bencher);
	is_json(text);
	assert_true(has(text, "\n  \"hello\": {\n    \"latency\": {\"value\": "));
	assert_true(has(text, "\n    \"peak-rss\": {\"value\": "));
	assert_true(has(text, "\"throughput\": {\"value\": 864},\n    \"error-rate\": {\"value\": 0.1}\n"));
	assert_true(has(text, "\"broken\": {\n    \"error-rate\": {\"value\": 1}\n  }\n}\n"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	text = text_of(&b, &x.b, bench_bencher);
	is_json(text);
	struct str rest = text, line;
	while (str_next(&rest, '\n', &line)) /* names of 1,024 bytes, as what no JSON may hold takes more */
		assert_true(line.n < 1200);
	x.b.n_subjects = 0;
	assert_true(str_is(text_of(&b, &x.b, bench_bencher), "{}\n"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void openmetrics_tells_of_targets(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, bench_openmetrics);
	assert_true(has(text, "fettle_bench_throughput{benchmark=\"api/x8\"} 864\n"));
	assert_true(has(text, "fettle_bench_error_ratio{benchmark=\"api/x8\"} 0.1\n"));
	assert_true(has(
	    text, "fettle_bench_target_met{target=\"wall\",benchmark=\"hello\",metric=\"wall\",bound=\"p95 < "
		  "30 ms\"} 1\n"));
	assert_true(has(text, "bound=\"p99 < 3 ms\"} 0\n"));
	assert_true(str_ends(text, "# EOF\n"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	text = text_of(&b, &x.b, bench_openmetrics);
	assert_true(is_utf8(text) && has(text, "=\"a\x1b[31m\\\"<img") && has(text, "|`\\n"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void markdown_begins_with_targets(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, bench_markdown);
	assert_true(str_starts(text, "**2 of 5 targets met**\n"));
	assert_true(has(text, "| `api/x8` | 8 | 864/s | 10 % |\n"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	text = text_of(&b, &x.b, bench_markdown);
	assert_true(is_utf8(text) && !has(text, "\x1b"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void junit_has_a_case_for_each_target(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, bench_junit);
	/* api/x8 fails within its target */
	assert_true(has(text, "<testsuite name=\"bench\" tests=\"6\" failures=\"1\""));
	assert_true(has(text, "<testsuite name=\"targets\" tests=\"5\" failures=\"3\""));
	assert_true(
	    has(text, "<testcase classname=\"targets\" name=\"error_rate &lt; 20 % (api/x8)\" time=\"0\"/>"));
	assert_true(has(
	    text, "<failure message=\"MISSED  memory_per_sandbox_mb: mean no data, wanted &lt; 50 MB\"/>"));
	bench_fixture_free(&x);
	bench_fixture_hostile(&x);
	text = text_of(&b, &x.b, bench_junit);
	assert_true(is_utf8(text) && !has(text, "\x1b") && !has(text, "<img") && !has(text, "]]>"));
	bench_fixture_free(&x);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv_has_rates_and_quotes_what_is_odd),
	    cmocka_unit_test(go_has_a_line_for_each_good_run),
	    cmocka_unit_test(operations_of_less_than_a_ns_are_told),
	    cmocka_unit_test(hyperfine_takes_what_has_wall_time),
	    cmocka_unit_test(bencher_has_its_measures),
	    cmocka_unit_test(openmetrics_tells_of_targets),
	    cmocka_unit_test(markdown_begins_with_targets),
	    cmocka_unit_test(junit_has_a_case_for_each_target),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
