#include <stdlib.h>
#include <string.h>

#include "analyse/critical_build.h"
#include "analyse/cuts.h"
#include "analyse/schedule.h"
#include "base/clock.h"
#include "base/str.h"

enum {
	TRIED_MOST = 64,         /* candidates that are simulated ... */
	TRIED_LEAST = 8,         /* ... or fewer, down to this, where */
	JOBS_MOST = 1000 * 1000, /* so many jobs would be simulated */
	WORTH_PERCENT = 1,
};
#define WORTH_NS (10 * NS_PER_MS)

void candidate_add(struct candidates *c, const struct candidate *x)
{
	c->at = arena_grow(c->scratch, c->at, c->n, &c->cap, sizeof(*c->at));
	c->at[c->n++] = *x;
}

static bool is_worth(int64_t saved_ns, int64_t wall_ns)
{
	return saved_ns > 0 && (saved_ns >= WORTH_NS || saved_ns >= wall_ns / (100 / WORTH_PERCENT));
}

static int by_name(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

/* Hooks, fixtures and marked phases, by what was added up while the rows came. */
static void add_cuts(struct candidates *c)
{
	struct cuts *cuts = c->m->build->cuts;
	cuts_end(c->m);
	if (!cuts || !cuts->n)
		return;
	qsort(cuts->all, cuts->n, sizeof(*cuts->all), by_name);
	struct saving *savings = arena_array(c->scratch, struct saving, cuts->n);
	for (size_t from = 0, to; from < cuts->n; from = to) {
		const struct cut_name *name = &cuts->names[cuts->all[from].name];
		for (to = from; to < cuts->n && cuts->all[to].name == cuts->all[from].name; to++)
			savings[to] = (struct saving){cuts->all[to].unit, cuts->all[to].ns};
		struct candidate x = {.item = {.kind = name->kind,
					       .name = name->name,
					       .n = name->n,
					       .spent_ns = name->spent_ns},
				      .savings = savings + from,
				      .n = to - from};
		if (!name->given_up)
			candidate_add(c, &x);
	}
}

static int most_first(const void *a, const void *b)
{
	const struct critical_item *x = &((const struct candidate *)a)->item,
				   *y = &((const struct candidate *)b)->item;
	if (x->spent_ns != y->spent_ns)
		return x->spent_ns > y->spent_ns ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return str_compare(x->name, y->name);
}

static int most_saved_first(const void *a, const void *b)
{
	const struct critical_item *x = a, *y = b;
	if (x->saved_ns != y->saved_ns)
		return x->saved_ns > y->saved_ns ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return str_compare(x->name, y->name);
}

/* One simulation after the other, in memory that is used again. */
struct trial {
	struct model *m;
	const struct critical_run *run;
	struct arena arena;
	struct schedule_job *jobs; /* room for one job more */
	int64_t *saved_ns;         /* of each unit */
	struct critical_item *items;
	size_t n_items;
};

static int64_t simulate(struct trial *t, size_t n_jobs, uint32_t workers)
{
	int64_t ns = schedule_simulate(&t->arena, t->jobs, n_jobs, workers, t->run->startup_ns);
	arena_reset(&t->arena);
	return plus(t->run->around_ns, ns);
}

static void keep(struct trial *t, struct critical_item item, int64_t wall_ns)
{
	item.saved_ns = t->m->critical.wall_ns - wall_ns;
	if (is_worth(item.saved_ns, t->m->critical.wall_ns))
		t->items[t->n_items++] = item;
}

static void jobs_as_they_were(struct trial *t)
{
	memcpy(t->jobs, t->run->jobs, t->m->n_units * sizeof(*t->jobs));
}

static void try_candidate(struct trial *t, const struct candidate *x)
{
	size_t n = t->m->n_units;
	memset(t->saved_ns, 0, n * sizeof(*t->saved_ns));
	for (size_t i = 0; i < x->n; i++) {
		int64_t *saved = &t->saved_ns[x->savings[i].unit];
		*saved = plus(*saved, x->savings[i].ns);
	}
	jobs_as_they_were(t);
	for (size_t i = 0; i < n; i++) {
		int64_t saved_ns = t->saved_ns[t->run->units[i]];
		t->jobs[i].dur_ns -= saved_ns < t->jobs[i].dur_ns ? saved_ns : t->jobs[i].dur_ns;
	}
	keep(t, x->item, simulate(t, n, t->run->workers));
}

static void try_worker(struct trial *t)
{
	jobs_as_they_were(t);
	keep(t, (struct critical_item){.kind = CRITICAL_WORKER, .n = t->run->workers + 1},
	     simulate(t, t->m->n_units, t->run->workers + 1));
}

/* The longest unit in two halves; one of a single test cannot be split. */
static void try_split(struct trial *t)
{
	const struct model_unit *u = &t->m->units[t->run->units[0]];
	if (u->n_tests == 1)
		return;
	jobs_as_they_were(t);
	t->jobs[t->m->n_units] = t->jobs[0];
	t->jobs[t->m->n_units].dur_ns = u->dur_ns / 2;
	t->jobs[0].dur_ns = u->dur_ns - u->dur_ns / 2;
	keep(t,
	     (struct critical_item){.kind = CRITICAL_LONGEST, .name = u->name, .n = 1, .spent_ns = u->dur_ns},
	     simulate(t, t->m->n_units + 1, t->run->workers));
}

static void try_all(struct trial *t, struct candidates *c)
{
	size_t most = JOBS_MOST / t->m->n_units;
	most = most < TRIED_LEAST ? TRIED_LEAST : most > TRIED_MOST ? TRIED_MOST : most;
	if (c->n > 1)
		qsort(c->at, c->n, sizeof(*c->at), most_first);
	/* none saves more than it took */
	for (size_t i = 0; i < c->n && i < most && is_worth(c->at[i].item.spent_ns, t->m->critical.wall_ns);
	     i++)
		try_candidate(t, &c->at[i]);
	try_split(t);
	try_worker(t);
}

void model_critical_settle(struct model *m, const struct critical_run *run)
{
	struct model_critical *k = &m->critical;
	struct arena scratch = {0};
	struct critical_item items[TRIED_MOST + 2];
	struct candidates c = {.m = m, .scratch = &scratch};
	struct trial t = {.m = m, .run = run, .items = items};
	add_cuts(&c);
	critical_containers(&c);
	t.jobs = arena_array(&scratch, struct schedule_job, m->n_units + 1);
	t.saved_ns = arena_array(&scratch, int64_t, m->n_units);
	jobs_as_they_were(&t);
	k->wall_ns = simulate(&t, m->n_units, run->workers);
	try_all(&t, &c);
	if (t.n_items > 1)
		qsort(items, t.n_items, sizeof(*items), most_saved_first);
	k->n = (uint32_t)(t.n_items < MODEL_MOST_CRITICAL ? t.n_items : MODEL_MOST_CRITICAL);
	k->items = arena_array(&m->arena, struct critical_item, k->n);
	memcpy(k->items, items, k->n * sizeof(*items));
	arena_free(&t.arena);
	arena_free(&scratch);
}
