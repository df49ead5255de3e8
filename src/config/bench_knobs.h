/*
 * config/bench_knobs.h - what a person may wish of `fettle bench` and `fettle compare`.
 */
#pragma once
#include "config/knob.h"

/* Indices of the choices, in the order in which the rows name them. */
enum bench_form {
	BENCH_TEXT,
	BENCH_JSON,
	BENCH_CSV,
	BENCH_MARKDOWN,
	BENCH_JUNIT,
	BENCH_HYPERFINE,
	BENCH_GO,
	BENCH_OPENMETRICS,
	BENCH_BENCHER,
	BENCH_HTML,
	BENCH_BRIEF,
	BENCH_FORMS
};
enum compare_form { COMPARE_TEXT, COMPARE_JSON, COMPARE_MARKDOWN };
enum bench_stdout { BENCH_STDOUT_NULL, BENCH_STDOUT_PIPE, BENCH_STDOUT_SHOW };

/* How commands are run, in both. */
struct exec_wishes {
	bool shell;
	const char *input; /* NULL: /dev/null */
	struct knob_choice command_output;
	const char *setup, *prepare, *conclude, *cleanup; /* for a shell; NULL: none */
	struct knob_list success_codes;                   /* empty: 0 */
	int64_t warmup;
	int64_t rounds;    /* 0: see the rows */
	int64_t per_round; /* 0: see the rows */
	int64_t time_ns;
	int64_t timeout_ns; /* 0: none */
	int64_t seed;       /* 0: by the clock */
	bool counters;
	const char *output; /* a folder */
	bool quiet;
	struct knob_choice color; /* enum run_color */
	const char *config;
};

struct bench_options {
	struct exec_wishes exec;
	struct knob_list names, commands;
	struct knob_list params; /* "NAME=VALUES" */
	struct knob_choice format;
	bool history;
	bool is_short, list; /* these, profile and the names are for benches of fettle.yaml alone */
	const char *profile;
};

struct compare_options {
	struct exec_wishes exec;
	const char *against;
	const char *build;  /* for a shell, in both trees of a commit; NULL: none */
	int64_t max_rounds; /* 0: four times the rounds */
	struct knob_list metrics;
	struct knob_list min_effect; /* "METRIC=PERCENT" */
	bool fail_inconclusive;
	struct knob_choice format;
};

/*
 * The same rows twice: behind `bench exec` the first word that is no option begins the command; without it
 * options may stand behind names.
 */
extern const struct knob_table bench_table, bench_suite_table;
/* `fettle check`: some of the rows, into the same options. */
extern const struct knob_table check_table;
extern const struct knob_table compare_table;
/* The first option that was given as a flag and does nothing for benches of fettle.yaml, or of a command
 * line; NULL: none. */
const char *bench_misplaced(const struct knob_values *v, bool is_exec);
