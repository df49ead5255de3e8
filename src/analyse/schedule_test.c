#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyse/schedule.h"
#include "base/str.h"

enum { MOST_UNITS = 3000, MOST_WORKERS = 64, MOST_LOCKS = 64 };

static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state += 0x9e3779b97f4a7c15u;
	uint64_t x = random_state;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static double uniform(void)
{
	return ((double)(next_random() >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static uint32_t below(uint32_t n)
{
	return (uint32_t)(next_random() % n);
}

/* A suite, and what happened when a pool of workers ran it in simulated time. */
struct play {
	struct arena arena;
	struct schedule *schedule;
	struct schedule_unit units[MOST_UNITS];
	int64_t dur_ns[MOST_UNITS], began_ns[MOST_UNITS], ended_ns[MOST_UNITS];
	uint32_t takes[MOST_UNITS];
	uint32_t order[MOST_UNITS];
	uint32_t n, n_taken;
	uint32_t holder[MOST_LOCKS];
	uint32_t workers, doing[MOST_WORKERS]; /* the units that they do */
	int64_t wall_ns;
	bool give_back; /* now and then, as if a worker had died */
};

static struct play *play_new(void)
{
	struct play *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	for (size_t i = 0; i < MOST_LOCKS; i++)
		p->holder[i] = UNIT_NONE;
	return p;
}

static void play_free(struct play *p)
{
	arena_free(&p->arena);
	free(p);
}

static void play_add(struct play *p, int64_t dur_ns, int64_t predicted_ns)
{
	p->units[p->n].name = str_of(arena_printf(&p->arena, "unit-%05u", p->n));
	p->units[p->n].predicted_ns = predicted_ns;
	p->dur_ns[p->n++] = dur_ns;
}

static uint32_t *numbers(struct play *p, uint32_t n, uint32_t a, uint32_t b)
{
	uint32_t *at = arena_array(&p->arena, uint32_t, 2);
	at[0] = a;
	if (n > 1)
		at[1] = b;
	return at;
}

static void play_lock(struct play *p, uint32_t unit, uint32_t lock)
{
	p->units[unit].locks = numbers(p, 1, lock, 0);
	p->units[unit].n_locks = 1;
}

static void play_after(struct play *p, uint32_t unit, uint32_t before)
{
	p->units[unit].after = numbers(p, 1, before, 0);
	p->units[unit].n_after = 1;
}

/* How many slots a unit takes. */
static uint32_t width(const struct play *p, uint32_t u)
{
	uint32_t slots = p->units[u].slots ? p->units[u].slots : 1;
	return slots < p->workers ? slots : p->workers;
}

static void check_begin(struct play *p, uint32_t u, uint32_t n_running)
{
	assert_true(u < p->n);
	assert_int_equal(p->takes[u], 0);
	p->takes[u]++;
	if (p->units[u].alone)
		assert_int_equal(n_running, 0);
	uint32_t used = width(p, u);
	for (uint32_t w = 0; w < p->workers; w++)
		used += p->doing[w] != UNIT_NONE ? width(p, p->doing[w]) : 0;
	assert_in_range(used, 1, p->workers);
	for (uint32_t i = 0; i < p->units[u].n_locks; i++) {
		assert_int_equal(p->holder[p->units[u].locks[i]], UNIT_NONE);
		p->holder[p->units[u].locks[i]] = u;
	}
}

static void unlock(struct play *p, uint32_t u)
{
	for (uint32_t i = 0; i < p->units[u].n_locks; i++) {
		assert_int_equal(p->holder[p->units[u].locks[i]], u);
		p->holder[p->units[u].locks[i]] = UNIT_NONE;
	}
}

/* Runs everything on so many workers; checks locks, slots, alone and that each unit comes once. */
static void play_run(struct play *p, enum schedule_order order, uint32_t workers)
{
	uint32_t *doing = p->doing;
	int64_t now_ns = 0;
	p->workers = workers;
	p->schedule = schedule_new(&p->arena, order, 42);
	schedule_slots(p->schedule, workers);
	for (uint32_t i = 0; i < p->n; i++)
		assert_int_equal(schedule_add(p->schedule, &p->units[i]), i);
	for (uint32_t w = 0; w < workers; w++)
		doing[w] = UNIT_NONE;
	for (uint32_t n_running = 0;;) {
		for (uint32_t w = 0; w < workers; w++) {
			if (doing[w] != UNIT_NONE)
				continue;
			uint32_t u = schedule_take(p->schedule);
			if (u == UNIT_NONE)
				break;
			for (uint32_t x = 0; x < workers; x++)
				assert_false(doing[x] != UNIT_NONE && p->units[doing[x]].alone);
			check_begin(p, u, n_running);
			if (p->give_back && below(10) == 0) {
				unlock(p, u);
				p->takes[u]--;
				schedule_return(p->schedule, u);
				continue;
			}
			doing[w] = u;
			p->order[p->n_taken++] = u;
			p->began_ns[u] = now_ns;
			p->ended_ns[u] = now_ns + p->dur_ns[u];
			n_running++;
		}
		assert_int_equal(schedule_running(p->schedule), n_running);
		if (!n_running && p->give_back && schedule_waiting(p->schedule))
			continue;
		if (!n_running)
			break;
		uint32_t first = UNIT_NONE;
		for (uint32_t w = 0; w < workers; w++)
			if (doing[w] != UNIT_NONE &&
			    (first == UNIT_NONE || p->ended_ns[doing[w]] < p->ended_ns[doing[first]]))
				first = w;
		now_ns = p->ended_ns[doing[first]];
		unlock(p, doing[first]);
		schedule_end(p->schedule, doing[first]);
		doing[first] = UNIT_NONE;
		n_running--;
	}
	p->wall_ns = now_ns;
	assert_int_equal(schedule_waiting(p->schedule), 0);
	assert_int_equal(p->n_taken, p->n);
	for (uint32_t i = 0; i < p->n; i++)
		assert_int_equal(p->takes[i], 1);
}

static int64_t play_bound(struct play *p, uint32_t workers)
{
	int64_t sum = 0, most = 0, chain[MOST_LOCKS] = {0};
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t slots = p->units[i].slots ? p->units[i].slots : 1;
		sum += p->dur_ns[i] * (slots < workers ? slots : workers);
		most = p->dur_ns[i] > most ? p->dur_ns[i] : most;
		for (uint32_t l = 0; l < p->units[i].n_locks; l++) {
			int64_t *c = &chain[p->units[i].locks[l]];
			*c += p->dur_ns[i];
			most = *c > most ? *c : most;
		}
	}
	int64_t share = (sum + workers - 1) / workers;
	return share > most ? share : most;
}

static void longest_predicted_comes_first(void **state)
{
	(void)state;
	struct play *p = play_new();
	play_add(p, 1, 10);
	play_add(p, 1, 30);
	play_add(p, 1, 20);
	play_run(p, ORDER_LONGEST, 1);
	assert_int_equal(p->order[0], 1);
	assert_int_equal(p->order[1], 2);
	assert_int_equal(p->order[2], 0);
	play_free(p);
}

static void an_unknown_unit_ranks_at_the_90th_percentile(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (int64_t i = 1; i <= 10; i++)
		play_add(p, 1, i * 100);
	play_add(p, 1, 0);
	play_run(p, ORDER_LONGEST, 1);
	assert_int_equal(p->order[0], 9);
	assert_int_equal(schedule_weight(p->schedule, 10), 900);
	assert_true(p->order[1] == 8 || p->order[1] == 10);
	assert_true(p->order[2] == 8 || p->order[2] == 10);
	assert_int_equal(p->order[3], 7);
	play_free(p);
}

static void without_predictions_the_largest_comes_first_and_then_the_given_order(void **state)
{
	(void)state;
	struct play *p = play_new();
	int64_t sizes[] = {0, 5, 0, 9, 5};
	for (size_t i = 0; i < 5; i++) {
		play_add(p, 1, 0);
		p->units[i].size = sizes[i];
	}
	play_run(p, ORDER_LONGEST, 1);
	uint32_t want[] = {3, 1, 4, 0, 2};
	assert_memory_equal(p->order, want, sizeof(want));
	play_free(p);
}

static void the_given_order_is_kept(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 200; i++)
		play_add(p, 1, 1 + below(1000));
	play_run(p, ORDER_GIVEN, 1);
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(p->order[i], i);
	play_free(p);
}

static void a_random_order_depends_on_its_seed_alone(void **state)
{
	(void)state;
	struct arena a = {0};
	uint32_t orders[3][100];
	uint64_t seeds[] = {7, 7, 8};
	for (size_t round = 0; round < 3; round++) {
		struct schedule *s = schedule_new(&a, ORDER_RANDOM, seeds[round]);
		for (size_t i = 0; i < 100; i++)
			schedule_add(s, &(struct schedule_unit){.predicted_ns = (int64_t)i});
		for (size_t i = 0; i < 100; i++)
			orders[round][i] = schedule_take(s);
		assert_int_equal(schedule_take(s), UNIT_NONE);
	}
	uint32_t in_place = 0;
	for (uint32_t i = 0; i < 100; i++)
		in_place += orders[0][i] == i;
	assert_memory_equal(orders[0], orders[1], sizeof(orders[0]));
	assert_memory_not_equal(orders[0], orders[2], sizeof(orders[0]));
	assert_in_range(in_place, 0, 10);
	arena_free(&a);
}

static void random_suites_with_everything_in_them_come_out_whole(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 200; round++) {
		random_state = round;
		struct play *p = play_new();
		uint32_t n = 1 + below(150);
		for (uint32_t i = 0; i < n; i++) {
			int64_t dur = 1 + below(1000);
			play_add(p, dur, below(4) ? dur : 0);
			p->units[i].size = below(50);
			p->units[i].alone = below(20) == 0;
			uint32_t a = below(8), b = below(8);
			if (below(3) == 0 && a != b) {
				p->units[i].locks = numbers(p, 2, a < b ? a : b, a < b ? b : a);
				p->units[i].n_locks = 1 + below(2);
			}
			if (below(6) == 0)
				p->units[i].slots = below(12);
			if (below(5) == 0) {
				p->units[i].after = numbers(p, 2, below(n), below(n + 5));
				p->units[i].n_after = 2;
			}
		}
		p->give_back = round % 2;
		play_run(p, (enum schedule_order)(round % 3), 1 + below(16));
		play_free(p);
	}
}

static void a_unit_waits_for_its_predecessors(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 100; round++) {
		random_state = round + 1000;
		struct play *p = play_new();
		uint32_t n = 2 + below(100);
		for (uint32_t i = 0; i < n; i++)
			play_add(p, 1 + below(100), 1 + below(100));
		/* no cycle: each waits for a unit with a smaller label; labels run against the numbers */
		for (uint32_t i = 0; i + 1 < n; i++)
			if (below(2))
				play_after(p, i, i + 1 + below(n - i - 1));
		play_run(p, ORDER_LONGEST, 4);
		for (uint32_t i = 0; i < n; i++)
			if (p->units[i].n_after)
				assert_true(p->began_ns[i] >= p->ended_ns[p->units[i].after[0]]);
		play_free(p);
	}
}

static void a_cycle_of_predecessors_does_not_hang(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 50; i++)
		play_add(p, 5, 5);
	for (uint32_t i = 0; i < 20; i++) /* one ring of twenty, with a tail that waits for it */
		play_after(p, i, (i + 1) % 20);
	for (uint32_t i = 20; i < 40; i++)
		play_after(p, i, i - 1);
	for (uint32_t i = 40; i < 50; i++) /* itself */
		play_after(p, i, i);
	play_run(p, ORDER_LONGEST, 4);
	for (uint32_t i = 20; i < 40; i++)
		assert_true(p->began_ns[i] >= p->ended_ns[i - 1]);
	play_free(p);
}

static void a_long_chain_with_its_end_added_first_is_followed(void **state)
{
	(void)state;
	struct arena a = {0};
	enum { N = 100000 };
	uint32_t *next = arena_array(&a, uint32_t, N);
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	for (uint32_t i = 0; i < N; i++) {
		next[i] = i + 1;
		schedule_add(s, &(struct schedule_unit){.after = &next[i], .n_after = i + 1 < N});
	}
	for (uint32_t i = N; i-- > 0;) {
		assert_int_equal(schedule_take(s), i);
		assert_int_equal(schedule_take(s), UNIT_NONE);
		schedule_end(s, i);
	}
	arena_free(&a);
}

static void one_lock_is_held_once(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 1000; i++) {
		play_add(p, 10, 10);
		play_lock(p, i, i % 2 ? 3 : 5);
	}
	play_run(p, ORDER_LONGEST, 16);
	assert_int_equal(p->wall_ns, 5000);
	play_free(p);
}

static void a_long_chain_of_locked_units_is_begun_at_once(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 40; i++)
		play_add(p, 100, 100);
	for (uint32_t i = 0; i < 10; i++) /* longest of their own, so that the lock is never idle */
		play_lock(p, i, 0);
	for (uint32_t i = 0; i < 10; i++)
		p->dur_ns[i] = p->units[i].predicted_ns = 101;
	play_run(p, ORDER_LONGEST, 4);
	assert_true(p->wall_ns <= play_bound(p, 4) + 101);
	play_free(p);
}

static void alone_units_come_last_and_one_by_one(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 20; i++) {
		play_add(p, 10, 10);
		p->units[i].alone = i < 3;
	}
	p->units[0].predicted_ns = p->dur_ns[0] = 1000;
	play_run(p, ORDER_LONGEST, 4);
	assert_int_equal(p->order[17], 0);
	assert_int_equal(p->wall_ns, 50 + 1020);
	play_free(p);
}

static void nothing_begins_beside_an_alone_unit(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t units[4];
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 5, .alone = true});
	assert_int_equal(schedule_take(s), 0);
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 1});
	assert_int_equal(schedule_take(s), UNIT_NONE);
	assert_int_equal(schedule_take_batch(s, 0, 1, 1000, 4, units), 0);
	schedule_end(s, 0);
	assert_int_equal(schedule_take(s), 1);
	arena_free(&a);
}

static void what_waits_for_an_alone_unit_still_runs(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 6; i++)
		play_add(p, 10, 10);
	p->units[0].alone = true;
	for (uint32_t i = 1; i < 4; i++)
		play_after(p, i, 0);
	play_run(p, ORDER_LONGEST, 4);
	assert_int_equal(p->order[2], 0);
	assert_int_equal(p->wall_ns, 30);
	play_free(p);
}

static void units_can_be_added_while_others_run(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t first = 0;
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 5});
	assert_int_equal(schedule_take(s), 0);
	assert_int_equal(schedule_take(s), UNIT_NONE);
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 1});
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 9, .after = &first, .n_after = 1});
	assert_int_equal(schedule_take(s), 1);
	assert_int_equal(schedule_take(s), UNIT_NONE);
	schedule_end(s, 0);
	assert_int_equal(schedule_take(s), 2);
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 9, .after = &first, .n_after = 1});
	assert_int_equal(schedule_take(s), 3);
	arena_free(&a);
}

static void a_unit_that_was_just_added_may_be_told_what_to_wait_for(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	static const uint32_t first[] = {0, 1};
	for (int i = 0; i < 3; i++)
		schedule_add(s, &(struct schedule_unit){.predicted_ns = 9 - i});
	assert_int_equal(schedule_take(s), 0);
	assert_int_equal(schedule_take(s), 1);
	schedule_wait_for(s, 2, first, 2); /* too late: it may have been given away */
	assert_int_equal(schedule_add(s, &(struct schedule_unit){.predicted_ns = 99}), 3);
	schedule_wait_for(s, 3, first, 2);
	assert_true(schedule_is_taken(s, 1));
	assert_false(schedule_is_taken(s, 3));
	assert_false(schedule_is_taken(s, 4));
	schedule_end(s, 0);
	assert_false(schedule_is_taken(s, 0));
	assert_int_equal(schedule_take(s), 2);
	assert_int_equal(schedule_take(s), UNIT_NONE);
	schedule_return(s, 1);
	assert_int_equal(schedule_take(s), 1);
	assert_int_equal(schedule_take(s), UNIT_NONE);
	schedule_end(s, 1);
	assert_int_equal(schedule_take(s), 3);
	arena_free(&a);
}

static void a_returned_unit_comes_back_in_its_place_and_frees_its_lock(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t lock = 0;
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 5, .locks = &lock, .n_locks = 1});
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 9, .locks = &lock, .n_locks = 1});
	assert_int_equal(schedule_take(s), 1);
	assert_int_equal(schedule_take(s), UNIT_NONE);
	schedule_return(s, 1);
	schedule_return(s, 1);
	assert_int_equal(schedule_running(s), 0);
	assert_int_equal(schedule_waiting(s), 2);
	assert_int_equal(schedule_take(s), 1);
	schedule_end(s, 1);
	schedule_end(s, 1);
	schedule_end(s, 77);
	assert_int_equal(schedule_take(s), 0);
	assert_int_equal(schedule_running(s), 1);
	arena_free(&a);
}

static void a_drop_takes_all_that_waits(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t lock = 0, first = 0;
	for (int64_t i = 0; i < 10; i++)
		schedule_add(
		    s, &(struct schedule_unit){.predicted_ns = 100 - i, .locks = &lock, .n_locks = i < 3});
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 1, .after = &first, .n_after = 1});
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 1, .alone = true});
	assert_int_equal(schedule_take(s), 0);
	assert_int_equal(schedule_take(s), 3);
	assert_int_equal(schedule_drop(s), 10);
	assert_int_equal(schedule_drop(s), 0);
	assert_int_equal(schedule_remaining(s), 0);
	schedule_end(s, 0);
	assert_int_equal(schedule_take(s), UNIT_NONE);
	schedule_return(s, 3);
	assert_int_equal(schedule_take(s), 3);
	schedule_end(s, 3);
	schedule_add(s, &(struct schedule_unit){.predicted_ns = 1, .locks = &lock, .n_locks = 1});
	assert_int_equal(schedule_take(s), 12);
	assert_int_equal(schedule_waiting(s), 0);
	arena_free(&a);
}

static void a_batch_stays_below_the_budget_and_the_fair_share(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t units[100], lock = 0;
	for (int64_t i = 0; i < 100; i++)
		schedule_add(s,
			     &(struct schedule_unit){.predicted_ns = 10, .locks = &lock, .n_locks = i == 5});
	uint32_t first = schedule_take(s);
	assert_int_equal(schedule_take_batch(s, first, 2, 55, 100, units), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_not_equal(units[i], 5);
	assert_int_equal(schedule_running(s), 5);
	assert_int_equal(schedule_remaining(s), 950);
	first = schedule_take(s); /* the fair share: 950 / 10 = 95 */
	assert_int_equal(schedule_take_batch(s, first, 5, 100000, 100, units), 8);
	first = schedule_take(s);
	assert_int_equal(schedule_take_batch(s, first, 2, 100000, 3, units), 3);
	schedule_return(s, units[2]);
	assert_int_equal(schedule_waiting(s), 83);
	uint32_t rest = 0;
	while (schedule_take(s) != UNIT_NONE)
		rest++;
	assert_int_equal(rest, 83);
	arena_free(&a);
}

static void units_of_unknown_length_are_batched_once_some_were_seen(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t units[100];
	for (int64_t i = 0; i < 100; i++)
		schedule_add(s, &(struct schedule_unit){.size = 200 - i});
	uint32_t first = schedule_take(s);
	assert_int_equal(schedule_take_batch(s, first, 2, 1000000, 100, units), 0);
	assert_int_equal(schedule_weight(s, 50), 0);
	schedule_end(s, first);
	schedule_learn(s, first, 2000);
	assert_int_equal(schedule_weight(s, 50), 1500);
	for (int64_t size = 199; size > 195; size--) {
		first = schedule_take(s);
		assert_int_equal(schedule_take_batch(s, first, 2, 1000000, 100, units), (200 - size) / 2);
		schedule_end(s, first);
		schedule_learn(s, first, size * 10);
		while (schedule_running(s))
			for (uint32_t i = 0; i < 2; i++)
				schedule_return(s, units[i]);
	}
	first = schedule_take(s);
	assert_int_equal(schedule_take_batch(s, first, 2, 4000, 100, units), 1);
	arena_free(&a);
}

static void new_units_among_known_ones_go_alone(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	uint32_t units[100];
	for (int64_t i = 0; i < 100; i++)
		schedule_add(s, &(struct schedule_unit){.predicted_ns = 10, .size = 10});
	for (int64_t i = 0; i < 3; i++)
		schedule_add(s, &(struct schedule_unit){.size = 20});
	for (uint32_t i = 100; i < 103; i++) {
		assert_int_equal(schedule_take(s), i);
		assert_int_equal(schedule_take_batch(s, i, 4, 1000, 100, units), 0);
	}
	uint32_t first = schedule_take(s);
	assert_int_equal(schedule_take_batch(s, first, 4, 1000, 100, units), 11);
	schedule_return(s, 102);
	first = schedule_take(s);
	assert_int_equal(first, 102);
	arena_free(&a);
}

static void a_new_unit_ends_a_batch_of_known_ones(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_GIVEN, 0);
	uint32_t units[100];
	for (int64_t i = 0; i < 20; i++)
		schedule_add(s, &(struct schedule_unit){.predicted_ns = i == 3 ? 0 : 10});
	uint32_t first = schedule_take(s);
	assert_int_equal(schedule_take_batch(s, first, 1, 1000, 100, units), 2);
	assert_int_equal(schedule_take(s), 3);
	assert_int_equal(schedule_take_batch(s, 3, 1, 1000, 100, units), 0);
	arena_free(&a);
}

static void remaining_time_counts_unknown_units_by_their_stand_in(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	for (int64_t i = 1; i <= 10; i++)
		schedule_add(s, &(struct schedule_unit){.predicted_ns = i});
	for (int64_t i = 0; i < 5; i++)
		schedule_add(s, &(struct schedule_unit){.size = 7});
	assert_int_equal(schedule_remaining(s), 55 + 5 * 9);
	schedule_take(s);
	assert_int_equal(schedule_remaining(s), 45 + 5 * 9);
	arena_free(&a);
}

static void absurd_predictions_do_not_overflow(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	for (size_t i = 0; i < 1000; i++)
		schedule_add(s, &(struct schedule_unit){.predicted_ns = i % 2 ? INT64_MAX : INT64_MIN,
							.size = INT64_MAX});
	assert_true(schedule_remaining(s) > 0);
	uint32_t n = 0;
	while (schedule_take(s) != UNIT_NONE)
		n++;
	assert_int_equal(n, 1000);
	assert_int_equal(schedule_remaining(s), 0);
	uint32_t lock = 0;
	struct schedule_job jobs[] = {{.dur_ns = INT64_MAX, .slots = UINT32_MAX},
				      {.dur_ns = INT64_MAX, .locks = &lock, .n_locks = 1},
				      {.dur_ns = INT64_MIN, .locks = &lock, .n_locks = 1},
				      {.dur_ns = INT64_MAX, .locks = &lock, .n_locks = 1, .slots = 2},
				      {.dur_ns = INT64_MAX, .alone = true}};
	assert_int_equal(schedule_simulate(&a, jobs, 5, 1, INT64_MAX), INT64_MAX);
	assert_int_equal(schedule_simulate(&a, jobs, 5, UINT32_MAX, 0), INT64_MAX);
	assert_true(schedule_bound(jobs, 5, 2, &a) > 0);
	arena_free(&a);
}

/* A lognormal suite; sigma 1.2 is what test suites look like, 2 has a heavy tail. */
static void suite_of(struct play *p, uint32_t n, double sigma, double noise, double unknown)
{
	for (uint32_t i = 0; i < n; i++) {
		double dur = 1e9 * exp(sigma * normal());
		double seen = dur * exp(noise * normal());
		play_add(p, (int64_t)dur + 1, uniform() < unknown ? 0 : (int64_t)seen + 1);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Makespan against the bound over many draws: median and 95th percentile. */
static void ratios(enum schedule_order order, uint32_t n, uint32_t workers, double sigma, double noise,
		   double unknown, double *median, double *p95)
{
	enum { DRAWS = 100 };
	double all[DRAWS];
	for (uint32_t i = 0; i < DRAWS; i++) {
		random_state = i * 7919 + n;
		struct play *p = play_new();
		suite_of(p, n, sigma, noise, unknown);
		play_run(p, order, workers);
		all[i] = (double)p->wall_ns / (double)play_bound(p, workers);
		assert_true(all[i] >= 1);
		play_free(p);
	}
	qsort(all, DRAWS, sizeof(*all), by_value);
	*median = all[DRAWS / 2];
	*p95 = all[DRAWS * 95 / 100];
}

static void exact_predictions_stay_below_four_thirds(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 300; round++) {
		random_state = round + 5000;
		struct play *p = play_new();
		uint32_t workers = 1 + below(16);
		suite_of(p, 1 + below(60), 0.2 + uniform() * 2, 0, 0);
		play_run(p, ORDER_LONGEST, workers);
		/* against the best possible, which is the bound or, where few jobs are left over, more: the
		 * (workers + 1)th and the workers-th longest must share a worker */
		double best = (double)play_bound(p, workers);
		if (p->n > workers) {
			int64_t pair = p->dur_ns[p->order[workers - 1]] + p->dur_ns[p->order[workers]];
			best = (double)pair > best ? (double)pair : best;
		}
		assert_true((double)p->wall_ns <= best * (4.0 / 3) + 1);
		play_free(p);
	}
}

static void noisy_predictions_stay_close_to_the_bound(void **state)
{
	(void)state;
	double median, p95;
	ratios(ORDER_LONGEST, 150, 4, 1.2, 0.4, 0.05, &median, &p95);
	assert_true(median <= 1.02 && p95 <= 1.05);
	ratios(ORDER_LONGEST, 2000, 16, 1.2, 0.4, 0.05, &median, &p95);
	assert_true(median <= 1.01 && p95 <= 1.02);
	ratios(ORDER_LONGEST, 150, 16, 1.2, 0.4, 0.05, &median, &p95);
	assert_true(median <= 1.04 && p95 <= 1.12);
	ratios(ORDER_LONGEST, 150, 4, 2, 0.4, 0.05, &median, &p95);
	assert_true(median <= 1.02 && p95 <= 1.08);
}

static void longest_first_beats_the_given_order(void **state)
{
	(void)state;
	double longest, given, p95;
	ratios(ORDER_LONGEST, 150, 16, 1.2, 0.4, 0.05, &longest, &p95);
	ratios(ORDER_GIVEN, 150, 16, 1.2, 0.4, 0.05, &given, &p95);
	assert_true(longest + 0.1 < given);
}

/* One, two or three locks of a few, ascending, or none. */
static void draw_locks(struct play *p, uint32_t unit)
{
	uint32_t *locks = arena_array(&p->arena, uint32_t, 3), n = 0;
	for (uint32_t lock = 0; lock < 6 && n < 3; lock++)
		if (below(4) == 0)
			locks[n++] = lock;
	p->units[unit].locks = locks;
	p->units[unit].n_locks = n;
}

static void the_simulation_agrees_with_the_queue(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 200; round++) {
		random_state = round + 9000;
		struct play *p = play_new();
		struct schedule_job jobs[300];
		uint32_t n = 1 + below(300), workers = 1 + below(20);
		for (uint32_t i = 0; i < n; i++) {
			int64_t dur = 1 + (int64_t)(next_random() % 1000000000000);
			play_add(p, dur, dur);
			struct schedule_unit *u = &p->units[i];
			if (round % 2 && below(3) == 0)
				draw_locks(p, i);
			if (round % 3 == 2 && below(4) == 0)
				u->slots = below(6);
			u->alone = round % 5 == 4 && below(10) == 0;
			jobs[i] = (struct schedule_job){dur, u->locks, u->n_locks, u->slots, u->alone};
		}
		play_run(p, ORDER_LONGEST, workers);
		assert_int_equal(schedule_simulate(&p->arena, jobs, n, workers, 0), p->wall_ns);
		assert_int_equal(schedule_simulate(&p->arena, jobs, n, workers, 777), p->wall_ns + 777);
		assert_int_equal(schedule_bound(jobs, n, workers, &p->arena), play_bound(p, workers));
		assert_true(p->wall_ns >= play_bound(p, workers));
		assert_int_equal(schedule_simulate(&p->arena, jobs, n, 1, 0),
				 schedule_bound(jobs, n, 1, &p->arena));
		play_free(p);
	}
}

static void a_unit_holds_all_of_its_locks(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 3; i++)
		play_add(p, 100 - i, 100 - i);
	p->units[0].locks = numbers(p, 2, 0, 1);
	p->units[0].n_locks = 2;
	play_lock(p, 1, 0);
	play_lock(p, 2, 1);
	play_run(p, ORDER_LONGEST, 3);
	assert_int_equal(p->began_ns[0], 0);
	assert_int_equal(p->began_ns[1], 100);
	assert_int_equal(p->began_ns[2], 100);
	struct schedule_job jobs[3];
	for (uint32_t i = 0; i < 3; i++)
		jobs[i] =
		    (struct schedule_job){p->dur_ns[i], p->units[i].locks, p->units[i].n_locks, 1, false};
	assert_int_equal(schedule_simulate(&p->arena, jobs, 3, 3, 0), 199);
	assert_int_equal(schedule_bound(jobs, 3, 3, &p->arena), 199);
	play_free(p);
}

static void a_wide_unit_takes_that_many_workers_and_comes_first(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 6; i++)
		play_add(p, 10, 10);
	p->units[5].slots = 3;
	play_run(p, ORDER_LONGEST, 4);
	assert_int_equal(p->order[0], 5);
	assert_int_equal(p->began_ns[0], 0); /* the fourth slot is used */
	assert_int_equal(p->began_ns[1], 10);
	assert_int_equal(p->wall_ns, 20);
	play_free(p);
}

static void a_wide_unit_is_not_passed_over_for_ever(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 40; i++)
		play_add(p, 10 + i % 7, 10);
	p->units[4].slots = 4; /* in the given order, behind four that run already */
	p->units[6].slots = 2;
	play_run(p, ORDER_GIVEN, 4);
	assert_int_equal(p->began_ns[4], 13);
	for (uint32_t i = 5; i < 40; i++)
		assert_true(p->began_ns[i] >= p->ended_ns[4]);
	play_free(p);
}

static void beside_a_wide_unit_its_spare_slot_is_used_while_the_next_one_waits(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 6; i++)
		play_add(p, i < 2 ? 100 : 10, 1);
	p->units[0].slots = p->units[1].slots = 3;
	play_run(p, ORDER_GIVEN, 4);
	for (uint32_t i = 2; i < 6; i++)
		assert_int_equal(p->began_ns[i], (i - 2) * 10);
	assert_int_equal(p->began_ns[1], 100);
	play_free(p);
}

static void more_slots_than_workers_are_all_of_them(void **state)
{
	(void)state;
	struct play *p = play_new();
	for (uint32_t i = 0; i < 4; i++)
		play_add(p, 10, 10);
	p->units[2].slots = UINT32_MAX;
	play_run(p, ORDER_LONGEST, 2);
	assert_int_equal(p->order[0], 2);
	assert_int_equal(p->wall_ns, 30);
	play_free(p);
}

static void the_simulation_of_nothing_takes_no_time(void **state)
{
	(void)state;
	struct arena a = {0};
	assert_int_equal(schedule_simulate(&a, NULL, 0, 4, 1000), 0);
	assert_int_equal(schedule_bound(NULL, 0, 4, &a), 0);
	struct schedule_job one = {.dur_ns = 500};
	assert_int_equal(schedule_simulate(&a, &one, 1, 0, 10), 510);
	assert_int_equal(schedule_simulate(&a, &one, 1, UINT32_MAX, 10), 510);
	arena_free(&a);
}

static void shards_hold_each_unit_once_and_weigh_the_same(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 9; n++) {
		random_state = n;
		struct play *p = play_new();
		suite_of(p, 400, 1, 0, 0.1);
		uint32_t seen[400] = {0};
		double most = 0, sum = 0;
		for (uint32_t k = 1; k <= n; k++) {
			bool keep[400];
			double weight = 0;
			schedule_shard(&p->arena, p->units, p->n, k, n, keep);
			for (uint32_t i = 0; i < p->n; i++) {
				seen[i] += keep[i];
				if (keep[i])
					weight += (double)p->units[i].predicted_ns;
			}
			sum += weight;
			most = weight > most ? weight : most;
		}
		for (uint32_t i = 0; i < p->n; i++)
			assert_int_equal(seen[i], 1);
		assert_true(most <= sum / n * 1.25);
		play_free(p);
	}
}

static void shards_do_not_depend_on_the_order_in_which_units_were_found(void **state)
{
	(void)state;
	struct play *p = play_new();
	bool keep[100], again[100];
	suite_of(p, 100, 1, 0, 0.2);
	for (uint32_t i = 0; i < 50; i++) /* ties */
		p->units[i].predicted_ns = 1000;
	schedule_shard(&p->arena, p->units, 100, 2, 3, keep);
	for (uint32_t i = 0; i < 50; i++) {
		struct schedule_unit u = p->units[i];
		p->units[i] = p->units[99 - i];
		p->units[99 - i] = u;
	}
	schedule_shard(&p->arena, p->units, 100, 2, 3, again);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(keep[i], again[99 - i]);
	play_free(p);
}

static void what_is_left_is_known_by_the_past_or_by_enough_of_the_present(void **state)
{
	(void)state;
	struct arena a = {0};
	struct schedule *s = schedule_new(&a, ORDER_LONGEST, 0);
	for (int i = 0; i < 4; i++)
		(void)schedule_add(s, &(struct schedule_unit){.size = 10});
	assert_false(schedule_known(s, 2));
	schedule_learn(s, 0, 10);
	assert_false(schedule_known(s, 2));
	schedule_learn(s, 1, 10);
	assert_true(schedule_known(s, 2));
	s = schedule_new(&a, ORDER_LONGEST, 0);
	(void)schedule_add(s, &(struct schedule_unit){.predicted_ns = 10});
	assert_true(schedule_known(s, 2));
	arena_free(&a);
}

static void shards_without_any_knowledge_hold_equal_counts(void **state)
{
	(void)state;
	struct play *p = play_new();
	bool keep[100];
	suite_of(p, 100, 1, 0, 1);
	for (uint32_t k = 1; k <= 4; k++) {
		uint32_t n = 0;
		schedule_shard(&p->arena, p->units, 100, k, 4, keep);
		for (uint32_t i = 0; i < 100; i++)
			n += keep[i];
		assert_int_equal(n, 25);
	}
	schedule_shard(&p->arena, p->units, 100, 500, 1000000, keep);
	for (uint32_t i = 0; i < 100; i++)
		assert_false(keep[i]);
	play_free(p);
}

static void a_shard_keeps_predecessors_together(void **state)
{
	(void)state;
	struct play *p = play_new();
	bool keep[100];
	suite_of(p, 100, 1, 0, 0);
	for (uint32_t i = 0; i < 90; i += 3) {
		play_after(p, i, i + 1);
		play_after(p, i + 2, i);
	}
	for (uint32_t k = 1; k <= 5; k++) {
		schedule_shard(&p->arena, p->units, 100, k, 5, keep);
		for (uint32_t i = 0; i < 90; i += 3)
			assert_true(keep[i] == keep[i + 1] && keep[i] == keep[i + 2]);
	}
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(longest_predicted_comes_first),
	    cmocka_unit_test(an_unknown_unit_ranks_at_the_90th_percentile),
	    cmocka_unit_test(without_predictions_the_largest_comes_first_and_then_the_given_order),
	    cmocka_unit_test(the_given_order_is_kept),
	    cmocka_unit_test(a_random_order_depends_on_its_seed_alone),
	    cmocka_unit_test(random_suites_with_everything_in_them_come_out_whole),
	    cmocka_unit_test(a_unit_waits_for_its_predecessors),
	    cmocka_unit_test(a_cycle_of_predecessors_does_not_hang),
	    cmocka_unit_test(a_long_chain_with_its_end_added_first_is_followed),
	    cmocka_unit_test(one_lock_is_held_once),
	    cmocka_unit_test(a_long_chain_of_locked_units_is_begun_at_once),
	    cmocka_unit_test(alone_units_come_last_and_one_by_one),
	    cmocka_unit_test(nothing_begins_beside_an_alone_unit),
	    cmocka_unit_test(what_waits_for_an_alone_unit_still_runs),
	    cmocka_unit_test(units_can_be_added_while_others_run),
	    cmocka_unit_test(a_unit_that_was_just_added_may_be_told_what_to_wait_for),
	    cmocka_unit_test(a_returned_unit_comes_back_in_its_place_and_frees_its_lock),
	    cmocka_unit_test(a_drop_takes_all_that_waits),
	    cmocka_unit_test(a_batch_stays_below_the_budget_and_the_fair_share),
	    cmocka_unit_test(units_of_unknown_length_are_batched_once_some_were_seen),
	    cmocka_unit_test(new_units_among_known_ones_go_alone),
	    cmocka_unit_test(a_new_unit_ends_a_batch_of_known_ones),
	    cmocka_unit_test(remaining_time_counts_unknown_units_by_their_stand_in),
	    cmocka_unit_test(absurd_predictions_do_not_overflow),
	    cmocka_unit_test(exact_predictions_stay_below_four_thirds),
	    cmocka_unit_test(a_unit_holds_all_of_its_locks),
	    cmocka_unit_test(a_wide_unit_takes_that_many_workers_and_comes_first),
	    cmocka_unit_test(a_wide_unit_is_not_passed_over_for_ever),
	    cmocka_unit_test(beside_a_wide_unit_its_spare_slot_is_used_while_the_next_one_waits),
	    cmocka_unit_test(more_slots_than_workers_are_all_of_them),
	    cmocka_unit_test(noisy_predictions_stay_close_to_the_bound),
	    cmocka_unit_test(longest_first_beats_the_given_order),
	    cmocka_unit_test(the_simulation_agrees_with_the_queue),
	    cmocka_unit_test(the_simulation_of_nothing_takes_no_time),
	    cmocka_unit_test(shards_hold_each_unit_once_and_weigh_the_same),
	    cmocka_unit_test(shards_do_not_depend_on_the_order_in_which_units_were_found),
	    cmocka_unit_test(what_is_left_is_known_by_the_past_or_by_enough_of_the_present),
	    cmocka_unit_test(shards_without_any_knowledge_hold_equal_counts),
	    cmocka_unit_test(a_shard_keeps_predecessors_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
