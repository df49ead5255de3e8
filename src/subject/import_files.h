/*
 * subject/import_files.h - which files a bench of subject import means.
 *
 *	files: [bench.txt, target/criterion]
 *
 * A pattern has * ? [..] {a,b} within a folder, and ** for any folders between. A folder stands for what
 * Criterion leaves below it.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum { IMPORT_FILES = 100000, IMPORT_DEPTH = 32 };

struct import_files {
	struct arena *arena;
	char **at; /* in order of their names, for each pattern */
	size_t n, cap;
};

/* Adds what the pattern names. FAULT_SYSTEM: nothing, or too many. */
must_use int import_files_add(struct import_files *f, const char *pattern, struct err *e);

/* A path against a pattern with ** (any number of folders, also none); other parts as str_match. */
bool import_files_match(const char *pattern, const char *path);
