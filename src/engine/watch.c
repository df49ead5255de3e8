#include "engine/watch_inside.h"

#include <ctype.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/str.h"

#define PAUSE_LEAST_NS (10 * NS_PER_MS)
#define PAUSE_MOST_NS  (1 * NS_PER_S)
#define ANSWER_WAIT_NS (10 * NS_PER_S)

enum { MOUNTINFO_MOST = 1 << 20, BODY_MOST = 8 << 20, TRIES = 3, READS_A_TURN = 64, TURN_EVENTS = 64 };

struct watch *watch_new(struct arena *a, const char *engine_socket, struct watch_host *host, struct err *e)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0) {
		(void)err_sys(e, "cannot watch containers");
		return NULL;
	}
	struct watch *w = arena_new(a, struct watch);
	*w = (struct watch){.arena = a,
			    .host = host,
			    .socket = arena_copy(a, str_of(engine_socket)),
			    .epoll = fd,
			    .api.fd = -1,
			    .events.fd = -1,
			    .since_wall_ns = clock_wall_ns()};
	struct buf text = {0};
	if (file_read("/proc/self/mountinfo", MOUNTINFO_MOST, &text))
		cgroup_mounts_read(buf_view(&text), &w->mounts);
	buf_free(&text);
	return w;
}

int watch_fd(const struct watch *w)
{
	return w->epoll;
}

static int64_t longer(int64_t pause_ns)
{
	if (pause_ns < PAUSE_LEAST_NS)
		return PAUSE_LEAST_NS;
	return pause_ns < PAUSE_MOST_NS / 2 ? pause_ns * 2 : PAUSE_MOST_NS;
}

static bool connect_to(struct watch *w, struct link *l, uint64_t tag)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = tag};
	if (!link_open(l, w->socket))
		return false;
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, l->fd, &ev) == 0)
		return true;
	link_close(l);
	return false;
}

/* ---- the connection for questions */

static void api_lost(struct watch *w, int64_t now_ns)
{
	struct contained *c = w->asking;
	link_close(&w->api);
	w->asking = NULL;
	w->api_pause_ns = longer(w->api_pause_ns);
	w->api_from_ns = now_ns + w->api_pause_ns;
	if (c && ++c->tries < TRIES)
		c->ask = true;
}

/* The next that wants to be inspected, each in its turn. */
static struct contained *next_to_ask(struct watch *w)
{
	for (size_t i = 0; i < w->n_active; i++) {
		w->ask_after = w->ask_after + 1 < w->n_active ? w->ask_after + 1 : 0;
		if (w->active[w->ask_after]->ask)
			return w->active[w->ask_after];
	}
	return NULL;
}

static void api_pump(struct watch *w, int64_t now_ns)
{
	struct contained *c = NULL;
	if (w->api.fd >= 0 && w->api.asked_ns) {
		if (now_ns - w->api.asked_ns > ANSWER_WAIT_NS)
			api_lost(w, now_ns);
		return;
	}
	if (now_ns < w->api_from_ns || (w->pinged && !(c = next_to_ask(w))))
		return;
	struct buf target = {0};
	if (!w->pinged)
		buf_text(&target, "/_ping");
	else if (w->version[0])
		buf_printf(&target, "/v%s/containers/%s/json", w->version, c->cid);
	else
		buf_printf(&target, "/containers/%s/json", c->cid);
	if (w->api.fd < 0 && !connect_to(w, &w->api, TAG_API)) {
		api_lost(w, now_ns);
	} else {
		w->asking = c;
		if (c)
			c->ask = false;
		if (!link_ask(&w->api, buf_view(&target), now_ns))
			api_lost(w, now_ns);
	}
	buf_free(&target);
}

/* Digits and points only: it becomes part of a path. */
static void take_version(struct watch *w, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.at[i]) && s.at[i] != '.')
			return;
	if (s.n && s.n < sizeof(w->version)) {
		memcpy(w->version, s.at, s.n);
		w->version[s.n] = '\0';
	}
}

/* Whether the answer made sense. */
static bool api_answer(struct watch *w, int64_t now_ns)
{
	struct contained *c = w->asking;
	const struct answer *answer = &w->api.answer;
	struct inspect in;
	if (!w->pinged) {
		if (answer->status != 200)
			return false;
		w->pinged = true;
		w->podman = answer_header(answer, "libpod-api-version").n > 0;
		take_version(w, answer_header(answer, "api-version"));
		return true;
	}
	if (!c)
		return true; /* removed while we asked */
	if (answer->status == 404) {
		life_inspected(w, c, NULL, now_ns);
		return true;
	}
	arena_reset(&w->scratch);
	if (answer->status != 200 || !inspect_read(buf_view(&w->api.body), &w->scratch, &in))
		return false;
	life_inspected(w, c, &in, now_ns);
	return true;
}

static void api_read(struct watch *w, int64_t now_ns)
{
	size_t n;
	enum link_state state = link_read(&w->api, &n);
	if (state == LINK_WAIT && w->api.body.n <= BODY_MOST)
		return;
	if (state == LINK_ANSWERED && w->api.asked_ns && api_answer(w, now_ns)) {
		w->asking = NULL;
		w->api_pause_ns = 0;
		(void)link_again(&w->api);
		return;
	}
	bool idle = !w->api.asked_ns; /* the engine closes connections that are not used */
	api_lost(w, now_ns);
	if (idle) {
		w->api_pause_ns = 0;
		w->api_from_ns = now_ns;
	}
}

/* ---- the connection for events */

static void events_lost(struct watch *w, int64_t now_ns)
{
	link_close(&w->events);
	w->events_pause_ns = longer(w->events_pause_ns);
	w->events_from_ns = now_ns + w->events_pause_ns;
}

static void events_pump(struct watch *w, int64_t now_ns)
{
	if (w->events.fd >= 0) {
		if (w->events.answer.at <= ANSWER_HEAD && now_ns - w->events.asked_ns > ANSWER_WAIT_NS)
			events_lost(w, now_ns);
		return;
	}
	if (now_ns < w->events_from_ns)
		return;
	struct buf target = {0};
	/* filters={"type":["container"]} */
	buf_printf(&target,
		   "/events?since=%lld.%09lld&filters=%%7B%%22type%%22%%3A%%5B%%22container%%22%%5D%%7D",
		   (long long)(w->since_wall_ns / NS_PER_S), (long long)(w->since_wall_ns % NS_PER_S));
	if (!connect_to(w, &w->events, TAG_EVENTS) || !link_ask(&w->events, buf_view(&target), now_ns))
		events_lost(w, now_ns);
	buf_free(&target);
}

static void events_lines(struct watch *w, int64_t now_ns)
{
	struct str rest = buf_view(&w->events.body);
	for (size_t end; (end = str_find(rest, '\n')) < rest.n; rest = str_cut(rest, end + 1, rest.n)) {
		struct engine_event ev;
		struct str line = str_trim(str_cut(rest, 0, end));
		arena_reset(&w->scratch);
		if (!line.n || !engine_event_read(line, &w->scratch, &ev))
			continue;
		if (ev.wall_ns > w->since_wall_ns)
			w->since_wall_ns = ev.wall_ns;
		if (!w->over)
			life_event(w, &ev, now_ns);
	}
	if (rest.n < w->events.body.n)
		buf_drop(&w->events.body, w->events.body.n - rest.n);
}

/* All there is, up to 4 MiB: an engine whose events nobody reads waits 100 ms for each. */
static void events_read(struct watch *w, int64_t now_ns)
{
	enum link_state state = LINK_WAIT;
	size_t n = 1;
	for (int i = 0; i < READS_A_TURN && n && state == LINK_WAIT; i++) {
		state = link_read(&w->events, &n);
		if (w->events.answer.status == 200)
			events_lines(w, now_ns);
		if (n && w->events.answer.status == 200)
			w->events_pause_ns = 0;
	}
	if (state != LINK_WAIT || w->events.body.n > ENGINE_EVENT_MOST)
		events_lost(w, now_ns);
}

/* ---- a turn */

static void take(struct watch *w, uint64_t tag, int64_t now_ns)
{
	if (tag == TAG_API) {
		if (w->api.fd >= 0)
			api_read(w, now_ns);
	} else if (tag == TAG_EVENTS) {
		if (w->events.fd >= 0)
			events_read(w, now_ns);
	} else if (tag - TAG_CONTAINER < w->n_all && w->all[tag - TAG_CONTAINER]) {
		life_process_ended(w, w->all[tag - TAG_CONTAINER], now_ns);
	}
}

/* When the connections want something by the clock. */
static int64_t links_next(const struct watch *w)
{
	int64_t next = INT64_MAX, t;
	if (w->api.fd >= 0 && w->api.asked_ns) {
		next = w->api.asked_ns + ANSWER_WAIT_NS;
	} else {
		bool wants = !w->pinged;
		for (size_t i = 0; i < w->n_active && !wants; i++)
			wants = w->active[i]->ask;
		if (wants)
			next = w->api_from_ns;
	}
	t = w->events.fd < 0                     ? w->events_from_ns
	    : w->events.answer.at <= ANSWER_HEAD ? w->events.asked_ns + ANSWER_WAIT_NS
						 : INT64_MAX;
	return t < next ? t : next;
}

void watch_turn(struct watch *w, int64_t now_ns)
{
	struct epoll_event ready[TURN_EVENTS];
	w->wall_less_mono_ns = clock_wall_ns() - clock_mono_ns();
	int n = epoll_wait(w->epoll, ready, TURN_EVENTS, 0);
	for (int i = 0; i < n; i++)
		take(w, ready[i].data.u64, now_ns);
	if (w->over)
		return;
	life_turn(w, now_ns);
	api_pump(w, now_ns);
	events_pump(w, now_ns);
	int64_t next = links_next(w);
	if (next < w->next_ns)
		w->next_ns = next;
}

int watch_timeout_ms(const struct watch *w, int64_t now_ns)
{
	if (w->over || w->next_ns == INT64_MAX)
		return -1;
	if (w->next_ns <= now_ns)
		return 0;
	int64_t ms = (w->next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
	return ms < 60000 ? (int)ms : 60000;
}

/* What can stand in a path as it is. */
static bool is_cid(const char *cid)
{
	size_t n = strlen(cid);
	return n > 0 && n < INSPECT_ID &&
	       strspn(cid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n;
}

void watch_container(struct watch *w, const char *cid, uint64_t id, int32_t worker, int64_t now_ns)
{
	if (w->over || !is_cid(cid))
		return;
	watch_turn(w, now_ns); /* an end that was told before this start belongs to the span before */
	life_told(w, str_of(cid), id, worker, now_ns);
	api_pump(w, now_ns);
	w->next_ns = now_ns;
}

void watch_end(struct watch *w, int64_t now_ns)
{
	if (w->over)
		return;
	watch_turn(w, now_ns);
	life_end(w, now_ns);
	w->over = true;
	link_close(&w->api);
	link_close(&w->events);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	life_free(w);
	link_free(&w->api);
	link_free(&w->events);
	arena_free(&w->scratch);
	fd_close(&w->epoll);
}
