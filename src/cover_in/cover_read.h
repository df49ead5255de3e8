/*
 * cover_in/cover_read.h - coverage files of other tools, read into a cover_sink (wire/cover.h).
 *
 * What a file is is found from its bytes, not from its name:
 *   LCOV tracefiles, 1.x and 2.x
 *   Cobertura XML, JaCoCo XML
 *   JSON of coverage.py (formats 2, 3 and the one before), slipcover, gcov -j, gcovr, llvm-cov export and
 *Istanbul .coverage of coverage.py (SQLite, schema 7) Go: text profiles, and the covmeta and covcounters
 *files of GOCOVERDIR .gcno and .gcda of GCC 11 to 14 Any of them may be compressed with gzip.
 *
 *	struct cover_read r;
 *	cover_read_init(&r, &sink, &host);
 *	for (each path)
 *		if (cover_read_file(&r, path, &e) < 0) -> say so, go on
 *	cover_read_end(&r);
 *	cover_read_free(&r);
 *
 * A file that is bad does no harm to the others. Of a bad text or XML file the source files that were
 * complete before the fault are told, as each is a whole by itself; of a bad .coverage file or Go profile
 *nothing is told, as its parts lean on each other. The counters of one .gcda or covcounters file are taken
 *whole or not at all. No count is ever negative, no line beyond COVER_LINE_MAX, no path empty or with a NUL
 *byte: a reader refuses or corrects (and notes) what is.
 *
 * Compiled programs keep counters apart from what they count: .gcda from .gcno, covcounters from covmeta.
 *Their counters are only added up when read; cover_read_end tells the sum, once for each object. A .gcno that
 *was not given is looked for beside the .gcda, and where the .gcda lies below another folder (GCOV_PREFIX),
 *at its own absolute path.
 *
 * One thread at a time; several readers may work side by side, each with its own sink.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/cover.h"

/* Whoever reads. Each function may be NULL; texts live for the call. */
struct cover_host {
	/* Something a person should know of a file that is good: "'x.info': 2 negative counts are taken as
	 * 0". */
	void (*note)(struct cover_host *host, const char *text);
	/* A file that turned out bad only in cover_read_end. */
	void (*bad)(struct cover_host *host, const struct err *e);
	/*
	 * Only gcov of its own compiler can read this .gcda (path): run `gcov -j -t -b` on it and give what
	 * it prints to cover_read_bytes. Without this function such a file is bad.
	 */
	void (*gcov)(struct cover_host *host, const char *path, const char *why);
};

struct cover_tell;
struct cover_gcov;
struct cover_gocov;

struct cover_read {
	struct cover_sink *out;
	struct cover_host *host; /* may be NULL */
	struct arena scratch;    /* for one file; reset before each */
	struct cover_tell *tell;
	struct cover_gcov *gcov; /* NULL until needed, as the next */
	struct cover_gocov *gocov;
	struct buf unpacked; /* of a compressed file */
	char *bytes;         /* of the file being read; kept for the next one */
	size_t cap_bytes;
};

void cover_read_init(struct cover_read *r, struct cover_sink *out, struct cover_host *host);
/* Reads a file, or a pipe to its end. Faults: FAULT_SYSTEM, FAULT_FORMAT; the text names the path. */
must_use int cover_read_file(struct cover_read *r, const char *path, struct err *e);
/* The same of bytes in memory; path names them in messages, and tells a .gcda where its .gcno is. */
must_use int cover_read_bytes(struct cover_read *r, struct str bytes, const char *path, struct err *e);
/* Tells what waits for its counters. Once, after the last file. */
void cover_read_end(struct cover_read *r);
void cover_read_free(struct cover_read *r);
