#include "measure/targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/str.h"
#include "measure/summary.h"

enum { ROUNDS = 200 };

static struct arena arena;
static int64_t walls[ROUNDS], latencies[ROUNDS], startups[4];
static struct bench_column wall, latency, startup;
static struct bench_subject subjects[4];
static struct bench bench;

/* hello: wall 1..200 us, all good. api: latency 1..200 ms, every tenth failed, 10 s at work. sandboxes: one
 * by one, and two waves of two of which the second held one. */
static int set_up(void **state)
{
	struct arena scratch = {0};
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		walls[i] = (i + 1) * 1000;
		latencies[i] = i % 10 ? (i + 1) * (int64_t)1000000 : BENCH_NONE;
	}
	startups[0] = startups[1] = startups[2] = 5000000;
	startups[3] = BENCH_NONE;
	wall = (struct bench_column){.metric = STR("wall"), .unit = STR("ns"), .values = walls};
	latency = (struct bench_column){.metric = STR("latency"), .unit = STR("ns"), .values = latencies};
	startup = (struct bench_column){.metric = STR("startup"), .unit = STR("ns"), .values = startups};
	subjects[0] = (struct bench_subject){.name = STR("hello"),
					     .bench = STR("hello"),
					     .kind = STR("exec"),
					     .n_columns = 1,
					     .columns = &wall,
					     .n_rounds = ROUNDS,
					     .per_round = 1,
					     .good = ROUNDS,
					     .busy_ns = BENCH_NONE};
	subjects[1] = (struct bench_subject){.name = STR("v1.api/x8"),
					     .bench = STR("v1.api"),
					     .kind = STR("http"),
					     .n_columns = 1,
					     .columns = &latency,
					     .n_rounds = 25,
					     .per_round = 8,
					     .concurrency = 8,
					     .good = 180,
					     .failed = 20,
					     .busy_ns = 10000000000};
	subjects[2] = (struct bench_subject){.name = STR("box/x1"),
					     .bench = STR("box"),
					     .kind = STR("container"),
					     .n_columns = 1,
					     .columns = &startup,
					     .n_rounds = 2,
					     .per_round = 1,
					     .concurrency = 1,
					     .good = 2};
	subjects[3] = (struct bench_subject){.name = STR("box/x2"),
					     .bench = STR("box"),
					     .kind = STR("container"),
					     .n_columns = 1,
					     .columns = &startup,
					     .n_rounds = 2,
					     .per_round = 2,
					     .concurrency = 2,
					     .good = 3,
					     .failed = 1};
	bench = (struct bench){.subjects = subjects, .n_subjects = 4};
	summary_fill(&scratch, &bench);
	arena_free(&scratch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static uint32_t judge(const char *metric, const char *of, struct bound bound, struct bench_target **ret)
{
	struct target_asked asked = {.metric = str_of(metric), .bench = str_of(of), .bound = bound};
	return targets_judge(&arena, &bench, &asked, 1, ret);
}

static const struct bound p90 = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 90, 185e3};

static void assert_close(double got, double wanted)
{
	assert_true(fabs(got - wanted) <= 0.003 * wanted);
}

static void a_metric_is_judged_where_it_is(void **state)
{
	struct bench_target *t;
	(void)state;
	assert_int_equal(judge("wall", "", p90, &t), 1);
	assert_true(str_is(t[0].benchmark, "hello") && str_is(t[0].figure, "wall"));
	assert_int_equal(t[0].verdict.answer, TARGET_MET);
	assert_close(t[0].verdict.figure.value, 180e3);
	assert_int_equal(t[0].verdict.figure.samples, ROUNDS);
}

static void a_time_in_ps_is_judged_in_ns(void **state)
{
	const struct bound bound = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 90, 185};
	struct bench_target *t;
	(void)state;
	wall.unit = STR("ps");
	assert_int_equal(judge("wall", "", bound, &t), 1);
	assert_int_equal(t[0].verdict.answer, TARGET_MET);
	assert_close(t[0].verdict.figure.value, 180);
}

static void names_before_a_dot_may_hold_dots(void **state)
{
	const struct bound bound = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 50, 50e6};
	struct bench_target *t;
	(void)state;
	assert_int_equal(judge("v1.api.latency", "", bound, &t), 1);
	assert_true(str_is(t[0].benchmark, "v1.api/x8") && str_is(t[0].figure, "latency"));
	assert_int_equal(t[0].verdict.answer, TARGET_MISSED);
	assert_int_equal(judge("latency", "v1.api", bound, &t), 1);
	assert_int_equal(judge("hello.latency", "", bound, &t), 1);
	assert_int_equal(t[0].verdict.answer, TARGET_NO_DATA);
}

static void nothing_that_has_the_metric_is_no_success(void **state)
{
	struct bench_target *t;
	(void)state;
	assert_int_equal(judge("wal", "", p90, &t), 1);
	assert_int_equal(t[0].verdict.answer, TARGET_NO_DATA);
	assert_true(t[0].benchmark.n == 0);
}

static void a_bound_without_a_statistic_is_of_the_median_and_says_so(void **state)
{
	const struct bound bound = {BOUND_FIGURE, BOUND_BELOW, BOUND_NS, 0, 150e3};
	struct bench_target *t;
	(void)state;
	assert_int_equal(judge("wall", "", bound, &t), 1);
	assert_int_equal(t[0].verdict.bound.stat, BOUND_PERCENTILE);
	assert_true(t[0].verdict.bound.percentile == 50);
	assert_close(t[0].verdict.figure.value, 100e3);
}

static void rates_are_of_the_time_at_work(void **state)
{
	const struct bound rate = {BOUND_FIGURE, BOUND_ABOVE, BOUND_RATE, 0, 17};
	const struct bound share = {BOUND_FIGURE, BOUND_AT_MOST, BOUND_RATIO, 0, 0.05};
	struct bench_target *t;
	(void)state;
	assert_int_equal(judge("v1.api.throughput", "", rate, &t), 1);
	assert_close(t[0].verdict.figure.value, 18);
	assert_int_equal(t[0].verdict.answer, TARGET_MET);
	assert_int_equal(judge("hello.throughput", "", rate, &t), 1);
	assert_int_equal(t[0].verdict.answer, TARGET_NO_DATA);
	assert_int_equal(judge("v1.api.error_rate", "", share, &t), 1);
	assert_close(t[0].verdict.figure.value, 0.1);
	assert_int_equal(t[0].verdict.answer, TARGET_MISSED);
}

static void keys_of_the_section_have_their_meaning(void **state)
{
	const struct bound most = {BOUND_FIGURE, BOUND_AT_LEAST, BOUND_NUMBER, 0, 2};
	const struct bound share = {BOUND_FIGURE, BOUND_AT_MOST, BOUND_RATIO, 0, 0.05};
	const struct bound few = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 99, 200e6};
	struct bench_target *t;
	(void)state;
	assert_int_equal(judge("max_concurrent_sandboxes", "", most, &t), 1);
	assert_true(str_is(t[0].benchmark, "box/x2"));
	assert_true(t[0].verdict.figure.value == 1);
	assert_int_equal(t[0].verdict.answer, TARGET_MISSED);
	/* not of those that wait for each other in a wave */
	assert_int_equal(judge("container_startup_ms", "", few, &t), 1);
	assert_true(str_is(t[0].benchmark, "box/x1"));
	assert_int_equal(t[0].verdict.answer, TARGET_TOO_FEW);
	assert_int_equal(judge("error_rate_percent", "", share, &t), 1);
	assert_true(str_is(t[0].benchmark, "all"));
	assert_close(t[0].verdict.figure.value, 21.0 / 406);
	assert_int_equal(judge("api_response_p99_ms", "", few, &t), 1);
	assert_true(str_is(t[0].benchmark, "v1.api/x8"));
	assert_int_equal(judge("command_overhead_ms", "", few, &t), 1);
	assert_int_equal(t[0].verdict.answer, TARGET_NO_DATA);
}

#define T(f) cmocka_unit_test_setup(f, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_metric_is_judged_where_it_is),
	    T(a_time_in_ps_is_judged_in_ns),
	    T(names_before_a_dot_may_hold_dots),
	    T(nothing_that_has_the_metric_is_no_success),
	    T(a_bound_without_a_statistic_is_of_the_median_and_says_so),
	    T(rates_are_of_the_time_at_work),
	    T(keys_of_the_section_have_their_meaning),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
