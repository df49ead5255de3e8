#include "subject/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "bench/stop.h"
#include "collect/proc.h"

enum {
	LOOK_MS = 20, /* whether it has ended while its output is still open */
	GRACE_NS = 1000000000,
	LEFT_OPEN_NS = 200000000, /* its children may hold its output after it has ended */
};

struct child {
	pid_t pid;
	int out;
	bool ended, told; /* told: TERM was sent */
	int64_t begin_ns, heard_ns, kill_ns, ended_ns;
};

/* What there is now; false once the other end is closed. */
static bool take(int fd, struct buf *ret, struct gather_end *end)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(ret, 64 * 1024), 64 * 1024);
		if (n > 0)
			ret->n += (size_t)n;
		if (ret->n > GATHER_MOST) {
			end->too_much = true;
			return false;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
	}
}

static void look(struct child *c, struct gather_end *end)
{
	if (c->ended || waitpid(c->pid, &end->status, WNOHANG) != c->pid)
		return;
	c->ended = true;
	c->ended_ns = clock_mono_ns();
}

static void stop(struct child *c, struct gather_end *end)
{
	(void)kill(-c->pid, SIGKILL);
	while (!c->ended && waitpid(c->pid, &end->status, 0) < 0 && errno == EINTR)
		;
	c->ended = true;
}

/* Whether there is anything to wait for. */
static bool goes_on(const struct gather *g, struct child *c, struct gather_end *end)
{
	int64_t now = clock_mono_ns();
	look(c, end);
	if (c->ended)
		return now - c->ended_ns < LEFT_OPEN_NS;
	if (!c->told && (now - c->heard_ns >= g->timeout_ns || now - c->begin_ns >= g->limit_ns)) {
		end->timed_out = c->told = true;
		c->kill_ns = now + GRACE_NS;
		(void)kill(-c->pid, SIGTERM);
	}
	return !c->told || now < c->kill_ns;
}

static int follow(const struct gather *g, struct child *c, struct buf *ret, struct gather_end *end,
		  struct err *e)
{
	bool open = true;
	c->begin_ns = c->heard_ns = clock_mono_ns();
	while (!stop_asked() && !end->too_much && goes_on(g, c, end)) {
		struct pollfd p = {.fd = open ? c->out : -1, .events = POLLIN};
		if (c->ended && !open)
			return 0;
		if (poll(&p, 1, LOOK_MS) > 0) {
			open = take(c->out, ret, end);
			c->heard_ns = clock_mono_ns();
		}
	}
	if (!stop_asked())
		return 0;
	errno = EINTR;
	return err_sys(e, "stopped");
}

int gather(const struct gather *g, struct buf *ret, struct gather_end *end, struct err *e)
{
	struct arena scratch = {0};
	struct child c = {0};
	int ends[2];
	*end = (struct gather_end){0};
	const char *path = proc_find(&scratch, g->argv[0], g->env, g->cwd);
	if (!path) {
		errno = ENOENT;
		(void)err_sys(e, "cannot run '%s'", g->argv[0]);
		arena_free(&scratch);
		return e->fault;
	}
	if (pipe2(ends, O_CLOEXEC) < 0) {
		arena_free(&scratch);
		return err_sys(e, "cannot make a pipe");
	}
	auto_fd out = ends[0], in = ends[1];
	(void)fcntl(out, F_SETFL, O_NONBLOCK);
	c.out = out;
	const struct launch l = {
	    .path = path, .argv = g->argv, .env = g->env, .cwd = g->cwd, .in = g->in, .out = in, .err = -1};
	int rc = proc_start(&l, &c.pid, e);
	arena_free(&scratch);
	if (rc < 0)
		return rc;
	fd_close(&in);
	in = -1;
	rc = follow(g, &c, ret, end, e);
	stop(&c, end);
	return rc;
}

struct str gather_told(struct arena *a, const struct gather *g, const struct gather_end *end)
{
	if (end->too_much)
		return str_of(arena_printf(a, "printed more than %d MiB", GATHER_MOST / (1024 * 1024)));
	if (end->timed_out)
		return str_of(
		    arena_printf(a, "took longer than %.3g s", (double)g->timeout_ns / (double)NS_PER_S));
	if (WIFSIGNALED(end->status))
		return str_of(arena_printf(a, "signal %d (%s)", WTERMSIG(end->status),
					   strsignal(WTERMSIG(end->status))));
	if (WEXITSTATUS(end->status) != 0)
		return str_of(arena_printf(a, "exit code %d", WEXITSTATUS(end->status)));
	return STR_NONE;
}

const char *gather_path(struct arena *a, const struct bench_item *item, const char *path)
{
	if (!item->dir || path[0] == '/')
		return path;
	return arena_printf(a, "%s/%s", item->dir, path);
}
