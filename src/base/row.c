#include "base/row.h"

#include <string.h>

#include "base/digits.h"
#include "base/json.h"
#include "base/str.h"

/* Room for a key and a number; for all numbers and names of a row: 9 of them, names of 10 bytes at most. */
enum { NUMBER_BYTES = 16 + DIGITS_BYTES, HEAD_BYTES = 9 * NUMBER_BYTES };

/* Keys of docs/record-format.md, in the order in which they are written. */
enum row_key {
	KEY_EV,
	KEY_T,
	KEY_KIND,
	KEY_ID,
	KEY_IN,
	KEY_W,
	KEY_D,
	KEY_ST,
	KEY_SRC,
	KEY_NAME,
	KEY_FILE,
	KEY_LINE,
	KEY_KEY,
	KEY_ATTEMPT,
	KEY_MSG,
	KEY_TEXT,
	KEY_OTHER
};

static const struct str keys[KEY_OTHER] = {
    [KEY_EV] = {"ev", 2},     [KEY_T] = {"t", 1},
    [KEY_KIND] = {"kind", 4}, [KEY_ID] = {"id", 2},
    [KEY_IN] = {"in", 2},     [KEY_W] = {"w", 1},
    [KEY_D] = {"d", 1},       [KEY_ST] = {"st", 2},
    [KEY_SRC] = {"src", 3},   [KEY_NAME] = {"name", 4},
    [KEY_FILE] = {"file", 4}, [KEY_LINE] = {"line", 4},
    [KEY_KEY] = {"key", 3},   [KEY_MSG] = {"msg", 3},
    [KEY_TEXT] = {"text", 4}, [KEY_ATTEMPT] = {"attempt", 7},
};

static enum row_key key_of(struct str key)
{
	for (unsigned i = 0; i < KEY_OTHER; i++)
		if (keys[i].n == key.n && keys[i].at[0] == key.at[0] &&
		    memcmp(keys[i].at, key.at, key.n) == 0)
			return (enum row_key)i;
	return KEY_OTHER;
}

/* The same with what stands around them. */
#define HEAD(word)                                                                                           \
	{                                                                                                    \
		",\"" word "\":", sizeof(",\"" word "\":") - 1                                               \
	}
static const struct {
	char text[16];
	unsigned n;
} heads[KEY_OTHER] = {
    [KEY_EV] = HEAD("ev"),     [KEY_T] = HEAD("t"),
    [KEY_KIND] = HEAD("kind"), [KEY_ID] = HEAD("id"),
    [KEY_IN] = HEAD("in"),     [KEY_W] = HEAD("w"),
    [KEY_D] = HEAD("d"),       [KEY_ST] = HEAD("st"),
    [KEY_SRC] = HEAD("src"),   [KEY_NAME] = HEAD("name"),
    [KEY_FILE] = HEAD("file"), [KEY_LINE] = HEAD("line"),
    [KEY_KEY] = HEAD("key"),   [KEY_MSG] = HEAD("msg"),
    [KEY_TEXT] = HEAD("text"), [KEY_ATTEMPT] = HEAD("attempt"),
};

/* These four write where they are told to, and return behind it. */

static char *put_key(char *to, enum row_key key)
{
	/* all of it, for a copy whose size is known costs one step */
	memcpy(to, heads[key].text, sizeof(heads[key].text));
	return to + heads[key].n;
}

static char *put_int(char *to, enum row_key key, int64_t v)
{
	return digits_put_int(put_key(to, key), v);
}

/* A name of wire/event.c: needs no escapes. */
static char *put_name(char *to, enum row_key key, const char *name)
{
	to = put_key(to, key);
	*to++ = '"';
	while (*name)
		*to++ = *name++;
	*to++ = '"';
	return to;
}

/* What comes before the texts; less than HEAD_BYTES. */
static char *put_head(char *to, const struct event *ev)
{
	to = digits_text(to, "{\"ev\":\"");
	for (const char *name = event_type_name(ev->type); *name;)
		*to++ = *name++;
	*to++ = '"';
	to = put_int(to, KEY_T, ev->time_ns);
	if (ev->kind)
		to = put_name(to, KEY_KIND, span_kind_name(ev->kind));
	if (ev->id)
		to = put_int(to, KEY_ID, (int64_t)ev->id);
	if (ev->parent)
		to = put_int(to, KEY_IN, (int64_t)ev->parent);
	if (ev->worker >= 0)
		to = put_int(to, KEY_W, ev->worker);
	if (ev->dur_ns)
		to = put_int(to, KEY_D, ev->dur_ns);
	if (ev->status)
		to = put_name(to, KEY_ST, status_name(ev->status));
	if (ev->source)
		to = put_name(to, KEY_SRC, time_source_name(ev->source));
	return to;
}

static void put_number(struct buf *b, enum row_key key, int64_t v)
{
	b->n = (size_t)(put_int(buf_room(b, NUMBER_BYTES), key, v) - b->at);
}

static void put_text(struct buf *b, enum row_key key, struct str s)
{
	if (!s.n)
		return;
	b->n = (size_t)(put_key(buf_room(b, NUMBER_BYTES), key) - b->at);
	json_put_text(b, s);
}

static void put_field(struct buf *b, const struct field *f)
{
	buf_char(b, ',');
	json_put_text(b, f->key);
	buf_char(b, ':');
	if (f->type == FIELD_INT)
		buf_int(b, f->num);
	else
		json_put_text(b, f->text);
}

void row_write(struct buf *b, const struct event *ev)
{
	b->n = (size_t)(put_head(buf_room(b, HEAD_BYTES), ev) - b->at);
	put_text(b, KEY_NAME, ev->name);
	put_text(b, KEY_FILE, ev->file);
	if (ev->line)
		put_number(b, KEY_LINE, ev->line);
	put_text(b, KEY_KEY, ev->key);
	if (ev->attempt)
		put_number(b, KEY_ATTEMPT, ev->attempt);
	put_text(b, KEY_MSG, ev->message);
	put_text(b, KEY_TEXT, ev->text);
	for (uint32_t i = 0; i < ev->n_fields; i++)
		put_field(b, &ev->fields[i]);
	buf_add(b, "}\n", 2);
}

/* A row being read. */
struct reader {
	struct json json;
	struct event *ev;
	const char *error; /* what is wrong with a number; NULL */
	enum row_key key;  /* the key that error is about */
	struct field fields[ROW_FIELDS];
};

/* A number from 0 to most. */
static int64_t take_int(struct reader *r, enum row_key key, int64_t most)
{
	int64_t v = json_int(&r->json);
	if (v >= 0 && v <= most)
		return v;
	if (!r->error) {
		r->error = v < 0 ? "is negative" : "is too large";
		r->key = key;
	}
	return 0;
}

/* Whole numbers and texts become fields, and a `num` with a fraction the text of it; what else there may be
 * is for later versions. */
static void take_field(struct reader *r, struct str key)
{
	struct json *j = &r->json;
	struct field f = {.key = key};
	switch (json_peek(j)) {
	case JSON_TEXT:
		f.type = FIELD_TEXT;
		f.text = json_text(j);
		break;
	case JSON_NUMBER:
		f.text = json_raw(j);
		f.type = str_int(f.text, &f.num) ? FIELD_INT : FIELD_TEXT;
		if (f.type == FIELD_TEXT && !str_is(key, "num"))
			return;
		break;
	default:
		json_skip(j);
		return;
	}
	if (r->ev->n_fields < ROW_FIELDS)
		r->fields[r->ev->n_fields++] = f;
}

static void take_member(struct reader *r, struct str name)
{
	struct event *ev = r->ev;
	struct json *j = &r->json;
	enum row_key key = key_of(name);
	switch (key) {
	case KEY_EV:
		ev->type = event_type_of(json_text(j));
		break;
	case KEY_T:
		ev->time_ns = take_int(r, key, ROW_TIME_MOST);
		break;
	case KEY_KIND:
		ev->kind = span_kind_of(json_text(j));
		break;
	case KEY_ID:
		ev->id = (uint64_t)take_int(r, key, INT64_MAX);
		break;
	case KEY_IN:
		ev->parent = (uint64_t)take_int(r, key, INT64_MAX);
		break;
	case KEY_W:
		ev->worker = (int32_t)take_int(r, key, INT32_MAX);
		break;
	case KEY_D:
		ev->dur_ns = take_int(r, key, ROW_TIME_MOST);
		break;
	case KEY_ST:
		ev->status = status_of(json_text(j));
		break;
	case KEY_SRC:
		ev->source = time_source_of(json_text(j));
		break;
	case KEY_NAME:
		ev->name = json_text(j);
		break;
	case KEY_FILE:
		ev->file = json_text(j);
		break;
	case KEY_LINE:
		ev->line = (uint32_t)take_int(r, key, UINT32_MAX);
		break;
	case KEY_KEY:
		ev->key = json_text(j);
		break;
	case KEY_ATTEMPT:
		ev->attempt = (uint32_t)take_int(r, key, UINT32_MAX);
		break;
	case KEY_MSG:
		ev->message = json_text(j);
		break;
	case KEY_TEXT:
		ev->text = json_text(j);
		break;
	case KEY_OTHER:
		take_field(r, name);
	}
}

int row_read(struct str line, struct arena *arena, struct event *ret, struct err *e)
{
	struct event ev = {.worker = -1};
	struct reader r;
	struct str name;
	r.ev = &ev;
	r.error = NULL;
	json_init(&r.json, line, arena);
	if (json_object(&r.json))
		while (json_key(&r.json, &name))
			take_member(&r, name);
	if (!json_end(&r.json))
		return err_format(e, "bad row: byte %zu: %s", r.json.error_at + 1, r.json.error);
	if (r.error)
		return err_format(e, "bad row: '%s' %s", keys[r.key].at, r.error);
	if (ev.n_fields) {
		struct field *kept = arena_array(arena, struct field, ev.n_fields);
		memcpy(kept, r.fields, sizeof(*kept) * ev.n_fields);
		ev.fields = kept;
	}
	*ret = ev;
	return 0;
}

struct event event_keep(const struct event *ev, struct arena *arena)
{
	struct event kept = *ev;
	struct field *fields = arena_array(arena, struct field, ev->n_fields);
	kept.name = arena_str(arena, ev->name);
	kept.file = arena_str(arena, ev->file);
	kept.key = arena_str(arena, ev->key);
	kept.message = arena_str(arena, ev->message);
	kept.text = arena_str(arena, ev->text);
	for (uint32_t i = 0; i < ev->n_fields; i++) {
		fields[i] = ev->fields[i];
		fields[i].key = arena_str(arena, ev->fields[i].key);
		fields[i].text = arena_str(arena, ev->fields[i].text);
	}
	kept.fields = fields;
	return kept;
}

static const struct field *field_of(const struct event *ev, const char *key, enum field_type type)
{
	for (uint32_t i = 0; i < ev->n_fields; i++)
		if (ev->fields[i].type == type && str_is(ev->fields[i].key, key))
			return &ev->fields[i];
	return NULL;
}

int64_t event_int(const struct event *ev, const char *key, int64_t otherwise)
{
	const struct field *f = field_of(ev, key, FIELD_INT);
	return f ? f->num : otherwise;
}

struct str event_text(const struct event *ev, const char *key)
{
	const struct field *f = field_of(ev, key, FIELD_TEXT);
	return f ? f->text : STR_NONE;
}
