#include "cmd/reports.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/otlp.h"
#include "record/reader.h"
#include "report/report.h"
#include "report/report_trace.h"

enum {
	DEFAULT_COLUMNS = 100,
	LEAST_COLUMNS = 40,
	ANNOTATIONS = 10 /* errors that GitHub shows of one step */
};

static int write_trace(const char *events, int fd, struct reader_result *read, struct err *e)
{
	struct out o;
	struct trace t;
	out_to_fd(&o, fd);
	trace_begin(&t, &o);
	int rc = reader_replay(events, &t.sink, read, e);
	trace_end(&t);
	struct err written;
	if (out_close(&o, &written) < 0 && rc == 0) {
		*e = written;
		rc = e->fault;
	}
	return rc;
}

bool reports_of_rows(const char *format)
{
	return strcmp(format, "trace") == 0 || strcmp(format, "otlp") == 0;
}

int reports_rows(const char *format, const char *events, int fd, struct reader_result *ret, struct err *e)
{
	return strcmp(format, "trace") == 0 ? write_trace(events, fd, ret, e)
					    : otlp_write(events, fd, ret, e);
}

void reports_bad_rows(const char *command, const char *events, const struct reader_result *read,
		      const char *done)
{
	if (read->bad_rows)
		warn(command, "%llu row%s of '%s' cannot be read (the first is line %llu); the rest is %s",
		     (unsigned long long)read->bad_rows, read->bad_rows == 1 ? "" : "s", events,
		     (unsigned long long)read->bad_line, done);
}

static unsigned columns_of(int fd)
{
	unsigned n = terminal_columns(fd);
	return n >= LEAST_COLUMNS ? n : DEFAULT_COLUMNS;
}

int reports_one(struct model *m, const char *format, int fd, bool colour, struct err *e)
{
	struct out o;
	out_to_fd(&o, fd);
	for (const struct report_format *f = report_formats; f->name; f++) {
		if (strcmp(f->name, format) != 0)
			continue;
		if (strcmp(format, "text") == 0 && colour) {
			struct report_text_options opt = report_text_file;
			opt.colour = true;
			opt.columns = columns_of(fd);
			report_text(m, &o, &opt);
		} else {
			f->write(m, &o);
		}
	}
	return out_close(&o, e);
}

static int write_file(struct model *m, const char *format, const char *name, const struct reports_options *ro,
		      struct err *e)
{
	char path[4096], fresh[4200], events[4096];
	struct reader_result read;
	(void)snprintf(path, sizeof(path), "%s/%s", ro->dir, name);
	(void)snprintf(events, sizeof(events), "%s/events.jsonl", ro->dir);
	(void)snprintf(fresh, sizeof(fresh), "%s.part", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(e, "cannot write '%s'", path);
	int rc = reports_of_rows(format) ? reports_rows(format, events, fd, &read, e)
					 : reports_one(m, format, fd, false, e);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(e, "cannot write '%s'", path);
	if (rc == 0 && rename(fresh, path) < 0)
		rc = err_sys(e, "cannot write '%s'", path);
	if (rc < 0) {
		(void)unlink(fresh);
		return err_wrap(e, "%s", path);
	}
	return 0;
}

static bool wanted(const struct reports_options *o, const char *name)
{
	for (size_t i = 0; i < o->n_formats; i++)
		if (strcmp(o->formats[i], name) == 0)
			return true;
	return !o->n_formats;
}

int reports_write(struct model *m, const struct reports_options *o, struct err *e)
{
	struct err one;
	int rc = 0;
	if (!o->dir)
		return 0;
	for (const struct report_format *f = report_formats; f->name; f++) {
		if (wanted(o, f->name) && write_file(m, f->name, f->file, o, &one) < 0 && rc == 0) {
			*e = one;
			rc = e->fault;
		}
	}
	if (wanted(o, "trace") && write_file(m, "trace", "trace.json.gz", o, &one) < 0 && rc == 0) {
		*e = one;
		rc = e->fault;
	}
	return rc;
}

/* The run's folder below the root of the checkout, with a slash behind; empty at the root. */
static struct str below_workspace(const struct model *m)
{
	struct str root = str_of(getenv("GITHUB_WORKSPACE"));
	if (!root.n || m->cwd.n <= root.n + 1 || !str_eq(str_cut(m->cwd, 0, root.n), root) ||
	    m->cwd.at[root.n] != '/')
		return STR_NONE;
	static char prefix[4096];
	struct str below = str_cut(m->cwd, root.n + 1, sizeof(prefix) - 2);
	(void)snprintf(prefix, sizeof(prefix), "%.*s/", STR_ARG(below));
	return str_of(prefix);
}

/* GitHub Actions: annotations on standard output, the step summary into its file. */
static void say_github(struct model *m)
{
	const char *actions = getenv("GITHUB_ACTIONS"), *summary = getenv("GITHUB_STEP_SUMMARY");
	struct out o;
	struct err ignored;
	if (!actions || strcmp(actions, "true") != 0)
		return;
	out_to_fd(&o, STDOUT_FILENO);
	struct report_github_options opt = {.prefix = below_workspace(m), .most = ANNOTATIONS};
	report_github(m, &o, &opt);
	(void)!out_close(&o, &ignored);
	int fd = summary && *summary ? open(summary, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
	if (fd < 0)
		return;
	out_to_fd(&o, fd);
	report_markdown(m, &o, REPORT_MARKDOWN_BYTES);
	(void)!out_close(&o, &ignored);
	(void)close(fd);
}

void reports_say(struct model *m, const struct reports_options *ro, int exit_code)
{
	struct report_text_options opt = report_text_summary;
	struct out o;
	struct err ignored;
	say_github(m);
	if (ro->quiet && exit_code == 0)
		return;
	opt.colour = ro->colour;
	opt.columns = columns_of(STDERR_FILENO);
	out_to_fd(&o, STDERR_FILENO);
	report_text(m, &o, &opt);
	if (ro->dir && !ro->quiet) {
		out_text(&o, "Files in ");
		out_text(&o, ro->dir);
		out_text(&o, "\n");
	}
	(void)!out_close(&o, &ignored);
}
