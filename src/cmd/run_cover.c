#include "cmd/run_cover.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/cover_job.h"
#include "collect/agent_dir.h"
#include "collect/cover_session.h"
#include "collect/proc.h"
#include "collect/source_tree.h"
#include "cover_in/cover_read.h"
#include "record/cover_map.h"

struct run_cover {
	struct cover_host host; /* first: what readers get */
	struct run *run;
	struct cover_job job;
	struct cover_session session;
	struct cover_read read;
	const char *counters; /* folder into which compiled programs write theirs */
	bool opened, finished;
};

/*
 * Each worker's C and C++ programs write their counters into a folder of their own, so that they never wait
 * for one another's files; Go programs built with -cover, which name theirs by process, share one.
 */
static int add_counters(struct run *r, struct run_cover *c, struct err *e)
{
	struct knob_list *env = &r->o.env;
	c->counters = arena_printf(&r->arena, "%s/counters", r->suite.work_dir);
	if (folder_make(arena_printf(&r->arena, "%s/go", c->counters), 0700, e) < 0)
		return e->fault;
	const char **at = arena_array(&r->arena, const char *, env->n + 2);
	if (env->n)
		memcpy(at, env->at, sizeof(*at) * env->n);
	if (!environment_get(r->suite.env, "GCOV_PREFIX"))
		at[env->n++] = arena_printf(&r->arena, "GCOV_PREFIX=%s/{worker}", c->counters);
	if (!environment_get(r->suite.env, "GOCOVERDIR"))
		at[env->n++] = arena_printf(&r->arena, "GOCOVERDIR=%s/go", c->counters);
	env->at = at;
	return 0;
}

/* Workers of a Python framework get the agent from the pool; other commands get it from their environment. */
static int add_environment(struct run *r, struct run_cover *c, struct err *e)
{
	char **extra = cover_session_env(&r->arena, &c->session);
	size_t n = 0;
	while (extra[n])
		n++;
	char **all = arena_array(&r->arena, char *, n + 2), *dir;
	memcpy(all, extra, sizeof(*all) * n);
	if (agent_dir_make(&r->arena, r->suite.work_dir, r->suite.env, &dir, e) < 0)
		return e->fault;
	if (r->suite.adapter->mode == ADAPTER_EXEC && r->suite.adapter != &adapter_plain &&
	    r->suite.adapter != &adapter_each) {
		const char *path = environment_get(r->suite.env, "PYTHONPATH");
		all[n++] = arena_printf(&r->arena, "PYTHONPATH=%s%s%s", dir, path && *path ? ":" : "",
					path ? path : "");
	}
	r->suite.env = environment_with(&r->arena, r->suite.env, all, n);
	return 0;
}

int run_cover_open(struct run *r, struct err *e)
{
	if (!r->o.cover || r->plan_only)
		return 0;
	struct run_cover *c = r->cover = mem_alloc(sizeof(*c));
	memset(c, 0, sizeof(*c));
	c->run = r;
	if (cover_job_open(&c->job, "run", &r->o.coverage, &r->values, r->suite.cwd, e) < 0)
		return e->fault;
	const struct cover_scope *scope = &c->job.scope;
	struct cover_rules rules = {.sources = scope->sources,
				    .n_sources = scope->n_sources,
				    .packages = scope->packages,
				    .n_packages = scope->n_packages,
				    .include = scope->include,
				    .n_include = scope->n_include,
				    .omit = scope->omit,
				    .n_omit = scope->n_omit,
				    .branch = c->job.branch,
				    .contexts = r->o.cover_contexts};
	c->job.contexts = r->o.cover_contexts;
	if (cover_session_open(&r->arena, &rules, (enum cover_tracer)r->o.cover_tracer.is, r->suite.work_dir,
			       r->suite.env, &c->session, e) < 0)
		return e->fault;
	c->opened = true;
	if (add_counters(r, c, e) < 0)
		return e->fault;
	return add_environment(r, c, e);
}

/* The tracer itself knows of the copies; this is for what coverage.py and slipcover measure instead. */
void run_cover_of_copies(struct run *r)
{
	const struct isolate *i = &r->isolate;
	char real[PATH_MAX];
	const char *room = realpath(i->room, real) ? real : i->room;
	if (r->cover)
		cover_job_alias(&r->cover->job, arena_printf(&r->arena, "%s/*/", room), i->tree);
}

static void note(struct cover_host *host, const char *text)
{
	run_note(((struct run_cover *)host)->run, "cover", "%s", text);
}

static void bad(struct cover_host *host, const struct err *e)
{
	struct run_cover *c = (struct run_cover *)host;
	c->job.n_bad++;
	run_note(c->run, "cover", "%s", e->text);
}

static void gcov(struct cover_host *host, const char *path, const char *why)
{
	struct run_cover *c = (struct run_cover *)host;
	cover_job_ask_gcov(&c->job, &c->read, path, why);
}

static bool read_file(void *ctx, const char *path)
{
	struct run_cover *c = ctx;
	struct err e;
	if (cover_read_file(&c->read, path, &e) < 0)
		bad(&c->host, &e);
	return true;
}

/* What a person must know of how it was measured. */
static void tell_map(struct run_cover *c, const struct cover_map_stats *s)
{
	if (s->lost_files || s->lost_lines || s->lost_arcs || s->lost_contexts)
		run_note(
		    c->run, "cover",
		    "the map of coverage was full: %u files, %u lines, %u arcs and %u contexts found no room",
		    s->lost_files, s->lost_lines, s->lost_arcs, s->lost_contexts);
	if (s->processes[COVER_WAY_TRACE])
		run_note(
		    c->run, "cover",
		    "%u Python processes were measured by a trace function, which is slow: their Python is too old for "
		    "better",
		    s->processes[COVER_WAY_TRACE]);
	if (s->processes[COVER_WAY_NONE])
		run_note(c->run, "cover", "%u Python processes could not be measured",
			 s->processes[COVER_WAY_NONE]);
}

static void read_all(struct run_cover *c)
{
	struct cover_map_stats stats = {0};
	struct err e;
	struct tree_visitor visitor = {.visit = read_file, .ctx = c};
	cover_job_step(&c->job, "coverage read");
	if (cover_map_read(c->session.path, &c->job.merge.sink, &stats, &e) < 0)
		bad(&c->host, &e);
	if (stats.python_minor < 100)
		c->job.python_minor = (uint8_t)stats.python_minor;
	tell_map(c, &stats);
	c->host.note = note;
	c->host.bad = bad;
	c->host.gcov = gcov;
	cover_read_init(&c->read, &c->job.merge.sink, &c->host);
	if (c->session.peers && access(c->session.peers, F_OK) == 0)
		source_tree_all(c->session.peers, &visitor);
	source_tree_all(c->counters, &visitor);
	cover_read_end(&c->read);
	cover_read_free(&c->read);
	cover_job_unexecuted(&c->job);
}

/* Each step is a phase of the run. */
static void put_steps(struct run_cover *c)
{
	struct run *r = c->run;
	for (uint32_t i = 0; i < c->job.n_steps; i++) {
		const struct cover_step *s = &c->job.steps[i];
		const char *name = strncmp(s->name, "coverage", 8) == 0
				       ? s->name
				       : arena_printf(&r->arena, "coverage %s", s->name);
		struct event ev = {.type = EVENT_SPAN,
				   .kind = SPAN_PHASE,
				   .worker = -1,
				   .id = pool_span(r->pool),
				   .time_ns = s->begin_ns - r->start_ns,
				   .dur_ns = s->end_ns - s->begin_ns,
				   .status = STATUS_PASSED,
				   .source = SOURCE_PROCESS,
				   .name = str_of(name)};
		sink_put(&r->sink, &ev);
	}
}

static void note_result(struct run_cover *c, unsigned formats)
{
	char percent[COVER_PERCENT_BYTES];
	const struct cover *all = c->job.cover;
	const char *pages = !(formats & 1u << COVER_HTML) || !c->run->writes ? NULL
			    : c->job.wishes->html_single                     ? "coverage.html"
									     : "coverage/index.html";
	unsigned long long n = all->sum.statements;
	n += all->sum.branches;
	run_note(c->run, "cover", "coverage %s %% of %llu %s%s%s%s%s",
		 cover_percent_text(percent, cover_percent(&all->sum), c->job.precision), n,
		 all->branch ? "statements and branches" : "statements", pages ? ": " : "",
		 pages ? c->run->dir : "", pages ? "/" : "", pages ? pages : "");
}

/* The totals stand in the record: a report that is made later needs no other file. */
static void put_totals(struct run_cover *c)
{
	const struct cover *all = c->job.cover;
	const struct field fields[] = {
	    {.key = STR("branch"), .num = all->branch},
	    {.key = STR("statements"), .num = (int64_t)all->sum.statements},
	    {.key = STR("covered"), .num = (int64_t)all->sum.covered},
	    {.key = STR("branches"), .num = (int64_t)all->sum.branches},
	    {.key = STR("taken"), .num = (int64_t)all->sum.taken},
	};
	const struct event ev = {.type = EVENT_VALUE,
				 .worker = -1,
				 .time_ns = clock_mono_ns() - c->run->start_ns,
				 .name = STR("coverage"),
				 .fields = fields,
				 .n_fields = sizeof(fields) / sizeof(fields[0])};
	sink_put(&c->run->sink, &ev);
}

bool run_cover_finish(struct run *r)
{
	struct run_cover *c = r->cover;
	struct err e;
	if (!c || !c->opened)
		return false;
	unsigned formats = cover_job_formats(&c->job);
	read_all(c);
	cover_job_finish(&c->job);
	c->finished = true;
	bool judged = cover_job_judge(&c->job, &e) == 0;
	if (!judged)
		warn("run", "%s; --fail-under-diff counts as missed", e.text);
	if (r->writes && cover_job_write(&c->job, r->dir, formats, &e) < 0)
		warn("run", "%s", e.text);
	put_steps(c);
	put_totals(c);
	note_result(c, formats);
	return c->job.misses.n || !judged;
}

void run_cover_say(struct run *r)
{
	struct run_cover *c = r->cover;
	if (c && c->finished && !r->o.quiet && cover_job_formats(&c->job) & 1u << COVER_TERM)
		cover_job_table(&c->job, STDERR_FILENO, false, 0);
	if (c && c->finished)
		(void)cover_job_say_misses(&c->job);
}

void run_cover_free(struct run *r)
{
	struct run_cover *c = r->cover;
	if (!c)
		return;
	if (c->opened)
		cover_session_close(&c->session);
	cover_job_close(&c->job);
	mem_free(c);
	r->cover = NULL;
}
