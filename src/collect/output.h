/*
 * collect/output.h - what a worker prints: kept whole in its log file, and the
 * head and tail of the current unit in memory, to be shown when it goes bad.
 *
 * A log that cannot be written is given up and told once; the tests go on.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "wire/str.h"

enum { OUTPUT_HEAD = 16 * 1024, OUTPUT_TAIL = 48 * 1024 };

struct output {
	int log;             /* -1: not kept */
	int tee;             /* copied there at once; -1: nowhere */
	uint64_t log_bytes;  /* written so far */
	uint64_t unit_bytes; /* since output_mark */
	uint64_t unit_at;    /* log_bytes at output_mark */
	char *head, *tail;   /* allocated at the first byte */
	bool failed;         /* the log could not be written */
	struct err error;
};

void output_init(struct output *o, int tee);
/* Opens (appends to) the log; failure is kept in o. */
void output_open(struct output *o, const char *path);
void output_close(struct output *o);
void output_put(struct output *o, struct str bytes);
/* A new unit begins here. */
void output_mark(struct output *o);
/* What was put since output_mark: all of it, or head, a line that says what was cut, and tail. Lives in a. */
struct str output_excerpt(const struct output *o, struct arena *a);
