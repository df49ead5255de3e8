#include "analyse/split.h"

#include <stdlib.h>

#include "analyse/heap.h"
#include "analyse/schedule.h"

enum { PARTS_PER_SHARE = 6 };

static int64_t sum_of(const int64_t *weights, size_t n)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		if (weights[i] > 0 && __builtin_add_overflow(sum, weights[i], &sum))
			return INT64_MAX;
	return sum;
}

bool split_weights(const int64_t *predicted_ns, const int64_t *sizes, size_t n, int64_t *ret_weights)
{
	size_t n_known = 0;
	double known_ns = 0, known_size = 0;
	for (size_t i = 0; i < n; i++) {
		if (predicted_ns[i] <= 0)
			continue;
		n_known++;
		known_ns += sizes[i] > 0 ? (double)predicted_ns[i] : 0;
		known_size += sizes[i] > 0 ? (double)sizes[i] : 0;
	}
	bool by_time = n_known * 2 > n;
	double rate = known_size > 0 ? known_ns / known_size : 0;
	for (size_t i = 0; i < n; i++) {
		int64_t size = sizes[i] > 0 ? sizes[i] : 0;
		double guess = (double)size * rate;
		if (!by_time)
			ret_weights[i] = size;
		else if (predicted_ns[i] > 0)
			ret_weights[i] = predicted_ns[i];
		else
			ret_weights[i] = guess < (double)(INT64_MAX / 4) ? (int64_t)guess : INT64_MAX / 4;
	}
	return by_time;
}

void split_find(struct split *ret, struct arena *scratch, const int64_t *weights, size_t n, uint32_t workers,
		int64_t least_gain)
{
	struct schedule_job *jobs = arena_array(scratch, struct schedule_job, n);
	*ret = (struct split){.limit = INT64_MAX, .share = sum_of(weights, n) / (workers ? workers : 1)};
	if (workers < 2)
		return;
	for (size_t i = 0; i < n; i++)
		jobs[i] = (struct schedule_job){.dur_ns = weights[i]};
	int64_t gain = schedule_simulate(scratch, jobs, n, workers, 0) - ret->share;
	if (gain > ret->share / 20 && gain > least_gain)
		ret->limit = schedule_bound(jobs, n, workers, scratch) / 2;
}

int64_t split_part(int64_t sum, uint32_t workers, int64_t least)
{
	int64_t part = sum / (workers ? workers : 1) / PARTS_PER_SHARE;
	return part > least ? part : least;
}

size_t split_row(const int64_t *weights, size_t n, int64_t part, size_t *ret_ends)
{
	size_t n_parts = 0;
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		if (__builtin_add_overflow(sum, weights[i] > 0 ? weights[i] : 0, &sum))
			sum = INT64_MAX;
		if (sum < part && i + 1 < n)
			continue;
		ret_ends[n_parts++] = i + 1;
		sum = 0;
	}
	return n_parts;
}

/* So that sums of all of them still fit. */
static int64_t clipped(const struct split_file *f, int64_t weight)
{
	int64_t most = INT64_MAX / 8 / ((int64_t)f->n + 1);
	return weight < 0 ? 0 : weight < most ? weight : most;
}

/* What stays together, as one: weights, and the index behind the last test of each. Returns how many. */
static size_t bind(struct arena *scratch, const struct split_file *f, int64_t *weights, size_t *ends)
{
	uint32_t most = 0;
	for (size_t i = 0; i < f->n; i++)
		most = f->groups[i] > most ? f->groups[i] : most;
	size_t *last = arena_array(scratch, size_t, (size_t)most + 1), n = 0;
	for (size_t i = 0; i < f->n; i++)
		last[f->groups[i]] = i;
	for (size_t i = 0; i < f->n; n++) {
		size_t upto = f->groups[i] ? last[f->groups[i]] : i;
		weights[n] = 0;
		for (; i <= upto; i++) {
			if (f->groups[i] && last[f->groups[i]] > upto)
				upto = last[f->groups[i]];
			weights[n] += clipped(f, f->weights[i]);
		}
		ends[n] = upto + 1;
	}
	return n;
}

/* Parts of what is bound together; ends are those of the tests. */
static size_t part_bound(const int64_t *weights, const size_t *bound_ends, size_t n, int64_t part,
			 size_t *ret_ends)
{
	size_t n_parts = split_row(weights, n, part, ret_ends);
	for (size_t i = 0; i < n_parts; i++)
		ret_ends[i] = bound_ends[ret_ends[i] - 1];
	return n_parts;
}

/* When all would be over with these parts: the rest fills every gap. */
static int64_t over_with(struct arena *scratch, const struct split_file *f, const size_t *ends, size_t n)
{
	struct schedule_job *jobs = arena_array(scratch, struct schedule_job, n);
	int64_t sum = f->rest < INT64_MAX / 8 ? f->rest : INT64_MAX / 8;
	for (size_t i = 0, from = 0; i < n; from = ends[i++]) {
		jobs[i].dur_ns = clipped(f, f->shared);
		for (size_t k = from; k < ends[i]; k++)
			jobs[i].dur_ns += clipped(f, f->weights[k]);
		sum += jobs[i].dur_ns;
	}
	int64_t ns = schedule_simulate(scratch, jobs, n, f->workers, 0), share = sum / f->workers;
	ns = ns > share ? ns : share;
	return ns > f->longest ? ns : f->longest;
}

static size_t whole(const struct split_file *f, size_t *ret_ends)
{
	if (f->n)
		ret_ends[0] = f->n;
	return f->n ? 1 : 0;
}

size_t split_neighbours(struct arena *scratch, const struct split_file *f, size_t *ret_ends)
{
	int64_t *weights = arena_array(scratch, int64_t, f->n);
	size_t *ends = arena_array(scratch, size_t, f->n);
	size_t n = bind(scratch, f, weights, ends), n_parts = whole(f, ret_ends);
	if (n < 2 || f->workers < 2)
		return n_parts;
	int64_t sum = sum_of(weights, n), undivided = over_with(scratch, f, ret_ends, 1), best = undivided;
	int64_t enough = f->least_part > 0 ? sum / f->least_part + 1 : (int64_t)n;
	size_t most = enough < (int64_t)n ? (size_t)enough : n;
	most = most > f->most ? f->most : most < 2 ? 2 : most;
	int64_t *over = arena_array(scratch, int64_t, most + 1);
	for (size_t k = 2; k <= most; k++) {
		size_t found = part_bound(weights, ends, n, (sum + (int64_t)k - 1) / (int64_t)k, ret_ends);
		over[k] = over_with(scratch, f, ret_ends, found);
		best = over[k] < best ? over[k] : best;
	}
	if (undivided - best <= f->least_gain || undivided - best <= undivided / 20)
		return whole(f, ret_ends);
	size_t k = most;
	while (k > 2 && over[k] > best + best / 50)
		k--;
	return part_bound(weights, ends, n, (sum + (int64_t)k - 1) / (int64_t)k, ret_ends);
}

size_t split_counts(struct arena *scratch, const struct split_file *f, size_t *ret_ends)
{
	int64_t *weights = arena_array(scratch, int64_t, f->n);
	size_t *ends = arena_array(scratch, size_t, f->n);
	size_t n = bind(scratch, f, weights, ends);
	uint32_t most = f->most ? f->most : 1;
	for (size_t i = 0; i < n; i++)
		weights[i] = (int64_t)(ends[i] - (i ? ends[i - 1] : 0));
	return part_bound(weights, ends, n, (int64_t)((f->n + most - 1) / most), ret_ends);
}

struct item {
	int64_t weight;
	uint32_t number;
};

static int heaviest_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

struct bin {
	int64_t sum;
	uint32_t n;
};

static bool lightest_first(const void *context, uint32_t a, uint32_t b)
{
	const struct bin *bins = context;
	if (bins[a].sum != bins[b].sum)
		return bins[a].sum < bins[b].sum;
	return bins[a].n != bins[b].n ? bins[a].n < bins[b].n : a < b;
}

size_t split_even(struct arena *scratch, const int64_t *weights, size_t n, int64_t part, uint32_t *ret_part)
{
	int64_t sum = sum_of(weights, n), wanted = part > 0 ? sum / part + (sum % part != 0) : (int64_t)n;
	size_t n_parts = wanted < 1 ? 1 : (uint64_t)wanted < n ? (size_t)wanted : n;
	struct item *items = arena_array(scratch, struct item, n);
	struct bin *bins = arena_array(scratch, struct bin, n_parts);
	struct heap heap = {0};
	uint32_t most = 0;
	for (uint32_t i = 0; i < n; i++)
		items[i] = (struct item){weights[i] > 0 ? weights[i] : 0, i};
	if (n)
		qsort(items, n, sizeof(*items), heaviest_first);
	for (uint32_t i = 0; i < n_parts && n; i++)
		heap_push(&heap, scratch, i, lightest_first, bins);
	for (size_t i = 0; i < n; i++) {
		uint32_t bin = heap_top(&heap);
		if (__builtin_add_overflow(bins[bin].sum, items[i].weight, &bins[bin].sum))
			bins[bin].sum = INT64_MAX;
		bins[bin].n++;
		ret_part[items[i].number] = bin;
		heap_sink_top(&heap, lightest_first, bins);
	}
	for (uint32_t i = 1; i < n_parts && n; i++)
		if (bins[i].n > bins[most].n)
			most = i;
	for (size_t i = 0; i < n; i++) /* the one with the most changes places with the first */
		ret_part[i] = ret_part[i] == most ? 0 : ret_part[i] == 0 ? most : ret_part[i];
	return n ? n_parts : 0;
}
