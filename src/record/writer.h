/*
 * record/writer.h - events.jsonl, written while the run goes on.
 *
 * A sink with a buffer of its own: rows reach the file when 64 KiB have come
 * together or on writer_flush (the caller does so about once a second), never by fsync. The first failure
 * is kept and told at close; the run that is described goes on.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/sink.h"

struct writer {
	struct sink sink;
	struct buf buf;
	int fd; /* -1: given up */
	bool failed;
	struct err error;
	char path[4096];
};

must_use int writer_open(struct writer *w, const char *path, struct err *e);
void writer_flush(struct writer *w);
/* 0, or the first failure. */
int writer_close(struct writer *w, struct err *e);
