/* fettle history: runs, the trend of the slowest units, flaky tests. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "config/config_file.h"
#include "config/view_knobs.h"
#include "record/history.h"
#include "report/term.h"

extern char **environ;

enum { COLUMNS = 100, NAME = 44, ALL = 1000000 };

static void when(char ret[32], int64_t wall_ns)
{
	time_t t = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	(void)gmtime_r(&t, &tm);
	(void)strftime(ret, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

static bool wanted(const struct history_options *o, const struct history_run *r)
{
	return !o->suite || str_match(str_of(o->suite), r->command) || str_has(r->command, str_of(o->suite));
}

static void runs_text(struct term *t, const struct history_options *o, const struct history_run *runs,
		      size_t n)
{
	size_t shown = 0;
	out_text(
	    t->out,
	    "run                   begun (UTC)              wall  workers   tests     bad   flaky  command\n");
	for (size_t i = 0; i < n; i++) {
		char stamp[32];
		const struct history_run *r = &runs[i];
		if (!wanted(o, r))
			continue;
		when(stamp, r->wall_start_ns);
		term_cell(t, r->id, 20, SIDE_LEFT);
		out_printf(t->out, "  %s  ", stamp);
		term_duration(t, r->wall_ns, DURATION_COLUMNS);
		out_printf(t->out, "  %7u %7u %7u %7u  ", r->workers, r->tests, r->bad, r->flaky);
		(void)term_text(t, r->command, NAME);
		out_char(t->out, '\n');
		shown++;
	}
	if (!shown)
		out_text(t->out, "no run is known\n");
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
	buf_text(&b, "]}\n");
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

static int show(const struct history_options *o, struct history *h, struct arena *a, struct out *out,
		struct err *e)
{
	struct term t = {.out = out, .columns = COLUMNS};
	bool json = o->format.is == HISTORY_JSON;
	size_t most = o->limit ? (size_t)o->limit : ALL, n = 0, n_rows = 0;
	struct history_run *runs;
	if (history_runs(h, STR_NONE, o->suite ? ALL : most, a, &runs, &n, e) < 0)
		return e->fault;
	/* trends are of one suite: the one asked for, else the one run last */
	struct str suite = STR_NONE;
	for (size_t i = 0; i < n && !suite.n; i++)
		if (wanted(o, &runs[i]))
			suite = runs[i].suite;
	if (o->slowest) {
		struct history_trend *trends = NULL;
		if (suite.n && history_slowest_trend(h, suite, most, a, &trends, &n_rows, e) < 0)
			return e->fault;
		trend_rows(&t, json, trends, n_rows);
	} else if (o->flaky) {
		struct history_flaky *tests = NULL;
		if (suite.n && history_flaky(h, suite, most, a, &tests, &n_rows, e) < 0)
			return e->fault;
		flaky_rows(&t, json, tests, n_rows);
	} else if (json) {
		runs_json(out, o, runs, n);
	} else {
		runs_text(&t, o, runs, n);
	}
	return 0;
}

static int run(int n_words, char **words)
{
	struct arena arena = {0};
	struct history_options o;
	struct history h = {0};
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	struct out out;
	knob_defaults(&v, &history_table, &o, &arena);
	int rc = config_gather(&v, (size_t)n_words, words, environ, &operands, &e);
	if (rc == 0 && v.help) {
		rc = print_help(&history_table);
	} else if (rc == 0 && operands.n) {
		rc = err_usage(&e, "'%s' is no option (see 'fettle history --help')", operands.at[0]);
	} else if (rc == 0 && (rc = history_open(&h, ".fettle/history.db", &e)) == 0) {
		out_to_fd(&out, 1);
		rc = show(&o, &h, &arena, &out, &e);
		int closed = out_close(&out, &e);
		rc = rc < 0 ? rc : closed;
	}
	history_close(&h);
	arena_free(&arena);
	return rc < 0 ? complain("history", &e) : rc;
}

const struct cmd cmd_history = {
    .name = "history",
    .brief = "list runs, the trend of the slowest units, and flaky tests",
    .run = run,
};
