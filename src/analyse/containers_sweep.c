#include <stdlib.h>

#include "analyse/containers_build.h"
#include "base/str.h"

/* A container begins to run, or ends. */
struct edge {
	int64_t at_ns;
	uint32_t type;
	int32_t change;
};

static int by_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;
	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	if (x->change != y->change)
		return x->change < y->change ? -1 : 1; /* what ends makes room */
	return (x->type > y->type) - (x->type < y->type);
}

static uint32_t edges_of(const struct model_containers *c, struct edge *edges)
{
	struct map types = {0};
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->n_types; i++)
		*map_at(&types, c->types[i].name) = i;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct model_container *x = &c->all[i];
		if (x->run_ns < 0)
			continue;
		uint32_t type = map_get(&types, x->type);
		edges[n++] = (struct edge){x->run_ns, type, 1};
		if (x->ended)
			edges[n++] = (struct edge){x->end_ns, type, -1};
	}
	map_free(&types);
	return n;
}

/* The steps of the curve while it is made. Of too many, those in one stretch of time become its peak and its
 * last. */
struct curve {
	struct model_step *steps;
	uint32_t n;
	int64_t width_ns; /* 0: all steps are kept */
	int64_t stretch;
	struct model_step peak, last;
	bool any;
};

static void put_step(struct curve *x, struct model_step s)
{
	if (x->n && x->steps[x->n - 1].at_ns == s.at_ns)
		x->steps[x->n - 1].n = s.n;
	else if (!x->n || x->steps[x->n - 1].n != s.n)
		x->steps[x->n++] = s;
}

static void end_stretch(struct curve *x)
{
	if (x->any)
		put_step(x, x->peak);
	if (x->any && x->last.at_ns > x->peak.at_ns)
		put_step(x, x->last);
	x->any = false;
}

static void add_step(struct curve *x, struct model_step s)
{
	if (!x->width_ns) {
		put_step(x, s);
		return;
	}
	if (s.at_ns / x->width_ns != x->stretch)
		end_stretch(x);
	x->stretch = s.at_ns / x->width_ns;
	if (!x->any || s.n > x->peak.n)
		x->peak = s;
	x->last = s;
	x->any = true;
}

void containers_sweep(struct model *m, struct arena *scratch)
{
	struct model_containers *c = &m->containers;
	struct edge *edges = arena_array(scratch, struct edge, (size_t)c->n * 2);
	uint32_t *running = arena_array(scratch, uint32_t, c->n_types), now = 0, n = edges_of(c, edges);
	double area = 0;
	if (!n)
		return;
	qsort(edges, n, sizeof(*edges), by_time);
	struct curve curve = {0};
	if (n > MODEL_MOST_STEPS)
		curve.width_ns = m->wall_ns / (MODEL_MOST_STEPS / 2 - 1) + 1;
	curve.steps = arena_array(&m->arena, struct model_step, n < MODEL_MOST_STEPS ? n : MODEL_MOST_STEPS);
	for (uint32_t i = 0; i < n; i++) {
		const struct edge *e = &edges[i];
		/* a life of no length ends before it begins, and counts in nothing */
		now += (uint32_t)e->change;
		running[e->type] += (uint32_t)e->change;
		bool more = i + 1 < n && edges[i + 1].at_ns == e->at_ns;
		struct model_container_type *t = &c->types[e->type];
		if (e->change > 0 && running[e->type] > t->peak && (int32_t)running[e->type] > 0)
			t->peak = running[e->type];
		if (more)
			continue;
		if (now > c->peak) {
			c->peak = now;
			c->peak_at_ns = e->at_ns;
		}
		int64_t until_ns = i + 1 < n ? edges[i + 1].at_ns : m->wall_ns;
		area += (double)now * (double)(until_ns - e->at_ns);
		add_step(&curve, (struct model_step){e->at_ns, now});
	}
	end_stretch(&curve);
	c->curve = curve.steps;
	c->n_curve = curve.n;
	c->at_end = now;
	c->average = m->wall_ns > 0 ? area / (double)m->wall_ns : 0;
}
