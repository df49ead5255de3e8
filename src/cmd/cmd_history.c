/* fettle history: runs, benchmarks, trends, the slowest units, flaky tests. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/history_trends.h"
#include "config/config_file.h"

extern char **environ;

enum { COLUMNS = 100, NAME = 44, ALL = 1000000 };

static bool wanted(const struct history_options *o, const struct history_run *r)
{
	return !o->suite || str_match(str_of(o->suite), r->command) || str_has(r->command, str_of(o->suite));
}

static void runs_text(struct term *t, const struct history_options *o, const struct history_run *runs,
		      size_t n, bool only)
{
	size_t shown = 0;
	for (size_t i = 0; i < n; i++)
		shown += wanted(o, &runs[i]);
	if (!shown) {
		out_text(t->out, only ? "no run is known\n" : "");
		return;
	}
	out_text(
	    t->out,
	    "run                   begun (UTC)              wall  workers   tests     bad   flaky  command\n");
	for (size_t i = 0; i < n; i++) {
		const struct history_run *r = &runs[i];
		if (!wanted(o, r))
			continue;
		term_cell(t, r->id, 20, SIDE_LEFT);
		out_text(t->out, "  ");
		out_time(t->out, r->wall_start_ns, TIME_COLUMNS);
		out_text(t->out, "  ");
		term_duration(t, r->wall_ns, DURATION_COLUMNS);
		out_printf(t->out, "  %7u %7u %7u %7u  ", r->workers, r->tests, r->bad, r->flaky);
		(void)term_text(t, r->command, NAME);
		out_char(t->out, '\n');
	}
	out_text(t->out, only ? "" : "\n");
}

static void runs_json(struct out *out, const struct history_options *o, const struct history_run *runs,
		      size_t n)
{
	struct buf b = {0};
	bool first = true;
	buf_text(&b, "{\"runs\":[");
	for (size_t i = 0; i < n; i++) {
		const struct history_run *r = &runs[i];
		if (!wanted(o, r))
			continue;
		buf_text(&b, first ? "{" : ",{");
		first = false;
		json_put_key_text(&b, "run", r->id);
		json_put_key_text(&b, "command", r->command);
		json_put_key_text(&b, "adapter", r->adapter);
		json_put_key_int(&b, "begin_ns", r->wall_start_ns);
		json_put_key_int(&b, "wall_ns", r->wall_ns);
		json_put_key_int(&b, "workers", r->workers);
		json_put_key_int(&b, "units", r->units);
		json_put_key_int(&b, "tests", r->tests);
		json_put_key_int(&b, "passed", r->passed);
		json_put_key_int(&b, "bad", r->bad);
		json_put_key_int(&b, "skipped", r->skipped);
		json_put_key_int(&b, "flaky", r->flaky);
		json_put_key_text(&b, "verdict", str_of(status_name(r->verdict)));
		buf_char(&b, '}');
	}
	buf_text(&b, "],\n");
	out_str(out, buf_view(&b));
	buf_free(&b);
}

static void trend_rows(struct term *t, bool json, const struct history_trend *trends, size_t n)
{
	struct buf b = {0};
	buf_text(&b, "{\"units\":[");
	for (size_t i = 0; i < n; i++) {
		const struct history_trend *u = &trends[i];
		buf_text(&b, i ? ",{" : "{");
		json_put_key_text(&b, "unit", u->name);
		json_put_key(&b, "wall_ns");
		buf_char(&b, '[');
		for (uint32_t k = 0; k < u->n; k++)
			buf_printf(&b, "%s%lld", k ? "," : "", (long long)u->dur_ns[k]);
		buf_text(&b, "]}");
		if (json)
			continue;
		term_cell(t, u->name, NAME, SIDE_LEFT);
		for (uint32_t k = u->n > 5 ? u->n - 5 : 0; k < u->n; k++) {
			out_char(t->out, ' ');
			term_duration(t, u->dur_ns[k], DURATION_COLUMNS);
		}
		out_char(t->out, '\n');
	}
	buf_text(&b, "]}\n");
	if (json)
		out_str(t->out, buf_view(&b));
	else if (!n)
		out_text(t->out, "no unit is known\n");
	buf_free(&b);
}

static void flaky_rows(struct term *t, bool json, const struct history_flaky *tests, size_t n)
{
	struct buf b = {0};
	buf_text(&b, "{\"flaky\":[");
	if (!json && n)
		out_text(t->out, "  runs   bad flaky changes  test\n");
	for (size_t i = 0; i < n; i++) {
		const struct history_flaky *f = &tests[i];
		buf_text(&b, i ? ",{" : "{");
		json_put_key_text(&b, "file", f->file);
		json_put_key_text(&b, "name", f->name);
		json_put_key_int(&b, "runs", f->runs);
		json_put_key_int(&b, "bad", f->bad);
		json_put_key_int(&b, "flaky", f->flaky);
		json_put_key_int(&b, "changes", f->changes);
		buf_char(&b, '}');
		if (json)
			continue;
		out_printf(t->out, "%6u %5u %5u %7u  ", f->runs, f->bad, f->flaky, f->changes);
		(void)term_text(t, f->file, NAME);
		out_text(t->out, f->file.n ? "::" : "");
		(void)term_text(t, f->name, NAME);
		out_char(t->out, '\n');
	}
	buf_text(&b, "]}\n");
	if (json)
		out_str(t->out, buf_view(&b));
	else if (!n)
		out_text(t->out, "no test is flaky\n");
	buf_free(&b);
}

/* Runs of suites, and the benchmarks. */
static int show_overview(struct history_job *job, const struct history_run *runs, size_t n)
{
	if (history_trends_overview(job) < 0)
		return job->e.fault;
	if (job->o->format.is == HISTORY_JSON) {
		runs_json(job->term.out, job->o, runs, n);
		trend_json(job->term.out, job->trends, job->n_trends);
		out_text(job->term.out, "}\n");
		return 0;
	}
	runs_text(&job->term, job->o, runs, n, !job->n_trends);
	if (job->n_trends)
		trend_overview(&job->term, job->trends, job->n_trends);
	return 0;
}

static int show(struct history_job *job)
{
	const struct history_options *o = job->o;
	struct err *e = &job->e;
	bool json = o->format.is == HISTORY_JSON;
	size_t n = 0, n_rows = 0;
	struct history_run *runs;
	if (history_runs(&job->history, STR_NONE, o->suite ? ALL : job->most, &job->arena, &runs, &n, e) < 0)
		return e->fault;
	/* trends are of one suite: the one asked for, else the one run last */
	for (size_t i = 0; i < n && !job->suite.n; i++)
		if (wanted(o, &runs[i]))
			job->suite = runs[i].suite;
	if (o->slowest) {
		struct history_trend *trends = NULL;
		if (job->suite.n && history_slowest_trend(&job->history, job->suite, job->most, &job->arena,
							  &trends, &n_rows, e) < 0)
			return e->fault;
		trend_rows(&job->term, json, trends, n_rows);
		return 0;
	}
	if (o->flaky) {
		struct history_flaky *tests = NULL;
		if (job->suite.n &&
		    history_flaky(&job->history, job->suite, job->most, &job->arena, &tests, &n_rows, e) < 0)
			return e->fault;
		flaky_rows(&job->term, json, tests, n_rows);
		return 0;
	}
	return history_trends_wanted(o) ? history_trends_show(job) : show_overview(job, runs, n);
}

static int check(const struct history_options *o, const struct knob_list *operands, struct err *e)
{
	if (operands->n)
		return err_usage(e, "'%s' is no option (see 'fettle history --help')", operands->at[0]);
	if ((o->slowest || o->flaky) && (history_trends_wanted(o) || o->format.is == HISTORY_HTML))
		return err_usage(e, "'--%s' is a table of its own, and no trend",
				 o->slowest ? "slowest" : "flaky");
	return 0;
}

static int print(struct history_job *job)
{
	struct out out;
	int fd = STDOUT_FILENO;
	if (job->o->output)
		fd = open(job->o->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(&job->e, "cannot write '%s'", job->o->output);
	unsigned columns = terminal_columns(fd);
	out_to_fd(&out, fd);
	job->term = (struct term){.out = &out, .columns = columns ? columns : COLUMNS};
	int rc = show(job), closed = out_close(&out, &job->e);
	if (fd != STDOUT_FILENO && close(fd) < 0 && rc == 0 && closed == 0)
		rc = err_sys(&job->e, "cannot write '%s'", job->o->output);
	return rc < 0 ? rc : closed;
}

static int open_history(struct history_job *job)
{
	if (access(".fettle", F_OK) < 0 && errno == ENOENT)
		return err_usage(&job->e, "there is no history yet: no folder '.fettle' is here (begin with "
					  "'fettle run -- COMMAND' or 'fettle bench')");
	return history_open(&job->history, ".fettle/history.db", &job->e);
}

static int run(int n_words, char **words)
{
	struct history_options o;
	struct history_job job = {.o = &o};
	struct knob_values v;
	struct knob_list operands;
	knob_defaults(&v, &history_table, &o, &job.arena);
	int rc = config_gather(&v, (size_t)n_words, words, environ, &operands, &job.e);
	if (rc == 0 && v.help) {
		rc = print_help(&history_table);
	} else if (rc == 0 && (rc = check(&o, &operands, &job.e)) == 0) {
		job.most = o.limit ? (size_t)o.limit : ALL;
		rc = open_history(&job);
		if (rc == 0)
			rc = print(&job);
	}
	if (job.history.notice[0])
		warn("history", "%s", job.history.notice);
	history_close(&job.history);
	arena_free(&job.arena);
	return rc < 0 ? complain("history", &job.e) : rc;
}

const struct cmd cmd_history = {
    .name = "history",
    .brief = "list earlier runs and benchmarks, draw trends",
    .run = run,
};
