/*
 * report/report.h - the reports of a run, each from its model alone.
 *
 * The model must be finished (model_finish). It is only read, but for its arena,
 * in which lists of the slowest are made. The same model gives the same bytes.
 * Nothing here fails; out_close tells what went wrong with the stream.
 */
#pragma once
#include "analyse/model.h"
#include "report/out.h"

struct report_format {
	const char *name; /* "text", as in --format */
	const char *file; /* "report.txt": its name in the run's folder */
	void (*write)(struct model *m, struct out *o);
};

/* All that fold a whole model, with the options of a file; a row without a name ends them. */
extern const struct report_format report_formats[];

struct report_text_options {
	bool colour, ascii;
	unsigned columns;      /* of a line; at least 60 are used */
	unsigned rows;         /* of each table of the slowest */
	unsigned failures;     /* that are told with message and output; others in one line each */
	unsigned output_lines; /* of each, from the end */
};
/* What report.txt is written with. */
extern const struct report_text_options report_text_file;
void report_text(struct model *m, struct out *o, const struct report_text_options *opt);

/* docs/report-json.md describes it. */
void report_json(struct model *m, struct out *o);

/* JUnit XML as CI systems read it; docs/report-junit.md says which parts. */
void report_junit(struct model *m, struct out *o);

/*
 * Markdown as GitHub reads it, for report.md and for the step summary. What does
 * not fit into limit_bytes is left out and a last line says so; a limit below
 * that line's length gives the line alone.
 */
enum { REPORT_MARKDOWN_BYTES = 1000 * 1000 }; /* a step summary takes 1 MiB */
void report_markdown(struct model *m, struct out *o, size_t limit_bytes);

struct report_github_options {
	struct str
	    prefix; /* put in front of relative file names: from the repository's root to the run's folder */
	unsigned most; /* errors that the platform shows; 10 a step */
};
/*
 * Workflow commands: an error a failure, worst first, and one that tells of those
 * for which there was no room; one warning for all flaky tests.
 */
void report_github(struct model *m, struct out *o, const struct report_github_options *opt);
