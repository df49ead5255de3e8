/*
 * cmd/run.h - what the files of `fettle run` share.
 *
 * cmd_run.c sets everything up and tears it down, run_jobs.c makes jobs of what was
 * found, run_asked.c looks after those for some tests alone, run_parts.c splits what is
 * long, run_host.c answers the pool, run_memory.c asks and fills the history.
 */
#pragma once
#include "analyse/model.h"
#include "analyse/schedule.h"
#include "analyse/split.h"
#include "base/trace_context.h"
#include "cmd/test_set.h"
#include "collect/pool.h"
#include "config/run_knobs.h"
#include "ingest/gotest.h"
#include "ingest/ingest.h"
#include "ingest/sayings.h"
#include "ingest/tap.h"
#include "record/writer.h"
#include "report/live.h"

/* A test as its rows name it. */
struct test_id {
	struct str file, name, key;
};

/* A unit that was found, before it is planned. */
struct found {
	struct str name;
	int64_t size;
	uint32_t n_tests;
	struct str *keys, *names; /* of its tests, where they were asked for; else NULL */
	uint32_t *groups;         /* beside them: tests of one (a class) stay together; 0: of none */
	uint32_t n_keys;
	bool stays_whole; /* its parts were bad where it was good */
	uint32_t n_parts; /* that it was cut into; 0 or 1: it is whole */
	bool shared;      /* its tests share fixtures, which each part of it would set up again */
	uint32_t target;  /* index into suite.targets; UNIT_NONE: pull */
	int64_t predicted_ns;
	int64_t weight_ns;     /* predicted or guessed, where times are known at all */
	struct str select;     /* pull: only these of its tests; empty: all */
	char **argv;           /* exec: the command for only some of its tests; NULL: the target's */
	struct test_id *asked; /* --only-failed: those that were bad */
	uint32_t n_asked;
	bool dropped;   /* not chosen, or of another shard */
	bool given;     /* made into jobs */
	bool is_mended; /* a part was bad, and the whole runs again */
};

/* One entry of the queue; its number there is its index here. */
struct job {
	struct pool_unit unit;
	uint32_t found;
	struct test_id *asked; /* tests that it is run for (run_asked.c); NULL: for all that it holds */
	bool *came;            /* which of them have begun */
	uint32_t n_asked, n_came;
	bool is_narrow;          /* its command or selection is for these alone */
	bool is_owed;            /* something was bad, or is missing: without it the run has no good end */
	char *const *whole_argv; /* exec: the command for all, where it is narrow */
	uint32_t repeat;         /* 1 .. of --repeat */
	const uint32_t *locks;   /* as in the schedule */
	uint32_t n_locks;
	bool mends;     /* the whole of a unit of which a part was bad: its is the verdict */
	bool is_part;   /* its tests may miss those of other parts; exec: it may hold no test at all */
	uint32_t entry; /* of its unit in the model, once it has begun; MODEL_NONE */
};

/* A file that --results matches, as it was when it was looked at last. */
struct seen_file {
	uint64_t device, inode;
	int64_t size, written_ns, changed_ns;
};

/* A unit that told of no tests itself, where --results may. */
struct untold {
	struct event test, output;
	struct field size;
};

/* A test that a worker has begun. */
struct open_test {
	uint64_t id;
	struct test_id test;
};

/* What is known of the unit that a worker runs. */
struct desk {
	struct arena arena; /* reset at each unit */
	struct open_test *open;
	size_t n_open, cap_open;
	struct test_id *bad;
	struct str *done_keys;
	size_t n_bad, cap_bad, n_done, cap_done;
	uint32_t job;
	enum status worst; /* of its tests */
	bool is_cut;       /* exec: it ended before its end, so that tests behind may never have run */
	struct ingest in;
	struct tap tap;
	struct gotest gotest;
	struct event *held; /* go: bad tests, until it is known what the package comes to */
	size_t n_held, cap_held;
	struct buf head; /* first bytes, until it is known whether they are TAP */
	bool is_tap, sniffed;
	bool releases; /* what was held goes its way */
	bool was_bad;  /* something on this worker was bad, even if a retry passed */
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
	struct engine_tap tap;  /* of the container engine */
	bool taps;              /* it was started */
	const char *tap_remark; /* NULL: nothing to tell */
	bool trees_left;        /* --keep-tree: they could not be brought into the run's folder */
	struct pool *pool;
	struct schedule *schedule;
	struct writer writer;
	struct model model;
	struct live live;
	struct out live_out;
	struct test_set bad_tests; /* in whichever attempt */
	uint32_t n_bad_hooks;      /* outside units */
	bool bad_coverage;         /* pytest-cov says no, of all workers together */
	uint32_t n_units_done;
	struct run_memory *memory;
	struct str suite_id;
	bool writes; /* there is a folder to write into */
	bool lost;   /* not all of the record could be written, which was told */
	const char *id, *dir, *root;
	char host_name[256];
	struct trace_context trace;
	struct str traceparent; /* that fettle was started with; empty: none, or no good one */
	int64_t start_ns, wall_ns;
	uint32_t workers;
	struct found *found;
	struct map found_names; /* name of a listed unit -> index into found */
	size_t n_found, cap_found, n_planned;
	bool found_all; /* discovery is over */
	bool asked_keys;
	int64_t part_ns;         /* what a part of a long file should take; 0: times are not known */
	uint32_t *job_of_target; /* exec: of each target or UNIT_NONE; NULL: none waits for another */
	bool *bad_targets;       /* those whose last attempt was bad; NULL likewise */
	struct job **jobs;       /* each stays where it is: workers hold its unit */
	size_t n_jobs, cap_jobs;
	struct desk *desks;
	char **locks; /* names; index = lock of the schedule */
	size_t n_locks, cap_locks;
	uint32_t n_bad_units;
	struct str mended;  /* the first file that was bad in parts and good as a whole; empty: none */
	bool bad_verdict;   /* of something that is no unit: a hook, the framework itself */
	uint32_t n_dropped; /* units that --fail-fast has left out */
	uint32_t n_cut;     /* units that the end of the run has cut short */
	uint32_t n_owed;    /* jobs that are owed and have not ended */
	uint32_t n_parts;   /* jobs that are parts, likewise */
	int told_code;      /* exit code of a command that only tells; -1: it has none */
	bool has_nothing;   /* a process of the framework found no test */
	int start_fault;    /* of a worker that could not start, where the suite is not to blame */
	uint64_t n_reader_ids;
	int64_t flush_ns;
	bool stopped_early; /* --fail-fast */
	uint64_t seed;
	struct err fault; /* of discovery */
	bool has_fault;
	struct map seen_paths; /* path of a file of results -> index into seen */
	struct seen_file *seen;
	struct untold *untold;
	size_t n_seen, cap_seen, n_untold, cap_untold;
	struct sayings sayings;
	struct listener *listeners; /* one a worker, and the last one for the set-up commands */
	struct outfile *outfiles;
	size_t n_outfiles, cap_outfiles;
	struct run_cover *cover; /* NULL: not wanted */
	struct buf coverage;     /* what pytest-cov reported */
	bool plan_only;          /* --list, --dry-run */
	bool plans;              /* --dry-run: what is listed is planned as for a run */
};

/* Puts a note about the run where every report shows it. */
void run_note(struct run *r, const char *code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int64_t run_now(const struct run *r);
/* The first of a block of 2^32 span ids for a reader, behind those of agents' processes. */
uint64_t run_ids(struct run *r);
/* Whether units are chunks of files, each a plain process of the framework. */
static inline bool run_is_chunked(const struct run *r)
{
	return r->o.chunks && r->suite.adapter->mode == ADAPTER_PULL;
}

/* Redraws the progress. */
void run_show(struct run *r, int64_t time_ns);

/* run_jobs.c */
void run_take_units(struct run *r, struct str json_units);
/* Frees what stands beside it. */
void run_forget_found(struct found *f);
/* Takes out what --select and --only-failed do not choose. */
void run_choose(struct run *r);
/* Whether tests must be known before it is known which units are meant. */
bool run_wants_tests(const struct run *r);
/* Whether a unit, or one of its tests that are known, matches the pattern of the i-th --lock. */
bool run_lock_meets(const struct run *r, size_t i, const struct found *f);
/* Says which --lock is of no unit. Once all are found. */
void run_tell_locks(struct run *r);
/* What was found becomes jobs: chosen, predicted, shared out, split, locked, repeated. */
void run_plan(struct run *r);
/* Whether a target that does not run is to be told of: not where others were asked for. */
bool run_wants_not_run(const struct run *r, const struct target *t);
/* Without this job the run has no good end, whatever keeps it from running. */
void run_owe(struct run *r, struct job *j);
/* Whether units run while others are still found (Go's packages, which compile meanwhile). */
bool run_goes_ahead(const struct run *r);
/* As run_plan, for targets that came while others run already. */
void run_plan_target(struct run *r, uint32_t target);
void run_retry(struct run *r, uint32_t job, const struct desk *d);
/* --until-fail without --repeat: rounds follow each other until a unit is bad. */
bool run_is_endless(const struct run *r);
void run_repeat_again(struct run *r);
/* The job is one of several of its unit. */
void run_part(struct run *r, struct job *j);
/* The job stands in for another one: in its repetition, and is a part where that was one. */
void run_stand_in(struct run *r, struct job *j, const struct job *before);
/* Whether the whole of the unit that this is a part of runs again, or will, in the same repetition. */
bool run_is_mended(const struct run *r, const struct job *part);
/* A part was bad, perhaps because it is one: the whole gives the verdict. False: this one stands. */
bool run_whole_again(struct run *r, uint32_t job);
void run_rest_of(struct run *r, uint32_t job, const struct desk *d);

struct job *run_add_job(struct run *r, uint32_t found, struct str select, int64_t predicted_ns,
			uint32_t attempt, bool alone);
/* Makes jobs of all that was found, chosen and not given yet; but (may be NULL) marks those left out. */
void run_add_found(struct run *r, const bool *but);
/* The keys from .. to - 1 of f, of them those that keep marks (NULL: all), one a line. */
struct str run_join_keys(struct run *r, const struct found *f, uint32_t from, uint32_t to, const bool *keep);

/* run_sayings.c: lines of output and of log files that tell of phases and containers. */
int run_sayings_init(struct run *r, struct err *e);
void run_sayings_hear(struct run *r, int32_t worker, uint32_t stream, struct str bytes, int64_t time_ns);
void run_sayings_unit(struct run *r, int32_t worker, bool begins, uint64_t span, int64_t time_ns);
/* Ends what is open, and says what did not go together. */
void run_sayings_end(struct run *r);
void run_sayings_free(struct run *r);

/* run_parts.c */
/* Asks for the tests of long files, which wait for the answer; the others become jobs. False: there are none.
 */
bool run_ask_for_long(struct run *r);
/* Jobs for neighbouring tests of a long file. */
void run_add_parts(struct run *r, uint32_t found);
/* Jobs for tests of a long target that history knows, and one for the rest; false: it stays whole. */
bool run_add_target_parts(struct run *r, uint32_t found);

/* run_plan.c: prints what --list and --dry-run ask for; returns the exit code. */
int run_print_plan(struct run *r, enum pool_end end, struct err *e);

/* run_host.c */
void run_host_init(struct run *r);
/* A target that does not run: its unit and its test with this status, and what is to be said of it. */
void run_put_not_run(struct run *r, const struct target *t, enum status status, struct str message);

/* run_memory.c */
/* The suite as history knows it. */
struct str run_identity(struct run *r);
void run_memory_open(struct run *r);
/* Against the run before. */
void run_compare(struct run *r);
/* Predicted duration of a unit, 0: unknown. */
int64_t run_predict(struct run *r, struct str unit);
int64_t run_predict_test(struct run *r, struct str unit, struct str test);
/* Of some tests of a unit, with what a part takes beside them; 0: unknown. */
int64_t run_predict_some(struct run *r, struct str unit, const struct str *tests, uint32_t n);
/* What each part of a file would take beside its tests. */
int64_t run_predict_shared(struct run *r, struct str unit);
/* The tests of a unit as the last run had them, and their predicted times (arrays in the arena). */
uint32_t run_known_tests(struct run *r, struct str unit, struct str **ret_names, int64_t **ret_ns);
/* Which units of the history would hold up a run of them all. */
void run_split_by_history(struct run *r, struct split *ret, int64_t least_gain_ns);
/* How many tests of a unit were bad in the last run, and which (in the arena; ret may be NULL). */
uint32_t run_failed(struct run *r, struct str unit, struct test_id **ret);
/* Whether history knows of a unit that its parts were bad where it was good. */
bool run_stays_whole(const struct run *r, struct str unit);
/* Whether a unit was bad in the last run, perhaps with no bad test in it: a hook, a process that broke. */
bool run_unit_failed(const struct run *r, struct str unit);
/* Says so when what is bad now passed alone. Before the run is done, for its notes. */
void run_memory_conflicts(struct run *r);
/* What this run was goes into the history. */
void run_memory_add(struct run *r);
void run_memory_free(struct run *r);
