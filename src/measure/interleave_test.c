#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/interleave.h"

static void every_round_runs_every_subject_as_often(void **state)
{
	(void)state;
	uint32_t order[5 * 3];
	for (uint32_t round = 0; round < 50; round++) {
		unsigned n[5] = {0};
		interleave_round(9, round, 5, 3, order);
		for (int i = 0; i < 15; i++)
			n[order[i]]++;
		for (int i = 0; i < 5; i++)
			assert_int_equal(n[i], 3);
	}
}

static void two_rounds_are_each_others_mirror(void **state)
{
	(void)state;
	uint32_t one[8], two[8], doubled[8];
	unsigned first = 0;
	for (uint32_t round = 0; round < 200; round += 2) {
		interleave_round(4, round, 4, 1, one);
		interleave_round(4, round + 1, 4, 1, two);
		interleave_round(4, round, 4, 2, doubled);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(one[i], two[3 - i]);
			assert_int_equal(doubled[i], doubled[7 - i]);
		}
		first += one[0] == 0;
	}
	assert_in_range(first, 10, 45); /* of 100; 25 is what chance gives */
}

static void the_same_seed_gives_the_same_order_and_another_another(void **state)
{
	(void)state;
	uint32_t one[6 * 50], two[6 * 50], three[6 * 50];
	for (uint32_t round = 0; round < 50; round++) {
		interleave_round(1, round, 6, 1, one + 6 * round);
		interleave_round(1, round, 6, 1, two + 6 * round);
		interleave_round(2, round, 6, 1, three + 6 * round);
	}
	assert_memory_equal(one, two, sizeof(one));
	assert_memory_not_equal(one, three, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_round_runs_every_subject_as_often),
	    cmocka_unit_test(two_rounds_are_each_others_mirror),
	    cmocka_unit_test(the_same_seed_gives_the_same_order_and_another_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
