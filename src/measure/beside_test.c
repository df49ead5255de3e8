#include "measure/beside.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

enum { ROUNDS = 40 };

static void add(struct arena *a, struct bench *b, struct str bench, struct str kind, struct str size,
		uint32_t at_once, int64_t typical)
{
	struct bench_subject *s = &b->subjects[b->n_subjects++];
	*s = (struct bench_subject){.name = STR("n"),
				    .bench = bench,
				    .kind = kind,
				    .n_rounds = ROUNDS,
				    .per_round = 1,
				    .concurrency = at_once,
				    .params = arena_new(a, struct bench_param),
				    .n_params = 1,
				    .columns = arena_array(a, struct bench_column, 2),
				    .n_columns = 2};
	s->params[0] = (struct bench_param){STR("size"), size};
	for (unsigned c = 0; c < 2; c++) {
		int64_t *v = arena_array(a, int64_t, ROUNDS);
		for (int64_t i = 0; i < ROUNDS; i++)
			v[i] = typical + i * 7 % 10;
		s->columns[c] = (struct bench_column){
		    .metric = c ? STR("latency") : STR("startup"), .unit = STR("ns"), .values = v};
	}
}

static void variants_stand_beside_the_first_with_the_same_parameters(void **state)
{
	struct arena a = {0};
	struct bench b = {.subjects = arena_array(&a, struct bench_subject, 16), .seed = 1};
	(void)state;
	add(&a, &b, STR("x"), STR("http"), STR("1"), 1, 1000);
	add(&a, &b, STR("x"), STR("http"), STR("2"), 1, 1000);
	add(&a, &b, STR("x"), STR("http"), STR("1"), 8, 1000);
	add(&a, &b, STR("x"), STR("http"), STR("1"), 1, 2000);
	add(&a, &b, STR("x"), STR("http"), STR("2"), 1, 500);
	add(&a, &b, STR("y"), STR("http"), STR("2"), 1, 500);
	struct besides v = besides_of(&a, &b);
	assert_int_equal(v.n, 2);
	assert_true(v.at[0].base == 0 && v.at[0].now == 3);
	assert_true(v.at[1].base == 1 && v.at[1].now == 4);
	const struct compare_row *row = beside_row(&v.at[0], STR("startup"));
	assert_non_null(row);
	assert_true(fabs(exp(row->ratio.log) - 2) < 0.02);
	assert_null(beside_row(&v.at[0], STR("latency"))); /* not the main metric */
	arena_free(&a);
}

static void a_hundred_thousand_rounds_say_what_their_neighbours_say(void **state)
{
	struct arena a = {0};
	struct bench b = {.subjects = arena_array(&a, struct bench_subject, 2), .seed = 1};
	enum { MANY = 100001 };
	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		add(&a, &b, STR_NONE, STR_NONE, STR("1"), 0, 1000);
		struct bench_subject *s = &b.subjects[i];
		int64_t *v = arena_array(&a, int64_t, MANY);
		for (int64_t k = 0; k < MANY; k++)
			v[k] = (1000 + k / 100) * (10 + i) + k * 7 % 10;
		s->n_rounds = MANY;
		s->n_columns = 1;
		s->columns->values = v;
	}
	struct besides v = besides_of(&a, &b);
	const struct compare_row *row = beside_row(&v.at[0], STR("startup"));
	assert_true(row->ratio.n >= 1900 && row->ratio.n <= 2000);
	assert_true(fabs(exp(row->ratio.log) - 1.1) < 0.001 && row->ratio.low > 0);
	arena_free(&a);
}

static void commands_stand_beside_the_first_and_imports_beside_nothing(void **state)
{
	struct arena a = {0};
	struct bench b = {.subjects = arena_array(&a, struct bench_subject, 16)};
	(void)state;
	add(&a, &b, STR_NONE, STR_NONE, STR("1"), 0, 1000);
	add(&a, &b, STR_NONE, STR_NONE, STR("2"), 0, 1000);
	add(&a, &b, STR("i"), STR("import"), STR("1"), 0, 1000);
	add(&a, &b, STR("i"), STR("import"), STR("1"), 0, 1000);
	add(&a, &b, STR("e"), STR("exec"), STR("1"), 0, 1000);
	b.subjects[4].n_columns = 0;
	b.subjects[b.n_subjects++] = b.subjects[4];
	struct besides v = besides_of(&a, &b);
	assert_int_equal(v.n, 1);
	assert_true(v.at[0].base == 0 && v.at[0].now == 1);
	b.n_subjects = 0;
	assert_int_equal(besides_of(&a, &b).n, 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(variants_stand_beside_the_first_with_the_same_parameters),
	    cmocka_unit_test(a_hundred_thousand_rounds_say_what_their_neighbours_say),
	    cmocka_unit_test(commands_stand_beside_the_first_and_imports_beside_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
