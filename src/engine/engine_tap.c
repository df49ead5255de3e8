#include "engine/engine_tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"

enum { BACKLOG = 128, END_WAIT_MS = 3000, FIRST_FD = 3 };

static int listen_at(const char *path, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return err_sys(e, "cannot make socket '%s'", path);
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	mode_t before = umask(0177);
	int rc = bind(fd, (struct sockaddr *)&at, sizeof(at));
	(void)umask(before);
	if (rc == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	(void)err_sys(e, "cannot make socket '%s'", path);
	(void)close(fd);
	return e->fault;
}

/* Descriptors of the run are none of the child's business, its output least of all: somebody may wait for its
 * end. */
static int keep_only(int *fds, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) { /* out of the way */
		int high = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_FD + (int)n);
		if (high < 0)
			return -1;
		fds[i] = high;
	}
	for (uint32_t i = 0; i < n; i++)
		if (dup2(fds[i], FIRST_FD + (int)i) < 0)
			return -1;
	for (uint32_t i = 0; i < n; i++)
		fds[i] = FIRST_FD + (int)i;
	(void)syscall(SYS_close_range, FIRST_FD + n, ~0U, 0);
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < FIRST_FD && nothing >= 0; fd++)
		(void)dup2(nothing, fd);
	return 0;
}

static void become_tap(void)
{
	static const int passed_by[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGTSTP, SIGUSR1, SIGUSR2};
	struct rlimit files;
	sigset_t none;
	for (unsigned i = 0; i < sizeof(passed_by) / sizeof(*passed_by); i++)
		(void)signal(passed_by[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "fettle-tap");
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (chdir("/") < 0) {
		/* it only keeps a file system busy */
	}
}

/* fds: the listeners, the control pipe's end, the spool. */
static _Noreturn void child(const struct engine_tap *t, int *fds, uint32_t n_sockets)
{
	become_tap();
	if (keep_only(fds, n_sockets + 2) < 0)
		_exit(1);
	struct tap_loop l = {.o = &t->o,
			     .listeners = fds,
			     .sockets = t->sockets,
			     .control = fds[n_sockets],
			     .spool = fds[n_sockets + 1]};
	tap_loop_run(&l);
	_exit(0);
}

static void drop_sockets(struct engine_tap *t, int *fds, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			(void)unlink(t->sockets[i]);
		fd_close(&fds[i]);
	}
}

static int fork_tap(struct engine_tap *t, int *fds, uint32_t n, struct err *e)
{
	int ends[2];
	sigset_t all, before;
	fds[n + 1] = open(t->spool_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fds[n + 1] < 0)
		return err_sys(e, "cannot make '%s'", t->spool_path);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(e, "cannot make a socket");
	fds[n] = ends[0];
	t->control = ends[1];
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	t->pid = fork();
	if (t->pid == 0)
		child(t, fds, n);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (t->pid > 0)
		return 0;
	t->pid = 0;
	(void)err_sys(e, "cannot start the tap of the container engine");
	fd_close(&t->control);
	return e->fault;
}

int tap_start(struct arena *a, const struct tap_options *o, struct engine_tap *ret, struct err *e)
{
	uint32_t n = o->workers + 1;
	int *fds = arena_array(a, int, n + 2), rc = 0;
	*ret = (struct engine_tap){.o = *o, .control = -1};
	ret->sockets = arena_array(a, const char *, n);
	ret->spool_path = arena_printf(a, "%s/tap", o->work_dir);
	for (uint32_t i = 0; i < n + 2; i++)
		fds[i] = -1;
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		ret->sockets[i] = arena_printf(a, "%s/c%u", o->work_dir, i);
		fds[i] = listen_at(ret->sockets[i], e);
		rc = fds[i] < 0 ? e->fault : 0;
	}
	if (rc == 0)
		rc = fork_tap(ret, fds, n, e);
	if (rc < 0)
		drop_sockets(ret, fds, n);
	for (uint32_t i = 0; i < n + 2; i++)
		fd_close(&fds[i]);
	return rc;
}

size_t tap_env(struct arena *a, const struct engine_tap *t, char *const *env, uint32_t worker, char **ret_env)
{
	const struct engine *engine = &t->o.engine;
	size_t n = 0;
	if (engine->for_docker) {
		ret_env[n++] = arena_printf(a, "DOCKER_HOST=unix://%s", t->sockets[worker]);
		if (!environment_get(env, "TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE"))
			ret_env[n++] =
			    arena_printf(a, "TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE=%s", engine->socket);
	}
	if (engine->for_podman)
		ret_env[n++] = arena_printf(a, "CONTAINER_HOST=unix://%s", t->sockets[worker]);
	return n;
}

void tap_link(const char *const *sockets, uint32_t n, const char *engine_socket)
{
	for (uint32_t i = 0; i < n; i++) {
		char link[256];
		/* in one step: there is no moment at which nothing is there */
		int length = snprintf(link, sizeof(link), "%s.new", sockets[i]);
		if (length < 0 || (size_t)length >= sizeof(link))
			continue;
		(void)unlink(link);
		if (symlink(engine_socket, link) == 0 && rename(link, sockets[i]) < 0)
			(void)unlink(link);
	}
}

void tap_gone(struct engine_tap *t)
{
	t->pid = 0;
	t->broken = true;
	fd_close(&t->control);
	tap_link(t->sockets, t->o.workers + 1, t->o.engine.socket);
}

void tap_end(struct engine_tap *t)
{
	int64_t until = clock_mono_ns() + END_WAIT_MS * NS_PER_MS;
	if (!t->pid)
		return;
	(void)send(t->control, "E", 1, MSG_NOSIGNAL);
	int pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};
	for (;;) {
		int left_ms = (int)((until - clock_mono_ns()) / NS_PER_MS);
		if (waitpid(t->pid, NULL, WNOHANG) != 0)
			break;
		if (left_ms <= 0) {
			(void)kill(t->pid, SIGKILL);
			(void)waitpid(t->pid, NULL, 0);
			break;
		}
		(void)poll(&wait, 1, pidfd >= 0 ? left_ms : 10);
	}
	fd_close(&pidfd);
	fd_close(&t->control);
	t->pid = 0;
}
