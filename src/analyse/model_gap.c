#include <stdlib.h>

#include "analyse/model_build.h"
#include "analyse/schedule.h"
#include "base/mem.h"
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
		s->tests_ns = plus(s->tests_ns, t->dur_ns);
	}
	c->tests = (uint32_t)m->n_tests;
}

static void settle_suites(struct model *m)
{
	m->counts.suites = (uint32_t)m->n_suites;
	for (size_t i = 0; i < m->n_suites; i++) {
		if (m->suites[i].start_ns > m->suites[i].end_ns)
			m->suites[i].start_ns = m->suites[i].end_ns;
		m->counts.suites_bad += m->suites[i].n_bad != 0;
	}
	for (size_t i = 0; i < m->n_units; i++)
		m->counts.units += m->units[i].attempt <= 1;
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
	return (x->lock > y->lock) - (x->lock < y->lock);
}

/*
 * The units as jobs, longest first, and the longest lock chain. Of a unit with several locks ("a,b")
 * each chain gets its time, but the simulation knows only the first.
 */
static struct schedule_job *jobs_of(struct model *m, struct arena *scratch)
{
	struct schedule_job *jobs = arena_array(scratch, struct schedule_job, m->n_units);
	int64_t *chains = NULL;
	size_t n = 0, cap = 0;
	struct map numbers = {0};
	for (size_t i = 0; i < m->n_units; i++) {
		struct str rest = m->units[i].lock, part;
		jobs[i] = (struct schedule_job){m->units[i].dur_ns, UNIT_NONE};
		while (rest.n && str_next(&rest, ',', &part)) {
			part = str_trim(part);
			if (!part.n)
				continue;
			uint32_t *number = map_at(&numbers, part);
			if (*number == MAP_NONE) {
				chains = mem_grow(chains, n, &cap, sizeof(*chains));
				chains[n] = 0;
				*number = (uint32_t)n++;
			}
			int64_t *chain = &chains[*number];
			*chain = plus(*chain, m->units[i].dur_ns);
			if (jobs[i].lock == UNIT_NONE)
				jobs[i].lock = *number;
			if (*chain > m->gap.chain_ns) {
				m->gap.chain_ns = *chain;
				m->gap.chain = part;
			}
		}
	}
	map_free(&numbers);
	mem_free(chains);
	qsort(jobs, m->n_units, sizeof(*jobs), longest_first);
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
	for (size_t i = 0; i < m->n_workers; i++)
		if (m->all_workers[i].start_ns < spawn_ns)
			spawn_ns = m->all_workers[i].start_ns;
	for (size_t i = 0; i < m->n_units; i++) {
		g->sum_ns = plus(g->sum_ns, m->units[i].dur_ns);
		if (m->units[i].dur_ns > g->longest_ns) {
			g->longest_ns = m->units[i].dur_ns;
			g->longest = m->units[i].name;
		}
	}
	int64_t spawn = between(spawn_ns, 0, first_start_ns < m->wall_ns ? first_start_ns : m->wall_ns);
	int64_t first = between(first_start_ns, spawn, m->wall_ns);
	int64_t last = between(last_end_ns, first, m->wall_ns);
	uint32_t workers = workers_of(m);
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

static void find_what_if(struct model *m, const struct schedule_job *jobs, struct arena *scratch)
{
	static const uint32_t usual[] = {1, 2, 4, 8, 16, 32};
	uint32_t actual = workers_of(m), n = 0, n_starts = 0;
	int64_t startup_ns = 0, around_ns = plus(m->gap.before_ns, m->gap.teardown_ns);
	for (size_t i = 0; i < m->n_workers; i++) {
		startup_ns = plus(startup_ns, m->all_workers[i].startup_ns);
		n_starts += m->all_workers[i].n_starts;
	}
	if (n_starts)
		startup_ns /= n_starts;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if (actual < usual[i] && (!n || m->what_if[n - 1].workers < actual))
			m->what_if[n++].workers = actual;
		m->what_if[n++].workers = usual[i];
	}
	if (actual > m->what_if[n - 1].workers)
		m->what_if[n++].workers = actual;
	for (uint32_t i = 0; i < n; i++) {
		int64_t wall_ns =
		    schedule_simulate(scratch, jobs, m->n_units, m->what_if[i].workers, startup_ns);
		m->what_if[i].wall_ns = plus(around_ns, wall_ns);
	}
	m->n_what_if = n;
}

static void find_verdict(struct model *m)
{
	enum status said = m->build->done_status;
	bool bad = status_is_bad(said);
	if (said == STATUS_NONE) {
		bad = m->counts.failed || m->counts.error || m->counts.crashed || m->counts.timeout;
		for (size_t i = 0; i < m->n_units && !bad; i++) /* a unit that broke with no test to blame */
			bad = status_is_bad(m->units[i].status) && !m->units[i].n_bad;
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
	find_alone(m, &scratch);
	settle_tests(m);
	settle_suites(m);
	settle_workers(m, last_end_ns);
	struct schedule_job *jobs = jobs_of(m, &scratch);
	find_gap(m, first_start_ns, last_end_ns);
	if (m->n_units)
		find_what_if(m, jobs, &scratch);
	find_verdict(m);
	arena_free(&scratch);
}
