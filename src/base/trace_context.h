/*
 * base/trace_context.h - ids of traces and spans, and the text in which one program hands
 * them to the next (W3C Trace Context: `traceparent`).
 *
 * A run has one trace: that of the program that started it, else one of its own. The id of
 * a span in it is a function of the span's number alone, so whoever knows the run can tell
 * it, before the span is over and after. Nothing here fails.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

enum { TRACE_ID_BYTES = 16, TRACEPARENT_BYTES = 56, TRACE_ID_HEX_BYTES = 33, SPAN_ID_HEX_BYTES = 17 };

struct trace_context {
	uint8_t trace[TRACE_ID_BYTES];
	uint64_t seed;   /* of the ids of spans */
	uint64_t parent; /* span of the program that started us; 0: none */
	uint8_t flags;   /* bit 0: sampled */
};

/* Whether s is a `traceparent` of version 00, or of a later one that begins the same; fills *t but its seed.
 */
bool trace_context_parse(struct trace_context *t, struct str s);
/*
 * The trace of the run of this id, host and begin. Where `from`, a traceparent, is good, the
 * run belongs to that trace and its outermost span is a child of the one that it names.
 */
void trace_context_make(struct trace_context *t, struct str run, struct str host, int64_t wall_ns,
			struct str from);
/* The id of span `number`; 0 is the run itself. Never 0, and another for each number. */
uint64_t trace_context_span(const struct trace_context *t, uint64_t number);
/* "00-<trace>-<span>-<flags>" */
void trace_context_text(const struct trace_context *t, uint64_t number, char ret[TRACEPARENT_BYTES]);
void trace_id_hex(const struct trace_context *t, char ret[TRACE_ID_HEX_BYTES]);
void span_id_hex(uint64_t id, char ret[SPAN_ID_HEX_BYTES]);
