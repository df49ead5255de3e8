#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "report/live.h"

#define MS(n) ((int64_t)(n)*NS_PER_MS)

static struct buf got;
static struct out stream;
static struct live live;

static void begin_live(enum live_mode mode)
{
	buf_clear(&got);
	buf_char(&got, 0);
	buf_clear(&got);
	out_to_buf(&stream, &got);
	live_open(&live, &stream,
		  &(struct live_options){
		      .mode = mode, .workers = 2, .word_test = STR("scenario"), .retries = true});
}

static int end_live(void **state)
{
	(void)state;
	live_close(&live);
	buf_free(&got);
	return 0;
}

static void begin_span(enum span_kind kind, uint64_t id, uint64_t parent, uint32_t attempt, int64_t t,
		       const char *name)
{
	sink_put(&live.sink, &(struct event){.type = EVENT_BEGIN,
					     .kind = kind,
					     .id = id,
					     .parent = parent,
					     .attempt = attempt,
					     .time_ns = t,
					     .name = str_of(name),
					     .file = kind == SPAN_TEST ? STR("a.feature") : STR_NONE,
					     .line = kind == SPAN_TEST ? 3 : 0});
}

static void end_span(uint64_t id, int64_t t, enum status status, const char *message)
{
	sink_put(
	    &live.sink,
	    &(struct event){
		.type = EVENT_END, .id = id, .time_ns = t, .status = status, .message = str_of(message)});
}

static void tick(int64_t t, uint32_t done, uint32_t total, int64_t remaining, unsigned columns)
{
	live_tick(&live, &(struct live_now){.time_ns = t,
					    .remaining_ns = remaining,
					    .units_done = done,
					    .units_total = total,
					    .columns = columns});
}

static size_t times(const char *what)
{
	size_t n = 0;
	for (const char *p = got.at; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void of_many_failures_the_first_are_told(void **state)
{
	(void)state;
	for (int verbose = 0; verbose < 2; verbose++) {
		begin_live(LIVE_LINES);
		live.opt.verbose = verbose;
		for (uint64_t i = 1; i <= 250; i++) {
			begin_span(SPAN_TEST, i, 0, 1, MS(i), "t");
			end_span(i, MS(i) + 1, STATUS_FAILED, "no");
		}
		assert_int_equal(times("failed  a.feature:3  t"), verbose ? 250 : 100);
		assert_int_equal(times("further failures are told at the end\n"), !verbose);
		assert_int_equal(live.bad, 250);
		end_live(state);
	}
}

static void plain_lines_come_at_a_sane_rate(void **state)
{
	(void)state;
	begin_live(LIVE_LINES);
	tick(MS(1), 0, 100, MS(60000), 0);
	assert_string_equal(got.at, "running 100 units on 2 workers, ~1 m 00 s left\n");
	for (uint32_t i = 1; i <= 99; i++) /* three tens in the first two seconds count once */
		tick(MS(1) + MS(60) * i, i, 100, -1, 0);
	assert_int_equal(times("\n"), 1 + 2);
	assert_int_equal(times("/100 units"), 2);
	tick(MS(30000), 100, 100, 0, 0); /* the report says the rest */
	assert_int_equal(times("\n"), 3);
}

static void a_long_quiet_run_still_shows_what_it_waits_for(void **state)
{
	(void)state;
	begin_live(LIVE_LINES);
	tick(0, 0, 3, -1, 0);
	begin_span(SPAN_UNIT, 1, 0, 1, MS(1000), "features/slow.feature");
	begin_span(SPAN_UNIT, 2, 0, 1, MS(2000), "features/later.feature");
	tick(MS(9999), 1, 3, -1, 0);
	assert_int_equal(times("\n"), 2); /* the first third was done */
	tick(MS(12000), 1, 3, -1, 0);
	assert_int_equal(times("\n"), 2);
	tick(MS(20000), 1, 3, -1, 0);
	assert_int_equal(times("\n"), 3);
	assert_non_null(strstr(
	    got.at, "20.0 s: 1/3 units  features/slow.feature 19.0 s, features/later.feature 18.0 s\n"));
}

static void a_failure_is_told_at_once(void **state)
{
	(void)state;
	begin_live(LIVE_LINES);
	begin_span(SPAN_UNIT, 1, 0, 1, 0, "a.feature");
	begin_span(SPAN_TEST, 2, 1, 0, MS(10), "Pays by card");
	end_span(2, MS(90), STATUS_FAILED, "\n\x1b[31mexpected 201\x1b[0m\ngot 500");
	assert_string_equal(got.at, "failed  a.feature:3  Pays by card  (80.0 ms): expected 201\n");
	assert_int_equal(live.bad, 1);
}

static void a_failure_that_passes_later_is_flaky_and_counts_once(void **state)
{
	(void)state;
	begin_live(LIVE_LINES);
	begin_span(SPAN_UNIT, 1, 0, 1, 0, "a.feature");
	begin_span(SPAN_TEST, 2, 1, 0, 0, "Pays");
	end_span(2, MS(1), STATUS_CRASHED, NULL);
	end_span(1, MS(1), STATUS_CRASHED, NULL);
	begin_span(SPAN_UNIT, 3, 0, 2, MS(2), "a.feature");
	begin_span(SPAN_TEST, 4, 3, 0, MS(2), "Pays");
	end_span(4, MS(3), STATUS_PASSED, NULL);
	assert_int_equal(live.tests, 1);
	assert_int_equal(live.bad, 0);
	assert_int_equal(live.flaky, 1);
}

static void a_unit_that_breaks_is_told_only_when_no_test_explains_it(void **state)
{
	(void)state;
	begin_live(LIVE_LINES);
	begin_span(SPAN_UNIT, 1, 0, 1, 0, "a.feature");
	begin_span(SPAN_TEST, 2, 1, 0, 0, "Pays");
	end_span(2, MS(1), STATUS_FAILED, NULL);
	end_span(1, MS(2), STATUS_FAILED, NULL);
	begin_span(SPAN_UNIT, 3, 0, 1, MS(2), "b.feature");
	end_span(3, MS(4), STATUS_CRASHED, "killed by SIGSEGV");
	assert_string_equal(got.at, "failed  a.feature:3  Pays  (1.00 ms)\n"
				    "crashed  b.feature  (2.00 ms): killed by SIGSEGV\n");
	assert_int_equal(live.broken, 1);
}

static void the_terminal_line_is_drawn_ten_times_a_second_at_most(void **state)
{
	(void)state;
	begin_live(LIVE_TERMINAL);
	for (int i = 0; i < 1000; i++)
		tick(MS(i), 1, 4, MS(9000), 100);
	assert_int_equal(times("\r"), 10);
	assert_int_equal(times("\n"), 0);
	assert_non_null(strstr(got.at, "1/4 units, ~9.00 s left\x1b[K"));
}

static void the_terminal_line_is_gone_before_other_lines(void **state)
{
	(void)state;
	begin_live(LIVE_TERMINAL);
	tick(0, 1, 4, -1, 100);
	size_t n = got.n;
	sink_put(&live.sink, &(struct event){.type = EVENT_SPAN,
					     .kind = SPAN_TEST,
					     .status = STATUS_ERROR,
					     .dur_ns = MS(5),
					     .name = STR("Breaks")});
	assert_string_equal(got.at + n, "\r\x1b[Kerror  Breaks  (5.00 ms)\n");
	n = got.n;
	live_clear(&live); /* nothing to clear */
	assert_int_equal(got.n, n);
	tick(MS(1), 1, 4, -1, 100); /* drawn anew at once */
	assert_true(got.n > n);
}

/* Columns of the last line drawn, without its control sequences. */
static unsigned drawn_columns(void)
{
	const char *p = strrchr(got.at, '\r') + 1;
	struct term t = {&stream, 0, false, false};
	return term_columns(&t, (struct str){p, strlen(p) - strlen("\x1b[K")});
}

static void the_terminal_line_never_reaches_the_edge(void **state)
{
	static const unsigned widths[] = {20, 30, 40, 72, 80, 100, 200};
	(void)state;
	begin_live(LIVE_TERMINAL);
	for (uint64_t i = 1; i <= 12; i++)
		begin_span(SPAN_UNIT, i, 0, 1, MS(i),
			   i % 2 ? "features/a-very-long-name/of-some/feature-that-goes-on.feature"
				 : "\xe4\xb8\xad\xe6\x96\x87\x1b[2J\xe4\xb8\xad.feature");
	live.tests = 123456;
	live.bad = 77;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		tick(MS(1000) * (int64_t)(i + 1), 1234567, 2345678, MS(7200000), widths[i]);
		assert_true(drawn_columns() < widths[i] || widths[i] == 20);
		assert_true(drawn_columns() <= widths[i]);
	}
	assert_null(strstr(got.at, "\x1b[2J"));
}

static void quiet_is_quiet(void **state)
{
	(void)state;
	begin_live(LIVE_QUIET);
	tick(0, 0, 10, -1, 80);
	begin_span(SPAN_TEST, 2, 0, 0, 0, "Pays");
	end_span(2, MS(1), STATUS_FAILED, NULL);
	tick(MS(60000), 5, 10, -1, 80);
	assert_int_equal(got.n, 0);
	assert_int_equal(live.bad, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_many_failures_the_first_are_told),
	    cmocka_unit_test_teardown(plain_lines_come_at_a_sane_rate, end_live),
	    cmocka_unit_test_teardown(a_long_quiet_run_still_shows_what_it_waits_for, end_live),
	    cmocka_unit_test_teardown(a_failure_is_told_at_once, end_live),
	    cmocka_unit_test_teardown(a_failure_that_passes_later_is_flaky_and_counts_once, end_live),
	    cmocka_unit_test_teardown(a_unit_that_breaks_is_told_only_when_no_test_explains_it, end_live),
	    cmocka_unit_test_teardown(the_terminal_line_is_drawn_ten_times_a_second_at_most, end_live),
	    cmocka_unit_test_teardown(the_terminal_line_is_gone_before_other_lines, end_live),
	    cmocka_unit_test_teardown(the_terminal_line_never_reaches_the_edge, end_live),
	    cmocka_unit_test_teardown(quiet_is_quiet, end_live),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
