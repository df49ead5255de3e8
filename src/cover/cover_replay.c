#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cover/cover_merge.h"

static int by_arc(const void *a, const void *b)
{
	const struct cover_arc *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* Bits of the chain that starts at `page`; returns the bytes that are used. */
static size_t bits_of(const struct cover_merge *m, uint32_t page, struct arena *a, uint8_t **ret)
{
	uint32_t last = 0;
	for (uint32_t at = page; at != MAP_NONE; at = m->pages[at].next)
		if (m->pages[at].hit && m->pages[at].no >= last)
			last = m->pages[at].no + 1;
	uint8_t *bits = arena_array(a, uint8_t, (size_t)last * 8 + 1);
	for (uint32_t at = page; at != MAP_NONE; at = m->pages[at].next)
		for (unsigned b = 0; b < 8 && m->pages[at].hit; b++)
			bits[(size_t)m->pages[at].no * 8 + b] = (uint8_t)(m->pages[at].hit >> b * 8);
	size_t n = (size_t)last * 8;
	while (n && !bits[n - 1])
		n--;
	*ret = bits;
	return n;
}

static void replay_arcs(const struct cover_gather *g, struct cover_sink *to, struct arena *a)
{
	const struct cover_branch *told = (const struct cover_branch *)g->branches[1].items;
	size_t n = 0;
	struct cover_arc *arcs = arena_array(a, struct cover_arc, g->arcs.n + g->branches[1].n + 1);
	for (uint32_t i = 0; i < g->arcs.cap; i++)
		if (g->arcs.slots[i])
			arcs[n++] = (struct cover_arc){(int32_t)(uint32_t)(g->arcs.slots[i] >> 32),
						       (int32_t)(uint32_t)g->arcs.slots[i]};
	for (size_t i = 0; i < g->branches[1].n; i++)
		if (told[i].taken && told[i].taken != COVER_UNREACHED)
			arcs[n++] = (struct cover_arc){(int32_t)told[i].line, told[i].way};
	qsort(arcs, n, sizeof(*arcs), by_arc);
	to->arcs(to, arcs, n);
}

static int by_path(const void *a, const void *b)
{
	const struct cover_gather *const *x = a, *const *y = b;
	return str_compare((*x)->file.path, (*y)->file.path);
}

static void replay_file(const struct cover_merge *m, const struct cover_gather *g, struct cover_sink *to,
			struct arena *a)
{
	struct cover_source source = {
	    .path = g->file.path, .language = g->file.language, .raw = true, .sha256 = g->sha256};
	uint8_t *bits;
	to->file(to, &source);
	size_t n = bits_of(m, g->page, a, &bits);
	to->line_bits(to, bits, n);
	if (m->branch)
		replay_arcs(g, to, a);
	for (uint32_t at = g->contexts; at != MAP_NONE; at = m->contexts[at].next) {
		const struct cover_context *c = &m->contexts[at];
		if (!m->names[c->context].n)
			continue; /* told without a context above */
		n = bits_of(m, c->page, a, &bits);
		to->context(to, m->names[c->context]);
		to->line_bits(to, bits, n);
	}
}

void cover_merge_replay(const struct cover_merge *m, struct cover_sink *to)
{
	struct arena a = {0};
	const struct cover_gather **files = arena_array(m->arena, const struct cover_gather *, m->n_files);
	for (size_t i = 0; i < m->n_files; i++)
		files[i] = &m->files[i];
	qsort(files, m->n_files, sizeof(const struct cover_gather *), by_path);
	for (size_t i = 0; i < m->n_files; i++) {
		replay_file(m, files[i], to, &a);
		arena_reset(&a);
	}
	arena_free(&a);
}
