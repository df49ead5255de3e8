#include "cover_in/cover_btree.h"

#include <string.h>

enum {
	HEADER = 100, /* of the file, before the first page's own */
	INTERIOR = 5,
	LEAF = 13,
	DEPTH = 20, /* of a tree: a real one of this depth would not fit on a disk */
	UTF8 = 1,
};

static const char damaged[] = "a damaged SQLite file";

static uint32_t be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

enum btree_state btree_open(struct btree *b, struct str bytes, struct arena *arena)
{
	const unsigned char *p = (const unsigned char *)bytes.at;
	*b = (struct btree){.bytes = bytes, .arena = arena};
	if (bytes.n < HEADER)
		return BTREE_TORN;
	uint32_t size = be16(p + 16), n_pages = be32(p + 28);
	b->page_bytes = size == 1 ? 65536 : size;
	if (b->page_bytes < 512 || (b->page_bytes & (b->page_bytes - 1)) || p[18] > 2 || p[19] > 2 ||
	    be32(p + 56) > UTF8)
		return BTREE_OTHER;
	b->usable_bytes = b->page_bytes - p[20];
	b->n_pages = (uint32_t)(bytes.n / b->page_bytes);
	if (b->usable_bytes < 480)
		return BTREE_OTHER;
	/* the count of pages holds when the file was last written by a program that keeps it */
	if (n_pages && be32(p + 24) == be32(p + 92)) {
		if (n_pages > b->n_pages)
			return BTREE_TORN;
		return n_pages == b->n_pages ? BTREE_CLEAN : BTREE_OTHER;
	}
	return bytes.n % b->page_bytes ? BTREE_TORN : BTREE_OTHER;
}

static const unsigned char *long_varint(const unsigned char *p, const unsigned char *end, uint64_t *ret)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++) {
		if (p == end)
			return NULL;
		v = v << 7 | (*p & 0x7f);
		if (!(*p++ & 0x80)) {
			*ret = v;
			return p;
		}
	}
	if (p == end)
		return NULL;
	*ret = v << 8 | *p;
	return p + 1;
}

/* Up to nine bytes, seven bits each and eight of the last; NULL when the end comes first. */
static inline const unsigned char *varint(const unsigned char *p, const unsigned char *end, uint64_t *ret)
{
	if (p < end && *p < 0x80) {
		*ret = *p;
		return p + 1;
	}
	return long_varint(p, end, ret);
}

static inline int64_t integer(const unsigned char *p, unsigned n)
{
	if (n == 1)
		return (int8_t)*p;
	if (n == 2)
		return (int16_t)be16(p);
	uint64_t v = n && (*p & 0x80) ? UINT64_MAX : 0;
	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* The value of this type at p; how many bytes it takes. */
static uint64_t value_bytes(uint64_t type)
{
	static const unsigned char sizes[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
	return type < 12 ? sizes[type] : (type - 12) / 2;
}

/* Field by field: a struct that is put together and then copied stalls on its own stores. */
static inline void set_value(struct btree_value *v, const unsigned char *p, uint64_t type, uint64_t n)
{
	bool is_integer = (type >= 1 && type <= 6) || type == 8 || type == 9, is_bytes = type >= 12;
	v->v = type == 9;
	if (type >= 1 && type <= 6)
		v->v = integer(p, (unsigned)n);
	v->bytes.at = (const char *)p;
	v->bytes.n = is_bytes ? n : 0;
	v->is_integer = is_integer;
	v->is_bytes = is_bytes;
}

static const char *take_row(struct str payload, int64_t rowid, btree_row *row, void *to)
{
	struct btree_value values[BTREE_COLUMNS];
	const unsigned char *p = (const unsigned char *)payload.at, *end = p + payload.n, *data;
	uint64_t header, type;
	unsigned n = 0;
	const unsigned char *q = varint(p, end, &header);
	if (!q || header > payload.n || header < (uint64_t)(q - p))
		return damaged;
	data = p + header;
	for (const unsigned char *types_end = data; q < types_end;) {
		q = varint(q, types_end, &type);
		if (!q || n == BTREE_COLUMNS)
			return damaged;
		uint64_t size = value_bytes(type);
		if (size > (uint64_t)(end - data))
			return damaged;
		set_value(&values[n++], data, type, size);
		data += size;
	}
	while (n < BTREE_COLUMNS)
		set_value(&values[n++], data, 0, 0);
	return row(to, rowid, values);
}

static const unsigned char *page_at(struct btree *b, uint32_t number)
{
	if (number == 0 || number > b->n_pages || b->n_visits++ >= b->n_pages)
		return NULL;
	return (const unsigned char *)b->bytes.at + (size_t)(number - 1) * b->page_bytes;
}

/* The rest of a row that does not fit into its page stands in a chain of others. */
static const char *gather(struct btree *b, const unsigned char *local, uint32_t n_local, uint64_t size,
			  struct str *ret)
{
	uint64_t n = n_local;
	if (size > b->bytes.n)
		return damaged;
	uint32_t next = be32(local + n_local);
	char *to = arena_alloc(b->arena, size);
	memcpy(to, local, n_local);
	while (n < size) {
		const unsigned char *page = page_at(b, next);
		uint64_t piece = b->usable_bytes - 4 < size - n ? b->usable_bytes - 4 : size - n;
		if (!page)
			return damaged;
		memcpy(to + n, page + 4, piece);
		n += piece;
		next = be32(page);
	}
	*ret = (struct str){to, size};
	return NULL;
}

static const char *take_cell(struct btree *b, const unsigned char *cell, const unsigned char *end,
			     btree_row *row, void *to)
{
	uint64_t size, rowid;
	uint32_t usable = b->usable_bytes, most = usable - 35;
	const unsigned char *p = varint(cell, end, &size);
	p = p ? varint(p, end, &rowid) : NULL;
	if (!p)
		return damaged;
	struct str payload = {(const char *)p, size};
	if (size > most) {
		uint32_t least = (usable - 12) * 32 / 255 - 23;
		uint32_t n = least + (uint32_t)((size - least) % (usable - 4));
		n = n <= most ? n : least;
		if (n + 4 > (uint64_t)(end - p))
			return damaged;
		const char *fault = gather(b, p, n, size, &payload);
		if (fault)
			return fault;
	} else if (size > (uint64_t)(end - p)) {
		return damaged;
	}
	return take_row(payload, (int64_t)rowid, row, to);
}

/* An interior page's children; the last stands in the header. */
struct level {
	const unsigned char *page, *header;
	uint32_t n_cells, next;
};

static const char *take_leaf(struct btree *b, const struct level *l, btree_row *row, void *to)
{
	const unsigned char *pointers = l->header + 8, *end = l->page + b->usable_bytes;
	if (l->n_cells > (uint64_t)(end - pointers) / 2)
		return damaged;
	for (uint32_t i = 0; i < l->n_cells; i++) {
		uint32_t offset = be16(pointers + (size_t)2 * i);
		if (offset >= b->usable_bytes)
			return damaged;
		const char *fault = take_cell(b, l->page + offset, end, row, to);
		if (fault)
			return fault;
	}
	return NULL;
}

/* The page of the next child; 0 when there is none where one should be. */
static uint32_t next_child(const struct btree *b, struct level *l)
{
	const unsigned char *pointers = l->header + 12, *end = l->page + b->usable_bytes;
	uint32_t i = l->next++;
	if (i == l->n_cells)
		return be32(l->header + 8);
	if (l->n_cells > (uint64_t)(end - pointers) / 2)
		return 0;
	uint32_t offset = be16(pointers + (size_t)2 * i);
	return offset + 4 > b->usable_bytes ? 0 : be32(l->page + offset);
}

static bool open_level(struct btree *b, uint32_t number, struct level *ret)
{
	const unsigned char *page = page_at(b, number);
	if (!page)
		return false;
	*ret = (struct level){.page = page, .header = page + (number == 1 ? HEADER : 0)};
	ret->n_cells = be16(ret->header + 3);
	return *ret->header == LEAF || *ret->header == INTERIOR;
}

const char *btree_walk(struct btree *b, uint32_t root, btree_row *row, void *to)
{
	struct level levels[DEPTH];
	unsigned depth = 1;
	b->n_visits = 0;
	if (!open_level(b, root, &levels[0]))
		return damaged;
	while (depth > 0) {
		struct level *l = &levels[depth - 1];
		if (*l->header == LEAF) {
			const char *fault = take_leaf(b, l, row, to);
			if (fault)
				return fault;
			depth--;
		} else if (l->next > l->n_cells) {
			depth--;
		} else {
			uint32_t child = next_child(b, l);
			if (depth == DEPTH || !open_level(b, child, &levels[depth]))
				return damaged;
			depth++;
		}
	}
	return NULL;
}
