/*
 * wire/bench.h - what a benchmark measured: the words that collector, record, analysis and report share.
 *
 * A session measures subjects in rounds. In each round every subject is run `per_round` times; what a run
 * gave stands in slot round * per_round + i of a column, the same round of two subjects side by side in
 * time, which is what comparing pairs needs. A run that failed has BENCH_NONE in all columns. All times are
 * ns. Nothing here is owned: the arena of whoever filled it holds it.
 */
#pragma once
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"
#include "wire/target.h"

/* No figure: the run failed, or the machine has no such counter. */
#define BENCH_NONE INT64_MIN

/* Of the figures of one column, in its unit; filled by measure/summary.h. What n is too small for is
 * BENCH_NONE. */
struct bench_summary {
	uint32_t n;
	uint32_t outliers; /* more than 3.5 robust deviations from the median */
	int64_t least, most, median, p5, p25, p75, p95, p99;
	double mean, deviation; /* deviation 0 for n < 2 */
};

struct bench_column {
	struct str metric; /* "wall", "cpu", "user", "system", "peak_rss", ... */
	struct str unit;   /* "ns", "bytes", "count"; the others: wire/unit.h */
	int64_t *values;   /* n_rounds * per_round */
	struct bench_summary summary;
};

struct bench_param {
	struct str name, value;
};

struct bench_subject {
	struct str name; /* the identity over several sessions */
	struct str
	    bench; /* the item of fettle.yaml that it is part of; empty: a command of the command line */
	struct str kind;    /* "exec", "http", "mcp", "container", "import", "c" */
	struct str command; /* or URL, as shown: secrets struck out */
	struct bench_param *params;
	uint32_t n_params, n_columns;
	uint32_t n_rounds, per_round;
	uint32_t concurrency; /* runs at once: per_round is then the same; 0 and 1: one by one */
	int64_t busy_ns; /* while runs were under way, several at once counted once; BENCH_NONE: not known */
	struct bench_column *columns;
	uint32_t good, failed, timed_out; /* runs; timed_out is part of failed */
	struct str failure;               /* how the first bad one ended: "exit code 3" */
};

/* A bound of fettle.yaml and what became of it. */
struct bench_target {
	struct str metric;    /* as the file names it: "wall", "container_startup_ms" */
	struct str benchmark; /* the subject that it was judged on; empty: nothing had that metric */
	struct str figure;    /* of which metric: "startup" */
	struct target_verdict verdict;
};

/* How restless the machine was while the session ran. */
struct bench_noise {
	int64_t pressure_ns; /* somebody waited for a CPU; BENCH_NONE: the kernel does not say */
	int64_t steal_ns;    /* the host took the CPUs away; BENCH_NONE as above */
	int64_t elapsed_ns;
	int64_t *loops; /* CPU time of the same piece of work, over and over */
	uint32_t n_loops;
	struct bench_summary loop;
};

struct bench {
	struct str version; /* of the tool */
	struct str host, system, cpu;
	struct str machine; /* what makes times comparable: processor, cores, kernel, in one word */
	uint32_t cores;
	bool shell;              /* the commands ran through a shell, whose time is in the figures */
	uint64_t seed;           /* of the order */
	int64_t begin_ns;        /* since 1970 */
	int64_t own_cpu_ns;      /* of the tool, a run */
	int64_t floor_rss_bytes; /* a peak_rss of this or less means: at most this */
	struct bench_noise noise;
	struct bench_subject *subjects;
	uint32_t n_subjects;
	struct bench_target *targets;
	uint32_t n_targets;
	struct str *notes; /* sentences that a person should read */
	uint32_t n_notes;
};

/* Good runs a second, several at once counted as they ended; NaN: not known. */
static inline double bench_throughput(const struct bench_subject *s)
{
	return s->busy_ns > 0 ? s->good * 1e9 / (double)s->busy_ns : NAN;
}

/* The share of runs that failed; NaN: there were none. */
static inline double bench_error_rate(const struct bench_subject *s)
{
	double runs = (double)s->good + s->failed;
	return runs > 0 ? s->failed / runs : NAN;
}
