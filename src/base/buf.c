#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void buf_free(struct buf *b)
{
	mem_free(b->at);
	*b = (struct buf){0};
}

char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n < n + 1) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap - b->n < n + 1)
			cap *= 2;
		b->at = mem_resize(b->at, cap);
		b->cap = cap;
	}
	return b->at + b->n;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *p = buf_room(b, n);
	if (n)
		memcpy(p, bytes, n);
	b->n += n;
	b->at[b->n] = 0;
}

void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.at, s.n);
}

void buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_int(struct buf *b, int64_t v)
{
	char digits[24], *end = digits + sizeof(digits), *p = end;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(end - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	char *p = buf_room(b, (size_t)n);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_drop(struct buf *b, size_t n)
{
	memmove(b->at, b->at + n, b->n - n);
	b->n -= n;
	b->at[b->n] = 0;
}
