#include "wire/event.h"

#include <string.h>

static const char *const types[EVENT_TYPES] = {"",       "run",  "begin", "end", "span",
					       "output", "note", "value", "done"};
static const char *const kinds[SPAN_KINDS] = {"",     "worker", "phase",   "unit",      "suite", "test",
					      "step", "hook",   "fixture", "container", "call"};
static const char *const statuses[STATUS_KINDS] = {"",       "passed", "skipped", "unfinished",
						   "failed", "error",  "timeout", "crashed"};
static const char *const sources[SOURCE_KINDS] = {"", "injected", "process", "framework", "log", "tap"};

static unsigned index_of(const char *const *names, unsigned n, struct str name)
{
	for (unsigned i = 1; i < n; i++)
		if (name.n && names[i][0] == name.at[0] && strlen(names[i]) == name.n &&
		    memcmp(names[i], name.at, name.n) == 0)
			return i;
	return 0;
}

const char *event_type_name(enum event_type type)
{
	return types[type];
}

const char *span_kind_name(enum span_kind kind)
{
	return kinds[kind];
}

const char *status_name(enum status status)
{
	return statuses[status];
}

const char *time_source_name(enum time_source source)
{
	return sources[source];
}

enum event_type event_type_of(struct str name)
{
	return (enum event_type)index_of(types, EVENT_TYPES, name);
}

enum span_kind span_kind_of(struct str name)
{
	return (enum span_kind)index_of(kinds, SPAN_KINDS, name);
}

enum status status_of(struct str name)
{
	return (enum status)index_of(statuses, STATUS_KINDS, name);
}

enum time_source time_source_of(struct str name)
{
	return (enum time_source)index_of(sources, SOURCE_KINDS, name);
}
