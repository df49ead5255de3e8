#include <string.h>

#include "analyse/heap.h"
#include "analyse/schedule.h"
#include "analyse/slots.h"
#include "base/str.h"
#include "base/table.h"

#define LANE_NONE UINT32_MAX

/* A job as a number that sorts as its duration, and where it stands. */
struct entry {
	uint64_t dur_ns;
	uint32_t job;
};

/* Jobs with the same locks and slots, longest first: a range of the sorted entries. */
struct lane {
	uint32_t next, end;
	const uint32_t *locks;
	uint32_t n_locks, slots;
	uint32_t next_parked; /* the next that waits for the same lock, or for slots */
};

struct lock {
	uint32_t parked;
	bool held;
};

struct simulation {
	struct arena *scratch;
	const struct entry *jobs; /* grouped by lane, each longest first */
	struct lane *lanes;
	size_t n_lanes, cap_lanes;
	struct lock *locks;
	struct slots slots;
	uint32_t too_wide; /* first of the lanes that wait for slots */
	uint64_t alone_ns; /* of the jobs that nothing runs beside */
	uint64_t *free_ns; /* when each worker ends what it does */
	uint32_t *lane_of; /* the lane whose job it does */
	struct heap ready, workers_busy;
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

static uint32_t lane_hash(const struct schedule_job *j)
{
	struct str bytes = {(const char *)j->locks, j->n_locks * sizeof(*j->locks)};
	return (uint32_t)str_hash(bytes, j->slots);
}

static bool lane_is(const struct lane *l, const struct schedule_job *j)
{
	return l->n_locks == j->n_locks && l->slots == j->slots &&
	       (!l->n_locks || memcmp(l->locks, j->locks, l->n_locks * sizeof(*l->locks)) == 0);
}

static uint32_t lane_add(struct simulation *s, const struct schedule_job *j)
{
	s->lanes = arena_grow(s->scratch, s->lanes, s->n_lanes, &s->cap_lanes, sizeof(*s->lanes));
	s->lanes[s->n_lanes] = (struct lane){.locks = j->locks, .n_locks = j->n_locks, .slots = j->slots};
	return (uint32_t)s->n_lanes++;
}

/* The lane of each job; lane 0 is for those that need nothing, LANE_NONE for those alone. */
static uint32_t *lanes_of(struct simulation *s, const struct schedule_job *jobs, size_t n)
{
	uint32_t *lane = arena_array(s->scratch, uint32_t, n);
	struct table known = {0};
	(void)lane_add(s, &(struct schedule_job){.slots = 1});
	for (size_t i = 0; i < n; i++) {
		struct schedule_job j = jobs[i];
		uint32_t at, hash, l = 0;
		j.slots = slots_width(&s->slots, j.slots);
		if (j.alone) {
			s->alone_ns = sum_of(s->alone_ns, duration(&j));
			lane[i] = LANE_NONE;
			continue;
		}
		if (j.n_locks || j.slots > 1) {
			hash = lane_hash(&j);
			at = table_first(&known, hash);
			while ((l = table_item(&known, at)) != TABLE_NONE && !lane_is(&s->lanes[l], &j))
				at = table_next(&known, hash, at);
			if (l == TABLE_NONE)
				table_add(&known, hash, l = lane_add(s, &j));
		}
		lane[i] = l;
		s->lanes[l].end++;
	}
	table_free(&known);
	return lane;
}

static const struct entry *grouped(struct simulation *s, const struct schedule_job *jobs, size_t n)
{
	const uint32_t *lane = lanes_of(s, jobs, n);
	const struct entry *by_length = sorted(s->scratch, jobs, n);
	uint32_t start = 0;
	for (size_t i = 0; i < s->n_lanes; i++) {
		s->lanes[i].next = start;
		start += s->lanes[i].end;
		s->lanes[i].end = s->lanes[i].next;
	}
	if (s->n_lanes == 1 && start == n) {
		s->lanes[0].end = (uint32_t)n;
		return by_length;
	}
	struct entry *out = arena_array(s->scratch, struct entry, n);
	for (size_t i = 0; i < n; i++)
		if (lane[by_length[i].job] != LANE_NONE)
			out[s->lanes[lane[by_length[i].job]].end++] = by_length[i];
	return out;
}

static bool lane_before(const void *context, uint32_t a, uint32_t b)
{
	const struct simulation *s = context;
	const struct lane *l = &s->lanes[a], *m = &s->lanes[b];
	const struct entry *x = &s->jobs[l->next], *y = &s->jobs[m->next];
	if (l->slots != m->slots)
		return l->slots > m->slots;
	return x->dur_ns != y->dur_ns ? x->dur_ns > y->dur_ns : x->job < y->job;
}

static bool worker_before(const void *context, uint32_t a, uint32_t b)
{
	const struct simulation *s = context;
	return s->free_ns[a] != s->free_ns[b] ? s->free_ns[a] < s->free_ns[b] : a < b;
}

static void park(struct simulation *s, uint32_t lane, uint32_t *list)
{
	s->lanes[lane].next_parked = *list;
	*list = lane;
}

static void unpark(struct simulation *s, uint32_t *list)
{
	while (*list != LANE_NONE) {
		uint32_t lane = *list;
		*list = s->lanes[lane].next_parked;
		heap_push(&s->ready, s->scratch, lane, lane_before, s);
	}
}

/* What the lane's next job must wait for; NULL: it may begin. */
static uint32_t *waits_for(struct simulation *s, const struct lane *l)
{
	for (uint32_t i = 0; i < l->n_locks; i++)
		if (s->locks[l->locks[i]].held)
			return &s->locks[l->locks[i]].parked;
	return slots_fit(&s->slots, l->slots) ? NULL : &s->too_wide;
}

/* The lane whose next job begins now; LANE_NONE when all wait. */
static uint32_t lane_take(struct simulation *s)
{
	uint32_t lane, *list;
	while ((lane = heap_top(&s->ready)) != HEAP_NONE) {
		struct lane *l = &s->lanes[lane];
		if ((list = waits_for(s, l))) {
			heap_pop(&s->ready, lane_before, s);
			park(s, lane, list);
			continue;
		}
		for (uint32_t i = 0; i < l->n_locks; i++)
			s->locks[l->locks[i]].held = true;
		slots_take(&s->slots, l->slots);
		if (++l->next == l->end)
			heap_pop(&s->ready, lane_before, s);
		else
			heap_sink_top(&s->ready, lane_before, s);
		return lane;
	}
	return LANE_NONE;
}

static void lane_end(struct simulation *s, uint32_t lane)
{
	const struct lane *l = &s->lanes[lane];
	slots_free(&s->slots, l->slots);
	unpark(s, &s->too_wide);
	for (uint32_t i = 0; i < l->n_locks; i++) {
		s->locks[l->locks[i]].held = false;
		unpark(s, &s->locks[l->locks[i]].parked);
	}
}

/* Runs all jobs, and says when the last one ended; free_ns holds when each worker becomes free for the first.
 */
static uint64_t play(struct simulation *s, uint32_t *idle)
{
	uint64_t last_ns = 0;
	uint32_t n_idle = 0, worker, lane;
	while ((worker = heap_pop(&s->workers_busy, worker_before, s)) != HEAP_NONE) {
		uint64_t now_ns = s->free_ns[worker];
		last_ns = now_ns;
		idle[n_idle++] = worker;
		if (s->lane_of[worker] != LANE_NONE)
			lane_end(s, s->lane_of[worker]);
		uint32_t next = heap_top(&s->workers_busy);
		if (next != HEAP_NONE && s->free_ns[next] == now_ns)
			continue; /* what ends at the same time frees its locks first */
		while (n_idle && (lane = lane_take(s)) != LANE_NONE) {
			worker = idle[--n_idle];
			s->free_ns[worker] = sum_of(now_ns, s->jobs[s->lanes[lane].next - 1].dur_ns);
			s->lane_of[worker] = lane;
			heap_push(&s->workers_busy, s->scratch, worker, worker_before, s);
		}
	}
	return sum_of(last_ns, s->alone_ns);
}

static uint32_t lock_count(const struct schedule_job *jobs, size_t n)
{
	uint32_t most = 0;
	for (size_t i = 0; i < n; i++)
		if (jobs[i].n_locks && jobs[i].locks[jobs[i].n_locks - 1] >= most)
			most = jobs[i].locks[jobs[i].n_locks - 1] + 1;
	return most;
}

/* As many workers as can be of use, and the slots of them all. */
static uint32_t workers_of_use(struct simulation *s, const struct schedule_job *jobs, size_t n,
			       uint32_t workers)
{
	uint64_t wanted = 0;
	uint32_t widest = 1;
	for (size_t i = 0; i < n; i++) {
		wanted += jobs[i].slots ? jobs[i].slots : 1;
		if (jobs[i].slots > widest)
			widest = jobs[i].slots;
	}
	if (!workers)
		workers = 1;
	slots_init(&s->slots, s->scratch, wanted < workers ? (uint32_t)wanted : workers, widest);
	return workers > n ? (uint32_t)n : workers;
}

int64_t schedule_simulate(struct arena *scratch, const struct schedule_job *jobs, size_t n_jobs,
			  uint32_t workers, int64_t startup_ns)
{
	struct simulation s = {.scratch = scratch, .too_wide = LANE_NONE};
	if (!n_jobs)
		return 0;
	workers = workers_of_use(&s, jobs, n_jobs, workers);
	s.free_ns = arena_array(scratch, uint64_t, workers);
	s.lane_of = arena_array(scratch, uint32_t, workers);
	uint32_t n_locks = lock_count(jobs, n_jobs), *idle = arena_array(scratch, uint32_t, workers);
	s.locks = arena_array(scratch, struct lock, n_locks);
	for (uint32_t i = 0; i < n_locks; i++)
		s.locks[i].parked = LANE_NONE;
	s.jobs = grouped(&s, jobs, n_jobs);
	for (uint32_t i = 0; i < s.n_lanes; i++)
		if (s.lanes[i].next < s.lanes[i].end)
			heap_push(&s.ready, scratch, i, lane_before, &s);
	for (uint32_t i = 0; i < workers; i++) {
		s.free_ns[i] = startup_ns > 0 ? (uint64_t)startup_ns : 0;
		s.lane_of[i] = LANE_NONE;
		heap_push(&s.workers_busy, scratch, i, worker_before, &s);
	}
	return (int64_t)play(&s, idle);
}

int64_t schedule_bound(const struct schedule_job *jobs, size_t n_jobs, uint32_t workers,
		       struct arena *scratch)
{
	uint64_t sum_ns = 0, most_ns = 0;
	uint64_t *chains = arena_array(scratch, uint64_t, lock_count(jobs, n_jobs));
	if (!workers)
		workers = 1;
	for (size_t i = 0; i < n_jobs; i++) {
		uint64_t dur_ns = duration(&jobs[i]), area_ns;
		uint32_t slots = jobs[i].slots < workers ? jobs[i].slots : workers;
		if (__builtin_mul_overflow(dur_ns, slots ? slots : 1, &area_ns))
			area_ns = INT64_MAX;
		sum_ns = sum_of(sum_ns, area_ns);
		if (dur_ns > most_ns)
			most_ns = dur_ns;
		for (uint32_t k = 0; k < jobs[i].n_locks; k++) {
			uint64_t *chain = &chains[jobs[i].locks[k]];
			*chain = sum_of(*chain, dur_ns);
			if (*chain > most_ns)
				most_ns = *chain;
		}
	}
	uint64_t share_ns = sum_ns / workers + (sum_ns % workers != 0);
	return (int64_t)(share_ns > most_ns ? share_ns : most_ns);
}
