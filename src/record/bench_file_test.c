#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/folder.h"
#include "base/str.h"
#include "record/bench_file.h"

/* STR is no constant. */
#define STR_IN(literal)                                                                                      \
	{                                                                                                    \
		(literal), sizeof(literal) - 1                                                               \
	}

static struct bench sample(struct arena *a)
{
	static struct bench_target targets[] = {
	    {STR_IN("wall"),
	     STR_IN("it/x4"),
	     STR_IN("wall"),
	     {TARGET_MET,
	      {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 99.9, 20e6},
	      {true, BOUND_NS, 18.1e6 / 3, 1000},
	      1000,
	      true,
	      1 - 18.1 / 60}},
	    {STR_IN("error_rate"),
	     STR_IN("it"),
	     STR_IN("error_rate"),
	     {TARGET_MISSED,
	      {BOUND_FIGURE, BOUND_AT_MOST, BOUND_RATIO, 0, 0.05},
	      {true, BOUND_RATIO, 0.1, 1},
	      1,
	      true,
	      -1}},
	    {STR_IN("p\"99"),
	     STR_IN(""),
	     STR_IN(""),
	     {TARGET_NO_DATA, {BOUND_MAX, BOUND_ABOVE, BOUND_BYTES, 0, 1}, {0}, 1, false, 0}},
	    {STR_IN("n"),
	     STR_IN("it"),
	     STR_IN("n"),
	     {TARGET_NO_NUMBER,
	      {BOUND_MEAN, BOUND_AT_LEAST, BOUND_NUMBER, 0, 0},
	      {true, BOUND_NUMBER, NAN, 5},
	      1,
	      false,
	      0}},
	    {STR_IN("f"),
	     STR_IN("it"),
	     STR_IN("f"),
	     {TARGET_TOO_FEW,
	      {BOUND_PERCENTILE, BOUND_BELOW, BOUND_RATE, 95, 1},
	      {true, BOUND_RATE, 2, 5},
	      20,
	      false,
	      0}},
	    {STR_IN("u"),
	     STR_IN("it"),
	     STR_IN("u"),
	     {TARGET_OTHER_UNIT,
	      {BOUND_MIN, BOUND_BELOW, BOUND_NS, 0, 1},
	      {true, BOUND_BYTES, 7, 5},
	      1,
	      false,
	      0}},
	};
	static int64_t wall[] = {100, BENCH_NONE, 300, 400}, cpu[] = {1, 2, 3, INT64_MAX}, loops[] = {7, 8};
	struct bench_param *params = arena_new(a, struct bench_param);
	struct str *notes = arena_new(a, struct str);
	*params = (struct bench_param){STR("size"), STR("10")};
	*notes = STR("a \"note\"");
	struct bench b = {.version = STR("1"),
			  .host = STR("h"),
			  .machine = STR("m"),
			  .cores = 3,
			  .shell = true,
			  .seed = UINT64_MAX,
			  .begin_ns = 1700000000000000000,
			  .floor_rss_bytes = 4096,
			  .noise = {.pressure_ns = BENCH_NONE, .steal_ns = 5, .loops = loops, .n_loops = 2},
			  .notes = notes,
			  .n_notes = 1,
			  .targets = targets,
			  .n_targets = sizeof(targets) / sizeof(*targets),
			  .n_subjects = 1};
	b.subjects = arena_array(a, struct bench_subject, 1);
	b.subjects[0] = (struct bench_subject){.name = STR("it/size=10"),
					       .bench = STR("it"),
					       .kind = STR("http"),
					       .command = STR("it --token ***"),
					       .concurrency = 4,
					       .busy_ns = 1500000000,
					       .params = params,
					       .n_params = 1,
					       .n_rounds = 2,
					       .per_round = 2,
					       .good = 3,
					       .failed = 1,
					       .failure = STR("exit code 3"),
					       .n_columns = 2};
	b.subjects[0].columns = arena_array(a, struct bench_column, 2);
	b.subjects[0].columns[0] =
	    (struct bench_column){.metric = STR("wall"), .unit = STR("ns"), .values = wall};
	b.subjects[0].columns[1] =
	    (struct bench_column){.metric = STR("cpu"), .unit = STR("ns"), .values = cpu};
	return b;
}

static void what_is_written_is_read_again(void **state)
{
	(void)state;
	struct arena a = {0};
	struct err e = {0};
	struct bench b = sample(&a), got;
	char dir[] = "/tmp/fettle-bench-XXXXXX";
	assert_non_null(mkdtemp(dir));
	const char *deep = arena_printf(&a, "%s/x/y", dir);
	assert_int_equal(bench_file_write(deep, &b, &e), 0);
	assert_int_equal(bench_file_read(arena_printf(&a, "%s/bench.json", deep), &a, &got, &e), 0);
	assert_int_equal(got.n_subjects, 1);
	assert_true(got.shell && got.seed == UINT64_MAX && got.cores == 3 && got.begin_ns == b.begin_ns);
	assert_true(got.noise.pressure_ns == BENCH_NONE && got.noise.steal_ns == 5 && got.noise.n_loops == 2);
	assert_true(str_is(got.notes[0], "a \"note\"") && str_is(got.machine, "m"));
	const struct bench_subject *s = &got.subjects[0];
	assert_true(str_is(s->name, "it/size=10") && str_is(s->failure, "exit code 3"));
	assert_true(s->n_rounds == 2 && s->per_round == 2 && s->good == 3 && s->failed == 1);
	assert_true(str_is(s->bench, "it") && str_is(s->kind, "http"));
	assert_true(s->concurrency == 4 && s->busy_ns == 1500000000);
	assert_true(s->n_params == 1 && str_is(s->params[0].value, "10"));
	assert_true(s->columns[0].values[1] == BENCH_NONE && s->columns[0].values[3] == 400);
	assert_true(s->columns[1].values[3] == INT64_MAX && str_is(s->columns[1].metric, "cpu"));
	folder_remove(dir);
	arena_free(&a);
}

static void targets_are_judged_again_as_they_were(void **state)
{
	(void)state;
	struct arena a = {0};
	struct err e = {0};
	struct buf text = {0};
	struct bench b = sample(&a), got;
	bench_file_put(&text, &b);
	assert_int_equal(bench_file_parse(buf_view(&text), "x", &a, &got, &e), 0);
	assert_int_equal(got.n_targets, b.n_targets);
	for (uint32_t i = 0; i < b.n_targets; i++) {
		const struct bench_target *w = &b.targets[i], *t = &got.targets[i];
		const struct target_verdict *v = &w->verdict, *u = &t->verdict;
		assert_true(str_eq(w->metric, t->metric) && str_eq(w->benchmark, t->benchmark) &&
			    str_eq(w->figure, t->figure));
		assert_true(v->answer == u->answer && v->figure.unit == u->figure.unit &&
			    v->figure.samples == u->figure.samples && v->samples_needed == u->samples_needed);
		assert_true(v->bound.stat == u->bound.stat && v->bound.compare == u->bound.compare &&
			    v->bound.unit == u->bound.unit && v->bound.limit == u->bound.limit);
		assert_true(v->bound.percentile == u->bound.percentile && v->has_margin == u->has_margin);
		assert_true(!v->has_margin || (v->margin == u->margin && v->figure.value == u->figure.value));
	}
	buf_free(&text);
	arena_free(&a);
}

static void what_follows_from_figures_stands_beside_them(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf text = {0};
	struct bench b = sample(&a);
	bench_file_put(&text, &b);
	assert_true(str_has(buf_view(&text), STR("\"throughput\":2,\"error_rate\":0.25,")));
	assert_true(str_has(buf_view(&text), STR("\"statistic\":\"p99.9\",\"bound\":\"p99.9 < 20 ms\"")));
	b.subjects[0].busy_ns = BENCH_NONE;
	b.subjects[0].good = b.subjects[0].failed = b.subjects[0].concurrency = 0;
	buf_clear(&text);
	bench_file_put(&text, &b);
	assert_true(str_has(buf_view(&text), STR("\"concurrency\":1,\"busy_ns\":null,")));
	assert_true(str_has(buf_view(&text), STR("\"throughput\":null,\"error_rate\":null,")));
	buf_free(&text);
	arena_free(&a);
}

static void the_order_of_keys_does_not_matter(void **state)
{
	(void)state;
	struct arena a = {0};
	struct err e = {0};
	struct bench got;
	struct str text =
	    STR("{\"benchmarks\":[{\"metrics\":[{\"values\":[1,2],\"unit\":\"ns\",\"metric\":\"wall\"}],"
		"\"rounds\":2,\"name\":\"n\",\"later\":{}}],\"version\":1,\"format\":\"fettle-bench\"}");
	assert_int_equal(bench_file_parse(text, "x", &a, &got, &e), 0);
	assert_int_equal(got.n_subjects, 1);
	assert_int_equal(got.subjects[0].columns[0].values[1], 2);
	assert_true(got.subjects[0].busy_ns == BENCH_NONE && !got.n_targets && !got.subjects[0].kind.n);
	text = STR("{\"format\":\"fettle-bench\",\"version\":1,\"benchmarks\":[{\"name\":\"n\",\"rounds\":5,"
		   "\"runs_per_round\":0,\"metrics\":[{\"metric\":\"wall\"}]}]}");
	assert_int_equal(bench_file_parse(text, "x", &a, &got, &e), 0);
	assert_true(!got.subjects->n_rounds && got.subjects->per_round == 1 && got.subjects->columns->values);
	arena_free(&a);
}

static void what_is_torn_or_foreign_is_refused(void **state)
{
	(void)state;
	struct arena a = {0};
	struct bench b = sample(&a), got;
	struct buf text = {0};
	bench_file_put(&text, &b);
	for (size_t n = 0; n + 1 < text.n; n++) {
		struct err e = {0};
		assert_int_equal(bench_file_parse((struct str){text.at, n}, "x", &a, &got, &e), FAULT_FORMAT);
		assert_true(str_starts(str_of(e.text), "'x' is torn or no bench.json"));
	}
	buf_free(&text);
#define HEAD "{\"format\":\"fettle-bench\",\"version\":1,\"benchmarks\":"
	const char *bad[] = {
	    "{\"results\":[]}",
	    "[]",
	    "{\"format\":\"fettle-report\",\"version\":1}",
	    "{\"format\":\"fettle-bench\",\"version\":2}",
	    "{\"format\":\"fettle-bench\"}",
	    "{\"format\":3,\"version\":{}}",
	    HEAD "[{\"name\":\"n\",\"rounds\":3,\"metrics\":[{\"metric\":\"w\",\"values\":[1]}]}]}",
	    HEAD "[{\"name\":\"n\",\"rounds\":-1}]}",
	    HEAD "[{\"name\":\"n\",\"rounds\":1e300}]}",
	    HEAD "[{\"rounds\":1}]}",
	    HEAD "[{\"name\":\"n\",\"rounds\":1,\"metrics\":[{\"metric\":\"w\",\"values\":[1]},"
		 "{\"metric\":\"v\",\"values\":[1,2]}]}]}",
	    HEAD "[{\"name\":\"n\",\"rounds\":1,\"metrics\":[{\"metric\":\"w\",\"values\":[\"1\"]}]}]}",
	    HEAD "[],\"targets\":{}}",
	    HEAD "[],\"targets\":[{\"limit\":1,\"answer\":\"perhaps\"}]}",
	    HEAD "[],\"targets\":[{\"limit\":1,\"answer\":\"met\"}]}",
	    HEAD "[],\"targets\":[{\"limit\":1,\"statistic\":\"p100\"}]}",
	    HEAD "[],\"targets\":[{\"limit\":1,\"statistic\":\"p5 0\"}]}",
	    HEAD "[],\"targets\":[{\"limit\":1,\"statistic\":\"q5\"}]}",
	    HEAD "[],\"targets\":[{\"limit\":null}]}",
	    HEAD
	    "[],\"targets\":[{\"limit\":1,\"statistic\":\"p100000000000000000000000000000000000000000000000000"
	    "00000000000000000000000000000000000000000\"}]}",
	    HEAD "{}}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = {0};
		assert_int_equal(bench_file_parse(str_of(bad[i]), "x", &a, &got, &e), FAULT_FORMAT);
		assert_true(str_starts(str_of(e.text), "'x' is "));
	}
	arena_free(&a);
}

static void what_cannot_be_read_or_written_is_told(void **state)
{
	(void)state;
	struct arena a = {0};
	struct err e = {0};
	struct bench b = sample(&a), got;
	assert_int_equal(bench_file_read("/nowhere/bench.json", &a, &got, &e), FAULT_SYSTEM);
	assert_int_equal(bench_file_write("/proc/nowhere", &b, &e), FAULT_SYSTEM);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read_again),
	    cmocka_unit_test(targets_are_judged_again_as_they_were),
	    cmocka_unit_test(what_follows_from_figures_stands_beside_them),
	    cmocka_unit_test(the_order_of_keys_does_not_matter),
	    cmocka_unit_test(what_is_torn_or_foreign_is_refused),
	    cmocka_unit_test(what_cannot_be_read_or_written_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
