/*
 * collect/pool.h - N workers, and the loop that feeds them.
 *
 * The pool starts processes, hands them units, reads what they say and print,
 * ends them when their time is up, and puts events. It decides nothing: which
 * unit comes next, and what a result means, it asks its host. Single-threaded
 * on one epoll; it returns when nothing runs and the host says that all is over.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/trace_context.h"
#include "collect/adapter.h"
#include "collect/isolate.h"
#include "engine/engine_tap.h"
#include "wire/sink.h"

/* One unit on its way to a worker. Borrowed from the host, which keeps it until unit_end. */
struct pool_unit {
	uint32_t number;      /* the host's */
	uint32_t attempt;     /* 1 .. */
	struct str name;      /* shown */
	struct str select;    /* pull: what the agent is given */
	struct str lock;      /* shown */
	int64_t predicted_ns; /* 0: unknown */
	int64_t timeout_ns;   /* 0: none */
	bool alone;
	bool fresh;        /* pull: nothing ran before it in its process; given alone, never behind others */
	int fault;         /* of a start that failed: enum fault where the suite is not to blame, else 0 */
	uint32_t slots;    /* of the workers that it takes; 0 is 1 */
	char *const *argv; /* exec */
	char *const *env;  /* exec; NULL: the pool's */
	const char *cwd;   /* exec; NULL: the pool's */
};

/* How the process of a unit ended (exec), or how its worker did (pull, when it died in the unit). */
struct pool_exit {
	int code;   /* exit code, or -1 */
	int signal; /* that killed it, or 0 */
	bool timed_out;
	bool interrupted;      /* fettle ended it because the run is being ended */
	struct str why;        /* timed_out: in words, with the stacks of what hung */
	struct str output;     /* exec: what it printed, cut to head and tail */
	uint64_t output_bytes; /* all of it */
};

struct pool_host {
	/* Fills ret[0 .. most) with units for a free worker; 0: none now. */
	uint32_t (*next)(struct pool_host *h, uint32_t worker, const struct pool_unit **ret, uint32_t most);
	/* Whether no unit will ever come again (asked when next gave none and nothing runs). */
	bool (*over)(struct pool_host *h);
	/* Pull: an agent listed a unit (json_units: the items of one `units` message, raw), and the end of
	 * the list. */
	void (*units)(struct pool_host *h, struct str json_units, bool more);
	/* Exec: targets were added to the suite by a discovery process; last: it has ended. */
	void (*targets)(struct pool_host *h, bool last, const struct err *failed);
	/* Exec: bytes that a unit printed. */
	void (*output)(struct pool_host *h, uint32_t worker, struct str bytes, int64_t time_ns);
	/*
	 * What a worker says: stream 0 is what its processes print, others are its log files (logs.h).
	 * worker -1: the set-up commands. May be NULL.
	 */
	void (*heard)(struct pool_host *h, int32_t worker, uint32_t stream, struct str bytes,
		      int64_t time_ns);
	/* A unit begins; span is its id. */
	void (*unit_begin)(struct pool_host *h, uint32_t worker, const struct pool_unit *u, uint64_t span,
			   int64_t time_ns);
	/* Exec: what the exit means; *ret_message may be set to a text that lives until the next call,
	 * *ret_told when the output stands in a row already. */
	enum status (*unit_exit)(struct pool_host *h, uint32_t worker, const struct pool_unit *u,
				 const struct pool_exit *x, int64_t time_ns, struct str *ret_message,
				 bool *ret_told);
	/* The unit is over; its end was put. */
	void (*unit_end)(struct pool_host *h, uint32_t worker, const struct pool_unit *u, enum status status);
	/* The unit was not begun (its worker died, the run is being ended): it may be given out again. */
	void (*unit_back)(struct pool_host *h, const struct pool_unit *u);
	/* About every 100 ms while anything runs. */
	void (*tick)(struct pool_host *h, int64_t time_ns);
};

struct pool_options {
	uint32_t workers;
	uint32_t starts;   /* pull: processes that may load their framework at the same time; 0: all */
	bool pull;         /* else a process a unit */
	bool one_first;    /* pull: see the first worker's hello before the others start */
	bool observe;      /* exec: put the timing agent into Python processes */
	bool tell_output;  /* rows of what units print that passed, too */
	bool tee;          /* exec: what units print also goes to our standard output at once */
	bool terminal;     /* exec: children stay in our session and keep our standard input */
	bool list_tests;   /* pull: ask for tests, not only for files */
	bool load_ahead;   /* pull: a worker loads the files of all units before its first one */
	bool keep_workers; /* idle workers are not ended early: a unit may come back */
	const char *run_id;
	const char *work_dir;  /* private, short path; memory-backed where there is room */
	const char *out_dir;   /* outputs are kept here; NULL: nowhere */
	const char *spare_dir; /* where agents put their rows once work_dir is full; NULL: nowhere */
	const char *agent_dir; /* the Python files of the agent; NULL: none */
	const char *cwd;
	char *const *argv;       /* pull: the command of a worker */
	char **env;              /* whole */
	char *const *worker_env; /* --env templates "NAME=...{worker}..." */
	size_t n_worker_env;
	char *const *copies; /* --copy: files that each worker gets its own copy of */
	size_t n_copies;
	char *const *setup; /* --setup: shell commands, once, before everything */
	size_t n_setup;
	char *const *worker_setup; /* --worker-setup: shell commands, once a worker */
	size_t n_worker_setup;
	struct isolate *isolate;           /* NULL: none */
	struct engine_tap *tap;            /* started; the pool ends it. NULL: none */
	const struct trace_context *trace; /* handed to units or workers as TRACEPARENT; NULL: not */
	int64_t start_ns;                  /* CLOCK_MONOTONIC at the run's begin: events are relative to it */
	int64_t deadline_ns;               /* absolute; 0: none */
	int64_t grace_ns;                  /* between asking a process to end and killing it */
};

enum pool_end {
	POOL_DONE,        /* all units were run */
	POOL_INTERRUPTED, /* by SIGINT, SIGTERM or SIGHUP */
	POOL_TIMEOUT,     /* the run's own deadline */
	POOL_NO_WORKERS,  /* no worker could be started; *e says why */
	POOL_NO_AGENT,   /* pull: the first process ended without a hello: it has run the suite plainly, alone
			  */
	POOL_STANDSTILL, /* units were left that could never begin */
	POOL_BROKEN,     /* set-up or discovery failed; *e says how */
};

struct pool;

/* Puts events into `sink`, asks `host`. suite is used for discovery and the words of errors. */
struct pool *pool_new(struct arena *a, const struct pool_options *o, struct suite *suite,
		      struct pool_host *host, struct sink *sink);
/* Runs until all is over. Signals SIGINT, SIGTERM, SIGHUP, SIGCHLD are taken while it runs. */
enum pool_end pool_run(struct pool *p, struct err *e);
/* No new units; what runs may end (fail-fast). */
void pool_stop(struct pool *p);
/* What runs now is ended, units that wait are not begun. */
void pool_abort(struct pool *p);
/*
 * Pull: asks the agent that listed the units for the tests of these; the answer comes through units().
 * to_choose: some of them will be run alone, else neighbours apart.
 */
void pool_list(struct pool *p, const struct str *names, size_t n, bool to_choose);
/* Pull: whether a worker, not this one, begins anew for a unit that wants a fresh process. */
bool pool_renews(const struct pool *p, uint32_t worker);
/* A fresh span id. */
uint64_t pool_span(struct pool *p);
/* Units that run: fills worker, name, since; returns how many of `most`. */
struct pool_running {
	uint32_t worker;
	struct str name;
	int64_t since_ns;
};
size_t pool_running(const struct pool *p, struct pool_running *ret, size_t most);
/* Rows of agents that could not be read, and output bytes that could not be kept. */
uint64_t pool_bad_rows(const struct pool *p);
/* The first of these rows: "of worker 0 in 'a.feature': why"; empty: nothing is known of it. */
const char *pool_bad_row(const struct pool *p);
/* The environment that a worker's processes were given; lives as long as the pool. NULL: none was started. */
char *const *pool_worker_env(const struct pool *p, uint32_t worker);
/* How the last process of a worker ended that was to end (pull): its own verdict. Lives as long as the pool.
 */
struct pool_worker_end {
	int exit_code;         /* 128 + signal; 0: all was well */
	enum status status;    /* STATUS_CRASHED: by a signal */
	const char *words;     /* "ended with exit code 1" */
	struct str last_words; /* what it printed since its last unit */
};
struct pool_worker_end pool_worker_end(const struct pool *p, uint32_t worker);
/* The same of the process that played the workers' controller; exit_code is 0 where none did. */
struct pool_worker_end pool_controller_end(const struct pool *p);
