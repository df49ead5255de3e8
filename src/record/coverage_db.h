/*
 * record/coverage_db.h - writes a .coverage file (SQLite, schema 7) that coverage.py reads as its own.
 *
 *	coverage_db_open(&db, path, branch, root, &e);
 *	cover_merge_replay(&merge, &db.sink);
 *	coverage_db_close(&db, &e);
 *
 * Paths that are not absolute are written below root. With branches a line of which only a context, or only
 *its being run, is known is written as a step to itself, which coverage.py reads as just that. The same facts
 *give the same bytes. What goes wrong on the way is told by coverage_db_close, which leaves no file then.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "wire/cover.h"

struct sqlite3;
struct sqlite3_stmt;

struct coverage_db {
	struct cover_sink sink; /* first: what is told comes here */
	struct sqlite3 *db;
	struct sqlite3_stmt *add_file, *add_context, *add_bits, *add_arc;
	struct arena arena;
	struct map contexts;
	const char *path, *root;
	bool branch;
	int64_t file, context;
	struct err err; /* the first */
};

must_use int coverage_db_open(struct coverage_db *w, const char *path, bool branch, const char *root,
			      struct err *e);
must_use int coverage_db_close(struct coverage_db *w, struct err *e);
