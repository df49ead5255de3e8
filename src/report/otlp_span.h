/*
 * report/otlp_span.h - one span as OTLP writes it in JSON, for report_otlp.c alone.
 */
#pragma once
#include <stdbool.h>

#include "base/trace_context.h"
#include "report/out.h"
#include "wire/event.h"

/* A span on its way out. Texts are borrowed. */
struct otlp_span {
	uint64_t number, parent; /* as in the record; a parent of 0 is the run */
	enum span_kind kind;     /* SPAN_NONE: the run */
	enum status status;
	int32_t worker;
	uint32_t attempt, line;
	int64_t start_ns, end_ns; /* since the run began */
	struct str name, file, key, message;
	struct str suite;      /* of a test: the suite that it lies in */
	struct str attributes; /* more of them, as otlp_fields wrote them */
	struct str moments;    /* events, as otlp_moment wrote them */
	bool shared;           /* a container that no single test asked for */
};

void otlp_put(struct out *o, const struct otlp_span *s, const struct trace_context *trace, int64_t wall_ns);
/* The fields of a row as attributes, each behind a comma. */
void otlp_fields(struct out *o, const struct event *ev);
/* Something that happened at one moment, behind a comma where `comma`. */
void otlp_moment(struct out *o, const struct event *ev, int64_t wall_ns, bool comma);
/* ,{"key":..,"value":{..}} */
void otlp_text(struct out *o, const char *key, struct str value);
void otlp_int(struct out *o, const char *key, int64_t value);
