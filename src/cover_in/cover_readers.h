/*
 * cover_in/cover_readers.h - the readers behind cover_in/cover_read.h, one for each format.
 *
 * Each takes the bytes of one whole file and tells through r->tell. path is for messages. Memory: r->scratch,
 * and what cover_tell gathers of one source file. Errors: FAULT_FORMAT, "cannot read 'path': where: what".
 */
#pragma once
#include "cover_in/cover_read.h"

/* LCOV. About 1 ns a byte. */
must_use int cover_lcov_read(struct cover_read *r, struct str bytes, const char *path, struct err *e);
/* Cobertura or JaCoCo, by the root element. Entities may not be declared, and are never fetched. */
must_use int cover_xml_read(struct cover_read *r, struct str bytes, const char *path, struct err *e);
/* Any of the JSON formats, one document or several behind each other (as gcov -t prints them). */
must_use int cover_json_read(struct cover_read *r, struct str bytes, const char *path, struct err *e);
/* A .coverage file. What is not plain is given to SQLite, which opens path itself (when from_file),
 * read-only. */
must_use int cover_sqlite_read(struct cover_read *r, struct str bytes, const char *path, bool from_file,
			       struct err *e);
/* A text profile of go test -coverprofile. */
must_use int cover_go_read(struct cover_read *r, struct str bytes, const char *path, struct err *e);

/* Keep a covmeta file, and add up a covcounters file; tell all of them; forget them. */
must_use int cover_gocov_meta(struct cover_read *r, struct str bytes, const char *path, struct err *e);
must_use int cover_gocov_counters(struct cover_read *r, struct str bytes, const char *path, struct err *e);
void cover_gocov_end(struct cover_read *r);
void cover_gocov_free(struct cover_read *r);

/* Keep a .gcno, and add up a .gcda; solve and tell all of them; forget them. */
must_use int cover_gcov_notes(struct cover_read *r, struct str bytes, const char *path, struct err *e);
must_use int cover_gcov_data(struct cover_read *r, struct str bytes, const char *path, struct err *e);
void cover_gcov_end(struct cover_read *r);
void cover_gcov_free(struct cover_read *r);
