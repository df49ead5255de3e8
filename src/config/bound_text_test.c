#include "config/bound_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

static void reads(const char *text, struct bound wanted)
{
	struct bound b = {0};
	struct err e = {0};
	if (bound_parse(str_of(text), &b, &e) < 0)
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(b.stat, wanted.stat);
	assert_int_equal(b.compare, wanted.compare);
	assert_int_equal(b.unit, wanted.unit);
	assert_true(fabs(b.percentile - wanted.percentile) < 1e-9);
	assert_true(fabs(b.limit - wanted.limit) <= 1e-9 * wanted.limit);
}

static void says(const char *text, const char *message)
{
	struct bound b = {0};
	struct err e = {0};
	assert_int_equal(bound_parse(str_of(text), &b, &e), FAULT_USAGE);
	assert_string_equal(e.text, message);
}

static void a_bound_is_a_statistic_a_comparison_and_a_number(void **state)
{
	(void)state;
	reads("p95 < 20ms", (struct bound){BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 95, 20e6});
	reads("  p99.9<=1.5s ", (struct bound){BOUND_PERCENTILE, BOUND_AT_MOST, BOUND_NS, 99.9, 1.5e9});
	reads("median < 1m", (struct bound){BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 50, 60e9});
	reads("max <= 64MiB", (struct bound){BOUND_MAX, BOUND_AT_MOST, BOUND_BYTES, 0, 64 << 20});
	reads("mean > 3", (struct bound){BOUND_MEAN, BOUND_ABOVE, BOUND_NUMBER, 0, 3});
	reads("min >= 0", (struct bound){BOUND_MIN, BOUND_AT_LEAST, BOUND_NUMBER, 0, 0});
}

static void a_metric_of_one_figure_needs_no_statistic(void **state)
{
	(void)state;
	reads("< 5%", (struct bound){BOUND_FIGURE, BOUND_BELOW, BOUND_RATIO, 0, 0.05});
	reads(">= 100/s", (struct bound){BOUND_FIGURE, BOUND_AT_LEAST, BOUND_RATE, 0, 100});
	reads("> 100rps", (struct bound){BOUND_FIGURE, BOUND_ABOVE, BOUND_RATE, 0, 100});
}

static void what_is_wrong_is_told(void **state)
{
	(void)state;
	says("", "'' compares nothing: write it as 'p95 < 20ms'");
	says("20ms", "'20ms' compares nothing: write it as 'p95 < 20ms'");
	says("p95 20ms", "'p95 20ms' compares nothing: write it as 'p95 < 20ms'");
	says("p95 <", "the bound is missing: 'p95 < 20ms', say");
	says("p95 = 20ms", "'=' is no comparison: < <= > >=");
	says("p95 << 20ms", "'<<' is no comparison: < <= > >=");
	says("p95 =< 20ms", "'=<' is no comparison (did you mean '<='?)");
	says("p95 => 20ms", "'=>' is no comparison (did you mean '>='?)");
	says("meen < 20ms", "'meen' is no statistic (did you mean 'mean'?)");
	says("fast < 20ms",
	     "'fast' is no statistic: min, mean, max, or a percentile such as p50, p95 or p99");
	says("p100 < 20ms", "'p100' is no percentile: p0.001 to p99.999, else min or max");
	says("p0 < 20ms", "'p0' is no percentile: p0.001 to p99.999, else min or max");
	says("p95 < 20parsec", "'20parsec' is no bound such as 20ms, 64MiB, 5%, 100/s or 100");
	says("p95 < -20ms", "'-20ms' is below 0, where no figure is");
	says("mean < -1", "'-1' is below 0, where no figure is");
	says("mean < 1e308", "'1e308' is out of range (0 to 1e+15)");
	says("mean < nan", "'nan' is no bound such as 20ms, 64MiB, 5%, 100/s or 100");
	says("mean < 1 < 2", "'1 < 2' is no bound such as 20ms, 64MiB, 5%, 100/s or 100");
}

static void a_metric_wants_its_unit(void **state)
{
	struct err e = {0};
	struct bound number = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NUMBER, 95, 20},
		     time = {BOUND_MAX, BOUND_BELOW, BOUND_NS, 0, 20e6};
	(void)state;
	assert_int_equal(bound_check_pair(STR("widgets=max < 20"), &e), 0);
	assert_int_equal(bound_check_pair(STR("widgets=20"), &e), FAULT_USAGE);
	assert_int_equal(bound_check_unit(STR("wall"), &time, BOUND_NS, &e), 0);
	assert_int_equal(bound_check_unit(STR("wall"), &number, BOUND_NS, &e), FAULT_USAGE);
	assert_string_equal(e.text, "'wall' is a time, and the bound has no unit: 20ms?");
	assert_int_equal(bound_check_unit(STR("memory"), &time, BOUND_BYTES, &e), FAULT_USAGE);
	assert_string_equal(e.text, "'memory' is a size, and the bound is a time");
	assert_int_equal(bound_check_unit(STR("error_rate"), &number, BOUND_RATIO, &e), FAULT_USAGE);
	assert_string_equal(e.text, "'error_rate' is a share, and the bound has no unit: 20%?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bound_is_a_statistic_a_comparison_and_a_number),
	    cmocka_unit_test(a_metric_of_one_figure_needs_no_statistic),
	    cmocka_unit_test(what_is_wrong_is_told),
	    cmocka_unit_test(a_metric_wants_its_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
