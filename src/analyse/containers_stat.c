#include <stdlib.h>

#include "analyse/containers_build.h"
#include "base/str.h"

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The value below or at which so many of a hundred lie. */
static int64_t percentile(const int64_t *sorted, size_t n, size_t percent)
{
	size_t rank = (n * percent + 99) / 100;
	return sorted[rank ? rank - 1 : 0];
}

struct model_stat containers_stat(int64_t *values, size_t n)
{
	struct model_stat s = {.n = (uint32_t)n};
	if (!n)
		return s;
	qsort(values, n, sizeof(*values), ascending);
	for (size_t i = 0; i < n; i++)
		s.total_ns = plus(s.total_ns, values[i]);
	s.mean_ns = s.total_ns / (int64_t)n;
	s.min_ns = values[0];
	s.p50_ns = percentile(values, n, 50);
	s.p95_ns = percentile(values, n, 95);
	s.max_ns = values[n - 1];
	return s;
}

static int by_type(const void *a, const void *b)
{
	const struct model_container *x = *(struct model_container *const *)a,
				     *y = *(struct model_container *const *)b;
	int order = str_compare(x->type, y->type);
	return order ? order : (x > y) - (x < y);
}

/* One of the three lengths of a container, -1 where it does not count. */
static int64_t part(const struct model_container *c, int which)
{
	if (c->failed)
		return -1;
	return which == 0 ? c->create_ns : which == 1 ? c->start_ns : c->ready_ns;
}

static struct model_stat stat_of(struct model_container *const *of, size_t n, int which, int64_t *values)
{
	size_t n_values = 0;
	for (size_t i = 0; i < n; i++)
		if (part(of[i], which) >= 0)
			values[n_values++] = part(of[i], which);
	return containers_stat(values, n_values);
}

static struct model_container_type type_of(struct model_container *const *of, size_t n, int64_t *values)
{
	struct model_container_type t = {
	    .name = of[0]->type, .n = (uint32_t)n, .peak_bytes = -1, .cpu_ns = -1};
	t.create = stat_of(of, n, 0, values);
	t.start = stat_of(of, n, 1, values);
	t.ready = stat_of(of, n, 2, values);
	for (size_t i = 0; i < n; i++) {
		const struct model_container *c = of[i];
		if (!t.image.n)
			t.image = c->image;
		t.n_failed += c->failed;
		t.n_left += c->left;
		t.n_shared += c->shared;
		t.wait_ns = plus(t.wait_ns, c->wait_ns);
		if (c->run_ns >= 0)
			t.life_ns = plus(t.life_ns, c->end_ns - c->run_ns);
		if (c->peak_bytes > t.peak_bytes)
			t.peak_bytes = c->peak_bytes;
		if (c->cpu_ns >= 0)
			t.cpu_ns = plus(t.cpu_ns < 0 ? 0 : t.cpu_ns, c->cpu_ns);
	}
	return t;
}

static int64_t type_time(const struct model_container_type *t)
{
	return plus(t->create.total_ns, plus(t->start.total_ns, t->ready.total_ns));
}

static int types_by_time(const void *a, const void *b)
{
	const struct model_container_type *x = a, *y = b;
	int64_t x_ns = type_time(x), y_ns = type_time(y);
	return x_ns != y_ns ? (x_ns > y_ns ? -1 : 1) : str_compare(x->name, y->name);
}

void containers_types(struct model *m, struct arena *scratch)
{
	struct model_containers *c = &m->containers;
	struct model_container **of = arena_array(scratch, struct model_container *, c->n);
	int64_t *values = arena_array(scratch, int64_t, c->n);
	if (!c->n)
		return;
	for (uint32_t i = 0; i < c->n; i++)
		of[i] = &c->all[i];
	qsort(of, c->n, sizeof(struct model_container *), by_type);
	for (uint32_t i = 0; i < c->n; i++)
		c->n_types += !i || !str_eq(of[i]->type, of[i - 1]->type);
	c->types = arena_array(&m->arena, struct model_container_type, c->n_types);
	c->n_types = 0;
	for (uint32_t from = 0, to; from < c->n; from = to) {
		for (to = from + 1; to < c->n && str_eq(of[to]->type, of[from]->type);)
			to++;
		c->types[c->n_types++] = type_of(of + from, to - from, values);
	}
	qsort(c->types, c->n_types, sizeof(*c->types), types_by_time);
}

static int calls_by_time(const void *a, const void *b)
{
	const struct model_call *x = a, *y = b;
	if (x->time.total_ns != y->time.total_ns)
		return x->time.total_ns > y->time.total_ns ? -1 : 1;
	return str_compare(x->name, y->name);
}

void containers_calls(struct model *m, struct containers_build *cb)
{
	struct model_containers *c = &m->containers;
	c->calls = arena_array(&m->arena, struct model_call, cb->n_calls);
	for (uint32_t i = 0; i < cb->n_calls; i++) {
		struct call_build *from = &cb->calls[i];
		struct model_call *to = &c->calls[c->n_calls++];
		struct model_stat kept = containers_stat(from->samples, from->n_samples);
		*to = from->c;
		to->time.n = to->n;
		to->time.mean_ns = to->time.total_ns / to->n;
		to->time.p50_ns = kept.p50_ns;
		to->time.p95_ns = kept.p95_ns;
	}
	if (c->n_calls)
		qsort(c->calls, c->n_calls, sizeof(*c->calls), calls_by_time);
}
