#include "collect/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "collect/hang.h"
#include "collect/pool_inside.h"
#include "wire/env.h"

enum { FRONT = 0xffffff, EVENTS = 64 };

int64_t pool_time(const struct pool *p, int64_t mono_ns)
{
	return mono_ns - p->o.start_ns;
}

uint64_t pool_span(struct pool *p)
{
	return ++p->next_span;
}

bool pool_watch(struct pool *p, int fd, enum fd_kind kind, const struct worker *w)
{
	uint64_t who = !w ? 0 : w->front ? FRONT : w->number;
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = (uint64_t)kind << 32 | who};
	struct err e;
	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &ev) == 0)
		return true;
	(void)err_sys(&e, "cannot wait for a descriptor");
	pool_fail(p, POOL_BROKEN, &e);
	return false;
}

/* A child that is on its way to exec may still hold a copy, which epoll would go on to report. */
void pool_close(struct pool *p, int *fd)
{
	if (*fd >= 0)
		(void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, *fd, NULL);
	fd_close(fd);
}

void pool_put(struct pool *p, const struct event *ev)
{
	sink_put(p->sink, ev);
}

void pool_note(struct pool *p, const char *code, const char *text)
{
	struct event ev = {.type = EVENT_NOTE,
			   .worker = -1,
			   .name = str_of(code),
			   .message = str_of(text),
			   .time_ns = pool_time(p, clock_mono_ns())};
	pool_put(p, &ev);
}

uint64_t phase_begin(struct pool *p, struct worker *w, const char *name, int64_t now)
{
	w->phase = pool_span(p);
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_PHASE,
			   .id = w->phase,
			   .parent = w->span,
			   .worker = w->front ? -1 : (int32_t)w->number,
			   .name = str_of(name),
			   .source = SOURCE_PROCESS,
			   .time_ns = pool_time(p, now)};
	pool_put(p, &ev);
	return w->phase;
}

void phase_end(struct pool *p, struct worker *w, enum status status, struct str message, int64_t now)
{
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_PHASE,
			   .id = w->phase,
			   .status = status,
			   .worker = w->front ? -1 : (int32_t)w->number,
			   .message = message,
			   .time_ns = pool_time(p, now)};
	w->phase = 0;
	pool_put(p, &ev);
}

void pool_stop(struct pool *p)
{
	p->stopping = true;
}

/* A controller that is up ends after the workers, in dispatch(): they may need what it holds. */
static void end_front(struct pool *p, enum ending how, int64_t now)
{
	if (!control_is_up(p) || p->front.state == SLOT_ENDING || how == ENDING_KILL)
		worker_end_processes(p, &p->front, how, now);
}

void pool_abort(struct pool *p)
{
	int64_t now = clock_mono_ns();
	p->stopping = true;
	end_front(p, ENDING_TERM, now);
	for (uint32_t i = 0; i < p->o.workers; i++)
		worker_end_processes(p, &p->workers[i], ENDING_TERM, now);
}

void pool_fail(struct pool *p, enum pool_end end, const struct err *e)
{
	if (!p->has_error)
		p->error = *e;
	p->has_error = true;
	if (p->end == POOL_DONE)
		p->end = end;
	pool_abort(p);
}

struct pool *pool_new(struct arena *a, const struct pool_options *o, struct suite *suite,
		      struct pool_host *host, struct sink *sink)
{
	struct pool *p = arena_new(a, struct pool);
	p->o = *o;
	p->arena = a;
	p->suite = suite;
	p->host = host;
	p->sink = sink;
	p->run_mark = arena_printf(a, ENV_RUN "=%s", o->run_id);
	p->workers = arena_array(a, struct worker, o->workers);
	p->front = (struct worker){.front = true,
				   .listener = -1,
				   .agent = -1,
				   .pipe = -1,
				   .said_pipe = -1,
				   .output = {.log = -1, .tee = -1},
				   .spool = {.fd = -1},
				   .spare = {.fd = -1},
				   .map = {.fd = -1}};
	for (uint32_t i = 0; i < o->workers; i++) {
		p->workers[i] = p->front;
		p->workers[i].front = false;
		p->workers[i].number = i;
	}
	return p;
}

uint64_t pool_bad_rows(const struct pool *p)
{
	return p->bad_rows;
}

const char *pool_bad_row(const struct pool *p)
{
	return p->bad_row;
}

struct pool_worker_end pool_worker_end(const struct pool *p, uint32_t worker)
{
	return p->workers[worker].end;
}

char *const *pool_worker_env(const struct pool *p, uint32_t worker)
{
	return p->workers[worker].env;
}

size_t pool_running(const struct pool *p, struct pool_running *ret, size_t most)
{
	size_t n = 0;
	for (uint32_t i = 0; i < p->o.workers && n < most; i++) {
		const struct worker *w = &p->workers[i];
		if (w->current)
			ret[n++] = (struct pool_running){i, w->current->name, pool_time(p, w->unit_ns)};
	}
	return n;
}

bool pool_was_cut(const struct pool *p)
{
	return p->interrupt_ns != 0;
}

struct str pool_cut_words(const struct pool *p)
{
	return p->end == POOL_TIMEOUT ? STR("cut short: the time of the run was up") : STR("interrupted");
}

/* Something wants the run to end: the first time kindly, the second time at once. */
static void interrupt(struct pool *p, int sig)
{
	int64_t now = clock_mono_ns();
	if (!p->n_signals++)
		p->interrupt_ns = now;
	p->stopping = true;
	if (p->end == POOL_DONE)
		p->end = POOL_INTERRUPTED;
	enum ending how = p->n_signals > 1 ? ENDING_KILL : sig == SIGINT ? ENDING_ASKED : ENDING_TERM;
	end_front(p, how, now);
	for (uint32_t i = 0; i < p->o.workers; i++) {
		struct worker *w = &p->workers[i];
		if (p->n_signals == 1 && p->o.pull && w->pid) {
			agent_rows(p, w); /* whether it is in a unit */
			if (w->current)
				hang_nudge(w->pid); /* what it was doing, before it unwinds */
		}
		worker_end_processes(p, w, how, now);
	}
}

static struct worker *worker_of_pid(struct pool *p, pid_t pid)
{
	if (p->front.pid == pid)
		return &p->front;
	for (uint32_t i = 0; i < p->o.workers; i++)
		if (p->workers[i].pid == pid)
			return &p->workers[i];
	return NULL;
}

static void reap(struct pool *p)
{
	int status;
	struct rusage usage;
	for (pid_t pid; (pid = proc_reap(&status, &usage)) > 0;) {
		struct worker *w = worker_of_pid(p, pid);
		if (p->o.tap && p->o.tap->pid == pid) {
			pool_tap_gone(p, status);
			continue;
		}
		if (w) {
			worker_gone(p, w, status, &usage, clock_mono_ns());
			continue;
		}
		for (uint32_t i = 0; i < p->o.workers; i++) {
			if (p->workers[i].debugger == pid) {
				p->workers[i].debugger = 0;
				p->workers[i].ending_ns = 0; /* the stacks are there: go on */
			}
		}
	}
}

static void read_signals(struct pool *p)
{
	struct signalfd_siginfo si;
	while (read(p->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			reap(p);
		else
			interrupt(p, (int)si.ssi_signo);
	}
}

static void read_stray(struct pool *p, size_t i)
{
	char bytes[65536];
	ssize_t n = read(p->strays[i], bytes, sizeof(bytes));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		pool_close(p, &p->strays[i]);
}

static void read_said(struct pool *p)
{
	struct worker *w = &p->front;
	char bytes[16384];
	ssize_t n = read(w->said_pipe, bytes, sizeof(bytes));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		pool_close(p, &w->said_pipe);
	} else if (n > 0) {
		output_put(&w->output, (struct str){bytes, (size_t)n});
		if (p->suite->said.n < 65536)
			buf_add(&p->suite->said, bytes, (size_t)n);
	}
}

static void take_fd(struct pool *p, uint64_t tag)
{
	uint32_t who = (uint32_t)tag;
	struct worker *w = who < p->o.workers ? &p->workers[who] : &p->front;
	switch ((enum fd_kind)(tag >> 32)) {
	case FD_SIGNAL:
		read_signals(p);
		break;
	case FD_LISTEN:
		agent_accept(p, w);
		break;
	case FD_AGENT:
		if (w->agent >= 0)
			agent_read(p, w);
		break;
	case FD_OUTPUT:
		worker_hear(p, w);
		break;
	case FD_SAID:
		if (p->front.said_pipe >= 0)
			read_said(p);
		break;
	case FD_STRAY:
		read_stray(p, who);
		break;
	}
}

/* When the time of what a worker does is up, absolute; 0: it has no such time. */
static int64_t limit_of(const struct worker *w)
{
	const struct pool_unit *u = w->loading && w->n_units ? w->units[0] : w->current;
	if (!u || !u->timeout_ns || w->ending != ENDING_NO)
		return 0;
	return (w->loading ? w->given_ns : w->unit_ns) + u->timeout_ns;
}

static bool is_over_limit(const struct worker *w, int64_t now)
{
	int64_t limit = limit_of(w);
	return limit && now >= limit;
}

/* Units that took too long, the run that did, and the next step of what is being ended. */
static void check_clocks(struct pool *p, int64_t now)
{
	if (p->o.deadline_ns && now >= p->o.deadline_ns && p->end == POOL_DONE) {
		p->end = POOL_TIMEOUT;
		p->interrupt_ns = now;
		p->stopping = true;
		end_front(p, ENDING_TERM, now);
		for (uint32_t i = 0; i < p->o.workers; i++) {
			worker_end_processes(p, &p->workers[i],
					     p->workers[i].current ? ENDING_DUMP : ENDING_TERM, now);
		}
	}
	worker_step_ending(p, &p->front, now);
	for (uint32_t i = 0; i < p->o.workers; i++) {
		struct worker *w = &p->workers[i];
		if (is_over_limit(w, now) && p->o.pull)
			agent_rows(p, w); /* it may have ended in time, and its row not have been read */
		if (is_over_limit(w, now)) {
			w->timed_out = true;
			worker_end_processes(p, w, w->loading ? ENDING_KILL : ENDING_DUMP, now);
		}
		worker_step_ending(p, w, now);
		if (w->rest_ns && now >= w->rest_ns)
			worker_hear(p, w);
	}
}

static void tick(struct pool *p, int64_t now)
{
	p->tick_ns = now + TICK_MS * NS_PER_MS;
	for (uint32_t i = 0; i < p->o.workers; i++) {
		if (!p->workers[i].pid || p->workers[i].spool.fd < 0)
			continue;
		agent_rows(p, &p->workers[i]);
		worker_read_logs(p, &p->workers[i], true);
	}
	if (p->front.pid)
		agent_rows(p, &p->front);
	pool_tap_rows(p);
	p->host->tick(p->host, pool_time(p, now));
}

bool pool_renews(const struct pool *p, uint32_t worker)
{
	const struct worker *w = p->renews;
	return w && w->number != worker && w->n_failed < START_TRIES &&
	       (w->state != SLOT_IDLE || !w->is_used);
}

/* A unit wants a process in which nothing has run: one worker ends for it, and starts again. */
static bool renew(struct pool *p, struct worker *w, const struct pool_unit *u)
{
	p->host->unit_back(p->host, u);
	if (pool_renews(p, w->number))
		return false;
	p->renews = w;
	agent_finish(p, w, clock_mono_ns());
	return true;
}

/* Where one could not start again, such units take the process that there is. */
static bool can_renew(struct pool *p)
{
	if (!p->renews || p->renews->n_failed < START_TRIES)
		return true;
	if (!p->told_renew)
		pool_note(p, "renew",
			  "a worker that was to begin anew could not: what wanted a fresh process ran in a "
			  "used one");
	p->told_renew = true;
	return false;
}

/* Gives an idle worker its next units, or ends it. Returns whether anything was done. */
static bool feed(struct pool *p, struct worker *w)
{
	const struct pool_unit *units[BATCH];
	struct err e;
	uint32_t n = p->stopping ? 0 : p->host->next(p->host, w->number, units, p->o.pull ? BATCH : 1);
	if (n && p->o.pull && units[0]->fresh && w->is_used && can_renew(p))
		return renew(p, w, units[0]);
	if (n && p->o.pull) {
		p->renews = p->renews == w ? NULL : p->renews;
		memcpy(w->units, units, sizeof(*units) * n);
		agent_give(p, w, n);
		return true;
	}
	if (n) {
		(void)exec_start(p, w, units[0],
				 &e); /* a unit that cannot be started has ended with its error */
		return true;
	}
	if (p->o.pull && w->pid &&
	    (p->stopping || (p->discovered && p->host->over(p->host) && !p->o.keep_workers))) {
		agent_finish(p, w, clock_mono_ns());
		return true;
	}
	return false;
}

static bool anything_runs(const struct pool *p)
{
	bool runs = p->front.pid != 0 && p->front.state != SLOT_IDLE;
	/* the list is being asked for: idle workers wait for it */
	if (p->o.pull && !p->discovered && !p->stopping && p->lister && p->lister->pid)
		return true;
	for (uint32_t i = 0; i < p->o.workers && !runs; i++)
		runs = p->workers[i].pid != 0 && p->workers[i].state != SLOT_IDLE;
	return runs;
}

static bool anyone_idle(const struct pool *p)
{
	for (uint32_t i = 0; i < p->o.workers; i++)
		if (p->workers[i].state == SLOT_IDLE)
			return true;
	return false;
}

static bool loads_framework(const struct worker *w, int64_t now)
{
	return w->state == SLOT_STARTING && !w->hello && now - w->unit_ns < HELLO_MS * NS_PER_MS;
}

/*
 * Starts workers that are needed. To load a framework takes a whole core, so that more at once than there
 * are cores only make the first test late; what comes after that (services, before_all) may well be waiting.
 */
static void start_workers(struct pool *p)
{
	int64_t now = clock_mono_ns();
	uint32_t n_loading = 0, most = p->o.pull && p->o.starts ? p->o.starts : p->o.workers;
	for (uint32_t i = 0; i < p->o.workers; i++)
		n_loading += loads_framework(&p->workers[i], now);
	for (uint32_t i = 0; i < p->o.workers && !p->stopping && n_loading < most; i++) {
		struct worker *w = &p->workers[i];
		bool wait = p->o.pull && p->o.one_first && i > 0 && !p->workers[0].hello;
		bool first = !w->n_starts && (i == 0 || !p->o.pull);
		if (w->state != SLOT_OFF || wait || w->n_failed >= START_TRIES ||
		    (!first && p->host->over(p->host)))
			continue;
		worker_begin(p, w);
		n_loading += loads_framework(w, now);
	}
}

/* Nothing is left to hand out: workers that still load their framework come too late. */
static void drop_late(struct pool *p)
{
	if (!p->o.pull || !p->discovered || !p->host->over(p->host))
		return;
	for (uint32_t i = 1; i < p->o.workers; i++)
		if (p->workers[i].state == SLOT_STARTING && !p->workers[i].hello && p->workers[i].pid &&
		    p->workers[i].ending == ENDING_NO)
			agent_drop(p, &p->workers[i], clock_mono_ns());
}

/* Starts workers that are needed, feeds those that are free. Returns false when all is over. */
static bool dispatch(struct pool *p)
{
	bool fed = true;
	if (p->front.state != SLOT_OVER && p->front.setup_at < p->o.n_setup)
		return p->front.pid != 0; /* nothing begins before --setup has ended */
	if (!control_starts(p))
		start_workers(p);
	while (fed) {
		fed = false;
		for (uint32_t i = 0; i < p->o.workers; i++)
			if (p->workers[i].state == SLOT_IDLE)
				fed |= feed(p, &p->workers[i]);
	}
	drop_late(p);
	if (anything_runs(p))
		return true;
	/* nothing runs and nothing can begin: what is left waits for what will never come */
	if (!p->stopping && p->discovered && p->end == POOL_DONE && !p->host->over(p->host) &&
	    anyone_idle(p)) {
		pool_note(p, "standstill", "some units could not be run: each waits for another");
		p->end = POOL_STANDSTILL;
		p->stopping = true;
	}
	for (uint32_t i = 0; i < p->o.workers; i++) {
		if (p->workers[i].state == SLOT_IDLE && p->workers[i].pid) {
			agent_finish(p, &p->workers[i], clock_mono_ns());
			fed = true;
		}
	}
	return fed || control_end(p);
}

static int wait_ms(const struct pool *p, int64_t now)
{
	int64_t until = p->tick_ns;
	for (uint32_t i = 0; i <= p->o.workers; i++) {
		const struct worker *w = i < p->o.workers ? &p->workers[i] : &p->front;
		if (w->ending != ENDING_NO && w->ending_ns < until)
			until = w->ending_ns;
		if (w->rest_ns && w->rest_ns < until)
			until = w->rest_ns;
		if (limit_of(w) && limit_of(w) < until)
			until = limit_of(w);
	}
	return until <= now ? 0 : (int)((until - now + NS_PER_MS - 1) / NS_PER_MS);
}

/* Processes of this run that outlived it. */
static void tell_left(struct pool *p)
{
	struct buf pids = {0}, text = {0};
	if (!proc_has_children())
		return;
	size_t n = proc_tree(&pids, 0, p->run_mark, p->run_mark);
	for (size_t i = 0; i < n && i < 8; i++) {
		pid_t pid;
		char name[17];
		memcpy(&pid, pids.at + i * sizeof(pid), sizeof(pid));
		proc_name(pid, name);
		buf_printf(&text, "%s%s (%d)", i ? ", " : "", name, (int)pid);
	}
	if (n)
		pool_note(p, "left-running",
			  arena_printf(p->arena, "%zu %s left running by the tests: %s%s", n,
				       n == 1 ? "process was" : "processes were", text.at,
				       n > 8 ? " ..." : ""));
	buf_free(&pids);
	buf_free(&text);
}

/* Nothing is lost, but tests may have failed for want of room, too. */
static void tell_full(struct pool *p, const struct worker *w)
{
	if (w->spare_path && w->spare.at)
		pool_note(p, "full",
			  arena_printf(p->arena,
				       "the folder of worker %u was full: its rows went elsewhere, and none "
				       "is lost",
				       w->number));
}

static void rows_close(struct worker *w)
{
	spool_close(&w->spool);
	if (w->spare_path)
		(void)unlink(w->spare_path);
	spool_close(&w->spare);
	map_free(&w->births);
	marks_free(&w->marks);
	uint64_t lost = w->map.lost, lost_names = w->map.lost_names, bad = w->map.bad;
	marks_map_close(&w->map);
	w->map.lost = lost;
	w->map.lost_names = lost_names;
	w->map.bad = bad;
}

static void finish(struct pool *p)
{
	int64_t now = clock_mono_ns();
	bool told = false; /* they write into one folder */
	pool_tap_end(p);
	tell_left(p);
	for (uint32_t i = 0; i < p->o.workers; i++) {
		struct worker *w = &p->workers[i];
		agent_rows(p, w);
		worker_over(p, w, now);
		if (w->output.failed && !told)
			pool_note(p, "output", w->output.error.text);
		told = told || w->output.failed;
		fd_close(&w->listener);
		fd_close(&w->agent);
		fd_close(&w->pipe);
		tell_full(p, w);
		rows_close(w);
		logs_close(&w->logs);
		output_close(&w->output);
		buf_free(&w->said);
	}
	pool_tell_marks(p);
	rows_close(&p->front);
	output_close(&p->front.output);
	fd_close(&p->front.listener);
	fd_close(&p->front.agent);
	buf_free(&p->front.said);
	fd_close(&p->front.pipe);
	fd_close(&p->front.said_pipe);
	for (size_t i = 0; i < p->n_strays; i++)
		fd_close(&p->strays[i]);
	arena_free(&p->scratch);
	arena_free(&p->rows);
}

static int open_loop(struct pool *p, sigset_t *mask, struct err *e)
{
	(void)sigemptyset(mask);
	(void)sigaddset(mask, SIGCHLD);
	(void)sigaddset(mask, SIGINT);
	(void)sigaddset(mask, SIGTERM);
	(void)sigaddset(mask, SIGHUP);
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	p->signals = signalfd(-1, mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->epoll < 0 || p->signals < 0)
		return err_sys(e, "cannot make an event loop");
	if (pool_watch(p, p->signals, FD_SIGNAL, NULL))
		return 0;
	*e = p->error;
	return e->fault;
}

enum pool_end pool_run(struct pool *p, struct err *e)
{
	struct epoll_event events[EVENTS];
	sigset_t mask, before;
	if (open_loop(p, &mask, e) < 0)
		return POOL_BROKEN;
	(void)sigprocmask(SIG_BLOCK, &mask, &before);
	proc_adopt_orphans();
	p->discovered = !p->o.pull && !p->suite->discovery;
	p->tick_ns = clock_mono_ns() + TICK_MS * NS_PER_MS;
	pool_tap_open(p);
	reap(p); /* a tap that has ended before anybody listened */
	worker_begin(p, &p->front);
	while (dispatch(p)) {
		int n = epoll_wait(p->epoll, events, EVENTS, wait_ms(p, clock_mono_ns()));
		for (int i = 0; i < n; i++)
			take_fd(p, events[i].data.u64);
		int64_t now = clock_mono_ns();
		if (now >= p->tick_ns)
			tick(p, now);
		check_clocks(p, now);
	}
	bool all_failed = p->o.pull && p->end == POOL_DONE && !p->stopping && !p->host->over(p->host);
	finish(p);
	(void)close(p->epoll);
	(void)close(p->signals);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (p->has_error)
		*e = p->error;
	if (all_failed)
		return POOL_NO_WORKERS;
	return p->end;
}
