/*
 * analyse/critical_build.h - what critical.c and critical_containers.c share. For them alone.
 */
#pragma once
#include "analyse/model_build.h"

/* What one unit would be shorter by. */
struct saving {
	uint32_t unit;
	int64_t ns;
};

/* Something that may be simulated. */
struct candidate {
	struct critical_item item;
	const struct saving *savings;
	size_t n;
};

struct candidates {
	struct model *m;
	struct arena *scratch;
	struct candidate *at;
	size_t n, cap;
};

/* A copy of it. */
void candidate_add(struct candidates *c, const struct candidate *x);
/* Reuse, sharing, images and polling. */
void critical_containers(struct candidates *c);
