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
