#include "measure/bench_compare.h"

#include <math.h>

#include "base/str.h"
#include "measure/summary.h"
#include "wire/unit.h"

#define FALSE_SHARE 0.05

/* Less than this is the kernel's own counting of pages, by the batch and the processor. */
enum { LEAST_BYTES = 256 * 1024 };

/* STR is no constant. */
#define TEXT(literal)                                                                                        \
	{                                                                                                    \
		(literal), sizeof(literal) - 1                                                               \
	}

const struct compare_rules compare_defaults = {
    .at = {{TEXT("cpu"), 0.02, true},
	   {TEXT("wall"), 0.05, true},
	   {TEXT("peak_rss"), 0.05, true},
	   {TEXT("instructions"), 0.01, true},
	   {TEXT("bytes_per_op"), 0.01, true},
	   {TEXT("allocs_per_op"), 0.01, true},
	   {TEXT("latency"), 0.05, true},
	   {TEXT("startup"), 0.05, true},
	   {TEXT("exec"), 0.05, true},
	   {TEXT("memory"), 0.05, true}},
    .n = 10,
    .stored_effect = 0.10,
};

static struct compare_rule rule_of(const struct compare_rules *rules, struct str metric)
{
	for (uint32_t i = 0; i < rules->n; i++)
		if (str_eq(rules->at[i].metric, metric))
			return rules->at[i];
	return (struct compare_rule){metric, 0.05, false};
}

static bool is_time(struct str unit)
{
	return unit_of(unit).kind == BOUND_NS;
}

static bool are_alike(const struct bench_column *base, const struct bench_column *now)
{
	return base && str_eq(base->unit, now->unit);
}

static struct compare_row *add_row(struct comparison *c, const struct bench_subject *s,
				   const struct bench_column *base, const struct bench_column *now,
				   const struct compare_rules *rules)
{
	struct compare_rule rule = rule_of(rules, now->metric);
	struct compare_row *row = &c->rows[c->n_rows++];
	*row = (struct compare_row){.benchmark = s->name,
				    .metric = now->metric,
				    .unit = now->unit,
				    .base = base->summary.median,
				    .now = now->summary.median,
				    .effect = rule.effect,
				    .gates = rule.gates};
	return row;
}

/* P(as many of the failures or more on the new side), all failures falling where they like. Fisher's exact
 * test. */
static double chance_of(uint32_t base_failed, uint32_t base_runs, uint32_t now_failed, uint32_t now_runs)
{
	double n = (double)base_runs + now_runs, failed = (double)base_failed + now_failed, p = 0;
	double all = lgamma(n + 1) - lgamma(failed + 1) - lgamma(n - failed + 1);
	for (uint32_t k = now_failed; k <= now_runs && k <= failed; k++) {
		double left = failed - k;
		if (left > base_runs)
			continue;
		p += exp(lgamma(now_runs + 1.0) - lgamma(k + 1.0) - lgamma(now_runs - k + 1.0) +
			 lgamma(base_runs + 1.0) - lgamma(left + 1) - lgamma(base_runs - left + 1) - all);
	}
	return p;
}

static void add_failures(struct comparison *c, const struct bench_subject *base,
			 const struct bench_subject *now)
{
	uint32_t base_runs = base->good + base->failed, now_runs = now->good + now->failed;
	if (!base->failed && !now->failed)
		return;
	double p = chance_of(base->failed, base_runs, now->failed, now_runs);
	c->troubles[c->n_troubles++] =
	    (struct compare_trouble){.benchmark = now->name,
				     .kind = COMPARE_FAILS,
				     .base_failed = base->failed,
				     .base_runs = base_runs,
				     .now_failed = now->failed,
				     .now_runs = now_runs,
				     .failure = now->failure.n ? now->failure : base->failure,
				     .regressed = p < FALSE_SHARE || !now->good};
}

static bool is_small(const struct compare_row *row)
{
	if (row->base == BENCH_NONE || row->now == BENCH_NONE || !str_is(row->unit, "bytes") ||
	    str_is(row->metric, "bytes_per_op"))
		return false;
	double more = (double)row->now - (double)row->base;
	return more < LEAST_BYTES && more > -LEAST_BYTES;
}

/* From nothing to something: there is no ratio, and no doubt where a figure is counted. */
static bool is_from_nothing(const struct compare_row *row)
{
	return !row->ratio.n && row->base == 0 && row->now > 0 && row->gates && !is_time(row->unit);
}

static void judge_row(struct comparison *c, struct compare_row *row, bool discovered)
{
	bool worse_up = !unit_of(row->unit).more_is_better;
	if (row->base == BENCH_NONE || row->now == BENCH_NONE)
		row->gates = row->advisory = false;
	row->verdict = verdict_of(&row->ratio, worse_up, row->effect, discovered);
	row->improved = verdict_improved(&row->ratio, worse_up, row->effect, discovered);
	/* all rounds alike and equal to 0 on both sides make no ratio, and no difference */
	if (is_small(row) || (!row->ratio.n && row->base == row->now)) {
		row->verdict = VERDICT_NOT_REGRESSED;
		row->improved = false;
	} else if (is_from_nothing(row)) {
		row->verdict = VERDICT_REGRESSED;
	}
	if (!row->gates)
		return;
	c->regressed += row->verdict == VERDICT_REGRESSED;
	c->inconclusive += row->verdict == VERDICT_INCONCLUSIVE;
	c->improved += row->improved;
}

/* Discoveries among the rows that count; the others are seen for themselves. */
static void judge(struct comparison *c, struct arena *a)
{
	double *p = arena_array(a, double, c->n_rows + 1);
	bool *found = arena_array(a, bool, c->n_rows + 1);
	size_t *at = arena_array(a, size_t, c->n_rows + 1), n = 0;
	for (size_t i = 0; i < c->n_rows; i++) {
		if (c->rows[i].gates) {
			p[n] = c->rows[i].ratio.p;
			at[n++] = i;
		}
	}
	(void)discovery(a, p, n, FALSE_SHARE, found);
	for (size_t i = 0; i < n; i++)
		judge_row(c, &c->rows[at[i]], found[i]);
	for (size_t i = 0; i < c->n_rows; i++)
		if (!c->rows[i].gates)
			judge_row(c, &c->rows[i], c->rows[i].ratio.p <= FALSE_SHARE);
	for (size_t i = 0; i < c->n_troubles; i++)
		c->regressed += c->troubles[i].regressed;
	/* where nothing could be judged, nothing was found out */
	c->verdict = c->regressed            ? VERDICT_REGRESSED
		     : c->inconclusive || !n ? VERDICT_INCONCLUSIVE
					     : VERDICT_NOT_REGRESSED;
}

static void set_ratio(struct arena *a, struct compare_row *row, const double *base, const double *now,
		      size_t n, double confidence, uint64_t seed)
{
	row->fastest =
	    is_time(row->unit) && (ratio_is_drawn_out(a, base, n) || ratio_is_drawn_out(a, now, n));
	row->ratio = row->fastest ? ratio_fastest(a, base, now, n, confidence, seed)
				  : ratio_paired(a, base, now, n, confidence, seed);
}

struct comparison bench_compare_pair(struct arena *a, const struct bench_subject *base,
				     const struct bench_subject *now, const struct compare_rules *rules,
				     double confidence, uint64_t seed)
{
	struct comparison c = {.paired = true,
			       .same_machine = true,
			       .n_rounds = now->n_rounds,
			       .rows = arena_array(a, struct compare_row, now->n_columns + 1),
			       .troubles = arena_new(a, struct compare_trouble)};
	for (uint32_t i = 0; i < now->n_columns; i++) {
		const struct bench_column *new = &now->columns[i], *old = summary_column(base, new->metric);
		if (!are_alike(old, new))
			continue;
		struct compare_row *row = add_row(&c, now, old, new, rules);
		uint32_t n = base->n_rounds < now->n_rounds ? base->n_rounds : now->n_rounds;
		set_ratio(a, row, summary_rounds(a, base, old), summary_rounds(a, now, new), n, confidence,
			  seed + i);
	}
	add_failures(&c, base, now);
	judge(&c, a);
	return c;
}

static const struct bench_subject *find(const struct bench *b, struct str name)
{
	for (uint32_t i = 0; i < b->n_subjects; i++)
		if (str_eq(b->subjects[i].name, name))
			return &b->subjects[i];
	return NULL;
}

static void widen(struct compare_row *row, double by)
{
	row->ratio.low -= by;
	row->ratio.high += by;
	if (row->ratio.n && row->ratio.low <= 0 && row->ratio.high >= 0)
		row->ratio.p = fmax(row->ratio.p, FALSE_SHARE);
}

static double *figures(struct arena *a, const struct bench_column *c, size_t n)
{
	double *v = arena_array(a, double, n + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = c->values[i] == BENCH_NONE ? 0 : (double)c->values[i];
	return v;
}

static double loop_drift(const struct bench *base, const struct bench *now)
{
	int64_t a = base->noise.loop.median, b = now->noise.loop.median;
	return a > 0 && b > 0 ? fabs(log((double)b / (double)a)) : 0;
}

static void compare_subject(struct comparison *c, struct arena *a, const struct bench_subject *base,
			    const struct bench_subject *now, const struct compare_rules *rules, double drift,
			    double confidence)
{
	for (uint32_t i = 0; i < now->n_columns; i++) {
		const struct bench_column *new = &now->columns[i], *old = summary_column(base, new->metric);
		if (!are_alike(old, new))
			continue;
		struct compare_row *row = add_row(c, now, old, new, rules);
		size_t n_old = (size_t)base->n_rounds * base->per_round;
		size_t n_new = (size_t)now->n_rounds * now->per_round;
		row->ratio = ratio_apart(a, figures(a, old, n_old), n_old, figures(a, new, n_new), n_new,
					 confidence, i);
		if (!is_time(new->unit))
			continue;
		widen(row, drift);
		row->effect = fmax(row->effect, rules->stored_effect);
		row->advisory = row->gates && !c->same_machine;
		row->gates = row->gates && c->same_machine;
	}
	add_failures(c, base, now);
}

struct comparison bench_compare_stored(struct arena *a, const struct bench *base, const struct bench *now,
				       const struct compare_rules *rules, double confidence)
{
	struct comparison c = {.same_machine = now->machine.n && str_eq(base->machine, now->machine)};
	size_t n_columns = 0;
	for (uint32_t i = 0; i < now->n_subjects; i++)
		n_columns += now->subjects[i].n_columns;
	c.rows = arena_array(a, struct compare_row, n_columns + 1);
	c.troubles = arena_array(a, struct compare_trouble, (size_t)base->n_subjects + now->n_subjects + 1);
	for (uint32_t i = 0; i < now->n_subjects; i++) {
		const struct bench_subject *s = &now->subjects[i], *old = find(base, s->name);
		if (old)
			compare_subject(&c, a, old, s, rules, loop_drift(base, now), confidence);
		else
			c.troubles[c.n_troubles++] =
			    (struct compare_trouble){.benchmark = s->name, .kind = COMPARE_NEW};
	}
	for (uint32_t i = 0; i < base->n_subjects; i++)
		if (!find(now, base->subjects[i].name))
			c.troubles[c.n_troubles++] = (struct compare_trouble){
			    .benchmark = base->subjects[i].name, .kind = COMPARE_GONE};
	judge(&c, a);
	return c;
}
