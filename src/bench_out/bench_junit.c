#include <math.h>

#include "base/bound_put.h"
#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_bench.h"
#include "bench_out/target_line.h"
#include "measure/targets.h"
#include "wire/unit.h"

#define TOTAL_NS_MOST 1e12 /* beyond any session; sums of many stay in range */

/* Of the good runs; several at once each by itself. Never below 0, and never so much that a sum overflows. */
static int64_t total_ns(const struct bench_subject *s)
{
	const struct bench_column *c = bench_main_time(s);
	double ns = c && c->summary.n ? c->summary.mean * c->summary.n * unit_of(c->unit).factor : 0;
	return ns > 0 ? (int64_t)fmin(ns, TOTAL_NS_MOST) : 0;
}

static void put_properties(struct out *o, const struct bench_subject *s)
{
	out_text(o, "      <properties>\n");
	for (uint32_t i = 0; i < s->n_columns; i++) {
		const struct bench_column *c = &s->columns[i];
		if (!c->summary.n)
			continue;
		out_text(o, "        <property name=\"");
		out_xml_attribute(o, c->metric);
		out_text(o, ".median.");
		out_xml_attribute(o, c->unit);
		out_printf(o, "\" value=\"%lld\"/>\n", (long long)c->summary.median);
	}
	if (bench_has_rate(s) && isfinite(bench_throughput(s)))
		out_printf(o, "        <property name=\"throughput\" value=\"%.9g\"/>\n",
			   bench_throughput(s));
	if (bench_has_rate(s) && isfinite(bench_error_rate(s)))
		out_printf(o, "        <property name=\"error_rate\" value=\"%.9g\"/>\n",
			   bench_error_rate(s));
	out_text(o, "      </properties>\n");
}

static void put_case(struct out *o, const struct bench *b, const struct bench_subject *s)
{
	out_text(o, "    <testcase classname=\"bench\" name=\"");
	out_xml_attribute(o, s->name);
	out_text(o, "\" time=\"");
	out_seconds(o, total_ns(s), 6);
	out_text(o, "\">\n");
	put_properties(o, s);
	if (targets_is_bad(b, s)) {
		out_printf(o, "      <failure message=\"%u of %u runs failed", s->failed,
			   s->failed + s->good);
		if (s->failure.n) {
			out_text(o, ": ");
			out_xml_attribute(o, s->failure);
		}
		out_text(o, "\"/>\n");
	}
	out_text(o, "    </testcase>\n");
}

static void put_target(struct out *o, const struct bench_target *t)
{
	struct buf b = {0};
	buf_str(&b, t->metric);
	buf_text(&b, " ");
	bound_put(&b, &t->verdict.bound);
	if (t->benchmark.n) {
		buf_text(&b, " (");
		bench_put_place(&b, t);
		buf_text(&b, ")");
	}
	out_text(o, "    <testcase classname=\"targets\" name=\"");
	out_xml_attribute(o, buf_view(&b));
	buf_clear(&b);
	target_line(&b, t->metric, &t->verdict);
	if (t->verdict.answer == TARGET_MET) {
		out_text(o, "\" time=\"0\"/>\n");
	} else {
		out_text(o, "\" time=\"0\">\n      <failure message=\"");
		out_xml_attribute(o, buf_view(&b));
		out_text(o, "\"/>\n    </testcase>\n");
	}
	buf_free(&b);
}

static void put_suite(struct out *o, const char *name, uint32_t n, uint32_t failed, int64_t time_ns)
{
	out_printf(o,
		   "  <testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\" time=\"",
		   name, n, failed);
	out_seconds(o, time_ns, 6);
	out_text(o, "\">\n");
}

void bench_junit(struct out *o, const struct bench *b)
{
	uint32_t failed = 0;
	int64_t time_ns = 0;
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		failed += targets_is_bad(b, &b->subjects[i]);
		time_ns += total_ns(&b->subjects[i]);
	}
	out_text(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	put_suite(o, "bench", b->n_subjects, failed, time_ns);
	for (uint32_t i = 0; i < b->n_subjects; i++)
		put_case(o, b, &b->subjects[i]);
	out_text(o, "  </testsuite>\n");
	if (b->n_targets) {
		put_suite(o, "targets", b->n_targets, b->n_targets - bench_targets_met(b), 0);
		for (uint32_t i = 0; i < b->n_targets; i++)
			put_target(o, &b->targets[i]);
		out_text(o, "  </testsuite>\n");
	}
	out_text(o, "</testsuites>\n");
}
