/*
 * analyse/containers.h - what the containers of a run were, folded from the rows of
 * kind container and call and their values (docs/record-format.md).
 *
 * Part of the model: model_put feeds it, model_finish closes it. All times are ns since
 * the run began, lengths ns; -1 where a thing did not happen or was not seen. A container
 * belongs to the one test that was open on its worker when its creation was asked for;
 * where none was, or several were, it is shared, never guessed.
 */
#pragma once
#include <stdbool.h>

#include "wire/event.h"

enum ready_by { READY_NONE, READY_HEALTHY, READY_LISTENING, READY_MARK };

struct model_container {
	struct str name, image, type, cid;
	struct str message; /* the engine's own words, where create or start failed */
	int32_t worker;
	uint32_t test, unit; /* indices; MODEL_NONE */
	bool shared;         /* no single test asked for it */
	bool failed;         /* create or start was refused; then it counts in no time but its own */
	bool removed;
	bool left; /* it was created and never removed, and the record is whole */
	enum ready_by ready_by;
	int64_t create_at_ns, create_ns; /* the call */
	int64_t start_at_ns, start_ns;   /* the first start call */
	int64_t ready_ns;                /* from the end of the start call until it is ready */
	int64_t use_at_ns;               /* first call about it after it was ready: the suite went on */
	int64_t run_ns,
	    end_ns; /* its process lives from .. to; end is the record's end where none was seen */
	int64_t stop_ns, remove_ns;  /* the calls (stop and kill together) */
	int64_t exec_ns, inspect_ns; /* sums of its exec calls; of inspect, port, top and stats calls */
	int64_t wait_ns; /* from ready until the suite went on, where it asked in vain before: polling */
	uint32_t n_execs, n_inspects, n_starts;
	int32_t exit_code;
	int64_t peak_bytes, cpu_ns;
};

/* n, and where n is not 0 the rest. p50 and p95 are values that occurred. */
struct model_stat {
	uint32_t n;
	int64_t total_ns, mean_ns, min_ns, p50_ns, p95_ns, max_ns;
};

/* Containers of one type: create, start and ready apart, failures in none of them. */
struct model_container_type {
	struct str name;
	struct str image; /* of its first container */
	uint32_t n, n_failed, n_left, n_shared;
	uint32_t peak; /* most of them at once */
	struct model_stat create, start, ready;
	int64_t life_ns;    /* sum of their lives */
	int64_t peak_bytes; /* of one; -1 */
	int64_t cpu_ns;     /* sum; -1 */
};

/* Calls of one name that are about no single container, or of all containers together. */
struct model_call {
	struct str name;
	uint32_t n, n_failed;
	struct model_stat time;
};

/* The number of running containers from a moment on. */
struct model_step {
	int64_t at_ns;
	uint32_t n;
};

struct model_containers {
	struct model_container *all;        /* in the order of their creation, then name */
	struct model_container_type *types; /* by the time of create + start + ready together, most first */
	struct model_call *calls;           /* by total time, most first */
	struct model_step *curve;           /* of what runs; at most MODEL_MOST_STEPS, thinned to the peaks */
	uint32_t n, n_types, n_calls, n_curve;
	uint32_t n_failed, n_left, n_shared;
	uint32_t peak, at_end; /* running at once: most, and when the record ended */
	int64_t peak_at_ns;    /* the first moment of it */
	double average;        /* running, over the run's wall time */
	int64_t wait_ns;       /* sum of polling */
	bool told;             /* there were rows of containers or calls at all */
};
enum { MODEL_MOST_STEPS = 2000 };
