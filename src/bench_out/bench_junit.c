#include "base/str.h"
#include "bench_out/report_bench.h"

static int64_t total_ns(const struct bench_subject *s)
{
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (str_is(s->columns[i].metric, "wall") && s->columns[i].summary.n)
			return (int64_t)(s->columns[i].summary.mean * s->columns[i].summary.n);
	return 0;
}

static void put_case(struct out *o, const struct bench_subject *s)
{
	out_text(o, "    <testcase classname=\"bench\" name=\"");
	out_xml_attribute(o, s->name);
	out_text(o, "\" time=\"");
	out_seconds(o, total_ns(s), 6);
	out_text(o, "\">\n      <properties>\n");
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
	out_text(o, "      </properties>\n");
	if (s->failed || !s->good) {
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

void bench_junit(struct out *o, const struct bench *b)
{
	uint32_t failed = 0;
	int64_t time_ns = 0;
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		failed += b->subjects[i].failed || !b->subjects[i].good;
		time_ns += total_ns(&b->subjects[i]);
	}
	out_text(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	out_printf(
	    o, "  <testsuite name=\"bench\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\" time=\"",
	    b->n_subjects, failed);
	out_seconds(o, time_ns, 6);
	out_text(o, "\">\n");
	for (uint32_t i = 0; i < b->n_subjects; i++)
		put_case(o, &b->subjects[i]);
	out_text(o, "  </testsuite>\n</testsuites>\n");
}
