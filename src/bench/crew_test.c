#include "bench/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MEMBERS = 8, TURNS = 200 };

struct work {
	atomic_uint times[MEMBERS];
	atomic_uint total;
	pthread_barrier_t together;
};

static void count(void *ctx, uint32_t worker)
{
	struct work *w = ctx;
	atomic_fetch_add(&w->times[worker], 1);
	atomic_fetch_add(&w->total, 1);
}

/* Only comes back when all are in it at the same time. */
static void meet(void *ctx, uint32_t worker)
{
	struct work *w = ctx;
	(void)pthread_barrier_wait(&w->together);
	count(ctx, worker);
}

static void each_worker_does_each_turn_once(void **state)
{
	struct work w = {0};
	struct crew *c;
	struct err e;
	(void)state;
	assert_int_equal(crew_begin(&c, MEMBERS, &e), 0);
	for (unsigned i = 1; i <= TURNS; i++) {
		crew_do(c, MEMBERS, count, &w);
		assert_int_equal(atomic_load(&w.total), i * MEMBERS);
	}
	for (int i = 0; i < MEMBERS; i++)
		assert_int_equal(atomic_load(&w.times[i]), TURNS);
	crew_end(c);
}

static void a_turn_may_be_of_fewer(void **state)
{
	struct work w = {0};
	struct crew *c;
	struct err e;
	(void)state;
	assert_int_equal(crew_begin(&c, MEMBERS, &e), 0);
	crew_do(c, 3, count, &w);
	crew_do(c, 1, count, &w);
	crew_do(c, 2, count, &w);
	for (unsigned i = 0; i < MEMBERS; i++)
		assert_int_equal(atomic_load(&w.times[i]), i < 1 ? 3 : i < 2 ? 2 : i < 3 ? 1 : 0);
	crew_end(c);
}

static void they_are_at_it_together(void **state)
{
	struct work w = {0};
	struct crew *c;
	struct err e;
	(void)state;
	assert_int_equal(pthread_barrier_init(&w.together, NULL, MEMBERS), 0);
	assert_int_equal(crew_begin(&c, MEMBERS, &e), 0);
	crew_do(c, MEMBERS, meet, &w);
	assert_int_equal(atomic_load(&w.total), MEMBERS);
	crew_end(c);
	(void)pthread_barrier_destroy(&w.together);
}

static void one_alone_needs_no_thread(void **state)
{
	struct work w = {0};
	struct crew *c;
	struct err e;
	(void)state;
	assert_int_equal(crew_begin(&c, 1, &e), 0);
	crew_do(c, 1, count, &w);
	assert_int_equal(atomic_load(&w.total), 1);
	crew_end(c);
	crew_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_worker_does_each_turn_once),
	    cmocka_unit_test(a_turn_may_be_of_fewer),
	    cmocka_unit_test(they_are_at_it_together),
	    cmocka_unit_test(one_alone_needs_no_thread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
