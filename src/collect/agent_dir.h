/*
 * collect/agent_dir.h - the files of the agent in Python, carried in the program.
 *
 * They are written into the user's cache, below a name made of their contents, so that Python
 * compiles them once; where there is no cache that is ours alone, into the run's own folder.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* Whether the tracer of coverage is among them: it is not where fettle was built without Python's headers. */
bool agent_dir_has_tracer(void);
must_use int agent_dir_make(struct arena *a, const char *work_dir, char *const *env, char **ret,
			    struct err *e);
