#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/table.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_table_finds_every_item_of_a_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
