/* The process of the tap: accepts, pumps, watches, writes rows. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"
#include "engine/engine_pump.h"
#include "engine/engine_tap.h"
#include "engine/watch.h"

enum {
	EVENTS = 64,
	TICK_MS = 500,
	LINGER_MS = 1000, /* for what is under way when the run is over */
	PAUSE_MS = 100,   /* no descriptors are left: nobody is let in meanwhile */
	ACCEPTS = 16,     /* in one turn */
};

/* What an epoll event is about: a pump and the side of it in bit 0, or a small number. */
enum { TAG_CONTROL = 1, TAG_WATCH = 3, TAG_LISTENER = 16 };

struct loop {
	struct sink sink; /* first: rows on their way to the spool */
	struct talk_host host;
	struct watch_host watching;
	struct watch *watch; /* NULL: it could not be made, or is at its end */
	struct arena arena;  /* its */
	const struct tap_loop *l;
	struct engine_talk talk;
	struct pump *first; /* all connections */
	struct pump *ready; /* those that have more to do at once */
	struct pump *dead;  /* freed at the end of the turn */
	uint32_t n_pumps;
	struct buf rows;
	bool watch_tried;
	bool watch_due; /* it has something to read */
	bool torn;      /* the last write left half a row */
	bool ending;    /* the run is over */
	bool orphaned;  /* fettle is gone, and nobody reads rows */
	int64_t end_ns, tick_ns, pause_ns;
	int epoll;
};

static void put_row(struct sink *s, const struct event *ev)
{
	struct loop *l = (struct loop *)s;
	if (!l->orphaned)
		row_write(&l->rows, ev);
}

static void flush(struct loop *l)
{
	if (!l->rows.n)
		return;
	if (l->torn)
		(void)!fd_write(l->l->spool, "\n", 1);
	l->torn = !fd_write(l->l->spool, l->rows.at, l->rows.n);
	if (l->rows.cap > 64 << 10)
		buf_free(&l->rows);
	buf_clear(&l->rows);
}

static bool on_started(struct talk_host *h, const struct known_container *c, int64_t now_ns)
{
	struct loop *l = (struct loop *)((char *)h - offsetof(struct loop, host));
	if (!l->watch || l->orphaned)
		return false;
	watch_container(l->watch, c->cid.at, c->span, c->worker, now_ns);
	return true;
}

static void on_watched(struct watch_host *h, const struct event *ev)
{
	struct loop *l = (struct loop *)((char *)h - offsetof(struct loop, watching));
	talk_put(&l->talk, ev);
}

static bool listen_to(struct loop *l, int fd, uint64_t tag, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.u64 = tag};
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static void make_ready(struct loop *l, struct pump *p)
{
	if (p->queued || p->over)
		return;
	p->queued = true;
	p->ready = l->ready;
	l->ready = p;
}

static void bury(struct loop *l, struct pump *p)
{
	p->over = true;
	if (p->prev)
		p->prev->next = p->next;
	else
		l->first = p->next;
	if (p->next)
		p->next->prev = p->prev;
	l->n_pumps--;
	p->next = l->dead;
	l->dead = p;
}

/* What is closed leaves epoll by itself; events of this turn may still name it until here. */
static void free_dead(struct loop *l, int64_t now)
{
	while (l->dead) {
		struct pump *p = l->dead;
		l->dead = p->next;
		pump_free(p, now);
	}
}

static uint64_t tag_of(const struct pump *p, enum http_way side)
{
	return (uint64_t)(uintptr_t)p | side;
}

/* Both sides are there, or the client is to be told that the other is not. */
static void join(struct loop *l, struct pump *p, int64_t now)
{
	const uint32_t all = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
	int rc = pump_connect(p, l->l->o->engine.socket, now);
	if (rc == 0)
		return;
	if (!listen_to(l, p->fds[HTTP_UP], tag_of(p, HTTP_UP), all) ||
	    (rc > 0 && !listen_to(l, p->fds[HTTP_DOWN], tag_of(p, HTTP_DOWN), all))) {
		bury(l, p);
		return;
	}
	make_ready(l, p);
}

static void pause_listeners(struct loop *l, bool pause)
{
	for (uint32_t i = 0; i <= l->l->o->workers; i++) {
		struct epoll_event ev = {.events = pause ? 0 : EPOLLIN, .data.u64 = TAG_LISTENER + 2ULL * i};
		(void)epoll_ctl(l->epoll, EPOLL_CTL_MOD, l->l->listeners[i], &ev);
	}
	l->pause_ns = pause ? clock_mono_ns() + PAUSE_MS * NS_PER_MS : 0;
}

/* At the first connection: a run without containers costs the engine nothing. */
static void open_watch(struct loop *l)
{
	struct err ignored;
	if (l->watch_tried || l->orphaned)
		return;
	l->watch_tried = true;
	l->watch = watch_new(&l->arena, l->l->o->engine.socket, &l->watching, &ignored);
	if (l->watch && !listen_to(l, watch_fd(l->watch), TAG_WATCH, EPOLLIN)) {
		watch_free(l->watch);
		l->watch = NULL;
	}
}

static void accept_at(struct loop *l, uint32_t i, int64_t now)
{
	struct ucred who = {0};
	for (int round = 0; round < ACCEPTS; round++) {
		socklen_t n = sizeof(who);
		int fd = accept4(l->l->listeners[i], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
				pause_listeners(l, true);
			return;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0 ||
		    (who.uid != geteuid() && who.uid != 0)) {
			(void)close(fd);
			continue;
		}
		int32_t worker = i < l->l->o->workers ? (int32_t)i : -1;
		struct pump *p = pump_new(&l->talk, fd, worker, who.pid);
		p->next = l->first;
		if (l->first)
			l->first->prev = p;
		l->first = p;
		l->n_pumps++;
		open_watch(l);
		join(l, p, now);
	}
}

static void stop_listening(struct loop *l)
{
	for (uint32_t i = 0; i <= l->l->o->workers; i++)
		(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->l->listeners[i], NULL);
	l->pause_ns = 0;
}

/* "E": the run is over. Nothing: fettle itself is gone, and its workers may not be. */
static void hear_control(struct loop *l, int64_t now)
{
	char said;
	ssize_t n = recv(l->l->control, &said, 1, MSG_DONTWAIT);
	if (n < 0)
		return;
	if (n > 0 && !l->ending) {
		l->ending = true;
		l->end_ns = now + LINGER_MS * NS_PER_MS;
		stop_listening(l);
	} else if (n == 0) {
		(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->l->control, NULL);
		l->orphaned = true;
		watch_free(l->watch);
		l->watch = NULL;
		l->end_ns = now + LINGER_MS * NS_PER_MS;
	}
}

static void take_event(struct loop *l, const struct epoll_event *ev, int64_t now)
{
	uint64_t tag = ev->data.u64;
	uint64_t last = TAG_LISTENER + 2ULL * l->l->o->workers;
	if (tag == TAG_CONTROL) {
		hear_control(l, now);
	} else if (tag == TAG_WATCH) {
		l->watch_due = true;
	} else if (tag >= TAG_LISTENER && tag <= last) {
		accept_at(l, (uint32_t)((tag - TAG_LISTENER) / 2), now);
	} else {
		struct pump *p = (struct pump *)(uintptr_t)(tag & ~1ULL);
		pump_hear(p, (enum http_way)(tag & 1), ev->events);
		make_ready(l, p);
	}
}

static void run_ready(struct loop *l)
{
	struct pump *list = l->ready;
	l->ready = NULL;
	while (list) {
		struct pump *p = list;
		list = p->ready;
		p->queued = false;
		if (p->over)
			continue;
		bool more = pump_run(p, l->l->o->engine.socket);
		if (p->over)
			bury(l, p);
		else if (more)
			make_ready(l, p);
	}
}

static void check_clocks(struct loop *l, int64_t now)
{
	for (struct pump *p = l->first, *next; p; p = next) {
		next = p->next;
		if (!p->until_ns || now < p->until_ns)
			continue;
		if (p->refused)
			bury(l, p);
		else
			join(l, p, now);
	}
	if (l->watch && (l->watch_due || watch_timeout_ms(l->watch, now) == 0))
		watch_turn(l->watch, now);
	l->watch_due = false;
	if (l->pause_ns && now >= l->pause_ns)
		pause_listeners(l, false);
	if (now >= l->tick_ns) {
		l->tick_ns = now + TICK_MS * NS_PER_MS;
		talk_tick(&l->talk, now);
	}
}

static int wait_ms(const struct loop *l, int64_t now)
{
	int64_t until = l->tick_ns;
	if (l->ready)
		return 0;
	for (const struct pump *p = l->first; p; p = p->next)
		if (p->until_ns && p->until_ns < until)
			until = p->until_ns;
	if (l->pause_ns && l->pause_ns < until)
		until = l->pause_ns;
	if (l->end_ns && l->end_ns < until)
		until = l->end_ns;
	int ms = until <= now ? 0 : (int)((until - now + NS_PER_MS - 1) / NS_PER_MS);
	int watch_ms = l->watch ? watch_timeout_ms(l->watch, now) : -1;
	return watch_ms >= 0 && watch_ms < ms ? watch_ms : ms;
}

static bool is_over(struct loop *l, int64_t now)
{
	if (l->orphaned && l->n_pumps)
		l->end_ns = now + LINGER_MS * NS_PER_MS;
	if (l->ending && !l->orphaned) {
		bool under_way = l->talk.n_leaving > 0;
		for (const struct pump *p = l->first; p; p = p->next)
			under_way |= p->peer.tap.n_open > 0;
		return !under_way || now >= l->end_ns;
	}
	return l->orphaned && now >= l->end_ns;
}

static void tell_broken(struct loop *l, int64_t now)
{
	if (!l->talk.n_broken)
		return;
	struct buf text = {0};
	buf_printf(&text,
		   "%llu %s to the container engine could not be read to the end: what was said there is not "
		   "in the record",
		   (unsigned long long)l->talk.n_broken,
		   l->talk.n_broken == 1 ? "connection" : "connections");
	struct event ev = {.type = EVENT_NOTE,
			   .worker = -1,
			   .name = STR("containers"),
			   .message = buf_view(&text),
			   .time_ns = now};
	put_row(&l->sink, &ev);
	buf_free(&text);
}

static bool open_loop(struct loop *l)
{
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	bool good = l->epoll >= 0 && listen_to(l, l->l->control, TAG_CONTROL, EPOLLIN);
	for (uint32_t i = 0; i <= l->l->o->workers && good; i++)
		good = listen_to(l, l->l->listeners[i], TAG_LISTENER + 2ULL * i, EPOLLIN);
	return good;
}

void tap_loop_run(const struct tap_loop *t)
{
	struct epoll_event events[EVENTS];
	struct loop l = {.sink = {put_row},
			 .host = {on_started},
			 .watching = {on_watched},
			 .l = t,
			 .tick_ns = clock_mono_ns()};
	talk_init(&l.talk, &l.sink, &l.host, t->o->engine.name, t->o->types, t->o->n_types);
	bool good = open_loop(&l);
	int64_t now = clock_mono_ns();
	while (good && !is_over(&l, now)) {
		int n = epoll_wait(l.epoll, events, EVENTS, wait_ms(&l, now));
		now = clock_mono_ns();
		for (int i = 0; i < n; i++)
			take_event(&l, &events[i], now);
		run_ready(&l);
		now = clock_mono_ns();
		check_clocks(&l, now);
		free_dead(&l, now);
		flush(&l);
	}
	if (l.orphaned || !good)
		tap_link(t->sockets, t->o->workers + 1, t->o->engine.socket);
	while (l.first)
		bury(&l, l.first);
	free_dead(&l, now);
	if (l.watch)
		watch_end(l.watch, now);
	watch_free(l.watch);
	talk_end(&l.talk, now);
	tell_broken(&l, now);
	flush(&l);
	talk_free(&l.talk);
	buf_free(&l.rows);
	arena_free(&l.arena);
	fd_close(&l.epoll);
}
