/*
 * bench/session.h - commands, run in rounds, and what that gives.
 *
 *	session_init, session_add..., session_begin, session_warm, session_rounds..., session_finish,
 *session_end
 *
 * Joins interleave (analyse), starter, noise (collect) and bench (wire). session_end may be called at any
 *time and must be: it ends what runs.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "bench/noise.h"
#include "bench/starter.h"
#include "config/bench_knobs.h"
#include "wire/bench.h"

struct session_runs; /* of one subject, as they came */

/* One command to be measured. */
struct session_subject {
	struct str name, shown;
	char *const *argv; /* NULL-terminated */
	const char *cwd;   /* where it, and what is around it, runs; NULL: here */
	size_t n_argv;
	struct bench_param *params;
	uint32_t n_params;
};

struct session {
	const char *command; /* "bench", for messages */
	const struct exec_wishes *o;
	struct arena arena;
	struct session_subject *subjects;
	size_t n_subjects, cap_subjects;
	struct starter_command
	    *commands; /* the subjects', then their prepare and conclude, then setup and cleanup */
	uint32_t n_commands;
	struct starter starter;
	struct starter_options starting;
	struct counter_kind kinds[COUNTERS_MOST];
	struct counters counters;
	struct session_runs *runs; /* one a subject */
	uint32_t per_round, n_rounds;
	uint64_t seed;
	bool success[256]; /* exit codes */
	int drain;         /* the end of the commands' output; -1: none */
	int64_t typical_ns;
	int64_t begin_ns, cpu_ns, shown_ns;
	struct noise noise;
	uint64_t n_done;
	bool warm, progress, set_up, is_cut;
	const char *const *notes;
};

void session_init(struct session *s, const char *command, const struct exec_wishes *o);
/* name may be empty: then it is the command. Words and params are borrowed. */
void session_add(struct session *s, struct session_subject subject);
/* Finds the programs, starts the starter, runs --setup. */
must_use int session_begin(struct session *s, struct err *e);
/* The warm-up; and the number of runs in a round where it is 0. */
must_use int session_warm(struct session *s, struct err *e);
/*
 * More rounds, until there are n; but none begins after until_ns (CLOCK_MONOTONIC; 0: no limit), nor once a
 * command has failed ten times and never succeeded. Where all is stopped, the whole rounds until then are
 * kept, and it is no fault if there is one.
 */
must_use int session_rounds(struct session *s, uint32_t n, int64_t until_ns, struct err *e);
/* How many rounds fit into a time, by what the warm-up took. */
uint32_t session_fit(const struct session *s, int64_t time_ns);
/* What was measured so far, with summaries, in the session's arena. */
void session_tell(struct session *s, struct bench *ret);
/* Ends everything; runs --cleanup where --setup ran. */
must_use int session_end(struct session *s, struct err *e);
