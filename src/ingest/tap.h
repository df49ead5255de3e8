/*
 * ingest/tap.h - the Test Anything Protocol (12, 13, 14) as it arrives, and the
 * stream that bats gives to its formatters.
 *
 * A result is put when the line behind it shows that no more is said of it
 * (diagnostics and YAML follow their result). Subtests become suites, the names
 * of their tests "suite > test"; a suite that fails though no test in it does is
 * told as a test as well. SKIP, and a TODO that fails, are skipped.
 *
 * A test's time, the first of these that there is: from bats' `begin` to the
 * result (source log; bats' own figure is the field `elapsed`, and is taken
 * where it is longer, as when lines arrive in a bunch); the figure in the
 * stream (framework); from the result before (log).
 *
 * Memory is fixed: names, one line and one message at a time. A plan that does
 * not fit, a bail-out and a whole plan skipped are notes.
 */
#pragma once
#include "base/clip.h"
#include "ingest/ingest.h"
#include "ingest/lines.h"

enum { TAP_DEPTH = 12 };

/* A name that is kept, in memory of its own. */
struct tap_text {
	char *at;
	size_t n;
};

/* The tests at one indentation. */
struct tap_level {
	uint64_t suite; /* around them; 0: none of ours */
	int64_t planned, seen, begin_ns;
	enum status worst;
	struct tap_text name;      /* of the suite, those around it included */
	struct tap_text announced; /* by the last "# Subtest:" at this indentation */
};

/* A result whose diagnostics are awaited. */
struct tap_result {
	bool open;
	bool ended_group, group_named; /* it is that of subtests, whose name was known */
	unsigned level;
	int yaml;    /* indentation of the YAML block that is open, or -1 */
	bool hidden; /* the value that goes on here is not for the message */
	enum status status;
	enum time_source source;
	uint64_t group;
	int64_t begin_ns, dur_ns, end_ns, elapsed_ns;
	enum status group_worst;
	int64_t group_begin_ns;
	struct tap_text name, file;
	uint32_t line;
	struct clip message;
};

struct tap {
	struct ingest *in;
	struct str file; /* the caller may set it after tap_init: where the tests stand */
	bool at_rest;    /* the caller may set it after tap_init: a file, so there are no arrivals */
	struct lines lines;
	struct tap_level levels[TAP_DEPTH];
	unsigned depth;
	struct tap_result result;
	int64_t before_ns; /* the result before */
	bool bats, begun;
	int64_t begun_number, begun_ns;
	struct tap_text begun_name, suite_file;
};

/* in lives as long as t. */
void tap_init(struct tap *t, struct ingest *in);
/* bytes: any part of the stream; time_ns: when it arrived. */
void tap_feed(struct tap *t, struct str bytes, int64_t time_ns);
/* The stream has ended: a test that was begun is lost, and open spans end. */
void tap_finish(struct tap *t, int64_t time_ns);
/* Whether as many results came as were planned at the outermost level; not where there was no plan. */
bool tap_is_whole(const struct tap *t);
