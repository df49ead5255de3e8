/*
 * cover_out/report_cover.h - the reports of coverage, each from a finished struct cover alone.
 *
 * The model is only read, so several may be written at once, each into its own stream. Times, versions and
 * roots are the caller's: the same model and options give the same bytes. Nothing here fails; out_close
 * tells what went wrong with the stream. Cost: 1,407 files with 310,906 statements take 20 to 60 ms each.
 */
#pragma once
#include "cover/cover_gate.h"
#include "report/out.h"

enum cover_sort {
	COVER_BY_NAME, /* as people count: a2 before a10 */
	COVER_BY_STATEMENTS,
	COVER_BY_MISSES,
	COVER_BY_BRANCHES,
	COVER_BY_PARTIAL,
	COVER_BY_PERCENT,
};

struct cover_term_options {
	bool colour, ascii;
	bool missing;      /* the numbers of lines and ways that never ran */
	bool skip_covered; /* no rows for files without a miss */
	bool skip_empty;   /* nor for files without statements */
	enum cover_sort sort;
	bool descending;
	unsigned precision; /* decimals of a percentage */
	unsigned columns;   /* of a line, which cuts the missing; 0: as long as it takes */
};
/* The table of `coverage report`. The last line begins with TOTAL and ends with the percentage, without ink:
 * a CI system that looks for it by a pattern finds it. */
void report_cover_term(const struct cover *c, struct out *o, const struct cover_term_options *opt);

enum cover_json_contexts {
	COVER_JSON_NO_CONTEXTS,
	COVER_JSON_CONTEXTS,     /* of a file's lines */
	COVER_JSON_ALL_CONTEXTS, /* and once more for each of its functions and classes, as coverage.py does
				  */
};

struct cover_json_options {
	struct str version;   /* of the tool */
	struct str timestamp; /* ISO 8601 */
	enum cover_json_contexts contexts;
	unsigned precision;
};
/* Format 3 of `coverage json`: the same keys in the same order, numbers and separators. */
void report_cover_json(const struct cover *c, struct out *o, const struct cover_json_options *opt);

struct cover_xml_options {
	struct str version;
	uint64_t time_ms; /* since 1970, and recent: Codecov refuses reports older than half a day */
	struct str root;  /* the folder to which paths are relative: the one <source>; empty: none */
	bool compact;     /* no indentation: a third smaller */
	/* What coverage.py writes, with its attribute missing-branches and without what it does not know:
	 * counts, methods, conditions. The DTD does not allow that attribute. */
	bool coverage_py;
	size_t limit_bytes; /* of one document; 0: none. GitLab takes 10 MiB. A single file may exceed it. */
};
/* Where the next document of a split report goes on; begins as {0}. */
struct cover_xml_part {
	uint32_t file;
	bool done;
};
/*
 * One Cobertura document (coverage-04.dtd) with as many files as fit, ordered by package and name. Call it
 * with a fresh stream until part->done; each document is whole, its rates are those of its own files. Without
 * files there is one, which is empty.
 */
void report_cover_xml(const struct cover *c, struct out *o, const struct cover_xml_options *opt,
		      struct cover_xml_part *part);

/* LCOV 1.x: of Python what `coverage lcov` writes, of other languages with real counts. */
void report_cover_lcov(const struct cover *c, struct out *o);

/* SonarQube's generic coverage. */
void report_cover_sonar(const struct cover *c, struct out *o);

/* A picture (SVG) of the percentage, for a README. */
void report_cover_badge(const struct cover *c, struct out *o, unsigned precision);

/* The table of a change: its files, their changed statements, and which of those never ran. The last line is
 * as in report_cover_term; colour, ascii, precision and columns are used of the options. */
void report_cover_diff(const struct cover_diff *d, struct out *o, const struct cover_term_options *opt);

/* One line a gate that was missed: what is how far below which bound. */
void report_cover_misses(const struct cover_misses *m, struct out *o, unsigned precision);

struct cover_markdown_options {
	unsigned precision;
	size_t limit_bytes; /* GitHub takes 65,536 characters a comment; what does not fit is left out and
			       said */
	unsigned rows;      /* of a table */
};
/* A comment on a change: totals, the files that it touched (diff; NULL: none is known), the files with the
 * lowest coverage, gates that were missed (misses; NULL: none were asked). */
void report_cover_markdown(const struct cover *c, const struct cover_diff *diff,
			   const struct cover_misses *misses, struct out *o,
			   const struct cover_markdown_options *opt);

/*
 * A folder of pages that reads without JavaScript and under a policy that forbids it: an index by file, by
 * function and by class, and a page a source. docs/report-cover.md says what stands in them. Whoever calls
 * opens the files and reads the sources; pages may be made in any order and at the same time. 666,000 lines
 * take about 0.5 s.
 */
struct cover_html_options {
	struct str title; /* of the project; empty: none */
	struct str version;
	unsigned precision;
};
enum cover_html_index {
	COVER_HTML_FILES,     /* index.html */
	COVER_HTML_FUNCTIONS, /* function_index.html */
	COVER_HTML_CLASSES,   /* class_index.html */
};
/* Their names in the folder, and those of the two files that all pages use. */
extern const char *const report_cover_html_indexes[3];
#define COVER_HTML_STYLE  "style.css"
#define COVER_HTML_SCRIPT "app.js"

/*
 * The name of a source's page: letters, digits, '_', '-' and '.' only, whatever the path; two paths have two
 * names (128 bits of SHA-256 are in it), also where capital letters do not count.
 */
enum { COVER_HTML_NAME_BYTES = 128 };
const char *report_cover_html_name(char ret[COVER_HTML_NAME_BYTES], struct str path);

void report_cover_html_index(const struct cover *c, struct out *o, const struct cover_html_options *opt,
			     enum cover_html_index which);
/* f is one of c's files. source: its bytes, of any kind; at NULL: not there. */
void report_cover_html_page(const struct cover *c, const struct cover_file *f, struct str source,
			    struct out *o, const struct cover_html_options *opt);
void report_cover_html_style(struct out *o);
void report_cover_html_script(struct out *o);

/*
 * All of it as one file that needs nothing else: tables as they are, sources packed (gzip, base64) and
 * unpacked by the browser when asked for. `source` gives the bytes of a file's source, which must last until
 * its next call; at NULL: not there. Returns the bytes written, so that a caller can warn of what is too
 * large to open with ease.
 */
uint64_t report_cover_html_single(const struct cover *c, struct out *o, const struct cover_html_options *opt,
				  struct str (*source)(void *ctx, const struct cover_file *f), void *ctx);
