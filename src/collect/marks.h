/*
 * collect/marks.h - what is open in one worker, so that marks find their place.
 *
 * Marks come from any process of the worker, some of them late and without an id of their own. Such a begin
 * and its end belong together by name, process and thread, the innermost first; an end that finds none there
 * takes the only open one of that name in the worker. What lies around a mark is told by time.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/event.h"

enum {
	MARKS_OPEN_MOST = 4096, /* marks without an id that may be open at once in a worker */
	MARKS_UNITS = 16,       /* of the last units and tests it is known when they were */
	MARKS_TESTS = 256,
	MARKS_COMMANDS = 64 /* and of the last `fettle mark -- COMMAND` */
};

struct marks_open {
	uint64_t id;
	int64_t pid, thread;
	enum span_kind kind;
	struct str name; /* owned */
};

struct marks_time {
	uint64_t id;
	int64_t pid;
	int64_t begin_ns, end_ns;
};

struct marks {
	struct marks_open *open;
	size_t n_open, cap_open;
	struct marks_time units[MARKS_UNITS], tests[MARKS_TESTS], commands[MARKS_COMMANDS];
	uint64_t n_units, n_tests, n_commands;
};

/* A zeroed one is empty. */
void marks_free(struct marks *m);

/* The innermost open mark of a process and thread; 0: none. */
uint64_t marks_innermost(const struct marks *m, int64_t pid, int64_t thread);
/* A mark without an id begins, and is given one. False: too many are open; it is not kept. */
bool marks_begin(struct marks *m, uint64_t id, enum span_kind kind, struct str name, int64_t pid,
		 int64_t thread);
/* Its end: the id, which is forgotten; 0: nothing of that name has begun. No kind, no name: any. */
uint64_t marks_end(struct marks *m, enum span_kind kind, struct str name, int64_t pid, int64_t thread);
/* As marks_end, but it stays open. */
uint64_t marks_find(const struct marks *m, enum span_kind kind, struct str name, int64_t pid, int64_t thread);
/* The processes are gone: nothing is open any more. */
void marks_forget(struct marks *m);

/* Units and tests of the worker; pid 0: of its own process. An end of one that is not known is passed over.
 */
void marks_unit_begin(struct marks *m, uint64_t id, int64_t at_ns);
void marks_unit_end(struct marks *m, uint64_t id, int64_t at_ns);
void marks_test_begin(struct marks *m, uint64_t id, int64_t pid, int64_t at_ns);
void marks_test_end(struct marks *m, uint64_t id, int64_t at_ns);
/* Commands that are a phase, so that what they start lies in them. */
void marks_command_begin(struct marks *m, uint64_t id, int64_t at_ns);
void marks_command_end(struct marks *m, uint64_t id, int64_t at_ns);
/* Whether this one ran at a time. */
bool marks_command_ran(const struct marks *m, uint64_t id, int64_t at_ns);
/*
 * The test that ran at a time, else the unit, else 0. Where several tests ran, that of the process; where it
 * has none or several, the unit.
 */
uint64_t marks_around(const struct marks *m, int64_t pid, int64_t at_ns);
/* The unit alone. */
uint64_t marks_unit_at(const struct marks *m, int64_t at_ns);
