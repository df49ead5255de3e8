#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_blocks.h"
#include "cover_in/cover_file.h"
#include "cover_in/cover_readers.h"

/* Sizes of the fixed parts, and where their fields stand; numbers are little-endian. */
enum {
	META_HEADER = 56,
	META_LENGTH = 8,
	META_PACKAGES = 16,
	META_HASH = 24,
	META_MODE = 48,
	META_GRANULARITY = 49,
	PACKAGE_HEADER = 44,
	PACKAGE_FILES = 36,
	PACKAGE_FUNCTIONS = 40,
	COUNTER_HEADER = 32,
	COUNTER_HASH = 8,
	COUNTER_FLAVOUR = 24,
	COUNTER_BIG = 25,
	SEGMENT_HEADER = 16,
	FOOTER = 16,
	HASH = 16,
	MODE_SET = 1,
	PER_FUNCTION = 2,
	FLAVOUR_RAW = 1,
	FLAVOUR_ULEB = 2,
};

struct go_function {
	struct str name, file;
	bool literal;
	struct cover_block *units; /* hits: the sum of what was read */
	uint32_t n_units, n_counters;
	uint32_t *statements; /* of each unit */
};

struct go_package {
	struct go_function *functions;
	uint32_t n_functions;
};

struct go_meta {
	char hash[HASH];
	char *path;
	bool set, per_function;
	struct go_package *packages;
	uint32_t n_packages;
	struct go_meta *next;
};

/* Counters whose covmeta file was not there when they were read. */
struct go_waiting {
	struct str bytes;
	char *path;
	struct go_waiting *next;
};

struct cover_gocov {
	struct arena arena;
	struct go_meta *metas, **last_meta;
	struct go_waiting *waiting, **last_waiting;
};

/* Bytes that are taken from the front; bad once they did not suffice. */
struct bytes {
	const unsigned char *start, *at, *end;
	bool bad;
};

static const unsigned char *take(struct bytes *b, uint64_t n)
{
	if (b->bad || n > (uint64_t)(b->end - b->at)) {
		b->bad = true;
		return NULL;
	}
	b->at += n;
	return b->at - n;
}

static uint64_t take_le(struct bytes *b, unsigned n)
{
	const unsigned char *p = take(b, n);
	uint64_t v = 0;
	for (unsigned i = 0; p && i < n; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

static uint64_t take_uleb(struct bytes *b)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		const unsigned char *p = take(b, 1);
		if (!p)
			return 0;
		v |= (uint64_t)(*p & 0x7f) << shift;
		if (!(*p & 0x80))
			return v;
	}
	b->bad = true;
	return 0;
}

static struct bytes from(struct str s, uint64_t offset)
{
	const unsigned char *p = (const unsigned char *)s.at;
	return offset > s.n ? (struct bytes){p, p, p, true} : (struct bytes){p, p + offset, p + s.n, false};
}

static struct cover_gocov *house(struct cover_read *r)
{
	if (!r->gocov) {
		r->gocov = mem_alloc(sizeof(*r->gocov));
		*r->gocov = (struct cover_gocov){0};
		r->gocov->last_meta = &r->gocov->metas;
		r->gocov->last_waiting = &r->gocov->waiting;
	}
	return r->gocov;
}

static int bad(struct err *e, const char *path, const char *what)
{
	return err_format(e, "cannot read '%s': %s", path, what);
}

struct strings {
	struct str *all;
	uint64_t n;
};

static struct str string_at(const struct strings *s, uint64_t i, bool *ret_bad)
{
	if (i >= s->n) {
		*ret_bad = true;
		return STR_NONE;
	}
	return s->all[i];
}

/* A table of strings: how many, then each with its length in front. */
static struct strings take_strings(struct bytes *b, struct arena *a)
{
	struct strings s = {.n = take_uleb(b)};
	if (b->bad || s.n > (uint64_t)(b->end - b->at)) {
		b->bad = true;
		return (struct strings){0};
	}
	s.all = arena_array(a, struct str, s.n);
	for (uint64_t i = 0; i < s.n; i++) {
		uint64_t n = take_uleb(b);
		s.all[i].at = (const char *)take(b, n);
		s.all[i].n = s.all[i].at ? n : 0;
	}
	return s;
}

static const char *take_unit(struct bytes *b, struct go_function *f, uint32_t i)
{
	uint64_t v[5];
	for (int k = 0; k < 5; k++) {
		v[k] = take_uleb(b);
		b->bad |= v[k] > UINT32_MAX;
	}
	if (b->bad)
		return "damaged";
	f->units[i] = (struct cover_block){(uint32_t)v[0], (uint32_t)v[1], (uint32_t)v[2], (uint32_t)v[3], 0};
	f->statements[i] = (uint32_t)v[4];
	return cover_block_fault(&f->units[i]);
}

static const char *take_function(struct bytes *b, const struct strings *strings, bool per_function,
				 struct arena *a, struct go_function *f)
{
	uint64_t n_units = take_uleb(b);
	f->name = string_at(strings, take_uleb(b), &b->bad);
	f->file = string_at(strings, take_uleb(b), &b->bad);
	if (b->bad || n_units > (uint64_t)(b->end - b->at) / 5)
		return "damaged";
	if (!tell_path_ok(f->file))
		return "a function without a usable file name";
	f->n_units = (uint32_t)n_units;
	f->n_counters = per_function ? 1 : f->n_units;
	f->units = arena_array(a, struct cover_block, n_units);
	f->statements = arena_array(a, uint32_t, n_units);
	for (uint32_t i = 0; i < f->n_units; i++) {
		const char *fault = take_unit(b, f, i);
		if (fault)
			return fault;
	}
	f->literal = take_uleb(b) != 0;
	return b->bad ? "damaged" : NULL;
}

/* One package: header, where its functions stand, its strings, its functions. */
static const char *take_package(struct str blob, bool per_function, struct arena *a, struct go_package *p)
{
	struct bytes at_count = from(blob, PACKAGE_FUNCTIONS);
	uint64_t n = take_le(&at_count, 4);
	struct bytes offsets = from(blob, PACKAGE_HEADER), table = from(blob, PACKAGE_HEADER + 4 * n);
	if (at_count.bad || table.bad)
		return "cut off";
	struct strings strings = take_strings(&table, a);
	if (table.bad)
		return "damaged";
	p->functions = arena_array(a, struct go_function, n);
	p->n_functions = (uint32_t)n;
	for (uint64_t i = 0; i < n; i++) {
		struct bytes b = from(blob, take_le(&offsets, 4));
		const char *fault = take_function(&b, &strings, per_function, a, &p->functions[i]);
		if (fault)
			return fault;
	}
	return NULL;
}

static struct go_meta *find_meta(const struct cover_gocov *g, const char *hash)
{
	struct go_meta *m = g->metas;
	while (m && memcmp(m->hash, hash, HASH) != 0)
		m = m->next;
	return m;
}

static const char *take_meta(struct cover_gocov *g, struct str bytes, struct go_meta *m)
{
	struct bytes b = from(bytes, 4);
	uint64_t version = take_le(&b, 4), length = take_le(&b, 8), n = take_le(&b, 8);
	if (bytes.n < META_HEADER || length > bytes.n || n > bytes.n / 16)
		return "cut off";
	if (version != 1)
		return "a version of Go's coverage data that is not known here; give the output of 'go tool covdata textfmt'";
	memcpy(m->hash, bytes.at + META_HASH, HASH);
	m->set = bytes.at[META_MODE] == MODE_SET;
	m->per_function = bytes.at[META_GRANULARITY] == PER_FUNCTION;
	m->packages = arena_array(&g->arena, struct go_package, n);
	m->n_packages = (uint32_t)n;
	struct bytes offsets = from(bytes, META_HEADER), lengths = from(bytes, META_HEADER + 8 * n);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t offset = take_le(&offsets, 8), size = take_le(&lengths, 8);
		if (lengths.bad || offset > bytes.n || size > bytes.n - offset)
			return "cut off";
		const char *fault =
		    take_package(str_cut(bytes, offset, size), m->per_function, &g->arena, &m->packages[i]);
		if (fault)
			return fault;
	}
	return NULL;
}

int cover_gocov_meta(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct cover_gocov *g = house(r);
	if (bytes.n >= META_HEADER && find_meta(g, bytes.at + META_HASH))
		return 0;
	struct go_meta *m = arena_new(&g->arena, struct go_meta);
	const char *fault = take_meta(g, arena_str(&g->arena, bytes), m);
	if (fault)
		return bad(e, path, fault);
	m->path = arena_copy(&g->arena, str_of(path));
	*g->last_meta = m;
	g->last_meta = &m->next;
	return 0;
}

static uint32_t add(uint32_t a, uint32_t b)
{
	return b < COVER_COUNT_MAX - a ? a + b : COVER_COUNT_MAX;
}

/* The counters of one function; added only when `apply` says so. */
static bool take_counters(struct bytes *b, uint64_t (*number)(struct bytes *), struct go_meta *m, bool apply)
{
	uint64_t n = number(b), package = number(b), function = number(b);
	if (b->bad || package >= m->n_packages || function >= m->packages[package].n_functions)
		return false;
	struct go_function *f = &m->packages[package].functions[function];
	if (n != f->n_counters)
		return false;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t count = number(b);
		uint32_t hits = count > COVER_COUNT_MAX ? COVER_COUNT_MAX : (uint32_t)count;
		for (uint64_t k = i; apply && k < (m->per_function ? f->n_units : i + 1); k++)
			f->units[k].hits = add(f->units[k].hits, hits);
	}
	return !b->bad;
}

static uint64_t number_le(struct bytes *b)
{
	return take_le(b, 4);
}

static uint64_t number_be(struct bytes *b)
{
	return __builtin_bswap32((uint32_t)take_le(b, 4));
}

static const char *walk_counters(struct str bytes, struct go_meta *m, bool apply)
{
	if (bytes.n < COUNTER_HEADER + SEGMENT_HEADER + FOOTER)
		return "cut off";
	struct bytes footer = from(bytes, bytes.n - FOOTER), b = from(bytes, COUNTER_HEADER);
	uint64_t (*number)(struct bytes *) = bytes.at[COUNTER_FLAVOUR] == FLAVOUR_ULEB ? take_uleb
					     : bytes.at[COUNTER_BIG]                   ? number_be
										       : number_le;
	if (memcmp(footer.at, "\0cwm", 4) != 0)
		return "cut off";
	footer.at += 8;
	for (uint64_t n_segments = take_le(&footer, 4); n_segments > 0; n_segments--) {
		uint64_t n = take_le(&b, 8), n_strings = take_le(&b, 4), n_args = take_le(&b, 4);
		(void)take(&b, n_strings + n_args);
		(void)take(&b, (4 - (uint64_t)(b.at - b.start) % 4) % 4);
		if (b.bad)
			return "cut off";
		for (; n > 0; n--)
			if (!take_counters(&b, number, m, apply))
				return "damaged, or not of the program that its covmeta file describes";
		(void)take(&b, FOOTER);
	}
	return b.bad ? "cut off" : NULL;
}

static int add_counters(struct go_meta *m, struct str bytes, const char *path, struct err *e)
{
	const char *fault = walk_counters(bytes, m, false);
	if (fault)
		return bad(e, path, fault);
	(void)walk_counters(bytes, m, true);
	return 0;
}

/* Reads the covmeta file of these counters where it lies in the same folder; without one *ret is NULL. */
static int look_beside(struct cover_read *r, const char *hash, const char *path, struct go_meta **ret,
		       struct err *e)
{
	struct cover_gocov *g = house(r);
	struct str whole = str_of(path), bytes;
	size_t slash = str_find_last(whole, '/');
	char name[2 * HASH + 1];
	char *buffer = NULL;
	size_t cap = 0;
	struct err none;
	int fault = 0;
	for (int i = 0; i < HASH; i++)
		(void)snprintf(name + 2 * (size_t)i, 3, "%02x", (unsigned)(unsigned char)hash[i]);
	char *meta =
	    arena_printf(&g->arena, "%.*scovmeta.%s", (int)(slash < whole.n ? slash + 1 : 0), path, name);
	if (cover_file_read(meta, &buffer, &cap, &bytes, &none) == 0 &&
	    str_starts(str_cut(bytes, 1, 3), "cvm"))
		fault = cover_gocov_meta(r, bytes, meta, e);
	mem_free(buffer);
	*ret = find_meta(g, hash);
	return fault;
}

int cover_gocov_counters(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct cover_gocov *g = house(r);
	struct bytes b = from(bytes, 4);
	uint64_t version = take_le(&b, 4);
	if (bytes.n < COUNTER_HEADER)
		return bad(e, path, "cut off");
	char flavour = bytes.at[COUNTER_FLAVOUR];
	if (version != 1 || (flavour != FLAVOUR_RAW && flavour != FLAVOUR_ULEB))
		return bad(
		    e, path,
		    "a version of Go's coverage data that is not known here; give the output of 'go tool covdata textfmt'");
	struct go_meta *m = find_meta(g, bytes.at + COUNTER_HASH);
	if (!m && look_beside(r, bytes.at + COUNTER_HASH, path, &m, e) < 0)
		return e->fault;
	if (m)
		return add_counters(m, bytes, path, e);
	struct go_waiting *w = arena_new(&g->arena, struct go_waiting);
	*w = (struct go_waiting){arena_str(&g->arena, bytes), arena_copy(&g->arena, str_of(path)), NULL};
	*g->last_waiting = w;
	g->last_waiting = &w->next;
	return 0;
}

/* Blocks and functions of one source file. */
struct go_source {
	struct str path;
	struct cover_block *blocks;
	size_t n, cap;
	const struct go_function **functions;
	size_t n_functions, cap_functions;
};

static void gather(struct go_source *s, const struct go_function *f, bool set)
{
	size_t n_before = s->n;
	for (uint32_t i = 0; i < f->n_units; i++) {
		if (!f->statements[i])
			continue;
		s->blocks = mem_grow(s->blocks, s->n, &s->cap, sizeof(*s->blocks));
		s->blocks[s->n] = f->units[i];
		if (set)
			s->blocks[s->n].hits = f->units[i].hits > 0;
		s->n++;
	}
	if (f->literal || s->n == n_before)
		return;
	s->functions =
	    mem_grow(s->functions, s->n_functions, &s->cap_functions, sizeof(struct go_function *));
	s->functions[s->n_functions++] = f;
}

static void tell_functions(struct cover_tell *t, const struct go_source *s, bool set)
{
	for (size_t i = 0; i < s->n_functions; i++) {
		const struct go_function *f = s->functions[i];
		uint32_t last = 0, hits = f->units[0].hits;
		for (uint32_t k = 0; k < f->n_units; k++)
			last = f->units[k].last > last ? f->units[k].last : last;
		(void)tell_function(t, f->name, f->units[0].first, last, set ? hits > 0 : hits);
	}
}

struct go_sources {
	struct go_source *all;
	size_t n, cap;
	struct map by_path;
};

static struct go_source *source_of(struct go_sources *s, struct str path)
{
	uint32_t *at = map_at(&s->by_path, path);
	if (*at == MAP_NONE) {
		s->all = mem_grow(s->all, s->n, &s->cap, sizeof(*s->all));
		s->all[s->n] = (struct go_source){.path = path};
		*at = (uint32_t)s->n++;
	}
	return s->all + *at;
}

static void tell_sources(struct cover_read *r, struct go_sources *s, bool set)
{
	struct arena scratch = {0};
	for (size_t i = 0; s->all && i < s->n; i++) {
		tell_begin(r->tell, s->all[i].path);
		tell_functions(r->tell, &s->all[i], set);
		cover_blocks_tell(r->tell, s->all[i].blocks, s->all[i].n, &scratch);
		tell_end(r->tell);
		arena_reset(&scratch);
		mem_free(s->all[i].blocks);
		mem_free(s->all[i].functions);
	}
	arena_free(&scratch);
	mem_free(s->all);
	map_free(&s->by_path);
}

static void tell_package(struct cover_read *r, const struct go_package *p, bool set)
{
	struct go_sources sources = {0};
	for (uint32_t i = 0; i < p->n_functions; i++) {
		struct go_source *s = source_of(&sources, p->functions[i].file);
		if (s)
			gather(s, &p->functions[i], set);
	}
	tell_sources(r, &sources, set);
}

void cover_gocov_end(struct cover_read *r)
{
	struct cover_gocov *g = r->gocov;
	if (!g)
		return;
	for (struct go_waiting *w = g->waiting; w; w = w->next) {
		struct go_meta *m = find_meta(g, w->bytes.at + COUNTER_HASH);
		struct err e;
		int fault =
		    m ? add_counters(m, w->bytes, w->path, &e)
		      : bad(&e, w->path, "its covmeta file is not there, which says what the counters count");
		if (fault < 0 && r->host && r->host->bad)
			r->host->bad(r->host, &e);
	}
	for (const struct go_meta *m = g->metas; m; m = m->next)
		for (uint32_t i = 0; i < m->n_packages; i++)
			tell_package(r, &m->packages[i], m->set);
	cover_gocov_free(r);
}

void cover_gocov_free(struct cover_read *r)
{
	if (!r->gocov)
		return;
	arena_free(&r->gocov->arena);
	mem_free(r->gocov);
	r->gocov = NULL;
}
