/*
 * wire/sink.h - the one pipe: whoever learns something puts it, whoever cares
 * embeds a sink.
 *
 * A live run and a later replay put the same events into the same sinks.
 * put() never fails: a sink that cannot go on keeps its first error and tells
 * it when it is closed. Single-threaded.
 */
#pragma once
#include "wire/event.h"

struct sink {
	void (*put)(struct sink *s, const struct event *ev);
};

static inline void sink_put(struct sink *s, const struct event *ev)
{
	s->put(s, ev);
}
