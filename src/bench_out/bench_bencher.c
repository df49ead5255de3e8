#include <math.h>

#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_bench.h"
#include "wire/unit.h"

enum { NAME = 1024, SLUG = 64 }; /* what Bencher takes */

/* Bencher's own measure for how long something takes, and the others by what they are called here. */
static struct str slug_of(char ret[SLUG], const struct bench_subject *s, const struct bench_column *c)
{
	size_t n = 0;
	if (c == bench_main_time(s))
		return STR("latency");
	for (size_t i = 0; i < c->metric.n && n < SLUG; i++) {
		char x = c->metric.at[i];
		bool letter = (x >= 'a' && x <= 'z') || (x >= '0' && x <= '9');
		if (x >= 'A' && x <= 'Z')
			ret[n++] = (char)(x + 32);
		else if (letter)
			ret[n++] = x;
		else if (n && ret[n - 1] != '-')
			ret[n++] = '-';
	}
	while (n && ret[n - 1] == '-')
		n--;
	return (struct str){ret, n};
}

/* Whether a measure of that slug was put before; the first of a name stays. */
static bool is_taken(const struct bench_subject *s, uint32_t before, struct str slug)
{
	char other[SLUG];
	for (uint32_t i = 0; i < before; i++)
		if (s->columns[i].summary.n && str_eq(slug_of(other, s, &s->columns[i]), slug))
			return true;
	return str_is(slug, "throughput") || str_is(slug, "error-rate");
}

static void put_key(struct out *o, struct str slug, uint32_t *n)
{
	out_text(o, (*n)++ ? ",\n    " : "\n    ");
	out_json(o, slug);
	out_text(o, ": ");
}

static void put_value(struct out *o, int64_t v, double factor)
{
	if (factor < 1)
		out_printf(o, "%.15g", (double)v * factor);
	else
		out_int(o, v);
}

/* Percentiles are within 0.2 %, the median is exact: it stays between them. */
static void put_measure(struct out *o, const struct bench_column *c)
{
	const struct bench_summary *m = &c->summary;
	double factor = unit_of(c->unit).factor;
	bool quartiles = m->p25 != BENCH_NONE && m->p75 != BENCH_NONE;
	int64_t low = quartiles ? m->p25 : m->least, high = quartiles ? m->p75 : m->most;
	low = low < m->median ? low : m->median;
	high = high > m->median ? high : m->median;
	out_text(o, "{\"value\": ");
	put_value(o, m->median, factor);
	out_text(o, ", \"lower_value\": ");
	put_value(o, low, factor);
	out_text(o, ", \"upper_value\": ");
	put_value(o, high, factor);
	out_char(o, '}');
}

/* What is too long for a name is told from others by its end. */
static void put_name(struct out *o, struct str name)
{
	struct buf b = {0};
	if (name.n <= NAME) {
		out_json(o, name);
		return;
	}
	buf_str(&b, str_clip_utf8(name, NAME - 17));
	buf_printf(&b, "-%016llx", (unsigned long long)str_hash(name, 0));
	out_json(o, buf_view(&b));
	buf_free(&b);
}

static void put_subject(struct out *o, const struct bench_subject *s)
{
	uint32_t n = 0;
	char room[SLUG];
	put_name(o, s->name);
	out_text(o, ": {");
	for (uint32_t i = 0; i < s->n_columns; i++) {
		struct str slug = slug_of(room, s, &s->columns[i]);
		if (!s->columns[i].summary.n || !slug.n || is_taken(s, i, slug))
			continue;
		put_key(o, slug, &n);
		put_measure(o, &s->columns[i]);
	}
	if (isfinite(bench_throughput(s))) {
		put_key(o, STR("throughput"), &n);
		out_printf(o, "{\"value\": %.9g}", bench_throughput(s));
	}
	if (bench_has_rate(s) && isfinite(bench_error_rate(s))) {
		put_key(o, STR("error-rate"), &n);
		out_printf(o, "{\"value\": %.9g}", bench_error_rate(s));
	}
	out_text(o, n ? "\n  }" : "}");
}

void bench_bencher(struct out *o, const struct bench *b)
{
	out_char(o, '{');
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		out_text(o, i ? ",\n  " : "\n  ");
		put_subject(o, &b->subjects[i]);
	}
	out_text(o, b->n_subjects ? "\n}\n" : "}\n");
}
