/*
 * report/containers_fixture.h - containers, phases and candidates whose names try to break out.
 */
#pragma once
#include "report/model_fixture.h"

static inline void fixture_hostile_containers(struct model *m, struct str evil)
{
	struct model_containers *c = &m->containers;
	c->all = arena_new(&m->arena, struct model_container);
	c->all[0] = (struct model_container){.name = evil,
					     .image = evil,
					     .type = evil,
					     .cid = evil,
					     .message = evil,
					     .worker = 0,
					     .test = MODEL_NONE,
					     .unit = MODEL_NONE,
					     .shared = true,
					     .failed = true,
					     .left = true,
					     .run_ns = -1};
	c->types = arena_new(&m->arena, struct model_container_type);
	c->types[0] = (struct model_container_type){
	    .name = evil, .image = evil, .n = 1, .n_failed = 1, .n_left = 1, .peak_bytes = -1, .cpu_ns = -1};
	c->types[0].create = (struct model_stat){1, 1, 1, 1, 1, 1, 1};
	c->calls = arena_new(&m->arena, struct model_call);
	c->calls[0] = (struct model_call){evil, 1, 1, {1, 1, 1, 1, 1, 1, 1}};
	c->n = c->n_types = c->n_calls = c->n_failed = c->n_left = 1;
	c->told = true;
	m->phase_tree.nodes = arena_new(&m->arena, struct model_node);
	m->phase_tree.nodes[0] =
	    (struct model_node){.name = evil, .parent = MODEL_NONE, .n = 1, .marked = true};
	m->phase_tree.n = 1;
	m->phase_tree.marked = true;
	m->critical.items = arena_new(&m->arena, struct critical_item);
	m->critical.items[0] = (struct critical_item){CRITICAL_PHASE, evil, 1, MS(5), MS(5)};
	m->critical.n = 1;
	m->critical.wall_ns = MS(10);
}
