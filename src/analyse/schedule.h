/*
 * analyse/schedule.h - which unit runs next.
 *
 * One central queue: a free worker takes the longest predicted unit whose locks
 * are free and whose predecessors are done. Pure: the caller says when a unit
 * began and ended. Predictions come from history; a unit without one ranks at
 * the 90th percentile of those known (by size where none is known, and in the
 * given order where no size is known either). Ties: the larger size, then the
 * smaller number. Before all that, units of several slots, the widest first: what
 * is left for the end must fill the gaps.
 *
 * A unit that must be alone is handed out when nothing else can be: last. In
 * between, every other worker would have to run dry for it; at the end they do
 * so anyway. It does not starve, as the others are finite.
 *
 * Taking a unit costs O(log n). Units whose lock is held wait with all others
 * that need exactly the same locks, and are not looked at until one is freed.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/str.h"

#define UNIT_NONE UINT32_MAX

enum schedule_order { ORDER_LONGEST, ORDER_GIVEN, ORDER_RANDOM };

struct schedule_unit {
	struct str name;
	int64_t predicted_ns;  /* 0: unknown */
	int64_t size;          /* bytes, scenarios: any weight that grows with time; 0 unknown */
	const uint32_t *locks; /* indices (0, 1, 2 ...: dense) of locks it needs, ascending */
	uint32_t n_locks;
	uint32_t slots; /* of the workers that it takes while it runs; 0 is 1, more than there are is all */
	/*
	 * Units that must have ended before, well or badly. They may be added later, but before the
	 * next unit is taken: what is unknown then is passed over. A cycle is broken at the edge that
	 * closes it, so that all of its units are handed out.
	 */
	const uint32_t *after;
	uint32_t n_after;
	bool alone; /* nothing may run beside it */
};

/* In the arena. What units point to (names, locks, after) is borrowed for as long as the schedule lives. */
struct schedule;

struct schedule *schedule_new(struct arena *a, enum schedule_order order, uint64_t seed);
/* How many slots there are: the workers. Before the first unit; without it slots are not counted. */
void schedule_slots(struct schedule *s, uint32_t workers);
/* Adds a unit (also while the run goes on); returns its number: 0, 1, 2 ... */
uint32_t schedule_add(struct schedule *s, const struct schedule_unit *u);
/*
 * What a unit that was just added, before the next is taken, must wait for. The array is borrowed; it takes
 * the place of the unit's `after`.
 */
void schedule_wait_for(struct schedule *s, uint32_t unit, const uint32_t *after, uint32_t n_after);
/*
 * Takes the next unit that may begin now, or UNIT_NONE: nothing is left, or what
 * is left must wait for a lock, a predecessor or for everybody else to end.
 */
uint32_t schedule_take(struct schedule *s);
/*
 * Takes up to `most` further small units after one was taken, for one batch: free of
 * locks and predecessors, so that the sum of predictions (with the first) stays below both budget_ns
 * and the fair share of what is left (remaining / (2 * workers)). They come in the order of the queue;
 * the first that does not fit ends the batch. A unit without a prediction goes alone until some like it
 * have ended: with k of those a batch may have k / workers further ones, so that slow ones do not wait
 * behind each other while workers are free. Returns how many were written.
 */
uint32_t schedule_take_batch(struct schedule *s, uint32_t first, uint32_t workers, int64_t budget_ns,
			     uint32_t most, uint32_t *ret_units);
/* A taken unit ended; frees its locks. A unit that is not taken is passed over. */
void schedule_end(struct schedule *s, uint32_t unit);
/*
 * A taken unit was not run after all (its worker died before it began): back into the queue, also
 * after schedule_drop.
 */
void schedule_return(struct schedule *s, uint32_t unit);
/*
 * What a unit really took. Where nothing is predicted (a first run), units weigh their size times
 * the rate learned so (the mean where sizes are not known). Does not change the order.
 */
void schedule_learn(struct schedule *s, uint32_t unit, int64_t dur_ns);
/* Drops all that was not taken (fail-fast, interrupt); returns how many. */
uint32_t schedule_drop(struct schedule *s);
uint32_t schedule_waiting(const struct schedule *s); /* units not taken yet */
uint32_t schedule_running(const struct schedule *s);
bool schedule_is_taken(const struct schedule *s, uint32_t unit); /* and has not ended */
/* What the queue uses for unit: its prediction, or the stand-in for an unknown one; 0: nothing is known. */
int64_t schedule_weight(struct schedule *s, uint32_t unit);
/* Whether what is left can be told at all: by a prediction, or by as many units that ended as there are
 * workers. */
bool schedule_known(const struct schedule *s, uint32_t workers);
/* Predicted ns of all that was not taken yet. */
int64_t schedule_remaining(struct schedule *s);

/*
 * Makespan of the units on n workers by the rules of the queue (longest first,
 * locks, slots; those alone at the end), each worker ready at startup_ns. For
 * what-if tables, --dry-run and the ETA. 0 without jobs. 100,000 jobs take about
 * 5 ms, less when the caller has sorted them (longest first).
 */
struct schedule_job {
	int64_t dur_ns;
	const uint32_t *locks; /* 0, 1, 2 ...: dense, ascending; borrowed */
	uint32_t n_locks;
	uint32_t slots; /* 0 is 1 */
	bool alone;
};
int64_t schedule_simulate(struct arena *scratch, const struct schedule_job *jobs, size_t n_jobs,
			  uint32_t workers, int64_t startup_ns);

/* max(sum / workers, longest, longest lock chain); the sum counts each job as often as it takes slots. */
int64_t schedule_bound(const struct schedule_job *jobs, size_t n_jobs, uint32_t workers,
		       struct arena *scratch);

/*
 * Shard k of n (1-based): marks keep[i] for the units of this shard. Longest
 * processing time first over the predictions, ties by name, so that all shards
 * that see the same predictions agree. Units bound together by `after` stay in
 * one shard. An unknown prediction counts as in the queue; where there are
 * neither predictions nor sizes, the counts are balanced. k > n keeps nothing.
 */
void schedule_shard(struct arena *scratch, const struct schedule_unit *units, size_t n_units, uint32_t k,
		    uint32_t n, bool *ret_keep);
