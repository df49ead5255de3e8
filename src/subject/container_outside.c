#include "subject/container_outside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "wire/bench.h"

/* A file in memory, so that nobody has to feed it; -1: there is no input, or no room for it. */
static int make_input(struct str input)
{
	if (!input.n)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("fettle", MFD_CLOEXEC);
	if (fd >= 0 && fd_write(fd, input.at, input.n) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

static int start(const struct container_outside *o, int in, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, normal;
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&how) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	(void)sigemptyset(&none);
	(void)sigfillset(&normal);
	(void)posix_spawnattr_setsigmask(&how, &none);
	(void)posix_spawnattr_setsigdefault(&how, &normal);
	(void)posix_spawnattr_setflags(&how,
				       POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int why = posix_spawn_file_actions_adddup2(&files, in, 0);
	if (!why)
		why = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	if (!why)
		why = posix_spawn_file_actions_adddup2(&files, 1, 2);
	if (!why)
		why = posix_spawn(ret, o->path, &files, &how, o->argv, o->env);
	(void)posix_spawnattr_destroy(&how);
	(void)posix_spawn_file_actions_destroy(&files);
	return why;
}

/* False when it had to be ended. */
static bool wait_until(pid_t pid, int64_t deadline_ns)
{
	auto_fd fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n = 1;
	while (fd >= 0) {
		int64_t left = (deadline_ns - clock_mono_ns()) / NS_PER_MS;
		n = poll(&p, 1, left > 0 ? (int)(left < INT32_MAX ? left : INT32_MAX) : 0);
		if (n >= 0 || errno != EINTR)
			break;
	}
	if (n == 0)
		(void)kill(-pid, SIGKILL);
	return n != 0;
}

int64_t container_outside_run(const struct container_outside *o, int64_t deadline_ns)
{
	pid_t pid;
	int status;
	auto_fd in = make_input(o->input);
	if (in < 0)
		return BENCH_NONE;
	int64_t begin = clock_mono_ns();
	if (start(o, in, &pid) != 0)
		return BENCH_NONE;
	bool good = wait_until(pid, deadline_ns);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return BENCH_NONE;
	int64_t ns = clock_mono_ns() - begin;
	return good && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ns : BENCH_NONE;
}
