/* fettle compare: what got slower, of two commands run in turn or of two records. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "bench/stop.h"
#include "bench_out/report_bench.h"
#include "cmd/cmd.h"
#include "cmd/compare_against.h"
#include "cmd/compare_runs.h"
#include "cmd/last_results.h"
#include "config/config_file.h"
#include "config/knob_help.h"
#include "config/quantity.h"
#include "measure/summary.h"
#include "record/bench_file.h"

extern char **environ;

#define STORED_CONFIDENCE 0.95

struct compare_job {
	const struct compare_options *o;
	struct arena arena;
	struct compare_rules rules;
};

static int set_rule(struct compare_rules *r, struct str metric, double effect, struct err *e)
{
	for (uint32_t i = 0; i < r->n; i++) {
		if (str_eq(r->at[i].metric, metric)) {
			r->at[i].effect = effect;
			return 0;
		}
	}
	if (r->n == COMPARE_RULES)
		return err_usage(e, "too many metrics");
	r->at[r->n++] = (struct compare_rule){metric, effect, false};
	return 0;
}

static int read_effects(struct compare_job *job, struct err *e)
{
	for (size_t i = 0; i < job->o->min_effect.n; i++) {
		struct str all = str_of(job->o->min_effect.at[i]);
		struct str metric = str_cut(all, 0, str_find(all, '=')),
			   rest = str_cut(all, metric.n + 1, all.n);
		double percent;
		if (str_ends(rest, "%"))
			rest.n--;
		if (!quantity_real(rest, &percent) || percent < 0 || percent > 1e6)
			return err_usage(e, "option '--min-effect': '%.*s' is no percentage", STR_ARG(rest));
		if (set_rule(&job->rules, metric, percent / 100, e) < 0)
			return e->fault;
		if (str_is(metric, "wall") || str_is(metric, "cpu"))
			job->rules.stored_effect = percent / 100;
	}
	return 0;
}

static int read_rules(struct compare_job *job, struct err *e)
{
	job->rules = compare_defaults;
	if (read_effects(job, e) < 0)
		return e->fault;
	if (!job->o->metrics.n)
		return 0;
	for (uint32_t i = 0; i < job->rules.n; i++)
		job->rules.at[i].gates = false;
	for (size_t k = 0; k < job->o->metrics.n; k++) {
		struct str metric = str_of(job->o->metrics.at[k]);
		uint32_t i = 0;
		while (i < job->rules.n && !str_eq(job->rules.at[i].metric, metric))
			i++;
		if (i == job->rules.n && set_rule(&job->rules, metric, 0.05, e) < 0)
			return e->fault;
		job->rules.at[i].gates = true;
	}
	return 0;
}

static int print(struct compare_job *job, const struct comparison *c, struct err *e)
{
	struct out out;
	out_to_fd(&out, STDOUT_FILENO);
	struct term t = {.out = &out,
			 .columns = terminal_columns(STDOUT_FILENO),
			 .colour = wants_colour(&job->o->exec.color, STDOUT_FILENO)};
	if (job->o->format.is == COMPARE_JSON)
		compare_json(&out, c);
	else if (job->o->format.is == COMPARE_MARKDOWN)
		compare_markdown(&out, c);
	else
		compare_text(&t, c);
	return out_close(&out, e);
}

static int exit_of(const struct compare_job *job, const struct comparison *c)
{
	return c->verdict == VERDICT_REGRESSED ||
	       (c->verdict == VERDICT_INCONCLUSIVE && job->o->fail_inconclusive);
}

static int tell(void *ctx, const struct comparison *c, struct err *e)
{
	struct compare_job *job = ctx;
	return print(job, c, e) < 0 ? e->fault : exit_of(job, c);
}

static int read_bench(struct compare_job *job, const char *name, struct bench *ret, struct err *e)
{
	struct stat st;
	struct arena scratch = {0};
	const char *path = name;
	if (stat(name, &st) < 0)
		return err_sys(e, "cannot read '%s'", name);
	if (S_ISDIR(st.st_mode))
		path = arena_printf(&job->arena, "%s/" BENCH_FILE_NAME, name);
	if (bench_file_read(path, &job->arena, ret, e) < 0)
		return e->fault;
	summary_fill(&scratch, ret);
	arena_free(&scratch);
	return 0;
}

/* "3 days ago": how long ago something was. */
static void put_age(struct out *o, int64_t ns)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
	int64_t s = ns > 0 ? ns / NS_PER_S : 0;
	size_t i = 0;
	if (!s) {
		out_text(o, "just now");
		return;
	}
	while (i < 3 && s < 2 * units[i].seconds)
		i++;
	int64_t n = s / units[i].seconds;
	out_printf(o, "%lld %s%s ago", (long long)n, units[i].name, n == 1 ? "" : "s");
}

/* Which baseline it is, how old, and where it comes from; JSON is for programs, which have the file. */
static int tell_baseline(struct compare_job *job, const struct baseline *b, struct err *e)
{
	struct out out;
	struct term t = {.out = &out};
	if (!b || job->o->format.is == COMPARE_JSON)
		return 0;
	int64_t at_ns = b->measured_ns ? b->measured_ns : b->saved_ns;
	out_to_fd(&out, STDOUT_FILENO);
	out_printf(&out, "base: baseline %.*s, measured ", STR_ARG(b->name));
	put_age(&out, clock_wall_ns() - at_ns);
	out_text(&out, " (");
	out_time(&out, at_ns, TIME_COLUMNS);
	out_text(&out, " UTC), saved from ");
	(void)term_text(&t, b->from, 200);
	if (b->commit.n) {
		out_text(&out, " at commit ");
		(void)term_text(&t, str_cut(b->commit, 0, 10), 10);
	}
	if (b->machine.n) {
		out_text(&out, ", on ");
		(void)term_text(&t, b->machine, 200);
	}
	out_text(&out, job->o->format.is == COMPARE_MARKDOWN ? "\n\n" : "\n");
	return out_close(&out, e);
}

static int stored_bench(struct compare_job *job, const char *base, const char *now, struct err *e)
{
	struct bench b, n;
	if (read_bench(job, base, &b, e) < 0 || read_bench(job, now, &n, e) < 0)
		return e->fault;
	struct comparison c = bench_compare_stored(&job->arena, &b, &n, &job->rules, STORED_CONFIDENCE);
	return tell(job, &c, e);
}

/* Two results that are there. Where each has a bench and a run, the kind that was made last. */
static int stored(struct compare_job *job, const struct knob_list *names, struct err *e)
{
	struct results base, now = results_last();
	if (!names->n && !now.bench && !now.run)
		return err_usage(
		    e, "compare what? '--against COMMAND -- COMMAND', two folders, or the last result "
		       "with a baseline ('fettle baseline use NAME')");
	if (names->n < 2 && !now.bench && !now.run)
		return err_usage(e, "there is no result yet below '.fettle' to compare with '%s'",
				 names->at[0]);
	if (results_of(&job->arena, names->n ? names->at[0] : NULL, &base, e) < 0 ||
	    (names->n > 1 && results_of(&job->arena, names->at[1], &now, e) < 0))
		return e->fault;
	bool benches = base.bench && now.bench, runs = base.run && now.run;
	if (!benches && !runs)
		return err_usage(e, "'%s' is a run of a suite, and '%s' is none",
				 base.run ? base.name : now.name, base.run ? now.name : base.name);
	if (tell_baseline(job, base.baseline, e) < 0)
		return e->fault;
	if (runs && (!benches || results_last_is_run()))
		return compare_runs(job->o, base.run, now.run, e);
	return stored_bench(job, base.bench, now.bench, e);
}

static int run(int n_words, char **words)
{
	struct compare_options o;
	struct compare_job job = {.o = &o};
	const struct compare_told told = {tell, &job};
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	knob_defaults(&v, &compare_table, &o, &job.arena);
	int rc = config_gather(&v, (size_t)n_words, words, environ, &operands, &e);
	if (rc == 0 && v.help)
		rc = print_help(&compare_table);
	else if (rc == 0 && (rc = read_rules(&job, &e)) == 0)
		rc =
		    o.against ? compare_against(&o, &job.rules, &operands, &told, &e)
		    : operands.n <= 2
			? stored(&job, &operands, &e)
			: err_usage(
			      &e,
			      "two results at most: '%s' is one too many ('--against WHAT -- COMMAND' measures a command)",
			      operands.at[2]);
	arena_free(&job.arena);
	if (stop_asked())
		return complain_of_stop("compare", rc, &e);
	return rc < 0 ? complain("compare", &e) : rc;
}

const struct cmd cmd_compare = {
    .name = "compare",
    .brief = "tell what got slower",
    .run = run,
};
