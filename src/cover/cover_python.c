#include "cover/cover_python.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Counts by physical line become counts by statement: a statement ran as often as the line of it that ran
 * most. */
static uint32_t *statement_hits(const struct cover_merge *m, const struct cover_gather *g,
				const struct pyfacts *facts)
{
	uint32_t *lines = arena_array(m->arena, uint32_t, facts->n_lines + 1);
	cover_gather_hits(m, g, lines, facts->n_lines);
	for (uint32_t l = facts->n_lines; l > 0; l--) {
		uint32_t first = facts->first_line[l];
		if (first != l && lines[l] > lines[first])
			lines[first] = lines[l];
	}
	return lines;
}

static void add_lines(struct cover_merge *m, struct cover_gather *g, const struct pyfacts *facts,
		      const uint32_t *hits)
{
	struct cover_file *f = &g->file;
	uint32_t n = 0;
	for (uint32_t l = 1; l <= facts->n_lines; l++)
		n += (facts->flags[l] & (PY_STATEMENT | PY_EXCLUDED)) != 0;
	f->lines = arena_array(m->arena, struct cover_line, n);
	for (uint32_t l = 1; l <= facts->n_lines; l++) {
		uint8_t flags = facts->flags[l];
		if (!(flags & (PY_STATEMENT | PY_EXCLUDED)))
			continue;
		bool excluded = (flags & PY_EXCLUDED) != 0;
		f->lines[f->n_lines++] = (struct cover_line){
		    .number = l,
		    .hits = excluded ? 0 : hits[l],
		    .flags = excluded ? COVER_EXCLUDED : 0,
		};
	}
	f->last_line = facts->n_lines;
}

static int32_t statement_line(const struct pyfacts *facts, int32_t line)
{
	if (line > 0)
		return (uint32_t)line <= facts->n_lines ? (int32_t)facts->first_line[line] : line;
	uint32_t exit = -(uint32_t)line;
	return exit > 0 && exit <= facts->n_lines ? -(int32_t)facts->first_line[exit] : line;
}

static int by_seen(const void *key, const void *item)
{
	const struct cover_arc *a = key, *seen = &((const struct pyscan_fix *)item)->seen;
	if (a->from != seen->from)
		return a->from < seen->from ? -1 : 1;
	return (a->to > seen->to) - (a->to < seen->to);
}

static void add_ran(const struct pyfacts *facts, struct cover_arcs *ran, struct cover_arc arc)
{
	const struct pyscan_fix *fix =
	    facts->n_fixes ? bsearch(&arc, facts->fixes, facts->n_fixes, sizeof(*fix), by_seen) : NULL;
	if (fix && !fix->to)
		return;
	cover_arcs_add(ran, statement_line(facts, arc.from), statement_line(facts, fix ? fix->to : arc.to));
}

/* The arcs that ran, between statements. */
static void translate_arcs(const struct cover_gather *g, const struct pyfacts *facts, struct cover_arcs *ret)
{
	for (uint32_t i = 0; i < g->arcs.cap; i++) {
		uint64_t key = g->arcs.slots[i];
		if (!key)
			continue;
		add_ran(facts, ret,
			(struct cover_arc){(int32_t)(uint32_t)(key >> 32), (int32_t)(uint32_t)key});
	}
	/* data that names the ways taken itself, as coverage.py's JSON does */
	const struct cover_branch *told = (const struct cover_branch *)g->branches[1].items;
	for (size_t i = 0; i < g->branches[1].n; i++)
		if (told[i].taken && told[i].taken != COVER_UNREACHED)
			add_ran(facts, ret, (struct cover_arc){(int32_t)told[i].line, told[i].way});
}

static bool is_excluded(const struct pyfacts *facts, int32_t line)
{
	return line > 0 && (uint32_t)line <= facts->n_lines && facts->flags[line] & PY_EXCLUDED;
}

/* Every possible way out of lines that have several: those that ran, and those whose absence is a miss. */
static void add_branches(struct cover_merge *m, struct cover_gather *g, const struct pyfacts *facts)
{
	struct cover_arcs ran = {0};
	translate_arcs(g, facts, &ran);
	struct cover_file *f = &g->file;
	f->targets = true;
	f->branches = arena_array(m->arena, struct cover_branch, facts->n_arcs);
	uint32_t *missed = arena_array(m->arena, uint32_t, facts->n_lines + 1);
	for (uint32_t i = 0; i < facts->n_arcs; i++) {
		int32_t from = facts->arcs[i].from, to = facts->arcs[i].to;
		if (from <= 0 || (uint32_t)from > facts->n_lines || facts->exits[from] < 2)
			continue;
		bool taken = cover_arcs_has(&ran, from, to);
		if (!taken && (facts->flags[from] & PY_NO_BRANCH || is_excluded(facts, to)))
			continue;
		missed[from] += !taken;
		f->branches[f->n_branches++] =
		    (struct cover_branch){.line = (uint32_t)from, .way = to, .taken = taken};
	}
	cover_arcs_free(&ran);
	cover_file_branches(f);
	for (uint32_t i = 0; i < f->n_lines; i++) {
		struct cover_line *l = &f->lines[i];
		if (l->flags & COVER_EXCLUDED || facts->exits[l->number] < 2)
			continue;
		uint32_t lost =
		    missed[l->number] < facts->exits[l->number] ? missed[l->number] : facts->exits[l->number];
		l->n_branches = facts->exits[l->number];
		l->n_taken = (uint16_t)(l->n_branches - lost);
	}
}

static void add_regions(struct cover_merge *m, struct cover_gather *g, const struct pyfacts *facts)
{
	struct cover_file *f = &g->file;
	f->regions = arena_array(m->arena, struct cover_region, facts->n_regions);
	for (uint32_t i = 0; i < facts->n_regions; i++) {
		struct cover_region *r = &f->regions[f->n_regions++];
		*r = facts->regions[i];
		r->name = arena_str(m->arena, r->name);
		uint32_t(*spans)[2] = arena_alloc(m->arena, sizeof(*spans) * r->n_spans);
		if (r->n_spans)
			memcpy(spans, r->spans, sizeof(*spans) * r->n_spans);
		r->spans = (const uint32_t(*)[2])spans;
	}
}

static void add_contexts(struct cover_merge *m, struct cover_gather *g, const struct pyfacts *facts)
{
	if (g->contexts == MAP_NONE)
		return;
	struct cover_file *f = &g->file;
	uint32_t *at = arena_array(m->arena, uint32_t, facts->n_lines + 1);
	memset(at, 0xff, sizeof(*at) * (facts->n_lines + 1));
	for (uint32_t i = 0; i < f->n_lines; i++)
		if (!(f->lines[i].flags & COVER_EXCLUDED))
			at[f->lines[i].number] = i;
	for (uint32_t l = facts->n_lines; l > 0; l--)
		if (facts->first_line[l] != l)
			at[l] = at[facts->first_line[l]];
	cover_gather_contexts(m, g, at, facts->n_lines);
}

void cover_python(struct cover_merge *m, uint32_t i, const struct pyfacts *facts)
{
	struct cover_gather *g = &m->files[i];
	g->done = true;
	if (facts->error) {
		g->file.fault = COVER_SOURCE_BAD;
		return;
	}
	cover_gather_fold(g);
	if (g->file.fault == COVER_FINE && cover_gather_last(m, g) > facts->n_lines)
		g->file.fault = COVER_LINES_BEYOND;
	add_lines(m, g, facts, statement_hits(m, g, facts));
	if (m->branch && facts->exits)
		add_branches(m, g, facts);
	add_regions(m, g, facts);
	add_contexts(m, g, facts);
}
