#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/containers_fixture.h"
#include "report/report.h"
#include "report/term.h"

static struct buf got;

static const char *text_of(struct model *m, const struct report_text_options *opt)
{
	struct out o;
	buf_clear(&got);
	out_to_buf(&o, &got);
	report_text(m, &o, opt);
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

static void failures_come_first_and_say_all_that_is_needed(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	const char *text = text_of(&m, &report_text_file);
	assert_has(text, "FAILED: 4 of 9 scenarios failed, 1 flaky, 7.00 s\n  $ behave features\n");
	assert_has(
	    text,
	    " 1. Pay by card\n    features/checkout.feature:3  failed in 80.0 ms on worker 0, bad in 2 of 2 attempts\n"
	    "    \xe2\x94\x82 Assertion Failed: expected 201, got 500\n    \xe2\x94\x82 body was empty\n    output:\n"
	    "    \xe2\x94\x82 POST /pay\n    \xe2\x94\x82 500 Internal Server Error\n");
	assert_has(
	    text,
	    "features/broken.feature\n    error after 40.0 ms on worker 1\n    \xe2\x94\x82 SyntaxError");
	assert_true(strstr(text, "Failed scenarios") < strstr(text, "Counts"));
	assert_true(strstr(text, "Counts") < strstr(text, "Slowest scenarios"));
	assert_has(text,
		   "9 scenarios: 4 passed, 1 failed, 1 error, 1 crashed, 1 timed out, 1 skipped, 1 flaky\n");
	arena_free(&m.arena);
}

static void what_one_has_said_is_not_said_again(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	const struct str message = STR(
	    "a message that is long enough to be worth it, for a short one is told again: it is no longer than "
	    "to point at it");
	size_t n;
	const uint32_t *bad = model_bad_tests(&m, &n);
	assert_true(n >= 3);
	struct model_told told[] = {{.message = message, .output = STR("short")},
				    {.message = message, .output = STR("short")},
				    {.message = STR("another"), .output = message}};
	for (size_t i = 0; i < 3; i++)
		m.tests[bad[i]].told = &told[i];
	const char *text = text_of(&m, &report_text_file),
		   *again = strstr(text, "    the same message as 1.\n");
	assert_non_null(again);
	assert_has(again, "    output:\n    \xe2\x94\x82 short\n");
	assert_lacks(again + sizeof("    the same"), "the same");
	assert_has(again, "another");
	told[2] = told[1];
	told[1].output = told[2].output = message;
	assert_has(text_of(&m, &report_text_file), "    the same message as 1.\n    the same output as 2.\n");
	arena_free(&m.arena);
}

static void the_key_is_told_where_it_is_not_the_place(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	assert_lacks(text_of(&m, &report_text_file), "to run it alone");
	m.tests[0].key = STR("features/checkout.feature::Pay");
	assert_has(text_of(&m, &report_text_file), "    to run it alone: features/checkout.feature::Pay\n");
	arena_free(&m.arena);
}

static void the_wall_time_is_explained(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	const char *text = text_of(&m, &report_text_file);
	assert_has(
	    text,
	    "The longest unit, features/checkout.feature, takes 6.00 s alone: no number of workers can be\n");
	assert_has(text, "    6.00 s  bound\n");
	assert_has(text, "    120 ms  before    set-up, discovery");
	assert_has(text, "     2    7.00 s  ");
	assert_has(text, "  as it was\n");
	assert_has(text, "7.00 s now, 8.00 s before: 1.00 s less (12 %)\n");
	m.gap.longest_ns = 1;
	assert_has(text_of(&m, &report_text_file), "8.70 s of work takes 2 workers 6.00 s at least.");
	m.gap.chain_ns = m.gap.bound_ns;
	m.gap.chain = STR("db");
	assert_has(text_of(&m, &report_text_file),
		   "The units that share the lock db take 6.00 s one after the other");
	arena_free(&m.arena);
}

static void every_line_fits_the_columns_but_what_must_stay_whole(void **state)
{
	static const unsigned widths[] = {60, 80, 100, 140};
	struct model m;
	(void)state;
	fixture_big(&m, 500);
	for (size_t i = 0; i < m.n_suites; i++)
		m.suites[i].name = STR(
		    "\xe4\xb8\xad\xe6\x96\x87 a feature with a name that needs far more room than any table has for it, "
		    "and then some more, and then yet more");
	m.command = STR("behave");
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		struct report_text_options opt = report_text_file;
		opt.columns = widths[w];
		opt.failures = 0;
		struct str rest = str_of(text_of(&m, &opt)), line;
		bool tables = false;
		while (str_next(&rest, '\n', &line)) {
			tables |= str_starts(line, "Slowest");
			if (tables && !str_has(line, STR(" flaky, ")))
				assert_true(term_columns(&(struct term){0}, line) <=
					    (widths[w] < 76 ? 76 : widths[w]));
		}
		assert_true(tables);
	}
	arena_free(&m.arena);
}

static void many_failures_are_folded(void **state)
{
	struct model m;
	(void)state;
	fixture_big(&m, 50000);
	assert_true(m.counts.failed > 100);
	struct report_text_options opt = report_text_file;
	opt.failures = 3;
	const char *text = text_of(&m, &opt);
	assert_has(text, "\n 3. ");
	assert_lacks(text, "\n 4. ");
	assert_has(text, "    and, in one line each:\n  - ");
	assert_true(got.n < 100 * 1000);
	arena_free(&m.arena);
}

static void an_unfinished_record_says_so_first(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.done = false;
	m.counts.unfinished = 2;
	assert_true(str_starts(
	    str_of(text_of(&m, &report_text_file)),
	    "The record was cut short: its last row is from 7.00 s into the run; 2 scenarios have no end."));
	assert_has(got.at, "\nunfinished: 4 of 9 scenarios failed");
	m.interrupted = true;
	assert_true(
	    str_starts(str_of(text_of(&m, &report_text_file)), "The run was interrupted after 7.00 s"));
	m.timed_out = true;
	struct str said = str_of(text_of(&m, &report_text_file));
	assert_true(str_starts(said, "--timeout ended the run after 7.00 s"));
	assert_has(said.at, "\nended by --timeout: ");
	arena_free(&m.arena);
}

static void no_line_is_a_command_for_a_ci_system(void **state)
{
	struct model m;
	(void)state;
	fixture_hostile(&m);
	for (size_t i = 0; i < m.n_tests; i++) {
		struct model_told *told = fixture_told(&m, &m.tests[i]);
		told->message = told->output = m.tests[i].file = m.tests[i].key =
		    STR("::error::x\n  ::error::y");
	}
	m.notes[0].text = m.command = m.gap.longest = STR("::error::x\n::error::y");
	struct str rest = str_of(text_of(&m, &report_text_file)), line;
	while (str_next(&rest, '\n', &line))
		assert_false(str_starts(str_trim(line), "::"));
	arena_free(&m.arena);
}

static void no_line_ends_in_a_blank(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.all_workers[1].busy_ns = 0;
	(void)text_of(&m, &report_text_file);
	assert_lacks(got.at, " \n");
	assert_lacks(got.at, "\n\n\n");
	arena_free(&m.arena);
}

static void a_run_of_nothing_reads_well(void **state)
{
	struct model m = {0};
	(void)state;
	fixture_words(&m);
	m.verdict = STATUS_PASSED;
	assert_has(text_of(&m, &report_text_file), "passed: no scenario ran, 0 ms\n");
	assert_lacks(got.at, "Slowest");
	assert_lacks(got.at, "Workers");
	arena_free(&m.arena);
}

static void colours_are_switched_on_and_off_in_pairs(void **state)
{
	struct model m;
	struct report_text_options opt = report_text_file;
	(void)state;
	fixture_small(&m);
	opt.colour = true;
	int open = 0;
	for (const char *p = text_of(&m, &opt); (p = strchr(p, 0x1b)); p++)
		open += strncmp(p, "\x1b[0m", 4) == 0 ? -1 : 1;
	assert_int_equal(open, 0);
	assert_lacks(text_of(&m, &report_text_file), "\x1b");
	arena_free(&m.arena);
}

static void names_of_containers_and_phases_stay_on_their_line(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	fixture_hostile_containers(&m, STR("a\x1b[2J\n::error::\r\xff\xe2\x80\xae"));
	const char *text = text_of(&m, &report_text_file);
	assert_has(text, "\nPhases, added up\n");
	assert_has(text, "\nContainers that failed to start\n");
	assert_has(text, "\nContainers still there when the run ended\n");
	assert_has(text, "\nCalls to the container engine\n");
	assert_has(text, "if the phase 'a");
	assert_lacks(text, "\x1b");
	assert_lacks(text, "\r");
	assert_lacks(text, "\xff");
	assert_lacks(text, "\n::");
	assert_lacks(text, "\xe2\x80\xae");
	arena_free(&m.arena);
}

static void without_containers_and_marks_nothing_is_said_of_them(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	fixture_hostile_containers(&m, STR("x"));
	m.containers = (struct model_containers){0};
	m.phase_tree = (struct model_phases){0};
	const char *text = text_of(&m, &report_text_file);
	assert_lacks(text, "ontainer");
	assert_lacks(text, "Phases, added up");
	assert_lacks(text, "shorten");
	arena_free(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(failures_come_first_and_say_all_that_is_needed),
	    cmocka_unit_test(what_one_has_said_is_not_said_again),
	    cmocka_unit_test(the_key_is_told_where_it_is_not_the_place),
	    cmocka_unit_test(the_wall_time_is_explained),
	    cmocka_unit_test(every_line_fits_the_columns_but_what_must_stay_whole),
	    cmocka_unit_test(many_failures_are_folded),
	    cmocka_unit_test(an_unfinished_record_says_so_first),
	    cmocka_unit_test(no_line_is_a_command_for_a_ci_system),
	    cmocka_unit_test(no_line_ends_in_a_blank),
	    cmocka_unit_test(a_run_of_nothing_reads_well),
	    cmocka_unit_test_teardown(colours_are_switched_on_and_off_in_pairs, end),
	    cmocka_unit_test(names_of_containers_and_phases_stay_on_their_line),
	    cmocka_unit_test(without_containers_and_marks_nothing_is_said_of_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
