#include "record/baselines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/temp_fixture.h"

struct fixture {
	struct temp temp;
	struct arena arena;
	char root[TEMP_PATH];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	if (!f)
		return -1;
	temp_make(&f->temp);
	(void)snprintf(f->root, sizeof(f->root), "%s", temp_at(&f->temp, "root"));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	arena_free(&f->arena);
	temp_drop(&f->temp);
	free(f);
	return 0;
}

static int save(struct fixture *f, const char *name, bool force, const char *machine, struct err *e)
{
	char *dir, part[160];
	struct baseline b = {.name = str_of(name),
			     .saved_ns = 7,
			     .measured_ns = 5,
			     .machine = str_of(machine),
			     .commit = STR("c"),
			     .from = STR("\"quoted\"")};
	if (baseline_begin(&f->arena, f->root, name, force, &dir, e) < 0)
		return e->fault;
	(void)snprintf(part, sizeof(part), "root/baselines/%.20s/bench/bench.json", strrchr(dir, '/') + 1);
	temp_file(&f->temp, part, "{}");
	return baseline_end(&f->arena, f->root, &b, dir, e);
}

static void what_was_saved_is_found_listed_used_and_removed(void **state)
{
	struct fixture *f = *state;
	struct baseline b, *all;
	struct err e = {0};
	size_t n;
	assert_int_equal(baselines_list(&f->arena, f->root, &all, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(baseline_find(&f->arena, f->root, NULL, &b, &e), FAULT_USAGE);
	assert_int_equal(save(f, "main", false, "m", &e), 0);
	assert_int_equal(save(f, "v1.2-rc+3", false, "m", &e), 0);
	assert_int_equal(baseline_find(&f->arena, f->root, "main", &b, &e), 0);
	assert_true(b.has_bench && !b.has_run && !b.in_use && b.saved_ns == 7 && b.measured_ns == 5);
	assert_true(str_is(b.from, "\"quoted\"") && str_is(b.commit, "c"));
	assert_int_equal(baseline_use(&f->arena, f->root, "main", &e), 0);
	assert_int_equal(baseline_find(&f->arena, f->root, NULL, &b, &e), 0);
	assert_true(str_is(b.name, "main") && b.in_use);
	assert_int_equal(baselines_list(&f->arena, f->root, &all, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_true(all[0].in_use && !all[1].in_use);
	assert_int_equal(baseline_remove(&f->arena, f->root, "main", &e), 0);
	assert_int_equal(baseline_find(&f->arena, f->root, NULL, &b, &e), FAULT_USAGE);
	assert_int_equal(baseline_remove(&f->arena, f->root, "main", &e), FAULT_USAGE);
	assert_int_equal(baseline_use(&f->arena, f->root, "main", &e), FAULT_USAGE);
}

static void one_that_is_there_is_replaced_only_by_force(void **state)
{
	struct fixture *f = *state;
	struct baseline b;
	struct err e = {0};
	assert_int_equal(save(f, "main", false, "old", &e), 0);
	assert_int_equal(save(f, "main", false, "new", &e), FAULT_USAGE);
	assert_int_equal(save(f, "main", true, "new", &e), 0);
	assert_int_equal(baseline_find(&f->arena, f->root, "main", &b, &e), 0);
	assert_true(str_is(b.machine, "new"));
}

static void no_name_leads_out_of_the_folder(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"",     ".",   "..",   "../x",  "a/b",    "/etc",
					    ".new", "-rf", "a\nb", "a b",   "é",      "*",
					    "x\\y", "~",   "a:b",  "$(id)", ".in-use"};
	struct baseline b;
	struct err e = {0};
	char *dir, longest[BASELINE_NAME + 2];
	temp_file(&f->temp, "victim/kept", "");
	temp_file(&f->temp, "root/baselines/x/y", "");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_false(baseline_is_name(names[i]));
		assert_int_equal(baseline_begin(&f->arena, f->root, names[i], true, &dir, &e), FAULT_USAGE);
		assert_int_equal(baseline_find(&f->arena, f->root, names[i], &b, &e), FAULT_USAGE);
		assert_int_equal(baseline_use(&f->arena, f->root, names[i], &e), FAULT_USAGE);
		assert_int_equal(baseline_remove(&f->arena, f->root, names[i], &e), FAULT_USAGE);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[BASELINE_NAME + 1] = 0;
	assert_false(baseline_is_name(longest));
	longest[BASELINE_NAME] = 0;
	assert_true(baseline_is_name(longest));
}

static void a_link_is_no_baseline_and_is_not_followed(void **state)
{
	struct fixture *f = *state;
	struct baseline b;
	struct err e = {0};
	char victim[TEMP_PATH];
	temp_file(&f->temp, "victim/baseline.json", "{\"format\":\"fettle-baseline\",\"version\":1}");
	(void)snprintf(victim, sizeof(victim), "%s", temp_at(&f->temp, "victim"));
	temp_file(&f->temp, "root/baselines/.in-use", "evil\n");
	assert_int_equal(symlink(victim, temp_at(&f->temp, "root/baselines/evil")), 0);
	assert_int_equal(baseline_find(&f->arena, f->root, "evil", &b, &e), FAULT_USAGE);
	assert_int_equal(baseline_find(&f->arena, f->root, NULL, &b, &e), FAULT_USAGE);
	assert_int_equal(baseline_remove(&f->arena, f->root, "evil", &e), 0); /* the link itself */
	assert_int_equal(access(temp_at(&f->temp, "victim/baseline.json"), F_OK), 0);
	temp_file(&f->temp, "root/baselines/.in-use", "../../victim\n");
	assert_int_equal(baseline_find(&f->arena, f->root, NULL, &b, &e), FAULT_USAGE);
}

static void nothing_is_written_through_a_link(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	temp_file(&f->temp, "victim/old/baseline.json", "{}");
	temp_file(&f->temp, "root/other", "");
	assert_int_equal(symlink("../victim", temp_at(&f->temp, "root/baselines")), 0);
	assert_int_equal(save(f, "a", true, "m", &e), FAULT_USAGE);
	assert_non_null(strstr(e.text, "is a link"));
	assert_int_equal(baseline_use(&f->arena, f->root, "old", &e), FAULT_USAGE);
	assert_int_equal(baseline_remove(&f->arena, f->root, "old", &e), FAULT_USAGE);
	assert_int_equal(access(temp_at(&f->temp, "victim/old/baseline.json"), F_OK), 0);
	assert_int_not_equal(access(temp_at(&f->temp, "victim/.in-use"), F_OK), 0);
}

static void a_damaged_one_is_told_and_passed_over(void **state)
{
	struct fixture *f = *state;
	struct baseline b, *all;
	struct err e = {0};
	size_t n;
	assert_int_equal(save(f, "good", false, "m", &e), 0);
	temp_file(&f->temp, "root/baselines/torn/baseline.json", "{\"format\":\"fettle-base");
	temp_file(&f->temp, "root/baselines/later/baseline.json",
		  "{\"format\":\"fettle-baseline\",\"version\":9}");
	temp_file(&f->temp, "root/baselines/bare/bench/bench.json", "{}");
	assert_int_equal(baseline_find(&f->arena, f->root, "torn", &b, &e), FAULT_FORMAT);
	assert_int_equal(baseline_find(&f->arena, f->root, "later", &b, &e), FAULT_FORMAT);
	assert_int_equal(baseline_find(&f->arena, f->root, "bare", &b, &e), FAULT_SYSTEM);
	assert_int_equal(baselines_list(&f->arena, f->root, &all, &n, &e), 0);
	assert_int_equal(n, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_saved_is_found_listed_used_and_removed),
	    TEST(one_that_is_there_is_replaced_only_by_force),
	    TEST(no_name_leads_out_of_the_folder),
	    TEST(a_link_is_no_baseline_and_is_not_followed),
	    TEST(nothing_is_written_through_a_link),
	    TEST(a_damaged_one_is_told_and_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
