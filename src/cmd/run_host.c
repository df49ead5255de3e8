/* What the pool asks, and what becomes of the events. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/run.h"
#include "cmd/run_asked.h"
#include "cmd/run_outfiles.h"
#include "cmd/run_outside.h"
#include "cmd/run_results.h"

static struct run *run_of(struct pool_host *h)
{
	return (struct run *)(void *)((char *)h - offsetof(struct run, host));
}

static struct desk *desk_of(struct run *r, int32_t worker)
{
	return worker >= 0 && (uint32_t)worker < r->workers ? &r->desks[worker] : NULL;
}

/* Tests that began and ended on a worker, so that a retry or the rest of a crashed file can name them. */
static void note_test(struct run *r, struct desk *d, const struct event *ev)
{
	if (ev->type != EVENT_END)
		run_asked_came(r, d, ev->name);
	if (ev->type == EVENT_BEGIN) {
		struct test_id began = {arena_str(&d->arena, ev->file), arena_str(&d->arena, ev->name),
					arena_str(&d->arena, ev->key)};
		d->open = mem_grow(d->open, d->n_open, &d->cap_open, sizeof(*d->open));
		d->open[d->n_open++] = (struct open_test){ev->id, began};
		d->done_keys = mem_grow(d->done_keys, d->n_done, &d->cap_done, sizeof(*d->done_keys));
		d->done_keys[d->n_done++] = began.key;
		return;
	}
	struct test_id t = {ev->file, ev->name, ev->key};
	for (size_t i = d->n_open; i > 0 && ev->type == EVENT_END; i--) {
		if (d->open[i - 1].id != ev->id)
			continue;
		t = d->open[i - 1].test;
		d->open[i - 1] = d->open[--d->n_open];
		break;
	}
	if (ev->status > d->worst)
		d->worst = ev->status;
	if (!status_is_bad(ev->status) || !t.name.n)
		return;
	/* a framework that tries it again by itself tells of each attempt */
	if (d->n_bad && t.key.n && str_eq(d->bad[d->n_bad - 1].key, t.key))
		return;
	d->bad = mem_grow(d->bad, d->n_bad, &d->cap_bad, sizeof(*d->bad));
	d->bad[d->n_bad++] = (struct test_id){arena_str(&d->arena, t.file), arena_str(&d->arena, t.name),
					      arena_str(&d->arena, t.key)};
	test_set_add(&r->bad_tests, &r->arena, t.file, t.name);
}

static void put(struct sink *s, const struct event *ev)
{
	struct run *r = (struct run *)s;
	struct desk *d = desk_of(r, ev->worker);
	if (outfiles_take(r, ev) || (d && results_hold(r, d, ev)))
		return;
	if (d && status_is_bad(ev->status))
		d->was_bad = true;
	if (d && ev->kind == SPAN_UNIT && ev->type == EVENT_END) {
		d->end_ns = ev->time_ns; /* rows are read later than they were written */
		run_asked_tell(r, d, ev);
		run_sayings_unit(r, ev->worker, false, 0, ev->time_ns);
	}
	bool test_row = ev->kind == SPAN_TEST || (ev->type == EVENT_END && ev->kind == SPAN_NONE);
	if (d && test_row && ev->type != EVENT_OUTPUT)
		note_test(r, d, ev);
	sink_put(&r->model.sink, ev);
	if (r->writes)
		sink_put(&r->writer.sink, ev);
	sink_put(&r->live.sink, ev);
	/* after_all, session fixtures: no test is to blame, and yet it is not good */
	if (d && !d->span && ev->kind == SPAN_HOOK && status_is_bad(ev->status)) {
		r->n_bad_hooks++;
		run_put_outside(
		    r, &(struct bad_outside){.name = str_of(arena_printf(&r->arena, "%.*s of worker %d",
									 STR_ARG(ev->name), (int)ev->worker)),
					     .message = ev->message,
					     .worker = ev->worker,
					     .status = ev->status,
					     .time_ns = ev->time_ns,
					     .dur_ns = ev->dur_ns});
	}
}

void run_put_outside(struct run *r, const struct bad_outside *b)
{
	struct field fields[] = {{.key = STR("outside"), .type = FIELD_INT, .num = 1},
				 {.key = STR("output"), .type = FIELD_TEXT, .text = b->output}};
	struct event unit = {.type = EVENT_SPAN,
			     .kind = SPAN_UNIT,
			     .id = pool_span(r->pool),
			     .worker = b->worker,
			     .time_ns = b->time_ns,
			     .dur_ns = b->dur_ns,
			     .status = b->status,
			     .name = b->name,
			     .message = b->message,
			     .source = SOURCE_FRAMEWORK,
			     .fields = fields,
			     .n_fields = b->output.n ? 2 : 1};
	put(&r->sink, &unit);
}

static void drop(struct sink *s, const struct event *ev)
{
	(void)s;
	(void)ev;
}

void run_put_not_run(struct run *r, const struct target *t, enum status status, struct str message)
{
	int64_t now = run_now(r);
	struct event unit = {.type = EVENT_SPAN,
			     .kind = SPAN_UNIT,
			     .id = pool_span(r->pool),
			     .worker = -1,
			     .time_ns = now,
			     .status = status,
			     .name = t->name,
			     .attempt = 1,
			     .message = message,
			     .source = SOURCE_FRAMEWORK};
	put(&r->sink, &unit);
	if (t->argv || status == STATUS_SKIPPED) {
		struct event test = unit;
		test.kind = SPAN_TEST;
		test.parent = unit.id;
		test.id = pool_span(r->pool);
		put(&r->sink, &test);
	}
	r->n_bad_units += status_is_bad(status);
}

/* The fixture whose set-up was bad, so that this job does not run; NULL: it runs. */
static const struct target *bad_need(const struct run *r, const struct job *j)
{
	const struct found *f = &r->found[j->found];
	if (!r->bad_targets || f->target == UNIT_NONE)
		return NULL;
	const struct target *t = &r->suite.targets[f->target];
	for (uint32_t i = 0; i < t->n_needs; i++)
		for (uint32_t k = 0; k < t->n_after && r->bad_targets[t->needs[i]]; k++)
			if (t->after[k] == t->needs[i])
				return &r->suite.targets[t->needs[i]];
	return NULL;
}

/* A job that is over: it ran, or does not have to. */
static void job_over(struct run *r, uint32_t i)
{
	schedule_end(r->schedule, i);
	r->n_units_done++;
	r->n_owed -= r->jobs[i]->is_owed;
	r->n_parts -= r->jobs[i]->is_part;
}

/*
 * The next job that has to run: parts do not of which the whole runs again, and those that cannot, as what
 * they need was bad, are told.
 */
static uint32_t take_job(struct run *r)
{
	for (;;) {
		uint32_t i = schedule_take(r->schedule);
		if (i == UNIT_NONE)
			return i;
		if (run_is_mended(r, r->jobs[i])) {
			job_over(r, i);
			continue;
		}
		const struct target *need = bad_need(r, r->jobs[i]);
		if (!need)
			return i;
		uint32_t target = r->found[r->jobs[i]->found].target;
		run_put_not_run(
		    r, &r->suite.targets[target], STATUS_ERROR,
		    str_of(arena_printf(&r->arena, "not run: its fixture's set-up '%.*s' did not pass",
					STR_ARG(need->name))));
		r->bad_targets[target] = true;
		job_over(r, i);
	}
}

/* As take_job, but while another worker begins anew for what wants that, this one takes something else. */
static uint32_t take_for(struct run *r, uint32_t worker)
{
	uint32_t aside[32], n = 0, i = take_job(r);
	while (i != UNIT_NONE && r->jobs[i]->unit.fresh && n < 32 && pool_renews(r->pool, worker)) {
		aside[n++] = i;
		i = take_job(r);
	}
	while (n)
		schedule_return(r->schedule, aside[--n]);
	return i;
}

static uint32_t next(struct pool_host *h, uint32_t worker, const struct pool_unit **ret, uint32_t most)
{
	struct run *r = run_of(h);
	uint32_t more[128];
	if (r->plan_only)
		return 0;
	uint32_t first = take_for(r, worker);
	if (first == UNIT_NONE)
		return 0;
	ret[0] = &r->jobs[first]->unit;
	if (most <= 1 || r->o.batch_ns <= 0 || r->jobs[first]->unit.fresh)
		return 1;
	most = most < 128 ? most : 128;
	uint32_t n = schedule_take_batch(r->schedule, first, r->workers, r->o.batch_ns, most - 1, more);
	uint32_t given = 1;
	for (uint32_t i = 0; i < n; i++) {
		if (r->jobs[more[i]]->unit.fresh)
			schedule_return(r->schedule, more[i]);
		else
			ret[given++] = &r->jobs[more[i]]->unit;
	}
	return given;
}

static bool over(struct pool_host *h)
{
	struct run *r = run_of(h);
	if (r->plan_only)
		return r->found_all;
	return r->found_all && schedule_waiting(r->schedule) == 0 &&
	       ((r->o.retries == 0 && !r->o.only_failed && !run_is_endless(r) && !r->n_parts) ||
		schedule_running(r->schedule) == 0);
}

static void units(struct pool_host *h, struct str json_units, bool more)
{
	struct run *r = run_of(h);
	run_take_units(r, json_units);
	if (more)
		return;
	if (r->plan_only && !r->plans)
		r->found_all = true;
	else if (!r->found_all)
		run_plan(r);
}

static void targets(struct pool_host *h, bool last, const struct err *failed)
{
	struct run *r = run_of(h);
	for (; (last || run_goes_ahead(r)) && r->n_planned < r->suite.n_targets; r->n_planned++) {
		const struct target *t = &r->suite.targets[r->n_planned];
		if (!t->argv && t->status) { /* a build that failed, a disabled test */
			if (run_wants_not_run(r, t))
				run_put_not_run(r, t, t->status, t->message);
		} else {
			run_plan_target(r, (uint32_t)r->n_planned);
		}
	}
	if (!last)
		return;
	if (failed) {
		r->fault = *failed;
		r->has_fault = true;
	}
	if (r->plan_only)
		r->found_all = true;
	else
		run_plan(r);
	r->found_all = true;
}

static void output(struct pool_host *h, uint32_t worker, struct str bytes, int64_t time_ns)
{
	struct run *r = run_of(h);
	results_output(r, &r->desks[worker], bytes, time_ns);
}

static void heard(struct pool_host *h, int32_t worker, uint32_t stream, struct str bytes, int64_t time_ns)
{
	run_sayings_hear(run_of(h), worker, stream, bytes, time_ns);
}

static void unit_begin(struct pool_host *h, uint32_t worker, const struct pool_unit *u, uint64_t span,
		       int64_t time_ns)
{
	struct run *r = run_of(h);
	struct desk *d = &r->desks[worker];
	arena_reset(&d->arena);
	d->n_open = d->n_bad = d->n_done = d->n_held = 0;
	d->worst = STATUS_NONE;
	d->is_cut = false;
	d->job = u->number;
	d->span = span;
	d->begin_ns = time_ns;
	if (u->number < r->n_jobs && r->model.n_units)
		r->jobs[u->number]->entry = (uint32_t)r->model.n_units - 1;
	run_sayings_unit(r, (int32_t)worker, true, span, time_ns);
	if (r->suite.adapter->mode == ADAPTER_EXEC || run_is_chunked(r))
		results_begin(r, d, worker, u);
}

static enum status unit_exit(struct pool_host *h, uint32_t worker, const struct pool_unit *u,
			     const struct pool_exit *x, int64_t time_ns, struct str *ret_message,
			     bool *ret_told)
{
	struct run *r = run_of(h);
	return results_end(r, &r->desks[worker], u, x, time_ns, ret_message, ret_told);
}

/* The whole is good, of which a part was bad: that was no verdict on its tests. */
static void good_whole(struct run *r, const struct job *j)
{
	struct found *f = &r->found[j->found];
	if (!j->mends)
		return;
	f->stays_whole = true;
	if (!r->mended.n)
		r->mended = f->name;
}

/* The verdict on a unit is a bad one, and nothing is left that may change it. */
static void count_bad(struct run *r, const struct job *j)
{
	const struct found *f = &r->found[j->found];
	r->n_bad_units++;
	if (r->bad_targets && f->target != UNIT_NONE)
		r->bad_targets[f->target] = true;
	if ((r->o.fail_fast && r->n_bad_units >= r->o.fail_fast) || r->o.until_fail) {
		r->stopped_early = true;
		r->n_dropped = schedule_drop(r->schedule);
		pool_stop(r->pool);
	}
}

static void job_was_bad(struct run *r, uint32_t job, struct desk *d, enum status status)
{
	/* one that begins inside a crashed unit and never ended is bad as well */
	for (size_t i = 0; i < d->n_open && (status == STATUS_CRASHED || status == STATUS_TIMEOUT); i++) {
		struct event ended = {.type = EVENT_END, .id = d->open[i].id, .status = status};
		note_test(r, d, &ended);
		break;
	}
	if (run_whole_again(r, job))
		return;
	if (status == STATUS_CRASHED || status == STATUS_TIMEOUT)
		run_rest_of(r, job, d);
	if ((int64_t)r->jobs[job]->unit.attempt <= r->o.retries && !r->stopped_early)
		run_retry(r, job, d);
	else
		count_bad(r, r->jobs[job]);
}

static void unit_end(struct pool_host *h, uint32_t worker, const struct pool_unit *u, enum status status)
{
	struct run *r = run_of(h);
	struct desk *d = &r->desks[worker];
	uint32_t job = u->number;
	if (job >= r->n_jobs) { /* the start of a worker that failed */
		if (!status_is_bad(status))
			return;
		r->n_bad_units += !u->fault;
		r->start_fault = r->start_fault ? r->start_fault : u->fault;
		return;
	}
	r->n_cut += status == STATUS_UNFINISHED;
	job_over(r, job);
	schedule_learn(r->schedule, job, d->end_ns - d->begin_ns);
	d->span = 0;
	run_asked_whole(r, job, d, status);
	if (status_is_bad(status))
		job_was_bad(r, job, d, status);
	else
		good_whole(r, r->jobs[job]);
	if (run_is_endless(r) && !r->stopped_early && r->found_all && !schedule_waiting(r->schedule) &&
	    !schedule_running(r->schedule))
		run_repeat_again(r);
}

static void unit_back(struct pool_host *h, const struct pool_unit *u)
{
	struct run *r = run_of(h);
	if (u->number < r->n_jobs)
		schedule_return(r->schedule, u->number);
}

static void tick(struct pool_host *h, int64_t time_ns)
{
	struct run *r = run_of(h);
	run_show(r, time_ns);
	if (time_ns - r->flush_ns > NS_PER_S) {
		r->flush_ns = time_ns;
		if (r->writes)
			writer_flush(&r->writer);
	}
}

void run_host_init(struct run *r)
{
	r->sink.put = put;
	r->nowhere.put = drop;
	r->host = (struct pool_host){.next = next,
				     .over = over,
				     .units = units,
				     .targets = targets,
				     .output = output,
				     .heard = heard,
				     .unit_begin = unit_begin,
				     .unit_exit = unit_exit,
				     .unit_end = unit_end,
				     .unit_back = unit_back,
				     .tick = tick};
}
