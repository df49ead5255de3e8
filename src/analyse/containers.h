/*
 * analyse/containers.h - what the containers of a run were, folded from the rows of
 * kind container and call and their values (docs/record-format.md).
 *
 * Part of the model: model_put feeds it, model_finish closes it. All times are ns since
 * the run began, lengths ns; -1 where a thing did not happen or was not seen. A container
 * belongs to the one test that was open on its worker when its creation was asked for;
 * where none was, or several were, it is shared, never guessed (of tests that lie in each
 * other, as subtests do, it is the innermost). A container that is started again, or that tap
 * and suite both tell of (same cid), is one: its first start, its last end.
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
	bool failed;         /* create or start was refused, or the suite says that it never became ready */
	bool removed;
	bool left;  /* it was created and was still there at the end of a record that is whole */
	bool ended; /* it was seen to stop: end_ns is when */
	enum ready_by ready_by;
	int64_t create_at_ns, create_ns; /* the call */
	int64_t start_at_ns, start_ns;   /* the first start call that went well, else the first */
	int64_t ready_ns;                /* from the end of the start call until it is ready */
	int64_t
	    use_at_ns; /* first call about it after it was ready, but stop and the like: the suite went on */
	int64_t run_ns,
	    end_ns; /* its process lives from .. to; end is the record's end where none was seen */
	int64_t stop_at_ns, remove_at_ns; /* of the first of these calls */
	int64_t stop_ns, remove_ns;       /* the calls (stop and kill together) */
	int64_t exec_ns, inspect_ns;      /* sums of its exec calls; of inspect, port, top and stats calls */
	/*
	 * Polling: from ready until the suite went on (a call about it, or the next container that this
	 * worker asked for), where it had asked in vain before; else 0.
	 */
	int64_t wait_ns;
	uint32_t n_execs, n_inspects, n_starts;
	int32_t exit_code;                      /* -1: not seen */
	int64_t peak_bytes, anon_bytes, cpu_ns; /* anon: without page cache, at the last sample; -1 */
};

/* n, and where n is not 0 the rest. p50 and p95 are values that occurred (nearest rank). */
struct model_stat {
	uint32_t n;
	int64_t total_ns, mean_ns, min_ns, p50_ns, p95_ns, max_ns;
};

/* Containers of one type: create, start and ready apart, failures in none of them. */
struct model_container_type {
	struct str name;
	struct str image;                       /* of its first container */
	uint32_t n, n_failed, n_left, n_shared; /* n: failed ones too */
	uint32_t peak;                          /* most of them at once */
	struct model_stat create, start, ready;
	int64_t life_ns;    /* sum of their lives */
	int64_t wait_ns;    /* sum of polling */
	int64_t peak_bytes; /* of one; -1 */
	int64_t cpu_ns;     /* sum; -1 */
};

/*
 * Calls of one name, of all containers together. The percentiles of more than MODEL_MOST_SAMPLES
 * of them come from every 2nd, 4th ... of them.
 */
struct model_call {
	struct str name;
	uint32_t n, n_failed;
	struct model_stat time; /* of all, failed ones too */
};

/* The number of running containers from a moment on. */
struct model_step {
	int64_t at_ns;
	uint32_t n;
};

/* Memory of all containers together: the most from a moment until the next one. */
struct model_level {
	int64_t at_ns, bytes;
};

struct model_containers {
	struct model_container *all;        /* in the order of their creation, then name */
	struct model_container_type *types; /* by the time of create + start + ready together, most first */
	struct model_call *calls;           /* by total time, most first */
	struct model_step *curve;           /* of what runs; at most MODEL_MOST_STEPS, thinned to the peaks */
	struct model_level *memory;         /* at most MODEL_MOST_STEPS, evenly apart */
	uint32_t n, n_types, n_calls, n_curve, n_memory;
	uint32_t n_failed, n_left, n_shared;
	uint32_t n_passed_over; /* beyond MODEL_MOST_CONTAINERS */
	uint32_t peak, at_end;  /* running at once: most, and when the record ended */
	int64_t peak_at_ns;     /* the first moment of it */
	double average;         /* running, over the run's wall time */
	int64_t wait_ns;        /* sum of polling */
	bool told;              /* there were rows of containers or calls at all */
};
enum { MODEL_MOST_STEPS = 2000, MODEL_MOST_CONTAINERS = 64 * 1024, MODEL_MOST_SAMPLES = 16 * 1024 };
