#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench_out/bench_fixture.h"
#include "bench_out/report_bench.h"

static struct str text_of(struct buf *b, const struct bench *bench, unsigned columns)
{
	struct arena a = {0};
	struct out o;
	buf_clear(b);
	out_to_buf(&o, b);
	struct term t = {.out = &o, .columns = columns, .ascii = true};
	struct besides v = besides_of(&a, bench);
	bench_text(&t, bench, &v);
	arena_free(&a);
	return buf_view(b);
}

static bool has(struct str text, const char *line)
{
	return str_has(text, str_of(line));
}

static void what_one_bench_measured_stands_together(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str text = text_of(&b, &x.b, 0);
	assert_true(str_starts(text, "hello: wall\n"));
	assert_true(has(text, "  hello\n") && has(text, "  fast\n\nhello  what was run\n"));
	assert_false(has(text, "major_faults"));
	assert_true(has(text, "  864 good runs, 8 at once, 864/s, 96 FAILED, 10 % (status 503, not 2xx)\n"));
	assert_true(has(text, "  24 good runs, none failed\n") && has(text, "  10 good runs\n"));
	assert_true(has(text, "broken  what was run\n  0 good runs, 1 FAILED, 100 % (the server ended)\n"));
	assert_true(has(text, "beside hello, ") && has(text, "  hello/fast\n\ntargets: 2 of 5 met\n"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void targets_stand_at_the_end(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	assert_true(str_ends(
	    text_of(&b, &x.b, 0),
	    "\ntargets: 2 of 5 met\n"
	    "  met     wall: p95 21.4 ms < 30 ms, 28.7 % to spare  (hello)\n"
	    "  MISSED  api_response_p99_ms: p99 6 ms, wanted < 3 ms, missed by 100 %  (api/x8: latency)\n"
	    "  met     error_rate: 10 % < 20 %, 50 % to spare  (api/x8)\n"
	    "  MISSED  startup: p99 n/a, 24 samples of 100 needed, wanted < 500 ms  (sandbox)\n"
	    "  MISSED  memory_per_sandbox_mb: mean no data, wanted < 50 MB\n"));
	assert_true(
	    has(text_of(&b, &x.b, 80),
		"wanted < 3 ms, missed by 100 %\n          (api/x8: latency)\n")); /* no room beside it */
	x.b.n_targets = 0;
	assert_false(has(text_of(&b, &x.b, 0), "targets"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void tables_fit_the_terminal(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	x.b.machine = STR("m");
	x.b.n_subjects = 5; /* without a failure's words */
	for (unsigned columns = 80; columns <= 130; columns += 10) {
		struct str rest = text_of(&b, &x.b, columns), line;
		unsigned widest = 0;
		while (str_next(&rest, '\n', &line)) {
			assert_true(line.n <= columns);
			widest = (unsigned)line.n > widest ? (unsigned)line.n : widest;
		}
		assert_true(widest > columns - 20 || columns > 120); /* room is used */
	}
	assert_true(has(text_of(&b, &x.b, 130), "stddev"));
	assert_false(has(text_of(&b, &x.b, 80), "stddev"));
	bench_fixture_free(&x);
	buf_free(&b);
}

static void hostile_names_do_no_harm(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture_hostile(&x);
	struct str text = text_of(&b, &x.b, 100);
	for (size_t i = 0; i < text.n; i++)
		assert_true((unsigned char)text.at[i] >= ' ' || text.at[i] == '\n');
	assert_false(has(text, "\xe2\x80\xae") || has(text, "\xff"));
	assert_true(has(text, "a\\x1b[31m"));
	x.b = (struct bench){0};
	(void)text_of(&b, &x.b, 100);
	bench_fixture_free(&x);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_one_bench_measured_stands_together),
	    cmocka_unit_test(targets_stand_at_the_end),
	    cmocka_unit_test(tables_fit_the_terminal),
	    cmocka_unit_test(hostile_names_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
