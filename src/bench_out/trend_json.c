#include "base/str.h"
#include "bench_out/report_trend.h"

static void put_key_text(struct out *o, const char *key, struct str s)
{
	out_printf(o, ",\"%s\":", key);
	out_json(o, s);
}

static void put_key_figure(struct out *o, const char *key, int64_t v)
{
	if (v == BENCH_NONE)
		out_printf(o, ",\"%s\":null", key);
	else
		out_printf(o, ",\"%s\":%lld", key, (long long)v);
}

static void put_point(struct out *o, const struct series_point *p)
{
	out_printf(o, "{\"begin_ns\":%lld", (long long)p->begin_ns);
	put_key_figure(o, "value", p->value);
	put_key_figure(o, "p95", p->p95);
	put_key_figure(o, "p99", p->p99);
	out_printf(o, ",\"n\":%u,\"failed\":%u", p->n, p->failed);
	if (p->run.n)
		put_key_text(o, "run", p->run);
	put_key_text(o, "commit", p->commit);
	out_char(o, '}');
}

static void put_change(struct out *o, const struct series *s, const struct edivisive *c)
{
	const struct series_point *p = &s->points[c->at];
	out_printf(o, "{\"at\":%zu,\"begin_ns\":%lld", c->at, (long long)p->begin_ns);
	if (p->run.n)
		put_key_text(o, "run", p->run);
	put_key_text(o, "commit", p->commit);
	put_key_text(o, "commit_before", c->at ? s->points[c->at - 1].commit : STR_NONE);
	out_printf(o, ",\"before\":%.9g,\"after\":%.9g,\"percent\":%.4g}", c->before, c->after,
		   100 * trend_share(c));
}

static void put_trend(struct out *o, const struct trend *t)
{
	static const char *const kinds[] = {"bench", "suite", "unit", "test"};
	const struct series *s = t->of;
	out_printf(o, "{\"kind\":\"%s\"", kinds[s->kind]);
	put_key_text(o, "name", s->name);
	if (s->kind == SERIES_TEST)
		put_key_text(o, "file", s->file);
	put_key_text(o, "metric", s->metric);
	put_key_text(o, "unit", s->unit);
	put_key_text(o, "machine", s->machine);
	if (s->kind == SERIES_SUITE)
		out_printf(o, ",\"workers\":%u", s->workers);
	put_key_figure(o, "median", t->median);
	out_printf(o, ",\"left_out\":%u,\n\"changes\":[", s->n_elsewhere);
	for (size_t i = 0; i < t->n_changes; i++) {
		out_text(o, i ? ",\n" : "\n");
		put_change(o, s, &t->changes[i]);
	}
	out_text(o, "],\n\"points\":[");
	for (uint32_t i = 0; i < s->n_points; i++) {
		out_text(o, i ? ",\n" : "\n");
		put_point(o, &s->points[i]);
	}
	out_text(o, "]}");
}

void trend_json(struct out *o, const struct trend *trends, size_t n)
{
	out_text(o, "\"series\":[");
	for (size_t i = 0; i < n; i++) {
		out_text(o, i ? ",\n" : "\n");
		put_trend(o, &trends[i]);
	}
	out_char(o, ']');
}
