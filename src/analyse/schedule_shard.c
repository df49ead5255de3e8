#include <stdlib.h>

#include "analyse/heap.h"
#include "analyse/schedule.h"
#include "base/str.h"

/* Units bound together by `after`, which go to one shard. */
struct group {
	struct str name; /* the smallest of its names */
	double weight;
	uint32_t n, first;
};

struct bin {
	double weight;
	uint32_t n;
};

static uint32_t root_of(uint32_t *up, uint32_t i)
{
	while (up[i] != i) {
		up[i] = up[up[i]];
		i = up[i];
	}
	return i;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The 90th percentile of the known predictions; 0: none is known. */
static int64_t stand_in(struct arena *scratch, const struct schedule_unit *units, size_t n)
{
	int64_t *known = arena_array(scratch, int64_t, n);
	size_t n_known = 0;
	for (size_t i = 0; i < n; i++)
		if (units[i].predicted_ns > 0)
			known[n_known++] = units[i].predicted_ns;
	if (!n_known)
		return 0;
	qsort(known, n_known, sizeof(*known), ascending);
	return known[(n_known * 9 + 9) / 10 - 1];
}

static double weight_of(const struct schedule_unit *u, int64_t stand_in_ns)
{
	if (u->predicted_ns > 0)
		return (double)u->predicted_ns;
	if (stand_in_ns)
		return (double)stand_in_ns;
	return u->size > 0 ? (double)u->size : 0;
}

static int heaviest_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	int c = str_compare(x->name, y->name);
	return c ? c : (x->first > y->first) - (x->first < y->first);
}

static bool lightest_first(const void *context, uint32_t a, uint32_t b)
{
	const struct bin *bins = context;
	if (bins[a].weight != bins[b].weight)
		return bins[a].weight < bins[b].weight;
	return bins[a].n != bins[b].n ? bins[a].n < bins[b].n : a < b;
}

/* The groups, heaviest first; up leads from each unit to the first of its group. */
static struct group *groups_of(struct arena *scratch, const struct schedule_unit *units, size_t n,
			       uint32_t *up, size_t *ret_n)
{
	struct group *groups = arena_array(scratch, struct group, n);
	int64_t stand_in_ns = stand_in(scratch, units, n);
	for (uint32_t i = 0; i < n; i++)
		up[i] = i;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t a = 0; a < units[i].n_after; a++)
			if (units[i].after[a] < n) {
				uint32_t x = root_of(up, i), y = root_of(up, units[i].after[a]);
				up[x > y ? x : y] = x < y ? x : y;
			}
	*ret_n = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct group *g = &groups[root_of(up, i)];
		if (!g->n || str_compare(units[i].name, g->name) < 0)
			g->name = units[i].name;
		if (!g->n++)
			g->first = i;
		g->weight += weight_of(&units[i], stand_in_ns);
	}
	for (uint32_t i = 0; i < n; i++)
		if (groups[i].n)
			groups[(*ret_n)++] = groups[i];
	qsort(groups, *ret_n, sizeof(*groups), heaviest_first);
	return groups;
}

void schedule_shard(struct arena *scratch, const struct schedule_unit *units, size_t n_units, uint32_t k,
		    uint32_t n, bool *ret_keep)
{
	if (!n)
		n = 1;
	if (n > n_units) /* the rest stays empty */
		n = n_units ? (uint32_t)n_units : 1;
	uint32_t *up = arena_array(scratch, uint32_t, n_units);
	bool *ours = arena_array(scratch, bool, n_units);
	struct bin *bins = arena_array(scratch, struct bin, n);
	struct heap heap = {0};
	size_t n_groups;
	struct group *groups = groups_of(scratch, units, n_units, up, &n_groups);
	for (uint32_t i = 0; i < n; i++)
		heap_push(&heap, scratch, i, lightest_first, bins);
	for (size_t i = 0; i < n_groups; i++) {
		uint32_t bin = heap_top(&heap);
		bins[bin].weight += groups[i].weight;
		bins[bin].n += groups[i].n;
		heap_sink_top(&heap, lightest_first, bins);
		ours[groups[i].first] = bin + 1 == k;
	}
	for (uint32_t i = 0; i < n_units; i++)
		ret_keep[i] = ours[root_of(up, i)];
}
