#include "measure/targets.h"
#include "wire/unit.h"

#include <math.h>

#include "base/str.h"
#include "measure/histogram.h"
#include "measure/summary.h"
#include "measure/target.h"

/* Keys of the section, and what they bound. */
static const struct alias {
	const char *key, *metric, *kinds; /* kinds: empty for all */
} aliases[] = {
    {"container_startup_ms", "startup", "container"},
    {"command_overhead_ms", "overhead", "container"},
    {"memory_per_sandbox_mb", "sandbox_memory", "container"},
    {"max_concurrent_sandboxes", "held", "container"},
    {"api_response_p99_ms", "latency", "http|mcp"},
    {"throughput_rps", "throughput", "http|mcp"},
    {"error_rate_percent", "error_rate", ""},
};

struct asked {
	struct str metric, name;
	const char *kinds;
	const struct target_asked *as;
	bool widest; /* only the benchmark with the most runs at once */
	bool alone;  /* only those with the fewest runs at once: a wave of them tells of the wave */
	bool total;  /* one figure of all benchmarks together */
};

static bool is_named(const struct bench_subject *s, struct str name)
{
	return !name.n || str_eq(s->bench, name) || str_eq(s->name, name);
}

/* "hello.wall": the part before the last dot is a name where some benchmark has it. */
static struct asked meaning(const struct target_asked *as)
{
	struct asked ret = {.metric = as->metric, .name = as->bench, .kinds = "", .as = as};
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (str_is(as->metric, aliases[i].key)) {
			ret.metric = str_of(aliases[i].metric);
			ret.kinds = aliases[i].kinds;
			ret.widest = str_is(ret.metric, "held");
			ret.alone = str_is(ret.metric, "startup");
			ret.total = str_is(ret.metric, "error_rate");
			return ret;
		}
	size_t dot = str_find_last(as->metric, '.');
	if (dot < as->metric.n && !as->bench.n) {
		struct str name = str_cut(as->metric, 0, dot);
		ret.metric = str_cut(as->metric, dot + 1, as->metric.n);
		ret.name = name;
	}
	return ret;
}

static double percentile_of(struct arena *scratch, const struct bench_subject *s,
			    const struct bench_column *c, double percent)
{
	struct histogram h;
	int64_t v = 0;
	histogram_init(&h, scratch);
	for (size_t i = 0; i < (size_t)s->n_rounds * s->per_round; i++)
		if (c->values[i] != BENCH_NONE)
			histogram_add(&h, c->values[i], 1);
	return histogram_percentile(&h, (uint32_t)lround(percent * 10000), &v) ? (double)v : NAN;
}

static struct target_figure of_column(struct arena *scratch, const struct bench_subject *s,
				      const struct bench_column *c, struct bound *bound)
{
	struct unit unit = unit_of(c->unit);
	struct target_figure f = {.known = true, .unit = unit.kind, .samples = c->summary.n};
	if (bound->stat == BOUND_FIGURE) {
		bound->stat = BOUND_PERCENTILE;
		bound->percentile = 50;
	}
	if (!f.samples)
		return f;
	switch (bound->stat) {
	case BOUND_MIN:
		f.value = (double)c->summary.least;
		break;
	case BOUND_MAX:
		f.value = (double)c->summary.most;
		break;
	case BOUND_MEAN:
		f.value = c->summary.mean;
		break;
	default:
		f.value = percentile_of(scratch, s, c, bound->percentile);
	}
	f.value *= unit.factor;
	return f;
}

/* The fewest good runs of a wave. */
static double held_by(const struct bench_subject *s)
{
	uint32_t least = s->n_rounds ? UINT32_MAX : 0;
	for (uint32_t r = 0; r < s->n_rounds; r++) {
		uint32_t good = 0;
		for (uint32_t i = 0; i < s->per_round && s->n_columns; i++)
			good += s->columns[0].values[(size_t)r * s->per_round + i] != BENCH_NONE;
		least = good < least ? good : least;
	}
	return least;
}

static bool figure_of(struct arena *scratch, const struct bench_subject *s, struct str metric,
		      struct bound *bound, struct target_figure *ret)
{
	const struct bench_column *c = summary_column(s, metric);
	uint64_t runs = (uint64_t)s->good + s->failed;
	if (c) {
		*ret = of_column(scratch, s, c, bound);
		return true;
	}
	if (str_is(metric, "throughput") && s->busy_ns != BENCH_NONE && s->busy_ns > 0)
		*ret = (struct target_figure){true, BOUND_RATE, (double)s->good * 1e9 / (double)s->busy_ns,
					      runs};
	else if (str_is(metric, "error_rate"))
		*ret = (struct target_figure){true, BOUND_RATIO, (double)s->failed / (double)runs, runs};
	else if (str_is(metric, "held"))
		*ret = (struct target_figure){true, BOUND_NUMBER, held_by(s), s->n_rounds};
	else
		return false;
	return true;
}

static void add(struct bench_target *ret, uint32_t *n, const struct asked *q, struct str benchmark,
		const struct bound *bound, const struct target_figure *f)
{
	struct bench_target *t = &ret[(*n)++];
	*t = (struct bench_target){.metric = q->as->metric, .benchmark = benchmark, .figure = q->metric};
	target_judge(&t->verdict, bound, f);
}

static void judge_total(struct bench_target *ret, uint32_t *n, const struct asked *q, const struct bench *b)
{
	struct target_figure f = {.known = true, .unit = BOUND_RATIO};
	uint64_t failed = 0;
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		failed += b->subjects[i].failed;
		f.samples += (uint64_t)b->subjects[i].good + b->subjects[i].failed;
	}
	f.value = (double)failed / (double)f.samples;
	add(ret, n, q, STR("all"), &q->as->bound, &f);
}

static const struct bench_subject *widest_of(const struct bench *b, const struct asked *q)
{
	const struct bench_subject *best = NULL;
	for (uint32_t i = 0; i < b->n_subjects; i++)
		if (str_among(b->subjects[i].kind, q->kinds) &&
		    (!best || b->subjects[i].concurrency > best->concurrency))
			best = &b->subjects[i];
	return best;
}

/* The fewest runs at once of those that have the metric. */
static uint32_t fewest_of(const struct bench *b, const struct asked *q)
{
	uint32_t fewest = UINT32_MAX;
	for (uint32_t i = 0; i < b->n_subjects; i++)
		if (str_among(b->subjects[i].kind, q->kinds) && summary_column(&b->subjects[i], q->metric) &&
		    b->subjects[i].concurrency < fewest)
			fewest = b->subjects[i].concurrency;
	return fewest;
}

static void judge(struct bench_target *ret, uint32_t *n, const struct asked *q, const struct bench *b,
		  struct arena *scratch)
{
	const struct bench_subject *widest = q->widest ? widest_of(b, q) : NULL;
	struct target_figure none = {.known = false};
	uint32_t before = *n, most_at_once = q->alone ? fewest_of(b, q) : UINT32_MAX;
	if (q->total) {
		judge_total(ret, n, q, b);
		return;
	}
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		struct bound bound = q->as->bound;
		struct target_figure f;
		if (!is_named(s, q->name) || (*q->kinds && !str_among(s->kind, q->kinds)) ||
		    (q->widest && s != widest) || s->concurrency > most_at_once)
			continue;
		if (figure_of(scratch, s, q->metric, &bound, &f))
			add(ret, n, q, s->name, &bound, &f);
		arena_reset(scratch);
	}
	if (*n == before)
		add(ret, n, q, q->name, &q->as->bound, &none);
}

uint32_t targets_judge(struct arena *a, const struct bench *b, const struct target_asked *asked, size_t n,
		       struct bench_target **ret)
{
	struct arena scratch = {0};
	uint32_t got = 0;
	*ret = arena_array(a, struct bench_target, n * (b->n_subjects + 1) + 1);
	for (size_t i = 0; i < n; i++) {
		struct asked q = meaning(&asked[i]);
		judge(*ret, &got, &q, b, &scratch);
	}
	arena_free(&scratch);
	return got;
}

/* Failures below a share that the file allows are no bad verdict. */
static bool is_allowed(const struct bench *b, const struct bench_subject *s)
{
	bool asked = false;
	for (uint32_t i = 0; i < b->n_targets; i++) {
		const struct bench_target *t = &b->targets[i];
		if (!str_is(t->figure, "error_rate") ||
		    !(str_is(t->benchmark, "all") || str_eq(t->benchmark, s->name)))
			continue;
		asked = true;
		if (t->verdict.answer != TARGET_MET)
			return false;
	}
	return asked && s->good;
}

bool targets_is_bad(const struct bench *b, const struct bench_subject *s)
{
	return !s->good || (s->failed && !is_allowed(b, s));
}
