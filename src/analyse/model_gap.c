#include <stdlib.h>

#include "analyse/model_build.h"
#include "analyse/schedule.h"
#include "base/map.h"
#include "base/str.h"

struct stretch {
	int64_t start_ns, end_ns;
	uint32_t unit;
};

static int by_start(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

/* Marks the units beside which no other ran. */
static void find_alone(struct model *m, struct arena *scratch)
{
	struct stretch *all = arena_array(scratch, struct stretch, m->n_units);
	for (uint32_t i = 0; i < m->n_units; i++) {
		const struct model_unit *u = &m->units[i];
		all[i] = (struct stretch){u->start_ns, u->start_ns + u->dur_ns, i};
	}
	qsort(all, m->n_units, sizeof(*all), by_start);
	int64_t until_ns = 0; /* the latest end of those before */
	for (size_t i = 0; i < m->n_units; i++) {
		bool beside =
		    until_ns > all[i].start_ns || (i + 1 < m->n_units && all[i + 1].start_ns < all[i].end_ns);
		if (!beside)
			m->units[all[i].unit].alone = true;
		if (all[i].end_ns > until_ns)
			until_ns = all[i].end_ns;
	}
}

static void settle_tests(struct model *m)
{
	struct model_counts *c = &m->counts;
	uint32_t *of_status[STATUS_KINDS] = {&c->unfinished, &c->passed, &c->skipped, &c->unfinished,
					     &c->failed,     &c->error,  &c->timeout, &c->crashed};
	for (size_t i = 0; i < m->n_tests; i++) {
		struct model_test *t = &m->tests[i];
		struct model_suite *s = &m->suites[t->suite];
		uint32_t bad_unit = m->build->tests[i].bad_unit;
		t->flaky = t->attempts_bad && t->status == STATUS_PASSED;
		t->passed_alone = t->flaky && t->unit != MODEL_NONE && bad_unit != MODEL_NONE &&
				  m->units[t->unit].alone && !m->units[bad_unit].alone;
		++*of_status[t->status];
		c->flaky += t->flaky;
		s->n_tests++;
		s->n_bad += status_is_bad(t->status);
		s->n_skipped += t->status == STATUS_SKIPPED;
		s->n_flaky += t->flaky;
		if (!m->build->tests[i].inner)
			s->tests_ns = plus(s->tests_ns, t->dur_ns);
	}
	c->tests = (uint32_t)m->n_tests;
}

/* Names of units are interned. */
static void count_units(struct model *m)
{
	struct table seen = {0};
	for (size_t i = 0; i < m->n_units; i++) {
		uint64_t address = (uintptr_t)m->units[i].name.at * 0x9e3779b97f4a7c15u;
		uint32_t hash = (uint32_t)(address >> 32), other, at = table_first(&seen, hash);
		while ((other = table_item(&seen, at)) != TABLE_NONE &&
		       m->units[other].name.at != m->units[i].name.at)
			at = table_next(&seen, hash, at);
		if (other == TABLE_NONE)
			table_add(&seen, hash, (uint32_t)i);
	}
	m->counts.units = seen.n;
	table_free(&seen);
}

static void settle_suites(struct model *m)
{
	m->counts.suites = (uint32_t)m->n_suites;
	for (size_t i = 0; i < m->n_suites; i++) {
		if (m->suites[i].start_ns > m->suites[i].end_ns)
			m->suites[i].start_ns = m->suites[i].end_ns;
		m->counts.suites_bad += m->suites[i].n_bad != 0;
		/* tests beside each other (Go's t.Parallel) share the time of their suite */
		const struct suite_build *sb = &m->build->suites[i];
		int64_t most_ns = sb->spans_ns - m->suites[i].outside_ns;
		if (sb->spanned && m->suites[i].tests_ns > most_ns)
			m->suites[i].tests_ns = most_ns > 0 ? most_ns : 0;
	}
	count_units(m);
}

static void settle_workers(struct model *m, int64_t last_end_ns)
{
	for (size_t i = 0; i < m->n_workers; i++) {
		struct model_worker *w = &m->all_workers[i];
		if (w->start_ns > w->end_ns)
			w->start_ns = w->end_ns;
		int64_t left_ns = w->end_ns - w->start_ns;
		int64_t *parts[] = {&w->busy_ns, &w->startup_ns, &w->teardown_ns};
		for (size_t p = 0; p < 3; p++) {
			if (*parts[p] > left_ns)
				*parts[p] = left_ns;
			left_ns -= *parts[p];
		}
		w->idle_ns = left_ns;
		int64_t from_ns = m->build->workers[i].last_ns;
		if (from_ns < 0)
			from_ns = w->start_ns + w->startup_ns;
		int64_t to_ns = w->end_ns < last_end_ns ? w->end_ns : last_end_ns;
		w->tail_ns = to_ns > from_ns ? to_ns - from_ns : 0;
		if (w->tail_ns > w->idle_ns)
			w->tail_ns = w->idle_ns;
	}
}

static int longest_first(const void *a, const void *b)
{
	const struct schedule_job *x = a, *y = b;
	if (x->dur_ns != y->dur_ns)
		return x->dur_ns > y->dur_ns ? -1 : 1;
	if (x->slots != y->slots)
		return x->slots > y->slots ? -1 : 1;
	if (x->n_locks != y->n_locks)
		return x->n_locks > y->n_locks ? -1 : 1;
	for (uint32_t i = 0; i < x->n_locks; i++)
		if (x->locks[i] != y->locks[i])
			return x->locks[i] < y->locks[i] ? -1 : 1;
	return x->alone - y->alone;
}

/* How many names of locks a text holds at most. */
static size_t lock_names(struct str text)
{
	size_t n = 0;
	struct str part;
	while (text.n && str_next(&text, ',', &part))
		n++;
	return n;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Lock chains of the run, while they are added up. */
struct chains {
	struct map numbers;
	int64_t *ns;
	uint32_t *last; /* unit that was added last, plus one */
};

/* The locks of a unit ("a,b") as numbers, each once; its time goes to their chains. */
static void find_locks(struct model *m, struct arena *scratch, struct chains *chains, uint32_t unit,
		       struct schedule_job *job)
{
	struct str text = m->units[unit].lock, part;
	uint32_t *locks = arena_array(scratch, uint32_t, lock_names(text)), n = 0;
	while (text.n && str_next(&text, ',', &part)) {
		part = str_trim(part);
		if (!part.n)
			continue;
		uint32_t next = chains->numbers.n, *number = map_at(&chains->numbers, part);
		if (*number == MAP_NONE)
			*number = next;
		if (chains->last[*number] == unit + 1)
			continue;
		chains->last[*number] = unit + 1;
		locks[n++] = *number;
		int64_t *chain = &chains->ns[*number];
		*chain = plus(*chain, job->dur_ns);
		if (*chain > m->gap.chain_ns) {
			m->gap.chain_ns = *chain;
			m->gap.chain = part;
		}
	}
	if (n > 1)
		qsort(locks, n, sizeof(*locks), ascending);
	job->locks = locks;
	job->n_locks = n;
}

/* A job, and the unit that it was. */
struct numbered {
	struct schedule_job job; /* its first member: longest_first looks at it */
	uint32_t unit;
};

/* The units as jobs, longest first, and the longest lock chain. */
static struct schedule_job *jobs_of(struct model *m, struct arena *scratch, uint32_t *ret_units)
{
	struct schedule_job *jobs = arena_array(scratch, struct schedule_job, m->n_units);
	struct arena while_sorting = {0};
	struct numbered *all = arena_array(&while_sorting, struct numbered, m->n_units);
	size_t n_names = 0;
	for (size_t i = 0; i < m->n_units; i++)
		n_names += lock_names(m->units[i].lock);
	struct chains chains = {.ns = arena_array(scratch, int64_t, n_names),
				.last = arena_array(scratch, uint32_t, n_names)};
	for (uint32_t i = 0; i < m->n_units; i++) {
		const struct model_unit *u = &m->units[i];
		all[i].job = (struct schedule_job){.dur_ns = u->dur_ns, .slots = u->slots, .alone = u->alone};
		all[i].unit = i;
		if (u->lock.n)
			find_locks(m, scratch, &chains, i, &all[i].job);
	}
	map_free(&chains.numbers);
	qsort(all, m->n_units, sizeof(*all), longest_first);
	for (size_t i = 0; i < m->n_units; i++) {
		jobs[i] = all[i].job;
		ret_units[i] = all[i].unit;
	}
	arena_free(&while_sorting);
	return jobs;
}

static int64_t between(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

/* How many workers there were: as the run says, or as were seen. */
static uint32_t workers_of(const struct model *m)
{
	uint32_t n = m->workers > m->n_workers ? m->workers : (uint32_t)m->n_workers;
	return n ? n : 1;
}

static void find_gap(struct model *m, int64_t first_start_ns, int64_t last_end_ns)
{
	struct model_gap *g = &m->gap;
	int64_t spawn_ns = INT64_MAX;
	uint32_t workers = workers_of(m);
	for (size_t i = 0; i < m->n_workers; i++)
		if (m->all_workers[i].start_ns < spawn_ns)
			spawn_ns = m->all_workers[i].start_ns;
	for (size_t i = 0; i < m->n_units; i++) {
		uint32_t slots = m->units[i].slots < workers ? m->units[i].slots : workers;
		int64_t work_ns;
		if (__builtin_mul_overflow(m->units[i].dur_ns, slots, &work_ns))
			work_ns = INT64_MAX;
		g->sum_ns = plus(g->sum_ns, work_ns);
		if (m->units[i].dur_ns > g->longest_ns) {
			g->longest_ns = m->units[i].dur_ns;
			g->longest = m->units[i].name;
		}
	}
	int64_t spawn = between(spawn_ns, 0, first_start_ns < m->wall_ns ? first_start_ns : m->wall_ns);
	int64_t first = between(first_start_ns, spawn, m->wall_ns);
	int64_t last = between(last_end_ns, first, m->wall_ns);
	g->bound_ns = g->sum_ns / workers + (g->sum_ns % workers != 0);
	if (g->longest_ns > g->bound_ns)
		g->bound_ns = g->longest_ns;
	if (g->chain_ns > g->bound_ns)
		g->bound_ns = g->chain_ns;
	g->bound_ns = between(g->bound_ns, 0, last - first);
	g->before_ns = spawn;
	g->startup_ns = first - spawn;
	g->queue_ns = last - first - g->bound_ns;
	g->teardown_ns = m->wall_ns - last;
}

/* What the run spent around its units, and how long a worker took to start. */
static struct critical_run run_of(const struct model *m, const struct schedule_job *jobs,
				  const uint32_t *units)
{
	struct critical_run run = {.jobs = jobs,
				   .units = units,
				   .workers = workers_of(m),
				   .around_ns = plus(m->gap.before_ns, m->gap.teardown_ns)};
	uint32_t n_starts = 0;
	for (size_t i = 0; i < m->n_workers; i++) {
		run.startup_ns = plus(run.startup_ns, m->all_workers[i].startup_ns);
		n_starts += m->all_workers[i].n_starts;
	}
	if (n_starts)
		run.startup_ns /= n_starts;
	return run;
}

static void find_what_if(struct model *m, const struct critical_run *run)
{
	struct arena scratch = {0}; /* of one simulation after the other */
	static const uint32_t usual[] = {1, 2, 4, 8, 16, 32};
	uint32_t actual = run->workers, n = 0;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if (actual < usual[i] && (!n || m->what_if[n - 1].workers < actual))
			m->what_if[n++].workers = actual;
		m->what_if[n++].workers = usual[i];
	}
	if (actual > m->what_if[n - 1].workers)
		m->what_if[n++].workers = actual;
	for (uint32_t i = 0; i < n; i++) {
		int64_t wall_ns = schedule_simulate(&scratch, run->jobs, m->n_units, m->what_if[i].workers,
						    run->startup_ns);
		m->what_if[i].wall_ns = plus(run->around_ns, wall_ns);
		arena_reset(&scratch);
	}
	arena_free(&scratch);
	m->n_what_if = n;
}

static void find_verdict(struct model *m)
{
	enum status said = m->build->done_status;
	bool bad = status_is_bad(said);
	if (said == STATUS_NONE) {
		bad = m->counts.failed || m->counts.error || m->counts.crashed || m->counts.timeout;
		size_t n_units;
		model_bad_units(m, &n_units);
		bad = bad || n_units;
	}
	m->verdict = !m->done || said == STATUS_UNFINISHED ? STATUS_UNFINISHED
		     : bad                                 ? STATUS_FAILED
							   : STATUS_PASSED;
}

void model_settle(struct model *m)
{
	struct arena scratch = {0};
	int64_t first_start_ns = m->n_units ? INT64_MAX : 0, last_end_ns = 0;
	for (size_t i = 0; i < m->n_units; i++) {
		const struct model_unit *u = &m->units[i];
		if (u->start_ns < first_start_ns)
			first_start_ns = u->start_ns;
		if (u->start_ns + u->dur_ns > last_end_ns)
			last_end_ns = u->start_ns + u->dur_ns;
	}
	/* before it is found which happened to run alone */
	uint32_t *units = arena_array(&scratch, uint32_t, m->n_units);
	const struct schedule_job *jobs = jobs_of(m, &scratch, units);
	find_alone(m, &scratch);
	settle_tests(m);
	settle_suites(m);
	settle_workers(m, last_end_ns);
	find_gap(m, first_start_ns, last_end_ns);
	struct critical_run run = run_of(m, jobs, units);
	if (m->n_units)
		find_what_if(m, &run);
	find_verdict(m);
	model_phases_settle(m);
	model_containers_settle(m);
	if (m->n_units)
		model_critical_settle(m, &run);
	arena_free(&scratch);
}
