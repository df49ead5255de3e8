/*
 * analyse/model_build.h - what model.c and its neighbours share while a model
 * grows. For them alone; others read model.h.
 */
#pragma once
#include "analyse/ids.h"
#include "analyse/model.h"
#include "base/table.h"

enum {
	MODEL_TEXT_BYTES = 64 * 1024, /* of one message or output */
	MODEL_KEPT_BYTES =
	    32 << 20,            /* of all messages, and of all outputs; then only SHORT of each message */
	MODEL_SHORT_BYTES = 512, /* that much of a message is always kept */
	MODEL_MOST_OPEN = 64 * 1024,   /* spans open at once; what begins beyond is passed over */
	MODEL_MOST_WORKERS = 4096,     /* likewise */
	MODEL_MOST_PHASES = 10 * 1000, /* of fettle's own; still added to its worker's time */
	MODEL_MOST_PROPERTIES = 200 * 1000,
	MODEL_MOST_MARKS = 100 * 1000, /* phases that the suite marked; still added up */
	MODEL_MOST_NOTES = 1000,       /* likewise */
	MODEL_MOST_CHANGES = 64,
	MODEL_MOST_SUMS = 20 * 1000,    /* further steps are added up under "(others)" */
	MODEL_RECENT = 16 * 1024,       /* spans that have ended and can still be named by a row */
	MODEL_MOST_COUNT = 1000 * 1000, /* hooks told as one */
	MODEL_TWINS_LOOKED_AT = 64,     /* tests of one name among which an attempt finds its own */
};
/* No time beyond this (36 years) is believed. */
#define MODEL_MOST_NS ((int64_t)1 << 60)

/* Who shares a fixture: nobody, the tests of a file, those of several files. */
enum share { SHARE_NONE, SHARE_FILE, SHARE_WIDER };

/* A span that has begun, or one that is being closed. */
struct open {
	uint64_t id, parent;
	enum span_kind kind;
	enum status status;
	enum time_source source;
	int32_t worker;
	uint32_t attempt, line;
	uint32_t count;       /* of hooks told as one; 0: one */
	uint32_t index;       /* of its entry in units, all_workers or suites; MODEL_NONE */
	uint32_t unit, suite; /* around it; MODEL_NONE */
	uint32_t next, prev;  /* others open in the same unit; next free one */
	struct str name, file, key, message, output, place;
	int64_t start_ns, end_ns;
	int64_t inside_ns; /* suite: of its tests */
	int64_t steps_ns, hooks_ns, shared_ns;
	enum share share;   /* of a fixture */
	uint64_t thread;    /* of a phase */
	int64_t phases_ns;  /* phase: of those in it */
	uint32_t phases_in; /* ... as a list of nodes of model_phases.c; MODEL_NONE */
	bool used;
	bool holds; /* test: other tests lie in it */
};

/* Beside each test. */
struct test_build {
	uint32_t last_attempt;
	uint32_t twins;    /* index into model_build.twins; MODEL_NONE: its name is its own */
	uint32_t bad_unit; /* of its last bad attempt; MODEL_NONE */
	bool inner;        /* it lies in another test */
};

/* Beside each suite. */
struct suite_build {
	bool spanned;     /* a suite span was seen */
	int64_t spans_ns; /* ... and how long they were, all together */
};

/* Beside each unit. */
struct unit_build {
	uint32_t opens;           /* first of the spans open in it; MODEL_NONE */
	uint32_t only_suite;      /* of all its tests; MODEL_NONE: several, or none yet */
	uint32_t cuts;            /* first of what is being added up in it, in cuts.c; MODEL_NONE */
	struct str suite_message; /* why a suite in it went bad as a whole */
	int64_t tests_ns;
	bool ended, mixed;
};

/* Beside each worker. */
struct worker_build {
	uint32_t unit;    /* the one that began last; MODEL_NONE */
	int64_t until_ns; /* busy until here */
	int64_t last_ns;  /* end of its last unit; -1: it had none */
	bool spanned;     /* a worker span was seen */
};

/* Tests of one identity, in the order in which they were met. */
struct twins {
	uint32_t *tests;
	size_t n, cap;
	uint32_t unit;   /* in which a test was found last ... */
	uint32_t behind; /* ... and where the next one would be */
};

/* An attempt of a test that is not its last. */
struct attempt {
	int64_t start_ns, end_ns;
	uint32_t test, unit;
	int32_t worker;
};

/* A test by the id of its span, or by that of the test around it. */
struct nest {
	uint64_t id;
	uint32_t test;
};

struct containers_build; /* of model_containers.c */
struct phases_build;     /* of model_phases.c */
struct cuts;             /* of cuts.c */
struct schedule_job;

struct model_build {
	struct arena scratch;
	struct ids ids;
	uint64_t recent[MODEL_RECENT]; /* a ring of ids that go when it comes around */
	size_t n_recent;
	struct table names, tests_by_name, suites_by_name, sums_by_name;
	struct map workers_by_number;
	struct str *interned;
	struct open *opens;
	struct test_build *tests;
	struct suite_build *suites;
	struct unit_build *units;
	struct model_unit *outside; /* see model.n_outside */
	struct worker_build *workers;
	struct twins *twins;
	struct attempt *attempts;
	struct nest *outer, *inner;          /* tests that hold others, and those that they hold */
	struct containers_build *containers; /* NULL: none were told of */
	struct phases_build *phases;         /* likewise */
	struct cuts *cuts;                   /* likewise */
	int64_t *sums_min_ns;                /* beside each sum */
	uint32_t n_marks;                    /* phases that the suite marked, of those in phases */
	size_t n_outside, cap_outside;
	size_t n_interned, n_opens, n_twins, n_attempts, n_outer, n_inner;
	size_t cap_interned, cap_opens, cap_test_builds, cap_unit_builds, cap_worker_builds, cap_twins,
	    cap_suite_builds, cap_attempts, cap_outer, cap_inner;
	size_t cap_tests, cap_suites, cap_units, cap_workers, cap_sums, cap_sums_min, cap_phases, cap_notes,
	    cap_properties;
	uint32_t free_open, n_used;
	char *pool; /* for short texts, packed */
	size_t pool_left;
	size_t messages_bytes, outputs_bytes; /* kept so far */
	uint32_t outputs_left_out;
	uint64_t seed;
	int64_t last_ns; /* the latest time seen */
	int64_t done_ns; /* of the last row */
	bool run_seen, done_seen;
	enum status done_status;
	struct str last_file; /* the file seen last: tests come file by file */
};

/* The sum, or the greatest number. For numbers that are not negative. */
static inline int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* A copy in the model's arena; packed, with no NUL. */
struct str model_keep(struct model *m, struct str s);
/* The one copy of this text; equal texts have the same address. */
struct str model_intern(struct model *m, struct str s);
struct str model_keep_file(struct model *m, struct str s);
struct str model_keep_message(struct model *m, struct str s);
/* Adds to what a span printed, as far as there is room. */
void model_add_output(struct model *m, struct str *output, struct str more);
/* A time that can be believed. */
int64_t model_time(int64_t ns);
uint32_t model_hash(const struct model *m, struct str a, struct str b, uint64_t c);

/* A counter or a value that the suite marks; false: the row is something else. */
bool model_value_told(struct model *m, const struct event *ev);
void model_values_sort(struct model *m);

/* The rows that tell of spans. */
void model_span(struct model *m, const struct event *ev);
/* Ends all that is open. */
void model_close_all(struct model *m);

/* The worker of this number, made when it is new; MODEL_NONE for fettle itself or one too many. */
uint32_t model_worker(struct model *m, int32_t number);
/* The suite of this name and file, made when it is new. */
uint32_t model_suite_of(struct model *m, struct str name, struct str file);

/* A unit begins: fills o->index. */
void model_unit_begin(struct model *m, struct open *o, const struct event *ev);
void model_worker_begin(struct model *m, struct open *o);
/* A span is over: o has its end and its status. ev is the row that says so, or NULL. */
void model_worker_close(struct model *m, struct open *o, const struct event *ev);
void model_phase_close(struct model *m, struct open *o);
void model_unit_close(struct model *m, struct open *o, const struct event *ev);
void model_outside_add(struct model *m, const struct event *ev);
void model_outside_settle(struct model *m);
void model_suite_close(struct model *m, struct open *o);
/* A test that is over printed more. */
void model_test_output(struct model *m, uint32_t test, struct str more);
/* Returns the test's index. */
/* ev: its end, which may be NULL. */
uint32_t model_test_close(struct model *m, struct open *o, const struct event *ev);
void model_sum_close(struct model *m, struct open *o);
/* Adds a phase that is over to the tree. Returns whether it was marked by the suite or its tools. */
bool model_phase_add(struct model *m, struct open *o);
/* A step, hook or fixture of this sum is over: phases that lie in it are its own. */
void model_phase_holder(struct model *m, const struct open *o, uint32_t sum);
/* No row will tell more of the phases of this worker (an index). */
void model_phase_flush(struct model *m, uint32_t worker);
void model_phases_settle(struct model *m);
void model_phases_free(struct phases_build *pb);

/*
 * What would be saved if this unit had not spent start .. end on a hook or fixture of the sum, or on a
 * phase of the name. count: of hooks told as one.
 */
void cuts_add_sum(struct model *m, uint32_t unit, uint32_t sum, int64_t start_ns, int64_t end_ns,
		  uint32_t count);
void cuts_add_phase(struct model *m, uint32_t unit, struct str name, int64_t start_ns, int64_t end_ns);
void cuts_unit_end(struct model *m, uint32_t unit);
void cuts_free(struct cuts *c);

/* Rows of containers and of the talk with their engine. */
void model_container_begin(struct model *m, const struct event *ev);
/* The container that a row means by this id; MODEL_NONE. */
uint32_t model_container_find(const struct model *m, uint64_t id);
void model_container_end(struct model *m, uint32_t i, const struct event *ev, int64_t end_ns);
void model_call(struct model *m, const struct event *ev);
/* False: the value is not that of a container. */
bool model_container_value(struct model *m, const struct event *ev);
/* Fills what the model says of them; after all else is settled. */
void model_containers_settle(struct model *m);
void model_containers_free(struct containers_build *cb);

/* The units as jobs, and how they were run: what a simulation starts from. */
struct critical_run {
	const struct schedule_job *jobs; /* longest first */
	const uint32_t *units;           /* of each job */
	uint32_t workers;
	int64_t startup_ns, around_ns; /* of a worker; before the first and after the last unit */
};
void model_critical_settle(struct model *m, const struct critical_run *run);

/* The second half of model_finish, when all spans are closed and wall_ns is known. */
void model_settle(struct model *m);
