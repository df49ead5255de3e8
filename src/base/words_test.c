#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/words.h"

static void words_are_parted_as_a_shell_does(void **state)
{
	(void)state;
	struct arena a = {0};
	struct err e = {0};
	char **w;
	size_t n;
	assert_int_equal(words_split(&a, "  cc -DX=\"a \\\"b\\\" $c\" 'it''s' \\  '' a\\'b ", &w, &n, &e), 0);
	const char *want[] = {"cc", "-DX=a \"b\" $c", "its", " ", "", "a'b"};
	assert_int_equal(n, 6);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(w[i], want[i]);
	assert_null(w[n]);
	arena_free(&a);
}

static void what_needs_a_shell_is_refused(void **state)
{
	(void)state;
	struct arena a = {0};
	char **w;
	size_t n;
	const char *bad[] = {"a | b", "a $b", "a > c", "a; b", "`a`", "a 'b", "a \"b", "   ", ""};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = {0};
		assert_int_equal(words_split(&a, bad[i], &w, &n, &e), FAULT_USAGE);
		assert_true(strlen(e.text) > 0);
	}
	arena_free(&a);
}

static void secrets_are_struck_out(void **state)
{
	(void)state;
	struct buf b = {0};
	const char *words[] = {
	    "curl", "--token", "abc", "--api-key=abc", "DB_PASSWORD=abc", "http://me:abc@host/x?y",
	    "a b",  "it's"};
	words_show(&b, (char **)(uintptr_t)words, 8);
	assert_string_equal(b.at,
			    "curl --token *** --api-key=*** DB_PASSWORD=*** http://me:***@host/x?y 'a b' "
			    "'it'\\''s'");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_parted_as_a_shell_does),
	    cmocka_unit_test(what_needs_a_shell_is_refused),
	    cmocka_unit_test(secrets_are_struck_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
