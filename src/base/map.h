/*
 * base/map.h - from text, or from a 64-bit number, to a 32-bit number (an index
 * into the caller's own array).
 *
 * Open addressing, at most 3/4 full, seeded per map so that hostile names do
 * not pile up. Text keys are borrowed: they must live as long as the map. A
 * zeroed struct map is empty. About 30 ns a look-up at 100,000 keys.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

struct map_slot;

struct map {
	struct map_slot *slots;
	uint32_t n, cap;
	uint64_t seed;
};

#define MAP_NONE UINT32_MAX

void map_free(struct map *m);
void map_clear(struct map *m);
/* The value, or MAP_NONE. */
uint32_t map_get(const struct map *m, struct str key);
uint32_t map_get_int(const struct map *m, uint64_t key);
/*
 * Where the value of key stands; when the key is new it is added with value
 * MAP_NONE. Valid until the next call that adds.
 */
uint32_t *map_at(struct map *m, struct str key);
uint32_t *map_at_int(struct map *m, uint64_t key);
