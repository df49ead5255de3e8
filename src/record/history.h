/*
 * record/history.h - what earlier runs of a suite were like.
 *
 * One SQLite file, `.fettle/history.db`, with a row for each run, unit and test
 * and for what each of them did in each run; the view test_history is there for
 * people with a SQL shell. Losing it costs order, never a run: every function
 * that fails says so in one line and leaves the run alone, and every function
 * accepts a history that is not open (it knows nothing, and adds nothing).
 *
 * Several runs at once: writes are one transaction with SQLite's locks and its
 * rollback journal. Not WAL, as that needs shared memory, which network and many
 * container filesystems do not have, and leaves two more files behind. No call
 * waits for another run longer than patience_ns in all (2 s). Nothing is synced
 * to disk: a power cut can corrupt the file. A corrupt file is moved aside to
 * `history.db.corrupt-<time>` and a new one begun; notice then says so. Between
 * history_open and history_close the process must not open and close the file
 * by other means (that would drop its locks).
 *
 * The file stays bounded: of each suite the last HISTORY_KEEP runs, with what
 * their tests did for as many of them as hold HISTORY_RESULTS_MOST results (at
 * least 5); of the suites the HISTORY_SUITES run last. Of each benchmark the last
 * HISTORY_SESSIONS sessions are kept, of the benchmarks the HISTORY_BENCHES measured
 * last, and of all sessions as many as hold HISTORY_FIGURES_MOST figures.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "wire/event.h"
#include "wire/series.h"

enum {
	HISTORY_RECENT = 5,                 /* passing times told of each unit and test */
	HISTORY_LOOK_BACK = 12,             /* runs in which they are looked for */
	HISTORY_KEEP = 50,                  /* runs of a suite */
	HISTORY_SUITES = 100,               /* suites */
	HISTORY_RESULTS_MOST = 1000 * 1000, /* of a suite */
	HISTORY_SESSIONS = 600,             /* of a benchmark */
	HISTORY_BENCHES = 1000,             /* benchmarks */
	HISTORY_FIGURES_MOST = 1000 * 1000, /* of all sessions */
	HISTORY_TREND = 20,                 /* runs of a trend */
	HISTORY_TWINS = 64,                 /* tests of one file and name; further ones are not recorded */
};

struct sqlite3;

struct history {
	struct sqlite3 *db; /* NULL: not open */
	char *path;
	int64_t patience_ns; /* longest wait of a call for other runs */
	int64_t until_ns;    /* of the call that goes on */
	int code;            /* of SQLite, of the last failure */
	int schema;          /* of the file: 1 where it could only be read and is of an earlier fettle */
	uint64_t device, inode;
	char notice[480]; /* what a person should be told though all went on; "": nothing */
};

/*
 * Opens or makes the file (its folder must be there). On failure h is not open, and the file is left
 * as it is: no history, one of a later version, locked, not readable.
 */
must_use int history_open(struct history *h, const char *path, struct err *e);
void history_close(struct history *h);

/* What one unit or test did in the run that is added. Strings are borrowed. */
struct history_result {
	struct str file, name, key; /* of a unit the name alone */
	struct str unit;            /* of a test: the name of the unit that it was in; may be empty */
	enum status status;         /* of the last attempt */
	int64_t dur_ns; /* of the last attempt; of a unit the whole of it; -1: it did not run whole */
	uint32_t attempts_bad;
	bool alone; /* nothing ran beside it, whatever the number of workers */
	bool whole; /* of a unit: not to be run in parts, which were bad where it was good */
};

/* Results that are made one by one as they are asked for, more than once: an array of them is large. */
struct history_list {
	struct history_result (*at)(const void *of, size_t i); /* i < n; cheap */
	const void *of;
	size_t n;
};

struct history_run {
	int64_t number; /* in this file, rising; 0: none. Not read by history_add */
	struct str id, suite, command, adapter;
	struct str machine, commit; /* what makes times comparable, and of which source; not read back */
	int64_t wall_start_ns, wall_ns;
	uint32_t workers;
	uint32_t units, tests, passed, bad, skipped, flaky;
	enum status verdict;
	bool whole; /* all of the suite was to run, and it came to its end */
};

/*
 * Adds a run with all that its units and tests did, and prunes. A unit whose name comes twice counts
 * once, the first time. 100,000 tests: 0.13 s, 0.23 s when an old run goes as well (measured on two cores of
 * a virtual machine), and 6 MiB for as long as it takes.
 */
must_use int history_add(struct history *h, const struct history_run *run, const struct history_list *units,
			 const struct history_list *tests, struct err *e);

/* What is known of a unit or a test. Strings live until the reader's function returns. */
struct history_known {
	struct str file, name, key, unit; /* as in history_result */
	enum status status;               /* in the last run that had it */
	int64_t dur_ns;                   /* likewise */
	bool before;                      /* that run was the last whole one, or later */
	bool whole;                       /* a unit: as in history_result, in the last run that had it */
	uint32_t n_recent;
	int64_t recent_ns[HISTORY_RECENT]; /* when it passed, the latest first */
	uint32_t
	    pass_workers; /* workers of the run in which it passed last, 1 if it ran alone; 0: never passed */
};

struct history_reader {
	void (*unit)(struct history_reader *r, const struct history_known *u); /* may be NULL */
	void (*test)(struct history_reader *r, const struct history_known *t); /* may be NULL */
};

/*
 * Tells the reader all that is known of a suite: units first, tests in the order in which they were
 * first seen. Units and tests without a result in the last HISTORY_LOOK_BACK runs are passed over.
 * *ret_last is the last whole run (its strings in the arena), number 0: none. 100,000 tests: 0.1 s; a
 * thousand: 1 ms; 2,000 units alone (test NULL): 1.5 ms.
 */
must_use int history_read(struct history *h, struct str suite, struct history_reader *r, struct arena *a,
			  struct history_run *ret_last, struct err *e);

/*
 * A number that stays as long as nobody else has changed the file since this process opened it; 0: it cannot
 * be told. Costs no more than one lock.
 */
int64_t history_version(struct history *h);

/* The last runs of a suite, or of all (suite empty), latest first. In the arena. */
must_use int history_runs(struct history *h, struct str suite, size_t most, struct arena *a,
			  struct history_run **ret, size_t *ret_n, struct err *e);

/* A unit over the last runs, the earliest first. */
struct history_trend {
	int64_t unit; /* its number in this file, among those of the suite */
	struct str name;
	uint32_t n;
	int64_t run[HISTORY_TREND]; /* number of the run */
	int64_t dur_ns[HISTORY_TREND];
	enum status status[HISTORY_TREND];
};

/* The units that were slowest in the last whole run (any run, where none was whole), the slowest first. */
must_use int history_slowest_trend(struct history *h, struct str suite, size_t most, struct arena *a,
				   struct history_trend **ret, size_t *ret_n, struct err *e);

/* A test whose verdict does not hold. */
struct history_flaky {
	struct str file, name, key;
	uint32_t runs;      /* that had it */
	uint32_t bad;       /* of these, ended bad */
	uint32_t flaky;     /* of these, passed after a bad attempt */
	uint32_t changes;   /* of verdict between one run and the next */
	enum status status; /* in the last one */
};

/*
 * Tests that passed after a bad attempt, or whose verdict changed more than twice, over
 * all runs that are kept. Most often flaky first, then most changes, then by file and name.
 */
must_use int history_flaky(struct history *h, struct str suite, size_t most, struct arena *a,
			   struct history_flaky **ret, size_t *ret_n, struct err *e);

/*
 * Adds what a session measured, which must have its summaries, and prunes. Benchmarks of the same name count
 * once, the first of them; of runs that failed only their number is kept.
 */
must_use int history_add_bench(struct history *h, const struct bench *b, struct str commit, struct err *e);

/* Something whose figures are told over time. */
struct history_thing {
	enum series_kind kind;
	int64_t suite, id;
	struct str name, file; /* of a suite: its command; file: of a test */
	struct str *metrics;   /* of a benchmark, by name */
	uint32_t n_metrics;
	int64_t last_ns;                 /* of a benchmark: when it was measured last */
	uint32_t last_good, last_failed; /* likewise: its runs then */
};

/*
 * All benchmarks (the one measured last first), suites (the same), or units or tests of a suite (in the order
 * in which they were first seen) whose name, or file::name, is the pattern or matches it; NULL: all. In the
 * arena.
 */
must_use int history_things(struct history *h, enum series_kind kind, struct str suite, const char *pattern,
			    struct arena *a, struct history_thing **ret, size_t *ret_n, struct err *e);
/*
 * The last `most` points of a thing that compare with its latest one. Metric: of a benchmark; others have
 * "wall". Of a suite only whole runs count, of units and tests only those that passed.
 */
must_use int history_series(struct history *h, const struct history_thing *of, struct str metric, size_t most,
			    struct arena *a, struct series *ret, struct err *e);
