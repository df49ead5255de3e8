/*
 * config/bench_items.h - one bench of fettle.yaml: what is measured, how often, and what it must reach.
 *
 *	bench:
 *	  - name: hello
 *	    command: echo hello
 *	    targets: {wall: p95 < 20ms}
 *
 * The rows serve check, show, init, schema and the documents as those of the commands do.
 */
#pragma once
#include "config/knob.h"
#include "config/remarks.h"

/* Indices of the choices, in the order in which the row names them. */
enum bench_kind { BENCH_EXEC, BENCH_HTTP, BENCH_MCP, BENCH_CONTAINER, BENCH_IMPORT, BENCH_C, BENCH_KINDS };

enum bench_pull { PULL_NEVER, PULL_MISSING };

/* A text or list that was not given is NULL or empty, a number 0, unless its row has a default. */
struct bench_item {
	const char *name;
	struct knob_choice subject; /* enum bench_kind */
	bool enabled;

	/* how often, how long */
	int64_t warmup, rounds; /* 0 rounds: as benchmarks.iterations, else what `fettle bench` takes */
	int64_t short_rounds;   /* at most so many with --short */
	int64_t min_time_ns, timeout_ns;
	struct knob_list concurrency; /* whole numbers; one measurement each */

	/* around it: commands for sh */
	struct knob_list setup, prepare, conclude, teardown;

	/* what is varied: "NAME=VALUE", a NAME once for each of its values */
	struct knob_list parameters, variants;

	struct knob_list env, checks, targets; /* "NAME=VALUE"; targets "METRIC=p95 < 20ms" */
	const char *dir;

	struct knob_list command; /* words; of exec, mcp, container, import */
	const char *shell;        /* a line for sh; of exec */
	const char *input;        /* a file for its standard input; of exec and container */
	int64_t input_bytes;      /* made up for its standard input; of container; 0: none */
	bool echoes;              /* the output must be the input again */
	const char *url, *body;
	struct knob_choice method;
	struct knob_list headers; /* "NAME=VALUE" */
	const char *tool;
	const char *arguments;      /* a JSON object */
	const char *image, *engine; /* engine: a socket */
	const char *network, *ready;
	struct knob_list main;   /* words: the container's own process */
	const char *needs;       /* a program that the image must have */
	struct knob_choice pull; /* enum bench_pull */
	bool reuse, outside;
	double cpus;
	int64_t memory_bytes, disk_bytes;
	struct knob_list files;
	struct knob_choice format;
	const char *program, *filter;

	struct knob_values values; /* of bench_item_table, into this struct */
	struct place at;           /* where the item begins */
	bool is_broken;            /* something in it was told already */
	int64_t runs_needed;       /* by percentiles of its targets; settings_finish tells */
	int layer;                 /* the last layer of the file that spoke of it */
};

extern const struct knob_table bench_item_table;

/* The word for a subject: "http"; for a method: "GET". */
struct str bench_kind_word(enum bench_kind subject);
struct str bench_method_word(const struct bench_item *b);

/* Whether benches of that subject have the key of that row. */
bool bench_has(enum bench_kind subject, const struct knob *row);

/* What is missing, and keys of other subjects, as remarks. has_image: a default image is known. */
void bench_complete(const struct bench_item *b, bool has_image, struct remarks *remarks);
