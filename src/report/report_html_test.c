#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/sha256.h"
#include "report/html.h"
#include "report/model_fixture.h"
#include "report/report.h"

static struct buf got;

static const char *page_of(struct model *m)
{
	struct out o;
	buf_clear(&got);
	out_to_buf(&o, &got);
	report_html(m, &o);
	return got.at;
}

static int end(void **state)
{
	(void)state;
	buf_free(&got);
	return 0;
}

static size_t times(const char *what)
{
	size_t n = 0;
	for (const char *p = got.at; (p = strstr(p, what)); p++)
		n++;
	return n;
}

#define assert_has(text, part)   assert_non_null(strstr((text), (part)))
#define assert_lacks(text, part) assert_null(strstr((text), (part)))

/* What stands between two marks. */
static struct str between(const char *open, const char *close)
{
	const char *from = strstr(got.at, open);
	assert_non_null(from);
	from += strlen(open);
	const char *to = strstr(from, close);
	assert_non_null(to);
	return (struct str){from, (size_t)(to - from)};
}

static void assert_policy_names(struct str content)
{
	struct buf hash = {0};
	uint8_t sum[SHA256_BYTES];
	sha256(content, sum);
	buf_text(&hash, "'sha256-");
	base64_add(&hash, sum, sizeof(sum));
	buf_char(&hash, '\'');
	assert_true(
	    str_has(between("http-equiv=\"Content-Security-Policy\" content=\"", "\">"), buf_view(&hash)));
	buf_free(&hash);
}

static void the_policy_names_style_and_script_by_what_they_are(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	(void)page_of(&m);
	assert_policy_names(between("<style>", "</style>"));
	assert_policy_names(between("</script>\n<script>", "</script>"));
	struct str policy = between("http-equiv=\"Content-Security-Policy\" content=\"", "\">");
	assert_true(str_starts(policy, "default-src 'none'; style-src 'sha256-"));
	assert_false(str_has(policy, STR("unsafe")));
	assert_int_equal(times(" style="), 0);
	assert_int_equal(times("<script"), 2);
	arena_free(&m.arena);
}

static void hostile_names_add_no_element(void **state)
{
	struct model m;
	(void)state;
	fixture_hostile(&m);
	(void)page_of(&m);
	assert_int_equal(times("<script"), 2);
	assert_int_equal(times("</script"), 2);
	assert_int_equal(times("<img"), 0);
	assert_int_equal(times("<b>scenario"), 0);
	assert_int_equal(times("\xe2\x80\xa8"),
			 times("line\xe2\x80\xa8separator")); /* never in the script's data */
	struct str data = between("id=\"data\">", "</script>");
	assert_false(str_has(data, STR("<")));
	assert_false(str_has(data, STR("\xe2\x80\xa8")));
	arena_free(&m.arena);
}

static void the_tables_are_there_without_a_script(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	const char *page = page_of(&m);
	assert_has(page, "<title>FAILED: 4 of 9 scenarios failed</title>");
	assert_has(page, "<summary><span class=\"status failed\">failed</span> <b>Pay by card</b> "
			 "<code>features/checkout.feature:3</code></summary>");
	assert_has(
	    page,
	    "<pre class=\"message\" tabindex=\"0\">Assertion Failed: expected 201, got 500\nbody was empty</pre>");
	assert_has(page, "500 Internal Server Error</pre>");
	assert_has(page, "<tr data-test=\"4\"><td><span class=\"status flaky\">flaky</span></td>");
	assert_has(page, "<b>I pay with a card</b> <code>features/steps/pay.py:14</code>");
	assert_has(page, "worker 1 left a process behind: &#39;redis-server&#39;");
	arena_free(&m.arena);
}

static void a_large_run_shows_the_most_relevant_and_packs_the_rest(void **state)
{
	struct model m;
	(void)state;
	fixture_big(&m, 30000);
	const char *page = page_of(&m);
	assert_has(page, "The 1,000 most relevant of 30,000: bad ones first");
	assert_has(page, "<script type=\"application/gzip+base64\" id=\"data\">H4sI");
	size_t rows = 0;
	struct str tests = between("<div id=\"tests-plain\">", "</div>\n</div>");
	for (const char *p = tests.at;
	     p < tests.at + tests.n && (p = strstr(p, "<tr data-test=")) && p < tests.at + tests.n; p++)
		rows++;
	assert_int_equal(rows, 1000);
	assert_true(got.n < 1500 * 1000);
	arena_free(&m.arena);
}

static void the_same_model_gives_the_same_bytes(void **state)
{
	struct model m;
	struct buf first = {0};
	(void)state;
	fixture_big(&m, 20000);
	(void)page_of(&m);
	buf_str(&first, buf_view(&got));
	(void)page_of(&m);
	assert_int_equal(first.n, got.n);
	assert_memory_equal(first.at, got.at, got.n);
	buf_free(&first);
	arena_free(&m.arena);
}

static void a_run_of_nothing_is_a_page_too(void **state)
{
	struct model m = {0};
	(void)state;
	fixture_words(&m);
	m.done = false;
	const char *page = page_of(&m);
	assert_has(page, "The record was cut short");
	assert_has(page, "<p class=\"empty\">None ran.</p>");
	assert_lacks(page, "id=\"failures\"");
	assert_lacks(page, "nan");
	arena_free(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_policy_names_style_and_script_by_what_they_are),
	    cmocka_unit_test(hostile_names_add_no_element),
	    cmocka_unit_test(the_tables_are_there_without_a_script),
	    cmocka_unit_test(a_large_run_shows_the_most_relevant_and_packs_the_rest),
	    cmocka_unit_test(the_same_model_gives_the_same_bytes),
	    cmocka_unit_test_teardown(a_run_of_nothing_is_a_page_too, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
