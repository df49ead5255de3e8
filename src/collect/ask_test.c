#include "collect/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
/* after those */
#include <cmocka.h>

static char folder[] = "/tmp/fettle-ask-XXXXXX";
static char program[64];

static int make(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(program, sizeof(program), "%s/gcov", folder);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	(void)unlink(program);
	return rmdir(folder);
}

/* Puts a program there. */
static void write_program(const char *script)
{
	FILE *f = fopen(program, "w");
	assert_non_null(f);
	(void)fprintf(f, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
}

static char search[] = "PATH=/usr/bin:/bin";
static char *env[] = {search, NULL};

static int ask_it(const char *name, const char *data, struct buf *out, struct err *e)
{
	const char *argv[] = {name, "-j", data, NULL};
	return ask(argv, folder, env, out, e);
}

static void what_it_prints_is_handed_on(void **state)
{
	struct buf out = {0};
	struct err e = {0};
	(void)state;
	write_program("[ \"$PWD\" = \"${0%/*}\" ] || exit 9; echo \"$@\"; seq 20000 >&2");
	assert_int_equal(ask_it(program, "/src/x y.gcda", &out, &e), 0);
	buf_add(&out, "", 1);
	assert_string_equal(out.at, "-j /src/x y.gcda\n");
	buf_free(&out);
}

static void its_complaint_is_the_error(void **state)
{
	struct buf out = {0};
	struct err e = {0};
	char expected[256];
	(void)state;
	write_program("echo 'x.gcno: bad magic' >&2; echo more >&2; exit 3");
	assert_int_equal(ask_it(program, "x.gcda", &out, &e), FAULT_SYSTEM);
	(void)snprintf(expected, sizeof(expected), "'%s': x.gcno: bad magic", program);
	assert_string_equal(e.text, expected);
	write_program("kill -9 $$");
	assert_int_equal(ask_it(program, "x.gcda", &out, &e), FAULT_SYSTEM);
	(void)snprintf(expected, sizeof(expected), "'%s': it ended badly", program);
	assert_string_equal(e.text, expected);
	buf_free(&out);
}

static void a_program_that_is_not_there(void **state)
{
	struct buf out = {0};
	struct err e = {0};
	(void)state;
	assert_int_equal(ask_it("no-such-gcov", "x.gcda", &out, &e), FAULT_SYSTEM);
	assert_string_equal(e.text, "cannot run 'no-such-gcov': No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_it_prints_is_handed_on),
	    cmocka_unit_test(its_complaint_is_the_error),
	    cmocka_unit_test(a_program_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
