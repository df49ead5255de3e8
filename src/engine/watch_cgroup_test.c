#include "engine/watch_cgroup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/temp_fixture.h"

#define CID "6d26f0cd85c5b6a58cf199275731409d801e9dff80393c3a0613923847c932a1"

#define V1 "/sys/fs/cgroup/"
static const char hybrid[] =
    "25 30 0:23 / /proc rw - proc proc rw\n"
    "31 30 0:26 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro\n"
    "32 31 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw,nsdelegate\n"
    "34 31 0:29 / /sys/fs/cgroup/memory rw shared:11 - cgroup cgroup rw,memory\n"
    "35 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
static const char pure[] = "32 31 0:27 / /sys/fs/cgroup rw shared:10 - cgroup2 cgroup2 rw,nsdelegate\n";

static bool finds(const char *mountinfo, const char *proc_cgroup, struct cgroup_folders *ret)
{
	struct cgroup_mounts mounts;
	cgroup_mounts_read(str_of(mountinfo), &mounts);
	return cgroup_folders_find(str_of(proc_cgroup), STR(CID), &mounts, ret);
}

static void version_one_has_a_folder_for_each_controller(void **state)
{
	(void)state;
	struct cgroup_folders f;
	assert_true(finds(hybrid,
			  "9:name=systemd:/docker/" CID "\n4:memory:/docker/" CID
			  "\n2:cpu,cpuacct:/docker/" CID "\n0::/docker/" CID "\n",
			  &f));
	assert_string_equal(f.memory, V1 "memory/docker/" CID);
	assert_string_equal(f.cpu, V1 "cpu,cpuacct/docker/" CID);
	assert_false(f.memory_v2 || f.cpu_v2);
}

static void version_two_under_systemd_and_below_its_folder(void **state)
{
	(void)state;
	struct cgroup_folders f;
	assert_true(finds(pure, "0::/system.slice/docker-" CID ".scope/init.scope\n", &f));
	assert_string_equal(f.memory, "/sys/fs/cgroup/system.slice/docker-" CID ".scope");
	assert_string_equal(f.cpu, f.memory);
	assert_true(f.memory_v2 && f.cpu_v2);
}

static void without_the_id_in_its_path_it_is_somebody_elses(void **state)
{
	(void)state;
	struct cgroup_folders f;
	assert_false(
	    finds(hybrid, "4:memory:/user.slice\n2:cpu,cpuacct:/\n0::/user.slice/session-1.scope\n", &f));
	assert_false(finds(pure, "0::/\n", &f));
	assert_false(finds(pure, "", &f));
	assert_false(finds(pure, "garbage\n0:\n::\n", &f));
	/* and what lies outside of what is mounted here cannot be read */
	assert_false(finds(pure, "0::/../../docker/" CID "\n", &f));
	assert_false(finds("", "0::/docker/" CID "\n", &f));
}

static void an_id_too_short_is_nobodys(void **state)
{
	(void)state;
	struct cgroup_mounts mounts;
	struct cgroup_folders f;
	cgroup_mounts_read(str_of(pure), &mounts);
	assert_false(cgroup_folders_find(STR("0::/docker/ab\n"), STR("a"), &mounts, &f));
}

static void a_mount_of_a_part_shows_what_lies_in_it(void **state)
{
	(void)state;
	static const char part[] = "32 31 0:27 /docker /mnt/cg rw - cgroup2 cgroup2 rw\n";
	struct cgroup_folders f;
	assert_true(finds(part, "0::/docker/" CID "\n", &f));
	assert_string_equal(f.memory, "/mnt/cg/" CID);
	assert_false(finds(part, "0::/docker-other/" CID "\n", &f));
	/* one of the whole is taken, wherever it stands */
	char both[256];
	(void)snprintf(both, sizeof(both), "%s%s", part, pure);
	assert_true(finds(both, "0::/docker/" CID "\n", &f));
	assert_string_equal(f.memory, "/sys/fs/cgroup/docker/" CID);
}

static void numbers_of_a_stat_file(void **state)
{
	(void)state;
	struct str text = STR("anon 4096\nanon_thp 7\nshmem 12\nbad x\nnegative -3\n");
	assert_int_equal(cgroup_stat(text, "anon"), 4096);
	assert_int_equal(cgroup_stat(text, "shmem"), 12);
	assert_int_equal(cgroup_stat(text, "bad"), -1);
	assert_int_equal(cgroup_stat(text, "negative"), -1);
	assert_int_equal(cgroup_stat(text, "ano"), -1);
	assert_int_equal(cgroup_stat(STR_NONE, "anon"), -1);
}

static struct temp temp;

/* A folder that looks like a cgroup of version 2, and then one that is gone. */
static void figures_are_read_from_the_files_of_version_two(void **state)
{
	(void)state;
	struct cgroup_figures f = CGROUP_FIGURES_NONE;
	struct cgroup c = CGROUP_NONE;
	temp_make(&temp);
	temp_file(&temp, "memory.current", "5000\n");
	temp_file(&temp, "cpu.stat", "usage_usec 77\nuser_usec 70\n");
	temp_file(&temp, "memory.stat", "anon 1000\nfile 9\nshmem 24\n");
	temp_file(&temp, "memory.peak", "9000\n");
	temp_file(&temp, "memory.events", "low 0\noom 2\noom_kill 1\n");
	c.memory_v2 = c.cpu_v2 = c.has_peak = true;
	c.memory = open(temp_at(&temp, "memory.current"), O_RDONLY | O_CLOEXEC);
	c.cpu = open(temp_at(&temp, "cpu.stat"), O_RDONLY | O_CLOEXEC);
	c.folder = open(temp.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(cgroup_read(&c, &f));
	assert_int_equal(f.memory_bytes, 5000);
	assert_int_equal(f.peak_bytes, 5000);
	assert_int_equal(f.cpu_ns, 77000);
	cgroup_read_kinds(&c, &f);
	assert_int_equal(f.anon_bytes, 1024);
	assert_int_equal(f.peak_bytes, 9000);
	assert_int_equal(cgroup_oom_kills(&c), 1);
	assert_int_equal(cgroup_held(&c), 1024);
	temp_file(&temp, "memory.stat", "anon 1000\nshmem 24\nkernel_stack 16\npagetables 32\nslab 64\n");
	assert_int_equal(cgroup_held(&c), 1024 + 112);
	temp_file(&temp, "memory.stat", "anon 1000\nkernel 500\nkernel_stack 16\n");
	assert_int_equal(cgroup_held(&c), 1500);
	temp_file(&temp, "memory.stat", "file 1000\n");
	assert_int_equal(cgroup_held(&c), -1);
	assert_int_equal(cgroup_limit(&c), -1);
	temp_file(&temp, "memory.max", "134217728\n");
	assert_int_equal(cgroup_limit(&c), 128 << 20);
	temp_file(&temp, "memory.max", "max\n");
	assert_int_equal(cgroup_limit(&c), INT64_MAX);
	temp_file(&temp, "memory.current", "");
	temp_file(&temp, "cpu.stat", "");
	assert_false(cgroup_read(&c, &f));
	assert_int_equal(f.memory_bytes, 5000);
	cgroup_close(&c);
	assert_false(cgroup_read(&c, &f));
	temp_drop(&temp);
}

/* The totals hold what its own sub-groups have; a limit next to the largest number means none. */
static void what_it_holds_by_the_files_of_version_one(void **state)
{
	(void)state;
	struct cgroup c = CGROUP_NONE;
	temp_make(&temp);
	temp_file(&temp, "memory.stat", "rss 1\nshmem 2\ntotal_rss 4096\ntotal_shmem 8192\n");
	temp_file(&temp, "memory.limit_in_bytes", "9223372036854771712\n");
	c.folder = open(temp.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(cgroup_held(&c), 12288);
	temp_file(&temp, "memory.kmem.usage_in_bytes", "1000\n");
	assert_int_equal(cgroup_held(&c), 13288);
	assert_int_equal(cgroup_limit(&c), INT64_MAX);
	temp_file(&temp, "memory.limit_in_bytes", "4096\n");
	assert_int_equal(cgroup_limit(&c), 4096);
	cgroup_close(&c);
	temp_drop(&temp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(version_one_has_a_folder_for_each_controller),
	    cmocka_unit_test(version_two_under_systemd_and_below_its_folder),
	    cmocka_unit_test(without_the_id_in_its_path_it_is_somebody_elses),
	    cmocka_unit_test(an_id_too_short_is_nobodys),
	    cmocka_unit_test(a_mount_of_a_part_shows_what_lies_in_it),
	    cmocka_unit_test(numbers_of_a_stat_file),
	    cmocka_unit_test(figures_are_read_from_the_files_of_version_two),
	    cmocka_unit_test(what_it_holds_by_the_files_of_version_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
