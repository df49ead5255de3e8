/*
 * base/buf.h - bytes that grow at the end.
 *
 * A zeroed struct buf is empty and ready. There is always a NUL behind the last
 * byte once anything was added. buf_free empties it for reuse.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/str.h"

struct buf {
	char *at;
	size_t n, cap;
};

void buf_free(struct buf *b);
/* Of buf_room, when there is not enough. */
void buf_grow(struct buf *b, size_t n);
void buf_int(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first n bytes. */
void buf_drop(struct buf *b, size_t n);

/* Room for n more bytes (and the NUL); returns where they go. Adds nothing. */
static inline char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n < n + 1)
		buf_grow(b, n);
	return b->at + b->n;
}
/* No bytes (NULL) are nothing, whatever n says. */
static inline void buf_add(struct buf *b, const void *bytes, size_t n)
{
	n = bytes ? n : 0;
	char *p = buf_room(b, n);
	if (n)
		memcpy(p, bytes, n);
	p[n] = 0;
	b->n += n;
}
static inline void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.at, s.n);
}
static inline void buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, text ? strlen(text) : 0);
}
static inline void buf_char(struct buf *b, char c)
{
	char *p = buf_room(b, 1);
	p[0] = c;
	p[1] = 0;
	b->n++;
}
static inline struct str buf_view(const struct buf *b)
{
	return (struct str){b->at, b->n};
}
static inline void buf_clear(struct buf *b)
{
	b->n = 0;
}
