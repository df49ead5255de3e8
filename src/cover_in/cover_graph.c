#include "cover_in/cover_graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "cover_in/cover_tell.h"

uint32_t gcov_word(struct gcov_words *w)
{
	uint32_t v;
	if (w->bad || w->end - w->at < 4) {
		w->bad = true;
		return 0;
	}
	memcpy(&v, w->at, 4);
	w->at += 4;
	return w->swapped ? __builtin_bswap32(v) : v;
}

struct str gcov_text(struct gcov_words *w)
{
	uint64_t n = gcov_word(w), size = w->in_bytes ? n : 4 * n;
	if (w->bad || size > (uint64_t)(w->end - w->at)) {
		w->bad = true;
		return STR_NONE;
	}
	const char *at = (const char *)w->at;
	w->at += size;
	return size ? (struct str){at, strnlen(at, size)} : STR_NONE;
}

uint32_t gcov_record(struct gcov_words *w, int64_t *ret_bytes)
{
	uint32_t tag = gcov_word(w);
	int64_t length = (int32_t)gcov_word(w);
	*ret_bytes = w->in_bytes ? length : 4 * length;
	return tag;
}

/* "B22*" is 12.2: a letter for the tens, a digit, a digit for the minor number. */
static unsigned major_of(const char *version)
{
	if (version[0] < 'A' || version[0] > 'Z' || version[1] < '0' || version[1] > '9')
		return 0;
	return (unsigned)(version[0] - 'A') * 10 + (unsigned)(version[1] - '0');
}

bool gcov_open(struct str bytes, struct gcov_words *w, struct gcov_head *ret)
{
	const unsigned char *p = (const unsigned char *)bytes.at;
	*w = (struct gcov_words){.start = p, .at = p, .end = p + bytes.n};
	if (bytes.n < 12)
		return false;
	/* as a number of the writer's own byte order the magic reads "gcno" or "gcda" from the top */
	uint32_t magic = gcov_word(w);
	w->swapped = (magic >> 24) != 'g';
	uint32_t version = gcov_word(w);
	for (int i = 0; i < 4; i++)
		ret->version[i] = (char)(version >> (24 - 8 * i));
	ret->version[4] = 0;
	ret->major = major_of(ret->version);
	ret->stamp = gcov_word(w);
	w->in_bytes = ret->major >= 12;
	if (w->in_bytes)
		(void)gcov_word(w); /* a checksum; the functions' own ones are compared */
	return !w->bad;
}

/* While a .gcno is read: arrays that grow, moved into the arena function by function. */
struct graph {
	struct arena *a;
	struct gcov_object *o;
	struct map files; /* from path to index */
	size_t cap_files, cap_functions;
	struct gcov_function *f; /* being read; NULL: none yet */
	struct gcov_arc *arcs;
	struct gcov_location *locations;
	uint32_t *lines;
	size_t n_arcs, cap_arcs, n_locations, cap_locations, n_lines, cap_lines;
};

static uint32_t file_of(struct graph *g, struct str path)
{
	uint32_t *at = map_at(&g->files, path);
	if (*at == MAP_NONE) {
		g->o->files = mem_grow(g->o->files, g->o->n_files, &g->cap_files, sizeof(*g->o->files));
		g->o->files[g->o->n_files] = path;
		*at = g->o->n_files++;
	}
	return *at;
}

static void *moved(struct arena *a, const void *items, size_t n, size_t size)
{
	void *to = arena_alloc(a, n * size);
	if (n)
		memcpy(to, items, n * size);
	return to;
}

/* Groups the arcs by the block that they leave, keeping their order. */
static void order_arcs(struct graph *g, struct gcov_function *f)
{
	uint32_t at = 0;
	f->arcs = arena_array(g->a, struct gcov_arc, g->n_arcs);
	f->n_arcs = (uint32_t)g->n_arcs;
	for (size_t i = 0; i < g->n_arcs; i++)
		f->blocks[g->arcs[i].from].n_out++;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		f->blocks[b].first_out = at;
		at += f->blocks[b].n_out;
		f->blocks[b].n_out = 0;
	}
	for (size_t i = 0; i < g->n_arcs; i++) {
		struct gcov_block *b = &f->blocks[g->arcs[i].from];
		f->arcs[b->first_out + b->n_out++] = g->arcs[i];
		f->n_counters += !(g->arcs[i].flags & GCOV_ON_TREE);
	}
}

/* The function that was being read is complete. */
static void finish_function(struct graph *g)
{
	struct gcov_function *f = g->f;
	if (!f)
		return;
	order_arcs(g, f);
	f->counters = arena_array(g->a, int64_t, f->n_counters);
	f->locations = moved(g->a, g->locations, g->n_locations, sizeof(*g->locations));
	f->lines = moved(g->a, g->lines, g->n_lines, sizeof(*g->lines));
	f->n_locations = (uint32_t)g->n_locations;
	f->n_lines = (uint32_t)g->n_lines;
	g->n_arcs = g->n_locations = g->n_lines = 0;
	g->f = NULL;
}

static const char line_range[] = "a line number is out of range";

static const char *take_function(struct graph *g, struct gcov_words *w)
{
	finish_function(g);
	g->o->functions =
	    mem_grow(g->o->functions, g->o->n_functions, &g->cap_functions, sizeof(*g->o->functions));
	struct gcov_function *f = g->f = &g->o->functions[g->o->n_functions++];
	*f = (struct gcov_function){.ident = gcov_word(w)};
	f->line_checksum = gcov_word(w);
	f->flow_checksum = gcov_word(w);
	f->name = gcov_text(w);
	f->artificial = gcov_word(w) != 0;
	struct str path = gcov_text(w);
	f->first = gcov_word(w);
	(void)gcov_word(w); /* column */
	f->last = gcov_word(w);
	if (w->bad)
		return "damaged";
	if (!tell_path_ok(path))
		return "a function without a usable file name";
	if (f->first > COVER_LINE_MAX || f->last > COVER_LINE_MAX)
		return line_range;
	f->file = file_of(g, path);
	return NULL;
}

static const char *take_blocks(struct graph *g, struct gcov_words *w, uint64_t most)
{
	uint32_t n = gcov_word(w);
	/* each block but the last has an arc, each of which takes 8 bytes and more */
	if (w->bad || g->f->blocks || n < 2 || n > most)
		return "damaged";
	g->f->blocks = arena_array(g->a, struct gcov_block, n);
	g->f->n_blocks = n;
	return NULL;
}

static const char *take_arcs(struct graph *g, struct gcov_words *w)
{
	uint32_t from = gcov_word(w);
	if (w->bad || from >= g->f->n_blocks)
		return "damaged";
	while (w->end - w->at >= 8) {
		struct gcov_arc arc = {.from = from, .to = gcov_word(w)};
		arc.flags = gcov_word(w);
		if (arc.to >= g->f->n_blocks || g->n_arcs >= UINT32_MAX)
			return "damaged";
		g->arcs = mem_grow(g->arcs, g->n_arcs, &g->cap_arcs, sizeof(*g->arcs));
		g->arcs[g->n_arcs++] = arc;
	}
	return NULL;
}

static int by_number(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

static void finish_location(struct graph *g)
{
	struct gcov_location *l = &g->locations[g->n_locations - 1];
	l->n_lines = (uint32_t)g->n_lines - l->first_line;
	qsort(g->lines + l->first_line, l->n_lines, sizeof(*g->lines), by_number);
}

/* A block, then lines; a 0 comes before the name of the file of the lines behind it, an empty one ends them.
 */
static const char *take_lines(struct graph *g, struct gcov_words *w)
{
	uint32_t block = gcov_word(w);
	bool open = false;
	if (w->bad || block >= g->f->n_blocks)
		return "damaged";
	for (;;) {
		uint32_t line = gcov_word(w);
		if (w->bad)
			return "damaged";
		if (line > COVER_LINE_MAX)
			return line_range;
		if (line) {
			if (!open)
				return "damaged";
			g->lines = mem_grow(g->lines, g->n_lines, &g->cap_lines, sizeof(*g->lines));
			g->lines[g->n_lines++] = line;
			continue;
		}
		if (open)
			finish_location(g);
		struct str path = gcov_text(w);
		if (w->bad || (path.n && !tell_path_ok(path)))
			return "damaged";
		if (!path.n)
			return NULL;
		g->locations =
		    mem_grow(g->locations, g->n_locations, &g->cap_locations, sizeof(*g->locations));
		g->locations[g->n_locations++] = (struct gcov_location){
		    .block = block, .file = file_of(g, path), .first_line = (uint32_t)g->n_lines};
		open = true;
	}
}

static const char *take_record(struct graph *g, uint32_t tag, struct gcov_words *w, uint64_t most_blocks)
{
	if (tag == GCOV_TAG_FUNCTION)
		return take_function(g, w);
	if (tag != GCOV_TAG_BLOCKS && tag != GCOV_TAG_ARCS && tag != GCOV_TAG_LINES)
		return NULL;
	if (!g->f || (tag != GCOV_TAG_BLOCKS && !g->f->blocks))
		return "damaged";
	return tag == GCOV_TAG_BLOCKS ? take_blocks(g, w, most_blocks)
	       : tag == GCOV_TAG_ARCS ? take_arcs(g, w)
				      : take_lines(g, w);
}

static const char *take_all(struct graph *g, struct gcov_words *w)
{
	g->o->folder = gcov_text(w);
	(void)gcov_word(w); /* whether blocks that never ran are marked */
	while (!w->bad && w->at < w->end) {
		int64_t n;
		uint32_t tag = gcov_record(w, &n);
		if (w->bad || n < 0 || n > w->end - w->at)
			return "cut off";
		if (tag == 0)
			break;
		struct gcov_words record = *w;
		record.end = w->at + n;
		const char *fault = take_record(g, tag, &record, (uint64_t)(w->end - w->at) / 8 + 2);
		if (fault)
			return fault;
		w->at += n;
	}
	if (w->bad)
		return "cut off";
	for (uint32_t i = 0; i < g->o->n_functions; i++)
		if (!g->o->functions[i].blocks)
			return "cut off";
	return NULL;
}

const char *gcov_object_read(struct gcov_words *w, struct arena *a, struct gcov_object *ret)
{
	struct graph g = {.a = a, .o = ret};
	*ret = (struct gcov_object){0};
	const char *fault = take_all(&g, w);
	if (!fault)
		finish_function(&g);
	struct str *files = ret->files;
	struct gcov_function *functions = ret->functions;
	ret->files = moved(a, files, ret->n_files, sizeof(*files));
	ret->functions = moved(a, functions, ret->n_functions, sizeof(*functions));
	mem_free(files);
	mem_free(functions);
	mem_free(g.arcs);
	mem_free(g.locations);
	mem_free(g.lines);
	map_free(&g.files);
	return fault;
}
