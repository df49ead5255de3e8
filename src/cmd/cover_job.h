/*
 * cmd/cover_job.h - coverage from its facts to its reports, for `fettle run --cover` and `fettle cover`.
 *
 *	cover_job_open(&job, &wishes, &values, root, &e)
 *	... readers tell &job.merge.sink ...
 *	cover_job_finish(&job)
 *	cover_job_judge(&job, &e), cover_job_write(&job, dir, ...)
 *	cover_job_close(&job)
 */
#pragma once
#include "base/buf.h"
#include "base/regex.h"
#include "config/cover_knobs.h"
#include "config/cover_settings.h"
#include "cover/cover_gate.h"
#include "cover/cover_merge.h"
#include "cover/cover_where.h"
#include "cover_in/cover_read.h"

/* What took how long, for the report of a run. */
struct cover_step {
	const char *name;         /* "scan", "merge", "html" */
	int64_t begin_ns, end_ns; /* clock_mono_ns */
};

/* The folders and packages to measure: the wishes', else the settings'. */
struct cover_scope {
	const char **sources, **packages, **include, **omit;
	size_t n_sources, n_packages, n_include, n_omit;
};

struct cover_job {
	struct arena arena;
	const struct cover_wishes *wishes;
	struct cover_settings settings;
	struct cover_where where;
	struct cover_scope scope;
	struct cover_merge merge;
	struct cover *cover;
	struct regex *exclude, *partial;
	const char *command; /* for messages: "cover" */
	bool branch;
	bool contexts; /* JSON has those of lines, if they are not too many */
	unsigned precision;
	uint8_t python_minor; /* of the Python 3.x that ran; 0: not known */
	double fail_under;
	unsigned threads;
	struct cover_gate *gates;
	uint32_t n_gates;
	struct cover_diff *diff; /* what changed; NULL: nobody asked */
	struct cover_misses misses;
	uint32_t n_bad; /* files that were given and could not be counted, sources included */
	struct cover_step steps[32];
	uint32_t n_steps;
};

/* root: absolute. Fault: usage (settings, patterns), system. */
/* One more alias, behind those of the settings. */
void cover_job_alias(struct cover_job *job, const char *pattern, const char *result);
must_use int cover_job_open(struct cover_job *job, const char *command, const struct cover_wishes *wishes,
			    const struct knob_values *values, const char *root, struct err *e);
void cover_job_close(struct cover_job *job);

/* Times a step from now on until the next one; NULL ends the last. */
void cover_job_step(struct cover_job *job, const char *name);
/* Python files below the folders to measure that nothing ran. */
void cover_job_unexecuted(struct cover_job *job);
/* Meets raw data with its sources, sorts and sums. Complains of what could not be counted. */
void cover_job_finish(struct cover_job *job);

/* The formats that are wanted, as bits 1 << enum cover_format. */
enum cover_format {
	COVER_TERM,
	COVER_HTML,
	COVER_XML,
	COVER_JSON,
	COVER_LCOV,
	COVER_MARKDOWN,
	COVER_SONARQUBE,
	COVER_BADGE,
	COVER_FORMATS_N
};
unsigned cover_job_formats(const struct cover_job *job);
/* All but the table, into a folder. Goes on after a failure; the first is told. */
must_use int cover_job_write(struct cover_job *job, const char *dir, unsigned formats, struct err *e);
/* One file in the format that its name ends with (.lcov, .info, .json, .xml, .coverage). */
must_use int cover_job_write_file(struct cover_job *job, const char *path, struct err *e);
/* The table, to a descriptor. */
void cover_job_table(struct cover_job *job, int fd, bool colour, unsigned columns);
/* For cover_job_open: the bounds that are wished for. Fault: usage. */
must_use int cover_job_make_gates(struct cover_job *job, struct err *e);
/* Asks git what changed since --diff-base, into job->diff. Fault: system, format. */
must_use int cover_job_diff(struct cover_job *job, struct err *e);
/* Holds the model to the bounds, into job->misses. Before the reports, which tell them. Fault: as
 * cover_job_diff. */
must_use int cover_job_judge(struct cover_job *job, struct err *e);
/* One line on standard error for each bound that was missed; whether any was. */
bool cover_job_say_misses(struct cover_job *job);
/* A .gcda that only its own compiler's gcov can read. */
void cover_job_ask_gcov(struct cover_job *job, struct cover_read *read, const char *path, const char *why);
