#include "collect/hang.h"

#include "base/mem.h"
#include "collect/child_fixture.h"

/* A process that dumps by itself is asked; nothing else is done to it. */
static void a_process_with_a_dump_of_its_own_is_asked_for_it(void **state)
{
	(void)state;
	int fd;
	struct arena a = {0};
	char script[256];
	(void)snprintf(script, sizeof(script),
		       "trap 'echo my stack >dump; exit 0' %d; echo up; while :; do sleep 0.01; done",
		       hang_signal());
	pid_t pid = start(script, &fd);
	wait_for_line(fd);
	assert_int_equal(hang_ask(&a, &pid, 1, temp_at(&temp, "dump"), env), 0);
	assert_int_equal(ended(pid), 0);
	assert_true(str_is(hang_read(&a, temp.path), "my stack\n"));
	(void)close(fd);
	arena_free(&a);
}

/* eu-stack or gdb, where there is one: a stand-in shows how it is called. */
static void a_process_without_one_is_looked_at_by_a_debugger(void **state)
{
	(void)state;
	int fd;
	struct arena a = {0};
	char path[TEMP_PATH * 2];
	assert_int_equal(chmod(temp_file(&temp, "bin/eu-stack", "echo \"stack of $4\"\n"), 0700), 0);
	(void)snprintf(path, sizeof(path), "PATH=%s/bin:/usr/bin:/bin", temp.dir);
	char *const paths[] = {path, NULL}, *const nothing[] = {(char *)"PATH=/no/such/folder", NULL};
	pid_t pid = start("echo up; exec sleep 60", &fd);
	wait_for_line(fd);
	assert_int_equal(hang_ask(&a, &pid, 1, temp_at(&temp, "dump"), nothing), 0);
	assert_int_equal(hang_read(&a, temp.path).n, 0);
	pid_t debugger = hang_ask(&a, &pid, 1, temp.path, paths);
	assert_true(debugger > 0);
	assert_int_equal(ended(debugger), 0);
	struct str said = hang_read(&a, temp.path);
	char want[64];
	(void)snprintf(want, sizeof(want), "stack of %d\n", (int)pid);
	assert_true(str_has(said, str_of(want)));
	assert_true(str_starts(said, "--- process "));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); /* it hangs on */
	(void)close(fd);
	arena_free(&a);
}

static void a_long_dump_is_cut(void **state)
{
	(void)state;
	struct arena a = {0};
	char *big = mem_alloc(HANG_BYTES + 2);
	memset(big, 's', HANG_BYTES + 1);
	big[HANG_BYTES + 1] = 0;
	assert_int_equal(hang_read(&a, temp_file(&temp, "dump", big)).n, HANG_BYTES);
	assert_int_equal(hang_read(&a, "/no/such/file").n, 0);
	mem_free(big);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CHILD_TEST(a_process_with_a_dump_of_its_own_is_asked_for_it),
	    CHILD_TEST(a_process_without_one_is_looked_at_by_a_debugger),
	    CHILD_TEST(a_long_dump_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
