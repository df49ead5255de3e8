/*
 * report/live.h - what a person sees while a run goes on.
 *
 * A sink that counts and remembers what runs, and a tick that shows it. On a
 * terminal that is one line, drawn anew at most ten times a second and gone
 * before anything else is printed; elsewhere plain lines: one at the start, one
 * a failure at once (a hundred at most), and one of progress every 10 s or 10 % (never two within
 * 2 s). It reads no clock and asks no terminal: the caller says what time it is,
 * what is still to come and how wide the terminal is. About 0.2 us an event.
 */
#pragma once
#include "report/term.h"
#include "report/trace_lane.h"
#include "wire/sink.h"

enum live_mode {
	LIVE_QUIET,    /* nothing is shown */
	LIVE_LINES,    /* plain lines */
	LIVE_TERMINAL, /* one line that changes */
};

struct live_options {
	enum live_mode mode;
	bool colour, ascii;
	uint32_t workers;
	struct str word_test; /* "scenario"; borrowed */
	bool verbose;         /* units that begin, what they print, notes */
	bool retries; /* a further attempt means that the one before was bad, not that it is repeated */
};

/* What only the caller knows, at a tick. */
struct live_now {
	int64_t time_ns;                  /* since the run began */
	int64_t remaining_ns;             /* predicted; -1: unknown */
	uint32_t units_done, units_total; /* total 0: unknown */
	unsigned columns;                 /* of the terminal; 0: 80 */
};

struct live {
	struct sink sink; /* put the run's events here */
	struct out *o;
	struct live_options opt;
	struct lanes open;
	uint32_t tests, bad, flaky;
	uint32_t broken;           /* units that ended badly with no bad test in them */
	uint32_t told;             /* failures that have had their line */
	int64_t drawn_ns, said_ns; /* when the line was last drawn, or a line of progress said; -1: never */
	unsigned tenth;            /* of the units that were done when a line was last said */
	unsigned columns;
	bool shown; /* there is a line on the terminal */
};

/* Writes to *o, which stays the caller's, and flushes it at each line. The struct must not be moved. */
void live_open(struct live *l, struct out *o, const struct live_options *opt);
void live_tick(struct live *l, const struct live_now *now);
/* Takes the line off the terminal, before something else is printed there; the next tick draws it again. */
void live_clear(struct live *l);
/* Clears and frees. */
void live_close(struct live *l);
