#include "report/report_otlp.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"
#include "report/otlp_span.h"

enum { MOMENTS = 64 /* of one span */, CLIMB = 64 };

#define WHOLE_BIT ((uint64_t)1 << 63) /* numbers of spans that have none in the record */

/* A span that others may lie in. Its texts are the arena's. */
struct known {
	struct otlp_span s;
	bool ended, put;
	uint32_t n_moments;
};

struct otlp_build {
	struct arena arena;
	struct trace_context trace;
	struct str service;
	int64_t wall_ns, last_ns;
	struct known *all;
	size_t n, cap;
	struct map by_number; /* to index in all */
	struct map workers;   /* to the index of a worker's span */
	uint64_t n_whole;
	size_t run; /* index of the run's own span */
	struct out rows;
	struct buf text, scratch;
	size_t head_bytes; /* of what stands in front of the spans of a request */
	uint32_t n_spans;  /* in the request that is being made */
};

static void batch_end(struct otlp *t)
{
	struct otlp_build *b = t->build;
	if (!b->n_spans)
		return;
	out_text(&b->rows, "]}]}]}");
	t->to->take(t->to, buf_view(&b->text), b->n_spans);
	b->text.n = b->head_bytes;
	b->n_spans = 0;
}

static void put_span(struct otlp *t, const struct otlp_span *s)
{
	struct otlp_build *b = t->build;
	if (b->n_spans)
		out_char(&b->rows, ',');
	otlp_put(&b->rows, s, &b->trace, b->wall_ns);
	if (++b->n_spans >= OTLP_SPANS || b->text.n >= OTLP_BYTES)
		batch_end(t);
}

/* Who made the spans: the first bytes of each request. */
static void put_head(struct otlp_build *b, struct str host, struct str version)
{
	struct out *o = &b->rows;
	buf_clear(&b->text);
	out_text(o, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{"
		    "\"stringValue\":");
	out_json(o, b->service.n ? b->service : STR("fettle"));
	out_text(o, "}}");
	otlp_text(o, "host.name", host);
	out_text(o, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"fettle\"");
	if (version.n) {
		out_text(o, ",\"version\":");
		out_json(o, version);
	}
	out_text(o, "},\"spans\":[");
	b->head_bytes = b->text.n;
}

static struct known *known_at(struct otlp_build *b, uint64_t number)
{
	uint32_t i = number ? map_get_int(&b->by_number, number) : MAP_NONE;
	return i == MAP_NONE ? NULL : &b->all[i];
}

static struct known *known_add(struct otlp_build *b, uint64_t number)
{
	b->all = mem_grow(b->all, b->n, &b->cap, sizeof(*b->all));
	struct known *k = &b->all[b->n];
	*k = (struct known){.s = {.number = number, .worker = -1}};
	if (number)
		*map_at_int(&b->by_number, number) = (uint32_t)b->n;
	b->n++;
	return k;
}

static struct str more(struct otlp_build *b, struct str had)
{
	if (!b->scratch.n)
		return had;
	char *at = arena_alloc(&b->arena, had.n + b->scratch.n + 1);
	if (had.n)
		memcpy(at, had.at, had.n);
	memcpy(at + had.n, b->scratch.at, b->scratch.n);
	return (struct str){at, had.n + b->scratch.n};
}

static struct str fields_of(struct otlp_build *b, const struct event *ev, struct str had)
{
	struct out o;
	if (!ev->n_fields)
		return had;
	buf_clear(&b->scratch);
	out_to_buf(&o, &b->scratch);
	otlp_fields(&o, ev);
	return more(b, had);
}

static void add_moment(struct otlp_build *b, struct known *k, const struct event *ev)
{
	struct out o;
	if (k->n_moments++ >= MOMENTS)
		return;
	buf_clear(&b->scratch);
	out_to_buf(&o, &b->scratch);
	otlp_moment(&o, ev, b->wall_ns, k->s.moments.n > 0);
	k->s.moments = more(b, k->s.moments);
}

/* What a row says of its span, over what was known before. */
static void learn(struct otlp_build *b, struct otlp_span *s, const struct event *ev, bool keep)
{
	const struct str *from[] = {&ev->name, &ev->file, &ev->key, &ev->message};
	struct str *to[] = {&s->name, &s->file, &s->key, &s->message};
	for (int i = 0; i < 4; i++)
		if (from[i]->n)
			*to[i] = keep ? arena_str(&b->arena, *from[i]) : *from[i];
	if (ev->line)
		s->line = ev->line;
	if (ev->attempt)
		s->attempt = ev->attempt;
	if (ev->status)
		s->status = ev->status;
}

static const struct known *worker_at(const struct otlp_build *b, int32_t worker)
{
	uint32_t i = worker < 0 ? MAP_NONE : map_get_int(&b->workers, (uint64_t)worker + 1);
	return i == MAP_NONE ? NULL : &b->all[i];
}

/* Of a row that names no span around it. */
static uint64_t parent_of(struct otlp_build *b, const struct event *ev)
{
	if (ev->parent || ev->kind == SPAN_WORKER || ev->worker < 0)
		return ev->parent;
	const struct known *k = worker_at(b, ev->worker);
	return k ? k->s.number : 0;
}

/* The name of the suite around a test. */
static struct str suite_of(struct otlp_build *b, uint64_t parent)
{
	struct known *k = known_at(b, parent);
	for (int i = 0; k && i < CLIMB; i++, k = known_at(b, k->s.parent))
		if (k->s.kind == SPAN_SUITE)
			return k->s.name.n ? k->s.name : k->s.file;
	return STR_NONE;
}

/* Containers, and calls that lie in none, have their place told by time and worker. */
static bool waits(const struct otlp_span *s)
{
	return s->kind == SPAN_CONTAINER || (s->kind == SPAN_CALL && !s->parent);
}

static void put_known(struct otlp *t, struct known *k)
{
	k->ended = true;
	if (waits(&k->s) || k->put)
		return;
	k->put = true;
	if (k->s.kind == SPAN_TEST)
		k->s.suite = suite_of(t->build, k->s.parent);
	put_span(t, &k->s);
}

static void begin(struct otlp *t, const struct event *ev)
{
	struct otlp_build *b = t->build;
	if (!ev->id || known_at(b, ev->id))
		return;
	uint64_t parent = ev->kind == SPAN_CONTAINER ? 0 : parent_of(b, ev);
	struct known *k = known_add(b, ev->id);
	k->s.parent = parent;
	k->s.kind = ev->kind;
	k->s.worker = ev->worker;
	k->s.start_ns = ev->time_ns;
	learn(b, &k->s, ev, true);
	k->s.attributes = fields_of(b, ev, k->s.attributes);
	if (ev->kind == SPAN_WORKER && ev->worker >= 0)
		*map_at_int(&b->workers, (uint64_t)ev->worker + 1) = (uint32_t)(b->n - 1);
}

static void end(struct otlp *t, const struct event *ev)
{
	struct otlp_build *b = t->build;
	struct known *k = known_at(b, ev->id);
	if (!k || k->ended)
		return;
	k->s.end_ns = ev->time_ns;
	learn(b, &k->s, ev, true);
	k->s.attributes = fields_of(b, ev, k->s.attributes);
	put_known(t, k);
}

static void whole(struct otlp *t, const struct event *ev)
{
	struct otlp_build *b = t->build;
	uint64_t number = ev->id ? ev->id : WHOLE_BIT | ++b->n_whole;
	bool stays = ev->kind == SPAN_SUITE || ev->kind == SPAN_UNIT || ev->kind == SPAN_TEST ||
		     ev->kind == SPAN_CONTAINER || (ev->kind == SPAN_CALL && !ev->parent);
	struct otlp_span s = {.number = number,
			      .kind = ev->kind,
			      .worker = ev->worker,
			      .start_ns = ev->time_ns,
			      .end_ns = ev->time_ns + ev->dur_ns};
	if (known_at(b, number))
		return;
	s.parent = ev->kind == SPAN_CONTAINER || ev->kind == SPAN_CALL ? ev->parent : parent_of(b, ev);
	learn(b, &s, ev, stays);
	if (stays) {
		s.attributes = fields_of(b, ev, STR_NONE);
		struct known *k = known_add(b, number);
		k->s = s;
		put_known(t, k);
		return;
	}
	struct out o;
	buf_clear(&b->scratch);
	out_to_buf(&o, &b->scratch);
	otlp_fields(&o, ev);
	s.attributes = buf_view(&b->scratch);
	put_span(t, &s);
}

static void begin_run(struct otlp_build *b, const struct event *ev)
{
	if (b->n_spans)
		return; /* a second such row; the first one counts */
	b->wall_ns = event_int(ev, "wall_ns", 0);
	trace_context_make(&b->trace, event_text(ev, "run"), event_text(ev, "host"), b->wall_ns,
			   event_text(ev, "traceparent"));
	put_head(b, event_text(ev, "host"), event_text(ev, "fettle"));
	struct known *k = &b->all[b->run];
	k->s.attributes = fields_of(b, ev, STR_NONE);
}

static void end_run(struct otlp_build *b, const struct event *ev)
{
	struct known *k = &b->all[b->run];
	if (k->ended)
		return;
	k->ended = true;
	k->s.end_ns = ev->time_ns;
	learn(b, &k->s, ev, true);
	k->s.attributes = fields_of(b, ev, k->s.attributes);
}

/* Far from where a sum of two could overflow. */
static int64_t sane_ns(int64_t ns)
{
	const int64_t most = INT64_MAX / 8;
	return ns < -most ? -most : ns > most ? most : ns;
}

static bool is_moment(const struct event *ev)
{
	static const char *const names[] = {"listening", "healthy", "unhealthy", "ready", "oom", "removed"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_is(ev->name, names[i]))
			return true;
	return false;
}

static void put(struct sink *sink, const struct event *given)
{
	struct otlp *t = (struct otlp *)sink;
	struct otlp_build *b = t->build;
	struct event copy = *given;
	struct known *k;
	copy.time_ns = sane_ns(given->time_ns);
	copy.dur_ns = given->type != EVENT_SPAN || given->dur_ns < 0 ? 0 : sane_ns(given->dur_ns);
	if (copy.time_ns + copy.dur_ns > b->last_ns)
		b->last_ns = copy.time_ns + copy.dur_ns;
	switch (copy.type) {
	case EVENT_RUN:
		begin_run(b, &copy);
		break;
	case EVENT_BEGIN:
		begin(t, &copy);
		break;
	case EVENT_END:
		end(t, &copy);
		break;
	case EVENT_SPAN:
		whole(t, &copy);
		break;
	case EVENT_NOTE:
		add_moment(b, &b->all[b->run], &copy);
		break;
	case EVENT_VALUE:
		k = known_at(b, copy.parent);
		if (k && k->s.kind == SPAN_CONTAINER && is_moment(&copy))
			add_moment(b, k, &copy);
		break;
	case EVENT_DONE:
		end_run(b, &copy);
		break;
	default:
		break;
	}
}

void otlp_begin(struct otlp *t, struct otlp_to *to, struct str service)
{
	struct otlp_build *b = mem_alloc(sizeof(*b));
	memset(b, 0, sizeof(*b));
	*t = (struct otlp){{put}, to, b};
	b->service = service;
	out_to_buf(&b->rows, &b->text);
	trace_context_make(&b->trace, STR_NONE, STR_NONE, 0, STR_NONE);
	put_head(b, STR_NONE, STR_NONE);
	b->run = b->n;
	(void)known_add(b, 0);
}

/*
 * Where what waits lies: in the one test that was open on its worker when it began, else
 * (none, or several at once) in the unit, else in the worker, else in the run.
 */
static void place(struct otlp_build *b, struct otlp_span *s)
{
	const struct known *worker = worker_at(b, s->worker);
	uint64_t unit = 0, test = 0;
	uint32_t tests = 0;
	s->parent = worker ? worker->s.number : 0;
	for (size_t k = 0; s->worker >= 0 && k < b->n; k++) {
		const struct otlp_span *at = &b->all[k].s;
		if ((at->kind != SPAN_UNIT && at->kind != SPAN_TEST) || at->worker != s->worker ||
		    at->start_ns > s->start_ns || at->end_ns < s->start_ns)
			continue;
		if (at->kind == SPAN_UNIT)
			unit = at->number;
		else {
			tests += !tests || at->parent != test; /* a subtest is no second one */
			test = at->number;
		}
	}
	s->parent = tests == 1 ? test : unit ? unit : s->parent;
	s->shared = s->kind == SPAN_CONTAINER && tests != 1;
}

void otlp_end(struct otlp *t)
{
	struct otlp_build *b = t->build;
	for (size_t i = 0; i < b->n; i++) {
		struct known *k = &b->all[i];
		if (k->ended)
			continue;
		k->s.end_ns = b->last_ns;
		if (k->s.kind != SPAN_CONTAINER) /* those that ran on are no worse for it */
			k->s.status = STATUS_UNFINISHED;
		if (i != b->run)
			put_known(t, k);
	}
	for (size_t i = 0; i < b->n; i++) {
		struct known *k = &b->all[i];
		if (k->put || i == b->run)
			continue;
		if (!k->s.parent)
			place(b, &k->s);
		put_span(t, &k->s);
	}
	put_span(t, &b->all[b->run].s);
	batch_end(t);
	map_free(&b->by_number);
	map_free(&b->workers);
	arena_free(&b->arena);
	mem_free(b->all);
	buf_free(&b->text);
	buf_free(&b->scratch);
	mem_free(b);
	t->build = NULL;
}
