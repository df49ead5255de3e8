#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"

enum { MANY = 3 * 1024 * 1024 };

/* A child that writes n bytes into fd and ends; fd and unused are closed here. */
static pid_t writer(int fd, int unused, size_t n)
{
	pid_t pid = fork();
	if (pid == 0) {
		char *bytes = mem_alloc(n);
		memset(bytes, 'w', n);
		(void)close(unused);
		_exit(fd_write(fd, bytes, n) ? 0 : 1);
	}
	(void)close(fd);
	return pid;
}

static void what_a_full_pipe_cannot_take_at_once_is_written_in_the_end(void **state)
{
	(void)state;
	int ends[2], status;
	struct buf b = {0};
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	/* both ends non-blocking: writer and reader wait for each other */
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	pid_t pid = writer(ends[1], ends[0], MANY);
	assert_true(fd_read(ends[0], SIZE_MAX, &b));
	assert_int_equal(b.n, MANY);
	assert_int_equal(b.at[MANY - 1], 'w');
	assert_int_equal(b.at[MANY], 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	buf_free(&b);
	(void)close(ends[0]);
}

static void no_more_is_read_than_was_asked_for(void **state)
{
	(void)state;
	int ends[2];
	struct buf b = {0};
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(fd_write(ends[1], "abcdef", 6));
	buf_text(&b, "-");
	assert_true(fd_read(ends[0], 4, &b));
	assert_string_equal(b.at, "-abcd");
	assert_true(fd_read(ends[0], 0, &b));
	assert_int_equal(b.n, 5);
	(void)close(ends[1]);
	assert_true(fd_read(ends[0], 100, &b));
	assert_string_equal(b.at, "-abcdef");
	(void)close(ends[0]);
	buf_free(&b);
}

static void a_reader_that_has_gone_is_an_error(void **state)
{
	(void)state;
	int ends[2];
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	(void)close(ends[0]);
	assert_false(fd_write(ends[1], "a", 1));
	assert_int_equal(errno, EPIPE);
	assert_true(fd_write(ends[1], NULL, 0));
	(void)close(ends[1]);
}

static void a_closed_descriptor_is_no_descriptor(void **state)
{
	(void)state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), old = fd;
	assert_true(fd >= 0);
	fd_close(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(fcntl(old, F_GETFD), -1);
	fd_close(&fd);
	assert_int_equal(fd, -1);
}

static void a_file_that_cannot_be_read_says_why(void **state)
{
	(void)state;
	struct buf b = {0};
	assert_false(file_read("/no/such/file", 10, &b));
	assert_int_equal(errno, ENOENT);
	assert_false(file_read("/", 10, &b));
	assert_int_equal(errno, EISDIR);
	assert_int_equal(b.n, 0);
	assert_true(file_read("/proc/self/comm", 3, &b)); /* its size is said to be 0 */
	assert_int_equal(b.n, 3);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_full_pipe_cannot_take_at_once_is_written_in_the_end),
	    cmocka_unit_test(no_more_is_read_than_was_asked_for),
	    cmocka_unit_test(a_reader_that_has_gone_is_an_error),
	    cmocka_unit_test(a_closed_descriptor_is_no_descriptor),
	    cmocka_unit_test(a_file_that_cannot_be_read_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
