/*
 * cover/cover_arcs.h - a set of steps between lines, about 10 ns a look.
 *
 * A zeroed set is empty. Its owner frees it. The step from 0 to 0 is nobody's and is not kept.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct cover_arcs {
	uint64_t *slots; /* from << 32 | to; 0 is free */
	uint32_t n, cap;
};

void cover_arcs_add(struct cover_arcs *a, int32_t from, int32_t to);
bool cover_arcs_has(const struct cover_arcs *a, int32_t from, int32_t to);
void cover_arcs_free(struct cover_arcs *a);
