/* Bounds that coverage is held to, and what changed since a commit. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/cover_job.h"
#include "collect/ask.h"
#include "cover/cover_glob.h"
#include "cover_in/gitdiff.h"
#include "cover_out/report_cover.h"

extern char **environ;

/* "PATTERN=PCT" */
static int add_file_gate(struct cover_job *job, const char *text, struct err *e)
{
	struct str all = str_of(text);
	size_t eq = str_find_last(all, '=');
	struct str pattern = str_cut(all, 0, eq), bound = str_cut(all, eq + 1, all.n);
	char *end;
	double percent = strtod(bound.at, &end);
	const char *fault = cover_glob_fault(pattern);
	if (fault)
		return err_usage(e, "--fail-under-file: the pattern '%.*s' %s", STR_ARG(pattern), fault);
	if (!bound.n || *end || !(percent >= 0 && percent <= 100))
		return err_usage(e, "--fail-under-file: '%.*s' is no percentage from 0 to 100",
				 STR_ARG(bound));
	job->gates[job->n_gates++] =
	    (struct cover_gate){.kind = COVER_GATE_EACH, .pattern = pattern, .bound = percent};
	return 0;
}

int cover_job_make_gates(struct cover_job *job, struct err *e)
{
	const struct cover_wishes *w = job->wishes;
	job->gates = arena_array(&job->arena, struct cover_gate, w->fail_under_file.n + 2);
	if (job->fail_under > 0)
		job->gates[job->n_gates++] =
		    (struct cover_gate){.kind = COVER_GATE_TOTAL, .bound = job->fail_under};
	for (size_t i = 0; i < w->fail_under_file.n; i++)
		if (add_file_gate(job, w->fail_under_file.at[i], e) < 0)
			return e->fault;
	if (w->fail_under_diff > 0)
		job->gates[job->n_gates++] =
		    (struct cover_gate){.kind = COVER_GATE_DIFF, .bound = w->fail_under_diff};
	if (w->diff_base && w->diff_base[0] == '-')
		return err_usage(e, "'%s' is no commit", w->diff_base);
	return 0;
}

/* The commit from which the work tree and the base went different ways. */
static int find_base(struct cover_job *job, char **ret, struct err *e)
{
	const char *base = job->wishes->diff_base ? job->wishes->diff_base : "HEAD";
	const char *argv[] = {"git", "merge-base", base, "HEAD", NULL};
	struct buf out = {0};
	int rc = ask(argv, job->where.root.at, environ, &out, e);
	if (rc == 0)
		*ret = arena_copy(&job->arena, str_trim(buf_view(&out)));
	else
		(void)err_wrap(e, "what changed since '%s' is not known", base);
	buf_free(&out);
	return rc;
}

int cover_job_diff(struct cover_job *job, struct err *e)
{
	char *base = NULL;
	struct buf out = {0};
	struct diff diff;
	if (job->diff)
		return 0;
	if (find_base(job, &base, e) < 0)
		return e->fault;
	const char *argv[] = {"git",
			      "diff",
			      "-U0",
			      "--no-color",
			      "--no-ext-diff",
			      "--relative",
			      "--src-prefix=a/",
			      "--dst-prefix=b/",
			      base,
			      "--",
			      NULL};
	int rc = ask(argv, job->where.root.at, environ, &out, e);
	if (rc == 0)
		rc = gitdiff_read(&job->arena, arena_str(&job->arena, buf_view(&out)), "git diff", &diff, e);
	buf_free(&out);
	if (rc < 0)
		return rc;
	job->diff = arena_new(&job->arena, struct cover_diff);
	*job->diff = cover_diff(&job->arena, job->cover, &diff);
	return 0;
}

int cover_job_judge(struct cover_job *job, struct err *e)
{
	if (job->wishes->fail_under_diff > 0 && cover_job_diff(job, e) < 0)
		return e->fault;
	job->misses =
	    cover_gate(&job->arena, job->cover, job->diff, job->gates, job->n_gates, job->precision);
	return 0;
}

bool cover_job_say_misses(struct cover_job *job)
{
	struct out o;
	struct err ignored;
	out_to_fd(&o, STDERR_FILENO);
	report_cover_misses(&job->misses, &o, job->precision);
	(void)!out_close(&o, &ignored);
	return job->misses.n > 0;
}

void cover_job_ask_gcov(struct cover_job *job, struct cover_read *read, const char *path, const char *why)
{
	const char *argv[] = {"gcov", "-j", "-t", "-b", path, NULL};
	struct buf out = {0};
	struct err e = {0};
	if (ask(argv, NULL, environ, &out, &e) < 0 || cover_read_bytes(read, buf_view(&out), path, &e) < 0) {
		job->n_bad++;
		warn(job->command, "'%s' (%s): %s", path, why, e.text);
	}
	buf_free(&out);
}
