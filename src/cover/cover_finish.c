#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "cover/cover_merge.h"

static uint32_t page_count(const struct cover_page *p, unsigned bit)
{
	uint32_t ran = p->hit >> bit & 1;
	return p->hits && p->hits[bit] > ran ? p->hits[bit] : ran;
}

void cover_gather_hits(const struct cover_merge *m, const struct cover_gather *g, uint32_t *ret,
		       uint32_t n_lines)
{
	for (uint32_t at = g->page; at != MAP_NONE; at = m->pages[at].next) {
		const struct cover_page *p = &m->pages[at];
		for (unsigned bit = 0; bit < 64; bit++)
			if (p->hit >> bit & 1 && p->no * 64 + bit <= n_lines)
				ret[p->no * 64 + bit] = page_count(p, bit);
	}
}

uint32_t cover_gather_last(const struct cover_merge *m, const struct cover_gather *g)
{
	uint32_t last = 0;
	for (uint32_t at = g->page; at != MAP_NONE; at = m->pages[at].next) {
		const struct cover_page *p = &m->pages[at];
		if (!p->known)
			continue;
		uint32_t top = p->no * 64 + 63 - (uint32_t)__builtin_clzll(p->known);
		if (top > last)
			last = top;
	}
	return last;
}

static int by_page(const void *a, const void *b)
{
	const struct cover_page *const *x = a, *const *y = b;
	return ((*x)->no > (*y)->no) - ((*x)->no < (*y)->no);
}

/* A file's pages, by number. */
static const struct cover_page **sorted_pages(struct cover_merge *m, const struct cover_gather *g,
					      size_t *ret_n)
{
	size_t n = 0;
	for (uint32_t at = g->page; at != MAP_NONE; at = m->pages[at].next)
		n++;
	const struct cover_page **pages = arena_array(m->arena, const struct cover_page *, n + 1);
	n = 0;
	for (uint32_t at = g->page; at != MAP_NONE; at = m->pages[at].next)
		pages[n++] = &m->pages[at];
	qsort(pages, n, sizeof(*pages), by_page);
	*ret_n = n;
	return pages;
}

static void measured_lines(struct cover_merge *m, struct cover_gather *g)
{
	size_t n_pages, n = 0;
	const struct cover_page **pages = sorted_pages(m, g, &n_pages);
	for (size_t i = 0; i < n_pages; i++)
		n += (unsigned)__builtin_popcountll(pages[i]->known | pages[i]->excluded);
	struct cover_file *f = &g->file;
	f->lines = arena_array(m->arena, struct cover_line, n);
	for (size_t i = 0; i < n_pages; i++)
		for (unsigned bit = 0; bit < 64; bit++) {
			const struct cover_page *p = pages[i];
			if (!((p->known | p->excluded) >> bit & 1))
				continue;
			f->lines[f->n_lines++] = (struct cover_line){
			    .number = p->no * 64 + bit,
			    .hits = page_count(p, bit),
			    .flags = p->known >> bit & 1 ? 0 : COVER_EXCLUDED,
			};
		}
	f->last_line = f->n_lines ? f->lines[f->n_lines - 1].number : 0;
}

void cover_file_branches(struct cover_file *f)
{
	uint32_t b = 0;
	for (uint32_t i = 0; i < f->n_lines; i++) {
		struct cover_line *l = &f->lines[i];
		while (b < f->n_branches && f->branches[b].line < l->number)
			b++;
		l->first_branch = b;
		for (; b < f->n_branches && f->branches[b].line == l->number; b++)
			l->n_listed++;
	}
}

static void count_ways(struct cover_file *f)
{
	for (uint32_t i = 0; i < f->n_lines; i++) {
		struct cover_line *l = &f->lines[i];
		l->n_branches = (uint16_t)(l->n_listed < UINT16_MAX ? l->n_listed : UINT16_MAX);
		for (uint32_t b = 0; b < l->n_branches; b++) {
			uint32_t taken = f->branches[l->first_branch + b].taken;
			l->n_taken += taken && taken != COVER_UNREACHED;
		}
	}
}

/* Branches of lines that nobody told, or that are left out, are dropped. */
static void measured_branches(struct cover_merge *m, struct cover_gather *g)
{
	struct cover_file *f = &g->file;
	f->targets = g->branches[1].n > 0;
	const struct cover_tally *t = &g->branches[f->targets];
	const struct cover_branch *told = (const struct cover_branch *)t->items;
	f->branches = arena_array(m->arena, struct cover_branch, t->n);
	uint32_t line = 0;
	for (size_t i = 0; i < t->n; i++) {
		while (line < f->n_lines && f->lines[line].number < told[i].line)
			line++;
		if (line < f->n_lines && f->lines[line].number == told[i].line &&
		    !(f->lines[line].flags & COVER_EXCLUDED))
			f->branches[f->n_branches++] = told[i];
	}
	cover_file_branches(f);
	count_ways(f);
}

static void measured_functions(struct cover_merge *m, struct cover_gather *g)
{
	struct cover_file *f = &g->file;
	const struct cover_function *told = (const struct cover_function *)g->functions.items;
	f->regions = arena_array(m->arena, struct cover_region, g->functions.n);
	for (size_t i = 0; i < g->functions.n; i++) {
		uint32_t(*span)[2] = arena_alloc(m->arena, sizeof(*span));
		(*span)[0] = told[i].first;
		(*span)[1] = told[i].last;
		f->regions[f->n_regions++] = (struct cover_region){
		    .kind = COVER_FUNCTION,
		    .name = told[i].name,
		    .first = told[i].first,
		    .last = told[i].last,
		    .hits = told[i].hits,
		    .spans = (const uint32_t(*)[2])span,
		    .n_spans = told[i].last != 0,
		};
	}
}

/* One bit of a context's page counts for a statement: remembers the last context of each statement. */
struct context_walk {
	const uint32_t *statement_of;
	uint32_t n_lines;
	uint32_t *seen, *count; /* per statement */
	uint32_t *ids;          /* NULL: only count */
};

static void walk_context(const struct cover_merge *m, struct context_walk *w, const struct cover_context *c,
			 uint32_t id)
{
	for (uint32_t at = c->page; at != MAP_NONE; at = m->pages[at].next) {
		const struct cover_page *p = &m->pages[at];
		for (uint64_t left = p->hit; left; left &= left - 1) {
			uint32_t line = p->no * 64 + (uint32_t)__builtin_ctzll(left);
			uint32_t s = line <= w->n_lines ? w->statement_of[line] : MAP_NONE;
			if (s == MAP_NONE || w->seen[s] == id)
				continue;
			w->seen[s] = id;
			if (w->ids)
				w->ids[w->count[s]] = id;
			w->count[s]++;
		}
	}
}

static int by_context(const void *a, const void *b)
{
	const struct cover_context *const *x = a, *const *y = b;
	return ((*x)->context > (*y)->context) - ((*x)->context < (*y)->context);
}

void cover_gather_contexts(struct cover_merge *m, struct cover_gather *g, const uint32_t *statement_of,
			   uint32_t n_lines)
{
	struct cover_file *f = &g->file;
	size_t n = 0;
	for (uint32_t at = g->contexts; at != MAP_NONE; at = m->contexts[at].next)
		n++;
	if (!n)
		return;
	const struct cover_context **list = arena_array(m->arena, const struct cover_context *, n);
	n = 0;
	for (uint32_t at = g->contexts; at != MAP_NONE; at = m->contexts[at].next)
		list[n++] = &m->contexts[at];
	qsort(list, n, sizeof(const struct cover_context *), by_context);
	uint32_t *seen = arena_array(m->arena, uint32_t, f->n_lines + 1);
	memset(seen, 0xff, sizeof(*seen) * f->n_lines);
	f->context_first = arena_array(m->arena, uint32_t, f->n_lines + 2);
	struct context_walk w = {
	    .statement_of = statement_of, .n_lines = n_lines, .seen = seen, .count = f->context_first + 2};
	uint32_t *count = arena_array(m->arena, uint32_t, f->n_lines + 1);
	w.count = count;
	for (size_t i = 0; i < n; i++)
		walk_context(m, &w, list[i], list[i]->context);
	for (uint32_t i = 0; i < f->n_lines; i++)
		f->context_first[i + 1] = f->context_first[i] + count[i];
	f->context_ids = arena_array(m->arena, uint32_t, f->context_first[f->n_lines] + 1);
	memset(seen, 0xff, sizeof(*seen) * f->n_lines);
	memcpy(count, f->context_first, sizeof(*count) * f->n_lines);
	w.ids = f->context_ids;
	for (size_t i = 0; i < n; i++)
		walk_context(m, &w, list[i], list[i]->context);
}

static void measured_contexts(struct cover_merge *m, struct cover_gather *g)
{
	if (g->contexts == MAP_NONE)
		return;
	struct cover_file *f = &g->file;
	uint32_t *statement_of = arena_array(m->arena, uint32_t, f->last_line + 1);
	memset(statement_of, 0xff, sizeof(*statement_of) * (f->last_line + 1));
	for (uint32_t i = 0; i < f->n_lines; i++)
		if (!(f->lines[i].flags & COVER_EXCLUDED))
			statement_of[f->lines[i].number] = i;
	cover_gather_contexts(m, g, statement_of, f->last_line);
}

static void finish_measured(struct cover_merge *m, struct cover_gather *g)
{
	measured_lines(m, g);
	measured_branches(m, g);
	measured_functions(m, g);
	measured_contexts(m, g);
}

struct cover_sum cover_sum_of_lines(const struct cover_file *f, uint32_t first, uint32_t last)
{
	struct cover_sum s = {0};
	uint32_t low = 0, high = f->n_lines;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (f->lines[middle].number < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < f->n_lines && f->lines[low].number <= last; low++) {
		const struct cover_line *l = &f->lines[low];
		if (l->flags & COVER_EXCLUDED) {
			s.excluded++;
			continue;
		}
		s.statements++;
		s.covered += l->hits > 0;
		s.branches += l->n_branches;
		s.taken += l->n_taken;
		if (l->hits)
			s.partial += l->n_branches - l->n_taken;
	}
	return s;
}

static void sum_region(const struct cover_file *f, struct cover_region *r)
{
	for (uint32_t i = 0; i < r->n_spans; i++) {
		struct cover_sum s = cover_sum_of_lines(f, r->spans[i][0], r->spans[i][1]);
		cover_sum_add(&r->sum, &s);
	}
	if (!r->hits)
		r->hits = r->sum.covered > 0;
}

static void finish_file(struct cover_merge *m, struct cover_gather *g)
{
	cover_gather_fold(g);
	if (!g->done && g->measured)
		finish_measured(m, g);
	else if (!g->done && g->file.fault == COVER_FINE)
		g->file.fault = COVER_SOURCE_GONE;
	struct cover_file *f = &g->file;
	for (uint32_t i = 0; i < f->n_lines; i++)
		f->counts |= f->lines[i].hits > 1;
	f->sum = cover_sum_of_lines(f, 0, UINT32_MAX);
	for (uint32_t i = 0; i < f->n_regions; i++)
		sum_region(f, &f->regions[i]);
}

static int by_path(const void *a, const void *b)
{
	const struct cover_file *x = a, *y = b;
	return str_compare(x->path, y->path);
}

struct named {
	struct str name;
	uint32_t id;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	return str_compare(x->name, y->name);
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Contexts get the numbers of their names' order; the empty one is the first of them. */
static void number_contexts(struct cover_merge *m, struct cover *c)
{
	struct named *named = arena_array(m->arena, struct named, m->n_names);
	uint32_t *number = arena_array(m->arena, uint32_t, m->n_names);
	for (uint32_t i = 0; i < m->n_names; i++)
		named[i] = (struct named){m->names[i], i};
	qsort(named, m->n_names, sizeof(*named), by_name);
	c->n_contexts = (uint32_t)m->n_names;
	c->contexts = arena_array(m->arena, struct str, c->n_contexts);
	for (uint32_t i = 0; i < c->n_contexts; i++) {
		c->contexts[i] = named[i].name;
		number[named[i].id] = i;
	}
	for (uint32_t i = 0; i < c->n_files; i++) {
		struct cover_file *f = &c->files[i];
		if (!f->context_first)
			continue;
		for (uint32_t k = 0; k < f->context_first[f->n_lines]; k++)
			f->context_ids[k] = number[f->context_ids[k]];
		for (uint32_t l = 0; l < f->n_lines; l++)
			qsort(f->context_ids + f->context_first[l],
			      f->context_first[l + 1] - f->context_first[l], sizeof(uint32_t), by_id);
	}
}

struct cover *cover_finish(struct cover_merge *m)
{
	struct cover *c = arena_new(m->arena, struct cover);
	c->files = arena_array(m->arena, struct cover_file, m->n_files);
	c->branch = m->branch;
	for (size_t i = 0; i < m->n_files; i++) {
		finish_file(m, &m->files[i]);
		c->files[c->n_files++] = m->files[i].file;
		cover_sum_add(&c->sum, &m->files[i].file.sum);
	}
	qsort(c->files, c->n_files, sizeof(*c->files), by_path);
	number_contexts(m, c);
	return c;
}
