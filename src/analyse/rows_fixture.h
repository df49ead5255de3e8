/*
 * analyse/rows_fixture.h - models of rows that stand in a test.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyse/model.h"
#include "base/row.h"
#include "base/str.h"

/* Puts rows as they stand in a record, one a line, with ' for ". */
static inline void put(struct model *m, const char *rows)
{
	struct buf text = {0};
	struct arena scratch = {0};
	struct str rest, line;
	for (const char *p = rows; *p; p++)
		buf_char(&text, *p == '\'' ? '"' : *p);
	rest = buf_view(&text);
	while (str_next(&rest, '\n', &line)) {
		struct event ev;
		struct err e = {0};
		if (!line.n)
			continue;
		if (row_read(line, &scratch, &ev, &e) != 0)
			fail_msg("%s: %.*s", e.text, STR_ARG(line));
		sink_put(&m->sink, &ev);
	}
	arena_free(&scratch);
	buf_free(&text);
}

static inline struct model *model_of(const char *rows)
{
	struct model *m = calloc(1, sizeof(*m));
	assert_non_null(m);
	model_init(m);
	put(m, rows);
	model_finish(m);
	return m;
}

static inline void drop(struct model *m)
{
	model_free(m);
	free(m);
}

static inline void assert_str(struct str s, const char *text)
{
	if (!str_is(s, text))
		fail_msg("got '%.*s', not '%s'", STR_ARG(s), text);
}
