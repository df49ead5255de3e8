/*
 * engine/engine_kind.h - the phases of a Kind cluster, from the calls by which kind makes it.
 *
 * kind labels its containers and runs kubeadm and kubectl in them; which of its
 * steps a program belongs to follows from the program (engine_body.h). A phase
 * ends where the next one begins. Rows: a `phase` "kind cluster" with the field
 * `cluster`, and in it "nodes", "config", "control plane", "CNI", "storage",
 * "join" and "wait". Times are CLOCK_MONOTONIC.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/sink.h"

struct kind_cluster;

struct kind_watch {
	struct arena *arena;
	struct sink *sink;
	uint64_t *next_id; /* of spans */
	struct kind_cluster *first;
};

/* A container with the label of this cluster is being created; the cluster is made where there is none open.
 */
struct kind_cluster *kind_node(struct kind_watch *k, struct str name, int32_t worker, int64_t begin_ns);
/* A program is run in one of its nodes, and has ended. */
void kind_exec_begin(struct kind_watch *k, struct kind_cluster *c, struct str cmd, int64_t now_ns);
void kind_exec_end(struct kind_cluster *c, int64_t now_ns);
/* A node is removed. */
void kind_removed(struct kind_watch *k, struct kind_cluster *c, int64_t now_ns);
/* Ends clusters that are made; all: also those that are not, as nothing will come. */
void kind_settle(struct kind_watch *k, int64_t now_ns, bool all);
