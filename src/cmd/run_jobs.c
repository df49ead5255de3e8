/* What was found becomes jobs of the queue. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/run.h"
#include "cmd/run_asked.h"
#include "collect/census.h"

enum { CENSUS_MOST = 256 << 20, TEST_WEIGHT = 1 << 20 };

static struct found *add_found(struct run *r)
{
	r->found = mem_grow(r->found, r->n_found, &r->cap_found, sizeof(*r->found));
	r->found[r->n_found] = (struct found){.target = UNIT_NONE};
	return &r->found[r->n_found++];
}

/* The number of a group, from 1; 0 for no name. */
static uint32_t group_of(struct map *groups, struct str name)
{
	if (!name.n)
		return 0;
	uint32_t *at = map_at(groups, name);
	if (*at == MAP_NONE)
		*at = groups->n;
	return *at;
}

/* {"key": ..., "name": ..., "group": ...} items */
static void read_keys(struct run *r, struct json *j, struct found *f)
{
	size_t cap = 0, cap_names = 0, cap_groups = 0;
	struct str *keys = NULL, *names = NULL, key;
	struct map known = {0};
	uint32_t n = 0, *groups = NULL;
	for (bool in = json_array(j); in && json_item(j); n++) {
		keys = mem_grow(keys, n, &cap, sizeof(*keys));
		names = mem_grow(names, n, &cap_names, sizeof(*names));
		groups = mem_grow(groups, n, &cap_groups, sizeof(*groups));
		keys[n] = names[n] = STR_NONE;
		groups[n] = 0;
		if (!json_object(j))
			break;
		while (json_key(j, &key)) {
			if (str_is(key, "key"))
				keys[n] = arena_str(&r->arena, json_text(j));
			else if (str_is(key, "name"))
				names[n] = arena_str(&r->arena, json_text(j));
			else if (str_is(key, "group"))
				groups[n] = group_of(&known, arena_str(&r->arena, json_text(j)));
			else
				json_skip(j);
		}
	}
	map_free(&known);
	f->keys = keys;
	f->names = names;
	f->groups = groups;
	f->n_keys = n;
}

/* The one found under this name (listed again, with its tests), or a new one. */
static struct found *found_of(struct run *r, struct str name)
{
	uint32_t known = map_get(&r->found_names, name);
	if (known != MAP_NONE)
		return &r->found[known];
	struct found *f = add_found(r);
	f->name = arena_str(&r->arena, name);
	*map_at(&r->found_names, f->name) = (uint32_t)(r->n_found - 1);
	return f;
}

void run_forget_found(struct found *f)
{
	mem_free(f->keys);
	mem_free(f->names);
	mem_free(f->groups);
}

void run_take_units(struct run *r, struct str json_units)
{
	struct json j;
	struct str key;
	json_init(&j, json_units, &r->arena);
	for (bool in = json_array(&j); in && json_item(&j);) {
		struct found one = {0};
		struct str name = STR_NONE;
		if (!json_object(&j))
			break;
		while (json_key(&j, &key)) {
			if (str_is(key, "name"))
				name = json_text(&j);
			else if (str_is(key, "size"))
				one.size = json_int(&j);
			else if (str_is(key, "tests"))
				one.n_tests = (uint32_t)json_int(&j);
			else if (str_is(key, "shared"))
				one.shared = json_bool(&j);
			else if (str_is(key, "keys"))
				read_keys(r, &j, &one);
			else
				json_skip(&j);
		}
		if (!name.n)
			continue;
		struct found *f = found_of(r, name);
		f->size = one.size ? one.size : f->size;
		f->n_tests = one.n_tests ? one.n_tests : f->n_tests;
		if (one.keys) {
			run_forget_found(f);
			f->keys = one.keys;
			f->names = one.names;
			f->groups = one.groups;
			f->shared = one.shared;
			f->n_keys = one.n_keys;
		}
	}
}

static bool selects(const struct run *r, struct str text)
{
	for (size_t i = 0; i < r->o.select.n; i++) {
		struct str p = str_of(r->o.select.at[i]);
		if (str_match_name(p, text))
			return true;
	}
	return false;
}

bool run_wants_not_run(const struct run *r, const struct target *t)
{
	if (r->o.select.n && !selects(r, t->name))
		return false;
	/* what is skipped did not fail, and one shard tells of it */
	return t->status != STATUS_SKIPPED || (!r->o.only_failed && (!r->o.shard.n || r->o.shard.k == 1));
}

/* Which tests of f are chosen: all (returns false: leave it whole) or some (keep[] says which). */
static bool choose_tests(const struct run *r, const struct found *f, bool *keep, uint32_t *ret_n)
{
	*ret_n = 0;
	for (uint32_t i = 0; i < f->n_keys; i++) {
		keep[i] = selects(r, f->keys[i]) || selects(r, f->names[i]);
		*ret_n += keep[i];
	}
	return *ret_n < f->n_keys;
}

static uint32_t lock_index(struct run *r, struct str name)
{
	for (size_t i = 0; i < r->n_locks; i++)
		if (str_is(name, r->locks[i]))
			return (uint32_t)i;
	r->locks = mem_grow(r->locks, r->n_locks, &r->cap_locks, sizeof(*r->locks));
	r->locks[r->n_locks] = arena_copy(&r->arena, name);
	return (uint32_t)r->n_locks++;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static struct str lock_pattern(const struct run *r, size_t i)
{
	struct str pair = str_of(r->o.lock.at[i]);
	return str_cut(pair, str_find(pair, '=') + 1, pair.n);
}

bool run_lock_meets(const struct run *r, size_t i, const struct found *f)
{
	struct str pattern = lock_pattern(r, i);
	bool meets = str_match_name(pattern, f->name);
	for (uint32_t k = 0; k < f->n_keys && !meets; k++)
		meets = str_match_name(pattern, f->keys[k]) || str_match_name(pattern, f->names[k]);
	return meets;
}

bool run_wants_tests(const struct run *r)
{
	bool wants = r->o.select.n > 0;
	for (size_t i = 0; i < r->o.lock.n && !wants; i++)
		wants = str_has(lock_pattern(r, i), STR("::"));
	return wants;
}

void run_tell_locks(struct run *r)
{
	for (size_t i = 0; i < r->o.lock.n && r->n_found; i++) {
		bool met = false;
		for (size_t k = 0; k < r->n_found && !met; k++)
			met = run_lock_meets(r, i, &r->found[k]);
		if (!met)
			run_note(r, "lock", "--lock '%s' is of no %s here: their names are such as '%.*s'",
				 r->o.lock.at[i], r->suite.adapter->suite_word, STR_ARG(r->found[0].name));
	}
}

/* The locks of a unit, from --lock and from its target; *ret_shown names them. */
static const uint32_t *locks_of(struct run *r, const struct found *f, uint32_t *ret_n, struct str *ret_shown)
{
	enum { MOST = 64 };
	uint32_t locks[MOST], n = 0;
	const char *own = f->target == UNIT_NONE ? NULL : r->suite.targets[f->target].lock;
	struct str rest = str_of(own), name;
	struct buf shown = {0};
	while (str_next(&rest, ',', &name) && n < MOST)
		locks[n++] = lock_index(r, name);
	for (size_t i = 0; i < r->o.lock.n && n < MOST; i++) {
		struct str pair = str_of(r->o.lock.at[i]);
		size_t eq = str_find(pair, '=');
		if (run_lock_meets(r, i, f))
			locks[n++] = lock_index(r, str_cut(pair, 0, eq));
	}
	qsort(locks, n, sizeof(*locks), compare_numbers);
	uint32_t unique = 0;
	for (uint32_t i = 0; i < n; i++)
		if (!unique || locks[i] != locks[unique - 1])
			locks[unique++] = locks[i];
	for (uint32_t i = 0; i < unique; i++)
		buf_printf(&shown, "%s%s", i ? "," : "", r->locks[locks[i]]);
	*ret_shown = unique ? arena_str(&r->arena, buf_view(&shown)) : STR_NONE;
	buf_free(&shown);
	*ret_n = unique;
	uint32_t *kept = arena_array(&r->arena, uint32_t, unique);
	if (unique)
		memcpy(kept, locks, sizeof(*kept) * unique);
	return kept;
}

static const uint32_t *after_of(struct run *r, const struct found *f, uint32_t *ret_n)
{
	const struct target *t = f->target == UNIT_NONE ? NULL : &r->suite.targets[f->target];
	uint32_t *after = t && t->n_after ? arena_array(&r->arena, uint32_t, t->n_after) : NULL;
	*ret_n = 0;
	for (uint32_t i = 0; t && r->job_of_target && i < t->n_after; i++) {
		uint32_t job = r->job_of_target[t->after[i]];
		if (job != UNIT_NONE)
			after[(*ret_n)++] = job;
	}
	return after;
}

struct job *run_add_job(struct run *r, uint32_t found, struct str select, int64_t predicted_ns,
			uint32_t attempt, bool alone)
{
	const struct found *f = &r->found[found];
	struct target *t = f->target == UNIT_NONE ? NULL : &r->suite.targets[f->target];
	struct schedule_unit u = {.name = f->name,
				  .predicted_ns = predicted_ns,
				  .size = f->size,
				  .slots = t ? t->slots : 1,
				  .alone = alone || (t && t->alone)};
	struct job *j;
	r->jobs = mem_grow(r->jobs, r->n_jobs, &r->cap_jobs, sizeof(*r->jobs));
	j = r->jobs[r->n_jobs] = arena_new(&r->arena, struct job);
	*j = (struct job){.found = found, .repeat = 1, .entry = MODEL_NONE};
	u.locks = locks_of(r, f, &u.n_locks, &j->unit.lock);
	u.after = after_of(r, f, &u.n_after);
	j->locks = u.locks;
	j->n_locks = u.n_locks;
	j->unit.number = (uint32_t)r->n_jobs;
	j->unit.attempt = attempt;
	j->unit.name = f->name;
	j->unit.select = select.n ? select : f->name;
	j->unit.predicted_ns = predicted_ns;
	j->unit.timeout_ns = r->o.unit_timeout_ns;
	j->unit.alone = u.alone;
	j->unit.slots = u.slots < r->workers ? u.slots : r->workers;
	if (t) {
		j->unit.argv = j->whole_argv = t->argv;
		j->unit.env = t->env;
		j->unit.cwd = t->cwd;
		if (t->timeout_ns && (!j->unit.timeout_ns || t->timeout_ns < j->unit.timeout_ns))
			j->unit.timeout_ns = t->timeout_ns;
	}
	r->n_jobs++;
	(void)schedule_add(r->schedule, &u);
	return j;
}

struct str run_join_keys(struct run *r, const struct found *f, uint32_t from, uint32_t to, const bool *keep)
{
	struct buf b = {0};
	for (uint32_t i = from; i < to; i++) {
		if (keep && !keep[i])
			continue;
		if (b.n)
			buf_char(&b, '\n');
		buf_str(&b, f->keys[i]);
	}
	struct str s = arena_str(&r->arena, buf_view(&b));
	buf_free(&b);
	return s;
}

static void predict(struct run *r, struct found *f)
{
	if (!f->given && !f->predicted_ns) {
		f->predicted_ns = run_predict(r, f->name);
		f->stays_whole = run_stays_whole(r, f->name);
	}
}

static void predict_all(struct run *r)
{
	for (size_t i = 0; i < r->n_found; i++)
		predict(r, &r->found[i]);
}

/* The jobs from `first` up to `upto` once more, as round k. */
static void add_round(struct run *r, size_t first, size_t upto, uint32_t k)
{
	for (size_t i = first; i < upto; i++) {
		struct job again = *r->jobs[i];
		if (again.is_owed) /* what became of another one */
			continue;
		struct job *j =
		    run_add_job(r, again.found, again.unit.select, again.unit.predicted_ns, 1, false);
		j->unit.argv = again.unit.argv;
		j->whole_argv = again.whole_argv;
		run_stand_in(r, j, &again);
		j->repeat = k;
		if (again.n_asked)
			run_ask(r, j, again.asked, again.n_asked, again.is_narrow);
	}
}

static void add_repeats(struct run *r, size_t first_job)
{
	size_t upto = r->n_jobs;
	for (int64_t k = 2; k <= r->o.repeat; k++)
		add_round(r, first_job, upto, (uint32_t)k);
}

void run_part(struct run *r, struct job *j)
{
	j->is_part = true;
	r->n_parts++;
}

void run_stand_in(struct run *r, struct job *j, const struct job *before)
{
	j->repeat = before->repeat;
	if (before->is_part)
		run_part(r, j);
}

bool run_is_mended(const struct run *r, const struct job *part)
{
	if (!part->is_part || !r->found[part->found].is_mended)
		return false;
	for (size_t i = r->n_jobs; i > 0; i--) {
		const struct job *j = r->jobs[i - 1];
		if (j->mends && j->found == part->found && j->repeat == part->repeat)
			return true;
	}
	return false;
}

/* What it would share with its parts they are to be done with. */
static void wait_for_parts(struct run *r, const struct job *whole)
{
	uint32_t *after = NULL;
	size_t n = 0, cap = 0;
	for (uint32_t i = 0; i < r->n_jobs; i++) {
		if (r->jobs[i]->found != whole->found || !schedule_is_taken(r->schedule, i))
			continue;
		after = arena_grow(&r->arena, after, n, &cap, sizeof(*after));
		after[n++] = i;
	}
	schedule_wait_for(r->schedule, whole->unit.number, after, (uint32_t)n);
}

bool run_whole_again(struct run *r, uint32_t job)
{
	const struct job before = *r->jobs[job];
	struct found *f = &r->found[before.found];
	bool pulls = f->target == UNIT_NONE;
	if (!before.is_part || f->n_parts < 2 || r->stopped_early)
		return false;
	if (run_is_mended(r, &before))
		return true;
	struct job *j =
	    run_add_job(r, before.found, STR_NONE, f->predicted_ns, before.unit.attempt + 1, false);
	j->unit.fresh = pulls; /* what the parts left behind in their process is not to help it, or harm it */
	j->repeat = before.repeat;
	j->mends = f->is_mended = true;
	run_owe(r, j);
	wait_for_parts(r, j);
	return true;
}

bool run_is_endless(const struct run *r)
{
	return r->o.until_fail && !r->o.repeat;
}

void run_repeat_again(struct run *r)
{
	size_t first = r->n_jobs;
	uint32_t k = r->jobs[first - 1]->repeat;
	while (first && r->jobs[first - 1]->repeat == k)
		first--;
	add_round(r, first, r->n_jobs, k + 1);
}

void run_add_found(struct run *r, const bool *but)
{
	size_t first_job = r->n_jobs;
	for (uint32_t i = 0; i < r->n_found; i++) {
		struct found *f = &r->found[i];
		if (f->given || f->dropped || (but && but[i]))
			continue;
		f->given = true;
		if (r->asked_keys && f->n_keys > 1 && !f->select.n && !f->n_asked && !f->stays_whole)
			run_add_parts(r, i);
		else if (f->n_asked || !run_add_target_parts(r, i)) {
			struct job *j = run_add_job(r, i, f->select, f->predicted_ns, 1, false);
			j->unit.argv = f->argv ? f->argv : j->unit.argv;
			if (f->n_asked)
				run_ask(r, j, f->asked, f->n_asked, f->argv || f->select.n);
		}
	}
	add_repeats(r, first_job);
}

/* What those of its tests that keep marks will take. */
static void predict_kept(struct run *r, struct found *f, const bool *keep, uint32_t n)
{
	struct str *names = mem_alloc(sizeof(*names) * n);
	n = 0;
	for (uint32_t i = 0; i < f->n_keys; i++)
		if (keep[i])
			names[n++] = f->names[i];
	f->predicted_ns = run_predict_some(r, f->name, names, n);
	mem_free(names);
}

/* --select and --only-failed */
static void choose(struct run *r)
{
	for (size_t i = 0; i < r->n_found && r->o.select.n; i++) {
		struct found *f = &r->found[i];
		uint32_t n = 0;
		if (f->given || f->dropped || f->select.n || f->n_asked || selects(r, f->name))
			continue;
		bool *keep = mem_alloc(f->n_keys + 1);
		(void)choose_tests(r, f, keep, &n);
		f->dropped = !n;
		if (n) {
			f->select = run_join_keys(r, f, 0, f->n_keys, keep);
			predict_kept(r, f, keep, n);
		}
		mem_free(keep);
	}
}

static struct str *names_of(struct arena *a, const struct test_id *tests, size_t n)
{
	struct str *names = arena_array(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		names[i] = tests[i].name;
	return names;
}

/* The command for just these tests; NULL: it cannot be had. */
static char **narrowed(struct run *r, const struct target *t, const struct test_id *tests, size_t n)
{
	struct arena scratch = {0};
	const struct str *names = names_of(&scratch, tests, n);
	char **argv = r->suite.adapter->narrow ? r->suite.adapter->narrow(&r->suite, t, names, n) : NULL;
	arena_free(&scratch);
	return argv;
}

/* Of the tests that were bad those that --select chooses as well. */
static void keep_selected(const struct run *r, struct found *f)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < f->n_asked; i++)
		if (!r->o.select.n || selects(r, f->name) || selects(r, f->asked[i].name) ||
		    selects(r, f->asked[i].key))
			f->asked[n++] = f->asked[i];
	f->dropped |= f->n_asked && !n;
	f->n_asked = n;
}

/* The time of the tests that were bad, and no others. */
static int64_t predict_asked(struct run *r, const struct found *f)
{
	struct arena scratch = {0};
	const struct str *names = names_of(&scratch, f->asked, f->n_asked);
	int64_t ns = run_predict_some(r, f->name, names, f->n_asked);
	arena_free(&scratch);
	return ns;
}

static void choose_failed(struct run *r)
{
	size_t n_bad = 0;
	for (size_t i = 0; i < r->n_found; i++)
		n_bad += run_failed(r, r->found[i].name, NULL) > 0 || run_unit_failed(r, r->found[i].name);
	if (!n_bad) {
		run_note(r, "only-failed",
			 "nothing was bad in the last run of this suite: --only-failed runs all of it");
		return;
	}
	for (size_t i = 0; i < r->n_found; i++) {
		struct found *f = &r->found[i];
		if (f->given || f->dropped)
			continue;
		f->n_asked = run_failed(r, f->name, &f->asked);
		f->dropped = !f->n_asked && !run_unit_failed(r, f->name);
		keep_selected(r, f);
		if (f->n_asked)
			f->predicted_ns = predict_asked(r, f);
		if (f->n_asked && f->target != UNIT_NONE)
			f->argv = narrowed(r, &r->suite.targets[f->target], f->asked, f->n_asked);
	}
}

void run_choose(struct run *r)
{
	if (r->o.only_failed)
		choose_failed(r);
	choose(r);
}

/* A listed unit is narrowed by the names that its tests have now: a key may be that of another by now. */
static void find_failed(struct run *r)
{
	for (size_t i = 0; i < r->n_found; i++)
		if (!r->found[i].given && !r->found[i].dropped && r->found[i].n_asked &&
		    r->found[i].target == UNIT_NONE)
			run_asked_find(r, &r->found[i]);
}

/* Asks for the tests of the units in which some were bad. False: they are known, or cannot be had. */
static bool ask_for_failed(struct run *r)
{
	struct str *names = mem_alloc(sizeof(*names) * (r->n_found + 1));
	size_t n = 0;
	for (size_t i = 0; i < r->n_found; i++)
		if (!r->found[i].dropped && r->found[i].n_asked && r->found[i].target == UNIT_NONE)
			names[n++] = r->found[i].name;
	if (r->o.select.n || r->o.list || r->o.dry_run)
		n = 0;
	if (n) {
		r->asked_keys = true;
		pool_list(r->pool, names, n, true);
	}
	mem_free(names);
	return n > 0;
}

/* For each target which of those found it is, or UNIT_NONE. */
static uint32_t *found_of_targets(struct run *r, struct arena *a)
{
	uint32_t *found = arena_array(a, uint32_t, r->suite.n_targets);
	for (size_t i = 0; i < r->suite.n_targets; i++)
		found[i] = UNIT_NONE;
	for (size_t i = 0; i < r->n_found; i++)
		if (r->found[i].target != UNIT_NONE)
			found[r->found[i].target] = (uint32_t)i;
	return found;
}

/* What is chosen brings with it what it cannot run without: the set-up and clean-up of its fixtures. */
static void choose_needed(struct run *r)
{
	struct arena scratch = {0};
	const uint32_t *found = found_of_targets(r, &scratch);
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < r->n_found; i++) {
			const struct found *f = &r->found[i];
			const struct target *t = f->target == UNIT_NONE ? NULL : &r->suite.targets[f->target];
			for (uint32_t k = 0; t && !f->dropped && k < t->n_needs; k++) {
				uint32_t needed = found[t->needs[k]];
				if (needed == UNIT_NONE || !r->found[needed].dropped)
					continue;
				r->found[needed].dropped = false;
				again = true;
			}
		}
	}
	arena_free(&scratch);
}

static void keep_shard(struct run *r)
{
	struct arena scratch = {0};
	struct schedule_unit *units = arena_array(&scratch, struct schedule_unit, r->n_found + 1);
	const uint32_t *found = found_of_targets(r, &scratch);
	bool *keep = arena_array(&scratch, bool, r->n_found + 1);
	for (size_t i = 0; i < r->n_found; i++) {
		const struct found *f = &r->found[i];
		const struct target *t = f->target == UNIT_NONE ? NULL : &r->suite.targets[f->target];
		uint32_t *after = t ? arena_array(&scratch, uint32_t, t->n_after) : NULL;
		for (uint32_t k = 0; t && k < t->n_after; k++)
			after[k] = found[t->after[k]];
		units[i] = (struct schedule_unit){.name = f->name,
						  .predicted_ns = f->predicted_ns,
						  .size = f->size,
						  .after = after,
						  .n_after = t ? t->n_after : 0};
	}
	schedule_shard(&scratch, units, r->n_found, (uint32_t)r->o.shard.k, (uint32_t)r->o.shard.n, keep);
	for (size_t i = 0; i < r->n_found; i++)
		r->found[i].dropped |= !keep[i];
	arena_free(&scratch);
}

/* Which job each target will be: a target may have to wait for one that stands behind it in the list. */
static void number_targets(struct run *r)
{
	uint32_t next = (uint32_t)r->n_jobs;
	r->job_of_target = arena_array(&r->arena, uint32_t, r->suite.n_targets);
	r->bad_targets = arena_array(&r->arena, bool, r->suite.n_targets);
	for (size_t i = 0; i < r->suite.n_targets; i++)
		r->job_of_target[i] = UNIT_NONE;
	for (size_t i = 0; i < r->n_found; i++)
		if (!r->found[i].given && !r->found[i].dropped && r->found[i].target != UNIT_NONE)
			r->job_of_target[r->found[i].target] = next++;
}

/*
 * Where most files were never run, they are weighed by the tests that they seem to hold, and by their length
 * among those that hold as many.
 */
static void weigh_unknown(struct run *r)
{
	size_t n_unknown = 0;
	int64_t bytes = 0;
	bool any = false;
	for (size_t i = 0; i < r->n_found; i++) {
		n_unknown += !r->found[i].predicted_ns;
		bytes += r->found[i].size;
	}
	if (!r->suite.adapter->count || n_unknown * 2 < r->n_found || bytes > CENSUS_MOST ||
	    run_is_chunked(r))
		return;
	uint32_t *counts = mem_alloc(sizeof(*counts) * (r->n_found + 1));
	for (size_t i = 0; i < r->n_found; i++) {
		const char *path = arena_copy(&r->arena, r->found[i].name);
		counts[i] = census_file(path, r->suite.adapter->count);
		any |= counts[i] > 0;
	}
	for (size_t i = 0; i < r->n_found && any; i++) {
		int64_t length = r->found[i].size < TEST_WEIGHT ? r->found[i].size : TEST_WEIGHT - 1;
		r->found[i].size = (int64_t)counts[i] * TEST_WEIGHT + length;
	}
	mem_free(counts);
}

void run_plan(struct run *r)
{
	predict_all(r);
	if (!r->asked_keys) {
		weigh_unknown(r);
		if (r->o.shard.n)
			keep_shard(r);
		if (!run_is_chunked(r)) { /* of chunks the files were chosen */
			run_choose(r);
			run_tell_locks(r);
		}
		if (r->o.select.n || r->o.only_failed)
			choose_needed(r);
		if (ask_for_failed(r) || run_ask_for_long(r))
			return;
	}
	find_failed(r);
	/* where a target may become several jobs, none waits for another */
	if (r->suite.adapter->mode == ADAPTER_EXEC && !r->suite.adapter->part)
		number_targets(r);
	run_add_found(r, NULL);
	r->found_all = true;
}

bool run_goes_ahead(const struct run *r)
{
	return r->suite.adapter->stream == STREAM_GOTEST;
}

void run_plan_target(struct run *r, uint32_t target)
{
	struct found *f = add_found(r);
	f->name = r->suite.targets[target].name;
	f->size = r->suite.targets[target].size;
	f->target = target;
	/* the whole list must be known first, where targets may be chosen or wait for each other */
	if (r->o.shard.n || r->o.select.n || r->o.only_failed || r->plan_only || !run_goes_ahead(r))
		return;
	predict(r, f);
	run_add_found(r, NULL);
}

void run_owe(struct run *r, struct job *j)
{
	j->is_owed = true;
	r->n_owed++;
}

/*
 * Leaves of a job only what was bad. Not where its process came to an end of its own: then nobody knows what
 * else there was to run.
 */
static bool narrow_to_bad(struct run *r, struct job *j, const struct desk *d)
{
	const struct found *f = &r->found[j->found];
	struct arena scratch = {0};
	bool keyed = f->target == UNIT_NONE && d->n_bad > 0;
	char **argv = f->target != UNIT_NONE && d->n_bad && !d->is_cut
			  ? narrowed(r, &r->suite.targets[f->target], d->bad, d->n_bad)
			  : NULL;
	struct found part = {.keys = arena_array(&scratch, struct str, d->n_bad),
			     .n_keys = (uint32_t)d->n_bad};
	for (size_t i = 0; keyed && i < d->n_bad; i++) {
		part.keys[i] = d->bad[i].key;
		keyed = d->bad[i].key.n > 0;
	}
	if (keyed)
		j->unit.select = run_join_keys(r, &part, 0, part.n_keys, NULL);
	else if (argv)
		j->unit.argv = argv;
	arena_free(&scratch);
	return keyed || argv;
}

void run_retry(struct run *r, uint32_t job, const struct desk *d)
{
	struct job before = *r->jobs[job];
	/* nothing beside it: what passes now failed because of its neighbours, or is flaky by itself */
	bool beside = schedule_running(r->schedule) > 0;
	struct job *j = run_add_job(r, before.found, before.unit.select, before.unit.predicted_ns,
				    before.unit.attempt + 1, beside);
	run_stand_in(r, j, &before);
	j->unit.argv = before.unit.argv;
	j->whole_argv = before.whole_argv;
	if (narrow_to_bad(r, j, d)) /* a file that could not be read has the name of its unit */
		run_ask(r, j, d->bad, d->n_bad,
			j->unit.argv != j->whole_argv || !str_eq(j->unit.select, j->unit.name));
	else if (before.is_narrow)
		run_ask(r, j, before.asked, before.n_asked, true);
	else
		run_ask(r, j, d->bad, d->n_bad, false);
	run_owe(r, j);
}

void run_rest_of(struct run *r, uint32_t job, const struct desk *d)
{
	struct job before = *r->jobs[job];
	struct buf b = {0};
	if (run_is_chunked(r)) /* a plain process: nobody can tell it what to leave out */
		run_note(r, "chunk", "'%.*s' ended in the middle: what it had not begun did not run",
			 STR_ARG(before.unit.name));
	if (r->suite.adapter->mode != ADAPTER_PULL || run_is_chunked(r) || !d->n_done)
		return;
	/* the same unit without what has run; a line "!key" takes a test out */
	buf_str(&b, before.unit.select);
	for (size_t i = 0; i < d->n_done; i++) {
		if (!d->done_keys[i].n) {
			buf_free(&b);
			return;
		}
		buf_text(&b, "\n!");
		buf_str(&b, d->done_keys[i]);
	}
	struct job *j = run_add_job(r, before.found, arena_str(&r->arena, buf_view(&b)),
				    before.unit.predicted_ns, before.unit.attempt, false);
	run_stand_in(r, j, &before);
	if (before.n_asked) {
		run_ask(r, j, before.asked, before.n_asked, before.is_narrow);
		memcpy(j->came, before.came, before.n_asked);
		j->n_came = before.n_came;
	}
	run_owe(r, j);
	buf_free(&b);
}
