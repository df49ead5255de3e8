#include <string.h>

#include "analyse/model_build.h"
#include "base/row.h"
#include "base/str.h"
#include "base/vec.h"

uint32_t model_worker(struct model *m, int32_t number)
{
	struct model_build *b = m->build;
	if (number < 0)
		return MODEL_NONE;
	uint32_t known = map_get_int(&b->workers_by_number, (uint64_t)number);
	if (known != MAP_NONE || m->n_workers >= MODEL_MOST_WORKERS)
		return known;
	m->all_workers = vec_grow(m->all_workers, m->n_workers, &b->cap_workers, sizeof(*m->all_workers));
	b->workers = vec_grow(b->workers, m->n_workers, &b->cap_worker_builds, sizeof(*b->workers));
	m->all_workers[m->n_workers] = (struct model_worker){
	    .number = number, .start_ns = INT64_MAX, .cpu_ns = -1, .peak_rss_bytes = -1};
	b->workers[m->n_workers] = (struct worker_build){.unit = MODEL_NONE, .last_ns = -1};
	*map_at_int(&b->workers_by_number, (uint64_t)number) = (uint32_t)m->n_workers;
	return (uint32_t)m->n_workers++;
}

void model_worker_begin(struct model *m, struct open *o)
{
	o->index = model_worker(m, o->worker);
	if (o->index == MODEL_NONE)
		return;
	struct model_worker *w = &m->all_workers[o->index];
	w->n_starts++;
	if (o->start_ns < w->start_ns)
		w->start_ns = o->start_ns;
	m->build->workers[o->index].spanned = true;
}

void model_worker_close(struct model *m, struct open *o, const struct event *ev)
{
	if (o->index == MODEL_NONE)
		return;
	struct model_worker *w = &m->all_workers[o->index];
	model_phase_flush(m, o->index);
	if (o->end_ns > w->end_ns)
		w->end_ns = o->end_ns;
	int64_t cpu_ns = ev ? event_int(ev, "cpu", -1) : -1, rss_bytes = ev ? event_int(ev, "rss", -1) : -1;
	if (cpu_ns >= 0)
		w->cpu_ns = plus(w->cpu_ns < 0 ? 0 : w->cpu_ns, model_time(cpu_ns));
	if (rss_bytes > w->peak_rss_bytes)
		w->peak_rss_bytes = rss_bytes;
}

void model_phase_close(struct model *m, struct open *o)
{
	uint32_t w = model_worker(m, o->worker);
	int64_t dur_ns = o->end_ns - o->start_ns;
	if (w != MODEL_NONE &&
	    (str_is(o->name, "startup") || str_is(o->name, "worker-setup") || str_is(o->name, "imports")))
		m->all_workers[w].startup_ns = plus(m->all_workers[w].startup_ns, dur_ns);
	if (w != MODEL_NONE && str_is(o->name, "teardown"))
		m->all_workers[w].teardown_ns = plus(m->all_workers[w].teardown_ns, dur_ns);
	bool marked = model_phase_add(m, o);
	if (marked ? m->build->n_marks >= MODEL_MOST_MARKS
		   : m->n_phases - m->build->n_marks >= MODEL_MOST_PHASES)
		return;
	m->build->n_marks += marked;
	m->phases = vec_grow(m->phases, m->n_phases, &m->build->cap_phases, sizeof(*m->phases));
	m->phases[m->n_phases++] = (struct model_phase){.name = o->name,
							.worker = w == MODEL_NONE ? -1 : o->worker,
							.status = o->status,
							.start_ns = o->start_ns,
							.dur_ns = dur_ns,
							.thread = o->thread,
							.marked = marked};
}

static void learn_unit(struct model *m, struct model_unit *u, const struct event *ev)
{
	struct str lock = event_text(ev, "lock");
	if (lock.n)
		u->lock = model_intern(m, lock);
	u->predicted_ns = model_time(event_int(ev, "predicted", u->predicted_ns));
	u->alone = event_int(ev, "alone", u->alone) != 0;
	int64_t slots = event_int(ev, "slots", u->slots);
	u->slots = slots < 1 ? 1 : slots > MODEL_MOST_WORKERS ? MODEL_MOST_WORKERS : (uint32_t)slots;
}

void model_unit_begin(struct model *m, struct open *o, const struct event *ev)
{
	struct model_build *b = m->build;
	m->units = vec_grow(m->units, m->n_units, &b->cap_units, sizeof(*m->units));
	b->units = vec_grow(b->units, m->n_units, &b->cap_unit_builds, sizeof(*b->units));
	if (!o->name.n)
		o->name = model_intern(
		    m, str_of(arena_printf(&m->arena, "unit %lld", (long long)event_int(ev, "unit", 0))));
	o->index = (uint32_t)m->n_units++;
	m->units[o->index] = (struct model_unit){.name = o->name,
						 .worker = o->worker,
						 .attempt = o->attempt ? o->attempt : 1,
						 .status = STATUS_UNFINISHED,
						 .slots = 1,
						 .start_ns = o->start_ns};
	b->units[o->index] =
	    (struct unit_build){.opens = MODEL_NONE, .only_suite = MODEL_NONE, .cuts = MODEL_NONE};
	learn_unit(m, &m->units[o->index], ev);
	uint32_t w = model_worker(m, o->worker);
	if (w != MODEL_NONE)
		b->workers[w].unit = o->index;
}

/* The time of a unit, in the books of its worker. Units of one worker that overlap count once. */
static void book(struct model *m, const struct open *o)
{
	uint32_t i = model_worker(m, o->worker);
	if (i == MODEL_NONE)
		return;
	struct model_worker *w = &m->all_workers[i];
	struct worker_build *wb = &m->build->workers[i];
	int64_t from_ns = o->start_ns > wb->until_ns ? o->start_ns : wb->until_ns;
	w->n_units++;
	if (o->end_ns > from_ns)
		w->busy_ns += o->end_ns - from_ns;
	if (o->end_ns > wb->until_ns)
		wb->until_ns = o->end_ns;
	if (o->end_ns > wb->last_ns)
		wb->last_ns = o->end_ns;
	if (o->start_ns < w->start_ns)
		w->start_ns = o->start_ns;
	if (o->end_ns > w->end_ns && !wb->spanned)
		w->end_ns = o->end_ns;
}

void model_outside_add(struct model *m, const struct event *ev)
{
	struct model_build *b = m->build;
	b->outside = vec_grow(b->outside, b->n_outside, &b->cap_outside, sizeof(*b->outside));
	struct model_unit *u = &b->outside[b->n_outside++];
	*u = (struct model_unit){.name = model_intern(m, ev->name),
				 .message = model_keep_message(m, ev->message),
				 .worker = ev->worker,
				 .attempt = 1,
				 .status = ev->status,
				 .slots = 1,
				 .start_ns = model_time(ev->time_ns),
				 .dur_ns = model_time(ev->dur_ns)};
	model_add_output(m, &u->output, event_text(ev, "output"));
}

void model_outside_settle(struct model *m)
{
	struct model_build *b = m->build;
	for (size_t i = 0; i < b->n_outside; i++) {
		m->units = vec_grow(m->units, m->n_units + m->n_outside, &b->cap_units, sizeof(*m->units));
		m->units[m->n_units + m->n_outside++] = b->outside[i];
	}
	b->n_outside = 0;
}

void model_unit_close(struct model *m, struct open *o, const struct event *ev)
{
	struct model_unit *u = &m->units[o->index];
	struct unit_build *ub = &m->build->units[o->index];
	u->name = o->name;
	u->worker = o->worker;
	u->attempt = o->attempt ? o->attempt : u->attempt;
	u->status = o->status == STATUS_NONE ? STATUS_UNFINISHED : o->status;
	u->message = o->message.n ? o->message : ub->suite_message;
	u->output = o->output;
	u->start_ns = o->start_ns;
	u->dur_ns = o->end_ns - o->start_ns;
	if (ev)
		learn_unit(m, u, ev);
	ub->ended = true;
	model_phase_flush(m, model_worker(m, o->worker));
	cuts_unit_end(m, o->index);
	book(m, o);
	/* where nobody told of suites, what a unit spent outside of its tests belongs to their file */
	if (ub->only_suite != MODEL_NONE && !ub->mixed && !m->build->suites[ub->only_suite].spanned &&
	    u->dur_ns > ub->tests_ns)
		m->suites[ub->only_suite].outside_ns =
		    plus(m->suites[ub->only_suite].outside_ns, u->dur_ns - ub->tests_ns);
}

uint32_t model_suite_of(struct model *m, struct str name, struct str file)
{
	struct model_build *b = m->build;
	uint32_t hash = model_hash(m, name, file, 1), i;
	for (uint32_t at = table_first(&b->suites_by_name, hash);
	     (i = table_item(&b->suites_by_name, at)) != TABLE_NONE;
	     at = table_next(&b->suites_by_name, hash, at))
		if (str_eq(m->suites[i].name, name) && str_eq(m->suites[i].file, file))
			return i;
	m->suites = vec_grow(m->suites, m->n_suites, &b->cap_suites, sizeof(*m->suites));
	b->suites = vec_grow(b->suites, m->n_suites, &b->cap_suite_builds, sizeof(*b->suites));
	m->suites[m->n_suites] = (struct model_suite){
	    .name = model_intern(m, name), .file = model_keep_file(m, file), .start_ns = INT64_MAX};
	b->suites[m->n_suites] = (struct suite_build){0};
	table_add(&b->suites_by_name, hash, (uint32_t)m->n_suites);
	return (uint32_t)m->n_suites++;
}

void model_suite_close(struct model *m, struct open *o)
{
	if (o->index == MODEL_NONE && (o->name.n || o->file.n))
		o->index = model_suite_of(m, o->name.n ? o->name : o->file, o->file);
	if (o->index == MODEL_NONE)
		return;
	if (o->unit != MODEL_NONE && status_is_bad(o->status) && !m->build->units[o->unit].suite_message.n)
		m->build->units[o->unit].suite_message = o->message;
	struct model_suite *s = &m->suites[o->index];
	struct suite_build *sb = &m->build->suites[o->index];
	sb->spanned = true;
	sb->spans_ns = plus(sb->spans_ns, o->end_ns - o->start_ns);
	if (o->start_ns < s->start_ns)
		s->start_ns = o->start_ns;
	if (o->end_ns > s->end_ns)
		s->end_ns = o->end_ns;
	if (o->end_ns - o->start_ns > o->inside_ns)
		s->outside_ns = plus(s->outside_ns, o->end_ns - o->start_ns - o->inside_ns);
}
