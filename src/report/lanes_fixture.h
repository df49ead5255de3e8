/*
 * report/lanes_fixture.h - containers, marks and what would help, added to a model of
 * model_fixture.h: fixture_containers n of them, fixture_marks n phases of the suite.
 */
#pragma once
#include "report/model_fixture.h"

static inline struct model_stat fixture_stat(uint32_t n, int64_t mean_ns)
{
	return (struct model_stat){n,       n * mean_ns,     mean_ns,    mean_ns / 2,
				   mean_ns, mean_ns * 3 / 2, mean_ns * 2};
}

static inline void fixture_container(struct model *m, uint32_t i, uint32_t n)
{
	static const char *const types[] = {"registry", "wiremock", "git", "kindest/node"};
	static const char *const images[] = {"registry:2", "wiremock/wiremock:3.3.1", "alpine/git-server:v2",
					     "kindest/node:v1.29.2"};
	uint32_t seed = i * 7 + 3, type = i % 4, r = fixture_random(&seed);
	struct model_container *c = &m->containers.all[i];
	int64_t room_ns = m->wall_ns * 8 / 10, at = MS(300) + room_ns / n * i;
	*c = (struct model_container){
	    .name = str_of(arena_printf(&m->arena, "%s-%u", i % 2 ? "quirky_hopper" : "tc-registry", i)),
	    .image = str_of(images[type]),
	    .type = str_of(types[type]),
	    .cid = str_of(arena_printf(&m->arena, "%08xdeadbeef%08x", i * 2654435761u, r)),
	    .worker = (int32_t)(i % m->n_workers),
	    .test = i % 3 ? (uint32_t)(i % m->n_tests) : MODEL_NONE,
	    .unit = MODEL_NONE,
	    .shared = i % 3 == 0,
	    .failed = i % 7 == 5,
	    .left = i % 9 == 4 && i % 7 != 5,
	    .removed = i % 9 != 4,
	    .ended = i % 9 != 4,
	    .ready_by = i % 7 == 5 ? READY_NONE : READY_LISTENING,
	    .create_at_ns = at,
	    .create_ns = MS(20),
	    .start_at_ns = at + MS(25),
	    .start_ns = MS(90),
	    .ready_ns = i % 7 == 5 ? -1 : MS(150),
	    .use_at_ns = at + MS(300),
	    .run_ns = i % 7 == 5 ? -1 : at + MS(115),
	    .end_ns = i % 7 == 5 ? at + MS(120) : at + MS(120) + (int64_t)(r % 1000) * m->wall_ns / 4000,
	    .exit_code = i % 7 == 5 ? 128 : 0,
	    .peak_bytes = (int64_t)(20 + r % 200) << 20,
	    .cpu_ns = MS(r % 800),
	    .wait_ns = MS(r % 50)};
	if (c->end_ns > m->wall_ns || c->left)
		c->end_ns = m->wall_ns;
	if (c->failed)
		c->message =
		    STR("driver failed programming external connectivity: Bind for 0.0.0.0:8080 failed: "
			"port is already allocated");
}

/* Every 30th of the run: how many run, and their memory. */
static inline void fixture_curves(struct model *m)
{
	enum { STEPS = 30 };
	struct model_containers *c = &m->containers;
	c->curve = arena_array(&m->arena, struct model_step, STEPS);
	c->memory = arena_array(&m->arena, struct model_level, STEPS);
	c->n_curve = c->n_memory = STEPS;
	for (uint32_t s = 0; s < STEPS; s++) {
		int64_t at = m->wall_ns / STEPS * s, bytes = 0;
		uint32_t n = 0;
		for (uint32_t i = 0; i < c->n; i++)
			if (!c->all[i].failed && c->all[i].run_ns <= at && at < c->all[i].end_ns) {
				n++;
				bytes += c->all[i].peak_bytes;
			}
		c->curve[s] = (struct model_step){at, n};
		c->memory[s] = (struct model_level){at, bytes};
		if (n > c->peak) {
			c->peak = n;
			c->peak_at_ns = at;
		}
		c->average += (double)n / STEPS;
		c->at_end = n;
	}
}

static inline void fixture_containers(struct model *m, uint32_t n)
{
	struct model_containers *c = &m->containers;
	c->told = true;
	c->all = arena_array(&m->arena, struct model_container, n);
	c->types = arena_array(&m->arena, struct model_container_type, 4);
	c->calls = arena_array(&m->arena, struct model_call, 3);
	c->n = n;
	c->n_types = n < 4 ? n : 4;
	for (uint32_t i = 0; i < n; i++) {
		struct model_container_type *t = &c->types[i % 4];
		fixture_container(m, i, n);
		const struct model_container *k = &c->all[i];
		if (!t->n++)
			*t = (struct model_container_type){.name = k->type,
							   .image = k->image,
							   .n = 1,
							   .peak = 3,
							   .peak_bytes = -1,
							   .cpu_ns = -1};
		t->n_failed += k->failed;
		t->n_left += k->left;
		t->n_shared += k->shared;
		c->n_failed += k->failed;
		c->n_left += k->left;
		c->n_shared += k->shared;
		t->peak_bytes = k->peak_bytes > t->peak_bytes ? k->peak_bytes : t->peak_bytes;
		c->wait_ns += k->wait_ns;
	}
	for (uint32_t i = 0; i < c->n_types; i++) {
		uint32_t good = c->types[i].n - c->types[i].n_failed;
		c->types[i].create = fixture_stat(good, MS(20));
		c->types[i].start = fixture_stat(good, MS(90));
		c->types[i].ready = fixture_stat(good, MS(150 + 700 * i));
	}
	c->calls[0] = (struct model_call){STR("start"), n, c->n_failed, fixture_stat(n, MS(90))};
	c->calls[1] = (struct model_call){STR("inspect"), 31 * n, 0, fixture_stat(31 * n, MS(2))};
	c->calls[2] = (struct model_call){STR("pull"), 1, 0, fixture_stat(1, MS(1400))};
	c->n_calls = 3;
	fixture_curves(m);
	m->critical.items = arena_array(&m->arena, struct critical_item, 4);
	m->critical.n = 4;
	m->critical.wall_ns = m->wall_ns;
	m->critical.items[0] =
	    (struct critical_item){CRITICAL_SHARE, STR("registry"), 4, MS(2400), m->wall_ns / 4};
	m->critical.items[1] = (struct critical_item){CRITICAL_IMAGE, STR_NONE, 1, MS(1400), m->wall_ns / 6};
	m->critical.items[2] =
	    (struct critical_item){CRITICAL_PHASE, STR("db migrate"), 6, MS(900), m->wall_ns / 10};
	m->critical.items[3] = (struct critical_item){CRITICAL_WORKER, STR_NONE, 3, 0, m->wall_ns / 20};
}

/* n phases of the suite: on each worker "db migrate" with "schema" and "seed" in it, one after the other. */
static inline void fixture_marks(struct model *m, uint32_t n)
{
	static const char *const names[] = {"db migrate", "schema", "seed"};
	struct model_phase *all = arena_array(&m->arena, struct model_phase, m->n_phases + n);
	memcpy(all, m->phases, m->n_phases * sizeof(*all));
	uint32_t groups = (n + 2) / 3, each = (groups + (uint32_t)m->n_workers - 1) / (uint32_t)m->n_workers;
	int64_t slot = (m->wall_ns - MS(700)) / (each ? each : 1);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t g = i / 3, k = i % 3;
		int64_t at = MS(600) + slot * (g / (uint32_t)m->n_workers), dur = slot * 8 / 10;
		all[m->n_phases + i] =
		    (struct model_phase){.name = str_of(names[k]),
					 .worker = (int32_t)(g % m->n_workers),
					 .status = k == 2 && g % 5 == 4 ? STATUS_FAILED : STATUS_PASSED,
					 .start_ns = k == 0   ? at
						     : k == 1 ? at + dur / 20
							      : at + dur / 2,
					 .dur_ns = k == 0 ? dur : dur * 4 / 10,
					 .marked = true};
	}
	m->phases = all;
	m->n_phases += n;
	m->phase_tree.nodes = arena_array(&m->arena, struct model_node, 4);
	m->phase_tree.n = 4;
	m->phase_tree.marked = true;
	struct model_node *t = m->phase_tree.nodes;
	t[0] = (struct model_node){.name = STR("before_scenario"),
				   .parent = MODEL_NONE,
				   .n = groups,
				   .total_ns = MS(2100),
				   .self_ns = MS(300),
				   .min_ns = MS(90),
				   .max_ns = MS(700)};
	t[1] = (struct model_node){.name = STR("db migrate"),
				   .depth = 1,
				   .n = groups,
				   .total_ns = MS(1800),
				   .self_ns = MS(200),
				   .min_ns = MS(80),
				   .max_ns = MS(600),
				   .marked = true};
	t[2] = (struct model_node){.name = STR("seed"),
				   .parent = 1,
				   .depth = 2,
				   .n = groups,
				   .n_bad = 1,
				   .total_ns = MS(900),
				   .self_ns = MS(900),
				   .min_ns = MS(40),
				   .max_ns = MS(300),
				   .marked = true};
	t[3] = (struct model_node){.name = STR("schema"),
				   .parent = 1,
				   .depth = 2,
				   .n = groups,
				   .total_ns = MS(700),
				   .self_ns = MS(700),
				   .min_ns = MS(35),
				   .max_ns = MS(250),
				   .marked = true};
}

/* Every name and text of containers, types, calls, marks and what would help hostile. */
static inline void fixture_hostile_containers(struct model *m)
{
	struct model_containers *c = &m->containers;
	struct arena *a = &m->arena;
	for (uint32_t i = 0; i < c->n; i++) {
		c->all[i].name = fixture_hostile_text(a, i);
		c->all[i].image = fixture_hostile_text(a, i + 1);
		c->all[i].type = fixture_hostile_text(a, i % 4);
		c->all[i].cid = fixture_hostile_text(a, i + 3);
		c->all[i].message = fixture_hostile_text(a, i + 4);
	}
	for (uint32_t i = 0; i < c->n_types; i++)
		c->types[i].name = c->types[i].image = fixture_hostile_text(a, i);
	for (uint32_t i = 0; i < c->n_calls; i++)
		c->calls[i].name = fixture_hostile_text(a, i + 5);
	for (uint32_t i = 0; i < m->critical.n; i++)
		m->critical.items[i].name = fixture_hostile_text(a, i + 8);
	for (uint32_t i = 0; i < m->phase_tree.n; i++)
		m->phase_tree.nodes[i].name = fixture_hostile_text(a, i + 12);
	for (size_t i = 0; i < m->n_phases; i++)
		m->phases[i].name = fixture_hostile_text(a, (unsigned)i);
}
