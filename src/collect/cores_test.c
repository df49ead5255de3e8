#include "collect/cores.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/temp_fixture.h"

static struct temp temp;

static int make(void **state)
{
	(void)state;
	temp_make(&temp);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	temp_drop(&temp);
	return 0;
}

static unsigned long quota(const char *groups)
{
	char file[TEMP_PATH];
	(void)snprintf(file, sizeof(file), "%s", temp_file(&temp, "groups", groups));
	return cores_quota(file, temp.dir);
}

static void the_least_quota_from_the_group_upwards_counts(void **state)
{
	(void)state;
	(void)temp_file(&temp, "a/b/c/cpu.max", "400000 100000\n");
	(void)temp_file(&temp, "a/b/cpu.max", "max 100000\n");
	(void)temp_file(&temp, "a/cpu.max", "150000 100000\n");
	assert_int_equal(quota("0::/a/b/c\n"), 1500);
	assert_int_equal(quota("0::/a/b\n"), 1500);
	(void)temp_file(&temp, "a/b/c/cpu.max", "50000 100000\n");
	assert_int_equal(quota("0::/a/b/c\n"), 500);
}

static void a_group_that_is_not_below_the_mount_has_the_quota_of_the_mount(void **state)
{
	(void)state;
	(void)temp_file(&temp, "cpu.max", "250000 100000\n");
	assert_int_equal(quota("0::/\n"), 2500);
	assert_int_equal(quota("0::/not/seen/here\n"), 2500);
	assert_int_equal(quota("0::/../..\n"), 2500);
}

static void the_first_version_has_two_files_and_a_folder_of_its_own(void **state)
{
	(void)state;
	(void)temp_file(&temp, "cpu/docker/x/cpu.cfs_quota_us", "300000\n");
	(void)temp_file(&temp, "cpu/docker/x/cpu.cfs_period_us", "100000\n");
	(void)temp_file(&temp, "cpu/cpu.cfs_quota_us", "-1\n");
	(void)temp_file(&temp, "cpu/cpu.cfs_period_us", "100000\n");
	const char *text = "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n";
	assert_int_equal(quota(text), 3000);
	assert_int_equal(quota("4:cpuacct,cpu:/docker/x\n"), 3000);
	assert_int_equal(quota("4:cpuset:/docker/x\n4:cpuacct:/docker/x\n"), 0);
}

static void what_is_no_quota_is_none(void **state)
{
	(void)state;
	static const char *const texts[] = {"max 100000\n", "",         "\n",        "max\n",
					    "100000\n",     "0 0\n",    "5 0\n",     "-5 100000\n",
					    "x y\n",        "100000 x", "0 100000\n"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		(void)temp_file(&temp, "cpu.max", texts[i]);
		assert_int_equal(quota("0::/\n"), 0);
	}
	(void)temp_file(&temp, "cpu.max", "100000 100000\n");
	assert_int_equal(quota(""), 0);
	assert_int_equal(quota("\nno colons\n0\n"), 0);
	assert_int_equal(cores_quota("/no/such/file", temp.dir), 0);
}

static void no_more_cores_than_the_process_may_use_are_usable(void **state)
{
	(void)state;
	cpu_set_t before, one;
	unsigned all = cores_usable();
	assert_true(all >= 1);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_true(all <= (unsigned)CPU_COUNT(&before));
	int cpu = 0;
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(cores_usable(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_least_quota_from_the_group_upwards_counts, make, drop),
	    cmocka_unit_test_setup_teardown(a_group_that_is_not_below_the_mount_has_the_quota_of_the_mount,
					    make, drop),
	    cmocka_unit_test_setup_teardown(the_first_version_has_two_files_and_a_folder_of_its_own, make,
					    drop),
	    cmocka_unit_test_setup_teardown(what_is_no_quota_is_none, make, drop),
	    cmocka_unit_test(no_more_cores_than_the_process_may_use_are_usable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
