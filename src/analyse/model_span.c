#include <string.h>

#include "analyse/model_build.h"
#include "base/row.h"
#include "base/str.h"
#include "base/vec.h"

/* Puts a span into the list of what is open in its unit, or takes it out. */
static void link_open(struct model_build *b, uint32_t i)
{
	struct open *o = &b->opens[i];
	o->next = o->prev = MODEL_NONE;
	if (o->unit == MODEL_NONE || o->kind == SPAN_UNIT)
		return;
	o->next = b->units[o->unit].opens;
	if (o->next != MODEL_NONE)
		b->opens[o->next].prev = i;
	b->units[o->unit].opens = i;
}

static void unlink_open(struct model_build *b, uint32_t i)
{
	struct open *o = &b->opens[i];
	if (o->unit == MODEL_NONE || o->kind == SPAN_UNIT)
		return;
	if (o->prev != MODEL_NONE)
		b->opens[o->prev].next = o->next;
	else
		b->units[o->unit].opens = o->next;
	if (o->next != MODEL_NONE)
		b->opens[o->next].prev = o->prev;
}

/* Finds unit and suite around a span: from its parent, else from what its worker does. */
static void place(struct model *m, struct open *o)
{
	struct model_build *b = m->build;
	const struct ids_slot *up = ids_get(&b->ids, o->parent);
	if (up && up->open) {
		const struct open *p = &b->opens[up->index];
		o->unit = p->kind == SPAN_UNIT ? p->index : p->unit;
		o->suite = p->kind == SPAN_SUITE ? p->index : p->suite;
	} else if (up && up->kind == SPAN_UNIT) {
		o->unit = up->index;
	} else if (up && up->kind == SPAN_SUITE) {
		o->suite = up->index;
	} else if (up && up->kind == SPAN_TEST) {
		o->unit = m->tests[up->index].unit;
		o->suite = m->tests[up->index].suite;
	}
	if (o->unit == MODEL_NONE && o->kind > SPAN_UNIT) {
		uint32_t w = model_worker(m, o->worker);
		if (w != MODEL_NONE)
			o->unit = b->workers[w].unit;
	}
	if (o->worker < 0 && o->unit != MODEL_NONE)
		o->worker = m->units[o->unit].worker;
}

/* Steps, hooks and fixtures are only added up; a row that tells all of one at once need not be kept. */
static bool is_small(enum span_kind kind)
{
	return kind >= SPAN_STEP;
}

/* What a row says of a span, over what is known already. */
static void learn(struct model *m, struct open *o, const struct event *ev)
{
	if (ev->name.n && !str_eq(o->name, ev->name))
		o->name = o->kind == SPAN_TEST ? model_keep(m, ev->name) : model_intern(m, ev->name);
	if (ev->file.n)
		o->file = model_keep_file(m, ev->file);
	if (ev->key.n && o->kind == SPAN_TEST && !str_eq(o->key, ev->key))
		o->key = model_keep(m, ev->key);
	if (o->kind == SPAN_PHASE)
		o->thread = (uint64_t)event_int(ev, "thread", (int64_t)o->thread);
	if (ev->line)
		o->line = ev->line;
	if (ev->attempt)
		o->attempt = ev->attempt;
	if (ev->worker >= 0)
		o->worker = ev->worker;
	if (ev->source != SOURCE_NONE)
		o->source = ev->source;
	if (ev->status != STATUS_NONE)
		o->status = ev->status;
	if (o->kind == SPAN_TEST && status_is_bad(o->status) && event_text(ev, "place").n)
		o->place = model_keep(m, event_text(ev, "place"));
	if (ev->message.n && !is_small(o->kind) && o->status != STATUS_PASSED)
		o->message = model_keep_message(m, ev->message);
}

/* A key that ends in the name holds it: pytest's do, and one copy serves both. */
static void learn_key(struct model *m, struct open *o, const struct event *ev)
{
	if (!ev->name.n || ev->key.n < ev->name.n ||
	    memcmp(ev->key.at + ev->key.n - ev->name.n, ev->name.at, ev->name.n) != 0)
		return;
	o->key = model_keep(m, ev->key);
	o->name = str_cut(o->key, o->key.n - ev->name.n, ev->name.n);
}

static struct open fresh(struct model *m, const struct event *ev)
{
	struct open o = {.id = ev->id,
			 .parent = ev->parent,
			 .kind = ev->kind,
			 .worker = ev->worker,
			 .index = MODEL_NONE,
			 .unit = MODEL_NONE,
			 .suite = MODEL_NONE,
			 .phases_in = MODEL_NONE,
			 .next = MODEL_NONE,
			 .prev = MODEL_NONE,
			 .start_ns = model_time(ev->time_ns)};
	place(m, &o);
	return o;
}

/* Learns the row that begins a span, and makes its entry where there is one from the begin on. */
static void enter(struct model *m, struct open *o, const struct event *ev)
{
	if (o->kind == SPAN_TEST)
		learn_key(m, o, ev);
	learn(m, o, ev);
	if (o->kind == SPAN_WORKER)
		model_worker_begin(m, o);
	else if (o->kind == SPAN_UNIT)
		model_unit_begin(m, o, ev);
	else if (o->kind == SPAN_SUITE && (o->name.n || o->file.n))
		o->index = model_suite_of(m, o->name, o->file);
}

static void begin(struct model *m, const struct event *ev)
{
	struct model_build *b = m->build;
	const struct ids_slot *known = ids_get(&b->ids, ev->id);
	if (ev->kind == SPAN_NONE || !ev->id || (known && known->open) || b->n_used >= MODEL_MOST_OPEN)
		return;
	struct open o = fresh(m, ev);
	enter(m, &o, ev);
	uint32_t i = b->free_open;
	if (i != MODEL_NONE) {
		b->free_open = b->opens[i].next;
	} else {
		b->opens = vec_grow(b->opens, b->n_opens, &b->cap_opens, sizeof(*b->opens));
		i = (uint32_t)b->n_opens++;
	}
	b->opens[i] = o;
	b->opens[i].used = true;
	b->n_used++;
	link_open(b, i);
	struct ids_slot *slot = ids_at(&b->ids, &b->scratch, o.id);
	slot->index = i;
	slot->kind = (uint8_t)o.kind;
	slot->open = true;
}

/* Adds a span that is over to the model; returns the index of what it became there. */
static uint32_t close_span(struct model *m, struct open *o, const struct event *ev)
{
	if (o->end_ns < o->start_ns)
		o->end_ns = o->start_ns;
	switch (o->kind) {
	case SPAN_WORKER:
		model_worker_close(m, o, ev);
		return o->index;
	case SPAN_PHASE:
		model_phase_close(m, o);
		return MODEL_NONE;
	case SPAN_UNIT:
		model_unit_close(m, o, ev);
		return o->index;
	case SPAN_SUITE:
		model_suite_close(m, o);
		return o->index;
	case SPAN_TEST:
		return model_test_close(m, o, ev);
	default:
		model_sum_close(m, o);
		return MODEL_NONE;
	}
}

/*
 * Of a span that is over, keeps the id where rows may still point to it. Not forever: the ids of
 * 100,000 tests would take as much room as a quarter of all that is known of them.
 */
static void remember(struct model_build *b, const struct open *o, uint32_t index)
{
	if (!o->id)
		return;
	if (index == MODEL_NONE || o->kind < SPAN_UNIT || o->kind > SPAN_TEST) {
		ids_drop(&b->ids, o->id);
		return;
	}
	uint64_t *oldest = &b->recent[b->n_recent++ % MODEL_RECENT];
	struct ids_slot *slot = ids_get(&b->ids, *oldest);
	if (slot && !slot->open)
		ids_drop(&b->ids, *oldest);
	*oldest = o->id;
	slot = ids_at(&b->ids, &b->scratch, o->id);
	slot->kind = (uint8_t)o->kind;
	slot->index = index;
	slot->open = false;
}

/* Takes an open span out and adds it to the model. */
static void finish_open(struct model *m, uint32_t i, const struct event *ev)
{
	struct model_build *b = m->build;
	struct open o = b->opens[i]; /* a copy: closing may close others */
	unlink_open(b, i);
	b->opens[i].used = false;
	b->opens[i].next = b->free_open;
	b->free_open = i;
	b->n_used--;
	remember(b, &o, close_span(m, &o, ev));
}

/*
 * A unit has ended: what is still open in it ends too. Tests of a unit that ended by itself are left,
 * as their rows may be late.
 */
static void finish_inside(struct model *m, const struct open *unit)
{
	struct model_build *b = m->build;
	bool died = unit->status >= STATUS_TIMEOUT || unit->status == STATUS_UNFINISHED;
	for (uint32_t i = b->units[unit->index].opens, next; i != MODEL_NONE; i = next) {
		struct open *o = &b->opens[i];
		next = o->next;
		if (o->kind == SPAN_TEST && !died)
			continue;
		o->end_ns = unit->end_ns;
		o->status = died && o->kind != SPAN_SUITE ? unit->status : STATUS_UNFINISHED;
		if (o->kind == SPAN_TEST && !o->message.n)
			o->message = unit->message;
		if (o->kind == SPAN_TEST && !o->output.n) /* the last words of who died in it */
			o->output = unit->output;
		finish_open(m, i, NULL);
	}
}

/* A class is never torn apart: what its tests share is theirs alone. */
static enum share share_of(struct str scope)
{
	if (str_is(scope, "module"))
		return SHARE_FILE;
	return str_is(scope, "package") || str_is(scope, "session") ? SHARE_WIDER : SHARE_NONE;
}

/* A whole span; also an end whose begin was lost. */
static void span(struct model *m, const struct event *ev)
{
	struct model_build *b = m->build;
	const struct ids_slot *known = ids_get(&b->ids, ev->id);
	if (ev->kind == SPAN_NONE || (known && known->open))
		return;
	if (ev->kind == SPAN_UNIT && event_int(ev, "outside", 0)) {
		model_outside_add(m, ev);
		return;
	}
	struct open o = fresh(m, ev);
	o.end_ns = plus(o.start_ns, model_time(ev->dur_ns));
	if (o.end_ns > b->last_ns)
		b->last_ns = o.end_ns;
	if (is_small(o.kind)) {
		o.name = ev->name;
		o.file = ev->file;
		o.line = ev->line;
		o.status = ev->status;
		int64_t count = event_int(ev, "count", 0);
		o.count = count < 0 || count > MODEL_MOST_COUNT ? 0 : (uint32_t)count;
		o.share = o.kind == SPAN_FIXTURE ? share_of(event_text(ev, "scope")) : SHARE_NONE;
	} else {
		enter(m, &o, ev);
	}
	remember(b, &o, close_span(m, &o, ev));
}

static void end(struct model *m, const struct event *ev)
{
	struct model_build *b = m->build;
	const struct ids_slot *slot = ids_get(&b->ids, ev->id);
	if (slot && !slot->open)
		return;
	if (!slot) {
		struct event whole = *ev;
		whole.time_ns = model_time(ev->time_ns) - model_time(ev->dur_ns);
		if (ev->name.n)
			span(m, &whole);
		return;
	}
	uint32_t i = slot->index;
	struct open *o = &b->opens[i];
	if (ev->kind != SPAN_NONE && ev->kind != o->kind)
		return;
	learn(m, o, ev);
	o->end_ns = model_time(ev->time_ns);
	if (o->kind == SPAN_UNIT)
		finish_inside(m, o);
	finish_open(m, i, ev);
}

static void output(struct model *m, const struct event *ev)
{
	const struct ids_slot *slot = ids_get(&m->build->ids, ev->id);
	if (!slot)
		return;
	if (slot->open)
		model_add_output(m, &m->build->opens[slot->index].output, ev->text);
	else if (slot->kind == SPAN_UNIT)
		model_add_output(m, &m->units[slot->index].output, ev->text);
	else if (slot->kind == SPAN_TEST && status_is_bad(m->tests[slot->index].status))
		model_test_output(m, slot->index, ev->text);
}

/* Rows of containers and calls, which are no spans of the tree. */
static bool container(struct model *m, const struct event *ev)
{
	if (ev->kind == SPAN_CALL) {
		if (ev->type == EVENT_SPAN)
			model_call(m, ev);
		return true;
	}
	if (ev->type == EVENT_BEGIN || ev->type == EVENT_SPAN) {
		if (ev->kind == SPAN_CONTAINER)
			model_container_begin(m, ev);
		if (ev->kind != SPAN_CONTAINER || ev->type == EVENT_BEGIN)
			return ev->kind == SPAN_CONTAINER;
	} else if (ev->type != EVENT_END || (ev->kind != SPAN_CONTAINER && ev->kind != SPAN_NONE)) {
		return false;
	}
	uint32_t i = model_container_find(m, ev->id);
	if (i == MODEL_NONE || (ev->kind == SPAN_NONE && ids_get(&m->build->ids, ev->id)))
		return ev->kind == SPAN_CONTAINER;
	int64_t end_ns = model_time(ev->time_ns);
	if (ev->type == EVENT_SPAN)
		end_ns = plus(end_ns, model_time(ev->dur_ns));
	if (end_ns > m->build->last_ns)
		m->build->last_ns = end_ns;
	model_container_end(m, i, ev, end_ns);
	return true;
}

void model_span(struct model *m, const struct event *ev)
{
	if (container(m, ev))
		return;
	switch (ev->type) {
	case EVENT_BEGIN:
		begin(m, ev);
		break;
	case EVENT_END:
		end(m, ev);
		break;
	case EVENT_SPAN:
		span(m, ev);
		break;
	case EVENT_OUTPUT:
		output(m, ev);
		break;
	default:
		break;
	}
}

void model_close_all(struct model *m)
{
	struct model_build *b = m->build;
	/* what lies inside others first */
	for (int kind = SPAN_KINDS - 1; kind > SPAN_NONE && b->n_used; kind--)
		for (uint32_t i = 0; i < b->n_opens; i++) {
			struct open *o = &b->opens[i];
			if (!o->used || (int)o->kind != kind)
				continue;
			o->end_ns = b->last_ns;
			if (o->unit != MODEL_NONE && b->units[o->unit].ended)
				o->end_ns = plus(m->units[o->unit].start_ns, m->units[o->unit].dur_ns);
			o->status = kind == SPAN_WORKER || kind == SPAN_PHASE ? o->status : STATUS_UNFINISHED;
			finish_open(m, i, NULL);
		}
}
