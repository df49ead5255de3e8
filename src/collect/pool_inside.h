/*
 * collect/pool_inside.h - what the files of the pool share; nobody else includes it.
 *
 * pool.c is the loop, pool_worker.c the life of a worker's processes, pool_agent.c
 * the talk with an agent, pool_rows.c what processes say of themselves, pool_exec.c
 * one process a unit, pool_control.c the one that plays a controller, pool_tap.c the
 * tap of the container engine.
 */
#pragma once
#include <signal.h>

#include "base/buf.h"
#include "base/map.h"
#include "collect/logs.h"
#include "collect/marks.h"
#include "collect/marks_map.h"
#include "collect/output.h"
#include "collect/pool.h"
#include "collect/spool.h"

enum {
	UNIT_OF_WORKER = 0x7fffffff, /* number of a unit that the host does not know: a start that failed */
	BATCH = 128,                 /* units that a pull worker may hold */
	TICK_MS = 100,
	/* pull: what a worker prints is read at most this often, or a tick after it if it ends no line ... */
	REST_MS = 20,
	REST_BYTES = 16 << 10,   /* ... unless it prints much */
	HELLO_MS = 1000,         /* a start that takes longer holds up no other one */
	START_TRIES = 3,         /* processes of a worker that may die before their first unit */
	DUMP_NS = 1500000000,    /* for stacks that processes dump themselves, at most ... */
	DUMP_LOOK_NS = 50000000, /* ... until what they write into the file grows no more */
	DEBUGGER_S = 10,
	TERM_NS = 2000000000, /* from SIGTERM to SIGKILL */
};

enum slot_state {
	SLOT_OFF,      /* no process, may be started */
	SLOT_SETUP,    /* a set-up command runs */
	SLOT_STARTING, /* pull: its process loads the suite */
	SLOT_IDLE,
	SLOT_BUSY,
	SLOT_ENDING, /* pull: told to end */
	SLOT_OVER,   /* will not be started again */
};

/* How far the ending of a worker's processes has come. */
enum ending { ENDING_NO, ENDING_DUMP, ENDING_ASKED, ENDING_TERM, ENDING_KILL };

/* Of the process that plays the controller: CONTROL_UP once the workers can come. */
enum control { CONTROL_NO, CONTROL_STARTS, CONTROL_UP, CONTROL_OVER };

enum fd_kind { FD_SIGNAL, FD_LISTEN, FD_AGENT, FD_OUTPUT, FD_SAID, FD_STRAY };

struct worker {
	uint32_t number;
	bool front; /* not a worker: runs --setup and the discovery process, or plays the controller */
	enum slot_state state;
	pid_t pid;
	uint64_t birth; /* of the process, unique in the run: ids of its rows are birth << 32 | id */
	uint64_t span;  /* of the worker */
	uint64_t phase; /* of the set-up, start-up or teardown that goes on; 0: none */
	const char *dir, *socket_path, *spool_path, *dump_path;
	char *mark; /* "FETTLE_WORKER=3" */
	char **env;
	struct isolate_worker isolate;
	bool isolated, prepared;
	size_t setup_at;           /* next set-up command */
	int listener, agent;       /* pull */
	struct buf said;           /* of the agent: a line that is not whole yet */
	struct spool spool, spare; /* spare: rows that found no room there */
	const char *spare_path;    /* NULL: there is none */
	struct map births;         /* of further processes that write rows, by pid */
	struct marks marks;
	struct marks_map map; /* of native marks */
	const char *map_path;
	uint64_t native;    /* their ids are native << 32 | number */
	uint64_t next_mark; /* id of the next mark that comes without one */
	int pipe;           /* what it prints */
	int64_t rest_ns;    /* absolute: until then its pipe is not looked at; 0: it is */
	bool heard_line;    /* what was read last ended a line */
	int said_pipe;      /* front: standard error of the discovery process */
	struct output output;
	struct logs logs;
	const struct pool_unit *units[BATCH];
	uint32_t n_units;
	const struct pool_unit *current; /* begun, not ended */
	uint64_t unit_span;
	int64_t unit_ns;  /* when it began, absolute */
	int64_t given_ns; /* when the batch was handed over */
	bool hello, ready, listed;
	bool loading;     /* it is at the files of all units, before its first one */
	bool is_used;     /* units were given to this process */
	bool wants_anew;  /* it cannot go on like that, and is to begin anew */
	bool dropped;     /* ended before its framework was there: nothing was left to do */
	bool stops;       /* the framework itself wants no more: -x, --maxfail, --stop */
	struct str fault; /* what the agent said of a suite that cannot be loaded */
	struct str blame; /* and who is to blame: docs/agent-protocol.md */
	enum ending ending;
	int64_t ending_ns; /* when the next step is due, absolute */
	int64_t dump_ns;   /* until when a dump is waited for */
	off_t dump_bytes;  /* how much of it was there */
	bool timed_out;
	pid_t debugger;
	uint32_t n_starts, n_failed;
	int64_t cpu_ns, rss_bytes;
	struct pool_worker_end end;
};

struct pool {
	struct pool_options o;
	struct arena *arena;
	struct arena scratch; /* reset for each unit */
	struct arena rows;    /* reset for each row */
	struct suite *suite;
	struct pool_host *host;
	struct sink *sink;
	struct worker front;
	struct worker *workers;
	int epoll, signals;
	uint64_t next_span, next_birth;
	bool discovered;       /* exec: the list of targets is whole */
	struct worker *lister; /* pull: the worker asked for the list */
	struct worker *renews; /* pull: ends, and starts again, for a unit that wants a fresh process */
	bool told_renew;       /* that it could not */
	bool bare;             /* pull: workers that start now do not look like those of other tools */
	enum control control;  /* pull */
	char *nodes;   /* "FETTLE_NODES=...", once a controller was there; empty: it could not start; NULL */
	bool any_bad;  /* a unit was bad */
	bool stopping; /* nothing new is begun */
	enum pool_end end;
	int n_signals;
	int64_t interrupt_ns; /* when the run was cut, by a signal or its deadline, absolute; 0: it was not */
	struct err error;
	bool has_error;
	char *run_mark; /* "FETTLE_RUN=..." */
	int strays[32]; /* outputs that processes left behind still hold */
	size_t n_strays;
	uint64_t bad_rows, bad_marks;     /* that are no rows; that do not fit together */
	char bad_row[200], bad_mark[400]; /* the first of them */
	struct spool tap_spool;           /* rows of the engine's tap */
	uint64_t tap_birth;
	int64_t tick_ns;
};

/* pool.c */
int64_t pool_time(const struct pool *p, int64_t mono_ns); /* relative to the run's begin */
bool pool_watch(struct pool *p, int fd, enum fd_kind kind, const struct worker *w); /* false: the run ends */
void pool_close(struct pool *p, int *fd); /* what was watched; -1 is fine */
void pool_put(struct pool *p, const struct event *ev);
void pool_note(struct pool *p, const char *code, const char *text);
void pool_fail(struct pool *p, enum pool_end end, const struct err *e);
uint64_t phase_begin(struct pool *p, struct worker *w, const char *name, int64_t now);
void phase_end(struct pool *p, struct worker *w, enum status status, struct str message, int64_t now);

/* pool_worker.c */
/* The variables of --env; for the controller those that are of no worker. */
size_t worker_env(struct pool *p, const struct worker *w, char **ret_env);
void worker_begin(struct pool *p, struct worker *w); /* first time, or again after a death */
int worker_spawn(struct pool *p, struct worker *w, char *const *argv, char *const *env, const char *cwd,
		 struct err *e);
/* Reads what it has printed; returns how many bytes. */
size_t worker_drain(struct pool *p, struct worker *w);
/* Reads what its log files have got more; search: looks for new ones, too. */
void worker_read_logs(struct pool *p, struct worker *w, bool search);
/* Its pipe has something to read, and may be left alone for a while after that. */
void worker_hear(struct pool *p, struct worker *w);
void worker_end_processes(struct pool *p, struct worker *w, enum ending first, int64_t now);
void worker_step_ending(struct pool *p, struct worker *w, int64_t now);
void worker_gone(struct pool *p, struct worker *w, int status, const struct rusage *usage, int64_t now);
void worker_over(struct pool *p, struct worker *w, int64_t now);
void worker_unit_begin(struct pool *p, struct worker *w, const struct pool_unit *u, uint64_t span,
		       int64_t at);
/* told: what it printed stands in a row already. */
void worker_unit_end(struct pool *p, struct worker *w, enum status status, struct str message,
		     const struct pool_exit *x, bool told, int64_t at);
/* Whether what ends badly now does so because the run is being ended, and what to say of it. */
bool pool_was_cut(const struct pool *p);
struct str pool_cut_words(const struct pool *p);
/* Why a unit that took too long was ended, with the stacks of what hung; in p->scratch. */
struct str worker_stacks(struct pool *p, struct worker *w);
/* "TRACEPARENT=..." that names a span; only where there is a trace. */
char *pool_traceparent(const struct pool *p, struct arena *a, uint64_t span);
/* Removes a unit from those that the worker holds. */
void worker_forget(struct worker *w, const struct pool_unit *u);
void worker_give_back(struct pool *p, struct worker *w);
/* "killed by SIGSEGV (signal 11)", "exit code 3". */
char *exit_words(struct arena *a, int status);

/* pool_agent.c */
int agent_start(struct pool *p, struct worker *w, struct err *e);
void agent_accept(struct pool *p, struct worker *w);
void agent_read(struct pool *p, struct worker *w);
void agent_give(struct pool *p, struct worker *w, uint32_t n);
/* It has loaded the files of all units, or begins a unit. */
void agent_loaded(struct pool *p, struct worker *w, int64_t now);
void agent_finish(struct pool *p, struct worker *w, int64_t now);
/* Ends a worker that has not said hello: of the suite it has loaded nothing yet. */
void agent_drop(struct pool *p, struct worker *w, int64_t now);
void agent_gone(struct pool *p, struct worker *w, int status, int64_t now);
/* Its own verdict, for pool_worker_end(). */
void agent_keep_end(struct pool *p, struct worker *w, int status);
/* Variables that put the agent into a worker's processes ("pull" or "observe"). */
/* A socket at w->socket_path, and what is said on it. */
int agent_listen(struct pool *p, struct worker *w, struct err *e);
void agent_send(struct pool *p, struct worker *w, struct str s);
size_t agent_env(struct pool *p, struct worker *w, const char *mode, char **ret_env);
enum { AGENT_ENV = 9 };

/* pool_control.c */
/* A worker's suite has a hook of this module by which a controller tells workers what they need. */
void control_want(struct pool *p, struct worker *w, struct str module);
bool control_starts(const struct pool *p); /* workers wait for it */
bool control_is_up(const struct pool *p);
void control_ready(struct pool *p);
void control_fault(struct pool *p, struct str text);
/* Tells it to end, once all workers have. False: there is nothing to end. */
bool control_end(struct pool *p);
void control_gone(struct pool *p, int status, int64_t now);

/* pool_tap.c: without a tap they do nothing */
void pool_tap_open(struct pool *p);
/* Variables for a worker's processes, at most TAP_ENV; for those of a unit that has an environment of its
 * own. */
size_t pool_tap_env(struct pool *p, const struct worker *w, char **ret_env);
size_t pool_tap_env_unit(struct pool *p, const struct worker *w, char *const *unit_env, char **ret_env);
void pool_tap_rows(struct pool *p);
/* Its process has ended. */
void pool_tap_gone(struct pool *p, int status);
void pool_tap_end(struct pool *p);
/* pool_rows.c */
/* Reads what has come; of a process that is gone, all. */
void agent_rows(struct pool *p, struct worker *w);
/* Notes about marks that are lost or wrong. */
void pool_tell_marks(struct pool *p);

/* pool_exec.c */
int exec_start(struct pool *p, struct worker *w, const struct pool_unit *u, struct err *e);
void exec_gone(struct pool *p, struct worker *w, int status, int64_t now);
int front_next(struct pool *p, struct err *e); /* the next --setup command or the discovery process */
void front_gone(struct pool *p, int status, int64_t now);
