#include "ingest/results.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "wire/unit.h"

enum { PARAMS = 16, WHY = 240, NOTE = 400 };

struct results_column {
	struct str metric;
	const char *unit;
	int64_t *values;
	size_t n, cap; /* what is behind n is BENCH_NONE */
};

struct results_one {
	struct str name;
	struct results_column *columns;
	size_t n_columns, cap_columns;
	struct bench_param *params;
	uint32_t n_params;
	uint32_t n_runs, failed, timed_out;
	bool failing; /* the run that began last */
	struct str failure;
};

static struct str kept(struct results *f, struct str s, size_t most)
{
	return arena_str(f->arena, str_clip_utf8(str_trim(s), most));
}

uint32_t results_benchmark(struct results *f, struct str name)
{
	struct str shown = str_clip_utf8(str_trim(name), RESULTS_NAME);
	if (f->filter && !str_match(str_of(f->filter), shown))
		return RESULTS_LEFT_OUT;
	uint32_t at = map_get(&f->names, shown);
	if (at != MAP_NONE)
		return at;
	if (f->n_figures >= RESULTS_MOST) {
		f->is_full = true;
		return RESULTS_LEFT_OUT;
	}
	f->n_figures++;
	f->all = arena_grow(f->arena, f->all, f->n, &f->cap, sizeof(*f->all));
	f->all[f->n] = (struct results_one){.name = arena_str(f->arena, shown)};
	*map_at(&f->names, f->all[f->n].name) = (uint32_t)f->n;
	return (uint32_t)f->n++;
}

static struct results_one *one_of(struct results *f, uint32_t benchmark)
{
	return benchmark < f->n ? &f->all[benchmark] : NULL;
}

void results_param(struct results *f, uint32_t benchmark, struct str name, struct str value)
{
	struct results_one *b = one_of(f, benchmark);
	if (!b || b->n_params == PARAMS)
		return;
	for (uint32_t i = 0; i < b->n_params; i++)
		if (str_eq(b->params[i].name, name))
			return;
	if (!b->params)
		b->params = arena_array(f->arena, struct bench_param, PARAMS);
	b->params[b->n_params++] = (struct bench_param){kept(f, name, WHY), kept(f, value, WHY)};
}

bool results_run(struct results *f, uint32_t benchmark)
{
	struct results_one *b = one_of(f, benchmark);
	if (!b)
		return false;
	/* every column takes part in every run */
	size_t cost = b->n_columns ? b->n_columns : 1;
	if (f->n_figures + cost > RESULTS_MOST) {
		f->is_full = true;
		return false;
	}
	f->n_figures += cost;
	b->n_runs++;
	b->failing = false;
	return true;
}

static struct results_column *column_of(struct results *f, struct results_one *b, struct str metric,
					const char *unit)
{
	struct str name = str_clip_utf8(metric, RESULTS_NAME);
	for (size_t i = 0; i < b->n_columns; i++)
		if (str_eq(b->columns[i].metric, name))
			return strcmp(b->columns[i].unit, unit) == 0 ? &b->columns[i] : NULL;
	if (b->n_columns == RESULTS_COLUMNS || f->n_figures + b->n_runs > RESULTS_MOST) {
		f->is_full = true;
		return NULL;
	}
	f->n_figures += b->n_runs;
	b->columns = arena_grow(f->arena, b->columns, b->n_columns, &b->cap_columns, sizeof(*b->columns));
	b->columns[b->n_columns] = (struct results_column){.metric = arena_str(f->arena, name), .unit = unit};
	return &b->columns[b->n_columns++];
}

/* Up to run number n (from 0), without figures. */
static void fill_up(struct results *f, struct results_column *c, size_t n)
{
	while (c->n < n) {
		c->values = arena_grow(f->arena, c->values, c->n, &c->cap, sizeof(*c->values));
		c->values[c->n++] = BENCH_NONE;
	}
}

void results_put(struct results *f, uint32_t benchmark, struct str metric, const char *unit, double value)
{
	struct results_one *b = one_of(f, benchmark);
	double v = value / unit_of(str_of(unit)).factor;
	if (!b || !b->n_runs || b->failing || !metric.n || !(fabs(v) < 9e18))
		return;
	struct results_column *c = column_of(f, b, metric, unit);
	if (!c)
		return;
	fill_up(f, c, b->n_runs);
	c->values[b->n_runs - 1] = (int64_t)llround(v);
}

void results_fail(struct results *f, uint32_t benchmark, struct str why)
{
	struct results_one *b = one_of(f, benchmark);
	if (!b || !b->n_runs || b->failing)
		return;
	b->failing = true;
	b->failed++;
	f->n_failed++;
	if (!b->failure.n)
		b->failure = kept(f, str_cut(str_trim(why), 0, str_find(str_trim(why), '\n')), WHY);
	for (size_t i = 0; i < b->n_columns; i++)
		if (b->columns[i].n == b->n_runs)
			b->columns[i].values[b->n_runs - 1] = BENCH_NONE;
}

void results_timed_out(struct results *f, uint32_t benchmark)
{
	struct results_one *b = one_of(f, benchmark);
	if (b && b->failing && b->timed_out < b->failed)
		b->timed_out++;
}

void results_note(struct results *f, const char *fmt, ...)
{
	char text[NOTE];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	struct str note = str_clip_utf8(str_of(text), sizeof(text));
	if (f->n_notes == RESULTS_NOTES)
		return;
	for (size_t i = 0; i < f->n_notes; i++)
		if (str_eq(f->notes[i], note))
			return;
	f->notes = arena_grow(f->arena, f->notes, f->n_notes, &f->cap_notes, sizeof(*f->notes));
	f->notes[f->n_notes++] = arena_str(f->arena, note);
}

uint32_t results_runs(const struct results *f, uint32_t benchmark)
{
	return benchmark < f->n ? f->all[benchmark].n_runs : 0;
}

static void finish_one(struct results *f, struct results_one *b, struct bench_subject *ret)
{
	*ret = (struct bench_subject){
	    .name = str_of(arena_printf(f->arena, "%.*s/%.*s", STR_ARG(f->bench), STR_ARG(b->name))),
	    .bench = f->bench,
	    .kind = f->kind,
	    .command = b->name,
	    .params = b->params,
	    .n_params = b->n_params,
	    .n_columns = (uint32_t)b->n_columns,
	    .n_rounds = b->n_runs,
	    .per_round = 1,
	    .busy_ns = BENCH_NONE,
	    .columns = arena_array(f->arena, struct bench_column, b->n_columns),
	    .good = b->n_runs - b->failed,
	    .failed = b->failed,
	    .timed_out = b->timed_out,
	    .failure = b->failure};
	for (size_t i = 0; i < b->n_columns; i++) {
		struct results_column *c = &b->columns[i];
		fill_up(f, c, b->n_runs);
		ret->columns[i] =
		    (struct bench_column){.metric = c->metric, .unit = str_of(c->unit), .values = c->values};
	}
}

struct bench_subject *results_finish(struct results *f, uint32_t *ret_n)
{
	struct bench_subject *ret = arena_array(f->arena, struct bench_subject, f->n);
	if (f->is_full)
		results_note(f, "'%.*s' has more figures than are kept; the rest is left out",
			     STR_ARG(f->bench));
	*ret_n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (f->all[i].n_runs)
			finish_one(f, &f->all[i], &ret[(*ret_n)++]);
	map_free(&f->names);
	return ret;
}
