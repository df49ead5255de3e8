#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench_out/bench_fixture.h"
#include "bench_out/plot.h"
#include "bench_out/report_bench.h"

static struct str page_of(struct buf *b, const struct bench *bench)
{
	struct arena a = {0};
	struct out o;
	buf_clear(b);
	out_to_buf(&o, b);
	struct besides v = besides_of(&a, bench);
	bench_html(&o, bench, &v);
	arena_free(&a);
	return buf_view(b);
}

static size_t count(struct str text, const char *part)
{
	size_t n = 0, m = strlen(part);
	for (size_t i = 0; i + m <= text.n; i++)
		n += memcmp(text.at + i, part, m) == 0;
	return n;
}

static void a_page_has_all_there_is(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture(&x);
	struct str page = page_of(&b, &x.b);
	assert_int_equal(count(page, "<title>2 of 5 targets met, 1 benchmark failed</title>"), 1);
	assert_int_equal(count(page, "<details class=\"one\""), 6);
	assert_int_equal(count(page, "<svg class=\"plot\""), 2 * 5); /* none of what never ran */
	assert_int_equal(count(page, "<svg class=\"share\""), 3);
	assert_int_equal(count(page, "\">median "), 5);
	assert_int_equal(count(page, "class=\"mark met\""), 2); /* in both plots of hello */
	assert_int_equal(count(page, "class=\"mark missed\""),
			 2); /* of api/x8; the bound of sandbox is too far off */
	assert_int_equal(count(page, "<h3>Beside <code>hello</code></h3>"), 1);
	assert_int_equal(count(page, "nan") + count(page, "inf\"") + count(page, "-9223372036854775808"), 0);
	bench_fixture_free(&x);
	buf_free(&b);
}

static void its_policy_lets_in_its_style_alone(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	bench_fixture_hostile(&x);
	struct str page = page_of(&b, &x.b);
	assert_int_equal(count(page, "content=\"default-src 'none'; style-src 'sha256-"), 1);
	assert_int_equal(count(page, "<script") + count(page, "</script") + count(page, "<img"), 0);
	assert_int_equal(count(page, " style=\"") + count(page, "\x1b") + count(page, "\xff"), 0);
	assert_int_equal(count(page, "<details class=\"one\""), 6);
	assert_true(page.n < 400 * 1024);
	bench_fixture_free(&x);
	buf_free(&b);
}

static void nothing_and_very_much_are_pages_too(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct buf b = {0};
	struct bench none = {0};
	struct str page = page_of(&b, &none);
	assert_int_equal(count(page, "<title>0 benchmarks</title>"), 1);
	bench_fixture(&x);
	for (uint32_t i = 0; i < 1500; i++)
		(void)fixture_subject(&x, STR_NONE, STR("n"), STR_NONE, 0, 1);
	page = page_of(&b, &x.b);
	assert_int_equal(count(page, "<details class=\"one\""), 200);
	assert_int_equal(count(page, "And 1306 more: in bench.json."), 1);
	bench_fixture_free(&x);
	buf_free(&b);
}

static void a_plot_of_a_million_figures_is_small(void **state)
{
	(void)state;
	struct bench_fixture x;
	struct arena scratch = {0};
	struct buf b = {0};
	struct plot p;
	struct out o;
	out_to_buf(&o, &b);
	bench_fixture(&x);
	struct bench_subject *s = fixture_subject(&x, STR("big"), STR("big"), STR("exec"), 1000000, 1);
	fixture_column(&x, s, STR("wall"), STR("ns"), 1000000, 1000);
	s->columns->summary = summary_of(&scratch, s->columns->values, 1000000);
	assert_true(plot_init(&p, s, s->columns));
	assert_in_range(p.beyond, 9000, 11000); /* the 1 % above p99, as far as buckets tell */
	for (unsigned i = 0; i < 2 * PLOT_MARKS; i++)
		plot_mark(&p, 1e6 + i, "met",
			  "a mark whose words are longer than there is any room for in a plot of figures");
	plot_mark(&p, NAN, "met", "no number");
	assert_int_equal(p.n_marks, PLOT_MARKS);
	plot_spread(&o, &p);
	(void)plot_rounds(&o, &p);
	plot_cell(&o, s, s->columns);
	assert_true(b.n < 64 * 1024);
	assert_int_equal(count(buf_view(&b), "<svg"), 3);
	arena_free(&scratch);
	bench_fixture_free(&x);
	buf_free(&b);
}

static void figures_that_are_alike_make_no_plot(void **state)
{
	(void)state;
	struct arena scratch = {0};
	int64_t values[] = {5, 5, 5, BENCH_NONE}, wide[] = {INT64_MIN + 1, 0, INT64_MAX, 3};
	struct bench_column c = {.metric = STR("m"), .unit = STR("count"), .values = values};
	struct bench_subject s = {.n_rounds = 4, .per_round = 1, .columns = &c, .n_columns = 1};
	struct buf b = {0};
	struct plot p;
	struct out o;
	out_to_buf(&o, &b);
	c.summary = summary_of(&scratch, values, 4);
	assert_false(plot_init(&p, &s, &c));
	plot_cell(&o, &s, &c);
	assert_int_equal(b.n, 0);
	c.values = wide;
	c.summary = summary_of(&scratch, wide, 4);
	assert_true(plot_init(&p, &s, &c));
	plot_spread(&o, &p);
	(void)plot_rounds(&o, &p);
	assert_int_equal(count(buf_view(&b), "nan") + count(buf_view(&b), "inf"), 0);
	arena_free(&scratch);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_has_all_there_is),
	    cmocka_unit_test(its_policy_lets_in_its_style_alone),
	    cmocka_unit_test(nothing_and_very_much_are_pages_too),
	    cmocka_unit_test(a_plot_of_a_million_figures_is_small),
	    cmocka_unit_test(figures_that_are_alike_make_no_plot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
