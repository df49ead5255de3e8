/*
 * bench_out/bench_fixture.h - a session as fettle.yaml makes one, for the tests of its reports: commands with
 * a variant, an endpoint in waves of which some fail, a container with a metric that only some rounds have,
 * an import, and a server that never came up.
 */
#pragma once
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "measure/summary.h"
#include "measure/target.h"
#include "wire/bench.h"

#define FIXTURE_HOSTILE "a\x1b[31m\"<img src=x>&'</script>]]>\xff|`\n\xe2\x80\xae,b"

struct bench_fixture {
	struct arena a;
	struct bench b;
	size_t cap_subjects, cap_targets;
};

static struct bench_subject *fixture_subject(struct bench_fixture *x, struct str bench, struct str name,
					     struct str kind, uint32_t rounds, uint32_t at_once)
{
	struct bench *b = &x->b;
	b->subjects = arena_grow(&x->a, b->subjects, b->n_subjects, &x->cap_subjects, sizeof(*b->subjects));
	struct bench_subject *s = &b->subjects[b->n_subjects++];
	*s = (struct bench_subject){.name = name,
				    .bench = bench,
				    .kind = kind,
				    .command = STR("what was run"),
				    .n_rounds = rounds,
				    .per_round = at_once,
				    .concurrency = at_once,
				    .busy_ns = BENCH_NONE,
				    .good = rounds * at_once,
				    .columns = arena_array(&x->a, struct bench_column, 8)};
	return s;
}

/* Figures around `typical`, the same at every call; of every `gap`-th run there is none (0: of each there
 * is). */
static void fixture_column(struct bench_fixture *x, struct bench_subject *s, struct str metric,
			   struct str unit, int64_t typical, uint32_t gap)
{
	size_t n = (size_t)s->n_rounds * s->per_round;
	int64_t *v = arena_array(&x->a, int64_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		double turn = sin((double)i * 2.399) + sin((double)i * 0.31);
		v[i] = typical + (int64_t)((double)typical * 0.1 * turn) + (i % 97 == 96 ? 4 * typical : 0);
		if (gap && i % gap == gap - 1)
			v[i] = BENCH_NONE;
	}
	s->columns[s->n_columns++] = (struct bench_column){.metric = metric, .unit = unit, .values = v};
}

static void fixture_target(struct bench_fixture *x, struct str metric, struct str benchmark,
			   struct str figure, struct bound bound, struct target_figure f)
{
	struct bench *b = &x->b;
	b->targets = arena_grow(&x->a, b->targets, b->n_targets, &x->cap_targets, sizeof(*b->targets));
	struct bench_target *t = &b->targets[b->n_targets++];
	*t = (struct bench_target){.metric = metric, .benchmark = benchmark, .figure = figure};
	target_judge(&t->verdict, &bound, &f);
}

static void fixture_targets(struct bench_fixture *x)
{
	fixture_target(x, STR("wall"), STR("hello"), STR("wall"),
		       (struct bound){BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 95, 30e6},
		       (struct target_figure){true, BOUND_NS, 21.4e6, 120});
	fixture_target(x, STR("api_response_p99_ms"), STR("api/x8"), STR("latency"),
		       (struct bound){BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 99, 3e6},
		       (struct target_figure){true, BOUND_NS, 6e6, 864});
	fixture_target(x, STR("error_rate"), STR("api/x8"), STR("error_rate"),
		       (struct bound){BOUND_FIGURE, BOUND_BELOW, BOUND_RATIO, 0, 0.2},
		       (struct target_figure){true, BOUND_RATIO, 0.1, 960});
	fixture_target(x, STR("startup"), STR("sandbox"), STR("startup"),
		       (struct bound){BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 99, 5e8},
		       (struct target_figure){true, BOUND_NS, 0, 24});
	fixture_target(x, STR("memory_per_sandbox_mb"), STR_NONE, STR("memory"),
		       (struct bound){BOUND_MEAN, BOUND_BELOW, BOUND_BYTES, 0, 50e6},
		       (struct target_figure){0});
}

/* The session's summaries are filled. */
static inline void bench_fixture(struct bench_fixture *x)
{
	struct arena scratch = {0};
	struct bench_subject *s;
	*x = (struct bench_fixture){
	    .b = {.version = STR("1"),
		  .machine = STR("CPU, 2 cores"),
		  .cores = 2,
		  .seed = 7,
		  .begin_ns = 1700000000000000000,
		  .noise = {.pressure_ns = BENCH_NONE, .steal_ns = BENCH_NONE, .elapsed_ns = 1000000000}}};
	s = fixture_subject(x, STR("hello"), STR("hello"), STR("exec"), 120, 1);
	fixture_column(x, s, STR("wall"), STR("ns"), 20000000, 0);
	fixture_column(x, s, STR("cpu"), STR("ns"), 15000000, 0);
	fixture_column(x, s, STR("peak_rss"), STR("bytes"), 9000000, 0);
	fixture_column(x, s, STR("major_faults"), STR("count"), 0, 0);
	s = fixture_subject(x, STR("hello"), STR("hello/fast"), STR("exec"), 120, 1);
	fixture_column(x, s, STR("wall"), STR("ns"), 10000000, 0);
	fixture_column(x, s, STR("cpu"), STR("ns"), 7000000, 0);
	s = fixture_subject(x, STR("api"), STR("api/x8"), STR("http"), 120, 8);
	fixture_column(x, s, STR("latency"), STR("ns"), 2000000, 10);
	s->good = 864;
	s->failed = 96;
	s->busy_ns = 1000000000;
	s->failure = STR("status 503, not 2xx");
	s = fixture_subject(x, STR("sandbox"), STR("sandbox"), STR("container"), 24, 1);
	fixture_column(x, s, STR("startup"), STR("ns"), 300000000, 0);
	fixture_column(x, s, STR("memory"), STR("bytes"), 3000000, 2);
	s = fixture_subject(x, STR("go"), STR("go/Parse"), STR("import"), 10, 1);
	fixture_column(x, s, STR("wall"), STR("ns"), 812, 0);
	s = fixture_subject(x, STR("broken"), STR("broken"), STR("mcp"), 0, 1);
	s->failed = 1;
	s->failure = STR("the server ended");
	fixture_targets(x);
	summary_fill(&scratch, &x->b);
	arena_free(&scratch);
}

/* Every text of it is one that would break out of its place, and one name is very long. */
static inline void bench_fixture_hostile(struct bench_fixture *x)
{
	struct str evil = {FIXTURE_HOSTILE, sizeof(FIXTURE_HOSTILE) - 1};
	struct buf name = {0};
	bench_fixture(x);
	struct bench *b = &x->b;
	b->version = b->host = b->machine = b->cpu = evil;
	b->notes = &x->b.host;
	b->n_notes = 1;
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		struct bench_subject *s = &b->subjects[i];
		buf_clear(&name);
		buf_str(&name, evil);
		for (uint32_t k = 0; k < (i == 1 ? 5000 : i); k++)
			buf_text(&name, "long ");
		s->name = arena_str(&x->a, buf_view(&name));
		s->bench = s->kind = s->command = s->failure = evil;
		s->failed++;
		for (uint32_t k = 0; k < s->n_columns; k++)
			s->columns[k].metric = evil;
	}
	for (uint32_t i = 0; i < b->n_targets; i++)
		b->targets[i].metric = b->targets[i].benchmark = b->targets[i].figure = evil;
	buf_free(&name);
}

static inline void bench_fixture_free(struct bench_fixture *x)
{
	arena_free(&x->a);
}
