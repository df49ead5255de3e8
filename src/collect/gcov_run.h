/*
 * collect/gcov_run.h - asks GCC's own gcov what a .gcda says, for compilers whose files ingest does not know.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

/*
 * Runs `program -j -t -b data` (program: "gcov", "gcov-15", or a path; looked up in env) and puts what it
 * prints, JSON, into *ret; nothing is written beside the .gcda. Waits for it: some 3 ms an object file.
 * FAULT_SYSTEM when it cannot be run, or ends badly; the text holds the first line that it complained in.
 */
must_use int gcov_run(const char *program, const char *data, char *const *env, struct buf *ret,
		      struct err *e);
