#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/containers_fixture.h"
#include "report/report.h"

static struct buf got;

static const char *markdown_of(struct model *m, size_t limit_bytes)
{
	struct out o;
	buf_clear(&got);
	out_to_buf(&o, &got);
	report_markdown(m, &o, limit_bytes);
	return got.at;
}

static int end(void **state)
{
	(void)state;
	buf_free(&got);
	return 0;
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;
	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void it_says_what_the_text_report_says(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	const char *md = markdown_of(&m, REPORT_MARKDOWN_BYTES);
	assert_true(str_starts(str_of(md), "# FAILED: 4 of 9 scenarios failed\n\n`behave features`  \n"));
	assert_non_null(strstr(
	    md,
	    "\n### 1\\. Pay by card\n\n`features/checkout.feature:3` failed in 80.0 ms on worker 0, bad in 2 of "
	    "2 attempts\n\n```\nAssertion Failed: expected 201, got 500\nbody was empty\n```\n"));
	assert_non_null(
	    strstr(md, "| 260 ms | 125 ms | 72.0 ms | Pay twice | `features/checkout.feature:21` |\n"));
	assert_non_null(strstr(md, "| broke | 300 ms | 2.05 s | features/checkout.feature::Pay by card |\n"));
	assert_null(strstr(md, "Cut here"));
	arena_free(&m.arena);
}

static void it_stays_under_its_limit_and_says_where_it_was_cut(void **state)
{
	struct model m;
	(void)state;
	fixture_big(&m, 20000);
	size_t whole = strlen(markdown_of(&m, REPORT_MARKDOWN_BYTES));
	assert_null(strstr(got.at, "Cut here"));
	for (size_t limit = 200; limit < whole; limit += 997) {
		const char *md = markdown_of(&m, limit);
		assert_true(strlen(md) <= limit);
		assert_non_null(strstr(md, "*Cut here, at the size limit."));
		assert_int_equal(times(md, "<details>"), times(md, "</details>"));
		assert_int_equal(times(md, "```") % 2, 0);
	}
	arena_free(&m.arena);
}

static void names_stay_inside_their_cells(void **state)
{
	struct model m;
	(void)state;
	fixture_hostile(&m);
	fixture_hostile_containers(&m, STR("a|b\n| c |\r`x` <script>alert(1)</script>\xff"));
	struct str rest = str_of(markdown_of(&m, REPORT_MARKDOWN_BYTES)), line;
	bool block = false;
	size_t rows = 0;
	while (str_next(&rest, '\n', &line)) {
		struct str info = line;
		while (info.n && info.at[0] == '`')
			info = str_cut(info, 1, info.n);
		if (str_starts(line, "```") &&
		    str_find(info, '`') == info.n) /* else it is code on one line */
			block = !block;
		if (block || !str_starts(line, "|"))
			continue;
		size_t bars = 0;
		for (size_t i = 0; i < line.n; i++)
			bars += line.at[i] == '|' && (i == 0 || line.at[i - 1] != '\\');
		assert_true(bars >= 4 && bars <= 10);
		assert_true(line.at[line.n - 1] == '|');
		rows++;
	}
	assert_true(rows > 50);
	assert_false(block);
	assert_null(strstr(got.at, "<script>alert(1)</script>\n\n"));
	assert_non_null(strstr(got.at, "\n## Containers that failed to start\n"));
	arena_free(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_says_what_the_text_report_says),
	    cmocka_unit_test(it_stays_under_its_limit_and_says_where_it_was_cut),
	    cmocka_unit_test_teardown(names_stay_inside_their_cells, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
