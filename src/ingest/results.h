/*
 * ingest/results.h - what every reader of somebody else's benchmarks shares.
 *
 * A reader names a benchmark, begins a run (one repetition) of it and puts that run's figures; at the end
 * each benchmark is a bench_subject, a run a round. What a run has no figure for is BENCH_NONE. Benchmarks
 * of the same name are one, so that several files, or lines, are more rounds of it.
 *
 * Everything lies in the arena. A hostile file cannot make more than RESULTS_MOST figures: what is beyond is
 * left out, and a note says so.
 */
#pragma once
#include "base/arena.h"
#include "base/map.h"
#include "wire/bench.h"

enum {
	RESULTS_MOST = 1 << 24,
	RESULTS_COLUMNS = 64, /* metrics of a benchmark */
	RESULTS_NAME = 400,   /* bytes of a name */
	RESULTS_NOTES = 50,
};

struct results_one; /* a benchmark */

struct results {
	struct arena *arena;
	struct str bench, kind; /* of the subjects: the item of fettle.yaml; "import" */
	const char *filter;     /* only names that match; NULL: all */
	struct results_one *all;
	size_t n, cap, n_figures;
	struct map names;
	struct str *notes;
	size_t n_notes, cap_notes;
	uint32_t n_failed; /* runs */
	bool is_full;
};

/* The benchmark of that name; RESULTS_LEFT_OUT where the filter does not want it. In the calls below that is
 * fine and does nothing. */
#define RESULTS_LEFT_OUT UINT32_MAX
uint32_t results_benchmark(struct results *f, struct str name);
/* A parameter, told once. */
void results_param(struct results *f, uint32_t benchmark, struct str name, struct str value);
/* A run begins; false: there is no more room, and its figures go nowhere. */
bool results_run(struct results *f, uint32_t benchmark);
/*
 * A figure of the run that began last, in the unit's own measure (wire/unit.h: ns for "ps", 1 for
 * "millionths"). unit is a constant. A value that is no number or does not fit is no figure.
 */
void results_put(struct results *f, uint32_t benchmark, struct str metric, const char *unit, double value);
/* The run that began last has failed: it has no figures. */
void results_fail(struct results *f, uint32_t benchmark, struct str why);
void results_timed_out(struct results *f, uint32_t benchmark);
/* A sentence that a person should read; the same one is kept once. */
void results_note(struct results *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Runs so far. */
uint32_t results_runs(const struct results *f, uint32_t benchmark);

/* Those that have runs, without summaries, in the arena; frees what is not. f->notes has the notes. */
struct bench_subject *results_finish(struct results *f, uint32_t *ret_n);
