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

static struct bench sample(struct arena *a)
{
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
			  .n_subjects = 1};
	b.subjects = arena_array(a, struct bench_subject, 1);
	b.subjects[0] = (struct bench_subject){.name = STR("it/size=10"),
					       .command = STR("it --token ***"),
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
	assert_true(s->n_params == 1 && str_is(s->params[0].value, "10"));
	assert_true(s->columns[0].values[1] == BENCH_NONE && s->columns[0].values[3] == 400);
	assert_true(s->columns[1].values[3] == INT64_MAX && str_is(s->columns[1].metric, "cpu"));
	folder_remove(dir);
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
	    cmocka_unit_test(the_order_of_keys_does_not_matter),
	    cmocka_unit_test(what_is_torn_or_foreign_is_refused),
	    cmocka_unit_test(what_cannot_be_read_or_written_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
