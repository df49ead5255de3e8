#include "cmd/history_trends.h"

#include "base/str.h"
#include "measure/edivisive.h"

bool history_trends_wanted(const struct history_options *o)
{
	return o->bench || o->metric || o->wall || o->unit || o->test || o->format.is == HISTORY_HTML;
}

static int add(struct history_job *job, const struct history_thing *of, struct str metric)
{
	if (job->n_trends == job->most)
		return 0;
	struct series *s = arena_new(&job->arena, struct series);
	if (history_series(&job->history, of, metric, EDIVISIVE_POINTS, &job->arena, s, &job->e) < 0)
		return job->e.fault;
	job->trends =
	    arena_grow(&job->arena, job->trends, job->n_trends, &job->cap_trends, sizeof(*job->trends));
	job->trends[job->n_trends++] = trend_of(&job->arena, s, job->o->min_effect / 100);
	return 0;
}

/* What each subject is there for, or the first that there is; of one that never gave a figure wall all the
 * same. */
static struct str main_metric(const struct history_thing *t)
{
	static const char *const mains[] = {"wall", "latency", "startup", "exec"};
	for (size_t k = 0; k < sizeof(mains) / sizeof(*mains); k++)
		for (uint32_t i = 0; i < t->n_metrics; i++)
			if (str_is(t->metrics[i], mains[k]))
				return t->metrics[i];
	return t->n_metrics ? t->metrics[0] : STR("wall");
}

static int add_bench(struct history_job *job, const struct history_thing *t)
{
	const char *pattern = job->o->metric;
	if (!pattern)
		return add(job, t, main_metric(t));
	for (uint32_t i = 0; i < t->n_metrics; i++)
		if ((str_is(t->metrics[i], pattern) || str_match(str_of(pattern), t->metrics[i])) &&
		    add(job, t, t->metrics[i]) < 0)
			return job->e.fault;
	return 0;
}

static int add_things(struct history_job *job, enum series_kind kind, const char *pattern)
{
	struct history_thing *things = NULL;
	size_t n = 0;
	struct str suite = kind == SERIES_BENCH ? STR_NONE : job->suite;
	if ((kind == SERIES_BENCH || suite.n) &&
	    history_things(&job->history, kind, suite, pattern, &job->arena, &things, &n, &job->e) < 0)
		return job->e.fault;
	for (size_t i = 0; i < n; i++)
		if ((kind == SERIES_BENCH ? add_bench(job, &things[i]) : add(job, &things[i], STR("wall"))) <
		    0)
			return job->e.fault;
	return 0;
}

/* What was asked for by name must be there. */
static int add_named(struct history_job *job, enum series_kind kind, const char *pattern, const char *what)
{
	size_t before = job->n_trends;
	if (!pattern)
		return 0;
	if (add_things(job, kind, pattern) < 0)
		return job->e.fault;
	if (job->n_trends > before || before == job->most)
		return 0;
	return err_usage(&job->e, "no %s '%s' in the history", what, pattern);
}

static int find_benches(struct history_job *job)
{
	const struct history_options *o = job->o;
	if (!o->metric)
		return add_named(job, SERIES_BENCH, o->bench, "benchmark");
	if (add_things(job, SERIES_BENCH, o->bench) < 0)
		return job->e.fault;
	if (job->n_trends)
		return 0;
	if (o->bench)
		return err_usage(&job->e, "no benchmark '%s' with a metric '%s' in the history", o->bench,
				 o->metric);
	return err_usage(&job->e, "no benchmark with a metric '%s' in the history", o->metric);
}

static int find(struct history_job *job)
{
	const struct history_options *o = job->o;
	if (!o->bench && !o->metric && !o->wall && !o->unit && !o->test)
		return add_things(job, SERIES_BENCH, NULL) < 0 ? job->e.fault
							       : add_things(job, SERIES_SUITE, NULL);
	if (find_benches(job) < 0)
		return job->e.fault;
	if (o->wall && !job->suite.n)
		return err_usage(&job->e, o->suite ? "no suite '%s' in the history" : "no %s in the history",
				 o->suite ? o->suite : "suite");
	if (o->wall && add_things(job, SERIES_SUITE, NULL) < 0)
		return job->e.fault;
	if (add_named(job, SERIES_UNIT, o->unit, "unit") < 0)
		return job->e.fault;
	return add_named(job, SERIES_TEST, o->test, "test");
}

int history_trends_show(struct history_job *job)
{
	struct out *out = job->term.out;
	if (find(job) < 0)
		return job->e.fault;
	if (job->o->format.is == HISTORY_HTML) {
		trend_html(out, job->trends, job->n_trends);
	} else if (job->o->format.is == HISTORY_JSON) {
		out_char(out, '{');
		trend_json(out, job->trends, job->n_trends);
		out_text(out, "}\n");
	} else {
		for (size_t i = 0; i < job->n_trends; i++) {
			out_text(out, i ? "\n" : "");
			trend_text(&job->term, &job->trends[i]);
		}
	}
	return 0;
}

int history_trends_overview(struct history_job *job)
{
	return add_things(job, SERIES_BENCH, NULL);
}
