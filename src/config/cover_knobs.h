/*
 * config/cover_knobs.h - what a person may wish of coverage, in `fettle run --cover` and in `fettle cover`.
 */
#pragma once
#include "config/knob.h"

/* Of both commands. */
struct cover_wishes {
	struct knob_list source, include, omit;
	bool branch;
	double fail_under, fail_under_diff; /* percent; 0: no bound */
	struct knob_list fail_under_file;   /* "PATTERN=PERCENT" */
	const char *diff_base;              /* a commit; NULL: HEAD */
	struct knob_list format;            /* empty: term, html, xml, json */
	const char *config;                 /* coverage.py's file; NULL: where it looks */
	int64_t precision;                  /* not given: as coverage.py's file says */
	bool html_single, quick;
};

struct cover_options {
	struct cover_wishes wishes;
	const char *output;        /* a folder, or of `merge` a file */
	const char *base;          /* the same as wishes.diff_base */
	const char *root;          /* paths are told relative to it; NULL: the current folder */
	struct knob_choice python; /* 0: not said; n: 3.(8 + n) */
	struct knob_choice color;  /* enum run_color */
	bool quiet;
	const char *fettle_config, *profile;
};

extern const struct knob_table cover_table;

#define COVER_FORMATS "term|html|xml|json|lcov|markdown|sonarqube|badge"

/*
 * The rows of the wishes: prefix is put in front of the flags' names that would say too little without it,
 * at(field) is the offset of a field of struct cover_wishes.
 */
#define COVER_ROWS(prefix, heading, at)                                                                       \
	{.flag = prefix "source",                                                                             \
	 .yaml = prefix "source",                                                                             \
	 .arg = "DIR",                                                                                        \
	 .help =                                                                                              \
	     "Measure the Python files below DIR, also those that nothing imports. Without it, and without "  \
	     "a setting of coverage.py: all below the current folder that runs and is not installed.",        \
	 .group = (heading),                                                                                  \
	 .offset = at(source),                                                                                \
	 .type = KNOB_LIST},                                                                                  \
	    {.flag = prefix "include",                                                                        \
	     .yaml = prefix "include",                                                                        \
	     .arg = "PATTERN",                                                                                \
	     .help = "Only files that match, in coverage.py's patterns: * ? ** [..].",                        \
	     .group = (heading),                                                                              \
	     .offset = at(include),                                                                           \
	     .type = KNOB_LIST},                                                                              \
	    {.flag = prefix "omit",                                                                           \
	     .yaml = prefix "omit",                                                                           \
	     .arg = "PATTERN",                                                                                \
	     .help = "No files that match.",                                                                  \
	     .group = (heading),                                                                              \
	     .offset = at(omit),                                                                              \
	     .type = KNOB_LIST},                                                                              \
	    {.flag = "branch",                                                                                \
	     .yaml = "branch",                                                                                \
	     .help = "Count the ways out of lines that have several, too.",                                   \
	     .group = (heading),                                                                              \
	     .offset = at(branch),                                                                            \
	     .type = KNOB_BOOL},                                                                              \
	    {.flag = "fail-under",                                                                            \
	     .yaml = "fail-under",                                                                            \
	     .arg = "PCT",                                                                                    \
	     .otherwise = "0",                                                                                \
	     .help = "Exit with 1 when the percentage in all is below PCT.",                                  \
	     .group = (heading),                                                                              \
	     .offset = at(fail_under),                                                                        \
	     .max = 100,                                                                                      \
	     .type = KNOB_REAL},                                                                              \
	    {.flag = "fail-under-file",                                                                       \
	     .yaml = "fail-under-file",                                                                       \
	     .arg = "PATTERN=PCT",                                                                            \
	     .help =                                                                                          \
		 "Exit with 1 when a file that matches is below PCT; of several patterns the last counts. "   \
		 "'*=80' is a bound for every file.",                                                         \
	     .group = (heading),                                                                              \
	     .offset = at(fail_under_file),                                                                   \
	     .type = KNOB_PAIRS},                                                                             \
	    {.flag = "fail-under-diff",                                                                       \
	     .yaml = "fail-under-diff",                                                                       \
	     .arg = "PCT",                                                                                    \
	     .otherwise = "0",                                                                                \
	     .help = "Exit with 1 when less than PCT of the lines that changed since --diff-base ran.",       \
	     .group = (heading),                                                                              \
	     .offset = at(fail_under_diff),                                                                   \
	     .max = 100,                                                                                      \
	     .type = KNOB_REAL},                                                                              \
	    {.flag = "diff-base",                                                                             \
	     .yaml = "diff-base",                                                                             \
	     .env = "FETTLE_DIFF_BASE",                                                                       \
	     .arg = "COMMIT",                                                                                 \
	     .help =                                                                                          \
		 "What 'changed' is measured from: the point where COMMIT and the work tree part. Without "   \
		 "it: HEAD.",                                                                                 \
	     .group = (heading),                                                                              \
	     .offset = at(diff_base),                                                                         \
	     .type = KNOB_TEXT},                                                                              \
	    {.flag = prefix "format",                                                                         \
	     .yaml = prefix "format",                                                                         \
	     .arg = "NAME",                                                                                   \
	     .choices = COVER_FORMATS,                                                                        \
	     .help = "Which reports of coverage, with commas. Without it: term,html,xml,json.",               \
	     .group = (heading),                                                                              \
	     .offset = at(format),                                                                            \
	     .type = KNOB_LIST},                                                                              \
	    {.flag = "html-single",                                                                           \
	     .yaml = "html-single",                                                                           \
	     .help = "The pages as one compressed file, coverage.html, instead of a folder.",                 \
	     .group = (heading),                                                                              \
	     .offset = at(html_single),                                                                       \
	     .type = KNOB_BOOL},                                                                              \
	    {.flag = "quick",                                                                                 \
	     .yaml = "quick",                                                                                 \
	     .help = "The same as --" prefix "format term,json.",                                             \
	     .group = (heading),                                                                              \
	     .offset = at(quick),                                                                             \
	     .type = KNOB_BOOL},                                                                              \
	    {.flag = "precision",                                                                             \
	     .yaml = "precision",                                                                             \
	     .arg = "N",                                                                                      \
	     .otherwise = "0",                                                                                \
	     .help = "Decimals of percentages, at most 9.",                                                   \
	     .group = (heading),                                                                              \
	     .offset = at(precision),                                                                         \
	     .max = 9,                                                                                        \
	     .type = KNOB_INT},                                                                               \
	{                                                                                                     \
		.flag = "cover-config", .yaml = "cover-config", .arg = "FILE",                                \
		.help =                                                                                       \
		    "Coverage.py's settings. Without it: .coveragerc, setup.cfg, tox.ini or pyproject.toml.", \
		.group = (heading), .offset = at(config), .type = KNOB_TEXT                                   \
	}
