#include "collect/copy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/temp_fixture.h"

static struct temp temp;

static int make(void **state)
{
	(void)state;
	temp_make(&temp);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	temp_drop(&temp);
	return 0;
}

static void bytes_and_mode_are_those_of_the_first(void **state)
{
	(void)state;
	enum { MANY = 300000 };
	struct buf want = {0}, have = {0};
	struct err e;
	struct stat st;
	char from[TEMP_PATH];
	for (int i = 0; want.n < MANY; i++)
		buf_printf(&want, "line %d\n", i);
	(void)snprintf(from, sizeof(from), "%s", temp_file(&temp, "from", want.at));
	assert_int_equal(chmod(from, 0750), 0);
	assert_int_equal(copy_file(from, temp_at(&temp, "to"), &e), 0);
	assert_true(file_read(temp.path, SIZE_MAX, &have));
	assert_int_equal(have.n, want.n);
	assert_memory_equal(have.at, want.at, want.n);
	assert_int_equal(stat(temp.path, &st), 0);
	assert_int_equal(st.st_mode & 0700, 0700);
	buf_free(&want);
	buf_free(&have);
}

/* Files of /proc say that they are empty, and no file system can share their blocks. */
static void a_file_that_does_not_say_how_long_it_is_is_copied_whole(void **state)
{
	(void)state;
	struct buf have = {0};
	struct err e;
	assert_int_equal(copy_file("/proc/self/status", temp_at(&temp, "status"), &e), 0);
	assert_true(file_read(temp.path, SIZE_MAX, &have));
	assert_non_null(strstr(have.at, "\nPid:"));
	assert_int_equal(have.at[have.n - 1], '\n');
	buf_free(&have);
}

static void nothing_is_written_over(void **state)
{
	(void)state;
	struct buf have = {0};
	struct err e;
	char from[TEMP_PATH];
	(void)snprintf(from, sizeof(from), "%s", temp_file(&temp, "from", "new"));
	(void)temp_file(&temp, "to", "old");
	assert_int_equal(copy_file(from, temp.path, &e), FAULT_SYSTEM);
	assert_int_equal(e.sys, EEXIST);
	assert_true(file_read(temp.path, SIZE_MAX, &have));
	assert_string_equal(have.at, "old");
	buf_free(&have);
}

static void what_cannot_be_copied_is_named(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(copy_file("/no/such/file", temp_at(&temp, "to"), &e), FAULT_SYSTEM);
	assert_string_equal(e.text, "cannot read '/no/such/file': No such file or directory");
	assert_int_equal(copy_file("/dev/null", temp.path, &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "/dev/null"));
	assert_int_equal(copy_file(temp.dir, temp.path, &e), FAULT_SYSTEM);
	assert_int_equal(access(temp.path, F_OK), -1);
	assert_int_equal(copy_file("/proc/self/status", "/no/such/folder/to", &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "/no/such/folder/to"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(bytes_and_mode_are_those_of_the_first, make, drop),
	    cmocka_unit_test_setup_teardown(a_file_that_does_not_say_how_long_it_is_is_copied_whole, make,
					    drop),
	    cmocka_unit_test_setup_teardown(nothing_is_written_over, make, drop),
	    cmocka_unit_test_setup_teardown(what_cannot_be_copied_is_named, make, drop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
