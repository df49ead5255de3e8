/*
 * The talk of a client with a container engine. Input: pieces, each behind two bytes, of which the lowest bit
 * says who speaks and the rest how long the piece is; a piece of length 0 is that side's end.
 */
#include <string.h>

#include "base/row.h"
#include "base/str.h"
#include "door.h"
#include "engine/engine_talk.h"

struct hearing {
	struct sink sink;
	struct talk_host host;
	struct buf rows;
	struct arena arena;
	uint64_t last_id;
};

static void put(struct sink *s, const struct event *ev)
{
	struct hearing *h = (struct hearing *)s;
	struct event back;
	struct err e;
	size_t at = h->rows.n;
	HOLD(ev->type == EVENT_BEGIN || ev->type == EVENT_END || ev->type == EVENT_SPAN ||
	     ev->type == EVENT_VALUE);
	HOLD(ev->time_ns >= 0 && ev->dur_ns >= 0);
	HOLD(ev->parent < (1U << 31) && ev->id < (1U << 31));
	if (ev->type == EVENT_BEGIN || ev->type == EVENT_SPAN) {
		HOLD(ev->id > h->last_id || ev->kind == SPAN_PHASE);
		h->last_id = ev->id > h->last_id ? ev->id : h->last_id;
	}
	row_write(&h->rows, ev);
	arena_reset(&h->arena);
	HOLD(row_read(str_cut(buf_view(&h->rows), at, h->rows.n - at - 1), &h->arena, &back, &e) == 0);
}

static bool on_started(struct talk_host *h, const struct known_container *c, int64_t now_ns)
{
	(void)h;
	HOLD(c->span && now_ns > 0);
	return c->cid.at[0] & 1;
}

/* small: pieces are fed byte by byte. */
static void hear(struct str input, bool small, struct hearing *h, uint64_t *ret_bytes)
{
	struct engine_talk talk;
	struct talk_peer peer;
	int64_t now = 0;
	bool ended[HTTP_WAYS] = {false};
	*h = (struct hearing){.sink = {put}, .host = {on_started}};
	talk_init(&talk, &h->sink, &h->host, "docker", NULL, 0);
	talk_peer_init(&peer, &talk, 1, 2);
	while (input.n >= 2) {
		unsigned first = (unsigned char)input.at[0], second = (unsigned char)input.at[1];
		enum http_way way = first & 1;
		struct str piece = str_cut(input, 2, (first >> 1) << 8 | second);
		input = str_cut(input, 2 + piece.n, input.n);
		now += 1000;
		if (!piece.n && !ended[way]) {
			ended[way] = true;
			http_tap_eof(&peer.tap, way, now);
		}
		while (piece.n && !ended[way]) {
			uint64_t blind = http_tap_blind(&peer.tap, way);
			struct str part = str_cut(piece, 0, small ? 1 : piece.n);
			if (!small && blind && blind < part.n)
				http_tap_passed(&peer.tap, way, blind, now);
			else
				blind = 0;
			part = str_cut(part, (size_t)blind, part.n);
			http_tap_feed(&peer.tap, way, part, now);
			piece = str_cut(piece, (size_t)blind + part.n, piece.n);
		}
		HOLD(peer.tap.n_open <= HTTP_QUEUE);
		HOLD(peer.tap.held.n <= HTTP_HELD);
		HOLD(!peer.tap.deaf || !peer.tap.first);
	}
	talk_tick(&talk, now + 100000000000);
	talk_peer_free(&peer, now + 100000000000);
	talk_end(&talk, now + 100000000000);
	*ret_bytes = talk.n_broken;
	talk_free(&talk);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct hearing whole, small;
	uint64_t broken_whole, broken_small;
	hear(s, false, &whole, &broken_whole);
	hear(s, true, &small, &broken_small);
	HOLD(broken_whole == broken_small);
	HOLD(str_eq(buf_view(&whole.rows), buf_view(&small.rows)));
	buf_free(&whole.rows);
	buf_free(&small.rows);
	arena_free(&whole.arena);
	arena_free(&small.arena);
	door_drop(s);
	return 0;
}
