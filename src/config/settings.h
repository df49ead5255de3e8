/*
 * config/settings.h - what fettle.yaml says of measuring: targets, benches, load, memory, profiles.
 *
 *	struct settings s;
 *	settings_init(&s, &arena);
 *	if (settings_read(&s, &doc, environment, &e) < 0)
 *		return e.fault;
 *	settings_finish(&s, is_short);
 *
 * Layers from weak to strong: defaults, the file, its profile, the environment. A bench of a profile that has
 * the name of one of the file changes that one, key by key.
 */
#pragma once
#include "config/bench_items.h"
#include "config/config_doc.h"
#include "config/settings_knobs.h"
#include "wire/bound.h"

enum settings_part {
	SETTINGS_TOP,
	SETTINGS_TARGETS,
	SETTINGS_BENCHMARKS,
	SETTINGS_LOAD_TESTS,
	SETTINGS_MEMORY,
	SETTINGS_PROFILING,
	SETTINGS_PARTS
};

struct settings {
	struct top_wishes top;
	struct target_wishes targets;
	struct benchmarks_wishes benchmarks;
	struct load_tests_wishes load_tests;
	struct memory_wishes memory;
	struct profiling_wishes profiling;
	struct bench_item **benches; /* in the file's order */
	size_t n_benches, cap_benches;
	struct knob_values values[SETTINGS_PARTS]; /* of the parts, for their origins */
	struct arena *arena;
	int n_layers;
};

/* A bound of a metric, of all benches or of one. */
struct target_wish {
	const char *metric; /* "latency", "hello.wall", or a key of the section: "container_startup_ms" */
	struct bound bound;
};

/* Defaults only. s must not move afterwards. */
void settings_init(struct settings *s, struct arena *arena);

/* One layer: the top of the file or of a profile. Everything wrong is told. */
void settings_layer(struct settings *s, const struct yaml_node *map, enum knob_origin origin,
		    struct remarks *remarks);

/*
 * What benches lack, and targets that no run could meet; only of benches that the layer spoke of, 0: of all.
 * In config/settings_check.c.
 */
void settings_complete(const struct settings *s, int layer, struct remarks *remarks);

/* All layers of a document, then the environment. Fault: usage, the first thing that is wrong. */
must_use int settings_read(struct settings *s, struct config_doc *d, char *const *environment, struct err *e);

/* Adds a bench without a name, for who fills it in; NULL where there is one that is called so. */
struct bench_item *settings_add(struct settings *s, const char *name, struct place at);

/* The row of a table for a field of its options. */
size_t settings_row(const struct knob_values *v, const void *field);
/* The line of the file that gave a field its value; 0: none did. */
uint32_t settings_line(const struct knob_values *v, const void *field);

/*
 * Gives benches what they leave to other keys: rounds, warm-up, image, network, limits. The short form has at
 * most short-rounds rounds, or those that the percentiles of targets need, one of warm-up, and no least time.
 */
void settings_finish(struct settings *s, bool is_short);

/* A percentile among the targets of the section. */
struct percentile_wish {
	struct str bench, metric; /* bench: empty: of all that have the metric */
	int64_t runs;             /* that it takes */
};
/* Those that were given, in the arena. Returns how many. */
size_t settings_percentiles(const struct settings *s, struct arena *arena, struct percentile_wish **ret);
/* How many runs of the bench the percentiles take that it is held to; and how many a round has at least. */
int64_t settings_runs_needed(const struct bench_item *b, const struct percentile_wish *all, size_t n);
int64_t settings_runs_of_a_round(const struct bench_item *b);

/* The targets of the section that were given; the array lies in the arena. Returns how many. */
size_t settings_targets(const struct settings *s, struct arena *arena, struct target_wish **ret);

/* The same for one bench's own. */
size_t settings_bench_targets(const struct bench_item *b, struct arena *arena, struct target_wish **ret);
