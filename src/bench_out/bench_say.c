#include "bench_out/bench_say.h"

#include <math.h>

#include "base/str.h"
#include "wire/unit.h"

static void put_scaled(struct out *o, double v, const char *unit)
{
	int decimals = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
	out_printf(o, "%.*f %s", decimals, v, unit);
}

static void put_time(struct out *o, double ns, double step)
{
	if (step < 1 && ns < 99.95)
		put_scaled(o, ns, "ns");
	else if (ns < 999.5)
		out_printf(o, "%.0f ns", ns);
	else if (ns < 999.5e3)
		put_scaled(o, ns / 1e3, "us");
	else if (ns < 999.5e6)
		put_scaled(o, ns / 1e6, "ms");
	else
		put_scaled(o, ns / 1e9, "s");
}

/* "3", "0.25", "1,204" */
static void put_number(struct out *o, double v)
{
	if (v >= 99.95 && v < 1e18)
		out_count(o, (uint64_t)llround(v));
	else
		out_printf(o, "%.3g", v);
}

void bench_figure(struct out *o, int64_t v, struct str unit)
{
	struct unit u = unit_of(unit);
	if (v == BENCH_NONE)
		out_char(o, '-');
	else if (u.kind == BOUND_NS)
		put_time(o, (double)v * u.factor, u.factor);
	else if (str_starts(unit, "bytes"))
		out_size(o, v);
	else if (u.factor < 1)
		put_number(o, (double)v * u.factor);
	else
		out_count(o, v > 0 ? (uint64_t)v : 0);
	if (v != BENCH_NONE && u.kind == BOUND_RATE)
		out_text(o, "/s");
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
	return s->n_columns && unit_of(s->columns->unit).kind == BOUND_NS ? s->columns : NULL;
}
