#include "subject/import_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/temp_fixture.h"

static void two_stars_are_any_folders(void **state)
{
	(void)state;
	assert_true(import_files_match("a/**/x.json", "a/x.json"));
	assert_true(import_files_match("a/**/x.json", "a/b/c/x.json"));
	assert_false(import_files_match("a/**/x.json", "a/b/yx.json"));
	assert_true(import_files_match("**/new/*.json", "p/q/new/s.json"));
	assert_false(import_files_match("**/new/*.json", "p/brandnew/s.json"));
	assert_false(import_files_match("a/*.json", "a/b/c.json"));
	assert_true(import_files_match("a/**", "a/b/c"));
	assert_false(import_files_match("a/b", "a/b/c"));
	assert_false(import_files_match("a/b/c", "a/b"));
}

static void names_end(struct import_files *f, const char *const *ends, size_t n)
{
	assert_int_equal(f->n, n);
	for (size_t i = 0; i < n; i++) {
		size_t have = strlen(f->at[i]), want = strlen(ends[i]);
		assert_true(have > want && strcmp(f->at[i] + have - want, ends[i]) == 0);
	}
	f->n = 0;
}

static void patterns_and_folders_give_files_in_order(void **state)
{
	struct temp t;
	struct arena a = {0};
	struct import_files f = {.arena = &a};
	struct err e;
	(void)state;
	temp_make(&t);
	(void)temp_file(&t, "c/b/new/sample.json", "{}");
	(void)temp_file(&t, "c/a/new/sample.json", "{}");
	(void)temp_file(&t, "c/a/base/sample.json", "{}");
	(void)temp_file(&t, "2.txt", "");
	(void)temp_file(&t, "1.txt", "");
	assert_int_equal(import_files_add(&f, temp_at(&t, "*.txt"), &e), 0);
	names_end(&f, (const char *const[]){"/1.txt", "/2.txt"}, 2);
	assert_int_equal(import_files_add(&f, temp_at(&t, "c"), &e), 0);
	names_end(&f, (const char *const[]){"/c/a/new/sample.json", "/c/b/new/sample.json"}, 2);
	assert_int_equal(import_files_add(&f, temp_at(&t, "**/base/*.json"), &e), 0);
	names_end(&f, (const char *const[]){"/c/a/base/sample.json"}, 1);
	assert_int_equal(import_files_add(&f, temp_at(&t, "*.nothing"), &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "no file of results matches '"));
	arena_free(&a);
	temp_drop(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_stars_are_any_folders),
	    cmocka_unit_test(patterns_and_folders_give_files_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
