#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/mem.h"

void buf_free(struct buf *b)
{
	mem_free(b->at);
	*b = (struct buf){0};
}

void buf_grow(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;
	while (cap - b->n < n + 1)
		cap *= 2;
	b->at = mem_resize(b->at, cap);
	b->cap = cap;
}

void buf_int(struct buf *b, int64_t v)
{
	char *end = digits_put_int(buf_room(b, DIGITS_BYTES), v);
	*end = 0;
	b->n = (size_t)(end - b->at);
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
