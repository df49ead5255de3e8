/* What a fettle.yaml asks of its benches that cannot be, as far as it can be told before anything runs. */
#include <string.h>

#include "base/str.h"
#include "config/bench_metrics.h"
#include "config/settings.h"

/* The file says it behind `key`, in that line or below. */
static void check_metric(const struct bench_item *b, struct str metric, struct str key, uint32_t line,
			 struct remarks *remarks)
{
	enum bench_kind kind = (enum bench_kind)b->subject.is;
	struct str word = bench_kind_word(kind), shown = str_clip_utf8(metric, 60);
	if (bench_metric_is_known(kind, metric))
		return;
	struct place at = remarks_find(remarks, line, key);
	const char *meant = bench_metric_nearest(kind, metric);
	if (meant)
		remark(remarks, at, "bench '%s' has no metric '%.*s' (did you mean '%s'?)", b->name,
		       STR_ARG(shown), meant);
	else
		remark(remarks, at, "bench '%s' has no metric '%.*s', as its subject is '%.*s'", b->name,
		       STR_ARG(shown), STR_ARG(word));
}

static void check_own_targets(const struct settings *s, const struct bench_item *b, struct remarks *remarks)
{
	struct arena scratch = {0};
	struct target_wish *own;
	size_t n = settings_bench_targets(b, &scratch, &own);
	uint32_t line = settings_line(&b->values, &b->targets);
	for (size_t i = 0; i < n; i++)
		check_metric(b, str_of(own[i].metric), str_of(own[i].metric), line, remarks);
	int64_t rounds = b->rounds ? b->rounds : s->benchmarks.iterations;
	int64_t runs = rounds * settings_runs_of_a_round(b), needed = settings_runs_needed(s, b);
	line = settings_line(&b->values, &b->rounds);
	if (rounds && runs < needed)
		remark_warning(remarks, line ? remarks_find(remarks, line, STR("rounds")) : b->at,
			       "a percentile among the targets of '%s' needs %lld runs, and it has %lld",
			       b->name, (long long)needed, (long long)runs);
	arena_free(&scratch);
}

/* "hello.wall" is of the bench hello and of those that it makes, "hello/size=1". */
static bool is_of(const struct bench_item *b, struct str name)
{
	return b->name && str_starts(name, b->name) &&
	       (name.n == strlen(b->name) || name.at[strlen(b->name)] == '/');
}

static const struct bench_item *find_named(const struct settings *s, struct str name)
{
	for (size_t i = 0; i < s->n_benches; i++)
		if (is_of(s->benches[i], name))
			return s->benches[i];
	return NULL;
}

static bool has_foreign(const struct settings *s)
{
	uint32_t n;
	for (size_t i = 0; i < s->n_benches; i++)
		if (!bench_metrics_of((enum bench_kind)s->benches[i]->subject.is, &n))
			return true;
	return false;
}

/*
 * A target of the section needs a bench that has its metric. Where it names none that is in the file, any
 * kind's metric will do: switches make benches, too.
 */
static void check_section_target(const struct settings *s, struct str target, uint32_t line,
				 struct remarks *remarks)
{
	size_t dot = str_find_last(target, '.');
	struct str name = str_cut(target, 0, dot < target.n ? dot : 0);
	struct str metric = dot < target.n ? str_cut(target, dot + 1, target.n) : target;
	enum bound_unit unit;
	const struct bench_item *b = find_named(s, name);
	if (b)
		check_metric(b, metric, target, line, remarks);
	else if (!bench_metric_unit(metric, &unit) && !has_foreign(s))
		remark(remarks, remarks_find(remarks, line, target), "no bench has the metric '%.*s'",
		       STR_ARG(str_clip_utf8(metric, 60)));
}

static void check_section(const struct settings *s, struct remarks *remarks)
{
	const struct knob_values *v = &s->values[SETTINGS_TARGETS];
	uint32_t line = settings_line(v, &s->targets.others);
	for (size_t i = 0; i < s->targets.others.n; i++) {
		struct str pair = str_of(s->targets.others.at[i]);
		check_section_target(s, str_cut(pair, 0, str_find(pair, '=')), line, remarks);
	}
}

void settings_complete(const struct settings *s, int layer, struct remarks *remarks)
{
	for (size_t i = 0; i < s->n_benches; i++) {
		const struct bench_item *b = s->benches[i];
		if (b->is_broken || (layer && b->layer != layer))
			continue;
		uint32_t errors = remarks->errors;
		bench_complete(b, s->top.container_image != NULL, remarks);
		if (remarks->errors == errors)
			check_own_targets(s, b, remarks);
	}
	if (!layer)
		check_section(s, remarks);
}
