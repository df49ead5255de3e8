#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/parallel.h"

enum { N = 20000, THREADS = 4 };

struct job {
	unsigned char done[N];
	struct arena arenas[THREADS];
	char *texts[N];
};

static void work(void *ctx, unsigned thread, size_t item)
{
	struct job *j = ctx;
	j->done[item]++;
	j->texts[item] = arena_printf(&j->arenas[thread], "%zu", item);
}

static void each_item_is_done_once_and_its_work_is_seen(void **state)
{
	(void)state;
	struct job *j = mem_alloc(sizeof(*j));
	for (unsigned threads = 0; threads <= THREADS; threads++) {
		*j = (struct job){0};
		parallel_for(N, threads, work, j);
		for (size_t i = 0; i < N; i++) {
			char text[32];
			assert_int_equal(j->done[i], 1);
			snprintf(text, sizeof(text), "%zu", i);
			assert_string_equal(j->texts[i], text);
		}
		for (unsigned t = 0; t < THREADS; t++)
			arena_free(&j->arenas[t]);
	}
	mem_free(j);
}

static void nothing_to_do_is_done_at_once(void **state)
{
	(void)state;
	parallel_for(0, THREADS, work, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_item_is_done_once_and_its_work_is_seen),
	    cmocka_unit_test(nothing_to_do_is_done_at_once),
	};
	return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
