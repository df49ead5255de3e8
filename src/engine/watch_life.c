#include "engine/watch_inside.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/vec.h"

#define END_WAIT_NS (1 * NS_PER_S)
#define END_ASK_NS  (500 * NS_PER_MS)
#define GUESS_NS    (300 * NS_PER_MS)
#define HEALTH_NS   (500 * NS_PER_MS)
#define STAMP_MOST  (3600 * NS_PER_S)

struct contained *life_of(const struct watch *w, struct str cid)
{
	uint32_t at = map_get(&w->by_cid, cid);
	return at == MAP_NONE ? NULL : w->all[at];
}

static void put(struct watch *w, const struct contained *c, enum event_type type, const char *name, int64_t t,
		const struct field *fields, uint32_t n)
{
	struct event ev = {.type = type, .worker = c->worker, .time_ns = t, .fields = fields, .n_fields = n};
	if (w->over)
		return;
	if (type == EVENT_END) {
		ev.id = c->id;
		ev.kind = SPAN_CONTAINER;
	} else {
		ev.parent = c->id;
		ev.name = str_of(name);
	}
	w->host->put(w->host, &ev);
}

void life_value(struct watch *w, const struct contained *c, const char *name, int64_t num, int64_t t)
{
	struct field field = {.key = STR("num"), .type = FIELD_INT, .num = num};
	put(w, c, EVENT_VALUE, name, t, &field, 1);
}

/* A stamp of the engine on our clock; now, when it is after now or, the clock having been set, long ago. */
static int64_t mono_of(const struct watch *w, int64_t wall_ns, int64_t now_ns)
{
	int64_t t = wall_ns - w->wall_less_mono_ns;
	return wall_ns <= 0 || t > now_ns || t < now_ns - STAMP_MOST ? now_ns : t;
}

/* ---- a container comes and goes */

static struct contained *add(struct watch *w, struct str cid)
{
	struct contained *c;
	uint32_t index;
	if (w->n_spare) {
		c = w->spare[--w->n_spare];
		index = c->index;
	} else {
		w->all = vec_grow(w->all, w->n_all, &w->cap_all, sizeof(*w->all));
		index = (uint32_t)w->n_all++;
		c = arena_new(w->arena, struct contained);
	}
	*c = (struct contained){
	    .index = index, .pidfd = -1, .listen = -1, .cgroup = CGROUP_NONE, .life = LIFE_OVER};
	w->all[index] = c;
	struct str kept = arena_str(w->arena, cid);
	c->cid = kept.at;
	*map_at(&w->by_cid, kept) = index;
	return c;
}

/* Nothing more will be heard of it. */
static void forget(struct watch *w, struct contained *c)
{
	*map_at(&w->by_cid, str_of(c->cid)) = MAP_NONE;
	w->all[c->index] = NULL;
	if (w->asking == c)
		w->asking = NULL;
	w->spare = vec_grow(w->spare, w->n_spare, &w->cap_spare, sizeof(struct contained *));
	w->spare[w->n_spare++] = c;
}

static void begin(struct watch *w, struct contained *c, int64_t now_ns)
{
	c->life = LIFE_ASKING;
	c->ask = true;
	c->ask_at_ns = INT64_MAX;
	c->again = c->heard = false;
	c->guessed = false;
	c->tries = 0;
	c->told_ns = now_ns;
	c->exit = -1;
	c->ended_ns = 0;
	c->pid = 0;
	c->begun_wall_ns = 0;
	c->said_oom = false;
	c->health = HEALTH_NONE;
	c->polls_health = false;
	c->now = CGROUP_FIGURES_NONE;
	c->row_memory_bytes = c->row_cpu_ns = -1;
	c->row_ns = 0;
	w->active = vec_grow(w->active, w->n_active, &w->cap_active, sizeof(struct contained *));
	w->active[w->n_active++] = c;
	w->next_ns = now_ns;
}

static void add_up(struct contained *c)
{
	c->before.peak_bytes = greater(c->before.peak_bytes, c->now.peak_bytes);
	c->before.anon_bytes = c->now.anon_bytes;
	if (c->now.cpu_ns >= 0)
		c->before.cpu_ns = greater(c->before.cpu_ns, 0) + c->now.cpu_ns;
}

static void leave(struct watch *w, struct contained *c)
{
	c->life = LIFE_OVER;
	c->ask = false;
	for (size_t i = 0; i < w->n_active; i++)
		if (w->active[i] == c) {
			w->active[i] = w->active[--w->n_active];
			break;
		}
}

/* A start that was asked for is told in a moment, maybe under another span: only then it is looked at. */
static void guess(struct contained *c, int64_t now_ns)
{
	c->guessed = true;
	c->ask = false;
	c->ask_at_ns = now_ns + GUESS_NS;
}

static void finish(struct watch *w, struct contained *c, int64_t now_ns)
{
	struct field fields[4];
	uint32_t n = 0;
	add_up(c);
	const struct {
		struct str key;
		int64_t num;
	} figures[] = {{STR("exit"), c->exit},
		       {STR("peak"), c->before.peak_bytes},
		       {STR("anon"), c->before.anon_bytes},
		       {STR("cpu"), c->before.cpu_ns}};
	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		if (figures[i].num >= 0)
			fields[n++] =
			    (struct field){.key = figures[i].key, .type = FIELD_INT, .num = figures[i].num};
	put(w, c, EVENT_END, NULL, c->ended_ns ? c->ended_ns : now_ns, fields, n);
	look_end(c);
	c->last_begun_wall_ns = c->begun_wall_ns;
	leave(w, c);
	if (c->again || c->heard) {
		bool told = c->again;
		begin(w, c, now_ns);
		if (!told)
			guess(c, now_ns);
	}
}

void life_oom(struct watch *w, struct contained *c, int64_t t)
{
	if (!c->said_oom)
		life_value(w, c, "oom", 1, t);
	c->said_oom = true;
}

static void say_health(struct watch *w, struct contained *c, enum health health, int64_t t)
{
	if (health != c->health && health >= HEALTH_HEALTHY)
		life_value(w, c, health == HEALTH_HEALTHY ? "healthy" : "unhealthy", 1, t);
	c->health = health;
}

/* ---- its life */

static void die(struct watch *w, struct contained *c, int64_t ended_ns, int64_t now_ns)
{
	c->life = LIFE_DYING;
	look_last(w, c, now_ns);
	look_end(c);
	if (!c->ended_ns)
		c->ended_ns = ended_ns;
	c->ask_at_ns = now_ns + END_ASK_NS;
	c->deadline_ns = now_ns + END_WAIT_NS;
	w->next_ns = now_ns;
	if (c->exit >= 0)
		finish(w, c, now_ns);
}

void life_process_ended(struct watch *w, struct contained *c, int64_t now_ns)
{
	struct pollfd p = {.fd = c->pidfd, .events = POLLIN};
	if (c->life == LIFE_RUNNING &&
	    poll(&p, 1, 0) == 1) /* what epoll told may have been of the life before */
		die(w, c, clock_mono_ns(), now_ns);
}

static void attach(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = TAG_CONTAINER + (uint64_t)c->index};
	c->life = LIFE_RUNNING;
	c->pid = in->pid;
	c->begun_wall_ns = in->begun_ns;
	c->exit = -1;
	c->ended_ns = 0;
	c->polls_health = w->podman && in->has_health;
	c->health_ns = now_ns + HEALTH_NS;
	say_health(w, c, in->health, now_ns);
	look_begin(w, c, in, now_ns);
	c->pidfd = pidfd_open((pid_t)c->pid, 0);
	if (c->pidfd >= 0 && epoll_ctl(w->epoll, EPOLL_CTL_ADD, c->pidfd, &ev) < 0)
		fd_close(&c->pidfd);
	w->next_ns = now_ns;
}

static void stray_found(struct watch *w, struct contained *c)
{
	for (size_t i = 0; i < STRAYS; i++) {
		const struct stray *s = &w->strays[i];
		if (strcmp(s->cid, c->cid) != 0 || !s->ended_ns)
			continue;
		c->exit = s->exit;
		c->ended_ns = s->ended_ns;
	}
}

static int64_t stray_removed(const struct watch *w, const struct contained *c)
{
	for (size_t i = 0; i < STRAYS; i++)
		if (strcmp(w->strays[i].cid, c->cid) == 0)
			return w->strays[i].removed_ns;
	return 0;
}

/* Whatever is still to be learned of this life belongs to a span that is over. */
static void end_now(struct watch *w, struct contained *c, int64_t now_ns)
{
	c->again = c->heard = false;
	if (c->life == LIFE_RUNNING)
		die(w, c, now_ns, now_ns);
	if (c->life == LIFE_DYING)
		finish(w, c, now_ns);
}

void life_told(struct watch *w, struct str cid, uint64_t id, int32_t worker, int64_t now_ns)
{
	struct contained *c = life_of(w, cid);
	if (!c)
		c = add(w, cid);
	if (c->id != id) {
		end_now(w, c, now_ns);
		c->before = CGROUP_FIGURES_NONE;
	}
	c->id = id;
	c->worker = worker;
	if (c->life == LIFE_OVER) {
		begin(w, c, now_ns);
	} else if (c->life == LIFE_ASKING) {
		c->ask |= c->guessed;
		c->guessed = false;
	} else {
		c->again = c->life == LIFE_DYING; /* running: it may be that its end has not been heard of */
		c->ask = true;
	}
}

/* The engine does not know it any more: it was removed with its end. */
static void vanished(struct watch *w, struct contained *c, int64_t now_ns)
{
	if (c->life != LIFE_ASKING)
		return;
	if (c->guessed) {
		leave(w, c);
		return;
	}
	stray_found(w, c);
	int64_t removed_ns = stray_removed(w, c);
	die(w, c, now_ns, now_ns);
	if (removed_ns && c->life == LIFE_OVER) {
		life_value(w, c, "removed", 1, removed_ns);
		forget(w, c);
	}
}

static void inspected_running(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns)
{
	if (c->life == LIFE_RUNNING && (in->pid != c->pid || in->begun_ns != c->begun_wall_ns)) {
		c->again = true;
		die(w, c, now_ns, now_ns);
		return; /* asked again once that has an end */
	}
	if (c->life == LIFE_RUNNING) {
		say_health(w, c, in->health, now_ns);
	} else if (c->life == LIFE_ASKING) {
		/* an end that was heard of while we asked is of this life, or of the one before */
		int64_t begun_ns = in->begun_ns ? in->begun_ns - w->wall_less_mono_ns : 0;
		if (c->ended_ns && c->ended_ns >= begun_ns)
			die(w, c, c->ended_ns, now_ns);
		else
			attach(w, c, in, now_ns);
	}
}

static void inspected_stopped(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns)
{
	if (c->life == LIFE_OVER)
		return;
	if (c->life == LIFE_ASKING && in->begun_ns && in->begun_ns == c->last_begun_wall_ns) {
		leave(w, c); /* it is the life whose end was told */
		return;
	}
	if (c->life == LIFE_ASKING)
		c->begun_wall_ns = in->begun_ns;
	if (in->exit >= 0)
		c->exit = in->exit;
	if (in->oom)
		life_oom(w, c, now_ns);
	if (c->life == LIFE_DYING)
		finish(w, c, now_ns);
	else
		die(w, c, mono_of(w, in->ended_ns, now_ns), now_ns);
}

void life_inspected(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns)
{
	if (!in)
		vanished(w, c, now_ns);
	else if (in->running && in->pid > 0)
		inspected_running(w, c, in, now_ns);
	else if (!in->running || in->ended_ns > in->begun_ns) /* or about to be started again by the engine */
		inspected_stopped(w, c, in, now_ns);
	else
		c->ask_at_ns = now_ns + GUESS_NS;
}

/* ---- what the engine's events tell */

static void keep_stray(struct watch *w, const struct engine_event *ev, int64_t now_ns)
{
	struct stray *s = NULL;
	if (ev->cid.n >= INSPECT_ID || (ev->what != ENGINE_DIE && ev->what != ENGINE_REMOVED))
		return;
	for (size_t i = 0; i < STRAYS; i++)
		if (str_is(ev->cid, w->strays[i].cid))
			s = &w->strays[i];
	if (!s) {
		s = &w->strays[w->n_strays++ % STRAYS];
		*s = (struct stray){.exit = -1};
		memcpy(s->cid, ev->cid.at, ev->cid.n);
	}
	int64_t t = mono_of(w, ev->wall_ns, now_ns);
	if (ev->what == ENGINE_REMOVED) {
		s->removed_ns = t;
	} else {
		s->exit = ev->exit;
		s->ended_ns = t;
	}
}

/* By the engine itself, a restart policy; or late news of the life that has ended: inspecting it will tell.
 */
static void event_start(struct watch *w, struct contained *c, int64_t t, int64_t now_ns)
{
	if (c->ended_ns && t <= c->ended_ns)
		return; /* podman tells of things up to 0.3 s late */
	if (c->life == LIFE_OVER) {
		begin(w, c, now_ns);
		guess(c, now_ns);
	} else if (c->life == LIFE_DYING) {
		c->heard = true;
	}
}

static void event_die(struct watch *w, struct contained *c, const struct engine_event *ev, int64_t now_ns)
{
	int64_t t = mono_of(w, ev->wall_ns, now_ns);
	if (c->life == LIFE_RUNNING && ev->wall_ns && ev->wall_ns < c->begun_wall_ns)
		return; /* of the life before */
	c->exit = ev->exit;
	if (c->life == LIFE_ASKING) {
		c->ended_ns = t;
		c->ask |= c->guessed;
		if (c->tries >= WATCH_TRIES && !c->guessed)
			die(w, c, t, now_ns);
	} else if (c->life == LIFE_RUNNING) {
		die(w, c, t, now_ns);
	} else if (c->life == LIFE_DYING) {
		finish(w, c, now_ns);
	}
}

static void event_removed(struct watch *w, struct contained *c, int64_t t, int64_t now_ns)
{
	c->again = c->heard = false;
	if (c->life == LIFE_RUNNING)
		die(w, c, t, now_ns);
	if (c->life == LIFE_ASKING && c->guessed)
		leave(w, c);
	if (c->life != LIFE_OVER)
		finish(w, c, now_ns);
	life_value(w, c, "removed", 1, t);
	forget(w, c);
}

void life_event(struct watch *w, const struct engine_event *ev, int64_t now_ns)
{
	struct contained *c = life_of(w, ev->cid);
	if (!c) {
		keep_stray(w, ev, now_ns);
		return;
	}
	if (ev->wall_ns < c->event_wall_ns)
		return; /* told again after the connection was made anew */
	c->event_wall_ns = ev->wall_ns;
	int64_t t = mono_of(w, ev->wall_ns, now_ns);
	switch (ev->what) {
	case ENGINE_START:
		event_start(w, c, t, now_ns);
		break;
	case ENGINE_DIE:
		event_die(w, c, ev, now_ns);
		break;
	case ENGINE_HEALTHY:
	case ENGINE_UNHEALTHY:
		c->polls_health = false;
		say_health(w, c, ev->what == ENGINE_HEALTHY ? HEALTH_HEALTHY : HEALTH_UNHEALTHY, t);
		break;
	case ENGINE_OOM:
		life_oom(w, c, t);
		break;
	case ENGINE_REMOVED:
		event_removed(w, c, t, now_ns);
		break;
	case ENGINE_OTHER:
		break;
	}
}

/* ---- by the clock */

static int64_t turn_running(struct watch *w, struct contained *c, int64_t now_ns)
{
	int64_t next = look_turn(w, c, now_ns);
	if (!c->polls_health)
		return next;
	if (now_ns >= c->health_ns) {
		c->ask = true;
		c->health_ns = now_ns + HEALTH_NS;
	}
	return sooner(next, c->health_ns);
}

static int64_t turn_asking(struct contained *c, int64_t now_ns)
{
	if (now_ns >= c->ask_at_ns) {
		c->ask = true;
		c->ask_at_ns = INT64_MAX;
	}
	return c->ask_at_ns;
}

static int64_t turn_dying(struct watch *w, struct contained *c, int64_t now_ns)
{
	if (now_ns >= c->deadline_ns) {
		finish(w, c, now_ns);
		return now_ns;
	}
	return sooner(turn_asking(c, now_ns), c->deadline_ns);
}

void life_turn(struct watch *w, int64_t now_ns)
{
	int64_t next = INT64_MAX;
	look_count(w, now_ns);
	for (size_t i = w->n_active; i-- > 0;) {
		struct contained *c = w->active[i];
		if (c->life == LIFE_RUNNING)
			next = sooner(next, turn_running(w, c, now_ns));
		else if (c->life == LIFE_DYING)
			next = sooner(next, turn_dying(w, c, now_ns));
		else
			next = sooner(next, turn_asking(c, now_ns));
	}
	w->next_ns = next;
}

void life_end(struct watch *w, int64_t now_ns)
{
	for (size_t i = w->n_active; i-- > 0;) {
		struct contained *c = w->active[i];
		c->again = c->heard = false;
		if (c->life == LIFE_RUNNING) {
			look_last(w, c, now_ns);
			look_say(w, c, now_ns);
			look_end(c);
		} else if (c->life == LIFE_DYING || c->exit >= 0) {
			finish(w, c, now_ns);
		}
	}
}

void life_free(struct watch *w)
{
	for (size_t i = 0; i < w->n_all; i++)
		if (w->all[i])
			look_end(w->all[i]);

	vec_free(w->all);
	vec_free(w->active);
	vec_free(w->spare);
	map_free(&w->by_cid);
}
