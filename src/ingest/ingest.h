/*
 * ingest/ingest.h - what every reader of somebody else's results shares.
 *
 * A reader turns bytes into events (suite, test, step, hook, output, note) and
 * puts them into `out`. Ids are taken from `next_id`; spans without a parent of
 * their own lie in `parent`. The caller owns everything, the reader too; what a
 * reader keeps lies in `arena`, which it may not reset, and what else it takes it
 * gives back when it finishes. Strings of an event live until put() returns.
 *
 * A test without tests inside it is one whole span, put when its result is known. One with others
 * inside begins before the first of them and ends after the last; its `end` has
 * the field `subtests`, and its time includes theirs.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "wire/sink.h"

struct ingest {
	struct sink *out;
	struct arena *arena;
	struct str root;  /* absolute; file names below it are made relative; may be empty */
	uint64_t next_id; /* id for the next span; rises */
	uint64_t parent;  /* span around all: the unit */
	int32_t worker;
	uint32_t attempt;
	enum status lost;  /* what a test is that began and has no result; NONE reads as CRASHED */
	int64_t time_ns;   /* files: when the unit began, for formats without stamps;
			      streams: arrival of the bytes now fed */
	uint32_t n_tests;  /* counted by the reader */
	enum status worst; /* worst status of a test seen */
};

enum {
	INGEST_MESSAGE = 16 * 1024, /* bytes kept of a message that is gathered from output */
	INGEST_TEXT = 64 * 1024,    /* bytes kept of a text in a file */
	INGEST_NAME = 4 * 1024,     /* bytes of a name */
};

/* A fresh span id. */
uint64_t ingest_id(struct ingest *in);
/* Fills in worker and attempt, and parent where ev has none, and puts it. Counts a test that ends. */
void ingest_put(struct ingest *in, struct event *ev);
/* Tells a person. code is one word. */
void ingest_note(struct ingest *in, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What a span printed, for a bad one. text may be empty: then nothing is put. */
void ingest_output(struct ingest *in, uint64_t id, struct str text, uint64_t size_bytes);
/* Raises in->worst. */
void ingest_worse(struct ingest *in, enum status status);
enum status ingest_lost(const struct ingest *in);
/* path, relative where it lies below in->root. */
struct str ingest_file(const struct ingest *in, struct str path);
/* name cut to INGEST_NAME bytes, without the blanks around it. */
struct str ingest_name(struct str name);

/*
 * A decimal number ("12", "0.5", ".5", "1e-3", "1,234.5") of units of unit_ns,
 * in ns; false leaves *ret untouched. Less than 0 reads as 0, more than 1000 days as that.
 */
bool ingest_decimal(struct str s, int64_t unit_ns, int64_t *ret_ns);
/* RFC 3339 or nearly ("2024-01-02T03:04:05", with or without fraction and zone): ns since 1970. */
bool ingest_stamp(struct str s, int64_t *ret_ns);

/* Maps stamps of another clock to the run's: the first one seen is in->time_ns. */
struct stamps {
	bool known;
	int64_t first_ns, time_ns;
};
/* The run's time of a stamp; never before the first. */
int64_t stamps_time(struct stamps *s, const struct ingest *in, int64_t stamp_ns);
