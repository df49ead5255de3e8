#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/str.h"
#include "measure/bench_compare.h"
#include "measure/summary.h"

enum { ROUNDS = 40 };

struct side {
	int64_t wall[ROUNDS], rss[ROUNDS];
	struct bench_column columns[2];
	struct bench_subject subject;
};

static void side_init(struct side *s, struct random *r, double times, int64_t rss_bytes)
{
	for (int i = 0; i < ROUNDS; i++) {
		s->wall[i] = (int64_t)(1e6 * times * (1 + 0.02 * random_unit(r)));
		s->rss[i] = rss_bytes;
	}
	s->columns[0] = (struct bench_column){.metric = STR("wall"), .unit = STR("ns"), .values = s->wall};
	s->columns[1] =
	    (struct bench_column){.metric = STR("peak_rss"), .unit = STR("bytes"), .values = s->rss};
	s->subject = (struct bench_subject){.name = STR("it"),
					    .columns = s->columns,
					    .n_columns = 2,
					    .n_rounds = ROUNDS,
					    .per_round = 1,
					    .good = ROUNDS};
}

static void bench_init(struct bench *b, struct side *s, const char *machine)
{
	struct arena scratch = {0};
	*b = (struct bench){.machine = str_of(machine), .subjects = &s->subject, .n_subjects = 1};
	summary_fill(&scratch, b);
	arena_free(&scratch);
}

static void runs_that_failed_are_in_no_figure(void **state)
{
	(void)state;
	struct arena a = {0};
	const int64_t v[] = {5, BENCH_NONE, 1, 3, BENCH_NONE};
	struct bench_summary s = summary_of(&a, v, 5);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.least, 1);
	assert_int_equal(s.most, 5);
	assert_int_equal(s.median, 3);
	assert_true(s.mean == 3 && fabs(s.deviation - 2) < 1e-12);
	assert_true(s.p99 == BENCH_NONE && s.p95 == BENCH_NONE);
	const int64_t none[] = {BENCH_NONE, BENCH_NONE};
	s = summary_of(&a, none, 2);
	assert_int_equal(s.n, 0);
	assert_true(s.median == BENCH_NONE && s.mean == 0);
	arena_free(&a);
}

static void the_largest_figures_stay_figures(void **state)
{
	(void)state;
	struct arena a = {0};
	const int64_t most[] = {INT64_MAX, INT64_MAX}, least[] = {-INT64_MAX, -INT64_MAX};
	struct bench_summary s = summary_of(&a, most, 2);
	assert_true(s.median == INT64_MAX && s.least == INT64_MAX && s.most == INT64_MAX);
	assert_true(summary_of(&a, least, 2).median == -INT64_MAX);
	arena_free(&a);
}

static void a_round_is_the_median_of_its_good_runs(void **state)
{
	(void)state;
	struct arena a = {0};
	int64_t v[] = {1, 9, 2, BENCH_NONE, 7, 5, BENCH_NONE, BENCH_NONE, BENCH_NONE};
	struct bench_column c = {.metric = STR("wall"), .values = v};
	struct bench_subject s = {.n_rounds = 3, .per_round = 3, .columns = &c, .n_columns = 1};
	const double *rounds = summary_rounds(&a, &s, &c);
	assert_true(rounds[0] == 2 && rounds[1] == 6 && rounds[2] == 0);
	assert_ptr_equal(summary_column(&s, STR("wall")), &c);
	assert_null(summary_column(&s, STR("cpu")));
	arena_free(&a);
}

static void a_pair_tells_what_regressed(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {1};
	struct side base, same, slower, larger;
	struct bench b;
	side_init(&base, &r, 1, 50 << 20);
	side_init(&same, &r, 1, 50 << 20);
	side_init(&slower, &r, 1.08, 50 << 20);
	side_init(&larger, &r, 1, 60 << 20);
	bench_init(&b, &base, "m");
	bench_init(&b, &same, "m");
	bench_init(&b, &slower, "m");
	bench_init(&b, &larger, "m");
	struct comparison c =
	    bench_compare_pair(&a, &base.subject, &same.subject, &compare_defaults, 0.95, 1);
	assert_int_equal(c.verdict, VERDICT_NOT_REGRESSED);
	c = bench_compare_pair(&a, &base.subject, &slower.subject, &compare_defaults, 0.95, 1);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	assert_int_equal(c.regressed, 1);
	assert_int_equal(c.rows[0].verdict, VERDICT_REGRESSED);
	c = bench_compare_pair(&a, &slower.subject, &base.subject, &compare_defaults, 0.95, 1);
	assert_true(c.verdict == VERDICT_NOT_REGRESSED && c.rows[0].improved);
	c = bench_compare_pair(&a, &base.subject, &larger.subject, &compare_defaults, 0.95, 1);
	assert_true(c.verdict == VERDICT_REGRESSED && c.rows[1].verdict == VERDICT_REGRESSED);
	arena_free(&a);
}

static void counted_figures_regress_from_nothing_and_rates_downwards(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {1};
	struct side base, now;
	struct bench b;
	side_init(&base, &r, 1, 0);
	side_init(&now, &r, 1, 32);
	base.columns[1].metric = now.columns[1].metric = STR("bytes_per_op");
	bench_init(&b, &base, "m");
	bench_init(&b, &now, "m");
	struct comparison c = bench_compare_pair(&a, &base.subject, &now.subject, &compare_defaults, 0.95, 1);
	assert_int_equal(c.rows[1].verdict, VERDICT_REGRESSED);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	c = bench_compare_pair(&a, &now.subject, &base.subject, &compare_defaults, 0.95, 1);
	assert_int_equal(c.regressed, 0);
	side_init(&base, &r, 1, 4000);
	side_init(&now, &r, 1, 3000);
	base.columns[1].unit = now.columns[1].unit = STR("bytes/s");
	bench_init(&b, &base, "m");
	bench_init(&b, &now, "m");
	c = bench_compare_pair(&a, &base.subject, &now.subject, &compare_defaults, 0.95, 1);
	assert_true(c.rows[1].verdict == VERDICT_REGRESSED && !c.rows[1].improved);
	c = bench_compare_pair(&a, &now.subject, &base.subject, &compare_defaults, 0.95, 1);
	assert_true(c.rows[1].improved);
	now.columns[1].unit = STR("bytes");
	c = bench_compare_pair(&a, &base.subject, &now.subject, &compare_defaults, 0.95, 1);
	assert_int_equal(c.n_rows, 1);
	arena_free(&a);
}

static void new_failures_regress_unless_chance_explains_them(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {1};
	struct side base, now;
	struct bench b;
	side_init(&base, &r, 1, 1 << 20);
	side_init(&now, &r, 1, 1 << 20);
	bench_init(&b, &base, "m");
	bench_init(&b, &now, "m");
	now.subject.good = 38;
	now.subject.failed = 2;
	struct comparison c = bench_compare_pair(&a, &base.subject, &now.subject, &compare_defaults, 0.95, 1);
	assert_int_equal(c.n_troubles, 1);
	assert_false(c.troubles[0].regressed);
	now.subject.good = 30;
	now.subject.failed = 10;
	c = bench_compare_pair(&a, &base.subject, &now.subject, &compare_defaults, 0.95, 1);
	assert_true(c.troubles[0].regressed);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	arena_free(&a);
}

static void times_of_another_machine_are_advisory_and_memory_is_not(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {1};
	struct side base, now;
	struct bench b, n, other;
	side_init(&base, &r, 1, 50 << 20);
	side_init(&now, &r, 1.5, 50 << 20);
	bench_init(&b, &base, "one");
	bench_init(&n, &now, "one");
	bench_init(&other, &now, "two");
	struct comparison c = bench_compare_stored(&a, &b, &n, &compare_defaults, 0.95);
	assert_true(c.same_machine && c.verdict == VERDICT_REGRESSED);
	c = bench_compare_stored(&a, &b, &other, &compare_defaults, 0.95);
	assert_false(c.same_machine);
	assert_int_equal(c.verdict, VERDICT_NOT_REGRESSED);
	assert_true(c.rows[0].advisory && c.rows[0].verdict == VERDICT_REGRESSED && !c.rows[0].gates);
	for (int i = 0; i < ROUNDS; i++)
		now.rss[i] = 70 << 20;
	bench_init(&other, &now, "two");
	c = bench_compare_stored(&a, &b, &other, &compare_defaults, 0.95);
	assert_int_equal(c.verdict, VERDICT_REGRESSED);
	arena_free(&a);
}

static void a_machine_that_slowed_down_widens_the_interval(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {1};
	struct side base, now;
	struct bench b, n;
	int64_t fast[] = {1000, 1000, 1000}, slow[] = {1300, 1300, 1300};
	side_init(&base, &r, 1, 1 << 20);
	side_init(&now, &r, 1.25, 1 << 20);
	bench_init(&b, &base, "m");
	bench_init(&n, &now, "m");
	b.noise.loop = summary_of(&a, fast, 3);
	n.noise.loop = summary_of(&a, slow, 3);
	struct comparison c = bench_compare_stored(&a, &b, &n, &compare_defaults, 0.95);
	assert_int_equal(c.rows[0].verdict, VERDICT_INCONCLUSIVE);
	n.noise.loop = b.noise.loop;
	c = bench_compare_stored(&a, &b, &n, &compare_defaults, 0.95);
	assert_int_equal(c.rows[0].verdict, VERDICT_REGRESSED);
	arena_free(&a);
}

static void what_only_one_side_has_is_told(void **state)
{
	(void)state;
	struct arena a = {0};
	struct random r = {1};
	struct side base, now;
	struct bench b, n;
	side_init(&base, &r, 1, 1 << 20);
	side_init(&now, &r, 1, 1 << 20);
	now.subject.name = STR("that");
	bench_init(&b, &base, "m");
	bench_init(&n, &now, "m");
	struct comparison c = bench_compare_stored(&a, &b, &n, &compare_defaults, 0.95);
	assert_int_equal(c.n_rows, 0);
	assert_int_equal(c.n_troubles, 2);
	assert_true(c.troubles[0].kind == COMPARE_NEW && c.troubles[1].kind == COMPARE_GONE);
	assert_int_equal(c.verdict, VERDICT_INCONCLUSIVE);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(runs_that_failed_are_in_no_figure),
	    cmocka_unit_test(the_largest_figures_stay_figures),
	    cmocka_unit_test(a_round_is_the_median_of_its_good_runs),
	    cmocka_unit_test(a_pair_tells_what_regressed),
	    cmocka_unit_test(counted_figures_regress_from_nothing_and_rates_downwards),
	    cmocka_unit_test(new_failures_regress_unless_chance_explains_them),
	    cmocka_unit_test(times_of_another_machine_are_advisory_and_memory_is_not),
	    cmocka_unit_test(a_machine_that_slowed_down_widens_the_interval),
	    cmocka_unit_test(what_only_one_side_has_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
