#include "cover/cover_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

/* Chains of pages are numbered apart: even for files, odd for contexts of a file. */
static uint64_t page_key(uint32_t chain, uint32_t no)
{
	return (uint64_t)chain << 32 | no;
}

/* The page of a line in a chain, made when there is none; *used is the one that was used last. */
static struct cover_page *page_for(struct cover_merge *m, uint32_t chain, uint32_t *first, uint32_t *used,
				   uint32_t no)
{
	if (*used != MAP_NONE && m->pages[*used].no == no)
		return &m->pages[*used];
	uint32_t *at = map_at_int(&m->page_at, page_key(chain, no));
	if (*at == MAP_NONE) {
		m->pages = vec_grow(m->pages, m->n_pages, &m->cap_pages, sizeof(*m->pages));
		m->pages[m->n_pages] = (struct cover_page){.no = no, .next = *first};
		*first = *at = (uint32_t)m->n_pages++;
	}
	*used = *at;
	return &m->pages[*at];
}

static struct cover_page *file_page(struct cover_merge *m, uint32_t line)
{
	return page_for(m, m->file * 2, &m->files[m->file].page, &m->page, line / 64);
}

static struct cover_page *context_page(struct cover_merge *m, uint32_t no)
{
	return page_for(m, m->context * 2 + 1, &m->contexts[m->context].page, &m->context_page, no);
}

static uint32_t add_file(struct cover_merge *m, struct str told, struct str path)
{
	uint32_t *at = map_at(&m->paths, path);
	if (*at == MAP_NONE) {
		m->files = vec_grow(m->files, m->n_files, &m->cap_files, sizeof(*m->files));
		m->files[m->n_files] = (struct cover_gather){
		    .told = told, .file.path = path, .page = MAP_NONE, .contexts = MAP_NONE};
		*at = (uint32_t)m->n_files++;
	}
	struct cover_gather *g = &m->files[*at];
	if (str_compare(told, g->told) < 0)
		g->told = told;
	return *at;
}

static void add_sha256(struct cover_merge *m, struct cover_gather *g, struct str sha256)
{
	if (!sha256.n)
		return;
	g->many_sources |= g->sha256.n && !str_eq(g->sha256, sha256);
	if (!g->sha256.n || str_compare(sha256, g->sha256) < 0)
		g->sha256 = arena_str(m->arena, sha256);
}

/* The name with the folder that it starts from, of those that the data names: the first below which it
 * exists. */
static struct str below_base(struct cover_merge *m, const struct cover_source *s)
{
	if (!s->n_bases || !m->exists || (s->path.n && s->path.at[0] == '/'))
		return s->path;
	for (uint32_t i = 0; i < s->n_bases; i++) {
		char *joined = arena_printf(m->arena, "%.*s/%.*s", STR_ARG(s->bases[i]), STR_ARG(s->path));
		if (m->exists(m->ctx, joined))
			return str_of(joined);
	}
	if (m->exists(m->ctx, arena_copy(m->arena, s->path)))
		return s->path;
	return str_of(arena_printf(m->arena, "%.*s/%.*s", STR_ARG(s->bases[0]), STR_ARG(s->path)));
}

static void put_file(struct cover_sink *sink, const struct cover_source *source)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	struct str name = below_base(m, source);
	uint32_t at = map_get(&m->told, name);
	if (at == MAP_NONE) {
		struct str told = arena_str(m->arena, name);
		struct str path = m->where ? m->where(m->ctx, told) : told;
		/* those left out stand at a number that no file has */
		at = path.n ? add_file(m, told, path) : MAP_NONE - 1;
		*map_at(&m->told, told) = at;
	}
	m->file = at == MAP_NONE - 1 ? MAP_NONE : at;
	m->page = m->context = m->context_page = MAP_NONE;
	if (m->file == MAP_NONE)
		return;
	struct cover_gather *g = &m->files[at];
	m->raw = source->raw;
	g->raw |= source->raw;
	g->measured |= !source->raw;
	if (source->language > g->file.language)
		g->file.language = source->language;
	add_sha256(m, g, source->sha256);
}

static uint32_t name_id(struct cover_merge *m, struct str name)
{
	uint32_t at = map_get(&m->name_at, name);
	if (at == MAP_NONE) {
		name = arena_str(m->arena, name);
		at = (uint32_t)m->n_names;
		m->names = vec_grow(m->names, m->n_names, &m->cap_names, sizeof(*m->names));
		m->names[m->n_names++] = name;
		*map_at(&m->name_at, name) = at;
	}
	return at;
}

static void put_context(struct cover_sink *sink, struct str name)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	uint32_t id = name_id(m, name);
	struct cover_gather *g = &m->files[m->file];
	uint32_t *at = map_at_int(&m->context_at, page_key(m->file, id));
	if (*at == MAP_NONE) {
		m->contexts = vec_grow(m->contexts, m->n_contexts, &m->cap_contexts, sizeof(*m->contexts));
		m->contexts[m->n_contexts] =
		    (struct cover_context){.context = id, .next = g->contexts, .page = MAP_NONE};
		*at = g->contexts = (uint32_t)m->n_contexts++;
	}
	m->context = *at;
	m->context_page = MAP_NONE;
}

static uint32_t add_count(uint32_t a, uint32_t b)
{
	return b > COVER_COUNT_MAX - a ? COVER_COUNT_MAX : a + b;
}

static void add_hits(struct cover_merge *m, struct cover_page *p, unsigned bit, uint32_t hits)
{
	if (!p->hits)
		p->hits = arena_array(m->arena, uint32_t, 64);
	p->hits[bit] = add_count(p->hits[bit], hits);
	p->hit |= (uint64_t)1 << bit;
}

static void put_lines(struct cover_sink *sink, const struct cover_hit *lines, size_t n)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	bool raw = m->raw;
	for (size_t i = 0; i < n; i++) {
		uint32_t line = lines[i].line;
		if (line == 0 || line > COVER_LINE_MAX)
			continue;
		struct cover_page *p = file_page(m, line);
		p->known |= (uint64_t)1 << line % 64;
		if (raw)
			p->hit |= (uint64_t)1 << line % 64;
		else if (lines[i].hits)
			add_hits(m, p, line % 64, lines[i].hits);
		else
			continue;
		if (m->context != MAP_NONE)
			context_page(m, line / 64)->hit |= (uint64_t)1 << line % 64;
	}
}

static uint64_t word_at(const uint8_t *bits, size_t n_bytes, size_t no)
{
	uint64_t word = 0;
	for (size_t b = 0; b < 8 && no * 8 + b < n_bytes; b++)
		word |= (uint64_t)bits[no * 8 + b] << b * 8;
	return word;
}

static void put_line_bits(struct cover_sink *sink, const uint8_t *bits, size_t n_bytes)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	for (size_t no = 0; no * 8 < n_bytes && no <= COVER_LINE_MAX / 64; no++) {
		uint64_t word = word_at(bits, n_bytes, no);
		if (no == 0)
			word &= ~(uint64_t)1;
		if (!word)
			continue;
		struct cover_page *p = file_page(m, (uint32_t)no * 64);
		p->known |= word;
		p->hit |= word;
		if (m->context != MAP_NONE)
			context_page(m, (uint32_t)no)->hit |= word;
	}
}

static void put_excluded(struct cover_sink *sink, const uint32_t *lines, size_t n)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	for (size_t i = 0; i < n; i++)
		if (lines[i] > 0 && lines[i] <= COVER_LINE_MAX)
			file_page(m, lines[i])->excluded |= (uint64_t)1 << lines[i] % 64;
}

static void mark_arc_line(struct cover_merge *m, int32_t line)
{
	if (line <= 0 || line > COVER_LINE_MAX)
		return;
	uint32_t number = (uint32_t)line;
	struct cover_page *p = file_page(m, number);
	p->known |= (uint64_t)1 << number % 64;
	p->hit |= (uint64_t)1 << number % 64;
	if (m->context != MAP_NONE)
		context_page(m, number / 64)->hit |= (uint64_t)1 << number % 64;
}

static void put_arcs(struct cover_sink *sink, const struct cover_arc *arcs, size_t n)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	m->branch = true;
	for (size_t i = 0; i < n; i++) {
		mark_arc_line(m, arcs[i].from);
		mark_arc_line(m, arcs[i].to);
		cover_arcs_add(&m->files[m->file].arcs, arcs[i].from, arcs[i].to);
	}
}

static int by_branch(const void *a, const void *b)
{
	const struct cover_branch *x = a, *y = b;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return (x->way > y->way) - (x->way < y->way);
}

static void add_branch(void *to, const void *from)
{
	struct cover_branch *t = to;
	const struct cover_branch *f = from;
	if (t->taken == COVER_UNREACHED)
		t->taken = f->taken;
	else if (f->taken != COVER_UNREACHED)
		t->taken = add_count(t->taken, f->taken);
}

static int by_function(const void *a, const void *b)
{
	const struct cover_function *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return str_compare(x->name, y->name);
}

static void add_function(void *to, const void *from)
{
	struct cover_function *t = to;
	const struct cover_function *f = from;
	t->hits = add_count(t->hits, f->hits);
	if (f->last > t->last)
		t->last = f->last;
}

struct tally_kind {
	size_t bytes;
	int (*compare)(const void *a, const void *b);
	void (*add)(void *to, const void *from);
};
static const struct tally_kind branch_kind = {sizeof(struct cover_branch), by_branch, add_branch};
static const struct tally_kind function_kind = {sizeof(struct cover_function), by_function, add_function};

/* Sorts, and makes one of those that are the same. */
static void tally_fold(struct cover_tally *t, const struct tally_kind *kind)
{
	if (t->n_sorted == t->n)
		return;
	qsort(t->items, t->n, kind->bytes, kind->compare);
	size_t kept = 0;
	for (size_t i = 1; i < t->n; i++) {
		char *last = t->items + kept * kind->bytes, *item = t->items + i * kind->bytes;
		if (kind->compare(last, item) == 0)
			kind->add(last, item);
		else if (++kept != i)
			memcpy(last + kind->bytes, item, kind->bytes);
	}
	t->n = t->n_sorted = kept + 1;
	t->cursor = 0;
}

/*
 * Files of one program tell their items in the same order each time: the cursor meets them there. What it
 * does not meet goes to the end, and is sorted in when as much has gathered there as was sorted.
 */
static bool tally_meets(struct cover_tally *t, const struct tally_kind *kind, const void *item)
{
	for (size_t tries = 0; tries < 2; tries++) {
		if (t->cursor < t->n_sorted) {
			char *at = t->items + t->cursor * kind->bytes;
			if (kind->compare(at, item) == 0) {
				kind->add(at, item);
				t->cursor++;
				return true;
			}
		}
		t->cursor = 0;
	}
	char *at = t->n_sorted ? bsearch(item, t->items, t->n_sorted, kind->bytes, kind->compare) : NULL;
	if (!at)
		return false;
	kind->add(at, item);
	t->cursor = (size_t)(at - t->items) / kind->bytes + 1;
	return true;
}

static void *tally_new(struct cover_tally *t, const struct tally_kind *kind)
{
	if (t->n - t->n_sorted > t->n_sorted + 64)
		tally_fold(t, kind);
	t->items = vec_grow(t->items, t->n, &t->cap, kind->bytes);
	return t->items + t->n++ * kind->bytes;
}

static void put_branches(struct cover_sink *sink, const struct cover_branch *branches, size_t n, bool targets)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	struct cover_gather *g = &m->files[m->file];
	m->branch = true;
	struct cover_tally *t = &g->branches[targets];
	for (size_t i = 0; i < n; i++) {
		if (branches[i].line == 0 || branches[i].line > COVER_LINE_MAX)
			continue;
		if (!tally_meets(t, &branch_kind, &branches[i]))
			*(struct cover_branch *)tally_new(t, &branch_kind) = branches[i];
	}
}

static void put_functions(struct cover_sink *sink, const struct cover_function *functions, size_t n)
{
	struct cover_merge *m = (struct cover_merge *)sink;
	if (m->file == MAP_NONE)
		return;
	struct cover_tally *t = &m->files[m->file].functions;
	for (size_t i = 0; i < n; i++) {
		if (functions[i].first > COVER_LINE_MAX || functions[i].last > COVER_LINE_MAX ||
		    tally_meets(t, &function_kind, &functions[i]))
			continue;
		struct cover_function *f = tally_new(t, &function_kind);
		*f = functions[i];
		f->name = arena_str(m->arena, f->name);
	}
}

void cover_merge_init(struct cover_merge *m, struct arena *arena,
		      struct str (*where)(void *ctx, struct str path), void *ctx)
{
	*m = (struct cover_merge){
	    .sink = {.file = put_file,
		     .context = put_context,
		     .lines = put_lines,
		     .line_bits = put_line_bits,
		     .excluded = put_excluded,
		     .branches = put_branches,
		     .arcs = put_arcs,
		     .functions = put_functions},
	    .arena = arena,
	    .where = where,
	    .ctx = ctx,
	    .file = MAP_NONE,
	    .page = MAP_NONE,
	    .context = MAP_NONE,
	    .context_page = MAP_NONE,
	};
	name_id(m, STR(""));
}

void cover_merge_free(struct cover_merge *m)
{
	for (size_t i = 0; i < m->n_files; i++) {
		cover_arcs_free(&m->files[i].arcs);
		vec_free(m->files[i].branches[0].items);
		vec_free(m->files[i].branches[1].items);
		vec_free(m->files[i].functions.items);
	}
	vec_free(m->files);
	vec_free(m->pages);
	vec_free(m->contexts);
	vec_free(m->names);
	map_free(&m->told);
	map_free(&m->paths);
	map_free(&m->page_at);
	map_free(&m->context_at);
	map_free(&m->name_at);
	*m = (struct cover_merge){0};
}

void cover_gather_fold(struct cover_gather *g)
{
	tally_fold(&g->branches[0], &branch_kind);
	tally_fold(&g->branches[1], &branch_kind);
	tally_fold(&g->functions, &function_kind);
}
