#include "record/cover_map.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct file {
	const struct cover_map_file *entry;
	uint64_t at; /* its offset */
	const uint8_t *arcs;
	const uint8_t *lines;
	struct str path;
};

struct chunk {
	uint64_t file;
	struct str context;
	const uint8_t *bits;
	uint64_t n_bytes;
};

struct reading {
	struct str bytes;
	struct cover_sink *sink;
	struct cover_map_stats *stats;
	struct arena arena, scratch; /* scratch: for one file */
	uint64_t claimed;            /* bytes of the entries so far: honest ones do not overlap */
	struct file *files;
	size_t n_files;
	struct chunk *chunks;
	size_t n_chunks;
	bool stat; /* look at the sources */
};

static bool claim(struct reading *r, uint64_t n)
{
	if (n > r->bytes.n - r->claimed)
		return false;
	r->claimed += n;
	return true;
}

static const char no_sha256[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* n bytes at an offset, or NULL when they are not there. */
static const void *at(const struct reading *r, uint64_t offset, uint64_t n)
{
	if (offset % 8 || offset < sizeof(struct cover_map) || offset > r->bytes.n || n > r->bytes.n - offset)
		return NULL;
	return r->bytes.at + offset;
}

static bool find_file(struct reading *r, uint64_t offset, struct file *ret)
{
	const struct cover_map_file *f = at(r, offset, sizeof(*f));
	if (!f || f->n_lines > COVER_LINE_MAX || f->n_arcs > COVER_LINE_MAX || !f->path_bytes)
		return false;
	uint64_t n = sizeof(*f) + f->n_arcs * (uint64_t)8 + f->n_lines + f->path_bytes;
	if (!at(r, offset, n) || !claim(r, n))
		return false;
	const uint8_t *bytes = (const uint8_t *)(f + 1);
	*ret = (struct file){.entry = f, .at = offset, .arcs = bytes, .lines = bytes + f->n_arcs * (size_t)8};
	ret->path = (struct str){(const char *)ret->lines + f->n_lines, f->path_bytes};
	return str_find(ret->path, 0) == ret->path.n;
}

static int by_path(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	int order = str_compare(x->path, y->path);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void find_files(struct reading *r, const struct cover_map *map)
{
	const uint64_t *slots = at(r, map->slots, map->n_slots * (uint64_t)8);
	if (!slots) {
		r->stats->torn++;
		return;
	}
	for (uint32_t i = 0; i < map->n_slots; i++)
		r->n_files += slots[i] != 0;
	r->files = arena_array(&r->arena, struct file, r->n_files);
	r->n_files = 0;
	for (uint32_t i = 0; i < map->n_slots; i++) {
		if (!slots[i])
			continue;
		if (find_file(r, slots[i], &r->files[r->n_files]))
			r->n_files++;
		else
			r->stats->torn++;
	}
	qsort(r->files, r->n_files, sizeof(*r->files), by_path);
}

static int by_file_and_context(const void *a, const void *b)
{
	const struct chunk *x = a, *y = b;
	if (x->file != y->file)
		return x->file > y->file ? 1 : -1;
	int order = str_compare(x->context, y->context);
	return order ? order : (x->bits > y->bits) - (x->bits < y->bits);
}

static bool find_chunk(struct reading *r, const struct cover_map_chunk *c, struct chunk *ret)
{
	const struct cover_map_context *name = at(r, c->context, sizeof(*name));
	if (!name || c->n_bytes > COVER_LINE_MAX / 8 || name->name_bytes > r->bytes.n ||
	    !at(r, c->context, sizeof(*name) + name->name_bytes))
		return false;
	uint64_t offset = (uint64_t)((const char *)c - r->bytes.at);
	if (!at(r, offset, sizeof(*c) + c->n_bytes) || !claim(r, sizeof(*c) + c->n_bytes))
		return false;
	*ret = (struct chunk){.file = c->file,
			      .context = {(const char *)(name + 1), name->name_bytes},
			      .bits = (const uint8_t *)(c + 1),
			      .n_bytes = c->n_bytes};
	return true;
}

/* The list may be torn or run in a circle: it has at most as many items as there is room for. */
static void find_chunks(struct reading *r, const struct cover_map *map)
{
	size_t most = r->bytes.n / sizeof(struct cover_map_chunk), n = 0;
	const struct cover_map_chunk *c;
	for (uint64_t o = map->chunks; o && n < most && (c = at(r, o, sizeof(*c))); o = c->next)
		n++;
	r->chunks = arena_array(&r->arena, struct chunk, n);
	uint64_t o = map->chunks;
	for (size_t i = 0; i < n; i++, o = c->next) {
		c = at(r, o, sizeof(*c));
		if (find_chunk(r, c, &r->chunks[r->n_chunks]))
			r->n_chunks++;
		else
			r->stats->torn++;
	}
	r->stats->torn += o != 0;
	qsort(r->chunks, r->n_chunks, sizeof(*r->chunks), by_file_and_context);
}

static void tell_lines(struct reading *r, const struct file *f)
{
	size_t n = (f->entry->n_lines + (size_t)7) / 8;
	uint8_t *bits = arena_alloc(&r->scratch, n + 1);
	for (uint32_t i = 1; i < f->entry->n_lines; i++)
		bits[i / 8] |= (uint8_t)((f->lines[i] != 0) << i % 8);
	while (n && !bits[n - 1])
		n--;
	if (n)
		r->sink->line_bits(r->sink, bits, n);
}

static bool is_line(int32_t n)
{
	return n != 0 && n <= COVER_LINE_MAX && n >= -COVER_LINE_MAX;
}

static void tell_arcs(struct reading *r, const struct file *f)
{
	struct cover_arc *arcs = arena_array(&r->scratch, struct cover_arc, f->entry->n_arcs);
	size_t n = 0;
	for (uint32_t i = 0; i < f->entry->n_arcs; i++) {
		uint64_t word;
		memcpy(&word, f->arcs + i * (size_t)8, sizeof(word));
		if (!word)
			continue;
		struct cover_arc arc = {(int32_t)(uint32_t)(word >> 32), (int32_t)(uint32_t)word};
		if (is_line(arc.from) && is_line(arc.to))
			arcs[n++] = arc;
		else
			r->stats->torn++;
	}
	if (n)
		r->sink->arcs(r->sink, arcs, n);
}

static int by_offset(const void *key, const void *item)
{
	const uint64_t *file = key;
	const struct chunk *c = item;
	return *file < c->file ? -1 : *file > c->file;
}

static void tell_contexts(struct reading *r, const struct file *f)
{
	const struct chunk *c =
	    r->n_chunks ? bsearch(&f->at, r->chunks, r->n_chunks, sizeof(*c), by_offset) : NULL;
	if (!c)
		return;
	while (c > r->chunks && c[-1].file == f->at)
		c--;
	for (; c < r->chunks + r->n_chunks && c->file == f->at; c++) {
		uint64_t n = (f->entry->n_lines + (uint64_t)7) / 8;
		if (n > c->n_bytes)
			n = c->n_bytes;
		r->sink->context(r->sink, c->context);
		if (n)
			r->sink->line_bits(r->sink, c->bits, n);
	}
}

static bool is_changed(struct reading *r, const struct file *f)
{
	struct stat st;
	if (!r->stat || (!f->entry->size_bytes && !f->entry->mtime_ns))
		return false;
	if (stat(arena_copy(&r->scratch, f->path), &st) < 0)
		return true;
	return (uint64_t)st.st_size != f->entry->size_bytes ||
	       (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec != f->entry->mtime_ns;
}

static void tell_file(struct reading *r, const struct file *f)
{
	arena_reset(&r->scratch);
	struct cover_source source = {.path = f->path, .language = COVER_PYTHON, .raw = true};
	if (is_changed(r, f)) {
		source.sha256 = (struct str){no_sha256, sizeof(no_sha256) - 1};
		r->stats->changed++;
	}
	r->sink->file(r->sink, &source);
	tell_lines(r, f);
	tell_arcs(r, f);
	tell_contexts(r, f);
}

static int tell(struct str bytes, struct cover_sink *sink, struct cover_map_stats *ret, bool stat,
		struct err *e)
{
	struct cover_map map;
	*ret = (struct cover_map_stats){0};
	if (bytes.n < sizeof(map))
		return err_format(e, "it is no coverage map of fettle: too short");
	memcpy(&map, bytes.at, sizeof(map));
	if (map.magic != COVER_MAP_MAGIC)
		return err_format(e, "it is no coverage map of fettle");
	if (map.version != COVER_MAP_VERSION)
		return err_format(e, "the map has version %u; this fettle reads %d", map.version,
				  COVER_MAP_VERSION);
	ret->flags = map.flags;
	ret->lost_files = map.lost_files;
	ret->lost_lines = map.lost_lines;
	ret->lost_arcs = map.lost_arcs;
	ret->lost_contexts = map.lost_contexts;
	memcpy(ret->processes, map.processes, sizeof(ret->processes));
	ret->python_minor = map.python_minor;
	ret->used_bytes = bytes.n;
	struct reading r = {.bytes = bytes, .sink = sink, .stats = ret, .stat = stat};
	find_files(&r, &map);
	find_chunks(&r, &map);
	ret->n_files = (uint32_t)r.n_files;
	for (size_t i = 0; i < r.n_files; i++)
		tell_file(&r, &r.files[i]);
	arena_free(&r.scratch);
	arena_free(&r.arena);
	return 0;
}

int cover_map_tell(struct str bytes, struct cover_sink *sink, struct cover_map_stats *ret, struct err *e)
{
	return tell(bytes, sink, ret, false, e);
}

/* As much of the file as the heap has used; less when it is shorter than it says. */
static int take(const char *path, int fd, struct buf *ret, struct err *e)
{
	struct cover_map map = {0};
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "cannot open '%s'", path);
	ssize_t n = pread(fd, &map, sizeof(map), 0);
	uint64_t want =
	    n == (ssize_t)sizeof(map) && map.used < (uint64_t)st.st_size ? map.used : (uint64_t)st.st_size;
	if (want > COVER_MAP_BYTES)
		return err_format(e, "'%s' is too large for a coverage map", path);
	char *room = buf_room(ret, want);
	while (ret->n < want && (n = pread(fd, room + ret->n, want - ret->n, (off_t)ret->n)) > 0)
		ret->n += (size_t)n;
	return n < 0 ? err_sys(e, "cannot read '%s'", path) : 0;
}

int cover_map_read(const char *path, struct cover_sink *sink, struct cover_map_stats *ret, struct err *e)
{
	struct buf bytes = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = take(path, fd, &bytes, e);
	if (rc == 0 && tell(buf_view(&bytes), sink, ret, true, e) < 0)
		rc = err_wrap(e, "cannot read '%s'", path);
	buf_free(&bytes);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
