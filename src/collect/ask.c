#include "collect/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "collect/proc.h"

enum { PIECE = 1 << 16 };

/* Takes what there is; false at the end. */
static bool take(int fd, struct buf *to)
{
	ssize_t n = read(fd, buf_room(to, PIECE), PIECE);
	if (n > 0)
		to->n += (size_t)n;
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Both streams to their ends, so that neither holds the other up. */
static void listen_to(int out, int err, struct buf *said, struct buf *complained)
{
	struct pollfd fds[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !take(fds[i].fd, i == 0 ? said : complained))
				fds[i].fd = -1;
	}
}

static int ended(pid_t pid, const char *program, struct str complaint, struct err *e)
{
	int status;
	struct str line = STR_NONE;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for '%s'", program);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	(void)str_next(&complaint, '\n', &line);
	if (!line.n)
		line = STR("it ended badly");
	errno = 0;
	return err_sys(e, "'%s': %.*s", program, STR_ARG(str_cut(line, 0, 200)));
}

static int start(const char *path, const char *const *argv, const char *cwd, char *const *env,
		 struct buf *ret, struct err *e)
{
	int out[2], err[2];
	pid_t pid;
	struct buf complained = {0};
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	auto_fd out_read = out[0], out_write = out[1];
	if (pipe2(err, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	auto_fd err_read = err[0], err_write = err[1];
	struct launch l = {.path = path,
			   .argv = (char *const *)(uintptr_t)argv,
			   .env = env,
			   .cwd = cwd,
			   .in = -1,
			   .out = out_write,
			   .err = err_write};
	if (proc_start(&l, &pid, e) < 0)
		return e->fault;
	fd_close(&out_write);
	fd_close(&err_write);
	out_write = err_write = -1;
	listen_to(out_read, err_read, ret, &complained);
	int fault = ended(pid, argv[0], buf_view(&complained), e);
	buf_free(&complained);
	return fault;
}

int ask(const char *const *argv, const char *cwd, char *const *env, struct buf *ret, struct err *e)
{
	struct arena a = {0};
	int fault;
	const char *path = proc_find(&a, argv[0], env, NULL);
	if (path) {
		fault = start(path, argv, cwd, env, ret, e);
	} else {
		errno = ENOENT;
		fault = err_sys(e, "cannot run '%s'", argv[0]);
	}
	arena_free(&a);
	return fault;
}
