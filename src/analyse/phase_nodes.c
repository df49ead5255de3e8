#include "analyse/phase_nodes.h"

#include "base/vec.h"

static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

uint32_t nodes_new(struct phase_nodes *p, const struct phase_node *node)
{
	uint32_t i;
	if (p->n_used < p->n) {
		i = p->free;
		p->free = p->at[i].next;
	} else {
		p->at = vec_grow(p->at, p->n, &p->cap, sizeof(*p->at));
		i = (uint32_t)p->n++;
	}
	p->n_used++;
	p->at[i] = *node;
	p->at[i].next = NODE_NONE;
	return i;
}

static void give_back(struct phase_nodes *p, uint32_t i)
{
	p->at[i].next = p->free;
	p->free = i;
	p->n_used--;
}

/* The node of the list that is alike, moved to the front; *ret_n are those before it. */
static uint32_t find(struct phase_nodes *p, uint32_t *list, const struct phase_node *like, uint32_t *ret_n)
{
	uint32_t before = NODE_NONE, n = 0;
	for (uint32_t i = *list; i != NODE_NONE; before = i, i = p->at[i].next) {
		struct phase_node *x = &p->at[i];
		*ret_n = ++n;
		if (x->sum != like->sum || (x->sum == NODE_NONE && x->name.at != like->name.at))
			continue;
		if (before != NODE_NONE) {
			p->at[before].next = x->next;
			x->next = *list;
			*list = i;
		}
		return i;
	}
	return NODE_NONE;
}

static void add(struct phase_node *to, const struct phase_node *from)
{
	to->n += from->n;
	to->n_bad += from->n_bad;
	to->marked = to->marked || from->marked;
	to->total_ns = plus(to->total_ns, from->total_ns);
	to->self_ns = plus(to->self_ns, from->self_ns);
	to->min_ns = from->min_ns < to->min_ns ? from->min_ns : to->min_ns;
	to->max_ns = from->max_ns > to->max_ns ? from->max_ns : to->max_ns;
}

static void drop_list(struct phase_nodes *p, uint32_t list)
{
	while (list != NODE_NONE) {
		uint32_t next = p->at[list].next, inside = p->at[list].first;
		if (inside != NODE_NONE) { /* put in front of what is left */
			uint32_t last = inside;
			while (p->at[last].next != NODE_NONE)
				last = p->at[last].next;
			p->at[last].next = next;
			next = inside;
		}
		give_back(p, list);
		list = next;
	}
}

/* No more than NODES_DEEPEST levels deep, as deep as a tree may be. */
void nodes_graft(struct phase_nodes *p, uint32_t *list, uint32_t node)
{
	static const struct str others = {"(others)", 8};
	struct phase_node *x = &p->at[node];
	uint32_t n = 0, same = find(p, list, x, &n);
	/* what holds others has more room, so that it does not go for the sake of what it holds */
	size_t most = x->first == NODE_NONE ? NODES_MOST : 2 * NODES_MOST;
	if (same == NODE_NONE && (p->n_used > most || n >= NODES_SIBLINGS)) {
		x->name = others;
		x->sum = NODE_NONE;
		drop_list(p, x->first);
		x->first = NODE_NONE;
		x->height = 0;
		same = find(p, list, x, &n);
	}
	if (same == NODE_NONE) {
		x->next = *list;
		*list = node;
		return;
	}
	add(&p->at[same], x);
	uint32_t inside = x->first;
	give_back(p, node);
	while (inside != NODE_NONE) {
		uint32_t next = p->at[inside].next;
		uint32_t height = p->at[inside].height + 1;
		nodes_graft(p, &p->at[same].first, inside);
		if (height > p->at[same].height)
			p->at[same].height = height;
		inside = next;
	}
}

uint32_t nodes_holder(struct phase_nodes *p, uint32_t *list, uint32_t sum)
{
	struct phase_node holder = {.sum = sum, .first = NODE_NONE, .marked = true};
	uint32_t n = 0, i = find(p, list, &holder, &n);
	if (i != NODE_NONE)
		return i;
	i = nodes_new(p, &holder);
	p->at[i].next = *list;
	*list = i;
	return i;
}

void nodes_free(struct phase_nodes *p)
{
	vec_free(p->at);
}
