#include "report/trace_lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { WORKERS = 4096 };

static void span_free(struct open_span *s)
{
	mem_free(s->text);
	mem_free(s->uses);
}

void lanes_free(struct lanes *l)
{
	for (size_t i = 0; i < l->cap_spans; i++)
		if (l->spans[i].id)
			span_free(&l->spans[i]);
	for (size_t i = 0; i < l->n_workers; i++)
		span_free(&l->workers[i].root);
	mem_free(l->spans);
	mem_free(l->workers);
	*l = (struct lanes){0};
}

static size_t home(const struct lanes *l, uint64_t id)
{
	id *= 0x9e3779b97f4a7c15u;
	return (size_t)(id ^ id >> 32) & (l->cap_spans - 1);
}

/* The slot of id, or the free one where it would go. */
static size_t slot_of(const struct lanes *l, uint64_t id)
{
	size_t i = home(l, id);
	while (l->spans[i].id && l->spans[i].id != id)
		i = (i + 1) & (l->cap_spans - 1);
	return i;
}

struct open_span *lanes_find(struct lanes *l, uint64_t id)
{
	if (!id || !l->cap_spans)
		return NULL;
	struct open_span *s = &l->spans[slot_of(l, id)];
	return s->id ? s : NULL;
}

static void grow(struct lanes *l)
{
	struct lanes old = *l;
	l->cap_spans = old.cap_spans ? old.cap_spans * 2 : 64;
	l->spans = mem_alloc(sizeof(*l->spans) * l->cap_spans);
	memset(l->spans, 0, sizeof(*l->spans) * l->cap_spans);
	for (size_t i = 0; i < old.cap_spans; i++)
		if (old.spans[i].id)
			l->spans[slot_of(l, old.spans[i].id)] = old.spans[i];
	mem_free(old.spans);
}

/* Closes the gap at i: whoever could no longer be found past it moves into it. */
static void slot_clear(struct lanes *l, size_t i)
{
	size_t mask = l->cap_spans - 1;
	l->n_spans--;
	for (size_t j = (i + 1) & mask; l->spans[j].id; j = (j + 1) & mask) {
		size_t want = home(l, l->spans[j].id);
		if (((j - want) & mask) >= ((j - i) & mask)) {
			l->spans[i] = l->spans[j];
			i = j;
		}
	}
	l->spans[i] = (struct open_span){0};
}

/* Few workers, and mostly the same as last time: a walk is as good as a table. */
static uint32_t worker_index(struct lanes *l, int32_t number)
{
	for (size_t i = 0; i < l->n_workers; i++)
		if (l->workers[i].number == number)
			return (uint32_t)i;
	if (l->n_workers == WORKERS)
		return WORKERS - 1;
	l->workers = mem_grow(l->workers, l->n_workers, &l->cap_workers, sizeof(*l->workers));
	l->workers[l->n_workers] = (struct lane_worker){.number = number,
							.busy = 1,
							.root = {.worker = (uint32_t)l->n_workers,
								 .start_ns = INT64_MIN,
								 .inner_ns = INT64_MAX,
								 .end_ns = INT64_MIN}};
	return (uint32_t)l->n_workers++;
}

/* The open span around ev: its parent, its worker's process, or the worker's root. */
static struct open_span *span_around(struct lanes *l, const struct event *ev)
{
	struct open_span *s = lanes_find(l, ev->parent);
	if (s)
		return s;
	uint32_t worker = worker_index(l, ev->worker); /* may move the array */
	struct lane_worker *w = &l->workers[worker];
	s = ev->kind == SPAN_WORKER ? NULL : lanes_find(l, w->process);
	return s ? s : &w->root;
}

static uint32_t lane_take(struct lane_worker *w)
{
	uint64_t free_lanes = ~w->busy;
	uint32_t lane = free_lanes ? (uint32_t)__builtin_ctzll(free_lanes) : LANES - 1;
	w->busy |= (uint64_t)1 << lane;
	return lane;
}

static bool lane_is_free(const struct open_span *s, uint32_t lane, int64_t start_ns, int64_t end_ns)
{
	if (lane == s->lane && end_ns > s->inner_ns)
		return false;
	for (size_t i = 0; i < s->n_uses && i < LANE_USES; i++)
		if (s->uses[i].lane == lane && start_ns < s->uses[i].end_ns && s->uses[i].start_ns < end_ns)
			return false;
	return true;
}

static void lane_use(struct open_span *s, uint32_t lane, int64_t start_ns, int64_t end_ns)
{
	if (s->n_uses < LANE_USES)
		s->uses = mem_grow(s->uses, s->n_uses, &s->cap_uses, sizeof(*s->uses));
	s->uses[s->n_uses++ % LANE_USES] = (struct lane_use){lane, start_ns, end_ns};
	if (lane == s->lane && end_ns > s->end_ns)
		s->end_ns = end_ns;
}

static void texts_copy(struct open_span *s, const struct event *ev)
{
	s->text = mem_alloc(ev->name.n + ev->file.n);
	if (ev->name.n)
		memcpy(s->text, ev->name.at, ev->name.n);
	if (ev->file.n)
		memcpy(s->text + ev->name.n, ev->file.at, ev->file.n);
	s->name = (struct str){s->text, ev->name.n};
	s->file = (struct str){s->text + ev->name.n, ev->file.n};
}

/* A viewer cannot tell which of two is the outer one when they begin at once. */
static int64_t start_inside(const struct open_span *around, int64_t start_ns)
{
	return start_ns <= around->start_ns ? around->start_ns + 1 : start_ns;
}

struct open_span *lanes_open(struct lanes *l, const struct event *ev)
{
	if (l->n_spans + 1 > l->cap_spans / 4 * 3)
		grow(l);
	struct open_span *around = span_around(l, ev);
	struct lane_worker *w = &l->workers[around->worker];
	struct open_span s = {.id = ev->id,
			      .parent = around->id,
			      .kind = ev->kind,
			      .worker = around->worker,
			      .lane = around->lane,
			      .start_ns = start_inside(around, ev->time_ns),
			      .inner_ns = INT64_MAX,
			      .end_ns = INT64_MIN,
			      .attempt = ev->attempt,
			      .line = ev->line};
	if (lane_is_free(around, s.lane, s.start_ns, INT64_MAX)) {
		around->inner_ns = s.start_ns;
	} else {
		s.lane = lane_take(w);
		s.own_lane = true;
	}
	if (ev->kind == SPAN_WORKER)
		w->process = ev->id;
	texts_copy(&s, ev);
	size_t i = slot_of(l, s.id);
	l->spans[i] = s;
	l->n_spans++;
	return &l->spans[i];
}

void lanes_close(struct lanes *l, struct open_span *s, int64_t end_ns)
{
	struct lane_worker *w = &l->workers[s->worker];
	struct open_span *around = lanes_find(l, s->parent);
	if (!around)
		around = &w->root;
	if (s->own_lane)
		w->busy &= ~((uint64_t)1 << s->lane);
	if (!s->own_lane && around->lane == s->lane) {
		around->inner_ns = INT64_MAX;
		lane_use(around, s->lane, s->start_ns, end_ns);
	}
	w->busy &= ~s->more_lanes;
	if (w->process == s->id)
		w->process = 0;
	l->closed[l->n_closed++ % LANE_CLOSED] = (struct lane_closed){s->id, s->worker, s->lane};
	span_free(s);
	slot_clear(l, (size_t)(s - l->spans));
}

static const struct lane_closed *closed_find(const struct lanes *l, uint64_t id)
{
	for (size_t i = 0; id && i < l->n_closed && i < LANE_CLOSED; i++)
		if (l->closed[i].id == id)
			return &l->closed[i];
	return NULL;
}

static uint32_t lane_for(struct lanes *l, struct open_span *around, int64_t start_ns, int64_t end_ns)
{
	if (lane_is_free(around, around->lane, start_ns, end_ns))
		return around->lane;
	for (uint64_t more = around->more_lanes; more; more &= more - 1) {
		uint32_t lane = (uint32_t)__builtin_ctzll(more);
		if (lane_is_free(around, lane, start_ns, end_ns))
			return lane;
	}
	uint32_t lane = lane_take(&l->workers[around->worker]);
	around->more_lanes |= (uint64_t)1 << lane;
	return lane;
}

struct lane_use lanes_put(struct lanes *l, const struct event *ev, uint32_t *ret_worker)
{
	struct lane_use u = {0, ev->time_ns, ev->time_ns + ev->dur_ns};
	const struct lane_closed *c = lanes_find(l, ev->parent) ? NULL : closed_find(l, ev->parent);
	if (c) {
		*ret_worker = c->worker;
		u.lane = c->lane;
		return u;
	}
	struct open_span *around = span_around(l, ev);
	u.start_ns = start_inside(around, u.start_ns);
	if (u.end_ns < u.start_ns)
		u.end_ns = u.start_ns;
	*ret_worker = around->worker;
	u.lane = lane_for(l, around, u.start_ns, u.end_ns);
	lane_use(around, u.lane, u.start_ns, u.end_ns);
	return u;
}

struct started {
	int64_t start_ns;
	uint64_t id;
};

static int latest_first(const void *a, const void *b)
{
	const struct started *x = a, *y = b;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? 1 : -1;
	return x->id < y->id ? 1 : -1;
}

uint64_t *lanes_open_ids(const struct lanes *l, size_t *ret_n)
{
	struct started *at = mem_alloc(sizeof(*at) * (l->n_spans + 1));
	uint64_t *ids = mem_alloc(sizeof(*ids) * (l->n_spans + 1));
	size_t n = 0;
	for (size_t i = 0; i < l->cap_spans; i++)
		if (l->spans[i].id)
			at[n++] = (struct started){l->spans[i].start_ns, l->spans[i].id};
	qsort(at, n, sizeof(*at), latest_first);
	for (size_t i = 0; i < n; i++)
		ids[i] = at[i].id;
	mem_free(at);
	*ret_n = n;
	return ids;
}
