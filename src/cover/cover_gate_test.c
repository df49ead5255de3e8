#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cover/cover_fixture.h"
#include "cover/cover_gate.h"

static const char rows[] = "{\"path\":\"src/core/a.py\",\"lines\":[[1,1],[2,1],[3,1],[4,0]]}\n"
			   "{\"path\":\"src/core/b.py\",\"lines\":[[1,1],[2,0]],\"excluded\":[3]}\n"
			   "{\"path\":\"src/old/c.py\",\"lines\":[[1,0],[2,0],[9,1]]}\n"
			   "{\"path\":\"src/old/empty.py\",\"lines\":[]}\n";

struct stage {
	struct arena a;
	struct cover *c;
};

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	s->c = cover_fixture(&s->a, str_of(rows));
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	arena_free(&s->a);
	free(s);
	return 0;
}

static struct cover_misses ask(struct stage *s, const struct cover_diff *d, const struct cover_gate *gates,
			       uint32_t n)
{
	return cover_gate(&s->a, s->c, d, gates, n, 0);
}

static void the_total_is_held_against_its_bound(void **state)
{
	struct cover_gate gates[] = {{.kind = COVER_GATE_TOTAL, .bound = 56},
				     {.kind = COVER_GATE_TOTAL, .bound = 57}};
	struct cover_misses m = ask(*state, NULL, gates, 2); /* 5 of 9: 55.6 reads as 56 */
	assert_int_equal(m.n, 1);
	assert_ptr_equal(m.misses[0].gate, &gates[1]);
	assert_int_equal(m.misses[0].sum.covered, 5);
	assert_int_equal(m.misses[0].sum.statements, 9);
	assert_null(m.misses[0].file);
}

static void files_that_match_are_held_together(void **state)
{
	struct cover_gate gates[] = {{COVER_GATE_GROUP, STR("src/core/*"), 66},
				     {COVER_GATE_GROUP, STR("src/core/*"), 68}};
	struct cover_misses m = ask(*state, NULL, gates, 2);
	assert_int_equal(m.n, 1);
	assert_ptr_equal(m.misses[0].gate, &gates[1]);
	assert_int_equal(m.misses[0].sum.statements, 6);
}

static void each_file_is_held_and_the_last_gate_that_matches_it_counts(void **state)
{
	struct stage *s = *state;
	struct cover_gate gates[] = {{COVER_GATE_EACH, STR_NONE, 75},
				     {COVER_GATE_EACH, STR("src/old/*"), 30}};
	struct cover_misses m = ask(s, NULL, gates, 2);
	assert_int_equal(m.n, 1);
	assert_ptr_equal(m.misses[0].file, &s->c->files[1]);
	assert_true(m.misses[0].percent == 50);
	gates[1].bound = 40;
	m = ask(s, NULL, gates, 2);
	assert_int_equal(m.n, 2);
	assert_ptr_equal(m.misses[1].file, &s->c->files[2]);
	assert_ptr_equal(m.misses[1].gate, &gates[1]);
}

static void a_pattern_without_files_is_a_miss(void **state)
{
	struct cover_gate gates[] = {{COVER_GATE_EACH, STR("src/new/*"), 0},
				     {COVER_GATE_GROUP, STR("lib/*"), 0}};
	struct cover_misses m = ask(*state, NULL, gates, 2);
	assert_int_equal(m.n, 2);
	assert_true(m.misses[0].none && m.misses[1].none);
}

static const uint32_t spans_a[][2] = {{2, 2}, {4, 20}}, spans_b[][2] = {{2, 3}},
		      spans_a_again[][2] = {{1, 2}};

static struct cover_diff change(struct stage *s)
{
	struct diff_file files[] = {{STR("src/core/b.py"), spans_b, 1},
				    {STR("src/core/a.py"), spans_a, 2},
				    {STR("README"), spans_b, 1},
				    {STR("src/core/a.py"), spans_a_again, 1}};
	return cover_diff(&s->a, s->c, &(struct diff){files, 4});
}

static void changed_lines_count_where_a_statement_begins_and_once(void **state)
{
	struct stage *s = *state;
	struct cover_diff d = change(s);
	assert_int_equal(d.n_files, 2);
	assert_int_equal(d.n_unknown, 1);
	assert_ptr_equal(d.files[0].file, &s->c->files[0]);
	assert_int_equal(d.files[0].sum.statements, 3);
	assert_int_equal(d.files[0].n_misses, 1);
	assert_int_equal(d.files[0].misses[0], 4);
	assert_int_equal(d.files[1].sum.statements, 1);
	assert_int_equal(d.files[1].sum.excluded, 1);
	assert_int_equal(d.sum.statements, 4);
	assert_int_equal(d.sum.covered, 2);
}

static void a_change_is_held_against_its_bound(void **state)
{
	struct stage *s = *state;
	struct cover_diff d = change(s), none = cover_diff(&s->a, s->c, &(struct diff){0});
	struct cover_gate gates[] = {{.kind = COVER_GATE_DIFF, .bound = 50},
				     {.kind = COVER_GATE_DIFF, .bound = 51}};
	struct cover_misses m = ask(s, &d, gates, 2);
	assert_int_equal(m.n, 1);
	assert_ptr_equal(m.misses[0].gate, &gates[1]);
	assert_int_equal(ask(s, &none, gates, 2).n, 0);
	assert_int_equal(ask(s, NULL, gates, 2).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_total_is_held_against_its_bound, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(files_that_match_are_held_together, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_file_is_held_and_the_last_gate_that_matches_it_counts,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_pattern_without_files_is_a_miss, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(changed_lines_count_where_a_statement_begins_and_once, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_change_is_held_against_its_bound, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
