/*
 * base/parallel.h - the same work on many items, by several threads.
 *
 * Items are handed out one by one, in order; which thread gets which is chance, so what they make must not
 * depend on it. Memory that threads share through base (mem, arenas of their own) is safe; one arena is not.
 */
#pragma once
#include <stddef.h>

/* Calls work(ctx, thread, item) for each item 0 .. n_items - 1, thread being 0 .. n_threads - 1, and returns
 * when all are done. Where no thread can be started those that run do all of it. */
void parallel_for(size_t n_items, unsigned n_threads, void (*work)(void *ctx, unsigned thread, size_t item),
		  void *ctx);
