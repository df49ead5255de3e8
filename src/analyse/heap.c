#include "analyse/heap.h"

#include <string.h>

static void rise(struct heap *h, uint32_t i, heap_before *before, const void *context)
{
	uint32_t v = h->at[i];
	while (i) {
		uint32_t up = (i - 1) / 2;
		if (!before(context, v, h->at[up]))
			break;
		h->at[i] = h->at[up];
		i = up;
	}
	h->at[i] = v;
}

static void sink(struct heap *h, uint32_t i, heap_before *before, const void *context)
{
	uint32_t v = h->at[i];
	for (;;) {
		uint32_t down = 2 * i + 1;
		if (down >= h->n)
			break;
		if (down + 1 < h->n && before(context, h->at[down + 1], h->at[down]))
			down++;
		if (!before(context, h->at[down], v))
			break;
		h->at[i] = h->at[down];
		i = down;
	}
	h->at[i] = v;
}

void heap_push(struct heap *h, struct arena *a, uint32_t value, heap_before *before, const void *context)
{
	if (h->n == h->cap) {
		uint32_t cap = h->cap ? h->cap * 2 : 8;
		uint32_t *at = arena_array(a, uint32_t, cap);
		if (h->n)
			memcpy(at, h->at, sizeof(*at) * h->n);
		h->at = at;
		h->cap = cap;
	}
	h->at[h->n] = value;
	rise(h, h->n++, before, context);
}

uint32_t heap_top(const struct heap *h)
{
	return h->n ? h->at[0] : HEAP_NONE;
}

uint32_t heap_pop(struct heap *h, heap_before *before, const void *context)
{
	if (!h->n)
		return HEAP_NONE;
	uint32_t best = h->at[0];
	h->at[0] = h->at[--h->n];
	if (h->n > 1)
		sink(h, 0, before, context);
	return best;
}

void heap_sink_top(struct heap *h, heap_before *before, const void *context)
{
	if (h->n > 1)
		sink(h, 0, before, context);
}

void heap_rebuild(struct heap *h, heap_before *before, const void *context)
{
	for (uint32_t i = h->n / 2; i-- > 0;)
		sink(h, i, before, context);
}
