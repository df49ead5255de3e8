#include "base/str.h"
#include "door.h"
#include "engine/watch_api.h"
#include "engine/watch_events.h"
#include "net/answer.h"

static void ports_hold(const struct ports *p)
{
	HOLD(p->n >= 0 && p->n <= INSPECT_PORTS);
	for (int i = 0; i < p->n; i++)
		for (int k = 0; k < i; k++)
			HOLD(p->port[i] > 0 && p->port[i] != p->port[k]);
}

static void inspect_holds(struct str s)
{
	struct arena a = {0};
	struct inspect in;
	if (inspect_read(s, &a, &in)) {
		HOLD(in.id.n > 0 && in.id.n < INSPECT_ID && in.pid >= 0 && in.pid <= INT32_MAX);
		HOLD(in.begun_ns >= 0 && in.ended_ns >= 0);
		ports_hold(&in.published);
		ports_hold(&in.exposed);
	}
	arena_free(&a);
}

static void event_holds(struct str s)
{
	struct arena a = {0};
	struct engine_event ev;
	if (engine_event_read(s, &a, &ev)) {
		HOLD(ev.cid.n > 0 && ev.wall_ns >= 0);
		HOLD(ev.what == ENGINE_DIE || ev.exit == -1);
	}
	arena_free(&a);
}

/* The same whatever the pieces are in which it comes. */
static void answer_holds(struct str s)
{
	struct answer whole = {.at = ANSWER_STATUS}, pieces = {.at = ANSWER_STATUS};
	struct buf body = {0}, again = {0};
	size_t used = answer_feed(&whole, s, &body), fed = 0;
	HOLD(used <= s.n && body.n <= s.n);
	for (; fed < s.n && pieces.at < ANSWER_DONE;) {
		size_t n = answer_feed(&pieces, str_cut(s, fed, 1 + fed % 7), &again);
		HOLD(n > 0 || pieces.at == ANSWER_BAD);
		fed += n;
	}
	HOLD(whole.at == pieces.at);
	HOLD(whole.at == ANSWER_BAD || (used == fed && str_eq(buf_view(&body), buf_view(&again))));
	answer_free(&whole);
	answer_free(&pieces);
	buf_free(&body);
	buf_free(&again);
}

/* What an engine says: an answer of HTTP, what is in it when a container is inspected, a line of its events.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	inspect_holds(s);
	event_holds(s);
	answer_holds(s);
	door_drop(s);
	return 0;
}
