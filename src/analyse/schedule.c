#include "analyse/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/heap.h"
#include "analyse/slots.h"
#include "base/str.h"

/* 39 hours a unit: sums of some 130,000 such units still fit. */
#define MOST_NS      ((int64_t)1 << 47)
#define CLASS_CHAINS 1024u

#define BLOCK_BITS 10

enum state { FRESH, BLOCKED, READY, TAKEN, ENDED, DROPPED };
enum walk { UNSEEN, ON_PATH, SEEN };

struct unit {
	struct schedule_unit is;
	int64_t weight; /* what the order goes by: larger first */
	uint32_t class;
	uint32_t waits; /* predecessors that have not ended */
	uint32_t then;  /* first of the edges to its successors */
	uint32_t path;  /* of the walk along `after`: where it came from */
	uint32_t next_after;
	uint8_t state, walk;
	bool offered; /* in the heap `ready` */
	bool counted; /* takes slots: it is not behind another unit of a batch */
};

struct edge {
	uint32_t unit, next;
};

/* All units that need exactly the same locks and as many slots. */
struct class
{
	struct heap units;
	const uint32_t *locks;
	uint32_t n_locks, slots;
	uint32_t chain;       /* next class with the same hash */
	uint32_t next_parked; /* next class that waits for the same lock, or for slots */
	bool parked;
};

struct lock {
	uint32_t parked; /* first class that waits for it */
	bool held;
};

struct schedule {
	struct arena *arena;
	enum schedule_order order;
	uint64_t seed;
	struct unit **blocks; /* of 1 << BLOCK_BITS units: they stay where they are */
	struct edge *edges;
	struct class *classes; /* 0: of units without locks */
	struct lock *locks;
	int64_t *known; /* all predictions */
	size_t n_units, n_blocks, cap_blocks, n_edges, cap_edges, n_classes, cap_classes, n_locks, cap_locks,
	    n_known, cap_known;
	uint32_t chains[CLASS_CHAINS];
	struct heap ready; /* the best units of classes that are not parked; some out of date */
	struct heap alone;
	struct slots slots;
	uint32_t too_wide;   /* first of the classes that wait for slots */
	size_t n_settled;    /* units that take part already */
	size_t known_at;     /* n_known when stand_in_ns was found */
	int64_t stand_in_ns; /* for an unknown prediction; 0: none */
	uint32_t n_waiting, n_running;
	bool alone_runs;
	uint64_t waiting_ns, waiting_size; /* of those with a prediction; of those without */
	uint32_t waiting_unknown, waiting_unsized;
	double learned_ns, learned_sized_ns, learned_size;
	uint32_t n_learned, n_learned_unknown;
};

static struct unit *unit_at(const struct schedule *s, size_t unit)
{
	return &s->blocks[unit >> BLOCK_BITS][unit & ((1u << BLOCK_BITS) - 1)];
}

/* Whether unit a goes before unit b. */
static bool unit_before(const void *context, uint32_t a, uint32_t b)
{
	const struct schedule *s = context;
	const struct unit *x = unit_at(s, a), *y = unit_at(s, b);
	if (s->order == ORDER_LONGEST && x->is.slots != y->is.slots)
		return x->is.slots > y->is.slots;
	if (x->weight != y->weight)
		return x->weight > y->weight;
	if (s->order == ORDER_LONGEST && x->is.size != y->is.size)
		return x->is.size > y->is.size;
	return a < b;
}

static uint64_t mixed(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint32_t class_add(struct schedule *s, const uint32_t *locks, uint32_t n_locks, uint32_t slots)
{
	s->classes = arena_grow(s->arena, s->classes, s->n_classes, &s->cap_classes, sizeof(*s->classes));
	s->classes[s->n_classes] =
	    (struct class){.locks = locks, .n_locks = n_locks, .slots = slots, .chain = UNIT_NONE};
	return (uint32_t)s->n_classes++;
}

static uint32_t class_of(struct schedule *s, const struct schedule_unit *u)
{
	if (!u->n_locks && u->slots == 1)
		return 0;
	struct str bytes = {(const char *)u->locks, u->n_locks * sizeof(*u->locks)};
	uint32_t *chain = &s->chains[str_hash(bytes, u->slots) % CLASS_CHAINS];
	for (uint32_t c = *chain; c != UNIT_NONE; c = s->classes[c].chain)
		if (s->classes[c].n_locks == u->n_locks && s->classes[c].slots == u->slots &&
		    (!bytes.n || memcmp(s->classes[c].locks, u->locks, bytes.n) == 0))
			return c;
	for (uint32_t i = 0; i < u->n_locks; i++)
		while (s->n_locks <= u->locks[i]) {
			s->locks =
			    arena_grow(s->arena, s->locks, s->n_locks, &s->cap_locks, sizeof(*s->locks));
			s->locks[s->n_locks++] = (struct lock){.parked = UNIT_NONE};
		}
	uint32_t c = class_add(s, u->locks, u->n_locks, u->slots);
	s->classes[c].chain = *chain;
	return *chain = c;
}

struct schedule *schedule_new(struct arena *a, enum schedule_order order, uint64_t seed)
{
	struct schedule *s = arena_new(a, struct schedule);
	s->arena = a;
	s->order = order;
	s->seed = seed;
	memset(s->chains, 0xff, sizeof(s->chains));
	s->too_wide = UNIT_NONE;
	class_add(s, NULL, 0, 1);
	return s;
}

void schedule_slots(struct schedule *s, uint32_t workers)
{
	slots_init(&s->slots, s->arena, workers, workers);
}

/* Counts a unit in or out of what waits. */
static void account(struct schedule *s, const struct unit *u, bool in)
{
	uint32_t one = in ? 1 : UINT32_MAX;
	uint64_t sign = in ? 1 : UINT64_MAX;
	s->n_waiting += one;
	if (u->is.predicted_ns) {
		s->waiting_ns += sign * (uint64_t)u->is.predicted_ns;
		return;
	}
	s->waiting_unknown += one;
	s->waiting_size += sign * (uint64_t)u->is.size;
	if (!u->is.size)
		s->waiting_unsized += one;
}

static int64_t clipped(int64_t v)
{
	return v < 0 ? 0 : v > MOST_NS ? MOST_NS : v;
}

uint32_t schedule_add(struct schedule *s, const struct schedule_unit *is)
{
	uint32_t number = (uint32_t)s->n_units;
	if (s->n_units == s->n_blocks << BLOCK_BITS) {
		s->blocks = arena_grow(s->arena, s->blocks, s->n_blocks, &s->cap_blocks, sizeof(*s->blocks));
		s->blocks[s->n_blocks++] = arena_array(s->arena, struct unit, (size_t)1 << BLOCK_BITS);
	}
	struct unit *u = unit_at(s, s->n_units++);
	*u = (struct unit){.is = *is, .then = UNIT_NONE};
	u->is.predicted_ns = clipped(is->predicted_ns);
	u->is.size = clipped(is->size);
	u->is.slots = slots_width(&s->slots, is->slots);
	u->class = class_of(s, &u->is);
	if (u->is.predicted_ns) {
		s->known = arena_grow(s->arena, s->known, s->n_known, &s->cap_known, sizeof(*s->known));
		s->known[s->n_known++] = u->is.predicted_ns;
	}
	account(s, u, true);
	return number;
}

void schedule_wait_for(struct schedule *s, uint32_t unit, const uint32_t *after, uint32_t n_after)
{
	if (unit < s->n_settled || unit >= s->n_units)
		return;
	unit_at(s, unit)->is.after = after;
	unit_at(s, unit)->is.n_after = n_after;
}

/* Puts the best unit of a class before the workers. */
static void offer(struct schedule *s, struct class *c)
{
	uint32_t best = heap_top(&c->units);
	if (best == HEAP_NONE || c->parked || unit_at(s, best)->offered)
		return;
	unit_at(s, best)->offered = true;
	heap_push(&s->ready, s->arena, best, unit_before, s);
}

static void enqueue(struct schedule *s, uint32_t unit)
{
	struct unit *u = unit_at(s, unit);
	u->state = READY;
	if (s->order == ORDER_LONGEST)
		u->weight = u->is.predicted_ns ? u->is.predicted_ns : s->stand_in_ns;
	else
		u->weight =
		    s->order == ORDER_GIVEN ? -(int64_t)unit : (int64_t)(mixed(s->seed + mixed(unit)) >> 1);
	if (u->is.alone) {
		heap_push(&s->alone, s->arena, unit, unit_before, s);
		return;
	}
	heap_push(&s->classes[u->class].units, s->arena, unit, unit_before, s);
	offer(s, &s->classes[u->class]);
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Finds the stand-in anew once a quarter more predictions are known, so that additions stay cheap. */
static void stand_in(struct schedule *s)
{
	if (s->n_known == s->known_at || s->n_known <= s->known_at + s->known_at / 4)
		return;
	qsort(s->known, s->n_known, sizeof(*s->known), ascending);
	int64_t now = s->known[(s->n_known * 9 + 9) / 10 - 1];
	s->known_at = s->n_known;
	if (now == s->stand_in_ns)
		return;
	s->stand_in_ns = now;
	if (s->order != ORDER_LONGEST)
		return;
	for (size_t i = 0; i < s->n_units; i++)
		if (unit_at(s, i)->state == READY && !unit_at(s, i)->is.predicted_ns)
			unit_at(s, i)->weight = now;
	for (uint32_t i = 0; i < s->ready.n; i++)
		unit_at(s, s->ready.at[i])->offered = false;
	s->ready.n = 0;
	heap_rebuild(&s->alone, unit_before, s);
	for (size_t i = 0; i < s->n_classes; i++) {
		heap_rebuild(&s->classes[i].units, unit_before, s);
		offer(s, &s->classes[i]);
	}
}

static void edge_add(struct schedule *s, uint32_t from, uint32_t to)
{
	if (unit_at(s, from)->state >= ENDED)
		return;
	s->edges = arena_grow(s->arena, s->edges, s->n_edges, &s->cap_edges, sizeof(*s->edges));
	s->edges[s->n_edges] = (struct edge){to, unit_at(s, from)->then};
	unit_at(s, from)->then = (uint32_t)s->n_edges++;
	unit_at(s, to)->waits++;
}

/* Walks from a unit to its predecessors, depth first; an edge back onto the path would close a cycle. */
static void link_from(struct schedule *s, uint32_t unit)
{
	unit_at(s, unit)->walk = ON_PATH;
	unit_at(s, unit)->path = UNIT_NONE;
	while (unit != UNIT_NONE) {
		struct unit *u = unit_at(s, unit);
		if (u->next_after == u->is.n_after) {
			u->walk = SEEN;
			unit = u->path;
			continue;
		}
		uint32_t before = u->is.after[u->next_after++];
		if (before >= s->n_units || unit_at(s, before)->walk == ON_PATH)
			continue;
		edge_add(s, before, unit);
		if (unit_at(s, before)->walk == UNSEEN) {
			unit_at(s, before)->walk = ON_PATH;
			unit_at(s, before)->path = unit;
			unit = before;
		}
	}
}

/* Lets the units that were added since take part. */
static void settle(struct schedule *s)
{
	if (s->n_settled == s->n_units)
		return;
	stand_in(s);
	for (size_t i = s->n_settled; i < s->n_units; i++)
		if (unit_at(s, i)->walk == UNSEEN)
			link_from(s, (uint32_t)i);
	for (size_t i = s->n_settled; i < s->n_units; i++) {
		if (unit_at(s, i)->waits)
			unit_at(s, i)->state = BLOCKED;
		else
			enqueue(s, (uint32_t)i);
	}
	s->n_settled = s->n_units;
}

static void begin(struct schedule *s, uint32_t unit, bool counted)
{
	struct unit *u = unit_at(s, unit);
	u->state = TAKEN;
	u->counted = counted;
	if (counted)
		slots_take(&s->slots, u->is.slots);
	account(s, u, false);
	s->n_running++;
	s->alone_runs = u->is.alone;
	for (uint32_t i = 0; i < u->is.n_locks; i++)
		s->locks[u->is.locks[i]].held = true;
}

/* Parks the class on the first of its locks that is held, or for slots; false when it may begin. */
static bool park(struct schedule *s, struct class *c)
{
	for (uint32_t i = 0; i < c->n_locks; i++) {
		struct lock *l = &s->locks[c->locks[i]];
		if (!l->held)
			continue;
		c->parked = true;
		c->next_parked = l->parked;
		l->parked = (uint32_t)(c - s->classes);
		return true;
	}
	if (slots_fit(&s->slots, c->slots))
		return false;
	c->parked = true;
	c->next_parked = s->too_wide;
	s->too_wide = (uint32_t)(c - s->classes);
	return true;
}

uint32_t schedule_take(struct schedule *s)
{
	settle(s);
	if (s->alone_runs)
		return UNIT_NONE;
	uint32_t unit;
	while ((unit = heap_pop(&s->ready, unit_before, s)) != HEAP_NONE) {
		struct class *c = &s->classes[unit_at(s, unit)->class];
		unit_at(s, unit)->offered = false;
		if (heap_top(&c->units) != unit || c->parked || park(s, c))
			continue;
		heap_pop(&c->units, unit_before, s);
		begin(s, unit, true);
		offer(s, c);
		return unit;
	}
	if (s->n_running || (unit = heap_pop(&s->alone, unit_before, s)) == HEAP_NONE)
		return UNIT_NONE;
	begin(s, unit, true);
	return unit;
}

uint32_t schedule_take_batch(struct schedule *s, uint32_t first, uint32_t workers, int64_t budget_ns,
			     uint32_t most, uint32_t *ret_units)
{
	settle(s);
	if (first >= s->n_units || unit_at(s, first)->state != TAKEN || unit_at(s, first)->is.alone)
		return 0;
	int64_t sum_ns = schedule_weight(s, first);
	int64_t share_ns = (schedule_remaining(s) + sum_ns) / (workers ? 2 * (int64_t)workers : 2);
	int64_t limit_ns = budget_ns < share_ns ? budget_ns : share_ns;
	struct class *c = &s->classes[0];
	/* a stand-in says little of the one unit: what was seen of such units says how many to trust it with
	 */
	uint32_t n = 0, unit, trusted = s->n_learned_unknown / (workers ? workers : 1);
	if (!unit_at(s, first)->is.predicted_ns && most > trusted)
		most = trusted;
	while (n < most && (unit = heap_top(&c->units)) != HEAP_NONE) {
		int64_t weight_ns = schedule_weight(s, unit);
		bool unknown = !unit_at(s, unit)->is.predicted_ns;
		if (!weight_ns || weight_ns > limit_ns - sum_ns || (unknown && !trusted))
			break;
		trusted -= unknown;
		sum_ns += weight_ns;
		heap_pop(&c->units, unit_before, s);
		begin(s, unit, false);
		ret_units[n++] = unit;
	}
	offer(s, c);
	return n;
}

/* Lets the classes of a list come before the workers again. */
static void unpark(struct schedule *s, uint32_t *list)
{
	while (*list != UNIT_NONE) {
		struct class *c = &s->classes[*list];
		*list = c->next_parked;
		c->parked = false;
		offer(s, c);
	}
}

static void release(struct schedule *s, const struct unit *u)
{
	s->n_running--;
	s->alone_runs = false;
	if (u->counted) {
		slots_free(&s->slots, u->is.slots);
		unpark(s, &s->too_wide);
	}
	for (uint32_t i = 0; i < u->is.n_locks; i++) {
		struct lock *l = &s->locks[u->is.locks[i]];
		l->held = false;
		unpark(s, &l->parked);
	}
}

void schedule_end(struct schedule *s, uint32_t unit)
{
	if (unit >= s->n_units || unit_at(s, unit)->state != TAKEN)
		return;
	struct unit *u = unit_at(s, unit);
	u->state = ENDED;
	release(s, u);
	for (uint32_t e = u->then; e != UNIT_NONE; e = s->edges[e].next) {
		uint32_t next = s->edges[e].unit;
		if (--unit_at(s, next)->waits == 0 && unit_at(s, next)->state == BLOCKED)
			enqueue(s, next);
	}
}

void schedule_return(struct schedule *s, uint32_t unit)
{
	if (unit >= s->n_units || unit_at(s, unit)->state != TAKEN)
		return;
	release(s, unit_at(s, unit));
	account(s, unit_at(s, unit), true);
	enqueue(s, unit);
}

uint32_t schedule_drop(struct schedule *s)
{
	uint32_t n = s->n_waiting;
	for (size_t i = 0; i < s->n_units; i++) {
		struct unit *u = unit_at(s, i);
		u->offered = false;
		if (u->state >= TAKEN)
			continue;
		u->state = DROPPED;
		account(s, u, false);
	}
	for (size_t i = 0; i < s->n_classes; i++) {
		s->classes[i].units.n = 0;
		s->classes[i].parked = false;
	}
	for (size_t i = 0; i < s->n_locks; i++)
		s->locks[i].parked = UNIT_NONE;
	s->too_wide = UNIT_NONE;
	s->slots.reserved = 0;
	s->ready.n = s->alone.n = 0;
	s->n_settled = s->n_units;
	return n;
}

uint32_t schedule_waiting(const struct schedule *s)
{
	return s->n_waiting;
}

uint32_t schedule_running(const struct schedule *s)
{
	return s->n_running;
}

bool schedule_is_taken(const struct schedule *s, uint32_t unit)
{
	return unit < s->n_units && unit_at(s, unit)->state == TAKEN;
}

void schedule_learn(struct schedule *s, uint32_t unit, int64_t dur_ns)
{
	if (unit >= s->n_units)
		return;
	double took_ns = (double)clipped(dur_ns);
	s->n_learned++;
	s->n_learned_unknown += !unit_at(s, unit)->is.predicted_ns;
	s->learned_ns += took_ns;
	if (unit_at(s, unit)->is.size) {
		s->learned_sized_ns += took_ns;
		s->learned_size += (double)unit_at(s, unit)->is.size;
	}
}

/* What n units of this size in all are expected to take where nothing is predicted. */
static int64_t guessed(const struct schedule *s, double size, uint32_t n_unsized)
{
	if (!s->n_learned)
		return 0;
	double mean_ns = s->learned_ns / s->n_learned, sum_ns = mean_ns * n_unsized;
	if (size > 0 && s->learned_size > 0)
		sum_ns += size * (s->learned_sized_ns / s->learned_size);
	else if (size > 0)
		sum_ns += mean_ns;
	return sum_ns < (double)(INT64_MAX / 4) ? (int64_t)sum_ns : INT64_MAX / 4;
}

int64_t schedule_weight(struct schedule *s, uint32_t unit)
{
	settle(s);
	if (unit >= s->n_units)
		return 0;
	const struct schedule_unit *u = &unit_at(s, unit)->is;
	if (u->predicted_ns)
		return u->predicted_ns;
	return s->stand_in_ns ? s->stand_in_ns : guessed(s, (double)u->size, !u->size);
}

bool schedule_known(const struct schedule *s, uint32_t workers)
{
	return s->n_known > 0 || s->n_learned >= workers;
}

int64_t schedule_remaining(struct schedule *s)
{
	settle(s);
	uint64_t sum_ns = s->waiting_ns;
	if (s->stand_in_ns)
		sum_ns += (uint64_t)s->stand_in_ns * s->waiting_unknown;
	else
		sum_ns += (uint64_t)guessed(s, (double)s->waiting_size, s->waiting_unsized);
	return sum_ns < (uint64_t)INT64_MAX / 4 ? (int64_t)sum_ns : INT64_MAX / 4;
}
