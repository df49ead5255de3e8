#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyse/heap.h"
#include "analyse/ids.h"
#include "analyse/table.h"

enum { N = 5000 };

static void a_table_finds_every_item_of_a_hash(void **state)
{
	(void)state;
	struct table t = {0};
	assert_int_equal(table_item(&t, table_first(&t, 7)), TABLE_NONE);
	for (uint32_t i = 0; i < N; i++)
		table_add(&t, i % 100 * 2654435761u, i);
	for (uint32_t h = 0; h < 101; h++) {
		uint32_t n = 0, item, hash = h * 2654435761u;
		for (uint32_t at = table_first(&t, hash); (item = table_item(&t, at)) != TABLE_NONE;
		     at = table_next(&t, hash, at)) {
			assert_int_equal(item % 100, h);
			n++;
		}
		assert_int_equal(n, h < 100 ? N / 100 : 0);
	}
	table_free(&t);
}

static void ids_that_were_dropped_are_gone_and_the_others_stay(void **state)
{
	(void)state;
	struct ids t = {.seed = 99};
	bool there[N + 1] = {false};
	uint32_t n = 0;
	srand(5);
	for (uint32_t round = 0; round < 20 * N; round++) {
		uint64_t id = 1 + (uint64_t)rand() % N;
		if (there[id]) {
			assert_int_equal(ids_get(&t, id)->index, id * 3);
			ids_drop(&t, id);
			n--;
		} else {
			assert_null(ids_get(&t, id));
			ids_drop(&t, id);
			struct ids_slot *s = ids_at(&t, id);
			assert_int_equal(s->kind, SPAN_NONE);
			s->index = (uint32_t)id * 3;
			n++;
		}
		there[id] = !there[id];
		assert_int_equal(t.n, n);
	}
	for (uint64_t id = 1; id <= N; id++)
		assert_int_equal(ids_get(&t, id) != NULL, there[id]);
	assert_null(ids_get(&t, 0));
	ids_free(&t);
}

static bool smaller(const void *context, uint32_t a, uint32_t b)
{
	const uint32_t *key = context;
	return key[a] != key[b] ? key[a] < key[b] : a < b;
}

static void a_heap_gives_the_best_first_also_after_a_change_of_mind(void **state)
{
	(void)state;
	struct arena a = {0};
	struct heap h = {0};
	uint32_t key[N] = {0}, before = 0;
	assert_int_equal(heap_pop(&h, smaller, key), HEAP_NONE);
	srand(6);
	for (uint32_t i = 0; i < N; i++) {
		key[i] = (uint32_t)rand() % 1000;
		heap_push(&h, &a, i, smaller, key);
	}
	for (uint32_t i = 0; i < N; i++)
		key[i] = (uint32_t)rand() % 1000;
	heap_rebuild(&h, smaller, key);
	key[heap_top(&h)] = 500;
	heap_sink_top(&h, smaller, key);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t best = heap_pop(&h, smaller, key);
		assert_true(best < N && key[best] >= before);
		before = key[best];
	}
	assert_int_equal(heap_top(&h), HEAP_NONE);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_table_finds_every_item_of_a_hash),
	    cmocka_unit_test(ids_that_were_dropped_are_gone_and_the_others_stay),
	    cmocka_unit_test(a_heap_gives_the_best_first_also_after_a_change_of_mind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
