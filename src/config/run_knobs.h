/*
 * config/run_knobs.h - what a person may wish of `fettle run`.
 */
#pragma once
#include "config/cover_knobs.h"
#include "config/knob.h"

/* Indices of the choices, in the order in which the rows name them. */
enum run_order { RUN_LONGEST, RUN_GIVEN, RUN_RANDOM };
enum run_isolate { RUN_ISOLATE_NONE, RUN_ISOLATE_TREE };
enum run_containers { RUN_CONTAINERS_AUTO, RUN_CONTAINERS_ON, RUN_CONTAINERS_OFF };
enum run_color { RUN_COLOR_AUTO, RUN_COLOR_ALWAYS, RUN_COLOR_NEVER };

struct run_options {
	/* which units */
	struct knob_choice adapter; /* .is: 0 auto, else as run_adapters */
	struct knob_list units;     /* patterns for {} */
	struct knob_list select;
	struct knob_list results;    /* globs of files that the command writes */
	struct knob_list line_rules; /* ingest/sayings.h */
	bool only_failed;
	struct knob_part shard;
	bool list;
	bool dry_run;

	/* how they are run */
	int64_t workers; /* 0: as many as the process has cores */
	int64_t chunks;  /* 0: pull from one queue */
	struct knob_choice order;
	bool split;
	int64_t batch_ns; /* 0: no batches */
	int64_t repeat;
	bool until_fail;
	int64_t retries;
	int64_t fail_fast;                   /* bad units that end the run; 0: never */
	int64_t timeout_ns, unit_timeout_ns; /* 0: none */

	/* what each worker has */
	struct knob_choice isolate;
	bool keep_tree;
	struct knob_list copy, env, setup, worker_setup;
	struct knob_list lock;       /* "NAME=PATTERN" */
	int64_t worker_memory_bytes; /* room that a worker's directory needs to lie in memory; 0: on disk */

	/* containers */
	struct knob_choice containers;
	struct knob_list container_type; /* "NAME=PATTERN" */

	/* coverage */
	bool cover;
	struct knob_choice cover_tracer; /* auto, native, coverage, slipcover */
	bool cover_contexts;
	struct cover_wishes coverage;

	/* what is told and kept */
	const char *output;      /* NULL: .fettle/runs/<id> */
	struct knob_list format; /* names of reports to write; empty: all */
	const char *otlp;        /* URL or file for spans of OpenTelemetry; NULL: none */
	bool history;
	bool quiet, verbose;
	struct knob_choice color;
	const char *config, *profile;
};

extern const struct knob_table run_table;

/* Wishes that cannot be had together. Fault: usage, naming both. */
must_use int run_options_check(const struct run_options *o, struct err *e);
