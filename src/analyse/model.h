/*
 * analyse/model.h - what a run was, folded from its events.
 *
 * A model is a sink: put the events of a run into it, live or from a record,
 * then call model_finish, then read. Nothing here reads a clock, a file or the
 * environment; the same events give the same model. All times are ns since the
 * run began. Memory comes from the model's own arena: about 130 bytes and its
 * name a test, so that 100,000 tests stay under 30 MiB.
 */
#pragma once
#include <stdbool.h>

#include "analyse/containers.h"
#include "analyse/critical.h"
#include "analyse/phases.h"
#include "analyse/values.h"
#include "base/arena.h"
#include "base/map.h"
#include "wire/sink.h"

/* What a test says of itself; most that pass say nothing. Each may be empty. */
struct model_told {
	struct str message; /* of the last bad attempt, or why it was skipped */
	struct str output;  /* kept output of the last bad attempt */
	struct str place;   /* "file:line" of the last bad attempt, where file is no file (Go) */
};

/* One scenario or test case, all attempts of it together. */
struct model_test {
	struct str name, file, key;    /* see struct event */
	const struct model_told *told; /* never NULL */
	uint32_t line;
	uint32_t suite; /* index into suites */
	uint32_t unit;  /* index into units; MODEL_NONE */
	int32_t worker; /* of the last attempt */
	uint32_t attempts;
	uint32_t attempts_bad;
	enum status status; /* of the last attempt */
	enum time_source source;
	bool flaky; /* bad at first, then passed */
	/* flaky, and the bad attempt ran beside other units, the one that passed beside none */
	bool passed_alone;
	uint32_t properties;      /* of its last attempt, 1 + index of the first; 0: none */
	int64_t start_ns, dur_ns; /* of the last attempt; the whole of it, hooks and fixtures included */
	int64_t steps_ns;         /* part of dur_ns inside steps (behave) or the call phase (pytest) */
	int64_t hooks_ns;         /* part of dur_ns inside hooks and fixtures */
	int64_t shared_ns;        /* part of dur_ns inside fixtures that it shares with other tests */
};

/* A feature, a test file, a Go package. */
struct model_suite {
	struct str name, file;
	uint32_t n_tests, n_bad, n_skipped, n_flaky;
	int64_t tests_ns;         /* inside its tests: those in or beside others count once */
	int64_t outside_ns;       /* hooks and fixtures of the suite itself, collection, imports */
	int64_t start_ns, end_ns; /* first begin, last end */
};

/* What the queue handed out: one entry an attempt, a part of a file that was split, a repetition. */
struct model_unit {
	struct str name, message, output, lock;
	int32_t worker;
	uint32_t attempt;
	uint32_t n_tests, n_bad; /* attempts of tests in it */
	uint32_t slots;          /* of the workers that it took, 1 .. MODEL_MOST_WORKERS */
	enum status status;
	bool alone; /* ran with no other unit beside it */
	int64_t start_ns, dur_ns;
	int64_t predicted_ns; /* 0: unknown */
	int64_t own_ns;       /* of its tests, without fixtures that they share */
	int64_t once_ns;      /* inside fixtures that more than its file shares: once a worker */
};

struct model_worker {
	int32_t number;
	uint32_t n_units, n_starts; /* processes started: 1 + those replaced */
	int64_t start_ns, end_ns;   /* first spawn, last exit */
	int64_t startup_ns;         /* spawn until ready for its first unit, all processes */
	int64_t teardown_ns;        /* told to end until gone */
	int64_t busy_ns;            /* inside units */
	int64_t idle_ns;            /* the rest of end - start */
	int64_t tail_ns;            /* part of idle: after its last unit, others still worked */
	int64_t cpu_ns;             /* user + system of its processes, -1 unknown */
	int64_t peak_rss_bytes;     /* largest single process, -1 unknown */
};

/* Steps of one definition, or hooks or fixtures of one name, added up. */
struct model_sum {
	enum span_kind kind;
	struct str name, file;
	uint32_t line;
	uint32_t n, n_bad;
	int64_t total_ns, max_ns;
};

struct model_phase {
	struct str name;
	int32_t worker; /* -1: once for the run */
	enum status status;
	int64_t start_ns, dur_ns;
	uint64_t thread; /* tells concurrent ones apart; 0: not said */
	bool marked;     /* by the suite or its tools, not fettle's own */
};

/* What a suite says of a test for its readers: pytest's record_property, JUnit's properties. */
struct model_property {
	struct str name, value;
	uint32_t next; /* of the same test, 1 + index; 0: none */
};

struct model_note {
	struct str name; /* a short code: "leak", "conflict", "recording" ... */
	struct str text;
};

struct model_counts {
	uint32_t tests, passed, failed, error, crashed, timeout, skipped, unfinished, flaky;
	uint32_t suites, suites_bad;
	uint32_t units; /* names of units; attempts, parts and repetitions of one count once */
};

/*
 * Why the run took longer than it had to. before + startup + queue + teardown is
 * wall - bound to the nanosecond: the four cut the run at the first worker's
 * spawn, the first unit's begin and the last unit's end, and none is negative.
 * Where rows contradict each other (units that overlap on one worker), the bound
 * is cut to the time between the first and the last unit.
 */
struct model_gap {
	int64_t bound_ns;   /* max(sum / workers, longest, lock chain) */
	int64_t sum_ns;     /* of all units, each attempt, as often as it takes slots */
	int64_t longest_ns; /* one attempt of one unit */
	struct str longest; /* name of the longest unit */
	int64_t chain_ns;   /* the longest lock chain; 0: no locks */
	struct str chain;   /* its lock */
	int64_t before_ns;  /* run begin to the first worker's spawn: setup, discovery, build */
	int64_t startup_ns; /* first spawn to first unit */
	int64_t queue_ns;   /* first unit's begin to last unit's end, less the bound: waiting and imbalance */
	int64_t teardown_ns; /* last unit's end to the run's end */
};

/*
 * The same run on another number of workers, simulated from the durations of all
 * units, retries included, with this run's time before the first spawn, mean
 * start-up of a worker and time after the last unit. What workers take from each
 * other (CPU, disk) is not in it.
 */
struct model_what_if {
	uint32_t workers;
	int64_t wall_ns;
};
enum { MODEL_WHAT_IFS = 8 };

/* Against the run before, from history; filled by model_compare (change.h). Most important first. */
enum change_kind {
	CHANGE_BROKE,  /* bad now, was not */
	CHANGE_SLOWER, /* see change.h for when */
	CHANGE_FIXED,  /* passes, was bad */
	CHANGE_FASTER,
	CHANGE_NEW,
	CHANGE_GONE
};
enum { CHANGE_KINDS = CHANGE_GONE + 1 };

struct model_change {
	struct str name; /* file::name of a test */
	int64_t before_ns, now_ns;
	enum change_kind what;
};

#define MODEL_NONE UINT32_MAX

/* What the tests covered, in statements and in ways out of lines that have several. */
struct model_coverage {
	bool known, branch; /* branch: ways were measured */
	int64_t statements, covered, branches, taken;
};

struct model {
	struct sink sink; /* put events here */
	struct arena arena;

	struct str id, command, cwd, adapter, host, version, wall_text;
	int64_t wall_start_ns; /* since 1970 */
	uint32_t workers, cores;
	struct str word_suite, word_test,
	    word_step; /* "feature", "scenario", "step"; "file", "test", "phase" */
	bool done;     /* false: the record was cut short */
	bool interrupted;
	bool timed_out;      /* --timeout ended it */
	enum status verdict; /* PASSED, FAILED, or UNFINISHED when not done */
	int32_t exit_code;
	int64_t wall_ns; /* run begin to done, or to the last event */

	struct model_test *tests;
	struct model_suite *suites;
	struct model_unit *units;
	struct model_worker *all_workers;
	struct model_sum *sums; /* steps, hooks, fixtures */
	struct model_phase *phases;
	struct model_note *notes;
	struct model_property *properties;
	struct model_change *changes;
	size_t n_tests, n_suites, n_units, n_workers, n_sums, n_phases, n_notes, n_changes, n_properties;
	size_t n_outside; /* behind the units, after model_finish: what was bad beside them, after_all say */

	struct model_counts counts;
	struct model_gap gap;
	struct model_what_if what_if[MODEL_WHAT_IFS];
	uint32_t n_what_if;
	struct model_containers containers;
	struct model_phases phase_tree;
	struct model_critical critical;
	struct model_values values;
	struct model_coverage coverage;
	int64_t own_cpu_ns;                /* fettle's own */
	int64_t before_wall_ns;            /* wall time of the run before; 0: none */
	uint32_t changes_of[CHANGE_KINDS]; /* how many there are, also of those not in changes */

	struct model_build *build; /* of model.c, until model_finish */
};

void model_init(struct model *m);
void model_free(struct model *m);
/* Ends open spans as unfinished, sorts nothing, fills counts, gap, workers, what_if. */
void model_finish(struct model *m);

/*
 * Indices of the n largest tests / suites / sums by duration, most first; ties
 * by name, so that the order does not depend on the workers. The array lives in
 * the model's arena; *ret_n <= n. No suites where each is but one test of the same
 * name (CTest, a command a unit).
 */
uint32_t *model_slowest_tests(struct model *m, size_t n, size_t *ret_n);
uint32_t *model_slowest_suites(struct model *m, size_t n, size_t *ret_n);
uint32_t *model_slowest_sums(struct model *m, enum span_kind kind, size_t n, size_t *ret_n);
/* Whether time was seen in parts of tests, steps or hooks: CTest, bats and Go tell of none. */
bool model_has_parts(const struct model *m);
/* Whether a test was bad in its last attempt; before model_finish, too. */
bool model_is_bad(const struct model *m);
/* Tests whose verdict is bad, in order of file, line, name. */
uint32_t *model_bad_tests(struct model *m, size_t *ret_n);
/* How many changes there are, also of those that are not in changes. */
size_t model_changes(const struct model *m);
/* Units with a bad status in which no test is bad (a crash at start, an import error), of the last attempt.
 */
uint32_t *model_bad_units(struct model *m, size_t *ret_n);
