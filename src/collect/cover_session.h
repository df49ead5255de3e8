/*
 * collect/cover_session.h - the map into which the Python processes of a run write what they cover.
 *
 * Opened before the first worker starts, closed when its map has been read (record/cover_map.h). A child is
 * measured when it gets cover_session_env's variables and the agent's directory in PYTHONPATH; so are all
 * that it starts with them.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* What to measure: see the rules in wire/cover_map.h. Arrays may be NULL when empty. */
struct cover_rules {
	const char *const *sources; /* folders, or names of packages where there is no such folder */
	size_t n_sources;
	const char *const *packages;
	size_t n_packages;
	const char *const *include;
	size_t n_include;
	const char *const *omit;
	size_t n_omit;
	bool branch, contexts;
};

enum cover_tracer {
	COVER_TRACER_AUTO, /* fettle's own; coverage.py where that cannot be loaded */
	COVER_TRACER_NATIVE,
	COVER_TRACER_COVERAGE,
	COVER_TRACER_SLIPCOVER,
};

struct cover_session {
	char *path;  /* of the map */
	char *peers; /* folder for the data files of coverage.py and slipcover; made when one needs it */
	enum cover_tracer tracer;
};

/*
 * Makes the map: in memory (/dev/shm, XDG_RUNTIME_DIR) where there is room for it, else in run_dir, which
 * must be absolute. Relative paths in the rules count from the current folder. Takes about 0.2 ms. A folder
 * that does not exist and could not be a package is a usage fault.
 */
must_use int cover_session_open(struct arena *a, const struct cover_rules *rules, enum cover_tracer tracer,
				const char *run_dir, char *const *env, struct cover_session *ret,
				struct err *e);
/* "NAME=value" strings and a NULL, to be added to a child's environment; in the arena. */
char **cover_session_env(struct arena *a, const struct cover_session *s);
/* Removes the map. What lies in `peers` stays: it is inside the run's folder. */
void cover_session_close(const struct cover_session *s);
