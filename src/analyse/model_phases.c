#include <stdlib.h>

#include "analyse/model_build.h"
#include "analyse/phase_nodes.h"
#include "base/str.h"
#include "base/vec.h"

enum {
	LANE_MOST = 4096,     /* spans of one worker that wait for what lies around them */
	WAITING_MOST = 16384, /* of all workers */
	STACK_MOST = 64,      /* spans around a phase that are looked at */
};

/* A phase that is over, or a step, hook or fixture that may hold some. */
struct waiting {
	int64_t start_ns, end_ns;
	uint64_t id, parent, thread;
	uint64_t test; /* id of the test around it; 0: not known */
	uint32_t node; /* NODE_NONE: not a phase */
	uint32_t sum;
	uint32_t around; /* the one that it lies in, while the tree is made */
};

/* What waits on one worker. Rows of hooks come after the phases in them, and of phases in any order. */
struct lane {
	struct waiting *at;
	size_t n, cap;
	int64_t from_ns, to_ns; /* of its phases */
};

struct phases_build {
	struct phase_nodes nodes;
	uint32_t roots;
	struct lane *lanes; /* by index of worker */
	size_t n_lanes, cap_lanes, n_waiting;
	bool marked;
};

static struct phases_build *build_of(struct model *m)
{
	struct phases_build *pb = m->build->phases;
	if (pb)
		return pb;
	pb = m->build->phases = arena_new(&m->build->scratch, struct phases_build);
	pb->roots = NODE_NONE;
	return pb;
}

void model_phases_free(struct phases_build *pb)
{
	if (!pb)
		return;
	for (size_t i = 0; i < pb->n_lanes; i++)
		vec_free(pb->lanes[i].at);
	vec_free(pb->lanes);
	nodes_free(&pb->nodes);
}

static struct lane *lane_of(struct phases_build *pb, uint32_t worker)
{
	while (pb->n_lanes <= worker) {
		pb->lanes = vec_grow(pb->lanes, pb->n_lanes, &pb->cap_lanes, sizeof(*pb->lanes));
		pb->lanes[pb->n_lanes++] = (struct lane){0};
	}
	return &pb->lanes[worker];
}

static int outer_first(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	if (x->end_ns != y->end_ns)
		return x->end_ns > y->end_ns ? -1 : 1;
	bool x_phase = x->node != NODE_NONE, y_phase = y->node != NODE_NONE;
	if (x_phase != y_phase)
		return x_phase - y_phase;
	return (x->id > y->id) - (x->id < y->id);
}

/* Whether a phase lies in this one; that it does by its times is known. */
static bool holds(const struct waiting *out, const struct waiting *in)
{
	if (out->node != NODE_NONE && in->parent && in->parent == out->id)
		return true;
	if (out->test && in->test && out->test != in->test)
		return false;
	return out->node == NODE_NONE || (in->thread && in->thread == out->thread);
}

/* The innermost that a phase lies in, of those that began before it and are on the stack. */
static uint32_t around(const struct lane *l, uint32_t i, uint32_t *stack, size_t *n_stack)
{
	const struct waiting *in = &l->at[i];
	uint32_t found = NODE_NONE;
	size_t n = 0;
	for (size_t k = 0; k < *n_stack; k++) {
		const struct waiting *out = &l->at[stack[k]];
		if (out->end_ns < in->start_ns)
			continue;
		if (out->end_ns >= in->end_ns && holds(out, in))
			found = stack[k];
		stack[n++] = stack[k];
	}
	*n_stack = n;
	return found;
}

static void find_around(struct lane *l)
{
	uint32_t stack[STACK_MOST];
	size_t n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		l->at[i].around = NODE_NONE;
		if (l->at[i].node != NODE_NONE)
			l->at[i].around = around(l, i, stack, &n);
		if (n < STACK_MOST)
			stack[n++] = i;
	}
}

/* Puts a phase into another one, whose own time this is not; where that gets too deep, beside all. */
static void put_into(struct phases_build *pb, uint32_t out, uint32_t in)
{
	struct phase_node *o = &pb->nodes.at[out];
	const struct phase_node *x = &pb->nodes.at[in];
	if (x->height + 1 >= NODES_DEEPEST) {
		nodes_graft(&pb->nodes, &pb->roots, in);
		return;
	}
	o->self_ns = o->self_ns > x->total_ns ? o->self_ns - x->total_ns : 0;
	if (x->height + 1 > o->height)
		o->height = x->height + 1;
	nodes_graft(&pb->nodes, &o->first, in);
}

void model_phase_flush(struct model *m, uint32_t worker)
{
	struct phases_build *pb = m->build->phases;
	if (!pb || worker >= pb->n_lanes || !pb->lanes[worker].n)
		return;
	struct lane *l = &pb->lanes[worker];
	qsort(l->at, l->n, sizeof(*l->at), outer_first);
	find_around(l);
	for (size_t i = l->n; i-- > 0;) { /* what lies inside first */
		struct waiting *x = &l->at[i];
		if (x->node == NODE_NONE)
			continue;
		const struct waiting *out = x->around == NODE_NONE ? NULL : &l->at[x->around];
		if (out && out->node != NODE_NONE) {
			put_into(pb, out->node, x->node);
		} else if (out) {
			uint32_t holder = nodes_holder(&pb->nodes, &pb->roots, out->sum);
			nodes_graft(&pb->nodes, &pb->nodes.at[holder].first, x->node);
		} else {
			nodes_graft(&pb->nodes, &pb->roots, x->node);
		}
	}
	pb->n_waiting -= l->n;
	l->n = 0;
}

static void wait_for_more(struct model *m, struct phases_build *pb, uint32_t worker, const struct waiting *x)
{
	struct lane *l = lane_of(pb, worker);
	if (l->n >= LANE_MOST || pb->n_waiting >= WAITING_MOST)
		model_phase_flush(m, worker);
	if (x->node == NODE_NONE && !l->n)
		return;
	if (!l->n || x->start_ns < l->from_ns)
		l->from_ns = x->start_ns;
	if (!l->n || x->end_ns > l->to_ns)
		l->to_ns = x->end_ns;
	l->at = vec_grow(l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n++] = *x;
	pb->n_waiting++;
}

void model_phase_holder(struct model *m, const struct open *o, uint32_t sum)
{
	struct phases_build *pb = m->build->phases;
	if (!pb || !pb->n_waiting || o->count > 1)
		return;
	uint32_t worker = model_worker(m, o->worker);
	if (worker >= pb->n_lanes)
		return;
	const struct lane *l = &pb->lanes[worker];
	if (!l->n || o->start_ns > l->to_ns || o->end_ns < l->from_ns)
		return;
	const struct ids_slot *up = ids_get(&m->build->ids, o->parent);
	struct waiting x = {.start_ns = o->start_ns,
			    .end_ns = o->end_ns,
			    .id = o->id,
			    .test = up && up->kind == SPAN_TEST ? o->parent : 0,
			    .node = NODE_NONE,
			    .sum = sum};
	wait_for_more(m, pb, worker, &x);
}

/* Said by the suite or its tools, not by fettle of itself. */
static bool is_marked(struct model *m, struct open *o)
{
	bool marked =
	    (o->source != SOURCE_NONE && o->source != SOURCE_PROCESS) || o->thread || o->unit != MODEL_NONE;
	uint32_t w = marked && o->unit == MODEL_NONE ? model_worker(m, o->worker) : MODEL_NONE;
	uint32_t unit = w == MODEL_NONE ? MODEL_NONE : m->build->workers[w].unit;
	if (unit != MODEL_NONE && o->start_ns >= m->units[unit].start_ns &&
	    (!m->build->units[unit].ended || o->end_ns <= m->units[unit].start_ns + m->units[unit].dur_ns))
		o->unit = unit;
	return marked;
}

static uint32_t node_of(struct phases_build *pb, const struct open *o, bool marked)
{
	int64_t dur_ns = o->end_ns - o->start_ns;
	struct phase_node node = {.name = o->name,
				  .sum = NODE_NONE,
				  .first = o->phases_in,
				  .n = 1,
				  .n_bad = status_is_bad(o->status) != 0,
				  .total_ns = dur_ns,
				  .self_ns = dur_ns > o->phases_ns ? dur_ns - o->phases_ns : 0,
				  .min_ns = dur_ns,
				  .max_ns = dur_ns,
				  .marked = marked};
	for (uint32_t i = o->phases_in; i != NODE_NONE; i = pb->nodes.at[i].next)
		if (pb->nodes.at[i].height + 1 > node.height)
			node.height = pb->nodes.at[i].height + 1;
	return nodes_new(&pb->nodes, &node);
}

bool model_phase_add(struct model *m, struct open *o)
{
	struct phases_build *pb = build_of(m);
	const struct ids_slot *up = ids_get(&m->build->ids, o->parent);
	bool inside = up && up->open && up->kind == SPAN_PHASE;
	bool marked = is_marked(m, o) || inside;
	uint32_t node = node_of(pb, o, marked);
	pb->marked = pb->marked || marked;
	if (marked)
		cuts_add_phase(m, o->unit, o->name, o->start_ns, o->end_ns);
	if (inside && pb->nodes.at[node].height + 1 < NODES_DEEPEST) {
		struct open *p = &m->build->opens[up->index];
		p->phases_ns = plus(p->phases_ns, o->end_ns - o->start_ns);
		nodes_graft(&pb->nodes, &p->phases_in, node);
		return true;
	}
	uint32_t worker = model_worker(m, o->worker);
	if (worker == MODEL_NONE || !marked) {
		nodes_graft(&pb->nodes, &pb->roots, node);
		return marked;
	}
	struct waiting x = {.start_ns = o->start_ns,
			    .end_ns = o->end_ns,
			    .id = o->id,
			    .parent = o->parent,
			    .thread = o->thread,
			    .test = up && up->kind == SPAN_TEST ? o->parent : 0,
			    .node = node};
	wait_for_more(m, pb, worker, &x);
	return marked;
}

/* A node with its place in the pool, to be put in order. */
struct place {
	const struct phase_node *node;
	uint32_t at;
};

static int longest_first(const void *a, const void *b)
{
	const struct phase_node *x = ((const struct place *)a)->node, *y = ((const struct place *)b)->node;
	if (x->total_ns != y->total_ns)
		return x->total_ns > y->total_ns ? -1 : 1;
	int order = str_compare(x->name, y->name);
	return order ? order : (x->sum > y->sum) - (x->sum < y->sum);
}

/* What holds phases is known by its sum. */
static void settle_holders(struct model *m, struct phases_build *pb)
{
	for (uint32_t i = pb->roots; i != NODE_NONE; i = pb->nodes.at[i].next) {
		struct phase_node *x = &pb->nodes.at[i];
		if (x->sum == NODE_NONE)
			continue;
		const struct model_sum *s = &m->sums[x->sum];
		int64_t inside_ns = 0, min_ns = m->build->sums_min_ns[x->sum];
		for (uint32_t k = x->first; k != NODE_NONE; k = pb->nodes.at[k].next)
			inside_ns = plus(inside_ns, pb->nodes.at[k].total_ns);
		x->name = s->name;
		x->n = s->n;
		x->n_bad = s->n_bad;
		x->total_ns = s->total_ns;
		x->self_ns = s->total_ns > inside_ns ? s->total_ns - inside_ns : 0;
		x->max_ns = s->max_ns;
		x->min_ns = min_ns < s->max_ns ? min_ns : s->max_ns;
	}
}

/* The tree while it is laid out. */
struct layout {
	struct model_phases *to;
	const struct phase_nodes *from;
	struct arena *scratch;
	struct model_node others;
};

static void leave_out(struct layout *x, const struct phase_node *n)
{
	struct model_node *o = &x->others;
	o->min_ns = !o->n || n->min_ns < o->min_ns ? n->min_ns : o->min_ns;
	o->max_ns = n->max_ns > o->max_ns ? n->max_ns : o->max_ns;
	o->n += n->n;
	o->n_bad += n->n_bad;
	o->total_ns = plus(o->total_ns, n->total_ns);
	o->self_ns = plus(o->self_ns, n->total_ns);
}

/* A list below a node, and what lies in it: at most NODES_DEEPEST + 1 levels. */
static void lay_out(struct layout *x, uint32_t list, uint32_t parent, uint32_t depth)
{
	uint32_t n = 0;
	for (uint32_t i = list; i != NODE_NONE; i = x->from->at[i].next)
		n++;
	struct place *places = arena_array(x->scratch, struct place, n);
	n = 0;
	for (uint32_t i = list; i != NODE_NONE; i = x->from->at[i].next)
		places[n++] = (struct place){&x->from->at[i], i};
	if (n > 1)
		qsort(places, n, sizeof(*places), longest_first);
	for (uint32_t i = 0; i < n; i++) {
		const struct phase_node *s = places[i].node;
		uint32_t at = x->to->n;
		if (at >= MODEL_MOST_NODES - 1) {
			leave_out(x, s);
			continue;
		}
		x->to->nodes[x->to->n++] = (struct model_node){.name = s->name,
							       .parent = parent,
							       .depth = depth,
							       .n = s->n,
							       .n_bad = s->n_bad,
							       .total_ns = s->total_ns,
							       .self_ns = s->self_ns,
							       .min_ns = s->min_ns,
							       .max_ns = s->max_ns,
							       .marked = s->marked};
		lay_out(x, s->first, at, depth + 1);
	}
}

void model_phases_settle(struct model *m)
{
	struct phases_build *pb = m->build->phases;
	struct arena scratch = {0};
	if (!pb)
		return;
	for (uint32_t i = 0; i < pb->n_lanes; i++)
		model_phase_flush(m, i);
	settle_holders(m, pb);
	size_t n = pb->nodes.n_used < MODEL_MOST_NODES ? pb->nodes.n_used : MODEL_MOST_NODES;
	m->phase_tree.nodes = arena_array(&m->arena, struct model_node, n);
	m->phase_tree.marked = pb->marked;
	struct layout x = {.to = &m->phase_tree,
			   .from = &pb->nodes,
			   .scratch = &scratch,
			   .others = {.name = STR("(others)"), .parent = MODEL_NONE}};
	lay_out(&x, pb->roots, MODEL_NONE, 0);
	if (x.others.n)
		m->phase_tree.nodes[m->phase_tree.n++] = x.others;
	arena_free(&scratch);
}
