#include "subject/container_weigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void a_parent_behind_any_name(void **state)
{
	(void)state;
	assert_int_equal(container_parent(STR("77 (sleep) S 42 77 77 0")), 42);
	assert_int_equal(container_parent(STR("77 (a) R 9 (b) S 42 77")), 42);
	assert_int_equal(container_parent(STR("77 (sleep) S 1 77")), 0);
	assert_int_equal(container_parent(STR("77 (sleep) S x 77")), 0);
	assert_int_equal(container_parent(STR("77 (sleep)")), 0);
	assert_int_equal(container_parent(STR("")), 0);
}

static void the_proportional_size(void **state)
{
	(void)state;
	assert_int_equal(
	    container_pss(STR("0-1 ---p [rollup]\nRss:  900 kB\nPss:    348 kB\nPss_Anon: 1 kB\n")),
	    348 * 1024);
	assert_int_equal(container_pss(STR("Pss_Anon: 1 kB\n")), -1);
	assert_int_equal(container_pss(STR("Pss: 9223372036854775807 kB\n")), -1);
	assert_int_equal(container_pss(STR("Pss: kB\n")), -1);
	assert_int_equal(container_pss(STR("Pss: kB")), -1);
	assert_int_equal(container_pss(STR("")), -1);
}

static void nobody_is_weighed_without_a_pid_or_by_the_wrong_name(void **state)
{
	(void)state;
	struct cgroup_mounts mounts;
	struct container_weight w;
	container_mounts(&mounts);
	container_weigh(0, STR("0123456789abcdef"), &mounts, &w);
	assert_int_equal(w.memory_bytes, -1);
	/* our parent's cgroup has no such name in its path */
	container_weigh(2, STR("0123456789abcdef0123456789abcdef"), &mounts, &w);
	assert_int_equal(w.memory_bytes, -1);
	assert_int_equal(w.supervisor_bytes, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_parent_behind_any_name),
	    cmocka_unit_test(the_proportional_size),
	    cmocka_unit_test(nobody_is_weighed_without_a_pid_or_by_the_wrong_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
