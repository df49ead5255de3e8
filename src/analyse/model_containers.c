#include <string.h>

#include "analyse/containers_build.h"
#include "base/row.h"
#include "base/str.h"
#include "base/vec.h"

enum { CID_SHORT = 12 }; /* characters of an id that its short form has */

/* All that is known so far; made when the first row of a container or call comes. */
static struct containers_build *build_of(struct model *m)
{
	if (!m->build->containers)
		m->build->containers = arena_new(&m->build->scratch, struct containers_build);
	m->containers.told = true;
	return m->build->containers;
}

void model_containers_free(struct containers_build *cb)
{
	if (!cb)
		return;
	for (uint32_t i = 0; i < cb->n_calls; i++)
		vec_free(cb->calls[i].samples);
	table_free(&cb->by_cid);
	vec_free(cb->all);
	vec_free(cb->beside);
	vec_free(cb->images);
}

/* One more container of which nothing is known; MODEL_NONE where there are too many. */
static uint32_t add(struct model *m, struct containers_build *cb)
{
	if (cb->n >= MODEL_MOST_CONTAINERS) {
		m->containers.n_passed_over++;
		return MODEL_NONE;
	}
	cb->all = vec_grow(cb->all, cb->n, &cb->cap, sizeof(*cb->all));
	cb->beside = vec_grow(cb->beside, cb->n, &cb->cap_beside, sizeof(*cb->beside));
	cb->all[cb->n] = (struct model_container){.worker = -1,
						  .test = MODEL_NONE,
						  .unit = MODEL_NONE,
						  .create_at_ns = -1,
						  .create_ns = -1,
						  .start_at_ns = -1,
						  .start_ns = -1,
						  .ready_ns = -1,
						  .use_at_ns = -1,
						  .run_ns = -1,
						  .end_ns = -1,
						  .stop_at_ns = -1,
						  .remove_at_ns = -1,
						  .stop_ns = -1,
						  .remove_ns = -1,
						  .exit_code = -1,
						  .peak_bytes = -1,
						  .anon_bytes = -1,
						  .cpu_ns = -1};
	cb->beside[cb->n] = (struct container_build){.alive_ns = -1,
						     .start_end_ns = -1,
						     .stopped_ns = -1,
						     .ended_ns = -1,
						     .listening_ns = -1,
						     .healthy_ns = -1,
						     .marked_ns = -1,
						     .last_ask_ns = -1};
	return (uint32_t)cb->n++;
}

/* The container of this id; `make`: also one whose begin is still to come. */
static uint32_t find(struct model *m, uint64_t id, bool make)
{
	struct containers_build *cb = m->build->containers;
	const struct ids_slot *slot = cb ? ids_get(&cb->ids, id) : NULL;
	if (slot)
		return slot->index;
	if (!make || !id || ids_get(&m->build->ids, id))
		return MODEL_NONE;
	cb = build_of(m);
	uint32_t i = add(m, cb);
	if (i != MODEL_NONE)
		ids_at(&cb->ids, &m->build->scratch, id)->index = i;
	return i;
}

static void learn_text(struct model *m, struct str *to, struct str text)
{
	if (!to->n && text.n)
		*to = model_intern(m, text);
}

static void learn_type(struct model *m, struct model_container *c, const struct event *ev)
{
	learn_text(m, &c->image, event_text(ev, "image"));
	learn_text(m, &c->type, event_text(ev, "type"));
}

static void learn(struct model *m, struct model_container *c, struct container_build *b,
		  const struct event *ev)
{
	learn_text(m, &c->name, ev->name);
	learn_text(m, &c->cid, event_text(ev, "cid"));
	learn_type(m, c, ev);
	if (c->worker < 0)
		c->worker = ev->worker;
	b->health = b->health || event_int(ev, "health", 0) > 0;
	b->reaper = b->reaper || event_text(ev, "label.org.testcontainers.reaper").n ||
		    event_text(ev, "label.org.testcontainers.ryuk").n;
}

/* Whether these are one id, of which some know only how it begins. */
static bool same_cid(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	return str_eq(str_cut(a, 0, n), str_cut(b, 0, n));
}

/* Another container of this id that has begun: the same one, told twice. */
static uint32_t twin_of(struct model *m, struct containers_build *cb, struct str cid, uint32_t self)
{
	struct str few = str_cut(cid, 0, CID_SHORT);
	uint32_t hash = model_hash(m, few, STR_NONE, 3), i;
	if (few.n < CID_SHORT)
		return MODEL_NONE;
	for (uint32_t at = table_first(&cb->by_cid, hash); (i = table_item(&cb->by_cid, at)) != TABLE_NONE;
	     at = table_next(&cb->by_cid, hash, at))
		if (i != self && same_cid(cb->all[i].cid, cid))
			return i;
	if (self != MODEL_NONE)
		table_add(&cb->by_cid, hash, self);
	return MODEL_NONE;
}

void model_container_begin(struct model *m, const struct event *ev)
{
	if (!ev->id)
		return;
	struct containers_build *cb = build_of(m);
	struct ids_slot *slot = ids_get(&cb->ids, ev->id);
	uint32_t i = slot ? slot->index : MODEL_NONE;
	if (i == MODEL_NONE) {
		i = twin_of(m, cb, event_text(ev, "cid"), MODEL_NONE);
		if (i != MODEL_NONE) {
			ids_at(&cb->ids, &m->build->scratch, ev->id)->index = i;
			learn(m, &cb->all[i], &cb->beside[i], ev);
			return;
		}
		i = find(m, ev->id, true);
	}
	if (i == MODEL_NONE || cb->beside[i].begun)
		return;
	struct model_container *c = &cb->all[i];
	struct container_build *b = &cb->beside[i];
	b->begun = true;
	b->source = ev->source;
	learn(m, c, b, ev);
	(void)twin_of(m, cb, c->cid, i);
	if (c->create_at_ns < 0)
		c->create_at_ns = model_time(ev->time_ns);
}

void model_container_end(struct model *m, uint32_t i, const struct event *ev, int64_t end_ns)
{
	struct containers_build *cb = m->build->containers;
	struct model_container *c = &cb->all[i];
	struct container_build *b = &cb->beside[i];
	learn(m, c, b, ev);
	b->ended_ns = model_time(end_ns);
	b->again = true;
	containers_level(cb, b->ended_ns, -b->memory_bytes);
	b->memory_bytes = 0;
	int64_t code = event_int(ev, "exit", c->exit_code), peak = event_int(ev, "peak", -1);
	c->exit_code = code < INT32_MIN || code > INT32_MAX ? -1 : (int32_t)code;
	if (peak > c->peak_bytes)
		c->peak_bytes = peak;
	int64_t anon = event_int(ev, "anon", -1), cpu_ns = event_int(ev, "cpu", -1);
	if (anon >= 0)
		c->anon_bytes = anon;
	if (cpu_ns >= 0)
		c->cpu_ns = model_time(cpu_ns);
}

uint32_t model_container_find(const struct model *m, uint64_t id)
{
	const struct containers_build *cb = m->build->containers;
	const struct ids_slot *slot = cb ? ids_get(&cb->ids, id) : NULL;
	return slot ? slot->index : MODEL_NONE;
}

int64_t container_ready(const struct container_build *b, enum ready_by *ret_by)
{
	*ret_by = READY_NONE;
	if (b->marked_ns >= 0) {
		*ret_by = READY_MARK;
		return b->marked_ns;
	}
	if (b->healthy_ns >= 0 && (b->health || b->listening_ns < 0)) {
		*ret_by = READY_HEALTHY;
		return b->healthy_ns;
	}
	if (b->listening_ns >= 0)
		*ret_by = READY_LISTENING;
	return b->listening_ns;
}

/* A call that asks how a container does. */
static bool asks(struct str name)
{
	static const char *const those[] = {"inspect", "exec", "exec-create", "exec-start",
					    "port",    "top",  "logs",        "stats"};
	for (size_t i = 0; i < sizeof(those) / sizeof(*those); i++)
		if (str_is(name, those[i]))
			return true;
	return false;
}

/* When it is known from when on it was ready, or this has changed: what was asked before was in vain. */
static void ready_again(struct model_container *c, struct container_build *b)
{
	enum ready_by by;
	int64_t ready_ns = container_ready(b, &by);
	if (c->use_at_ns >= 0 && c->use_at_ns < ready_ns) {
		b->asks++;
		c->use_at_ns = -1;
	} else if (c->use_at_ns < 0 && b->last_ask_ns >= ready_ns && b->asks) {
		b->asks--;
		c->use_at_ns = b->last_ask_ns;
	}
}

/* A call about a container that runs: in vain, or the one with which the suite goes on. */
static void ask(struct model_container *c, struct container_build *b, struct str name, int64_t at_ns)
{
	enum ready_by by;
	int64_t ready_ns = container_ready(b, &by);
	if (b->start_end_ns < 0 || at_ns < b->start_end_ns || c->use_at_ns >= 0 || b->over)
		return;
	if (str_is(name, "stop") || str_is(name, "kill") || str_is(name, "restart") ||
	    str_is(name, "remove")) {
		b->over = true;
	} else if (ready_ns >= 0 && at_ns >= ready_ns) {
		if (!str_is(name, "wait"))
			c->use_at_ns = at_ns;
	} else if (asks(name)) {
		b->asks++;
		b->last_ask_ns = at_ns;
	}
}

static void alive(struct container_build *b, int64_t at_ns)
{
	if (b->alive_ns < 0 || at_ns < b->alive_ns)
		b->alive_ns = at_ns;
	if (b->stopped_ns >= 0 && at_ns > b->stopped_ns)
		b->stopped_ns = -1;
}

/* Adds a length to a sum that begins at "never". */
static void sum(int64_t *to, int64_t ns)
{
	*to = plus(*to < 0 ? 0 : *to, ns);
}

static void start_call(struct model *m, struct model_container *c, struct container_build *b,
		       const struct event *ev, int64_t at_ns, int64_t dur_ns)
{
	bool refused = status_is_bad(ev->status), bad = refused || ev->status == STATUS_UNFINISHED;
	c->n_starts++;
	if (refused && b->start_end_ns < 0) {
		c->failed = true;
		c->message = model_keep_message(m, ev->message);
	}
	if (c->start_at_ns < 0 || (!bad && b->start_end_ns < 0)) {
		c->start_at_ns = at_ns;
		c->start_ns = dur_ns;
	}
	if (bad)
		return;
	if (b->start_end_ns < 0) {
		b->start_end_ns = plus(at_ns, dur_ns);
		c->failed = false;
		c->message = STR_NONE;
	}
	if (b->ended_ns < at_ns)
		b->ended_ns = -1;
	b->stopped_ns = -1;
	b->over = false;
}

static void stop_call(struct model_container *c, struct container_build *b, struct str name, int64_t at_ns,
		      int64_t dur_ns, bool bad)
{
	bool remove = str_is(name, "remove");
	int64_t *first_ns = remove ? &c->remove_at_ns : &c->stop_at_ns;
	sum(remove ? &c->remove_ns : &c->stop_ns, dur_ns);
	if (*first_ns < 0)
		*first_ns = at_ns;
	if (bad)
		return;
	b->again = true;
	if (b->stopped_ns < 0)
		b->stopped_ns = plus(at_ns, dur_ns);
	c->removed = c->removed || remove;
}

/* A call about container i. */
static void container_call(struct model *m, uint32_t i, const struct event *ev, int64_t at_ns, int64_t dur_ns)
{
	struct model_container *c = &m->build->containers->all[i];
	struct container_build *b = &m->build->containers->beside[i];
	bool bad = status_is_bad(ev->status) || ev->status == STATUS_UNFINISHED;
	ask(c, b, ev->name, at_ns);
	if (str_is(ev->name, "create")) {
		learn_type(m, c, ev);
		if (c->create_ns < 0) {
			c->create_at_ns = at_ns;
			c->create_ns = dur_ns;
		}
	} else if (str_is(ev->name, "start")) {
		start_call(m, c, b, ev, at_ns, dur_ns);
	} else if (str_is(ev->name, "stop") || str_is(ev->name, "kill") || str_is(ev->name, "remove")) {
		stop_call(c, b, ev->name, at_ns, dur_ns, bad);
	} else if (str_is(ev->name, "restart")) {
		b->again = true;
	} else if (str_starts(ev->name, "exec")) {
		c->exec_ns = plus(c->exec_ns, dur_ns);
		c->n_execs += !str_is(ev->name, "exec-create");
		if (!bad)
			alive(b, at_ns);
	} else if (str_is(ev->name, "inspect") || str_is(ev->name, "port") || str_is(ev->name, "top") ||
		   str_is(ev->name, "stats")) {
		c->inspect_ns = plus(c->inspect_ns, dur_ns);
		c->n_inspects++;
	}
}

/* A creation that was refused is a container that never was. */
static void failed_create(struct model *m, const struct event *ev, int64_t at_ns, int64_t dur_ns)
{
	struct containers_build *cb = m->build->containers;
	uint32_t i = ev->parent ? find(m, ev->parent, true) : add(m, cb);
	if (i == MODEL_NONE || cb->beside[i].begun)
		return;
	struct model_container *c = &cb->all[i];
	struct container_build *b = &cb->beside[i];
	b->begun = b->refused = c->failed = true;
	b->source = ev->source;
	b->no_image = event_int(ev, "http", 0) == 404;
	c->worker = ev->worker;
	c->create_at_ns = at_ns;
	c->create_ns = dur_ns;
	c->message = model_keep_message(m, ev->message);
	learn_type(m, c, ev);
}

/* The calls of this name; where there are too many names, of all others together. */
static struct call_build *calls_of(struct model *m, struct containers_build *cb, struct str name)
{
	if (cb->n_calls == CONTAINER_CALLS - 1 || !name.n)
		name = STR("other");
	for (uint32_t i = 0; i < cb->n_calls; i++)
		if (str_eq(cb->calls[i].c.name, name))
			return &cb->calls[i];
	if (cb->n_calls >= CONTAINER_CALLS - 1 && !str_is(name, "other"))
		return calls_of(m, cb, STR("other"));
	struct call_build *c = &cb->calls[cb->n_calls++];
	c->c.name = model_intern(m, name);
	c->stride = 1;
	return c;
}

/* Keeps one length in so many; where there is no more room, every second of those that are kept. */
static void sample(struct call_build *c, int64_t dur_ns)
{
	if (c->c.n % c->stride)
		return;
	if (c->n_samples >= MODEL_MOST_SAMPLES) {
		for (size_t i = 0; i < c->n_samples / 2; i++)
			c->samples[i] = c->samples[2 * i];
		c->n_samples /= 2;
		c->stride *= 2;
		if (c->c.n % c->stride)
			return;
	}
	c->samples = vec_grow(c->samples, c->n_samples, &c->cap_samples, sizeof(*c->samples));
	c->samples[c->n_samples++] = dur_ns;
}

static void count_call(struct call_build *c, int64_t dur_ns, bool bad)
{
	struct model_stat *s = &c->c.time;
	sample(c, dur_ns);
	s->min_ns = !c->c.n || dur_ns < s->min_ns ? dur_ns : s->min_ns;
	s->max_ns = dur_ns > s->max_ns ? dur_ns : s->max_ns;
	s->total_ns = plus(s->total_ns, dur_ns);
	c->c.n++;
	c->c.n_failed += bad;
}

void model_call(struct model *m, const struct event *ev)
{
	struct containers_build *cb = build_of(m);
	int64_t at_ns = model_time(ev->time_ns), dur_ns = model_time(ev->dur_ns);
	int64_t end_ns = plus(at_ns, dur_ns);
	bool bad = status_is_bad(ev->status);
	if (end_ns > m->build->last_ns)
		m->build->last_ns = end_ns;
	count_call(calls_of(m, cb, ev->name), dur_ns, bad);
	if (bad && str_is(ev->name, "create")) {
		failed_create(m, ev, at_ns, dur_ns);
		return;
	}
	if ((str_is(ev->name, "pull") || str_is(ev->name, "build")) && cb->n_images < CONTAINER_MOST_IMAGES) {
		cb->images = vec_grow(cb->images, cb->n_images, &cb->cap_images, sizeof(*cb->images));
		cb->images[cb->n_images++] = (struct image_time){at_ns, end_ns, ev->worker};
	}
	uint32_t i = find(m, ev->parent, true);
	if (i != MODEL_NONE)
		container_call(m, i, ev, at_ns, dur_ns);
}

static int64_t more_or_less(int64_t bytes, int64_t change_bytes)
{
	if (__builtin_add_overflow(bytes, change_bytes, &bytes))
		return INT64_MAX;
	return bytes < 0 ? 0 : bytes;
}

void containers_level(struct containers_build *cb, int64_t at_ns, int64_t change_bytes)
{
	if (!change_bytes)
		return;
	if (!cb->width_ns)
		cb->width_ns = 1000 * 1000;
	while (at_ns / cb->width_ns >= MODEL_MOST_STEPS) {
		for (size_t i = 0; i < MODEL_MOST_STEPS; i += 2)
			cb->levels[i / 2] =
			    cb->levels[i] > cb->levels[i + 1] ? cb->levels[i] : cb->levels[i + 1];
		memset(cb->levels + MODEL_MOST_STEPS / 2, 0, sizeof(cb->levels) / 2);
		cb->n_levels = (cb->n_levels + 1) / 2;
		cb->width_ns *= 2;
	}
	uint32_t now = (uint32_t)(at_ns / cb->width_ns);
	/* what held until now, also where nobody told of it */
	for (; cb->n_levels <= now; cb->n_levels++)
		cb->levels[cb->n_levels] = cb->total_bytes;
	cb->total_bytes = more_or_less(cb->total_bytes, change_bytes);
	if (change_bytes > 0)
		cb->levels[now] = more_or_less(cb->levels[now], change_bytes);
	for (uint32_t i = now + 1; i < cb->n_levels; i++) /* the row was late */
		cb->levels[i] = more_or_less(cb->levels[i], change_bytes);
}

static void memory(struct model *m, uint32_t i, int64_t bytes, int64_t at_ns)
{
	struct containers_build *cb = m->build->containers;
	if (bytes < 0 || bytes > INT64_MAX / MODEL_MOST_CONTAINERS)
		return;
	containers_level(cb, at_ns, bytes - cb->beside[i].memory_bytes);
	cb->beside[i].memory_bytes = bytes;
	if (bytes > cb->all[i].peak_bytes)
		cb->all[i].peak_bytes = bytes;
}

/* The suite says that it is ready, or that it will never be. */
static void marked(struct model *m, struct model_container *c, struct container_build *b,
		   const struct event *ev, int64_t at_ns)
{
	if (event_int(ev, "num", 1) != 0) {
		if (b->marked_ns < 0)
			b->marked_ns = at_ns;
		return;
	}
	c->failed = true;
	if (!c->message.n)
		c->message = ev->message.n ? model_keep_message(m, ev->message) : STR("never became ready");
}

bool model_container_value(struct model *m, const struct event *ev)
{
	uint32_t i = find(m, ev->parent, false);
	if (i == MODEL_NONE)
		return false;
	struct model_container *c = &m->build->containers->all[i];
	struct container_build *b = &m->build->containers->beside[i];
	int64_t at_ns = model_time(ev->time_ns), num = event_int(ev, "num", -1);
	if (str_is(ev->name, "removed")) {
		c->removed = true;
		if (b->stopped_ns < 0)
			b->stopped_ns = at_ns;
		return true;
	}
	if (str_is(ev->name, "unhealthy") || str_is(ev->name, "oom"))
		return true;
	if (b->again && (b->listening_ns >= 0 || b->healthy_ns >= 0) &&
	    (str_is(ev->name, "listening") || str_is(ev->name, "healthy"))) {
		alive(b, at_ns);
		return true;
	}
	if (str_is(ev->name, "listening"))
		b->listening_ns = at_ns > b->listening_ns ? at_ns : b->listening_ns;
	else if (str_is(ev->name, "healthy"))
		b->healthy_ns = b->healthy_ns < 0 ? at_ns : b->healthy_ns;
	else if (str_is(ev->name, "ready"))
		marked(m, c, b, ev, at_ns);
	else if (str_is(ev->name, "memory"))
		memory(m, i, num, at_ns);
	else if (str_is(ev->name, "cpu"))
		c->cpu_ns = num > c->cpu_ns ? model_time(num) : c->cpu_ns;
	else if (!str_is(ev->name, "started"))
		return true;
	alive(b, at_ns);
	ready_again(c, b);
	return true;
}
