#include "bench_out/bench_say.h"

#include <math.h>

#include "base/str.h"

static void put_scaled(struct out *o, double v, const char *unit)
{
	int decimals = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
	out_printf(o, "%.*f %s", decimals, v, unit);
}

static void put_time(struct out *o, double ns)
{
	if (ns < 999.5)
		out_printf(o, "%.0f ns", ns);
	else if (ns < 999.5e3)
		put_scaled(o, ns / 1e3, "us");
	else if (ns < 999.5e6)
		put_scaled(o, ns / 1e6, "ms");
	else
		put_scaled(o, ns / 1e9, "s");
}

void bench_figure(struct out *o, int64_t v, struct str unit)
{
	if (v == BENCH_NONE)
		out_char(o, '-');
	else if (str_is(unit, "ns"))
		put_time(o, (double)v);
	else if (str_is(unit, "bytes"))
		out_size(o, v);
	else
		out_count(o, v > 0 ? (uint64_t)v : 0);
}

bool bench_has_rate(const struct bench_subject *s)
{
	return s->concurrency > 1 || str_is(s->kind, "http") || str_is(s->kind, "mcp") ||
	       str_is(s->kind, "container");
}

bool bench_column_is_told(const struct bench_subject *s, const struct bench_column *c)
{
	return c->summary.n && (c->summary.most > 0 || str_is(c->metric, "cpu") || c == s->columns);
}

void bench_share(struct out *o, double share)
{
	if (isnan(share))
		out_char(o, '-');
	else
		out_printf(o, "%.*f %%", share > 0 && share < 0.1 ? 2 : 0, 100 * share);
}

void bench_rate(struct out *o, double rate)
{
	if (isnan(rate))
		out_char(o, '-');
	else
		out_printf(o, "%.*f/s", rate < 9.995 ? 2 : rate < 99.95 ? 1 : 0, rate);
}

struct str bench_short_name(const struct bench_subject *s)
{
	size_t n = s->bench.n;
	bool is_part =
	    n && s->name.n > n + 1 && s->name.at[n] == '/' && str_eq(str_cut(s->name, 0, n), s->bench);
	return is_part ? str_cut(s->name, n + 1, s->name.n) : s->name;
}

uint32_t bench_group_end(const struct bench *b, uint32_t i)
{
	uint32_t k = i + 1;
	while (b->subjects[i].bench.n && k < b->n_subjects &&
	       str_eq(b->subjects[k].bench, b->subjects[i].bench))
		k++;
	return k;
}

uint32_t bench_targets_met(const struct bench *b)
{
	uint32_t met = 0;
	for (uint32_t i = 0; i < b->n_targets; i++)
		met += b->targets[i].verdict.answer == TARGET_MET;
	return met;
}

void bench_put_place(struct buf *b, const struct bench_target *t)
{
	buf_str(b, t->benchmark);
	if (t->benchmark.n && t->figure.n && !str_eq(t->figure, t->metric)) {
		buf_text(b, ": ");
		buf_str(b, t->figure);
	}
}

const struct bench_column *bench_main_time(const struct bench_subject *s)
{
	return s->n_columns && str_is(s->columns->unit, "ns") ? s->columns : NULL;
}
