/*
 * analyse/phases.h - phases of one name in one place, added up as a tree.
 *
 * Part of the model. A phase lies in the phase, hook, step, test or worker that was open
 * around it on its worker and thread; here only phases and what holds them by name are
 * nodes: "before_scenario" > "db migrate" > "schema". Phases of fettle itself (discover,
 * startup ...) are roots.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

struct model_node {
	struct str name;
	uint32_t parent; /* index of a node before it; MODEL_NONE: a root */
	uint32_t depth;  /* 0: a root */
	uint32_t n, n_bad;
	int64_t total_ns; /* sum of all */
	int64_t self_ns;  /* without the phases inside */
	int64_t min_ns, max_ns;
	bool marked; /* by the suite or its tools, or what holds such phases; else fettle's own */
};

/* Depth first, siblings by total time, most first, then name; at most MODEL_MOST_NODES, then "(others)". */
struct model_phases {
	struct model_node *nodes;
	uint32_t n;
	bool marked; /* there are phases that are not fettle's own */
};
enum { MODEL_MOST_NODES = 2000 };
