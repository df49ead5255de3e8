#include "door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"

enum { FIRST_ID = 100 };

_Noreturn void door_fail(const char *condition, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

static void hold_round_trip(struct watch *w, const struct event *ev)
{
	struct event back;
	struct err e;
	struct buf again = {0};
	size_t from = w->rows.n;
	row_write(&w->rows, ev);
	struct str row = {w->rows.at + from, w->rows.n - from - 1};
	HOLD(str_find(row, '\n') == row.n);
	HOLD(row_read(row, &w->scratch, &back, &e) == 0);
	row_write(&again, &back);
	HOLD(str_eq(str_cut(buf_view(&again), 0, again.n - 1), row));
	buf_free(&again);
	arena_reset(&w->scratch);
}

static size_t find_open(const struct watch *w, uint64_t id)
{
	size_t i = w->n_open;
	while (i > 0 && w->open[i - 1] != id)
		i--;
	return i;
}

static void hold_unused(struct watch *w, uint64_t id)
{
	HOLD(id >= FIRST_ID);
	while (w->n_used <= id - FIRST_ID) {
		w->used = mem_grow(w->used, w->n_used, &w->cap_used, 1);
		w->used[w->n_used++] = 0;
	}
	HOLD(!w->used[id - FIRST_ID]);
	w->used[id - FIRST_ID] = 1;
}

static void hold_ranges(const struct event *ev)
{
	HOLD(ev->time_ns >= 0 && ev->dur_ns >= 0 && ev->time_ns + ev->dur_ns >= 0);
	HOLD(ev->name.n <= 3 * INGEST_NAME && ev->file.n <= INGEST_NAME);
	HOLD(ev->message.n <= INGEST_TEXT + 2 * INGEST_MESSAGE && ev->text.n <= INGEST_TEXT + 64);
}

static void hold_fresh(struct watch *w, const struct event *ev)
{
	HOLD(ev->kind >= SPAN_SUITE && ev->kind <= SPAN_HOOK);
	HOLD(ev->id < w->in.next_id);
	HOLD(ev->parent == w->in.parent || find_open(w, ev->parent) > 0);
	hold_unused(w, ev->id);
	if (ev->type == EVENT_BEGIN) {
		w->open = mem_grow(w->open, w->n_open, &w->cap_open, sizeof(*w->open));
		w->open[w->n_open++] = ev->id;
	}
}

static void hold_end(struct watch *w, const struct event *ev)
{
	size_t i = find_open(w, ev->id);
	HOLD(i > 0);
	w->open[i - 1] = w->open[--w->n_open];
}

static void watch_put(struct sink *s, const struct event *ev)
{
	struct watch *w = (struct watch *)s;
	hold_ranges(ev);
	if (ev->type == EVENT_BEGIN || ev->type == EVENT_SPAN)
		hold_fresh(w, ev);
	else if (ev->type == EVENT_END)
		hold_end(w, ev);
	else
		HOLD(ev->type == EVENT_OUTPUT || ev->type == EVENT_NOTE);
	if (ev->kind == SPAN_TEST && ev->type != EVENT_BEGIN) {
		HOLD(ev->status != STATUS_NONE);
		w->n_tests++;
		w->worst = ev->status > w->worst ? ev->status : w->worst;
	}
	hold_round_trip(w, ev);
}

void watch_init(struct watch *w)
{
	memset(w, 0, sizeof(*w));
	w->sink.put = watch_put;
	w->in = (struct ingest){.out = &w->sink,
				.arena = &w->arena,
				.root = STR("/root"),
				.next_id = FIRST_ID,
				.parent = 7,
				.worker = 1,
				.time_ns = 1000};
}

void watch_finish(struct watch *w)
{
	HOLD(w->n_open == 0);
	HOLD(w->n_tests == w->in.n_tests);
	HOLD(w->worst <= w->in.worst);
}

void watch_free(struct watch *w)
{
	arena_free(&w->arena);
	arena_free(&w->scratch);
	buf_free(&w->rows);
	mem_free(w->open);
	mem_free(w->used);
}

struct str door_copy(const uint8_t *bytes, size_t size)
{
	char *at = malloc(size ? size : 1);
	if (!at)
		abort();
	if (size)
		memcpy(at, bytes, size);
	return (struct str){at, size};
}

void door_drop(struct str s)
{
	free((char *)(uintptr_t)s.at);
}

void door_stream(const uint8_t *bytes, size_t size,
		 void (*run)(struct watch *w, struct str bytes, size_t piece))
{
	size_t piece = size ? 1 + bytes[0] % 61 : 1;
	struct str s = door_copy(size ? bytes + 1 : bytes, size ? size - 1 : 0);
	struct watch whole, pieces;
	watch_init(&whole);
	watch_init(&pieces);
	run(&whole, s, s.n + 1);
	run(&pieces, s, piece);
	watch_finish(&whole);
	watch_finish(&pieces);
	HOLD(str_eq(buf_view(&whole.rows), buf_view(&pieces.rows)));
	HOLD(whole.arena.total_bytes < 4 * 1024 * 1024 + 8 * size);
	watch_free(&whole);
	watch_free(&pieces);
	door_drop(s);
}
