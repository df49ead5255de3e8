#include "subject/mcp_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "bench/stop.h"
#include "collect/proc.h"

enum { LATE = 16, LOG_BYTES = 4096, READ_BYTES = 64 * 1024, OWED_MOST = 1 << 20 };
#define GRACE_NS (2 * NS_PER_S)

/* One for each worker. Its requests have the ids worker + n, worker + 2n, ... of n workers. */
struct slot {
	struct mcp_call *call; /* NULL: nobody waits */
	int64_t id;            /* of the last request; 0: there was none */
	atomic_bool done;
	bool good, twice;
	int64_t late[LATE];           /* ids that were given up, whose answers may still come */
	uint32_t n_late;              /* so many were given up */
	sem_t turn;                   /* something is to be looked at: it is done, or nobody reads */
	struct slot *before, *behind; /* of those that wait */
};

struct mcp_pipe {
	struct mcp_link link;
	pid_t pid;
	int pidfd, in, out, err, wake;
	uint32_t n_slots;
	struct slot *slots;

	pthread_mutex_t lock; /* of all up to the next lock */
	struct slot *waiting;
	uint32_t n_waiting;
	uint64_t n_entered;        /* calls so far */
	const struct slot *reader; /* NULL: nobody reads */
	bool dead;
	uint32_t n_strays; /* messages that answer nobody, so that somebody is not answered */
	char stray[SUBJECT_WHY], death[SUBJECT_WHY];

	pthread_mutex_t out_lock;
	struct buf unsent;
	size_t n_gone; /* bytes of it that have gone out */
	size_t owed;   /* bytes of answers of ours in it */
	bool shut;     /* the server has closed its end */

	/* of whoever reads */
	struct buf line;
	size_t seen; /* bytes of the line that hold no line end */
	int64_t now_ns;
	struct arena scratch;
	char log[LOG_BYTES];
	size_t log_n;
};

static void wait_add(struct mcp_pipe *p, struct slot *s)
{
	s->before = NULL;
	s->behind = p->waiting;
	if (p->waiting)
		p->waiting->before = s;
	p->waiting = s;
	p->n_waiting++;
}

static void wait_drop(struct mcp_pipe *p, struct slot *s)
{
	*(s->before ? &s->before->behind : &p->waiting) = s->behind;
	if (s->behind)
		s->behind->before = s->before;
	p->n_waiting--;
}

/* Its worker goes on. With the lock held. */
static void settle(struct mcp_pipe *p, struct slot *s, bool good)
{
	wait_drop(p, s);
	s->good = good;
	s->call = NULL;
	atomic_store_explicit(&s->done, true, memory_order_release);
	if (s != p->reader)
		(void)sem_post(&s->turn);
}

static void give_up(struct mcp_pipe *p, struct slot *s, const char *why)
{
	s->late[s->n_late++ % LATE] = s->id;
	(void)mcp_call_fails(s->call, "%s", why);
	settle(p, s, false);
}

/* As soon as there are as many strays as there are workers that wait, those are the ones without an answer.
 */
static void settle_strays(struct mcp_pipe *p)
{
	if (p->n_waiting > p->n_strays)
		return;
	while (p->waiting && p->n_strays) {
		p->n_strays--;
		give_up(p, p->waiting, p->stray);
	}
}

static void put_stray(struct mcp_pipe *p, const char *what, struct str said)
{
	struct buf b = {0};
	mcp_put_said(&b, said, 80);
	(void)pthread_mutex_lock(&p->lock);
	(void)snprintf(p->stray, sizeof(p->stray), "%s: %.*s", what, STR_ARG(buf_view(&b)));
	p->n_strays += p->n_strays < p->n_slots;
	settle_strays(p);
	(void)pthread_mutex_unlock(&p->lock);
	buf_free(&b);
}

static bool was_given_up(struct slot *s, int64_t id)
{
	uint32_t n = s->n_late < LATE ? s->n_late : LATE;
	for (uint32_t i = 0; i < n; i++)
		if (s->late[i] == id) {
			s->late[i] = 0;
			return true;
		}
	return s->n_late > LATE;
}

/* False when no such request was made. With the lock held. */
static bool hand_over(struct mcp_pipe *p, const struct mcp_message *m, struct str raw)
{
	struct slot *s = m->id >= p->n_slots ? &p->slots[m->id % p->n_slots] : NULL;
	if (!s || m->id > s->id)
		return false;
	if (s->call && s->id == m->id) {
		s->call->read_ns = p->now_ns;
		mcp_call_take(s->call, m, raw);
		settle(p, s, true);
	} else if (!was_given_up(s, m->id)) {
		s->twice = true;
	}
	return true;
}

static void take_answer(struct mcp_pipe *p, const struct mcp_message *m, struct str raw)
{
	bool known = false;
	(void)pthread_mutex_lock(&p->lock);
	if (m->numbered)
		known = hand_over(p, m, raw);
	if (p->n_strays)
		settle_strays(p);
	(void)pthread_mutex_unlock(&p->lock);
	if (!known && !m->id_raw.n && m->failed)
		put_stray(p, "the server answered with an error that names no request", m->error);
	else if (!known && !m->id_raw.n)
		put_stray(p, "the server sent an answer that names no request", raw);
	else if (!known)
		put_stray(p, "the server answered a request that nobody made, with the id", m->id_raw);
}

/* Returns how much of it the pipe took. With out_lock held. */
static size_t push(struct mcp_pipe *p, struct str text)
{
	size_t sent = 0;
	while (sent < text.n && !p->shut) {
		ssize_t n = write(p->in, text.at + sent, text.n - sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		p->shut = n <= 0;
		sent += n > 0 ? (size_t)n : 0;
	}
	return sent;
}

static void flush(struct mcp_pipe *p)
{
	(void)pthread_mutex_lock(&p->out_lock);
	p->n_gone += push(p, str_cut(buf_view(&p->unsent), p->n_gone, p->unsent.n));
	if (p->n_gone == p->unsent.n) {
		buf_clear(&p->unsent);
		p->n_gone = p->owed = 0;
	}
	(void)pthread_mutex_unlock(&p->out_lock);
}

/* What the pipe does not take at once is kept. False where the server has left too much unread. */
static bool put(struct mcp_pipe *p, struct str text, bool owed, int64_t *ret_sent_ns)
{
	(void)pthread_mutex_lock(&p->out_lock);
	bool room = p->unsent.n < MCP_MESSAGE_MOST && (!owed || p->owed < OWED_MOST);
	*ret_sent_ns = clock_mono_ns();
	size_t sent = room && !p->unsent.n ? push(p, text) : 0;
	bool kept = room && sent < text.n;
	if (kept) {
		buf_str(&p->unsent, str_cut(text, sent, text.n));
		p->owed += owed ? text.n : 0;
	}
	(void)pthread_mutex_unlock(&p->out_lock);
	if (kept) /* whoever reads shall wait for room, too */
		(void)!write(p->wake, &(uint64_t){1}, sizeof(uint64_t));
	return room;
}

static void take(void *ctx, const struct mcp_message *m, struct str raw)
{
	struct mcp_pipe *p = ctx;
	struct buf b = {0};
	int64_t sent_ns;
	if (m->is == MCP_ANSWER)
		take_answer(p, m, raw);
	if (m->is != MCP_REQUEST)
		return;
	mcp_put_reply(&b, m);
	buf_char(&b, '\n');
	if (!put(p, buf_view(&b), true, &sent_ns))
		put_stray(p, "the server asks and does not read the answers", m->method);
	buf_free(&b);
}

static void take_line(struct mcp_pipe *p, struct str line)
{
	const char *wrong = NULL;
	line = str_trim(line);
	if (!line.n)
		return;
	wrong = mcp_message_each(line, &p->scratch, take, p);
	if (wrong)
		put_stray(p, "the server wrote a line that is no message", line);
	arena_reset(&p->scratch);
}

static void take_lines(struct mcp_pipe *p)
{
	size_t from = 0;
	char *end;
	while ((end = memchr(p->line.at + p->seen, '\n', p->line.n - p->seen))) {
		size_t at = (size_t)(end - p->line.at);
		take_line(p, str_cut(buf_view(&p->line), from, at - from));
		from = p->seen = at + 1;
	}
	buf_drop(&p->line, from);
	p->seen = p->line.n;
}

/* The end of what the server writes to its standard error is kept. */
static bool read_log(struct mcp_pipe *p)
{
	char bytes[LOG_BYTES];
	ssize_t n = read(p->err, bytes, sizeof(bytes));
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	size_t keep = p->log_n + (size_t)n > LOG_BYTES ? LOG_BYTES - (size_t)n : p->log_n;
	memmove(p->log, p->log + p->log_n - keep, keep);
	memcpy(p->log + keep, bytes, (size_t)n);
	p->log_n = keep + (size_t)n;
	return true;
}

static struct str last_line(const struct mcp_pipe *p)
{
	struct str s = str_trim((struct str){p->log, p->log_n});
	size_t end = str_find_last(s, '\n');
	return end < s.n ? str_cut(s, end + 1, s.n) : s;
}

static void wait_exit(const struct mcp_pipe *p, int64_t ns)
{
	struct pollfd ended = {.fd = p->pidfd, .events = POLLIN};
	(void)poll(&ended, 1, (int)(ns / NS_PER_MS));
}

/* How it ended, while it is not reaped. */
static void put_end(struct mcp_pipe *p, struct buf *b)
{
	siginfo_t info = {0};
	wait_exit(p, 200 * NS_PER_MS);
	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid)
		buf_printf(b, "the server closed its %s", p->shut ? "input" : "output");
	else if (info.si_code == CLD_EXITED)
		buf_printf(b, "the server ended with exit code %d", info.si_status);
	else
		buf_printf(b, "the server was ended by signal %d", info.si_status);
	while (read_log(p) && poll(&(struct pollfd){.fd = p->err, .events = POLLIN}, 1, 0) > 0)
		;
	struct str line = last_line(p);
	if (line.n)
		buf_text(b, ": ");
	mcp_put_said(b, line, 120);
}

/* By whoever reads. */
static void die(struct mcp_pipe *p, const char *why)
{
	struct buf b = {0};
	if (why)
		buf_text(&b, why);
	else
		put_end(p, &b);
	(void)pthread_mutex_lock(&p->lock);
	p->dead = true;
	(void)snprintf(p->death, sizeof(p->death), "%.*s", STR_ARG(buf_view(&b)));
	while (p->waiting)
		give_up(p, p->waiting, p->death);
	(void)pthread_mutex_unlock(&p->lock);
	buf_free(&b);
}

/* Until there may be something to read. False: the process has ended, or takes nothing more. */
static bool await(struct mcp_pipe *p, int64_t deadline_ns)
{
	(void)pthread_mutex_lock(&p->out_lock);
	bool unsent = p->unsent.n > 0, shut = p->shut;
	(void)pthread_mutex_unlock(&p->out_lock);
	if (shut)
		return false;
	struct pollfd fds[] = {{.fd = p->out, .events = POLLIN},
			       {.fd = p->err, .events = POLLIN},
			       {.fd = p->wake, .events = POLLIN},
			       {.fd = p->pidfd, .events = POLLIN},
			       {.fd = unsent ? p->in : -1, .events = POLLOUT}};
	int64_t left = deadline_ns - p->now_ns;
	struct timespec t = {left / NS_PER_S, left % NS_PER_S};
	if (left <= 0 || ppoll(fds, 5, &t, NULL) <= 0)
		return true;
	if (fds[1].revents && !read_log(p))
		fd_close(&p->err);
	if (fds[2].revents)
		(void)!read(p->wake, &(uint64_t){0}, sizeof(uint64_t));
	if (fds[4].revents)
		flush(p);
	return !fds[3].revents || (fds[0].revents & POLLIN);
}

/*
 * Whether to read on. Who has its own answer does so for those that wait already, as long as nobody comes who
 * could: at the end of a wave nobody has to be woken up just to read.
 */
static bool is_needed(struct mcp_pipe *p, const struct slot *s, uint64_t *n_entered)
{
	if (!atomic_load_explicit(&s->done, memory_order_acquire))
		return true;
	(void)pthread_mutex_lock(&p->lock);
	*n_entered = *n_entered ? *n_entered : p->n_entered;
	bool needed = p->waiting && *n_entered == p->n_entered;
	(void)pthread_mutex_unlock(&p->lock);
	return needed;
}

/* Reads for all until the answer for slot s is there, or the time is up. */
static void read_on(struct mcp_pipe *p, const struct slot *s, int64_t deadline_ns)
{
	bool there = true;
	uint64_t n_entered = 0;
	while (is_needed(p, s, &n_entered)) {
		ssize_t n = read(p->out, buf_room(&p->line, READ_BYTES), READ_BYTES);
		p->now_ns = clock_mono_ns();
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || (n < 0 && !there)) {
			die(p, NULL);
			return;
		}
		if (n > 0) {
			p->line.n += (size_t)n;
			take_lines(p);
		}
		if (p->line.n > MCP_MESSAGE_MOST) {
			die(p, "the server wrote a line of more than 64 MiB");
			return;
		}
		if (p->now_ns >= deadline_ns || stop_asked())
			return;
		if (n < 0)
			there = await(p, deadline_ns);
	}
}

/* The server is told that its answer will not be looked at. */
static void cancel(struct mcp_pipe *p, int64_t id)
{
	struct buf b = {0};
	int64_t sent_ns;
	buf_printf(
	    &b,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":%lld,"
	    "\"reason\":\"timeout\"}}\n",
	    (long long)id);
	(void)put(p, buf_view(&b), true, &sent_ns);
	buf_free(&b);
}

/* With the lock held. */
static void time_out(struct mcp_pipe *p, struct slot *s)
{
	s->call->timed_out = !stop_asked();
	if (!s->call->timed_out) {
		give_up(p, s, "stopped");
	} else if (p->n_strays) {
		p->n_strays--;
		give_up(p, s, p->stray);
	} else {
		give_up(p, s, "no answer in time");
	}
}

static bool wait_answer(struct mcp_pipe *p, struct slot *s, int64_t deadline_ns)
{
	struct timespec until = {deadline_ns / NS_PER_S, deadline_ns % NS_PER_S};
	int64_t late = 0;
	while (!atomic_load_explicit(&s->done, memory_order_acquire)) {
		(void)pthread_mutex_lock(&p->lock);
		bool mine = s->call && !p->reader;
		if (s->call && (clock_mono_ns() >= deadline_ns || stop_asked())) {
			late = s->id;
			mine = false;
			time_out(p, s);
		}
		p->reader = mine ? s : p->reader;
		(void)pthread_mutex_unlock(&p->lock);
		if (mine) {
			read_on(p, s, deadline_ns);
			(void)pthread_mutex_lock(&p->lock);
			p->reader = NULL;
			(void)pthread_mutex_unlock(&p->lock);
		} else if (!late) {
			(void)sem_clockwait(&s->turn, CLOCK_MONOTONIC, &until);
		}
	}
	(void)pthread_mutex_lock(&p->lock);
	if (p->waiting && !p->reader)
		(void)sem_post(&p->waiting->turn);
	(void)pthread_mutex_unlock(&p->lock);
	if (late)
		cancel(p, late);
	return s->good;
}

/* False: it cannot succeed, as the server has ended or broken the rules with the last one. */
static bool enter(struct mcp_pipe *p, struct slot *s, struct mcp_call *c)
{
	while (sem_trywait(&s->turn) == 0)
		; /* of a turn that had come already */
	(void)pthread_mutex_lock(&p->lock);
	bool twice = s->twice;
	s->twice = false;
	if (p->dead || twice) {
		(void)mcp_call_fails(c, "%s", p->dead ? p->death : "the server answered one request twice");
	} else {
		s->id += p->n_slots + (s->id ? 0 : s - p->slots);
		s->call = c;
		atomic_store_explicit(&s->done, false, memory_order_relaxed);
		wait_add(p, s);
		p->n_entered++;
		settle_strays(p);
	}
	bool entered = s->call != NULL;
	(void)pthread_mutex_unlock(&p->lock);
	return entered;
}

static bool pipe_call(struct mcp_link *l, uint32_t worker, struct mcp_call *c, int64_t deadline_ns)
{
	struct mcp_pipe *p = (struct mcp_pipe *)l;
	struct slot *s = &p->slots[worker];
	mcp_call_begin(c);
	if (!enter(p, s, c))
		return false;
	mcp_call_id(c, s->id);
	buf_char(&c->text, '\n');
	if (!put(p, buf_view(&c->text), false, &c->sent_ns)) {
		(void)pthread_mutex_lock(&p->lock);
		if (s->call)
			give_up(p, s, "the server does not read what it is sent");
		(void)pthread_mutex_unlock(&p->lock);
	}
	return wait_answer(p, s, deadline_ns);
}

static int pipe_notify(struct mcp_link *l, struct str text, int64_t deadline_ns, struct err *e)
{
	struct mcp_pipe *p = (struct mcp_pipe *)l;
	struct buf b = {0};
	int64_t sent_ns;
	(void)deadline_ns;
	buf_str(&b, text);
	buf_char(&b, '\n');
	bool room = put(p, buf_view(&b), false, &sent_ns);
	buf_free(&b);
	errno = 0;
	return room ? 0 : err_sys(e, "the server does not read what it is sent");
}

static void pipe_agree(struct mcp_link *l, const char *version, bool modern)
{
	(void)l, (void)version, (void)modern;
}

/* Lets it end while it may still have something to write. True: it has ended. */
static bool wait_end(struct mcp_pipe *p, int64_t ns)
{
	int64_t until = clock_mono_ns() + ns, now;
	char bytes[4096];
	while ((now = clock_mono_ns()) < until) {
		struct pollfd fds[] = {{.fd = p->pidfd, .events = POLLIN},
				       {.fd = p->out, .events = POLLIN},
				       {.fd = p->err, .events = POLLIN}};
		(void)poll(fds, 3, (int)((until - now) / NS_PER_MS) + 1);
		if (fds[0].revents)
			return true;
		for (int i = 1; i < 3; i++) {
			int *fd = i == 1 ? &p->out : &p->err;
			if (fds[i].revents && read(*fd, bytes, sizeof(bytes)) == 0)
				fd_close(fd);
		}
	}
	return false;
}

/* Its process group is ended before it is reaped, as its number may then be somebody else's. */
static void end_server(struct mcp_pipe *p)
{
	if (p->pid <= 0)
		return;
	if (!wait_end(p, GRACE_NS)) {
		(void)kill(-p->pid, SIGTERM);
		(void)wait_end(p, GRACE_NS);
	}
	(void)kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void pipe_close(struct mcp_link *l)
{
	struct mcp_pipe *p = (struct mcp_pipe *)l;
	fd_close(&p->in);
	end_server(p);
	fd_close(&p->out);
	fd_close(&p->err);
	fd_close(&p->wake);
	fd_close(&p->pidfd);
	for (uint32_t i = 0; i < p->n_slots; i++)
		(void)sem_destroy(&p->slots[i].turn);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_mutex_destroy(&p->out_lock);
	mem_free(p->slots);
	buf_free(&p->unsent);
	buf_free(&p->line);
	arena_free(&p->scratch);
	mem_free(p);
}

static const struct mcp_link_kind pipe_kind = {pipe_call, pipe_notify, pipe_agree, pipe_close};

static struct mcp_pipe *pipe_new(uint32_t n_slots)
{
	struct mcp_pipe *p = mem_alloc(sizeof(*p));
	memset(p, 0, sizeof(*p));
	p->link.kind = &pipe_kind;
	p->in = p->out = p->err = p->wake = p->pidfd = -1;
	p->n_slots = n_slots;
	p->slots = mem_alloc(sizeof(*p->slots) * n_slots);
	memset(p->slots, 0, sizeof(*p->slots) * n_slots);
	for (uint32_t i = 0; i < n_slots; i++) {
		atomic_init(&p->slots[i].done, true);
		(void)sem_init(&p->slots[i].turn, 0, 0);
	}
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_mutex_init(&p->out_lock, NULL);
	return p;
}

/* A pipe of which our end does not block. */
static int make_pipe(int *ours, int *theirs, bool we_read, struct err *e)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	*ours = ends[we_read ? 0 : 1];
	*theirs = ends[we_read ? 1 : 0];
	if (fcntl(*ours, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "cannot make a pipe");
	return 0;
}

static int start(struct mcp_pipe *p, const struct mcp_pipe_start *s, int64_t *ret_begin_ns, struct err *e)
{
	auto_fd in = -1;
	auto_fd out = -1;
	auto_fd err = -1;
	struct arena scratch = {0};
	struct launch l = {.argv = s->words, .env = s->env, .cwd = s->dir};
	if (make_pipe(&p->in, &in, false, e) < 0 || make_pipe(&p->out, &out, true, e) < 0 ||
	    make_pipe(&p->err, &err, true, e) < 0)
		return e->fault;
	l.in = in;
	l.out = out;
	l.err = err;
	l.path = proc_find(&scratch, s->words[0], s->env, s->dir);
	errno = ENOENT;
	int rc = l.path ? 0 : err_sys(e, "cannot find '%s'", s->words[0]);
	*ret_begin_ns = clock_mono_ns();
	if (rc == 0)
		rc = proc_start(&l, &p->pid, e);
	arena_free(&scratch);
	if (rc < 0)
		return rc;
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return p->pidfd < 0 || p->wake < 0 ? err_sys(e, "cannot watch the server") : 0;
}

int mcp_pipe_open(struct mcp_link **ret, const struct mcp_pipe_start *s, int64_t *ret_begin_ns, struct err *e)
{
	struct mcp_pipe *p = pipe_new(s->n_workers);
	if (start(p, s, ret_begin_ns, e) < 0) {
		pipe_close(&p->link);
		return e->fault;
	}
	*ret = &p->link;
	return 0;
}
