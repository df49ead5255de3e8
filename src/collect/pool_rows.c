/* What the processes of a worker say of themselves: lines of $FETTLE_EVENTS, and the map of native marks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/row.h"
#include "base/str.h"
#include "collect/pool_inside.h"

enum { NAME_MOST = 4096, PROCESSES_MOST = 1 << 20 };

/* A row on its way. */
struct arrival {
	struct event ev;
	struct field fields[ROW_FIELDS];
	int64_t at; /* absolute */
	int64_t pid, thread;
	uint64_t birth;
};

static void keep_first(struct pool *p, const struct worker *w, char *to, size_t n, const char *why)
{
	if (*to)
		return;
	char who[32] = "--setup";
	if (!w->front)
		(void)snprintf(who, sizeof(who), "worker %u", w->number);
	struct str unit = w->current ? str_clip_utf8(w->current->name, 80) : STR_NONE;
	(void)snprintf(to, n, "of %s%s%.*s%s: %s", who, unit.n ? " in '" : "", STR_ARG(unit),
		       unit.n ? "'" : "", why);
	(void)p;
}

static void bad_row(struct pool *p, const struct worker *w, const char *why)
{
	p->bad_rows++;
	keep_first(p, w, p->bad_row, sizeof(p->bad_row), why);
}

/* A mark that says of another one what cannot be. */
static void bad_mark(struct pool *p, const struct worker *w, const struct event *ev, const char *why)
{
	struct str name = str_clip_utf8(ev->name, 80);
	char text[160];
	(void)snprintf(text, sizeof(text), "'%.*s' %s", STR_ARG(name), why);
	p->bad_marks++;
	keep_first(p, w, p->bad_mark, sizeof(p->bad_mark), text);
}

/* begin and end of a unit, as the agent saw them. */
static void unit_row(struct pool *p, struct worker *w, const struct event *ev, int64_t at)
{
	int64_t number = event_int(ev, "unit", -1);
	if (ev->type == EVENT_END) {
		if (w->current && w->current->number == number) {
			worker_drain(p, w);
			worker_unit_end(p, w, ev->status ? ev->status : STATUS_ERROR, ev->message, NULL,
					false, at);
		}
		return;
	}
	for (uint32_t i = 0; i < w->n_units && ev->type == EVENT_BEGIN; i++) {
		if (w->units[i]->number != number)
			continue;
		if (w->current)
			worker_unit_end(p, w, STATUS_ERROR, STR("its end was not recorded"), NULL, false, at);
		worker_unit_begin(p, w, w->units[i], ev->id, at);
		return;
	}
}

/*
 * Rows of the worker's own process, or of one that it started and that tells of itself: ids of their own. A
 * process that may come after another one with its number (exec) says which with `proc`.
 */
static uint64_t birth_of(struct pool *p, struct worker *w, int64_t pid, int64_t proc)
{
	if (!pid && !proc)
		return w->birth;
	uint64_t key =
	    proc ? (uint64_t)proc | UINT64_C(1) << 63 : w->birth << 32 | (uint64_t)(pid & 0xffffffff);
	if (w->births.n >= PROCESSES_MOST)
		map_clear(&w->births);
	uint32_t *at = map_at_int(&w->births, key);
	if (*at == MAP_NONE)
		*at = (uint32_t)++p->next_birth;
	return *at;
}

/* An id as its process says it; 0: none. */
static uint64_t of_process(const struct arrival *r, uint64_t id)
{
	return id ? r->birth << 32 | (id & 0xffffffff) : 0;
}

/* A fresh id for what came without one. */
static uint64_t mark_id(struct pool *p, struct worker *w)
{
	if (!(uint32_t)w->next_mark)
		w->next_mark = ++p->next_birth << 32 | 1;
	return w->next_mark++;
}

/* What lies around a mark that names nothing. A container lies in nothing, a test in no other. */
static uint64_t around(const struct worker *w, enum span_kind kind, int64_t pid, int64_t at)
{
	if (kind == SPAN_CONTAINER)
		return 0;
	uint64_t id = kind == SPAN_PHASE ? marks_around(&w->marks, pid, at) : marks_unit_at(&w->marks, at);
	if (id)
		return id;
	return kind == SPAN_PHASE && w->phase ? w->phase : w->span;
}

/* The command (fettle mark -- COMMAND) that this was started by, if it still ran; 0: none. */
static uint64_t command_around(struct pool *p, struct worker *w, const struct arrival *r)
{
	int64_t number = event_int(&r->ev, "inside", 0);
	if (number <= 0 || r->ev.kind != SPAN_PHASE)
		return 0;
	uint64_t id = birth_of(p, w, 0, number) << 32 | 1;
	return marks_command_ran(&w->marks, id, r->at) ? id : 0;
}

static void put_int_field(struct arrival *r, const char *key, int64_t num)
{
	if (r->ev.n_fields < ROW_FIELDS)
		r->fields[r->ev.n_fields++] =
		    (struct field){.key = str_of(key), .type = FIELD_INT, .num = num};
}

static void put_text_field(struct arrival *r, const char *key, struct str text)
{
	if (text.n && r->ev.n_fields < ROW_FIELDS)
		r->fields[r->ev.n_fields++] =
		    (struct field){.key = str_of(key), .type = FIELD_TEXT, .text = text};
}

/* The fields but for those of these names, in an array of our own. */
static void take_fields(struct arrival *r, const char *const *but, size_t n_but)
{
	const struct field *from = r->ev.fields;
	uint32_t n = r->ev.n_fields;
	r->ev.n_fields = 0;
	r->ev.fields = r->fields;
	for (uint32_t i = 0; i < n; i++) {
		bool left_out = false;
		for (size_t k = 0; k < n_but && !left_out; k++)
			left_out = str_is(from[i].key, but[k]);
		if (!left_out)
			r->fields[r->ev.n_fields++] = from[i];
	}
}

/* A number of the suite's: whole in `num`; one with a fraction also as it was written, in `real`. */
static void value_row(struct pool *p, struct worker *w, struct arrival *r)
{
	static const char *const ours[] = {"num", "what", "container", "proc", "real", "inside"};
	struct event *ev = &r->ev;
	struct str real = event_text(ev, "num"), container = event_text(ev, "container");
	struct str what = event_text(ev, "what");
	int64_t num = event_int(ev, "num", INT64_MIN);
	if (real.n && real.n < 64) {
		char text[64];
		char *end;
		memcpy(text, real.at, real.n);
		text[real.n] = 0;
		double d = strtod(text, &end);
		if (!*end && isfinite(d) && fabs(d) < 9e18)
			num = llround(d);
	}
	if (!ev->name.n || num == INT64_MIN) {
		bad_row(p, w,
			!ev->name.n ? "bad row: a value without 'name'" : "bad row: a value without 'num'");
		return;
	}
	if (container.n &&
	    !(ev->parent = marks_find(&w->marks, SPAN_CONTAINER, container, r->pid, r->thread))) {
		bad_mark(p, w, ev, "is of a container that has not begun");
		return;
	}
	take_fields(r, ours, sizeof(ours) / sizeof(*ours));
	put_int_field(r, "num", num);
	put_text_field(r, "real", real);
	if (!ev->parent)
		put_text_field(r, "what", str_is(what, "count") ? what : STR("value"));
	pool_put(p, ev);
}

/* A span without an id. False: it is of no use. */
static bool foreign_row(struct pool *p, struct worker *w, struct arrival *r)
{
	struct event *ev = &r->ev;
	if (ev->type == EVENT_END) {
		ev->id = marks_end(&w->marks, ev->kind, ev->name, r->pid, r->thread);
		if (!ev->id)
			bad_mark(p, w, ev, "ends and has not begun");
		return ev->id != 0;
	}
	if (!ev->name.n) {
		bad_row(p, w, "bad row: a mark without 'name'");
		return false;
	}
	if (!ev->parent && ev->kind != SPAN_CONTAINER)
		ev->parent = marks_innermost(&w->marks, r->pid, r->thread);
	ev->id = mark_id(p, w);
	if (ev->type == EVENT_BEGIN && !marks_begin(&w->marks, ev->id, ev->kind, ev->name, r->pid, r->thread))
		bad_mark(p, w, ev, "is one too many that is open: its end will not be known");
	return true;
}

static bool is_mark(enum span_kind kind)
{
	return kind == SPAN_PHASE || kind == SPAN_TEST || kind == SPAN_CONTAINER;
}

/* A span that begins, or is told whole: what lies around it, and what it may come to hold. */
static void place(struct pool *p, struct worker *w, struct arrival *r, bool foreign)
{
	struct event *ev = &r->ev;
	if (!ev->parent)
		ev->parent = command_around(p, w, r);
	if (!ev->parent && is_mark(ev->kind) && (foreign || r->pid))
		ev->parent = around(w, ev->kind, r->pid, r->at);
	else if (!ev->parent)
		ev->parent = w->unit_span ? w->unit_span : w->span;
	if (ev->type != EVENT_BEGIN)
		return;
	if (event_int(ev, "wraps", 0))
		marks_command_begin(&w->marks, ev->id, r->at);
	if (ev->kind == SPAN_TEST)
		marks_test_begin(&w->marks, ev->id, r->pid, r->at);
}

static void span_row(struct pool *p, struct worker *w, struct arrival *r)
{
	static const char *const ours[] = {"proc", "inside", "wraps"};
	struct event *ev = &r->ev;
	bool begins = ev->type == EVENT_BEGIN || ev->type == EVENT_SPAN;
	bool foreign = !ev->id && (begins ? is_mark(ev->kind) : ev->type == EVENT_END);
	if (begins && ev->kind == SPAN_NONE) {
		bad_row(p, w, "bad row: 'kind' is missing or unknown");
		return;
	}
	ev->id = of_process(r, ev->id);
	ev->parent = of_process(r, ev->parent);
	if (foreign && !foreign_row(p, w, r))
		return;
	if (begins) {
		place(p, w, r, foreign);
	} else if (ev->type == EVENT_END) {
		marks_test_end(&w->marks, ev->id, r->at);
		marks_command_end(&w->marks, ev->id, r->at);
		if (ev->status == STATUS_NONE && (foreign || is_mark(ev->kind)))
			ev->status = STATUS_PASSED;
	}
	take_fields(r, ours, sizeof(ours) / sizeof(*ours));
	pool_put(p, ev);
}

/* Why a process may not say this row, or NULL. */
static const char *objection(const struct event *ev)
{
	if (ev->type == EVENT_NONE)
		return "bad row: 'ev' is missing or unknown";
	if (ev->type == EVENT_RUN || ev->type == EVENT_DONE || ev->kind == SPAN_WORKER)
		return "bad row: only fettle itself may say this";
	return NULL;
}

static void take_row(struct pool *p, struct worker *w, struct str line)
{
	struct arrival r;
	struct event *ev = &r.ev;
	struct err e;
	arena_reset(&p->rows);
	const char *why = row_read(line, &p->rows, ev, &e) < 0 ? e.text : objection(ev);
	if (why) {
		bad_row(p, w, why);
		return;
	}
	int64_t now = clock_mono_ns();
	if (ev->source == SOURCE_NONE)
		ev->source = ev->time_ns ? SOURCE_INJECTED : SOURCE_LOG;
	r.at = ev->time_ns || ev->type != EVENT_SPAN || ev->dur_ns > now ? ev->time_ns : now - ev->dur_ns;
	if (r.at < p->o.start_ns || r.at > now + NS_PER_S)
		r.at = now;
	ev->worker = w->front ? -1 : (int32_t)w->number;
	ev->time_ns = pool_time(p, r.at);
	ev->name = str_clip_utf8(ev->name, NAME_MOST);
	r.pid = event_int(ev, "pid", 0);
	r.thread = event_int(ev, "thread", 0);
	r.birth = birth_of(p, w, r.pid, event_int(ev, "proc", 0));
	if (pool_was_cut(p) && r.at >= p->interrupt_ns && status_is_bad(ev->status)) {
		ev->status = STATUS_UNFINISHED; /* by us, not by the test */
		ev->message = ev->kind == SPAN_TEST ? worker_stacks(p, w) : pool_cut_words(p);
	}
	if (ev->kind == SPAN_UNIT) {
		ev->id = of_process(&r, ev->id);
		unit_row(p, w, ev, r.at);
	} else if (ev->type == EVENT_VALUE) {
		ev->parent = of_process(&r, ev->parent);
		value_row(p, w, &r);
	} else {
		span_row(p, w, &r);
	}
}

/* For marks_map_read. */
struct listener {
	struct pool *pool;
	struct worker *worker;
	int64_t now;
};

static enum span_kind kind_of(enum marks_kind kind)
{
	return kind == MARK_CONTAINER || kind == MARK_READY ? SPAN_CONTAINER
	       : kind == MARK_SCENARIO                      ? SPAN_TEST
							    : SPAN_PHASE;
}

static void native_value(struct worker *w, struct arrival *r, const struct marks_told *told)
{
	put_int_field(r, "num", told->num);
	if (told->kind == MARK_READY)
		r->ev.parent = w->native << 32 | told->inside;
	else
		put_text_field(r, "what", told->kind == MARK_COUNT ? STR("count") : STR("value"));
}

static void native_span(const struct listener *l, struct arrival *r, const struct marks_told *told)
{
	struct worker *w = l->worker;
	struct event *ev = &r->ev;
	bool ends = told->type != EVENT_BEGIN;
	ev->kind = kind_of(told->kind);
	ev->id = w->native << 32 | told->number;
	if (ends)
		ev->status = told->status ? told->status : STATUS_PASSED;
	if (told->type == EVENT_SPAN && told->end_ns < l->now + NS_PER_S)
		ev->dur_ns = told->end_ns - told->begin_ns;
	if (told->type == EVENT_END)
		return;
	ev->parent = told->inside && ev->kind != SPAN_CONTAINER ? w->native << 32 | told->inside
								: around(w, ev->kind, r->pid, r->at);
}

static void take_native(void *to, const struct marks_told *told)
{
	struct listener *l = to;
	struct pool *p = l->pool;
	struct worker *w = l->worker;
	struct arrival r = {.at = told->type == EVENT_END ? told->end_ns : told->begin_ns, .pid = told->pid};
	if (r.at < p->o.start_ns || r.at > l->now + NS_PER_S)
		r.at = l->now;
	r.ev = (struct event){.type = told->type,
			      .source = SOURCE_INJECTED,
			      .worker = w->front ? -1 : (int32_t)w->number,
			      .time_ns = pool_time(p, r.at),
			      .name = told->name.n ? told->name : STR("?"),
			      .fields = r.fields};
	if (told->type == EVENT_VALUE)
		native_value(w, &r, told);
	else
		native_span(l, &r, told);
	put_text_field(&r, "image", told->image);
	put_int_field(&r, "pid", told->pid);
	put_int_field(&r, "thread", told->thread);
	pool_put(p, &r.ev);
}

static void read_spool(struct pool *p, struct worker *w, struct spool *s)
{
	struct str line;
	struct stat st;
	uint64_t bad = s->bad;
	/* who writes as fast as we read must not keep us for ever */
	uint64_t upto = s->fd >= 0 && fstat(s->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	while (spool_told(s) < upto && spool_line(s, &line))
		if (line.n)
			take_row(p, w, line);
	for (; bad < s->bad; bad++)
		bad_row(p, w, "a line of more than 1 MiB");
}

void agent_rows(struct pool *p, struct worker *w)
{
	read_spool(p, w, &w->spool);
	read_spool(p, w, &w->spare);
	struct listener l = {p, w, clock_mono_ns()};
	marks_map_read(&w->map, l.now, take_native, &l);
}

void pool_tell_marks(struct pool *p)
{
	uint64_t lost = p->front.map.lost, nameless = p->front.map.lost_names, bad = p->front.map.bad;
	for (uint32_t i = 0; i < p->o.workers; i++) {
		lost += p->workers[i].map.lost;
		nameless += p->workers[i].map.lost_names;
		bad += p->workers[i].map.bad;
	}
	if (p->bad_marks)
		pool_note(p, "marks",
			  arena_printf(p->arena,
				       "%llu marks do not fit together and are not counted; the first, %s",
				       (unsigned long long)p->bad_marks, p->bad_mark));
	if (lost)
		pool_note(
		    p, "marks-lost",
		    arena_printf(
			p->arena,
			"%llu marks of native code are lost: they came faster than fettle could read them, or in a signal handler",
			(unsigned long long)lost));
	if (nameless)
		pool_note(
		    p, "marks-names",
		    arena_printf(
			p->arena,
			"%llu marks of native code have lost their names: there were too many different ones",
			(unsigned long long)nameless));
	if (bad)
		pool_note(
		    p, "marks-bad",
		    arena_printf(
			p->arena,
			"%llu records in the map of native marks make no sense: somebody else wrote into it",
			(unsigned long long)bad));
}
