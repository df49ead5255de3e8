#include <string.h>

#include "cover/pyscan_inside.h"

/*
 * The ways between lines. A suite takes a list of lines from which it can be entered and gives the list of
 * those from which it is left; a line is put on a list once and taken off once, so all is linear.
 */
struct exit {
	uint32_t line, next; /* next: index + 1 */
};

struct exits {
	uint32_t head, tail; /* index + 1; 0: none */
};

enum block_kind { LOOP, FUNCTION, TRY };

struct block {
	struct block *up;
	enum block_kind kind;
	uint32_t start; /* of a loop or function; of a try: the first handler, or 0 */
	struct exits breaks;
};

struct walk {
	struct pyscan *s;
	struct pyscan_arcs *arcs;
	uint32_t i;
	struct exit *pool;
	uint32_t n_pool, cap_pool;
	struct block *block;
};

static struct exits suite(struct walk *w, unsigned depth, struct exits prev);

static struct exits one(struct walk *w, uint32_t line)
{
	if (w->n_pool == w->cap_pool) {
		w->cap_pool = w->cap_pool ? 2 * w->cap_pool : 1024;
		struct exit *more = arena_array(&w->s->scratch, struct exit, w->cap_pool);
		if (w->n_pool)
			memcpy(more, w->pool, w->n_pool * sizeof(*more));
		w->pool = more;
	}
	w->pool[w->n_pool++] = (struct exit){.line = line};
	return (struct exits){w->n_pool, w->n_pool};
}

static struct exits both(struct walk *w, struct exits a, struct exits b)
{
	if (!a.head || !b.head)
		return a.head ? a : b;
	w->pool[a.tail - 1].next = b.head;
	return (struct exits){a.head, b.tail};
}

static void add(struct walk *w, uint32_t from, int32_t to, uint8_t marks)
{
	if (w->s->flags[from] & PY_OPEN_WITH)
		marks |= PY_ARC_ENTERS;
	pyscan_arc(w->arcs, (int32_t)from, to, marks);
}

static void add_all(struct walk *w, struct exits from, int32_t to, uint8_t marks)
{
	for (uint32_t i = from.head; i; i = w->pool[i - 1].next)
		add(w, w->pool[i - 1].line, to, marks);
}

static struct block *nearest(const struct walk *w, enum block_kind a, enum block_kind b)
{
	struct block *block = w->block;
	while (block && block->kind != a && block->kind != b)
		block = block->up;
	return block;
}

static struct py_line *here(const struct walk *w)
{
	return &w->s->lines[w->i];
}

static bool at_clause(const struct walk *w, uint32_t i, unsigned depth, uint8_t kind)
{
	return i < w->s->n && w->s->lines[i].depth == depth && w->s->lines[i].kind == kind;
}

static bool is_clause(const struct walk *w, uint32_t i, unsigned depth)
{
	return at_clause(w, i, depth, PY_ELIF) || at_clause(w, i, depth, PY_ELSE) ||
	       at_clause(w, i, depth, PY_EXCEPT) || at_clause(w, i, depth, PY_FINALLY);
}

/* Over the suite of the header here and the clauses that belong to it. */
static void skip(struct walk *w)
{
	unsigned depth = here(w)->depth;
	while (at_clause(w, w->i, depth, PY_DECORATOR) && w->i + 1 < w->s->n)
		w->i++;
	w->i = here(w)->after;
	while (is_clause(w, w->i, depth))
		w->i = here(w)->after;
}

/* The suite of the header here, entered from prev. */
static struct exits body(struct walk *w, struct exits prev)
{
	unsigned depth = here(w)->depth + 1u;
	w->i++;
	return suite(w, depth, prev);
}

static struct exits simple(struct walk *w)
{
	const struct py_line *l = here(w);
	struct block *block;
	w->i++;
	if ((l->marks & PY_BREAKS) && (block = nearest(w, LOOP, LOOP)))
		block->breaks = both(w, block->breaks, one(w, l->first));
	if ((l->marks & PY_CONTINUES) && (block = nearest(w, LOOP, LOOP)))
		add(w, l->first, (int32_t)block->start, 0);
	if ((l->marks & PY_RETURNS) && (block = nearest(w, FUNCTION, FUNCTION)))
		add(w, l->first, -(int32_t)block->start, 0);
	if ((l->marks & PY_RAISES) && (block = nearest(w, TRY, FUNCTION)) && block->start)
		add(w, l->first, block->kind == TRY ? (int32_t)block->start : -(int32_t)block->start, 0);
	return l->marks & PY_JUMPS_LAST ? (struct exits){0} : one(w, l->first);
}

static struct exits branches(struct walk *w)
{
	struct exits ends = {0};
	unsigned depth = here(w)->depth;
	for (;;) {
		const struct py_line *l = here(w);
		uint32_t start = l->first;
		bool constant = l->test & PY_CONSTANT, truth = l->test & PY_CONSTANT_TRUE;
		if (!constant || truth)
			ends = both(w, ends, body(w, one(w, start)));
		else
			w->i = l->after;
		if (constant && truth)
			break;
		if (at_clause(w, w->i, depth, PY_ELIF) && (w->s->flags[here(w)->first] & PY_HAS_CODE)) {
			add(w, start, (int32_t)here(w)->first, 0);
			continue;
		}
		if (at_clause(w, w->i, depth, PY_ELSE))
			return both(w, ends, body(w, one(w, start)));
		ends = both(w, ends, one(w, start));
		break;
	}
	while (at_clause(w, w->i, depth, PY_ELIF) || at_clause(w, w->i, depth, PY_ELSE))
		w->i = here(w)->after;
	return ends;
}

static struct exits loop(struct walk *w)
{
	const struct py_line *l = here(w);
	uint32_t start = l->first;
	struct block block = {.up = w->block, .kind = LOOP, .start = start};
	w->block = &block;
	add_all(w, body(w, one(w, start)), (int32_t)start, 0);
	w->block = block.up;
	if (at_clause(w, w->i, l->depth, PY_ELSE))
		return both(w, block.breaks, body(w, one(w, start)));
	if (l->kind == PY_FOR || !(l->test & PY_CONSTANT))
		return both(w, block.breaks, one(w, start));
	return block.breaks;
}

/* Whether the try here has a finally. */
static bool finishes(const struct walk *w, uint32_t handlers, unsigned depth)
{
	uint32_t i = handlers;
	while (at_clause(w, i, depth, PY_EXCEPT) || at_clause(w, i, depth, PY_ELSE))
		i = w->s->lines[i].after;
	return at_clause(w, i, depth, PY_FINALLY);
}

static struct exits attempt(struct walk *w)
{
	const struct py_line *l = here(w);
	unsigned depth = l->depth;
	bool handled = at_clause(w, l->after, depth, PY_EXCEPT), finally = finishes(w, l->after, depth);
	struct block block = {.up = w->block, .kind = TRY};
	block.start = handled ? w->s->lines[l->after].first : 0;
	w->block = &block;
	struct exits ends = body(w, one(w, l->first)), caught = {0};
	block.start = 0;
	if (!finally)
		w->block = block.up;
	while (at_clause(w, w->i, depth, PY_EXCEPT))
		caught = both(w, caught, body(w, one(w, here(w)->first)));
	if (at_clause(w, w->i, depth, PY_ELSE))
		ends = body(w, ends);
	ends = both(w, ends, caught);
	w->block = block.up;
	if (at_clause(w, w->i, depth, PY_FINALLY)) {
		bool any = ends.head;
		struct exits last = body(w, ends);
		ends = any ? last : (struct exits){0};
	}
	return ends;
}

static struct exits with(struct walk *w)
{
	uint32_t start = here(w)->first;
	w->s->flags[start] |= PY_OPEN_WITH | PY_IS_WITH;
	w->arcs->any_with = true;
	struct exits ends = body(w, one(w, start));
	w->s->flags[start] &= ~PY_OPEN_WITH;
	if (!ends.head)
		return ends;
	add_all(w, ends, (int32_t)start, PY_ARC_LEAVES);
	return one(w, start);
}

static struct exits cases(struct walk *w)
{
	uint32_t last = here(w)->first;
	unsigned depth = here(w)->depth + 1u;
	struct exits ends = {0};
	bool all = false;
	w->i++;
	while (at_clause(w, w->i, depth, PY_CASE)) {
		const struct py_line *l = here(w);
		all = (l->marks & (PY_WILDCARD | PY_GUARDED)) == PY_WILDCARD;
		add(w, last, (int32_t)l->first, 0);
		last = l->first;
		ends = both(w, ends, body(w, one(w, last)));
	}
	return all ? ends : both(w, ends, one(w, last));
}

/* A function or class: its decorators one after the other, then it; and what it holds, for itself. */
static struct exits definition(struct walk *w)
{
	uint32_t start = here(w)->first, last = start;
	for (; here(w)->kind == PY_DECORATOR; w->i++) {
		if (here(w)->first != start)
			add(w, last, (int32_t)here(w)->first, 0);
		last = here(w)->first;
		if (w->i + 1 == w->s->n ||
		    (w->s->lines[w->i + 1].kind != PY_DECORATOR && w->s->lines[w->i + 1].kind != PY_DEF &&
		     w->s->lines[w->i + 1].kind != PY_CLASS)) {
			pyscan_fail(w->s, here(w)->line, "a decorator belongs to nothing");
			w->i++;
			return one(w, last);
		}
	}
	const struct py_line *l = here(w);
	if (l->first != start)
		add(w, last, (int32_t)l->first, 0);
	struct block *outside = w->block, block = {.kind = FUNCTION, .start = start};
	w->block = l->kind == PY_DEF ? &block : NULL;
	add_all(w, body(w, (struct exits){0}), -(int32_t)start, 0);
	w->block = outside;
	return one(w, l->first);
}

static struct exits statement(struct walk *w)
{
	switch (here(w)->kind) {
	case PY_SIMPLE:
		return simple(w);
	case PY_IF:
		return branches(w);
	case PY_WHILE:
	case PY_FOR:
		return loop(w);
	case PY_TRY:
		return attempt(w);
	case PY_WITH:
		return with(w);
	case PY_MATCH:
		return cases(w);
	default:
		return definition(w);
	}
}

static struct exits suite(struct walk *w, unsigned depth, struct exits prev)
{
	while (w->i < w->s->n && here(w)->depth >= depth) {
		uint32_t line = here(w)->first;
		if (!(w->s->flags[line] & PY_HAS_CODE)) {
			skip(w);
			continue;
		}
		add_all(w, prev, (int32_t)line, 0);
		prev = statement(w);
	}
	return prev;
}

void pyscan_arcs(struct pyscan *s, struct pyfacts *ret)
{
	struct pyscan_arcs arcs = {.s = s};
	struct walk w = {.s = s, .arcs = &arcs};
	uint32_t start = s->first_line[1];
	if (s->n)
		add_all(&w, suite(&w, 0, (struct exits){0}), -(int32_t)start, 0);
	else
		add(&w, 1, -1, 0);
	if (!s->error)
		pyscan_ways(&arcs, ret);
}
