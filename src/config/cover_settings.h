/*
 * config/cover_settings.h - what a project has said to coverage.py (or slipcover) about its coverage.
 *
 * Read from where coverage.py looks: .coveragerc, .coveragerc.toml, setup.cfg, tox.ini, pyproject.toml, the
 * first that has anything to say; COVERAGE_RCFILE names another. Variables ($NAME, ${NAME}, ${NAME-default},
 * ${NAME?}) are replaced. Settings of no use to fettle (plugins, concurrency, ...) are passed over.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* coverage.py's own regular expressions, NULL behind the last: what exclude_lines, partial_branches and
 * partial_branches_always are where nobody sets them. */
extern const char *const cover_exclude_lines[], *const cover_partial_branches[],
						    *const cover_partial_always[];

struct str_list {
	struct str *at;
	uint32_t n;
};

/* One name of [paths]: the first is where the source lies here, the others where it lay elsewhere. */
struct cover_alias {
	struct str_list paths;
};

struct cover_settings {
	const char *file; /* NULL: none was found */
	bool branch;
	struct str_list source, source_pkgs, source_dirs, run_include, run_omit;
	struct str_list include, omit;    /* of reports; where unset, those of the run */
	struct str_list exclude, partial; /* regular expressions, defaults included */
	double fail_under;                /* 0: no bound */
	int64_t precision;
	bool skip_covered, skip_empty, show_missing, show_contexts, ignore_errors, namespace_packages,
	    relative_files;
	struct str sort, html_title, data_file;
	int64_t xml_package_depth;
	struct cover_alias *aliases;
	uint32_t n_aliases;
};

/*
 * Fills *ret, which lives in the arena. folder: where to look. rcfile: --cover-config, or NULL. environment
 * as environ. Fault: usage, one line with file and line where one is known.
 */
must_use int cover_settings_read(struct arena *a, const char *folder, const char *rcfile,
				 char *const *environment, struct cover_settings *ret, struct err *e);
