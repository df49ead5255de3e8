/*
 * base/mem.h - the only place that calls malloc and free.
 *
 * Out of memory prints one line and ends the tool with exit code 3; no caller
 * checks. Thread-safe as malloc is.
 */
#pragma once
#include <stddef.h>

/* size_bytes of memory, not zeroed; never NULL. */
void *mem_alloc(size_t size_bytes);
/* As realloc; never NULL for size_bytes > 0. */
void *mem_resize(void *p, size_t size_bytes);
/* NULL is fine. */
void mem_free(void *p);
/* mem_free for a char * variable that leaves its scope. */
void mem_free_scope(char **p);
#define auto_free __attribute__((cleanup(mem_free_scope))) char *

/*
 * Room for one more item at the end of a growing array: doubles *cap_items when
 * n_items has reached it. Returns the array, which may have moved.
 */
void *mem_grow(void *items, size_t n_items, size_t *cap_items, size_t item_bytes);
