/*
 * analyse/phase_nodes.h - lists of phases of one name, added up, each with the list of what lies in it.
 *
 * For model_phases.c. Nodes are numbers in one pool; a list is the number of its first node,
 * NODE_NONE when it is empty. Names are interned: equal ones have one address. Of too many
 * nodes the rest of a list is added up under "(others)". A node takes 80 bytes.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/str.h"

#define NODE_NONE UINT32_MAX

struct phase_node {
	struct str name;
	uint32_t sum;         /* of the model's sums, for what holds phases; NODE_NONE: a phase */
	uint32_t first, next; /* what lies in it; its sibling */
	uint32_t n, n_bad;
	uint32_t height; /* levels below */
	int64_t total_ns, self_ns, min_ns, max_ns;
	bool marked;
};

struct phase_nodes {
	struct phase_node *at;
	size_t n, cap;
	uint32_t free, n_used;
};

enum { NODES_MOST = 32 * 1024, NODES_SIBLINGS = 512, NODES_DEEPEST = 32 };

/* A node in no list, with a copy of this one. */
uint32_t nodes_new(struct phase_nodes *p, const struct phase_node *node);
/* Puts a node into a list: adds it and what lies in it to the node of its name, if there is one. */
void nodes_graft(struct phase_nodes *p, uint32_t *list, uint32_t node);
/* The node of the list that holds phases for this sum, made when it is new. */
uint32_t nodes_holder(struct phase_nodes *p, uint32_t *list, uint32_t sum);
void nodes_free(struct phase_nodes *p);
