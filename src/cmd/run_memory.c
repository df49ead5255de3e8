/* What earlier runs tell of this one, and what this one leaves for the next. */
#include <stdio.h>
#include <string.h>

#include "analyse/change.h"
#include "analyse/predict.h"
#include "base/folder.h"
#include "base/git_head.h"
#include "base/mem.h"
#include "base/str.h"
#include "bench/noise.h"
#include "cmd/cmd.h"
#include "cmd/run.h"
#include "record/history.h"

/* The smallest number and the smallest part (a twentieth) of bad tests that are worth a hint. */
enum { HINT_LEAST = 3, HINT_PART = 20, SELDOM = 2 };

/* What was read of so many tests at the start is kept until it is compared; more is read again. */
enum { BEFORE_MOST = 10000 };

/* A test that was bad in the last run. */
struct was_bad {
	struct str unit;
	struct test_id test;
};

/* A test that history knows of, for adapters that can part a unit. */
struct known_test {
	struct str unit, name;
};

struct run_memory {
	struct history history;
	struct history_reader reader;
	struct run *run;
	struct predict predict;
	struct was_bad *bad;
	size_t n_bad, cap_bad;
	struct map bad_units;   /* names of those that were bad in the last run */
	struct map whole_units; /* of those that are not to be split */
	struct known_test *known;
	size_t n_known, cap_known;
	struct split split; /* of all units that are known; found when first asked for */
	bool split_found;
	struct change_before *before;
	size_t n_before, cap_before;
	int64_t version; /* of the history, when before and last were read */
	struct change change;
	struct history_run last;
	uint32_t n_alone; /* bad now, and passed when nothing ran beside it */
	struct str first_alone;
	uint32_t n_seldom; /* bad now, and passed once or twice, when the order was another one */
	struct str first_seldom;
};

struct str run_identity(struct run *r)
{
	struct buf b = {0};
	buf_text(&b, r->suite.adapter->name);
	for (size_t i = r->suite.word; i < r->suite.n_argv; i++) {
		buf_char(&b, ' ');
		buf_text(&b, i == r->suite.word ? word_base(r->suite.argv[i]) : r->suite.argv[i]);
	}
	/* arguments may hold secrets, and history needs only to know the suite again */
	uint64_t hash = str_hash(buf_view(&b), 1);
	buf_free(&b);
	return str_of(
	    arena_printf(&r->arena, "%s %016llx", r->suite.adapter->name, (unsigned long long)hash));
}

static struct run_memory *memory_of(struct history_reader *h)
{
	return (struct run_memory *)(void *)((char *)h - offsetof(struct run_memory, reader));
}

static void learn_unit(struct history_reader *h, const struct history_known *u)
{
	struct run_memory *m = memory_of(h);
	/* one that failed had its tests; one that was cut short, or of which some were chosen, had not all */
	if (!u->n_recent && u->status != STATUS_FAILED && u->status != STATUS_ERROR)
		predict_unit_never(&m->predict, u->name);
	predict_unit_was(&m->predict, u->name, u->recent_ns, u->n_recent);
	if (u->whole)
		*map_at(&m->whole_units, arena_str(&m->run->arena, u->name)) = 1;
	if (u->before && status_is_bad(u->status) && m->run->o.only_failed)
		*map_at(&m->bad_units, arena_str(&m->run->arena, u->name)) = 1;
}

static struct change_before was_of(const struct history_known *t)
{
	struct change_before was = {
	    .file = t->file, .name = t->name, .status = t->status, .dur_ns = t->dur_ns};
	for (uint32_t i = 0; i < t->n_recent; i++) {
		if (!was.least_ns || t->recent_ns[i] < was.least_ns)
			was.least_ns = t->recent_ns[i];
		if (t->recent_ns[i] > was.most_ns)
			was.most_ns = t->recent_ns[i];
	}
	return was;
}

static void keep_before(struct run_memory *m, const struct history_known *t)
{
	struct arena *a = &m->run->arena;
	if (!t->before || m->n_before > BEFORE_MOST)
		return;
	m->before = mem_grow(m->before, m->n_before, &m->cap_before, sizeof(*m->before));
	struct change_before *was = &m->before[m->n_before++];
	*was = was_of(t);
	was->file = m->n_before > 1 && str_eq(was[-1].file, t->file) ? was[-1].file : arena_str(a, t->file);
	was->name = arena_str(a, t->name);
}

static void learn_test(struct history_reader *h, const struct history_known *t)
{
	struct run_memory *m = memory_of(h);
	struct arena *a = &m->run->arena;
	keep_before(m, t);
	/* one that has always failed takes its time all the same */
	bool failed = !t->n_recent && (t->status == STATUS_FAILED || t->status == STATUS_ERROR);
	predict_test_was(&m->predict, t->file, t->name, t->key, failed ? &t->dur_ns : t->recent_ns,
			 failed ? 1 : t->n_recent);
	if (t->before && m->run->suite.adapter->part) {
		m->known = mem_grow(m->known, m->n_known, &m->cap_known, sizeof(*m->known));
		m->known[m->n_known++] = (struct known_test){arena_str(a, t->file), arena_str(a, t->name)};
	}
	if (!t->before || !status_is_bad(t->status) || !m->run->o.only_failed)
		return;
	m->bad = mem_grow(m->bad, m->n_bad, &m->cap_bad, sizeof(*m->bad));
	m->bad[m->n_bad++] = (struct was_bad){
	    arena_str(a, t->unit), {arena_str(a, t->file), arena_str(a, t->name), arena_str(a, t->key)}};
}

/* The history cannot be had: order is lost, nothing else. */
static void give_up(struct run *r, const struct err *e)
{
	run_note(r, "history", "%s; units run without what is known of them", e->text);
	history_close(&r->memory->history);
}

void run_memory_open(struct run *r)
{
	struct err e = {0};
	struct run_memory *m = arena_new(&r->arena, struct run_memory);
	r->memory = m;
	m->run = r;
	m->reader = (struct history_reader){learn_unit, learn_test};
	if (!r->o.history)
		return;
	if (folder_make(r->root, 0755, &e) < 0 ||
	    history_open(&m->history, arena_printf(&r->arena, "%s/history.db", r->root), &e) < 0) {
		give_up(r, &e);
	} else {
		m->version = history_version(&m->history);
		if (history_read(&m->history, r->suite_id, &m->reader, &r->arena, &m->last, &e) < 0)
			give_up(r, &e);
	}
	if (m->history.notice[0]) {
		m->version = 0; /* a new file in the place of a corrupt one */
		run_note(r, "history", "%s", m->history.notice);
		m->history.notice[0] = 0;
	}
}

int64_t run_predict(struct run *r, struct str unit)
{
	return predict_unit(&r->memory->predict, unit, unit);
}

int64_t run_predict_some(struct run *r, struct str unit, const struct str *tests, uint32_t n)
{
	int64_t whole = run_predict(r, unit), sum = run_predict_shared(r, unit);
	for (uint32_t i = 0; i < n && sum < whole; i++)
		sum += run_predict_test(r, unit, tests[i]);
	return sum < whole ? sum : whole;
}

int64_t run_predict_shared(struct run *r, struct str unit)
{
	return predict_shared(&r->memory->predict, unit);
}

int64_t run_predict_test(struct run *r, struct str unit, struct str test)
{
	return predict_test(&r->memory->predict, unit, test, STR_NONE);
}

uint32_t run_known_tests(struct run *r, struct str unit, struct str **ret_names, int64_t **ret_ns)
{
	const struct run_memory *m = r->memory;
	uint32_t n = 0;
	*ret_names = arena_array(&r->arena, struct str, m->n_known);
	*ret_ns = arena_array(&r->arena, int64_t, m->n_known);
	for (size_t i = 0; i < m->n_known; i++) {
		if (!str_eq(m->known[i].unit, unit))
			continue;
		(*ret_names)[n] = m->known[i].name;
		(*ret_ns)[n++] = run_predict_test(r, unit, m->known[i].name);
	}
	return n;
}

void run_split_by_history(struct run *r, struct split *ret, int64_t least_gain_ns)
{
	struct run_memory *m = r->memory;
	if (!m->split_found) {
		struct arena scratch = {0};
		int64_t *all = arena_array(&scratch, int64_t, m->predict.n_units + m->predict.n_files);
		size_t n = predict_units(&m->predict, all);
		split_find(&m->split, &scratch, all, n, r->workers, least_gain_ns);
		m->split_found = true;
		arena_free(&scratch);
	}
	*ret = m->split;
}

/* Of a run in chunks the units were those, and its tests are known by their files. */
static bool was_in(const struct was_bad *b, struct str unit)
{
	return str_eq(b->unit, unit) || str_eq(b->test.file, unit);
}

uint32_t run_failed(struct run *r, struct str unit, struct test_id **ret)
{
	struct run_memory *m = r->memory;
	uint32_t n = 0;
	for (size_t i = 0; i < m->n_bad; i++)
		n += was_in(&m->bad[i], unit);
	if (!ret || !n)
		return n;
	*ret = arena_array(&r->arena, struct test_id, n);
	n = 0;
	for (size_t i = 0; i < m->n_bad; i++)
		if (was_in(&m->bad[i], unit))
			(*ret)[n++] = m->bad[i].test;
	return n;
}

bool run_stays_whole(const struct run *r, struct str unit)
{
	return map_get(&r->memory->whole_units, unit) != MAP_NONE;
}

bool run_unit_failed(const struct run *r, struct str unit)
{
	return map_get(&r->memory->bad_units, unit) != MAP_NONE;
}

static bool is_whole(const struct run *r)
{
	return !r->o.select.n && !r->o.only_failed && !r->o.shard.n && !r->stopped_early;
}

static void compare_test(struct history_reader *h, const struct history_known *t)
{
	struct change_before was = was_of(t);
	if (t->before)
		change_put(&memory_of(h)->change, &was);
}

/* Whether what was read at the start is still all there is. */
static bool is_as_read(struct run_memory *m)
{
	return m->version > 0 && m->n_before <= BEFORE_MOST && history_version(&m->history) == m->version;
}

void run_compare(struct run *r)
{
	struct run_memory *m = r->memory;
	struct history_run last = m->last;
	struct err e;
	predict_free(&m->predict); /* all has been handed out, and room is needed */
	if (!m->history.db)
		return;
	change_init(&m->change, &r->model, is_whole(r));
	m->reader = (struct history_reader){NULL, compare_test};
	if (is_as_read(m)) {
		for (size_t i = 0; i < m->n_before; i++)
			change_put(&m->change, &m->before[i]);
	} else if (history_read(&m->history, r->suite_id, &m->reader, &r->arena, &last, &e) < 0) {
		warn("run", "%s", e.text);
	}
	change_finish(&m->change, last.number ? last.wall_ns : 0);
}

static void look_alone(struct history_reader *h, const struct history_known *t)
{
	struct run_memory *m = memory_of(h);
	if (!t->pass_workers || !test_set_has(&m->run->bad_tests, t->file, t->name))
		return;
	if (t->pass_workers == 1 && !m->n_alone++)
		m->first_alone = arena_str(&m->run->arena, t->name);
	else if (t->pass_workers > 1 && t->n_recent <= SELDOM && !m->n_seldom++)
		m->first_seldom = arena_str(&m->run->arena, t->name);
}

/* Many are bad beside others, and nobody knows how they do alone. */
static void hint(struct run *r, uint32_t last_workers)
{
	/* packages run beside each other under plain go test, too */
	bool most = r->bad_tests.names.n > 1 && r->bad_tests.names.n * 2 >= r->model.n_tests;
	bool many = r->suite.adapter != &adapter_go && r->n_bad_units &&
		    (most || r->bad_tests.names.n >= HINT_LEAST) &&
		    r->bad_tests.names.n * HINT_PART >= r->model.n_tests;
	if (many && last_workers != 1 && r->o.isolate.is == RUN_ISOLATE_NONE)
		run_note(
		    r, "conflict",
		    "%u bad with %u workers in one tree: if they pass with -j1, they share something, and "
		    "--isolate tree gives each worker its own tree",
		    r->bad_tests.names.n, r->workers);
}

/* Tests that lean on those before them pass in a whole file, and neither a tree nor a lock helps. */
static void tell_split(struct run *r)
{
	if (r->mended.n)
		run_note(r, "split",
			 "'%.*s' was bad in parts and good as a whole: its %ss need what others of it leave "
			 "behind. %s",
			 STR_ARG(r->mended), r->suite.adapter->test_word,
			 r->memory->history.db ? "From the next run on it stays whole"
					       : "--no-split keeps it whole");
}

void run_memory_conflicts(struct run *r)
{
	struct run_memory *m = r->memory;
	struct history_run last;
	struct err e;
	const char *advice = r->o.isolate.is == RUN_ISOLATE_TREE
				 ? "--lock NAME=PATTERN keeps units apart"
				 : "--isolate tree gives each worker its own tree, --lock "
				   "NAME=PATTERN keeps units apart";
	if (r->workers < 2 || !r->bad_tests.names.n)
		return;
	tell_split(r);
	if (r->mended.n && !r->n_bad_units)
		return;
	if (!m->history.db) {
		hint(r, 0);
		return;
	}
	m->reader = (struct history_reader){NULL, look_alone};
	if (history_read(&m->history, r->suite_id, &m->reader, &r->arena, &last, &e) < 0)
		return;
	const char *order =
	    r->o.order.is == RUN_GIVEN || r->suite.adapter == &adapter_go
		? ""
		: "; if they lean on what ran before them, --order given keeps the order, and "
		  "--chunks 1 runs all in one plain process";
	if (m->n_alone)
		run_note(
		    r, "conflict",
		    "%u bad now passed when last run with one worker ('%.*s'%s): perhaps they share something; %s%s",
		    m->n_alone, STR_ARG(m->first_alone), m->n_alone > 1 ? " ..." : "", advice, order);
	else if (m->n_seldom && *order)
		run_note(
		    r, "conflict",
		    "%u bad now passed in a run before, whose order may have been another one ('%.*s'%s)%s; "
		    "if they share something, %s",
		    m->n_seldom, STR_ARG(m->first_seldom), m->n_seldom > 1 ? " ..." : "", order, advice);
	else
		hint(r, last.workers);
}

/* What became of one name: the parts of its first repetition, each without what a worker does but once. */
struct gathered {
	int64_t own_ns, beside_ns; /* inside its tests; beside them */
	uint32_t n_parts;
	bool partial;
	bool whole; /* it is not to be split */
};

/* Which repetition each unit of the model was. */
static uint32_t *repeats_of(const struct run *r, struct arena *a)
{
	uint32_t *repeats = arena_array(a, uint32_t, r->model.n_units + 1);
	for (size_t i = 0; i < r->n_jobs; i++)
		if (r->jobs[i]->entry < r->model.n_units)
			repeats[r->jobs[i]->entry] = r->jobs[i]->repeat;
	return repeats;
}

/* A file of which only some tests were to run, or of which some part never ran. */
static void mark_partial(const struct run *r, struct map *names, struct gathered *g)
{
	for (size_t i = 0; i < r->n_jobs; i++) {
		const struct job *j = r->jobs[i];
		const struct found *f = &r->found[j->found];
		uint32_t at = map_get(names, f->name);
		bool ran = j->entry != MODEL_NONE || j->repeat > 1 || j->unit.attempt > 1;
		if (at == MAP_NONE)
			continue;
		g[at].partial |= f->select.n || f->argv || !ran;
		g[at].whole |= f->stays_whole;
	}
}

static void add_part(struct gathered *g, const struct model_unit *u)
{
	int64_t ns = u->once_ns < u->dur_ns ? u->dur_ns - u->once_ns : 0;
	int64_t own_ns = u->own_ns < ns ? u->own_ns : ns;
	g->own_ns += own_ns;
	g->beside_ns += ns - own_ns;
	g->n_parts++;
}

/* The time of a whole: what is beside its tests was done by each part again. -1: not all of it ran. */
static int64_t whole_time(const struct gathered *g)
{
	return g->partial || !g->n_parts ? -1 : g->own_ns + g->beside_ns / g->n_parts;
}

/* Units by name: the parts of one that was split are brought together, repetitions and retries are not. */
static size_t gather_units(struct run *r, struct arena *a, struct history_result **ret)
{
	struct map names = {0};
	struct history_result *units = arena_array(a, struct history_result, r->model.n_units + 1);
	struct gathered *all = arena_array(a, struct gathered, r->model.n_units + 1);
	const uint32_t *repeats = repeats_of(r, a);
	size_t n = 0;
	for (size_t i = 0; i < r->model.n_units; i++) {
		const struct model_unit *u = &r->model.units[i];
		uint32_t *at = map_at(&names, u->name);
		bool is_new = *at == MAP_NONE, again = u->attempt > 1 || repeats[i] > 1;
		if (is_new) {
			*at = (uint32_t)n;
			units[n++] =
			    (struct history_result){.name = u->name, .status = u->status, .alone = u->alone};
		}
		struct history_result *h = &units[*at];
		if (!again)
			add_part(&all[*at], u);
		if (u->attempt > 1 || (!again && u->status > h->status))
			h->status = u->status;
		h->attempts_bad += !is_new && status_is_bad(u->status);
	}
	mark_partial(r, &names, all);
	for (size_t i = 0; i < n; i++) {
		units[i].dur_ns = whole_time(&all[i]);
		units[i].whole = all[i].whole;
	}
	map_free(&names);
	*ret = units;
	return n;
}

static struct history_result unit_at(const void *of, size_t i)
{
	return ((const struct history_result *)of)[i];
}

static struct history_result test_at(const void *of, size_t i)
{
	const struct model *m = of;
	const struct model_test *t = &m->tests[i];
	const struct model_unit *u = t->unit == MODEL_NONE ? NULL : &m->units[t->unit];
	return (struct history_result){.file = t->file,
				       .name = t->name,
				       .key = t->key,
				       .unit = u ? u->name : STR_NONE,
				       .status = t->status,
				       .dur_ns = t->dur_ns - t->shared_ns,
				       .attempts_bad = t->attempts_bad,
				       .alone = u && u->alone};
}

void run_memory_add(struct run *r)
{
	struct run_memory *mem = r->memory;
	struct model *m = &r->model;
	struct arena scratch = {0};
	struct history_result *all;
	struct err e;
	if (mem->history.db && m->n_units) {
		struct history_list units = {.at = unit_at, .n = gather_units(r, &scratch, &all)};
		struct history_list tests = {.at = test_at, .of = m, .n = m->n_tests};
		units.of = all;
		struct bench here = {0};
		noise_machine(&scratch, &here);
		struct history_run row = {.machine = here.machine,
					  .commit = git_head(&scratch, r->suite.cwd),
					  .id = m->id,
					  .suite = r->suite_id,
					  .command = m->command,
					  .adapter = m->adapter,
					  .wall_start_ns = m->wall_start_ns,
					  .wall_ns = m->wall_ns,
					  .workers = m->workers,
					  .units = m->counts.units,
					  .tests = m->counts.tests,
					  .passed = m->counts.passed,
					  .bad = m->counts.failed + m->counts.error + m->counts.crashed +
						 m->counts.timeout,
					  .skipped = m->counts.skipped,
					  .flaky = m->counts.flaky,
					  .verdict = m->verdict,
					  .whole = is_whole(r) && !m->interrupted};
		if (history_add(&mem->history, &row, &units, &tests, &e) < 0)
			warn("run", "%s; the run is not in the history", e.text);
		else if (mem->history.notice[0])
			warn("run", "%s", mem->history.notice);
	}
	arena_free(&scratch);
}

void run_memory_free(struct run *r)
{
	if (!r->memory)
		return;
	history_close(&r->memory->history);
	predict_free(&r->memory->predict);
	mem_free(r->memory->before);
	mem_free(r->memory->bad);
	map_free(&r->memory->bad_units);
	map_free(&r->memory->whole_units);
	mem_free(r->memory->known);
}
