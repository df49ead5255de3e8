/*
 * collect/agent_dir.h - the Python files of the agent, carried in the program.
 *
 * They are written into the user's cache, below a name made of their contents, so that Python
 * compiles them once; where there is no cache that is ours alone, into the run's own folder.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

must_use int agent_dir_make(struct arena *a, const char *work_dir, char *const *env, char **ret,
			    struct err *e);
