#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_BYTES = 64 * 1024, ALIGN = 16 };

struct arena_block {
	struct arena_block *before;
	size_t size_bytes, used_bytes;
	_Alignas(ALIGN) char at[];
};

static struct arena_block *block_new(struct arena *a, size_t size_bytes)
{
	struct arena_block *b = mem_alloc(sizeof(*b) + size_bytes);
	b->size_bytes = size_bytes;
	b->used_bytes = 0;
	POISON(b->at, size_bytes);
	a->total_bytes += size_bytes;
	return b;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
	/* the extra byte keeps a poisoned gap behind each piece under ASan */
	size_t need = (size_bytes + ALIGN) & ~(size_t)(ALIGN - 1);
	struct arena_block *b = a->block;
	if (!b || b->size_bytes - b->used_bytes < need) {
		size_t want = need > BLOCK_BYTES / 4 ? need : BLOCK_BYTES;
		struct arena_block *fresh = block_new(a, want);
		if (b && want != BLOCK_BYTES) { /* a large piece goes behind the current block */
			fresh->before = b->before;
			b->before = fresh;
		} else {
			fresh->before = b;
			a->block = fresh;
		}
		b = fresh;
	}
	void *p = b->at + b->used_bytes;
	b->used_bytes += need;
	UNPOISON(p, size_bytes);
	return memset(p, 0, size_bytes);
}

static void blocks_free(struct arena *a, struct arena_block *b)
{
	while (b) {
		struct arena_block *before = b->before;
		a->total_bytes -= b->size_bytes;
		UNPOISON(b->at, b->size_bytes);
		mem_free(b);
		b = before;
	}
}

void arena_free(struct arena *a)
{
	blocks_free(a, a->block);
	*a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
	if (!a->block)
		return;
	blocks_free(a, a->block->before);
	a->block->before = NULL;
	a->block->used_bytes = 0;
	POISON(a->block->at, a->block->size_bytes);
}

void *arena_grow(struct arena *a, void *items, size_t n_items, size_t *cap_items, size_t item_bytes)
{
	if (n_items < *cap_items)
		return items;
	size_t cap = *cap_items ? *cap_items * 2 : 16;
	void *more = arena_alloc(a, cap * item_bytes);
	if (n_items)
		memcpy(more, items, n_items * item_bytes);
	*cap_items = cap;
	return more;
}

char *arena_copy(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.at, s.n);
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){arena_copy(a, s), s.n};
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
	(void)vsnprintf(p, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
	va_end(again);
	return p;
}
