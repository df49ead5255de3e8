#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/mem.h"

struct shared {
	atomic_size_t next;
	size_t n_items;
	void (*work)(void *ctx, unsigned thread, size_t item);
	void *ctx;
};

struct hand {
	struct shared *shared;
	pthread_t thread;
	unsigned number;
	bool started;
};

static void *work_on(void *arg)
{
	struct hand *h = arg;
	struct shared *s = h->shared;
	for (;;) {
		size_t item = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
		if (item >= s->n_items)
			return NULL;
		s->work(s->ctx, h->number, item);
	}
}

void parallel_for(size_t n_items, unsigned n_threads, void (*work)(void *ctx, unsigned thread, size_t item),
		  void *ctx)
{
	struct shared shared = {.n_items = n_items, .work = work, .ctx = ctx};
	if (n_threads > n_items)
		n_threads = n_items ? (unsigned)n_items : 1;
	if (n_threads < 1)
		n_threads = 1;
	struct hand *hands = mem_alloc(sizeof(*hands) * n_threads);
	for (unsigned i = 0; i < n_threads; i++) {
		hands[i] = (struct hand){.shared = &shared, .number = i};
		if (i)
			hands[i].started = pthread_create(&hands[i].thread, NULL, work_on, &hands[i]) == 0;
	}
	work_on(&hands[0]);
	for (unsigned i = 1; i < n_threads; i++)
		if (hands[i].started)
			(void)pthread_join(hands[i].thread, NULL);
	mem_free(hands);
}
