/* fettle report [RUN]: any report of a run again, from its events alone. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyse/model.h"
#include "base/str.h"
#include "cmd/bench_print.h"
#include "cmd/cmd.h"
#include "cmd/reports.h"
#include "config/config_file.h"
#include "config/knob_help.h"
#include "config/run_knobs.h"
#include "config/view_knobs.h"
#include "measure/summary.h"
#include "record/bench_file.h"
#include "record/reader.h"
#include "record/runs.h"

extern char **environ;

static int open_output(const struct report_options *o, struct err *e)
{
	if (!o->output)
		return STDOUT_FILENO;
	int fd = open(o->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd >= 0 ? fd : err_sys(e, "cannot write '%s'", o->output);
}

/* Formats by their place among the choices. */
enum { RUN_FORMATS = 7, FORMATS = 12 };
static const char *const formats[FORMATS] = {"text", "json", "markdown",  "junit", "html",        "trace",
					     "otlp", "csv",  "hyperfine", "go",    "openmetrics", "bencher"};
static const int bench_forms[FORMATS] = {
    BENCH_TEXT, BENCH_JSON, BENCH_MARKDOWN,  BENCH_JUNIT, BENCH_HTML,        -1,
    -1,         BENCH_CSV,  BENCH_HYPERFINE, BENCH_GO,    BENCH_OPENMETRICS, BENCH_BENCHER};

/* Closes it, too; rc is what became of writing. */
static int close_output(const struct report_options *o, int fd, int rc, struct err *e)
{
	if (fd > STDERR_FILENO && close(fd) < 0 && rc == 0)
		rc = err_sys(e, "cannot write '%s'", o->output);
	return rc;
}

static int report_bench(struct arena *a, const struct report_options *o, const char *path, struct err *e)
{
	struct bench b;
	struct arena scratch = {0};
	int form = bench_forms[o->format.is];
	if (form < 0)
		return err_usage(e, "'%s' holds benchmarks, of which there is no report '%s'", path,
				 formats[o->format.is]);
	if (bench_file_read(path, a, &b, e) < 0)
		return e->fault;
	summary_fill(&scratch, &b);
	arena_free(&scratch);
	int fd = open_output(o, e);
	if (fd < 0)
		return fd;
	struct bench_print p = {
	    .command = "report", .form = (enum bench_form)form, .colour = wants_colour(&o->color, fd)};
	return close_output(o, fd, bench_print_to(&p, &b, fd, e), e);
}

/* One whose model is not needed: the rows are read once, not twice. */
static int report_rows(const struct report_options *o, const char *events, struct reader_result *read,
		       struct err *e)
{
	int rc = reader_check(events, e), fd = rc < 0 ? rc : open_output(o, e);
	if (fd < 0)
		return fd;
	return close_output(o, fd, reports_rows(formats[o->format.is], events, fd, read, e), e);
}

static int report_model(const struct report_options *o, const char *events, struct reader_result *read,
			struct err *e)
{
	struct model m;
	model_init(&m);
	int rc = reader_replay(events, &m.sink, read, e);
	if (rc == 0) {
		model_finish(&m);
		int fd = open_output(o, e);
		bool colour = fd >= 0 && wants_colour(&o->color, fd);
		rc = fd < 0 ? fd
			    : close_output(o, fd, reports_one(&m, formats[o->format.is], fd, colour, e), e);
	}
	model_free(&m);
	return rc;
}

static int report(struct arena *a, const struct report_options *o, const char *name, struct err *e)
{
	struct reader_result read;
	char *dir, *path;
	struct err no_run;
	if (runs_find(a, ".fettle", name, &dir, &no_run) < 0) {
		if (name && bench_file_find(a, name, &path))
			return report_bench(a, o, path, e);
		*e = no_run;
		return e->fault;
	}
	if (o->format.is >= RUN_FORMATS)
		return err_usage(e, "'%s' holds a run of a suite, of which there is no report '%s'", dir,
				 formats[o->format.is]);
	const char *events = arena_printf(a, "%s/events.jsonl", dir);
	int rc = reports_of_rows(formats[o->format.is]) ? report_rows(o, events, &read, e)
							: report_model(o, events, &read, e);
	if (rc == 0)
		reports_bad_rows("report", events, &read, "told");
	return rc;
}

static int run(int n_words, char **words)
{
	struct arena arena = {0};
	struct report_options o;
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	knob_defaults(&v, &report_table, &o, &arena);
	int rc = config_gather(&v, (size_t)n_words, words, environ, &operands, &e);
	if (rc == 0 && v.help)
		rc = print_help(&report_table);
	else if (rc == 0 && operands.n > 1)
		rc = err_usage(&e, "one run at a time: '%s' is one too many", operands.at[1]);
	else if (rc == 0)
		rc = report(&arena, &o, operands.n ? operands.at[0] : NULL, &e);
	arena_free(&arena);
	return rc < 0 ? complain("report", &e) : rc;
}

const struct cmd cmd_report = {
    .name = "report",
    .brief = "write any report of a run again, from its record",
    .run = run,
};
