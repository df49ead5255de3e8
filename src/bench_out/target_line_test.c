#include "bench_out/target_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/str.h"
#include "measure/target.h"

static void says(struct bound bound, struct target_figure f, const char *line)
{
	struct target_verdict v;
	struct buf b = {0};
	target_judge(&v, &bound, &f);
	target_line(&b, STR("api.latency"), &v);
	assert_string_equal(b.at, line);
	buf_free(&b);
}

static void a_line_tells_figure_bound_and_margin(void **state)
{
	const struct bound p95 = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 95, 20e6};
	(void)state;
	says(p95, (struct target_figure){true, BOUND_NS, 18.2e6, 100},
	     "met     api.latency: p95 18.2 ms < 20 ms, 9 % to spare");
	says(p95, (struct target_figure){true, BOUND_NS, 25e6, 100},
	     "MISSED  api.latency: p95 25 ms, wanted < 20 ms, missed by 25 %");
	says((struct bound){BOUND_FIGURE, BOUND_AT_LEAST, BOUND_RATE, 0, 100},
	     (struct target_figure){true, BOUND_RATE, 150, 1},
	     "met     api.latency: 150/s >= 100/s, 50 % to spare");
	says((struct bound){BOUND_FIGURE, BOUND_AT_LEAST, BOUND_RATE, 0, 1000000},
	     (struct target_figure){true, BOUND_RATE, 12345.6, 1},
	     "MISSED  api.latency: 12346/s, wanted >= 1000000/s, missed by 98.8 %");
	says((struct bound){BOUND_FIGURE, BOUND_AT_MOST, BOUND_RATIO, 0, 0.05},
	     (struct target_figure){true, BOUND_RATIO, 0.2, 1},
	     "MISSED  api.latency: 20 %, wanted <= 5 %, missed by 300 %");
	says((struct bound){BOUND_MAX, BOUND_BELOW, BOUND_BYTES, 0, 64 << 20},
	     (struct target_figure){true, BOUND_BYTES, 512, 1},
	     "met     api.latency: max 512 B < 64 MiB, 100 % to spare");
}

static void a_line_tells_why_there_is_no_figure(void **state)
{
	const struct bound p99 = {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 99.9, 2e9};
	(void)state;
	says(p99, (struct target_figure){true, BOUND_NS, 1, 60},
	     "MISSED  api.latency: p99.9 n/a, 60 samples of 1000 needed, wanted < 2 s");
	says(p99, (struct target_figure){0}, "MISSED  api.latency: p99.9 no data, wanted < 2 s");
	says(p99, (struct target_figure){true, BOUND_NS, NAN, 1000},
	     "MISSED  api.latency: p99.9 not a number, wanted < 2 s");
	says(p99, (struct target_figure){true, BOUND_BYTES, 5, 1000},
	     "MISSED  api.latency: p99.9 is a size, the bound is a time, wanted < 2 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_tells_figure_bound_and_margin),
	    cmocka_unit_test(a_line_tells_why_there_is_no_figure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
