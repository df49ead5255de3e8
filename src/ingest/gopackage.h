/*
 * ingest/gopackage.h - the tests of one Go package while they run. For
 * ingest/gotest.c and ingest/gojson.c, which read what Go says of them.
 *
 * A test's span is from its RUN to its result, without the time that it was
 * paused (t.Parallel waits for its turn) where it has no subtests. Go's own figure, in whole 10 ms,
 * is the field `elapsed`. The package is a suite, which begins with its first test.
 */
#pragma once
#include "base/clip.h"
#include "ingest/ingest.h"

enum { GO_MOST_OPEN = 1 << 17 }; /* tests open at once; what begins beyond is passed over */
#define GO_NONE UINT32_MAX

/* What a test has printed; handed on to another when it is over. */
struct go_output {
	struct clip clip;
	struct go_output *next;
	bool inside;      /* a line without its end was added last */
	bool panic_begun; /* a line "panic: ..." was seen */
	bool panic_sure;  /* and after it the stack of a goroutine */
};

struct go_test {
	struct str name;
	size_t name_cap;
	uint32_t hash, next;                        /* in its bucket, or among the free ones */
	enum { GO_OVER, GO_OPEN, GO_RESULT } state; /* RESULT: known, not put yet */
	bool begun;                                 /* its begin was put: tests are inside it */
	bool paused, was_paused;
	enum status status;
	enum time_source source;
	uint32_t n_inside, n_open_inside;
	uint64_t id, parent; /* spans */
	uint32_t around;     /* the test that it is a subtest of, or GO_NONE */
	int64_t resumed_ns;  /* begin of the part that runs now */
	int64_t active_ns;   /* of the parts before */
	int64_t end_ns, dur_ns, elapsed_ns;
	struct go_output *output; /* NULL: nothing printed */
};

struct gopackage {
	struct ingest *in;
	struct str name;
	struct str folder;     /* the caller may set it: where the tests stand, absolute, kept by him */
	struct go_test *tests; /* open ones, and free places */
	size_t n_tests, cap_tests;
	uint32_t *buckets; /* tests by the hash of their name */
	uint32_t n_buckets, n_open, free;
	uint64_t seed;
	struct go_output *spare;
	uint64_t suite; /* 0: not begun */
	int64_t start_ns;
	enum status worst;
	enum time_source source; /* of the times that are given here */
};

/* name is copied. start_ns: of the process. */
void gopackage_init(struct gopackage *p, struct ingest *in, struct str name, int64_t start_ns,
		    enum time_source source);
/*
 * Ends the suite. Tests that have no result are lost (ingest_lost): the one with
 * an output of its own says that, others say `why`. message: for the suite; may be empty.
 */
void gopackage_finish(struct gopackage *p, int64_t time_ns, enum status status, struct str why,
		      struct str message);

/* The index of an open test, or GO_NONE. An index is good until the test is put. */
uint32_t gopackage_find(const struct gopackage *p, struct str name);
/* A test begins. Returns its index, or GO_NONE. */
uint32_t gopackage_run(struct gopackage *p, struct str name, int64_t time_ns);
void gopackage_pause(struct gopackage *p, uint32_t test, int64_t time_ns);
void gopackage_continue(struct gopackage *p, uint32_t test, int64_t time_ns);
/* Adds to what a test printed: a line or a piece of one. Takes `indent` leading blanks off each line. */
void gopackage_print(struct gopackage *p, uint32_t test, struct str text, unsigned indent);
/*
 * A result; it is put by gopackage_put. elapsed_ns: Go's figure, or -1. late: the
 * result is told some time after the end, as those of subtests are without markers.
 */
uint32_t gopackage_result(struct gopackage *p, struct str name, enum status status, int64_t elapsed_ns,
			  int64_t time_ns, bool late);
/* Puts a test that has a result. bench: the figures of a benchmark; may be empty. */
void gopackage_put(struct gopackage *p, uint32_t test, struct str bench);
/* The text of a panic was seen in its output. sure: with a stack. */
bool gopackage_panicked(const struct gopackage *p, uint32_t test, bool sure);
/* The binary has said that all is over: benchmarks with others inside them have no result of their own. */
void gopackage_end_benches(struct gopackage *p, int64_t time_ns);
