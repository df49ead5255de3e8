/*
 * cmd/last_results.h - which results a person means: a folder, a baseline's name, or the last ones.
 */
#pragma once
#include "record/baselines.h"

#define LAST_BENCH ".fettle/bench"
#define LAST_RUN   ".fettle/runs/latest"

struct results {
	const char *bench;               /* folder or bench.json; NULL: no bench is meant */
	const char *run;                 /* folder or events.jsonl; NULL: no run is meant */
	const struct baseline *baseline; /* NULL: it is none */
	const char *name;                /* for messages */
};

/* Whether there is events.jsonl, or bench.json, at a path: itself, or in the folder. */
bool results_is_run(const char *path);
bool results_is_bench(const char *path);
/* The last results below .fettle; both NULL where there are none. */
struct results results_last(void);
/* What is at a path; a path that leads nowhere is taken for a bench, whose reader then tells. */
struct results results_at(const char *path);
/* A path, else a baseline; NULL: the baseline in use. Fault: usage where a plain name is none of these. */
must_use int results_of(struct arena *a, const char *name, struct results *ret, struct err *e);
/* Whether the last run is newer than the last bench. */
bool results_last_is_run(void);
