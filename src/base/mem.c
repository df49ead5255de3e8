#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void *checked(void *p)
{
	if (!p) {
		(void)fputs("fettle: out of memory\n", stderr);
		exit(3);
	}
	return p;
}

void *mem_alloc(size_t size_bytes)
{
	return checked(malloc(size_bytes ? size_bytes : 1));
}

void *mem_resize(void *p, size_t size_bytes)
{
	return checked(realloc(p, size_bytes ? size_bytes : 1));
}

void mem_free(void *p)
{
	free(p);
}

void mem_free_scope(char **p)
{
	free(*p);
}

void *mem_grow(void *items, size_t n_items, size_t *cap_items, size_t item_bytes)
{
	if (n_items < *cap_items)
		return items;
	size_t cap = *cap_items ? *cap_items * 2 : 16;
	if (cap > (size_t)-1 / item_bytes)
		return checked(NULL);
	*cap_items = cap;
	return mem_resize(items, cap * item_bytes);
}
