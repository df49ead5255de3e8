/*
 * base/json.h - reading and writing JSON (RFC 8259).
 *
 * The reader is a pull parser over bytes in memory: no tree, no allocation but
 * for strings that hold escapes (decoded into the arena that the caller gives).
 * It checks everything: structure, numbers, escapes, UTF-8, depth (JSON_DEPTH).
 *
 *	struct json j;
 *	json_init(&j, text, &scratch);
 *	if (json_object(&j))
 *		while (json_key(&j, &key)) {
 *			if (str_is(key, "name"))
 *				name = json_text(&j);
 *			else
 *				json_skip(&j);
 *		}
 *	if (!json_end(&j)) -> j.error, j.error_at
 *
 * Errors stick: after the first one every call answers "nothing more" (false,
 * 0, empty), so that a caller checks once, at the end.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "wire/str.h"

enum json_type { JSON_NONE, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };
enum { JSON_DEPTH = 1000 };

struct json {
	const char *at, *end, *start;
	struct arena *arena;
	const char *error; /* NULL, or what is wrong: a constant */
	size_t error_at;   /* byte offset */
	int depth;
	bool first; /* no member of the current container was read yet */
};

void json_init(struct json *j, struct str text, struct arena *arena);
/* What the next value is. JSON_NONE at an error or at the end. */
enum json_type json_peek(struct json *j);
/* Enter an object or array; false (and an error) when the next value is none. */
bool json_object(struct json *j);
bool json_array(struct json *j);
/* The next key of the object just entered; false when the object is over (and left). */
bool json_key(struct json *j, struct str *ret_key);
/* Whether the array has another item; false when the array is over (and left). */
bool json_item(struct json *j);
/* The next value as text, number, truth. A null reads as empty, 0, false; another type is an error. */
struct str json_text(struct json *j);
int64_t json_int(struct json *j); /* a fraction is cut; out of range is an error */
double json_real(struct json *j);
bool json_bool(struct json *j);
/* The raw bytes of the next value, checked. */
struct str json_raw(struct json *j);
void json_skip(struct json *j);
/* The caller's own objection to what was just read: an error as any other. what is a constant. */
void json_fail(struct json *j, const char *what);
/*
 * Calls member for each member of the object that is next; those that it does not read (false), and anything
 * but an object, are passed over.
 */
void json_members(struct json *j, void *to, bool (*member)(struct json *j, struct str key, void *to));
/* True when all was well and nothing but blanks is left. */
bool json_end(struct json *j);

/* Writing: the value as JSON, quotes included. Bytes that are not UTF-8 become U+FFFD. */
void json_put_text(struct buf *b, struct str s);
/* ,"key":  (without the comma right behind an opening bracket) */
void json_put_key(struct buf *b, const char *key);
void json_put_key_text(struct buf *b, const char *key, struct str value);
void json_put_key_int(struct buf *b, const char *key, int64_t value);
/* Seconds with nine decimals and no trailing zeros: 1234567890 -> 1.23456789. */
void json_put_key_seconds(struct buf *b, const char *key, int64_t ns);
