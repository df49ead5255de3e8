/*
 * collect/child_fixture.h - for unit tests: shell scripts as children, in a folder of their own.
 *
 * CHILD_TEST(f) is f with what it needs before and behind it.
 */
#pragma once
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/temp_fixture.h"
#include "collect/proc.h"

#define RUN  "FETTLE_RUN=unit-test"
#define MARK "FETTLE_WORKER=7"

static char *const env[] = {(char *)"PATH=/usr/bin:/bin", (char *)RUN, (char *)MARK, NULL};
static struct temp temp;

static inline int make(void **state)
{
	(void)state;
	temp_make(&temp);
	proc_adopt_orphans();
	return 0;
}

/* What a test left behind is ended, too. */
static inline int drop(void **state)
{
	(void)state;
	(void)proc_tree_signal(0, RUN, MARK, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	temp_drop(&temp);
	return 0;
}

/* sh -c script, its standard output in *ret_fd. */
static inline pid_t start(const char *script, int *ret_fd)
{
	int ends[2];
	pid_t pid = 0;
	struct err e;
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL};
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct launch l = {.path = "/bin/sh",
			   .argv = argv,
			   .env = env,
			   .cwd = temp.dir,
			   .in = -1,
			   .out = ends[1],
			   .err = -1};
	assert_int_equal(proc_start(&l, &pid, &e), 0);
	(void)close(ends[1]);
	*ret_fd = ends[0];
	return pid;
}

/* All that it prints until all have closed it, without the last line end. */
static inline const char *rest_of(int fd)
{
	static struct buf b;
	buf_free(&b);
	assert_true(fd_read(fd, 1 << 20, &b));
	(void)close(fd);
	struct str s = str_trim(buf_view(&b));
	if (b.at)
		b.at[s.n] = 0;
	return b.at ? b.at : "";
}

/* Waits for a line: the child is as far as it says. */
static inline void wait_for_line(int fd)
{
	char c = 0;
	while (c != '\n')
		assert_int_equal(read(fd, &c, 1), 1);
}

/* Waits for the end of one child, which must be that one. */
static inline int ended(pid_t pid)
{
	int status = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

#define CHILD_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
