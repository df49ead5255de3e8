/*
 * cmd/run.h - what the files of `fettle run` share.
 *
 * cmd_run.c sets everything up and tears it down, run_jobs.c makes jobs of what was
 * found, run_host.c answers the pool, run_memory.c asks and fills the history.
 */
#pragma once
#include "analyse/model.h"
#include "analyse/schedule.h"
#include "collect/pool.h"
#include "config/run_knobs.h"
#include "ingest/gotest.h"
#include "ingest/ingest.h"
#include "ingest/tap.h"
#include "record/writer.h"
#include "report/live.h"

/* A unit that was found, before it is planned. */
struct found {
	struct str name;
	int64_t size;
	uint32_t n_tests;
	struct str *keys, *names; /* of its tests, where they were asked for; else NULL */
	uint32_t n_keys;
	uint32_t target; /* index into suite.targets; UNIT_NONE: pull */
	int64_t predicted_ns;
	bool given; /* made into jobs */
};

/* One entry of the queue; its number there is its index here. */
struct job {
	struct pool_unit unit;
	uint32_t found;
	struct str *tests; /* names of just the tests to run (exec: narrowed); NULL: all */
	uint32_t n_tests;
	uint32_t repeat; /* 1 .. of --repeat */
};

/* A test that a worker has begun. */
struct open_test {
	uint64_t id;
	struct str name, key, file;
};

/* A test whose last attempt was bad. */
struct bad_test {
	struct str file, name;
};

/* What is known of the unit that a worker runs. */
struct desk {
	struct arena arena; /* reset at each unit */
	struct open_test *open;
	size_t n_open, cap_open;
	struct str *bad_names, *bad_keys, *done_keys;
	size_t n_bad, cap_bad, n_done, cap_done;
	struct ingest in;
	struct tap tap;
	struct gotest gotest;
	struct buf head; /* first bytes, until it is known whether they are TAP */
	bool is_tap, sniffed;
	bool was_bad; /* something on this worker was bad, even if a retry passed */
	uint64_t span;
	int64_t begin_ns, end_ns;
};

struct run {
	struct sink sink; /* first: what the pool puts, on its way to the sinks below */
	struct pool_host host;
	struct sink nowhere; /* for a pool that only lists */
	struct run_options o;
	struct knob_values values;
	struct arena arena;
	struct suite suite;
	struct isolate isolate;
	struct pool *pool;
	struct schedule *schedule;
	struct writer writer;
	struct model model;
	struct live live;
	struct out live_out;
	struct bad_test *bad_tests;
	size_t n_bad_tests, cap_bad_tests;
	uint32_t n_bad_hooks; /* outside units */
	uint32_t n_units_done;
	struct run_memory *memory;
	struct str suite_id;
	bool writes; /* there is a folder to write into */
	const char *id, *dir, *root;
	int64_t start_ns, wall_ns;
	uint32_t workers;
	struct found *found;
	struct map found_names; /* name of a listed unit -> index into found */
	size_t n_found, cap_found, n_planned;
	bool found_all; /* discovery is over */
	bool asked_keys;
	struct job **jobs; /* each stays where it is: workers hold its unit */
	size_t n_jobs, cap_jobs;
	struct desk *desks;
	char **locks; /* names; index = lock of the schedule */
	size_t n_locks, cap_locks;
	uint32_t n_bad_units;
	uint64_t n_reader_ids;
	int64_t flush_ns;
	bool stopped_early; /* --fail-fast */
	uint64_t seed;
	struct err fault; /* of discovery */
	bool has_fault;
	struct outfile *outfiles;
	size_t n_outfiles, cap_outfiles;
	bool plan_only; /* --list, --dry-run */
};

/* Puts a note about the run where every report shows it. */
void run_note(struct run *r, const char *code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int64_t run_now(const struct run *r);
/* Whether units are chunks of files, each a plain process of the framework. */
static inline bool run_is_chunked(const struct run *r)
{
	return r->o.chunks && r->suite.adapter->mode == ADAPTER_PULL;
}

/* Redraws the progress. */
void run_show(struct run *r, int64_t time_ns);

/* run_jobs.c */
void run_take_units(struct run *r, struct str json_units);
/* What was found becomes jobs: chosen, predicted, shared out, split, locked, repeated. */
void run_plan(struct run *r);
/* The same for targets that came while others run already. */
void run_plan_target(struct run *r, uint32_t target);
void run_retry(struct run *r, uint32_t job, const struct desk *d);
void run_rest_of(struct run *r, uint32_t job, const struct desk *d);

/* run_plan.c: prints what --list and --dry-run ask for; returns the exit code. */
int run_print_plan(struct run *r, enum pool_end end, struct err *e);

/* run_host.c */
void run_host_init(struct run *r);

/* run_memory.c */
/* The suite as history knows it. */
struct str run_identity(struct run *r);
void run_memory_open(struct run *r);
/* Against the run before. */
void run_compare(struct run *r);
/* Predicted duration of a unit, 0: unknown. */
int64_t run_predict(struct run *r, struct str unit);
int64_t run_predict_test(struct run *r, struct str unit, struct str test);
/* How many tests of a unit were bad in the last run; their keys and names (arrays in the arena). */
uint32_t run_failed(struct run *r, struct str unit, struct str **ret_keys, struct str **ret_names);
/* Says so when what is bad now passed alone. Before the run is done, for its notes. */
void run_memory_conflicts(struct run *r);
/* What this run was goes into the history. */
void run_memory_add(struct run *r);
void run_memory_free(struct run *r);
