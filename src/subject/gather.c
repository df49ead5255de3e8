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
	LAST_READS = 64, /* a pipe full; who got away may go on writing */
	LOOK_MS = 20,    /* whether it has ended while its output is still open */
	GRACE_NS = 1000000000,
	LEFT_OPEN_NS = 200000000, /* its children may hold its output after it has ended */
	LINE = 160,               /* bytes of what it said last that are told */
};

struct child {
	pid_t pid;
	int out, err;
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

/* The end of its standard error is kept; false when there is no more for now. */
static bool take_said(int fd, struct gather_end *end)
{
	char bytes[GATHER_SAID];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	size_t keep = end->n_said + (size_t)n > GATHER_SAID ? GATHER_SAID - (size_t)n : end->n_said;
	memmove(end->said, end->said + end->n_said - keep, keep);
	memcpy(end->said + keep, bytes, (size_t)n);
	end->n_said = keep + (size_t)n;
	return true;
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
	bool open = true, talks = g->hears;
	c->begin_ns = c->heard_ns = clock_mono_ns();
	while (!stop_asked() && !end->too_much && goes_on(g, c, end)) {
		struct pollfd p[] = {{.fd = open ? c->out : -1, .events = POLLIN},
				     {.fd = talks ? c->err : -1, .events = POLLIN}};
		if (c->ended && !open)
			return 0;
		if (poll(p, 2, LOOK_MS) <= 0)
			continue;
		if (p[1].revents)
			talks = take_said(c->err, end);
		if (p[0].revents) {
			open = take(c->out, ret, end);
			c->heard_ns = clock_mono_ns();
		}
	}
	if (!stop_asked())
		return 0;
	errno = EINTR;
	return err_sys(e, "stopped");
}

static int open_pipe(int ends[2], struct err *e)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static void close_end(int *fd)
{
	fd_close(fd);
	*fd = -1;
}

static void close_pipe(int ends[2])
{
	close_end(&ends[0]);
	close_end(&ends[1]);
}

int gather(const struct gather *g, struct buf *ret, struct gather_end *end, struct err *e)
{
	struct arena scratch = {0};
	struct child c = {0};
	*end = (struct gather_end){0};
	const char *path = proc_find(&scratch, g->argv[0], g->env, g->cwd);
	if (!path) {
		errno = ENOENT;
		(void)err_sys(e, "cannot run '%s'", g->argv[0]);
		arena_free(&scratch);
		return e->fault;
	}
	int outs[2] = {-1, -1}, errs[2] = {-1, -1};
	if (open_pipe(outs, e) < 0 || (g->hears && open_pipe(errs, e) < 0)) {
		close_pipe(outs);
		arena_free(&scratch);
		return e->fault;
	}
	c.out = outs[0];
	c.err = errs[0];
	const struct launch l = {.path = path,
				 .argv = g->argv,
				 .env = g->env,
				 .cwd = g->cwd,
				 .in = g->in,
				 .out = outs[1],
				 .err = errs[1]};
	int rc = proc_start(&l, &c.pid, e);
	arena_free(&scratch);
	close_end(&outs[1]);
	close_end(&errs[1]);
	if (rc == 0) {
		rc = follow(g, &c, ret, end, e);
		stop(&c, end);
		for (int i = 0; i < LAST_READS && take_said(c.err, end); i++)
			;
	}
	close_pipe(outs);
	close_pipe(errs);
	return rc;
}

/* ": what it said last", or nothing. */
static const char *last_words(struct arena *a, const struct gather_end *end)
{
	struct str said = str_trim((struct str){end->said, end->n_said});
	size_t line = str_find_last(said, '\n');
	said = str_clip_utf8(line < said.n ? str_cut(said, line + 1, said.n) : said, LINE);
	return said.n ? arena_printf(a, ": %.*s", STR_ARG(said)) : "";
}

struct str gather_told(struct arena *a, const struct gather *g, const struct gather_end *end)
{
	if (end->too_much)
		return str_of(arena_printf(a, "printed more than %d MiB", GATHER_MOST / (1024 * 1024)));
	if (end->timed_out)
		return str_of(
		    arena_printf(a, "took longer than %.3g s", (double)g->timeout_ns / (double)NS_PER_S));
	if (WIFSIGNALED(end->status))
		return str_of(arena_printf(a, "signal %d (%s)%s", WTERMSIG(end->status),
					   strsignal(WTERMSIG(end->status)), last_words(a, end)));
	if (WEXITSTATUS(end->status) != 0)
		return str_of(
		    arena_printf(a, "exit code %d%s", WEXITSTATUS(end->status), last_words(a, end)));
	return STR_NONE;
}

const char *gather_path(struct arena *a, const struct bench_item *item, const char *path)
{
	if (!item->dir || path[0] == '/')
		return path;
	return arena_printf(a, "%s/%s", item->dir, path);
}
