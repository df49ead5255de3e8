/*
 * collect/ask.h - asks another program something: git what was changed, gcov what its compiler's files say.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

/*
 * Runs argv (looked up in env, ends with a NULL) in the folder cwd (NULL: here) and puts what it prints into
 * *ret. Waits for it. FAULT_SYSTEM when it cannot be run, or ends badly; the text holds the first line that
 * it complained in.
 */
must_use int ask(const char *const *argv, const char *cwd, char *const *env, struct buf *ret, struct err *e);
