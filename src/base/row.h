/*
 * base/row.h - one event as one JSON line, and back.
 *
 * The same rows stand in a run's events.jsonl and in what agents append to
 * FETTLE_EVENTS; docs/record-format.md is the contract. Rows from agents are
 * hostile input: everything is checked, unknown keys are passed over.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/event.h"

enum { ROW_FIELDS = 32 }; /* a row with more fields than this loses the rest */

/* No t or d above this (146 years) is read. */
#define ROW_TIME_MOST (INT64_C(1) << 62)

/*
 * Adds the row and its line end. Keys with nothing to say are left out, but for
 * ev and t; fields stand as they are. Ids are below 2^63. About 0.15 us for a row of 200 bytes;
 * reading one back 0.35 us.
 */
void row_write(struct buf *b, const struct event *ev);

/*
 * Reads one line (without its line end). Strings point into the line or, where
 * they held escapes, into the arena; the fields into the arena. A name of ev,
 * kind, st or src that is not known reads as the zero value, so a row of a later
 * version is an EVENT_NONE for the caller to pass over. Not an object, a known
 * key with a value of another type, a negative number or one too large for its
 * place: FAULT_FORMAT, and *ret is untouched.
 */
must_use int row_read(struct str line, struct arena *arena, struct event *ret, struct err *e);

/* A copy that lasts: its strings and fields are in the arena. */
struct event event_keep(const struct event *ev, struct arena *arena);

/* The number or the text of a field; the default when the row has none of that name. */
int64_t event_int(const struct event *ev, const char *key, int64_t otherwise);
struct str event_text(const struct event *ev, const char *key);
