#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyse/change.h"
#include "base/str.h"

#define MS 1000000LL

struct now {
	struct model model;
	struct model_test tests[3000];
};

static struct now *now_new(void)
{
	struct now *n = calloc(1, sizeof(*n));
	assert_non_null(n);
	n->model.tests = n->tests;
	return n;
}

static void now_free(struct now *n)
{
	arena_free(&n->model.arena);
	free(n);
}

static void now_add(struct now *n, const char *file, const char *name, enum status status, int64_t dur_ns)
{
	n->tests[n->model.n_tests++] = (struct model_test){
	    .file = str_of(file), .name = str_of(name), .status = status, .dur_ns = dur_ns};
}

static struct change_before was(const char *file, const char *name, enum status status, int64_t dur_ns)
{
	return (struct change_before){
	    .file = str_of(file), .name = str_of(name), .status = status, .dur_ns = dur_ns};
}

static void assert_change(const struct model *m, size_t i, enum change_kind what, const char *name)
{
	assert_true(i < m->n_changes);
	assert_int_equal(m->changes[i].what, what);
	if (!str_is(m->changes[i].name, name))
		fail_msg("got '%.*s', not '%s'", STR_ARG(m->changes[i].name), name);
}

static void every_kind_of_change_is_told_in_its_order(void **state)
{
	(void)state;
	struct now *n = now_new();
	now_add(n, "f", "new", STATUS_PASSED, 7);
	now_add(n, "f", "faster", STATUS_PASSED, 100 * MS);
	now_add(n, "f", "fixed", STATUS_PASSED, 1);
	now_add(n, "f", "slower", STATUS_PASSED, 300 * MS);
	now_add(n, "f", "broke", STATUS_ERROR, 1);
	now_add(n, "f", "same", STATUS_PASSED, 1);
	now_add(n, "f", "still bad", STATUS_FAILED, 1);
	now_add(n, "f", "now skipped", STATUS_SKIPPED, 1);
	now_add(n, "f", "not reached", STATUS_UNFINISHED, 1);
	struct change_before before[] = {
	    was("f", "gone", STATUS_PASSED, 5),          was("f", "same", STATUS_PASSED, 1),
	    was("f", "faster", STATUS_PASSED, 200 * MS), was("f", "slower", STATUS_PASSED, 200 * MS),
	    was("f", "fixed", STATUS_TIMEOUT, 9),        was("f", "broke", STATUS_SKIPPED, 9),
	    was("f", "still bad", STATUS_CRASHED, 9),    was("f", "now skipped", STATUS_PASSED, 9),
	    was("f", "not reached", STATUS_PASSED, 9),   was("", "no file", STATUS_PASSED, 1),
	};
	model_compare(&n->model, before, 10, 1234, true);
	struct model *m = &n->model;
	assert_int_equal(m->before_wall_ns, 1234);
	assert_int_equal(m->n_changes, 7);
	assert_change(m, 0, CHANGE_BROKE, "f::broke");
	assert_change(m, 1, CHANGE_SLOWER, "f::slower");
	assert_change(m, 2, CHANGE_FIXED, "f::fixed");
	assert_change(m, 3, CHANGE_FASTER, "f::faster");
	assert_change(m, 4, CHANGE_NEW, "f::new");
	assert_change(m, 5, CHANGE_GONE, "f::gone");
	assert_change(m, 6, CHANGE_GONE, "no file");
	assert_int_equal(m->changes[1].before_ns, 200 * MS);
	assert_int_equal(m->changes[1].now_ns, 300 * MS);
	for (size_t i = 0; i < CHANGE_KINDS; i++)
		assert_int_equal(m->changes_of[i], i == CHANGE_GONE ? 2 : 1);
	now_free(n);
}

static void a_part_of_a_suite_makes_nothing_new_or_gone(void **state)
{
	(void)state;
	struct now *n = now_new();
	now_add(n, "f", "a", STATUS_PASSED, 1);
	now_add(n, "f", "b", STATUS_FAILED, 1);
	struct change_before before[] = {was("f", "b", STATUS_PASSED, 1), was("f", "c", STATUS_PASSED, 1)};
	model_compare(&n->model, before, 2, 0, false);
	assert_int_equal(n->model.n_changes, 1);
	assert_change(&n->model, 0, CHANGE_BROKE, "f::b");
	now_free(n);
}

static void against_nothing_nothing_has_changed(void **state)
{
	(void)state;
	struct now *n = now_new();
	now_add(n, "f", "a", STATUS_FAILED, 1);
	model_compare(&n->model, NULL, 0, 0, true);
	assert_int_equal(n->model.n_changes, 0);
	now_free(n);
	n = now_new();
	struct change_before before = was("f", "b", STATUS_PASSED, 1);
	model_compare(&n->model, &before, 1, 0, true);
	assert_int_equal(n->model.n_changes, 1);
	now_free(n);
}

static bool is_told(int64_t before_ns, int64_t now_ns, int64_t least_ns, int64_t most_ns)
{
	struct now *n = now_new();
	now_add(n, "f", "a", STATUS_PASSED, now_ns);
	struct change_before before = was("f", "a", STATUS_PASSED, before_ns);
	before.least_ns = least_ns;
	before.most_ns = most_ns;
	model_compare(&n->model, &before, 1, 0, true);
	bool told = n->model.n_changes == 1;
	now_free(n);
	return told;
}

static void small_differences_are_noise(void **state)
{
	(void)state;
	assert_false(is_told(1 * MS, 50 * MS, 0, 0));
	assert_true(is_told(1 * MS, 51 * MS, 0, 0));
	assert_false(is_told(1000 * MS, 1199 * MS, 0, 0));
	assert_true(is_told(1000 * MS, 1200 * MS, 0, 0));
	assert_true(is_told(1000 * MS, 800 * MS, 0, 0));
	assert_false(is_told(1000 * MS, 801 * MS, 0, 0));
	assert_true(is_told(0, INT64_MAX, 0, 0));
}

static void what_was_seen_lately_is_no_news(void **state)
{
	(void)state;
	assert_false(is_told(1000 * MS, 1500 * MS, 900 * MS, 1600 * MS));
	assert_true(is_told(1000 * MS, 1700 * MS, 900 * MS, 1600 * MS));
	assert_false(is_told(1000 * MS, 700 * MS, 600 * MS, 1600 * MS));
	assert_true(is_told(1000 * MS, 500 * MS, 600 * MS, 1600 * MS));
}

static void tests_of_one_name_are_compared_one_by_one(void **state)
{
	(void)state;
	struct now *n = now_new();
	now_add(n, "f", "a", STATUS_PASSED, 1);
	now_add(n, "f", "a", STATUS_FAILED, 1);
	now_add(n, "f", "a", STATUS_PASSED, 1);
	struct change_before before[] = {was("f", "a", STATUS_PASSED, 1), was("f", "a", STATUS_FAILED, 1)};
	model_compare(&n->model, before, 2, 0, true);
	assert_int_equal(n->model.n_changes, 1);
	assert_change(&n->model, 0, CHANGE_NEW, "f::a");
	model_compare(&n->model, (struct change_before[]){before[0], before[0], before[0], before[0]}, 4, 0,
		      true);
	assert_int_equal(n->model.changes_of[CHANGE_BROKE], 1);
	assert_int_equal(n->model.changes_of[CHANGE_GONE], 1);
	assert_int_equal(n->model.changes_of[CHANGE_NEW], 0);
	now_free(n);
}

static void only_the_most_important_are_kept_and_all_are_counted(void **state)
{
	(void)state;
	struct now *n = now_new();
	static char names[3000][16];
	struct change_before *before = calloc(3000, sizeof(*before));
	assert_non_null(before);
	for (uint32_t i = 0; i < 3000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "t%04u", i);
		bool slower = i % 100 == 7;
		int64_t now_ns = slower ? 500 * MS + i * MS : 10;
		if (i >= 1000)
			now_add(n, "f", names[i], STATUS_PASSED, now_ns);
		before[i] = was("f", names[i], STATUS_PASSED, i % 2 == 0 ? 10 : 100 * MS);
		if (slower)
			before[i].dur_ns = 100 * MS;
	}
	model_compare(&n->model, before, 3000, 0, true);
	struct model *m = &n->model;
	assert_int_equal(m->n_changes, CHANGE_MOST);
	assert_int_equal(m->changes_of[CHANGE_SLOWER], 20);
	assert_int_equal(m->changes_of[CHANGE_GONE], 1000);
	assert_int_equal(m->changes_of[CHANGE_FASTER], 1000 - 20);
	assert_int_equal(model_changes(m), 2000);
	assert_change(m, 0, CHANGE_SLOWER, "f::t2907");
	assert_change(m, 19, CHANGE_SLOWER, "f::t1007");
	assert_change(m, 20, CHANGE_FASTER, "f::t1001");
	free(before);
	now_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_of_change_is_told_in_its_order),
	    cmocka_unit_test(a_part_of_a_suite_makes_nothing_new_or_gone),
	    cmocka_unit_test(against_nothing_nothing_has_changed),
	    cmocka_unit_test(small_differences_are_noise),
	    cmocka_unit_test(what_was_seen_lately_is_no_news),
	    cmocka_unit_test(tests_of_one_name_are_compared_one_by_one),
	    cmocka_unit_test(only_the_most_important_are_kept_and_all_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
