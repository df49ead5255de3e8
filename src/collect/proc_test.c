#include "base/environment.h"
#include "collect/proc.h"

#include <errno.h>

#include "collect/child_fixture.h"

static void a_child_gets_what_it_is_given_and_nothing_else(void **state)
{
	(void)state;
	int fd;
	pid_t pid =
	    start("pwd; echo $FETTLE_WORKER; cat; echo $HOME; cut -d' ' -f6 /proc/$$/stat; echo $$", &fd);
	char want[TEMP_PATH * 2], real[4096];
	assert_non_null(realpath(temp.dir, real));
	(void)snprintf(want, sizeof(want), "%.500s\n7\n\n%d\n%d", real, (int)pid, (int)pid);
	assert_string_equal(rest_of(fd), want);
	assert_int_equal(ended(pid), 0);
}

static void signals_that_we_ignore_or_block_are_open_in_the_child(void **state)
{
	(void)state;
	int fd;
	sigset_t mask, before;
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &mask, &before);
	(void)signal(SIGPIPE, SIG_IGN);
	pid_t pid = start("grep -E '^Sig(Blk|Ign)' /proc/self/status", &fd);
	const char *said = rest_of(fd);
	assert_non_null(strstr(said, "SigBlk:\t0000000000000000"));
	const char *ignored = strstr(said, "SigIgn:\t");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + 8, NULL, 16) >> (SIGPIPE - 1) & 1, 0);
	assert_int_equal(ended(pid), 0);
	assert_int_equal(sigismember(&before, SIGTERM), 0);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static void a_program_that_cannot_be_run_is_an_error_here(void **state)
{
	(void)state;
	struct err e;
	pid_t pid = 0;
	char *argv[] = {(char *)"x", NULL};
	struct launch l = {
	    .path = "/no/such/program", .argv = argv, .env = env, .in = -1, .out = -1, .err = -1};
	assert_int_equal(proc_start(&l, &pid, &e), FAULT_SYSTEM);
	assert_string_equal(e.text, "cannot run it: '/no/such/program': No such file or directory");
	l.path = "/bin/true";
	l.cwd = "/no/such/folder";
	assert_int_equal(proc_start(&l, &pid, &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "working directory"));
	assert_int_equal(pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie of it */
	assert_int_equal(errno, ECHILD);
}

static void a_script_without_its_first_line_is_run_by_sh(void **state)
{
	(void)state;
	int ends[2];
	struct err e;
	pid_t pid = 0;
	char *argv[] = {(char *)"script", (char *)"a b", (char *)"c", NULL};
	assert_int_equal(chmod(temp_file(&temp, "script", "echo \"$1|$2\"\n"), 0700), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct launch l = {.path = temp.path, .argv = argv, .env = env, .in = -1, .out = ends[1], .err = -1};
	assert_int_equal(proc_start(&l, &pid, &e), 0);
	(void)close(ends[1]);
	assert_string_equal(rest_of(ends[0]), "a b|c");
	assert_int_equal(ended(pid), 0);
}

static void a_child_that_ignores_the_kind_signal_is_ended_by_the_other(void **state)
{
	(void)state;
	int fd;
	pid_t pid = start("trap '' TERM; echo up; while :; do sleep 60; done", &fd);
	wait_for_line(fd);
	assert_true(proc_tree_signal(pid, RUN, MARK, SIGTERM) >= 1);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_true(proc_tree_signal(pid, RUN, MARK, SIGKILL) >= 1);
	assert_int_equal(WTERMSIG(ended(pid)), SIGKILL);
	(void)close(fd);
}

static bool holds(const struct buf *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->n; i += sizeof(pid))
		if (memcmp(pids->at + i, &pid, sizeof(pid)) == 0)
			return true;
	return false;
}

/* A daemon: forked twice, a session of its own, its parent gone, its output closed. */
static void a_child_that_forks_twice_is_found_by_its_mark(void **state)
{
	(void)state;
	int fd;
	struct buf pids = {0};
	pid_t pid = start("(setsid sh -c 'echo $$; exec >/dev/null 2>&1; sleep 60' & )", &fd);
	pid_t far = (pid_t)strtol(rest_of(fd), NULL, 10);
	assert_true(far > 0);
	assert_int_equal(ended(pid), 0);
	assert_int_equal(proc_tree(&pids, 0, RUN, "FETTLE_WORKER=8"), 0);
	assert_int_equal(proc_tree(&pids, 0, "FETTLE_RUN=other", MARK), 0);
	assert_true(proc_tree(&pids, 0, RUN, MARK) >= 1);
	assert_true(holds(&pids, far));
	assert_true(proc_tree_signal(pid, RUN, MARK, SIGKILL) >= 1);
	assert_int_equal(WTERMSIG(ended(far)), SIGKILL);
	buf_free(&pids);
}

static void grandchildren_with_a_session_of_their_own_are_in_the_tree(void **state)
{
	(void)state;
	int fd;
	struct buf pids = {0};
	pid_t pid = start("setsid --wait sh -c 'echo up; sleep 60 & wait'", &fd);
	wait_for_line(fd);
	assert_true(proc_tree(&pids, pid, "FETTLE_RUN=other", "none") >= 2);
	assert_true(holds(&pids, pid));
	assert_false(holds(&pids, getpid()));
	assert_true(proc_tree_signal(pid, RUN, MARK, SIGKILL) >= 2);
	assert_int_equal(WTERMSIG(ended(pid)), SIGKILL);
	(void)close(fd);
	buf_free(&pids);
}

static void a_child_that_closes_its_pipes_still_lives(void **state)
{
	(void)state;
	int fd, status;
	struct rusage usage;
	pid_t pid = start("exec >&- 2>&-; sleep 60", &fd);
	assert_string_equal(rest_of(fd), "");
	assert_int_equal(proc_reap(&status, &usage), 0);
	assert_true(proc_tree_signal(pid, RUN, MARK, SIGKILL) >= 1);
	assert_int_equal(WTERMSIG(ended(pid)), SIGKILL);
}

static void the_dead_are_in_no_tree(void **state)
{
	(void)state;
	int fd;
	struct buf pids = {0};
	pid_t pid = start("exit 3", &fd);
	assert_string_equal(rest_of(fd), "");
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(proc_tree(&pids, pid, RUN, MARK), 0);
	assert_int_equal(WEXITSTATUS(ended(pid)), 3);
	buf_free(&pids);
}

static void which_signals_a_process_catches_is_seen(void **state)
{
	(void)state;
	int fd;
	char name[17];
	pid_t pid = start(
	    "trap 'echo caught; exit 5' USR2; echo up; read x </dev/tty; while :; do sleep 0.01; done", &fd);
	wait_for_line(fd);
	assert_true(proc_catches(pid, SIGUSR2));
	assert_false(proc_catches(pid, SIGTERM));
	assert_false(proc_catches(0, SIGUSR2));
	proc_name(pid, name);
	assert_string_equal(name, "sh");
	proc_name(-1, name);
	assert_string_equal(name, "?");
	assert_int_equal(kill(pid, SIGUSR2), 0);
	assert_string_equal(rest_of(fd), "caught");
	assert_int_equal(WEXITSTATUS(ended(pid)), 5);
}

static void programs_are_found_where_path_says(void **state)
{
	(void)state;
	struct arena a = {0};
	char path[TEMP_PATH * 2];
	assert_int_equal(chmod(temp_file(&temp, "bin/tool", "x"), 0700), 0);
	(void)temp_file(&temp, "first/tool", "not a program");
	(void)snprintf(path, sizeof(path), "PATH=%s/first:%s/bin:/usr/bin:/bin", temp.dir, temp.dir);
	char *const paths[] = {(char *)"XPATH=/none", path, NULL};
	const char *found = proc_find(&a, "tool", paths, NULL);
	assert_non_null(found);
	assert_string_equal(found, temp_at(&temp, "bin/tool"));
	assert_null(proc_find(&a, "bin", paths, temp.dir));
	assert_null(proc_find(&a, "no-such-tool", paths, NULL));
	assert_string_equal(proc_find(&a, "bin/tool", paths, temp.dir), temp.path);
	assert_null(proc_find(&a, "./bin", paths, temp.dir)); /* a folder */
	char *const none[] = {NULL};
	assert_non_null(proc_find(&a, "sh", none, NULL));
	arena_free(&a);
}

static void variables_are_replaced_added_and_removed(void **state)
{
	(void)state;
	struct arena a = {0};
	char *const base[] = {(char *)"A=1", (char *)"AB=2", (char *)"B=3", (char *)"C=", NULL};
	char *extra[] = {(char *)"A=9", (char *)"B", (char *)"D=x=y"};
	char **all = environment_with(&a, base, extra, 3);
	assert_string_equal(environment_get(all, "A"), "9");
	assert_string_equal(environment_get(all, "AB"), "2");
	assert_null(environment_get(all, "B"));
	assert_string_equal(environment_get(all, "C"), "");
	assert_string_equal(environment_get(all, "D"), "x=y");
	size_t n = 0;
	while (all[n])
		n++;
	assert_int_equal(n, 4);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CHILD_TEST(a_child_gets_what_it_is_given_and_nothing_else),
	    CHILD_TEST(signals_that_we_ignore_or_block_are_open_in_the_child),
	    CHILD_TEST(a_program_that_cannot_be_run_is_an_error_here),
	    CHILD_TEST(a_script_without_its_first_line_is_run_by_sh),
	    CHILD_TEST(a_child_that_ignores_the_kind_signal_is_ended_by_the_other),
	    CHILD_TEST(a_child_that_forks_twice_is_found_by_its_mark),
	    CHILD_TEST(grandchildren_with_a_session_of_their_own_are_in_the_tree),
	    CHILD_TEST(a_child_that_closes_its_pipes_still_lives),
	    CHILD_TEST(the_dead_are_in_no_tree),
	    CHILD_TEST(which_signals_a_process_catches_is_seen),
	    CHILD_TEST(programs_are_found_where_path_says),
	    CHILD_TEST(variables_are_replaced_added_and_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
