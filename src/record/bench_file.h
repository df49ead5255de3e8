/*
 * record/bench_file.h - bench.json: what a session measured, and the only room that knows its bytes.
 *
 * docs/bench-json.md describes the file. Everything that was measured is in it, run by run, so that later
 * comparisons and reports need nothing else; summaries stand beside it for those who only want to look.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/bench.h"

#define BENCH_FILE_NAME "bench.json"
enum { BENCH_FILE_VERSION = 1 };
enum { BENCH_FILE_BYTES = 256 * 1024 * 1024 }; /* a larger one is refused */

/* Adds the document, with a line end. */
void bench_file_put(struct buf *b, const struct bench *bench);
/* Writes dir/bench.json, dir being made where it is missing: whole or not at all. */
must_use int bench_file_write(const char *dir, const struct bench *bench, struct err *e);
/* Whether a person means a bench.json by it: the file itself, *.json, or a folder that holds one. */
bool bench_file_find(struct arena *a, const char *name, char **ret_path);
/*
 * Reads a file of this or an earlier version into the arena, without summaries. Fault: system where it cannot
 * be read; format, with the place, where it is torn, foreign, or of a later version.
 */
must_use int bench_file_read(const char *path, struct arena *a, struct bench *ret, struct err *e);
/* The same of a text; `name` is what messages call it. */
must_use int bench_file_parse(struct str text, const char *name, struct arena *a, struct bench *ret,
			      struct err *e);
