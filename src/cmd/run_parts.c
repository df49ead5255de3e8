/* Units that would hold up the run are split into parts. */
#include <string.h>

#include "analyse/split.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/run.h"

enum {
	PART_LEAST_MS = 20,
	TARGET_PART_LEAST_MS = 100,
	TARGET_PARTS_PER_SHARE = 3, /* fewer: each is a process with a set-up of its own */
	SPLIT_GAIN_MS = 50,
	TARGET_GAIN_MS = 500, /* more: tests of a Go package may lean on those before them */
	PARTS_PER_WORKER = 4  /* as many as keep all workers busy to the end */
};

/*
 * Marks files whose time (or, where most are unknown, size) would hold up the run; r->part_ns is the time
 * that a part of them should take, 0 where nothing is known of time.
 */
static uint32_t mark_long(struct run *r, bool *is_long)
{
	struct arena scratch = {0};
	struct split s;
	int64_t *predicted_ns = arena_array(&scratch, int64_t, r->n_found);
	int64_t *sizes = arena_array(&scratch, int64_t, r->n_found);
	int64_t *weights = arena_array(&scratch, int64_t, r->n_found);
	uint32_t n = 0;
	for (size_t i = 0; i < r->n_found; i++) {
		predicted_ns[i] = r->found[i].dropped ? 0 : r->found[i].predicted_ns;
		sizes[i] = r->found[i].dropped ? 0 : r->found[i].size;
	}
	bool by_time = split_weights(predicted_ns, sizes, r->n_found, weights);
	split_find(&s, &scratch, weights, r->n_found, r->workers, by_time ? SPLIT_GAIN_MS * NS_PER_MS : 0);
	r->part_ns = by_time ? split_part(s.share, 1, PART_LEAST_MS * NS_PER_MS) : 0;
	for (size_t i = 0; i < r->n_found; i++) {
		struct found *f = &r->found[i];
		is_long[i] = !f->dropped && !f->select.n && !f->stays_whole && weights[i] > s.limit;
		f->weight_ns = by_time ? weights[i] : 0;
		n += is_long[i];
	}
	arena_free(&scratch);
	return n;
}

bool run_ask_for_long(struct run *r)
{
	if (!r->o.split || r->suite.adapter->mode != ADAPTER_PULL || r->workers < 2 || r->o.chunks ||
	    (r->plan_only && !r->plans))
		return false;
	bool *is_long = mem_alloc(r->n_found + 1);
	struct str *names = mem_alloc(sizeof(*names) * (r->n_found + 1));
	uint32_t n = mark_long(r, is_long), k = 0;
	for (size_t i = 0; i < r->n_found && n; i++) {
		if (!is_long[i])
			continue;
		names[k++] = r->found[i].name;
		r->found[i].n_keys = 0;
	}
	if (n) {
		r->asked_keys = true;
		/* the others go ahead */
		run_add_found(r, is_long);
		pool_list(r->pool, names, n, false);
	}
	mem_free(is_long);
	mem_free(names);
	return n > 0;
}

/* What the others need: all together, and the longest of them. */
static void weigh_others(const struct run *r, uint32_t found, struct split_file *f)
{
	for (uint32_t i = 0; i < r->n_found; i++) {
		int64_t ns = i == found || r->found[i].dropped ? 0 : r->found[i].weight_ns;
		f->longest = ns > f->longest ? ns : f->longest;
		if (__builtin_add_overflow(f->rest, ns, &f->rest))
			f->rest = INT64_MAX;
	}
}

/* Where the tests of a long file are cut; weights are times where those are known. Returns how many parts. */
static size_t cut(struct run *r, uint32_t found, struct arena *scratch, int64_t *weights, size_t *ends)
{
	const struct found *f = &r->found[found];
	int64_t each = f->weight_ns / f->n_keys;
	struct split_file file = {.weights = weights,
				  .groups = f->groups,
				  .n = f->n_keys,
				  .shared = run_predict_shared(r, f->name),
				  .least_gain = SPLIT_GAIN_MS * NS_PER_MS,
				  .least_part = r->part_ns,
				  .workers = r->workers,
				  .most = r->part_ns ? f->n_keys : r->workers * PARTS_PER_WORKER};
	/* nobody knows yet how long that takes: once for each worker is never longer than once for all */
	if (f->shared && !f->predicted_ns)
		file.most = r->workers;
	if (!r->part_ns)
		return split_counts(scratch, &file, ends);
	for (uint32_t i = 0; i < f->n_keys; i++) {
		int64_t known = run_predict_test(r, f->name, f->names[i]);
		weights[i] = known ? known : each;
	}
	weigh_others(r, found, &file);
	return split_neighbours(scratch, &file, ends);
}

void run_add_parts(struct run *r, uint32_t found)
{
	struct found *f = &r->found[found];
	struct arena scratch = {0};
	int64_t *weights = arena_array(&scratch, int64_t, f->n_keys);
	size_t *ends = arena_array(&scratch, size_t, f->n_keys);
	size_t n = cut(r, found, &scratch, weights, ends);
	f->n_parts = (uint32_t)n;
	for (size_t i = 0, from = 0; i < n && n > 1; from = ends[i++]) {
		int64_t sum = run_predict_shared(r, f->name);
		for (size_t k = from; k < ends[i]; k++)
			sum += weights[k];
		struct job *j =
		    run_add_job(r, found, run_join_keys(r, f, (uint32_t)from, (uint32_t)ends[i], NULL),
				f->predicted_ns ? sum : 0, 1, false);
		run_part(r, j);
	}
	if (n <= 1)
		(void)run_add_job(r, found, STR_NONE, f->predicted_ns, 1, false);
	arena_free(&scratch);
}

/*
 * The tests that history knows of a target and that can be run by themselves, each once (-count runs them
 * several times), with their times.
 */
static uint32_t known_tests(struct run *r, const struct found *f, struct str **ret_names, int64_t **ret_ns)
{
	struct map seen = {0};
	struct str *names;
	int64_t *ns;
	uint32_t n = run_known_tests(r, f->name, &names, &ns), kept = 0;
	double sum = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!r->suite.adapter->can_part(&names[i]))
			continue;
		uint32_t *at = map_at(&seen, names[i]);
		sum += (double)ns[i];
		if (*at != MAP_NONE) {
			ns[*at] += ns[i];
			continue;
		}
		*at = kept;
		names[kept] = names[i];
		ns[kept++] = ns[i];
	}
	/* tests that run beside each other take more time together than the whole does */
	for (uint32_t i = 0; i < kept && sum > 0; i++)
		ns[i] = (int64_t)((double)ns[i] / sum * (double)f->predicted_ns);
	map_free(&seen);
	*ret_names = names;
	*ret_ns = ns;
	return kept;
}

/* The commands of the parts; the first part is all that the others are not. False: it cannot be parted. */
static bool part_commands(struct run *r, const struct found *f, const struct str *names, uint32_t n_names,
			  const uint32_t *part, size_t n_parts, char ***ret)
{
	const struct target *t = &r->suite.targets[f->target];
	struct str *chosen = arena_array(&r->arena, struct str, n_names);
	for (uint32_t k = 0; k < n_parts; k++) {
		size_t n = 0, from = n_names;
		for (uint32_t i = 0; i < n_names; i++) {
			if (part[i] == k)
				chosen[n++] = names[i];
			else if (k == 0)
				chosen[--from] = names[i];
		}
		ret[k] =
		    r->suite.adapter->part(&r->suite, t, chosen, n, k ? NULL : chosen + from, n_names - from);
		if (!ret[k])
			return false;
	}
	return true;
}

/* The time of one part of a target. */
static int64_t target_part(const struct split *s)
{
	int64_t least = TARGET_PART_LEAST_MS * NS_PER_MS, part = s->share / TARGET_PARTS_PER_SHARE;
	return part > least ? part : least;
}

bool run_add_target_parts(struct run *r, uint32_t found)
{
	const struct found *f = &r->found[found];
	struct arena scratch = {0};
	struct str *names;
	int64_t *ns;
	struct split s;
	bool parted = false;
	if (!r->o.split || !r->suite.adapter->part || r->workers < 2 || f->argv || f->target == UNIT_NONE ||
	    !f->predicted_ns || f->stays_whole)
		return false;
	run_split_by_history(r, &s, TARGET_GAIN_MS * NS_PER_MS);
	uint32_t n = f->predicted_ns > s.limit ? known_tests(r, f, &names, &ns) : 0;
	if (n > 1) {
		uint32_t *part = arena_array(&scratch, uint32_t, n);
		size_t n_parts = split_even(&scratch, ns, n, target_part(&s), part);
		char ***argv = arena_array(&scratch, char **, n_parts);
		int64_t *sums = arena_array(&scratch, int64_t, n_parts);
		for (uint32_t i = 0; i < n; i++)
			sums[part[i]] += ns[i];
		parted = n_parts > 1 && part_commands(r, f, names, n, part, n_parts, argv);
		r->found[found].n_parts = parted ? (uint32_t)n_parts : 0;
		for (size_t k = 0; k < n_parts && parted; k++) {
			struct job *j = run_add_job(r, found, STR_NONE, sums[k], 1, false);
			j->unit.argv = j->whole_argv = argv[k];
			run_part(r, j);
		}
	}
	arena_free(&scratch);
	return parted;
}
