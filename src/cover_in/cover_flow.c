#include <stdlib.h>
#include <string.h>

#include "cover_in/cover_graph.h"
#include "cover_in/cover_tell.h"

enum { ENTRY = 0, EXIT = 1 };

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Which arcs lead to each block. */
static void index_in(struct gcov_function *f, struct arena *a)
{
	uint32_t at = 0;
	f->arcs_in = arena_array(a, uint32_t, f->n_arcs);
	for (uint32_t b = 0; b < f->n_blocks; b++)
		f->blocks[b].n_in = 0;
	for (uint32_t i = 0; i < f->n_arcs; i++)
		f->blocks[f->arcs[i].to].n_in++;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		f->blocks[b].first_in = at;
		at += f->blocks[b].n_in;
		f->blocks[b].n_in = 0;
	}
	for (uint32_t i = 0; i < f->n_arcs; i++) {
		struct gcov_block *b = &f->blocks[f->arcs[i].to];
		f->arcs_in[b->first_in + b->n_in++] = i;
	}
}

/* Arcs in the order of the blocks to which they lead: so gcov lists branches. Few, mostly in order. */
static void sort_out(struct gcov_function *f)
{
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		struct gcov_arc *arcs = f->arcs + f->blocks[b].first_out;
		for (uint32_t i = 1; i < f->blocks[b].n_out; i++) {
			struct gcov_arc arc = arcs[i];
			uint32_t k = i;
			for (; k > 0 && arcs[k - 1].to > arc.to; k--)
				arcs[k] = arcs[k - 1];
			arcs[k] = arc;
		}
	}
}

struct solve {
	struct gcov_function *f;
	uint32_t *n_out, *n_in; /* unknown arcs of each block */
	bool *known;            /* blocks whose count is known */
	uint32_t *queue;
	bool *queued;
	uint32_t n_queue;
};

static void enqueue(struct solve *s, uint32_t block)
{
	if (!s->queued[block]) {
		s->queued[block] = true;
		s->queue[s->n_queue++] = block;
	}
}

static void learn(struct solve *s, struct gcov_arc *arc, int64_t count)
{
	arc->count = count;
	arc->known = true;
	s->n_out[arc->from]--;
	s->n_in[arc->to]--;
	enqueue(s, arc->from);
	enqueue(s, arc->to);
}

static struct gcov_arc *arc_out(struct gcov_function *f, uint32_t block, uint32_t i)
{
	return &f->arcs[f->blocks[block].first_out + i];
}

static struct gcov_arc *arc_in(struct gcov_function *f, uint32_t block, uint32_t i)
{
	return &f->arcs[f->arcs_in[f->blocks[block].first_in + i]];
}

/* The arcs of one side of a block: the sum of those known, and one that is not. */
struct side {
	int64_t sum;
	struct gcov_arc *unknown;
};

static struct side side_of(struct gcov_function *f, uint32_t block, bool out)
{
	struct side s = {0};
	uint32_t n = out ? f->blocks[block].n_out : f->blocks[block].n_in;
	for (uint32_t i = 0; i < n; i++) {
		struct gcov_arc *arc = out ? arc_out(f, block, i) : arc_in(f, block, i);
		if (arc->known)
			s.sum = plus(s.sum, arc->count);
		else
			s.unknown = arc;
	}
	return s;
}

/* What goes in comes out: the count of a block from either side, then the one arc that is not known yet. */
static void look_at(struct solve *s, uint32_t block)
{
	struct gcov_block *b = &s->f->blocks[block];
	bool outs = block != EXIT && s->n_out[block] == 0, ins = block != ENTRY && s->n_in[block] == 0;
	if (!s->known[block] && (outs || ins)) {
		b->count = side_of(s->f, block, outs).sum;
		s->known[block] = true;
	}
	if (!s->known[block])
		return;
	for (int out = 1; out >= 0; out--) {
		if ((out ? s->n_out : s->n_in)[block] != 1 || block == (out ? EXIT : ENTRY))
			continue;
		struct side side = side_of(s->f, block, out);
		if (side.unknown)
			learn(s, side.unknown, minus(b->count, side.sum));
	}
}

static void solve(struct gcov_function *f, struct arena *a)
{
	struct solve s = {.f = f,
			  .n_out = arena_array(a, uint32_t, f->n_blocks),
			  .n_in = arena_array(a, uint32_t, f->n_blocks),
			  .known = arena_array(a, bool, f->n_blocks),
			  .queue = arena_array(a, uint32_t, f->n_blocks),
			  .queued = arena_array(a, bool, f->n_blocks)};
	uint32_t counter = 0;
	/* counters stand in the order of the arcs in the file */
	for (uint32_t i = 0; i < f->n_arcs; i++)
		if (!(f->arcs[i].flags & GCOV_ON_TREE)) {
			f->arcs[i].count = f->counters[counter++];
			f->arcs[i].known = true;
		}
	sort_out(f);
	index_in(f, a);
	for (uint32_t i = 0; i < f->n_arcs; i++) {
		s.n_out[f->arcs[i].from] += !f->arcs[i].known;
		s.n_in[f->arcs[i].to] += !f->arcs[i].known;
	}
	for (uint32_t b = f->n_blocks; b > 0; b--)
		enqueue(&s, b - 1);
	while (s.n_queue) {
		uint32_t block = s.queue[--s.n_queue];
		s.queued[block] = false;
		look_at(&s, block);
	}
}

/* A line of a block. */
struct entry {
	uint32_t file, group, line; /* group: 0, or of an instance 1 + the function */
	uint32_t order;
	uint32_t function, block;
	bool owns; /* the line to which the block belongs */
};

static int by_line(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

struct flow {
	struct gcov_object *o;
	struct cover_tell *t;
	struct arena *scratch;
	struct entry *entries;
	size_t n_entries, cap_entries;
	uint32_t mark, walk; /* the numbers last given */
	uint64_t steps;      /* left for loops on one line */
	uint32_t *stack, *next;
	size_t n_stack, cap_stack, cap_next;
};

/*
 * The lines of a block in each file. It belongs to the last of them, but for the first block and the one of
 * the greatest number, which stand for entry and exit.
 */
static void gather(struct flow *w, uint32_t function)
{
	struct gcov_function *f = &w->o->functions[function];
	uint32_t owner = 0, last_block = UINT32_MAX, owner_file = 0, owner_group = 0;
	for (uint32_t i = 0; i < f->n_locations; i++) {
		const struct gcov_location *l = &f->locations[i];
		bool inner = l->block != ENTRY && l->block + 1 != f->n_blocks;
		if (l->block != last_block)
			owner = 0;
		last_block = l->block;
		for (uint32_t k = 0; k < l->n_lines; k++) {
			uint32_t line = f->lines[l->first_line + k];
			bool mine = f->group && l->file == f->file && line >= f->first && line <= f->last;
			w->entries = mem_grow(w->entries, w->n_entries, &w->cap_entries, sizeof(*w->entries));
			w->entries[w->n_entries] = (struct entry){
			    l->file,  mine ? function + 1 : 0,     line, (uint32_t)w->n_entries, function,
			    l->block, inner && k + 1 == l->n_lines};
			w->n_entries++;
			owner = line;
			owner_file = l->file;
			owner_group = mine ? function + 1 : 0;
		}
		if (l->n_lines == 0 && owner && inner) { /* belongs to the line before once more */
			w->entries = mem_grow(w->entries, w->n_entries, &w->cap_entries, sizeof(*w->entries));
			w->entries[w->n_entries] = (struct entry){
			    owner_file, owner_group, owner, (uint32_t)w->n_entries, function, l->block, true};
			w->n_entries++;
		}
	}
}

static bool on_line(const struct gcov_function *f, uint32_t block, uint32_t mark)
{
	return f->blocks[block].mark == mark;
}

/*
 * Looks for a loop of arcs that have something left, from start through blocks of this line that do not come
 * before it, depth first in the order of the arcs. Leaves the blocks of the loop on the stack and, in next,
 * the arc that was taken from each.
 */
static bool find_loop(struct flow *w, struct gcov_function *f, uint32_t start)
{
	uint32_t mark = f->blocks[start].mark, walk = ++w->walk;
	w->n_stack = 0;
	for (uint32_t block = start;;) {
		struct gcov_block *b = &f->blocks[block];
		if (b->seen != walk) {
			b->seen = walk;
			w->stack = mem_grow(w->stack, w->n_stack, &w->cap_stack, sizeof(*w->stack));
			w->next = mem_grow(w->next, w->n_stack, &w->cap_next, sizeof(*w->next));
			w->next[w->n_stack] = 0;
			w->stack[w->n_stack++] = block;
		}
		uint32_t *i = &w->next[w->n_stack - 1];
		uint32_t to = UINT32_MAX;
		for (; *i < b->n_out && to == UINT32_MAX; ++*i) {
			struct gcov_arc *arc = arc_out(f, block, *i);
			w->steps -= w->steps > 0;
			if (arc->left <= 0 || arc->to < start || !on_line(f, arc->to, mark))
				continue;
			if (arc->to == start)
				return true;
			if (f->blocks[arc->to].seen != walk) {
				to = arc->to;
				break;
			}
		}
		if (to != UINT32_MAX) {
			block = to;
			continue;
		}
		if (--w->n_stack == 0 || w->steps == 0)
			return false;
		block = w->stack[w->n_stack - 1];
		w->next[w->n_stack - 1]++;
	}
}

/* How often loops that lie on this line alone were run through, beginning with this block. */
static int64_t loops_of(struct flow *w, struct gcov_function *f, uint32_t start)
{
	int64_t sum = 0;
	bool entered = false;
	for (uint32_t i = 0; i < f->blocks[start].n_in && !entered; i++) {
		const struct gcov_arc *arc = arc_in(f, start, i);
		entered = arc->from >= start && on_line(f, arc->from, f->blocks[start].mark) && arc->left > 0;
	}
	while (entered && w->steps && find_loop(w, f, start)) {
		int64_t least = INT64_MAX;
		for (size_t i = 0; i < w->n_stack; i++) {
			int64_t left = arc_out(f, w->stack[i], w->next[i])->left;
			least = left < least ? left : least;
		}
		for (size_t i = 0; i < w->n_stack; i++)
			arc_out(f, w->stack[i], w->next[i])->left -= least;
		sum = plus(sum, least);
	}
	return sum;
}

/*
 * A line ran as often as it was entered from blocks of other lines, and its own loops went round. A line to
 * which no block belongs ran as often as the blocks that touch it.
 */
static int64_t count_line(struct flow *w, const struct entry *e, size_t n)
{
	int64_t touched = 0, entered = 0;
	bool owned = false;
	uint32_t mark = ++w->mark;
	for (size_t i = 0; i < n; i++) {
		struct gcov_function *f = &w->o->functions[e[i].function];
		struct gcov_block *b = &f->blocks[e[i].block];
		touched = plus(touched, b->count);
		if (!e[i].owns)
			continue;
		owned = true;
		b->mark = mark;
		for (uint32_t k = 0; k < b->n_out; k++)
			arc_out(f, e[i].block, k)->left = arc_out(f, e[i].block, k)->count;
	}
	for (size_t i = 0; i < n; i++) {
		struct gcov_function *f = &w->o->functions[e[i].function];
		for (uint32_t k = 0; e[i].owns && k < f->blocks[e[i].block].n_in; k++) {
			const struct gcov_arc *arc = arc_in(f, e[i].block, k);
			if (!on_line(f, arc->from, mark))
				entered = plus(entered, arc->count);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (e[i].owns)
			entered = plus(entered, loops_of(w, &w->o->functions[e[i].function], e[i].block));
	return owned ? entered : touched;
}

static void tell_line_of(struct flow *w, const struct entry *e, size_t n)
{
	int64_t count = count_line(w, e, n);
	int32_t way = 0;
	(void)tell_line(w->t, e->line, tell_count(w->t, count));
	for (size_t i = 0; i < n; i++) {
		struct gcov_function *f = &w->o->functions[e[i].function];
		uint32_t n_out = e[i].owns ? f->blocks[e[i].block].n_out : 0, n_ways = 0;
		for (uint32_t k = 0; k < n_out; k++)
			n_ways += !(arc_out(f, e[i].block, k)->flags & GCOV_FAKE);
		for (uint32_t k = 0; k < n_out && n_ways > 1; k++) {
			const struct gcov_arc *arc = arc_out(f, e[i].block, k);
			if (arc->flags & GCOV_FAKE)
				continue;
			(void)tell_branch(w->t, e->line, 0, way,
					  count || arc->count ? tell_count(w->t, arc->count)
							      : COVER_UNREACHED);
			way += way < INT32_MAX;
		}
	}
}

static void tell_functions(struct flow *w, uint32_t file, bool all)
{
	for (uint32_t i = 0; i < w->o->n_functions; i++) {
		struct gcov_function *f = &w->o->functions[i];
		if (f->file == file && !f->artificial && (all || f->counted))
			(void)tell_function(w->t, f->name, f->first, f->last,
					    tell_count(w->t, f->blocks[ENTRY].count));
	}
}

static void tell_files(struct flow *w, bool all)
{
	size_t i = 0;
	if (w->n_entries)
		qsort(w->entries, w->n_entries, sizeof(*w->entries), by_line);
	while (i < w->n_entries) {
		uint32_t file = w->entries[i].file;
		tell_begin(w->t, w->o->files[file]);
		w->t->source.bases = &w->o->folder;
		w->t->source.n_bases = w->o->folder.n > 0;
		while (i < w->n_entries && w->entries[i].file == file) {
			const struct entry *e = &w->entries[i];
			size_t n = 1;
			while (i + n < w->n_entries && e[n].file == file && e[n].group == e->group &&
			       e[n].line == e->line)
				n++;
			tell_line_of(w, e, n);
			i += n;
		}
		tell_functions(w, file, all);
		tell_end(w->t);
	}
}

static int by_start(const void *pa, const void *pb)
{
	const struct gcov_function *a = *(const struct gcov_function *const *)pa;
	const struct gcov_function *b = *(const struct gcov_function *const *)pb;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* Functions that begin on the same line of the same file are instances of one. */
static void find_groups(struct gcov_object *o, bool all, struct arena *a)
{
	struct gcov_function **sorted = arena_array(a, struct gcov_function *, o->n_functions);
	uint32_t n = 0;
	for (uint32_t i = 0; i < o->n_functions; i++)
		if (!o->functions[i].artificial && (all || o->functions[i].counted))
			sorted[n++] = &o->functions[i];
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_start);
	for (uint32_t i = 1; i < n; i++)
		if (by_start(&sorted[i - 1], &sorted[i]) == 0)
			sorted[i - 1]->group = sorted[i]->group = true;
}

void gcov_object_tell(struct gcov_object *o, bool all, struct cover_tell *t, struct arena *scratch)
{
	/* enough for any real line; a graph that was made to have endless loops ends here */
	enum { STEPS = 100 * 1000 * 1000 };
	struct flow w = {.o = o, .t = t, .scratch = scratch, .steps = STEPS};
	arena_reset(scratch);
	find_groups(o, all, scratch);
	for (uint32_t i = 0; i < o->n_functions; i++) {
		struct gcov_function *f = &o->functions[i];
		if (f->artificial || !(all || f->counted))
			continue;
		solve(f, scratch);
		gather(&w, i);
	}
	tell_files(&w, all);
	mem_free(w.entries);
	mem_free(w.stack);
	mem_free(w.next);
}
