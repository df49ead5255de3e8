/*
 * ingest/ingest_test.h - for the tests of readers: a sink that writes down what
 * it is given, a line an event:
 *
 *	span test 5<3 t=1000 d=20 passed framework 'name' file 'a.py' line 3 attempt 2 msg '...' unit=12
 */
#pragma once
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "ingest/ingest.h"

struct recorder {
	struct sink sink;
	struct ingest in;
	struct arena arena;
	struct buf rows;
	struct err err;
};

static void recorder_text(struct buf *b, const char *label, struct str s)
{
	if (!s.n)
		return;
	buf_printf(b, "%s'", label);
	for (size_t i = 0; i < s.n; i++)
		if (s.at[i] == '\n')
			buf_text(b, "\\n");
		else
			buf_char(b, s.at[i]);
	buf_char(b, '\'');
}

static void recorder_put(struct sink *s, const struct event *ev)
{
	struct buf *b = &((struct recorder *)s)->rows;
	buf_printf(b, "%s%s%s", event_type_name(ev->type), ev->kind ? " " : "", span_kind_name(ev->kind));
	if (ev->id)
		buf_printf(b, " %" PRIu64, ev->id);
	if (ev->parent)
		buf_printf(b, "<%" PRIu64, ev->parent);
	buf_printf(b, " t=%" PRId64, ev->time_ns);
	if (ev->dur_ns)
		buf_printf(b, " d=%" PRId64, ev->dur_ns);
	if (ev->status)
		buf_printf(b, " %s", status_name(ev->status));
	if (ev->source)
		buf_printf(b, " %s", time_source_name(ev->source));
	recorder_text(b, " ", ev->name);
	recorder_text(b, " file ", ev->file);
	if (ev->line)
		buf_printf(b, " line %" PRIu32, ev->line);
	recorder_text(b, " key ", ev->key);
	if (ev->attempt)
		buf_printf(b, " attempt %" PRIu32, ev->attempt);
	recorder_text(b, " msg ", ev->message);
	recorder_text(b, " text ", ev->text);
	for (uint32_t i = 0; i < ev->n_fields; i++) {
		buf_printf(b, " %.*s=", STR_ARG(ev->fields[i].key));
		if (ev->fields[i].type == FIELD_INT)
			buf_int(b, ev->fields[i].num);
		else
			recorder_text(b, "", ev->fields[i].text);
	}
	buf_char(b, '\n');
}

static inline void recorder_init(struct recorder *r)
{
	memset(r, 0, sizeof(*r));
	r->sink.put = recorder_put;
	r->in = (struct ingest){.out = &r->sink, .arena = &r->arena, .next_id = 1, .time_ns = 1000};
}

static inline void recorder_free(struct recorder *r)
{
	buf_free(&r->rows);
	arena_free(&r->arena);
}

/* That the rows so far are these; and forgets them. */
static inline void recorder_expect(struct recorder *r, const char *rows)
{
	buf_add(&r->rows, "", 0);
	assert_string_equal(r->rows.at, rows);
	buf_clear(&r->rows);
}
