/*
 * wire/event.h - one thing that a run learned.
 *
 * Everything that fettle knows of a run is a sequence of these. Agents append
 * them as JSON lines to the file named by FETTLE_EVENTS, collect makes them of
 * what it sees, record keeps them, analyse folds them. docs/record-format.md is
 * the same in prose. Numbers of the enums are never reused; new ones are added
 * at the end, and a reader passes over what it does not know.
 *
 * Strings are borrowed: they live until put() returns.
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

#define EVENT_VERSION 1

enum event_type {
	EVENT_NONE,
	EVENT_RUN,    /* the first row: what is run, where, with what */
	EVENT_BEGIN,  /* a span begins */
	EVENT_END,    /* a span ends; names it by id */
	EVENT_SPAN,   /* a whole span at once */
	EVENT_OUTPUT, /* what a span printed, cut to its head and tail */
	EVENT_NOTE,   /* something a person should be told */
	EVENT_VALUE,  /* a named number */
	EVENT_DONE,   /* the last row; a record without it was cut short */
	EVENT_TYPES
};

enum span_kind {
	SPAN_NONE,
	SPAN_WORKER,    /* a worker process (pull mode) or slot (one process a unit) */
	SPAN_PHASE,     /* discovery, set-up, start-up, build, report, a user's phase */
	SPAN_UNIT,      /* what the queue hands out: a file, a package, a command */
	SPAN_SUITE,     /* a feature, a test file, a Go package */
	SPAN_TEST,      /* a scenario, a test case: has a verdict */
	SPAN_STEP,      /* a step of a scenario; pytest's setup, call, teardown */
	SPAN_HOOK,      /* before_all, after_scenario, setup_module ... */
	SPAN_FIXTURE,   /* a fixture being set up or torn down */
	SPAN_CONTAINER, /* from the request to create it until it is gone */
	SPAN_CALL,      /* one request to the container engine */
	SPAN_KINDS
};

/* In rising order of badness: the worse of two is the greater. */
enum status {
	STATUS_NONE,
	STATUS_PASSED,
	STATUS_SKIPPED,
	STATUS_UNFINISHED, /* it began, and nobody saw its end */
	STATUS_FAILED,     /* an assertion said no */
	STATUS_ERROR,      /* hook, fixture, import or set-up broke */
	STATUS_TIMEOUT,    /* fettle ended it */
	STATUS_CRASHED,    /* its process died */
	STATUS_KINDS
};

/* Where a span's times come from, most exact first. */
enum time_source {
	SOURCE_NONE,
	SOURCE_INJECTED,  /* read around the whole of it inside the process */
	SOURCE_PROCESS,   /* the life of a process, seen from outside */
	SOURCE_FRAMEWORK, /* the framework's own figure */
	SOURCE_LOG,       /* the arrival of a line of output */
	SOURCE_TAP,       /* read off the talk between a client and the container engine */
	SOURCE_KINDS
};

enum field_type { FIELD_INT, FIELD_TEXT };

/* What only some rows have. */
struct field {
	struct str key;
	struct str text; /* FIELD_TEXT */
	int64_t num;     /* FIELD_INT */
	enum field_type type;
};

struct event {
	enum event_type type;
	enum span_kind kind;
	enum status status;
	enum time_source source;
	int32_t worker;   /* 0 ..; -1: fettle itself */
	uint32_t attempt; /* 1 ..; 0: not said */
	uint32_t line;    /* in file, 1 ..; 0: not said */
	uint64_t id;      /* of the span; 0: none */
	uint64_t parent;  /* id of the span around it; 0: none */
	int64_t time_ns;  /* since the run began */
	int64_t dur_ns;   /* EVENT_SPAN */
	struct str name;
	struct str file;    /* relative to the run's directory where it lies below it */
	struct str key;     /* what the framework takes to run just this */
	struct str message; /* why it failed or was skipped; a note's text */
	struct str text;    /* EVENT_OUTPUT */
	const struct field *fields;
	uint32_t n_fields;
};

/* "begin", "test", "passed", "injected" ...; "" for the zero value. */
const char *event_type_name(enum event_type type);
const char *span_kind_name(enum span_kind kind);
const char *status_name(enum status status);
const char *time_source_name(enum time_source source);

/* The inverse; the zero value for a name that is not known. */
enum event_type event_type_of(struct str name);
enum span_kind span_kind_of(struct str name);
enum status status_of(struct str name);
enum time_source time_source_of(struct str name);

/* Whether a status makes the run's verdict bad. */
static inline int status_is_bad(enum status s)
{
	return s >= STATUS_FAILED;
}
