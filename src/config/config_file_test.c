#include "config/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "config/run_knobs.h"

static struct arena arena;
static struct run_options o;
static struct knob_values v;
static struct knob_list operands;
static struct err err;
static char folder[] = "/tmp/config_file_test.XXXXXX";

static int begin(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	(void)unlink("fettle.yaml");
	(void)unlink("other.yaml");
	return rmdir(folder);
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int gather(const char *word, const char *variable)
{
	char a[64], b[64], command[] = "true";
	char *words[] = {a, command};
	char *const environment[] = {b, NULL};
	(void)snprintf(a, sizeof(a), "%s", word);
	(void)snprintf(b, sizeof(b), "%s", variable);
	knob_defaults(&v, &run_table, &o, &arena);
	return config_gather(&v, 2, words, environment, &operands, &err);
}

static void a_folder_without_a_file_is_fine(void **state)
{
	(void)state;
	(void)unlink("fettle.yaml");
	assert_int_equal(gather("-q", "X=1"), 0);
	assert_int_equal(o.workers, 0);
	assert_int_equal(operands.n, 1);
}

static void the_file_in_the_folder_is_read(void **state)
{
	(void)state;
	write_file("fettle.yaml", "run: {workers: 5}\n");
	assert_int_equal(gather("-q", "X=1"), 0);
	assert_int_equal(o.workers, 5);
	assert_int_equal(gather("-j6", "FETTLE_JOBS=7"), 0);
	assert_int_equal(o.workers, 6);
	assert_int_equal(gather("-q", "FETTLE_JOBS=7"), 0);
	assert_int_equal(o.workers, 7);
}

static void a_named_file_stands_in_its_place(void **state)
{
	(void)state;
	write_file("fettle.yaml", "run: {workers: 5}\n");
	write_file("other.yaml", "run: {workers: 9}\n");
	assert_int_equal(gather("--config=other.yaml", "X=1"), 0);
	assert_int_equal(o.workers, 9);
	assert_int_equal(gather("-q", "FETTLE_CONFIG=other.yaml"), 0);
	assert_int_equal(o.workers, 9);
}

static void a_named_file_must_exist(void **state)
{
	(void)state;
	assert_int_equal(gather("--config=missing.yaml", "X=1"), FAULT_SYSTEM);
	assert_string_equal(err.text, "cannot open 'missing.yaml': No such file or directory");
	assert_int_equal(gather("--config=/", "X=1"), FAULT_SYSTEM);
	assert_string_equal(err.text, "cannot read '/': Is a directory");
}

static void an_endless_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(gather("--config=/dev/zero", "X=1"), FAULT_USAGE);
	assert_string_equal(err.text, "/dev/zero: larger than 1048576 bytes");
}

static void help_does_not_read_the_file(void **state)
{
	(void)state;
	write_file("fettle.yaml", "run: {workers: nonsense}\n");
	assert_int_equal(gather("--help", "FETTLE_JOBS=x"), 0);
	assert_true(v.help);
	assert_int_equal(gather("-q", "X=1"), FAULT_USAGE);
	assert_string_equal(err.text, "fettle.yaml:1:16: run.workers: 'nonsense' is not a whole number");
}

int main(void)
{
#define T(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_folder_without_a_file_is_fine),  T(the_file_in_the_folder_is_read),
	    T(a_named_file_stands_in_its_place), T(a_named_file_must_exist),
	    T(an_endless_file_is_refused),       T(help_does_not_read_the_file),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
