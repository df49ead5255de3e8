#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cover/cover_fixture.h"

static void nothing_is_covered_whole(void **state)
{
	(void)state;
	struct cover_sum none = {0};
	assert_true(cover_percent(&none) == 100.0);
	assert_true(cover_percent_lines(&none) == 100.0);
	assert_true(cover_percent_branches(&none) == 100.0);
}

static void branches_count_beside_statements(void **state)
{
	(void)state;
	struct cover_sum s = {.statements = 6, .covered = 3, .branches = 2, .taken = 1};
	assert_true(cover_percent(&s) == 50.0);
	s.taken = 2;
	assert_true(cover_percent(&s) == 62.5);
	assert_true(cover_percent_lines(&s) == 50.0);
	assert_true(cover_percent_branches(&s) == 100.0);
}

static void expect_text(double value, unsigned precision, const char *want)
{
	char text[COVER_PERCENT_BYTES];
	assert_string_equal(cover_percent_text(text, value, precision), want);
}

/* What coverage.py's display_covered says of the same numbers. */
static void none_and_all_are_said_only_where_true(void **state)
{
	(void)state;
	expect_text(0, 0, "0");
	expect_text(0.0001, 0, "1");
	expect_text(0.0001, 2, "0.01");
	expect_text(99.99999, 0, "99");
	expect_text(99.99999, 3, "99.999");
	expect_text(100, 0, "100");
	expect_text(100, 2, "100.00");
	expect_text(62.5, 0, "62");
	expect_text(63.5, 0, "64");
	expect_text(0.125, 2, "0.12");
	expect_text(200.0 / 3, 9, "66.666666667");
	expect_text(50, 77, "50.000000000");
}

static void a_bound_is_met_by_what_people_read(void **state)
{
	(void)state;
	assert_false(cover_below(79.6, 80, 0));
	assert_true(cover_below(79.6, 80, 1));
	assert_true(cover_below(79.4, 80, 0));
	assert_true(cover_below(99.99999, 100, 0));
	assert_false(cover_below(100, 100, 0));
	assert_true(cover_below(87.4, 87.5, 0));
	assert_false(cover_below(87.45, 87.5, 0));
	assert_false(cover_below(87.5, 87.5, 0));
	assert_false(cover_below(0, 0, 0));
}

static const char rows[] = "{\"cover\":1,\"branch\":true}\n"
			   "{\"path\":\"b.py\",\"lines\":[[1,1],[2,1],[3,0],[9,0]],\"excluded\":[5],"
			   "\"branches\":[[2,0,-1,0],[2,0,3,1],[3,0,4,0],[3,0,9,0]]}\n"
			   "{\"path\":\"a.py\",\"lines\":[[1,1]]}\n";

static void lines_are_summed_between_two_bounds(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover *c = cover_fixture(&a, str_of(rows));
	const struct cover_file *f = cover_find(c, STR("b.py"));
	struct cover_sum s = cover_sum_of_lines(f, 2, 5);
	assert_int_equal(s.statements, 2);
	assert_int_equal(s.covered, 1);
	assert_int_equal(s.excluded, 1);
	assert_int_equal(s.branches, 4);
	assert_int_equal(s.taken, 1);
	assert_int_equal(s.partial, 1);
	assert_int_equal(cover_sum_of_lines(f, 6, 8).statements, 0);
	assert_int_equal(c->sum.statements, 5);
	arena_free(&a);
}

static void files_are_found_by_path(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover *c = cover_fixture(&a, str_of(rows));
	assert_ptr_equal(cover_find(c, STR("a.py")), &c->files[0]);
	assert_ptr_equal(cover_find(c, STR("b.py")), &c->files[1]);
	assert_null(cover_find(c, STR("a.p")));
	assert_null(cover_find(c, STR("c")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_covered_whole),
	    cmocka_unit_test(branches_count_beside_statements),
	    cmocka_unit_test(none_and_all_are_said_only_where_true),
	    cmocka_unit_test(a_bound_is_met_by_what_people_read),
	    cmocka_unit_test(lines_are_summed_between_two_bounds),
	    cmocka_unit_test(files_are_found_by_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
