#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_blocks.h"
#include "cover_in/cover_readers.h"

/* Blocks of one source file. */
struct go_file {
	struct str path;
	struct cover_block *blocks;
	size_t n, cap;
};

struct go {
	struct cover_read *r;
	struct go_file *files;
	size_t n_files, cap_files;
	struct map by_path;
	size_t current; /* lines of one file mostly stand together */
	bool set;       /* counts say only whether */
};

static struct go_file *file_of(struct go *g, struct str path)
{
	if (g->n_files && str_eq(g->files[g->current].path, path))
		return &g->files[g->current];
	uint32_t *at = map_at(&g->by_path, path);
	if (*at == MAP_NONE) {
		g->files = mem_grow(g->files, g->n_files, &g->cap_files, sizeof(*g->files));
		g->files[g->n_files] = (struct go_file){.path = path};
		*at = (uint32_t)g->n_files++;
	}
	g->current = *at;
	return &g->files[*at];
}

static bool take_number(const char **p, const char *end, char behind, uint64_t *ret)
{
	const char *q = *p;
	uint64_t v = 0;
	for (; q < end && *q >= '0' && *q <= '9'; q++)
		v = v < UINT64_MAX / 16 ? v * 10 + (unsigned)(*q - '0') : UINT64_MAX / 16;
	if (q == *p || (behind ? q == end || *q != behind : q != end))
		return false;
	*p = q + (behind != 0);
	*ret = v;
	return true;
}

static uint32_t clip(uint64_t v)
{
	return v > COVER_COUNT_MAX ? COVER_COUNT_MAX : (uint32_t)v;
}

/* path:line.column,line.column statements count */
static const char *take_line(struct go *g, struct str s)
{
	static const char what[] = "not of the form FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT";
	uint64_t v[6];
	static const char behind[6] = {'.', ',', '.', ' ', ' ', 0};
	size_t colon = str_find_last(s, ':');
	struct str path = str_cut(s, 0, colon);
	const char *p = s.at + colon + 1, *end = s.at + s.n;
	if (colon == s.n)
		return what;
	if (!tell_path_ok(path))
		return "no usable file name";
	for (int i = 0; i < 6; i++)
		if (!take_number(&p, end, behind[i], &v[i]))
			return what;
	struct cover_block b = {clip(v[0]), clip(v[1]), clip(v[2]), clip(v[3]), clip(v[5])};
	const char *fault = cover_block_fault(&b);
	if (fault)
		return fault;
	struct go_file *f = file_of(g, path);
	if (v[4] == 0) /* no statement: nothing to cover */
		return NULL;
	if (g->set)
		b.hits = b.hits > 0;
	f->blocks = mem_grow(f->blocks, f->n, &f->cap, sizeof(*f->blocks));
	f->blocks[f->n++] = b;
	return NULL;
}

/* mode: set|count|atomic; it comes again where profiles were put behind each other. */
static const char *take_mode(struct go *g, struct str mode)
{
	g->set = str_is(mode, "set");
	return g->set || str_is(mode, "count") || str_is(mode, "atomic") ? NULL : "an unknown mode";
}

static void tell(struct go *g)
{
	struct arena scratch = {0};
	for (size_t i = 0; i < g->n_files; i++) {
		struct go_file *f = &g->files[i];
		tell_begin(g->r->tell, f->path);
		cover_blocks_tell(g->r->tell, f->blocks, f->n, &scratch);
		if (g->set)
			for (size_t k = 0; k < g->r->tell->n_lines; k++)
				g->r->tell->lines[k].hits = g->r->tell->lines[k].hits > 0;
		tell_end(g->r->tell);
		arena_reset(&scratch);
	}
	arena_free(&scratch);
}

/* What the profile says is known only at its end, as a block may come again: so it counts whole or not at
 * all. */
int cover_go_read(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct go g = {.r = r};
	struct str rest = bytes, line;
	unsigned long long number = 0;
	const char *what = NULL;
	while (!what && str_next(&rest, '\n', &line)) {
		number++;
		if (line.n && line.at[line.n - 1] == '\r')
			line.n--;
		if (str_starts(line, "mode: "))
			what = take_mode(&g, str_cut(line, 6, line.n));
		else if (line.n)
			what = take_line(&g, line);
		if (!what && !rest.at && line.n)
			what = "the last line has no end: cut off";
	}
	int fault = 0;
	if (what)
		fault = err_format(e, "cannot read '%s': line %llu: %s", path, number, what);
	else
		tell(&g);
	for (size_t i = 0; i < g.n_files; i++)
		mem_free(g.files[i].blocks);
	mem_free(g.files);
	map_free(&g.by_path);
	return fault;
}
