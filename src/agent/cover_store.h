/*
 * agent/cover_store.h - this process' hand on the shared map (wire/cover_map.h).
 *
 * The map is the process', not a thread's; callers hold Python's lock. Nothing fails loudly: what has no room
 * is counted in the map and left out. Memory for rows comes from Python.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/cover.h"
#include "wire/cover_map.h"

/* A source file as this process sees it. Lives as long as the process. */
struct row {
	struct cover_map_file *file;
	uint64_t *arcs;
	uint8_t *lines;
	uint32_t n_lines, n_arcs;
	uint8_t *bits; /* of the context that runs, when generation is the store's */
	uint64_t generation;
};

struct store {
	struct cover_map *map; /* NULL: not open */
	char *path;
	uint64_t device, inode;
	bool branch, contexts;
	uint64_t generation; /* of the context; 0: none runs */
	uint64_t context;    /* offset of its entry; 0: not made yet */
	char *context_name;
	size_t context_bytes;
};

extern struct store store;

/* Maps the file; false when it is none of ours or cannot be mapped. */
bool store_open(const char *path);
void store_count_process(enum cover_map_way way, unsigned python_minor);
/* The row of a canonical path, which is made when it is new; NULL: no room. At least `lines` lines. */
struct row *store_row(const char *path, size_t n, uint32_t lines);
void store_arc(struct row *r, int32_t from, int32_t to);
void store_line_lost(void);
void store_context_line(struct row *r, uint32_t line);
/* What follows runs in this context; n 0: in none. */
void store_context(const char *name, size_t n);

/* Line 0 and less is nobody's. */
static inline void store_line(struct row *r, long line)
{
	if (line <= 0)
		return;
	if (line >= (long)r->n_lines) {
		store_line_lost();
		return;
	}
	r->lines[line] = 1;
	if (store.generation)
		store_context_line(r, (uint32_t)line);
}
