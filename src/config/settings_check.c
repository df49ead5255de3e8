/* What a fettle.yaml asks of its benches that cannot be, as far as it can be told before anything runs. */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "config/bench_metrics.h"
#include "config/bound_text.h"
#include "config/settings.h"

struct check {
	const struct settings *s;
	struct remarks *remarks;
	struct arena scratch;
	struct map names; /* of benches, to their index */
	bool has_foreign; /* a bench whose metrics are not known */
	struct percentile_wish *wishes;
	size_t n_wishes;
};

/* A target, and where it is said. */
struct said {
	struct str metric; /* as it stands there */
	struct bound bound;
	const struct knob_values *values;
	size_t row, item;
};

/* Looked up only for what is wrong, and no more once nothing is shown any more. */
static struct place place_of(const struct said *t, const struct remarks *r)
{
	const struct knob_values *v = t->values;
	for (size_t i = v->n_places; i-- > 0 && r->n < REMARKS_KEPT;)
		if (v->places[i].row == t->row && v->places[i].item == t->item)
			return (struct place){v->places[i].line, v->places[i].column, v->places[i].width};
	return (struct place){v->lines[t->row], 1, 0};
}

static void check_unit(struct check *c, const struct said *t, struct str metric, enum bound_unit wanted)
{
	struct err e;
	if (bound_check_unit(metric, &t->bound, wanted, &e) < 0)
		remark(c->remarks, place_of(t, c->remarks), "%s", e.text);
}

static void check_metric(struct check *c, const struct bench_item *b, const struct said *t, struct str metric)
{
	enum bench_kind kind = (enum bench_kind)b->subject.is;
	struct str word = bench_kind_word(kind), shown = str_clip_utf8(metric, 60);
	enum bound_unit wanted;
	uint32_t n;
	if (!bench_metrics_of(kind, &n))
		return;
	if (bench_metric_unit(kind, metric, &wanted)) {
		check_unit(c, t, metric, wanted);
		return;
	}
	const char *meant = bench_metric_nearest(kind, metric);
	struct place at = place_of(t, c->remarks);
	if (meant)
		remark(c->remarks, at, "bench '%s' has no metric '%.*s' (did you mean '%s'?)", b->name,
		       STR_ARG(shown), meant);
	else
		remark(c->remarks, at, "bench '%s' has no metric '%.*s', as its subject is '%.*s'", b->name,
		       STR_ARG(shown), STR_ARG(word));
}

/* Of several that the name may be of, the one with the longest name. */
static const struct bench_item *find_named(const struct check *c, struct str name)
{
	while (name.n) {
		uint32_t i = map_get(&c->names, name);
		if (i != MAP_NONE)
			return c->s->benches[i];
		size_t slash = str_find_last(name, '/');
		name = str_cut(name, 0, slash < name.n ? slash : 0);
	}
	return NULL;
}

/*
 * A target of the section needs a bench that has its metric. Where it names none that is in the file, any
 * kind's metric will do: switches make benches, too.
 */
static void check_section_target(struct check *c, const struct said *t)
{
	size_t dot = str_find_last(t->metric, '.');
	struct str name = str_cut(t->metric, 0, dot < t->metric.n ? dot : 0);
	struct str metric = dot < t->metric.n ? str_cut(t->metric, dot + 1, t->metric.n) : t->metric;
	enum bound_unit wanted;
	const struct bench_item *b = find_named(c, name);
	if (b)
		check_metric(c, b, t, metric);
	else if (c->has_foreign)
		return;
	else if (bench_metric_unit_of_any(metric, &wanted))
		check_unit(c, t, metric, wanted);
	else
		remark(c->remarks, place_of(t, c->remarks), "no bench has the metric '%.*s'",
		       STR_ARG(str_clip_utf8(metric, 60)));
}

/* The pairs of a row, which were read once already. b: NULL for the section. */
static void check_pairs(struct check *c, const struct knob_values *v, const struct knob_list *pairs,
			const struct bench_item *b)
{
	for (size_t i = 0; i < pairs->n; i++) {
		struct err e;
		struct str pair = str_of(pairs->at[i]);
		size_t equals = str_find(pair, '=');
		struct said t = {.metric = str_cut(pair, 0, equals),
				 .values = v,
				 .row = settings_row(v, pairs),
				 .item = i};
		if (bound_parse(str_cut(pair, equals + 1, pair.n), &t.bound, &e) < 0)
			continue;
		if (b)
			check_metric(c, b, &t, t.metric);
		else
			check_section_target(c, &t);
	}
}

/* What is imported was measured elsewhere, as often as it was. */
static void check_rounds(struct check *c, const struct bench_item *b)
{
	int64_t rounds = b->rounds ? b->rounds : c->s->benchmarks.iterations;
	if (!rounds || b->subject.is == BENCH_IMPORT)
		return;
	int64_t runs = rounds * settings_runs_of_a_round(b);
	int64_t needed = settings_runs_needed(b, c->wishes, c->n_wishes);
	uint32_t line = settings_line(&b->values, &b->rounds);
	if (runs < needed)
		remark_warning(c->remarks, line ? (struct place){line, b->at.column, 1} : b->at,
			       "a percentile among the targets of '%s' needs %lld runs, and it has %lld",
			       b->name, (long long)needed, (long long)runs);
}

static void check_bench(struct check *c, const struct bench_item *b)
{
	uint32_t errors = c->remarks->errors;
	bench_complete(b, c->s->top.container_image != NULL, c->remarks);
	if (c->remarks->errors > errors)
		return;
	check_pairs(c, &b->values, &b->targets, b);
	check_rounds(c, b);
}

void settings_complete(const struct settings *s, int layer, struct remarks *remarks)
{
	struct check c = {.s = s, .remarks = remarks};
	const struct knob_values *targets = &s->values[SETTINGS_TARGETS];
	uint32_t n;
	c.n_wishes = settings_percentiles(s, &c.scratch, &c.wishes);
	for (size_t i = 0; i < s->n_benches; i++) {
		const struct bench_item *b = s->benches[i];
		c.has_foreign |= !bench_metrics_of((enum bench_kind)b->subject.is, &n);
		if (b->name)
			*map_at(&c.names, str_of(b->name)) = (uint32_t)i;
	}
	for (size_t i = 0; i < s->n_benches; i++)
		if (!s->benches[i]->is_broken && (!layer || s->benches[i]->layer == layer))
			check_bench(&c, s->benches[i]);
	if (!layer || knob_origin(targets, &s->targets.others) == ORIGIN_PROFILE)
		check_pairs(&c, targets, &s->targets.others, NULL);
	map_free(&c.names);
	arena_free(&c.scratch);
}
