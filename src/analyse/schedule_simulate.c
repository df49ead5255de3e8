#include <string.h>

#include "analyse/heap.h"
#include "analyse/schedule.h"

/* A job as a number that sorts as its duration, and where it stands. */
struct entry {
	uint64_t dur_ns;
	uint32_t job;
};

/* Jobs of one lock, or of none, longest first: a range of the sorted entries. */
struct lane {
	uint32_t next, end;
};

struct simulation {
	const struct entry *jobs; /* grouped by lane, each longest first */
	struct lane *lanes;
	uint64_t *free_ns; /* when each worker ends what it does */
	uint32_t *lane_of; /* the lane whose job it does */
	struct heap lanes_free, workers_busy;
};

static uint64_t duration(const struct schedule_job *j)
{
	return j->dur_ns > 0 ? (uint64_t)j->dur_ns : 0;
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
	uint64_t sum;
	return __builtin_add_overflow(a, b, &sum) || sum > INT64_MAX ? (uint64_t)INT64_MAX : sum;
}

/* Longest first, ties in the given order: a radix sort, which passes over bytes that are the same in all. */
static struct entry *sorted(struct arena *scratch, const struct schedule_job *jobs, size_t n)
{
	struct entry *from = arena_array(scratch, struct entry, n), *to = NULL;
	uint64_t any = 0, all = UINT64_MAX;
	bool done = true;
	for (size_t i = 0; i < n; i++) {
		from[i] = (struct entry){duration(&jobs[i]), (uint32_t)i};
		any |= from[i].dur_ns;
		all &= from[i].dur_ns;
		done = done && (i == 0 || from[i - 1].dur_ns >= from[i].dur_ns);
	}
	for (unsigned shift = 0; !done && shift < 64; shift += 8) {
		size_t starts[257] = {0};
		if (((any ^ all) >> shift & 0xff) == 0)
			continue;
		if (!to)
			to = arena_array(scratch, struct entry, n);
		for (size_t i = 0; i < n; i++)
			starts[256 - (from[i].dur_ns >> shift & 0xff)]++;
		for (unsigned b = 1; b <= 256; b++)
			starts[b] += starts[b - 1];
		for (size_t i = 0; i < n; i++)
			to[starts[255 - (from[i].dur_ns >> shift & 0xff)]++] = from[i];
		struct entry *was = from;
		from = to;
		to = was;
	}
	return from;
}

static uint32_t lane_count(const struct schedule_job *jobs, size_t n)
{
	uint32_t most = 0;
	for (size_t i = 0; i < n; i++)
		if (jobs[i].lock != UNIT_NONE && jobs[i].lock + 1 > most)
			most = jobs[i].lock + 1;
	return most + 1;
}

/* Lane 0 is for jobs without a lock. */
static uint32_t lane_of(const struct schedule_job *j)
{
	return j->lock == UNIT_NONE ? 0 : j->lock + 1;
}

static const struct entry *grouped(struct arena *scratch, const struct schedule_job *jobs, size_t n,
				   struct lane *lanes, uint32_t n_lanes)
{
	const struct entry *by_length = sorted(scratch, jobs, n);
	uint32_t start = 0;
	for (size_t i = 0; i < n; i++)
		lanes[lane_of(&jobs[i])].end++;
	for (uint32_t i = 0; i < n_lanes; i++) {
		lanes[i].next = start;
		start += lanes[i].end;
		lanes[i].end = lanes[i].next;
	}
	if (n_lanes == 1) {
		lanes[0].end = (uint32_t)n;
		return by_length;
	}
	struct entry *out = arena_array(scratch, struct entry, n);
	for (size_t i = 0; i < n; i++)
		out[lanes[lane_of(&jobs[by_length[i].job])].end++] = by_length[i];
	return out;
}

static bool lane_before(const void *context, uint32_t a, uint32_t b)
{
	const struct simulation *s = context;
	const struct entry *x = &s->jobs[s->lanes[a].next], *y = &s->jobs[s->lanes[b].next];
	return x->dur_ns != y->dur_ns ? x->dur_ns > y->dur_ns : x->job < y->job;
}

static bool worker_before(const void *context, uint32_t a, uint32_t b)
{
	const struct simulation *s = context;
	return s->free_ns[a] != s->free_ns[b] ? s->free_ns[a] < s->free_ns[b] : a < b;
}

/* The lane whose next job begins now; UNIT_NONE when all wait for a lock. A lock's lane is out until it ends.
 */
static uint32_t lane_take(struct simulation *s)
{
	uint32_t lane = heap_top(&s->lanes_free);
	if (lane == HEAP_NONE)
		return UNIT_NONE;
	s->lanes[lane].next++;
	if (lane != 0 || s->lanes[0].next == s->lanes[0].end)
		heap_pop(&s->lanes_free, lane_before, s);
	else
		heap_sink_top(&s->lanes_free, lane_before, s);
	return lane;
}

/* Runs all jobs, and says when the last one ended; free_ns holds when each worker becomes free for the first.
 */
static uint64_t play(struct simulation *s, struct arena *scratch, uint32_t *idle)
{
	uint64_t last_ns = 0;
	uint32_t n_idle = 0, worker;
	while ((worker = heap_pop(&s->workers_busy, worker_before, s)) != HEAP_NONE) {
		uint64_t now_ns = s->free_ns[worker];
		uint32_t lane = s->lane_of[worker];
		last_ns = now_ns;
		idle[n_idle++] = worker;
		if (lane != UNIT_NONE && lane != 0 && s->lanes[lane].next < s->lanes[lane].end)
			heap_push(&s->lanes_free, scratch, lane, lane_before, s);
		uint32_t next = heap_top(&s->workers_busy);
		if (next != HEAP_NONE && s->free_ns[next] == now_ns)
			continue; /* what ends at the same time frees its lock first */
		while (n_idle && (lane = lane_take(s)) != UNIT_NONE) {
			worker = idle[--n_idle];
			s->free_ns[worker] = sum_of(now_ns, s->jobs[s->lanes[lane].next - 1].dur_ns);
			s->lane_of[worker] = lane;
			heap_push(&s->workers_busy, scratch, worker, worker_before, s);
		}
	}
	return last_ns;
}

int64_t schedule_simulate(struct arena *scratch, const struct schedule_job *jobs, size_t n_jobs,
			  uint32_t workers, int64_t startup_ns)
{
	if (!n_jobs)
		return 0;
	if (workers > n_jobs)
		workers = (uint32_t)n_jobs;
	if (!workers)
		workers = 1;
	uint32_t n_lanes = lane_count(jobs, n_jobs);
	struct simulation s = {.lanes = arena_array(scratch, struct lane, n_lanes),
			       .free_ns = arena_array(scratch, uint64_t, workers),
			       .lane_of = arena_array(scratch, uint32_t, workers)};
	uint32_t *idle = arena_array(scratch, uint32_t, workers);
	s.jobs = grouped(scratch, jobs, n_jobs, s.lanes, n_lanes);
	for (uint32_t i = 0; i < n_lanes; i++)
		if (s.lanes[i].next < s.lanes[i].end)
			heap_push(&s.lanes_free, scratch, i, lane_before, &s);
	for (uint32_t i = 0; i < workers; i++) {
		s.free_ns[i] = startup_ns > 0 ? (uint64_t)startup_ns : 0;
		s.lane_of[i] = UNIT_NONE;
		heap_push(&s.workers_busy, scratch, i, worker_before, &s);
	}
	return (int64_t)play(&s, scratch, idle);
}

int64_t schedule_bound(const struct schedule_job *jobs, size_t n_jobs, uint32_t n_locks, uint32_t workers,
		       struct arena *scratch)
{
	uint64_t sum_ns = 0, most_ns = 0;
	uint64_t *chains = arena_array(scratch, uint64_t, (size_t)n_locks + 1);
	if (!workers)
		workers = 1;
	for (size_t i = 0; i < n_jobs; i++) {
		uint64_t dur_ns = duration(&jobs[i]);
		sum_ns = sum_of(sum_ns, dur_ns);
		if (dur_ns > most_ns)
			most_ns = dur_ns;
		if (jobs[i].lock < n_locks) {
			uint64_t *chain = &chains[jobs[i].lock];
			*chain = sum_of(*chain, dur_ns);
			if (*chain > most_ns)
				most_ns = *chain;
		}
	}
	uint64_t share_ns = sum_ns / workers + (sum_ns % workers != 0);
	return (int64_t)(share_ns > most_ns ? share_ns : most_ns);
}
