#include "bench/waves.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "bench/around.h"
#include "bench/crew.h"
#include "bench/stop.h"
#include "measure/interleave.h"
#include "measure/summary.h"

enum {
	HOPELESS = 10,
	LEAST_ROUNDS = 10,
	MOST_RUNS = 100000, /* of a subject of which nobody said how many */
	LOOP_EVERY_NS = 200 * 1000 * 1000,
	SHOW_EVERY_NS = 100 * 1000 * 1000,
};

/* One subject and what it gave so far. */
struct track {
	struct subject *s;
	struct subject_run *runs; /* of the wave under way */
	int64_t *columns[SUBJECT_METRICS];
	size_t n_values, cap_values;
	uint32_t n_rounds, good, failed, timed_out;
	int64_t busy_ns;
	bool is_open, is_over;
	char why[sizeof(((struct err *)NULL)->text)];
};

struct waves_group {
	struct waves *w;
	const struct bench_item *item;
	struct track *tracks;
	uint32_t n;
	struct crew *crew;
	struct subject none; /* of lines that belong to no subject */
	uint32_t n_rounds, *order;
	bool is_begun; /* there was time for it */
};

struct wave {
	struct track *t;
	int64_t deadline_ns;
};

static void run_one(void *ctx, uint32_t worker)
{
	struct wave *wave = ctx;
	struct subject *s = wave->t->s;
	s->kind->run(s, worker, wave->deadline_ns, &wave->t->runs[worker]);
}

static void finish_one(void *ctx, uint32_t worker)
{
	struct wave *wave = ctx;
	struct subject *s = wave->t->s;
	s->kind->finish(s, worker, wave->deadline_ns, &wave->t->runs[worker]);
}

static void clear_runs(struct track *t)
{
	for (uint32_t i = 0; i < t->s->concurrency; i++) {
		t->runs[i].good = t->runs[i].timed_out = false;
		t->runs[i].why[0] = '\0';
		for (uint32_t m = 0; m < SUBJECT_METRICS; m++)
			t->runs[i].values[m] = BENCH_NONE;
	}
}

static void spoil(struct track *t, const char *why)
{
	for (uint32_t i = 0; i < t->s->concurrency; i++)
		subject_fails(&t->runs[i], "%s", why);
}

/* One wave; returns how long its operations took together. */
static int64_t do_wave(struct waves_group *g, struct track *t)
{
	struct err e = {0};
	struct wave wave = {.t = t};
	int64_t busy_ns = 0;
	clear_runs(t);
	if (around_run(t->s, "prepare", &g->item->prepare, &e) < 0) {
		spoil(t, e.text);
		return 0;
	}
	int64_t begin_ns = clock_mono_ns();
	wave.deadline_ns = begin_ns + t->s->timeout_ns;
	crew_do(g->crew, t->s->concurrency, run_one, &wave);
	busy_ns = clock_mono_ns() - begin_ns;
	wave.deadline_ns = clock_mono_ns() + t->s->timeout_ns;
	if (t->s->kind->finish)
		crew_do(g->crew, t->s->concurrency, finish_one, &wave);
	if (around_run(t->s, "conclude", &g->item->conclude, &e) < 0)
		spoil(t, e.text);
	return busy_ns;
}

static void keep_run(struct track *t, const struct subject_run *run)
{
	size_t cap = t->cap_values;
	for (uint32_t m = 0; m < t->s->kind->n_metrics; m++) {
		cap = t->cap_values;
		t->columns[m] = vec_grow(t->columns[m], t->n_values, &cap, sizeof(int64_t));
		t->columns[m][t->n_values] = run->good ? run->values[m] : BENCH_NONE;
	}
	t->cap_values = cap;
	t->n_values++;
	t->good += run->good;
	t->failed += !run->good;
	t->timed_out += !run->good && run->timed_out;
	if (!run->good && !t->why[0])
		(void)snprintf(t->why, sizeof(t->why), "%s", run->why);
}

/* A wave that counts. What a stop has cut short does not. */
static void measure_wave(struct waves_group *g, struct track *t)
{
	int64_t busy_ns = do_wave(g, t);
	if (stop_asked())
		return;
	for (uint32_t i = 0; i < t->s->concurrency; i++)
		keep_run(t, &t->runs[i]);
	t->busy_ns += busy_ns;
	t->n_rounds++;
	t->is_over = !t->good && t->failed >= HOPELESS;
	g->w->n_runs += t->s->concurrency;
}

static void fail_track(struct track *t, const char *why)
{
	t->is_over = true;
	t->failed++;
	(void)snprintf(t->why, sizeof(t->why), "%s", why);
}

/* until_ns 0: no limit but a stop. */
static bool is_time_up(int64_t until_ns)
{
	return stop_asked() || (until_ns && clock_mono_ns() > until_ns);
}

static void open_all(struct waves_group *g)
{
	for (uint32_t i = 0; i < g->n && !is_time_up(g->w->o.deadline_ns); i++) {
		struct track *t = &g->tracks[i];
		struct err e = {0};
		t->is_open = true;
		if (t->s->kind->open(t->s, &e) < 0)
			fail_track(t, e.text);
		t->is_over |= t->s->lacks != NULL;
	}
}

static int64_t warmup_of(const struct waves_group *g)
{
	bool told = knob_origin(&g->item->values, &g->item->warmup) != ORIGIN_DEFAULT;
	int64_t n = told ? g->item->warmup : g->tracks[0].s->kind->warmup;
	return g->w->o.is_short && n > 1 ? 1 : n;
}

static void warm_up(struct waves_group *g)
{
	for (int64_t k = warmup_of(g); k > 0; k--)
		for (uint32_t i = 0; i < g->n && !is_time_up(g->w->o.deadline_ns); i++)
			if (!g->tracks[i].is_over)
				(void)do_wave(g, &g->tracks[i]);
}

static int64_t rounds_wanted(const struct waves_group *g)
{
	const struct waves_options *o = &g->w->o;
	if (o->rounds || g->item->rounds)
		return o->rounds ? o->rounds : g->item->rounds;
	return o->usual_rounds;
}

/* Whether a bench has enough rounds; *ret_left_ns: how long it goes on, by what it took so far. */
static bool is_enough(const struct waves_group *g, uint32_t done, int64_t *ret_left_ns)
{
	int64_t wanted = rounds_wanted(g), busy_ns = 0, most = 0, fewest = INT64_MAX;
	for (uint32_t i = 0; i < g->n; i++) {
		const struct track *t = &g->tracks[i];
		busy_ns = t->busy_ns > busy_ns ? t->busy_ns : busy_ns;
		most = (int64_t)t->n_values > most ? (int64_t)t->n_values : most;
		fewest = !t->is_over && (int64_t)t->n_values < fewest ? (int64_t)t->n_values : fewest;
	}
	int64_t time_ns = wanted ? g->item->min_time_ns : g->w->o.time_ns;
	int64_t by_rounds = done && wanted > done ? busy_ns / done * (wanted - done) : 0;
	*ret_left_ns = (by_rounds > time_ns - busy_ns ? by_rounds : time_ns - busy_ns) * g->n;
	if (done < (wanted ? wanted : LEAST_ROUNDS) || (!wanted && fewest < g->item->runs_needed))
		return false;
	return busy_ns >= time_ns || (!wanted && most >= MOST_RUNS);
}

static bool is_over(const struct waves_group *g, int64_t until_ns)
{
	if (is_time_up(until_ns))
		return true;
	for (uint32_t i = 0; i < g->n; i++)
		if (!g->tracks[i].is_over)
			return false;
	return true;
}

static void take_loop(struct waves *w)
{
	if (clock_mono_ns() - w->loop_at_ns < LOOP_EVERY_NS)
		return;
	noise_loop(&w->noise);
	w->loop_at_ns = clock_mono_ns();
}

static void show_progress(struct waves_group *g, uint32_t done, int64_t left_ns)
{
	struct waves *w = g->w;
	int64_t now = clock_mono_ns();
	if (!w->o.shows_progress || now - w->shown_ns < SHOW_EVERY_NS)
		return;
	w->shown_ns = now;
	(void)fprintf(stderr, "\r\033[K%s: round %u, %.1f s left", g->item->name, done,
		      left_ns > 0 ? (double)left_ns / (double)NS_PER_S : 0);
}

static void do_round(struct waves_group *g)
{
	interleave_round(g->w->o.seed, g->n_rounds++, g->n, 1, g->order);
	for (uint32_t i = 0; i < g->n && !stop_asked(); i++)
		if (!g->tracks[g->order[i]].is_over)
			measure_wave(g, &g->tracks[g->order[i]]);
	take_loop(g->w);
}

uint32_t waves_rounds(struct waves_group *g, uint32_t n, int64_t until_ns)
{
	int64_t left_ns = 0;
	while ((n ? g->n_rounds < n : !is_enough(g, g->n_rounds, &left_ns)) && !is_over(g, until_ns)) {
		show_progress(g, g->n_rounds, left_ns);
		do_round(g);
	}
	if (g->w->shown_ns)
		(void)fputs("\r\033[K", stderr);
	return g->n_rounds;
}

/* Columns that have a figure; all of them where nothing worked, so that targets find what is missing. */
static void tell_columns(struct track *t, struct arena *a, struct bench_subject *ret)
{
	const struct subject_kind *kind = t->s->kind;
	ret->columns = arena_array(a, struct bench_column, kind->n_metrics);
	for (uint32_t m = 0; m < kind->n_metrics; m++) {
		bool any = !t->good;
		for (size_t i = 0; i < t->n_values && !any; i++)
			any = t->columns[m][i] != BENCH_NONE;
		if (!any)
			continue;
		int64_t *values = arena_array(a, int64_t, t->n_values + 1);
		if (t->n_values)
			memcpy(values, t->columns[m], t->n_values * sizeof(*values));
		ret->columns[ret->n_columns++] =
		    (struct bench_column){.metric = str_of(kind->metrics[m].name),
					  .unit = str_of(kind->metrics[m].unit),
					  .values = values};
	}
}

static void tell(struct waves_group *g, struct track *t, struct bench_subject *ret)
{
	struct arena *a = g->w->arena;
	if (!t->good && !t->failed && !t->s->lacks)
		fail_track(t,
			   stop_asked() ? "was stopped before it was measured" : "there was no time for it");
	*ret = (struct bench_subject){.name = t->s->name,
				      .bench = str_of(g->item->name),
				      .kind = str_of(t->s->kind->word),
				      .command = t->s->shown,
				      .params = (struct bench_param *)(uintptr_t)t->s->params,
				      .n_params = t->s->n_params,
				      .n_rounds = t->n_rounds,
				      .per_round = t->s->concurrency,
				      .concurrency = t->s->concurrency,
				      .busy_ns = t->n_rounds ? t->busy_ns : BENCH_NONE,
				      .good = t->good,
				      .failed = t->failed,
				      .timed_out = t->timed_out,
				      .failure = arena_str(a, str_of(t->why))};
	tell_columns(t, a, ret);
}

static void fail_all(struct waves_group *g, const struct err *e)
{
	for (uint32_t i = 0; i < g->n; i++)
		fail_track(&g->tracks[i], e->text);
}

static uint32_t most_at_once(const struct waves_group *g)
{
	uint32_t most = 1;
	for (uint32_t i = 0; i < g->n; i++)
		most = g->tracks[i].s->concurrency > most ? g->tracks[i].s->concurrency : most;
	return most;
}

struct waves_group *waves_begin(struct waves *w, const struct bench_item *item, struct subject *subjects,
				uint32_t n)
{
	struct waves_group *g = arena_new(w->arena, struct waves_group);
	struct err e = {0};
	*g = (struct waves_group){.w = w, .item = item, .n = n, .none = {.item = item, .arena = w->arena}};
	g->tracks = arena_array(w->arena, struct track, n);
	g->order = arena_array(w->arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
		g->tracks[i] = (struct track){
		    .s = &subjects[i],
		    .runs = arena_array(w->arena, struct subject_run, subjects[i].concurrency)};
	if (is_time_up(w->o.deadline_ns))
		return g;
	g->is_begun = true;
	if (around_folder(item, &e) < 0 || around_run(&g->none, "setup", &item->setup, &e) < 0) {
		fail_all(g, &e);
		return g;
	}
	open_all(g);
	if (crew_begin(&g->crew, most_at_once(g), &e) < 0)
		fail_all(g, &e);
	else
		warm_up(g);
	return g;
}

void waves_end(struct waves_group *g)
{
	struct err e = {0};
	crew_end(g->crew);
	for (uint32_t i = 0; i < g->n; i++)
		if (g->tracks[i].is_open)
			g->tracks[i].s->kind->close(g->tracks[i].s);
	if (g->is_begun && around_run(&g->none, "teardown", &g->item->teardown, &e) < 0)
		fail_all(g, &e);
}

void waves_tell(struct waves_group *g, struct bench_subject *ret)
{
	for (uint32_t i = 0; i < g->n; i++)
		tell(g, &g->tracks[i], &ret[i]);
}

void waves_group_free(struct waves_group *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		for (uint32_t m = 0; m < g->tracks[i].s->kind->n_metrics; m++)
			vec_free(g->tracks[i].columns[m]);
}

void waves_measure(struct waves *w, const struct bench_item *item, struct subject *subjects, uint32_t n,
		   struct bench_subject *ret)
{
	struct waves_group *g = waves_begin(w, item, subjects, n);
	(void)waves_rounds(g, 0, w->o.deadline_ns);
	waves_end(g);
	waves_tell(g, ret);
	waves_group_free(g);
}

void waves_init(struct waves *w, const struct waves_options *o, struct arena *arena)
{
	*w = (struct waves){.o = *o,
			    .arena = arena,
			    .begin_ns = clock_mono_ns(),
			    .wall_ns = clock_wall_ns(),
			    .cpu_ns = clock_cpu_ns()};
	if (!w->o.seed)
		w->o.seed = (uint64_t)w->wall_ns;
	noise_begin(&w->noise);
}

/* The loops that tell of the machine are not part of it. */
static int64_t own_cpu_ns(const struct waves *w)
{
	int64_t ns = clock_cpu_ns() - w->cpu_ns - noise_loops_ns(&w->noise);
	return w->n_runs && ns > 0 ? ns / (int64_t)w->n_runs : 0;
}

void waves_conclude(struct waves *w, struct bench *b)
{
	struct arena scratch = {0};
	b->version = STR(FETTLE_VERSION);
	b->begin_ns = w->wall_ns;
	b->seed = w->o.seed;
	b->own_cpu_ns = own_cpu_ns(w);
	noise_tell(&w->noise, w->arena, b);
	summary_fill(&scratch, b);
	arena_free(&scratch);
}

void waves_free(struct waves *w)
{
	noise_end(&w->noise);
}
