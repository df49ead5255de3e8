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

static const struct words_rules PLAIN = {.blanks = " \t\n\r", .refused = ""};

static void takes(const char *text, size_t n, const char *const *words)
{
	struct arena arena = {0};
	struct str rest = str_of(text), word;
	char wrong = 0;
	for (size_t i = 0; i < n; i++) {
		assert_true(words_next(&rest, &PLAIN, &arena, &word, &wrong));
		if (!str_is(word, words[i]))
			fail_msg("'%.*s' is not '%s'", STR_ARG(word), words[i]);
	}
	assert_false(words_next(&rest, &PLAIN, &arena, &word, &wrong));
	assert_int_equal(wrong, 0);
	arena_free(&arena);
}
#define TAKES(text, ...)                                                                                     \
	do {                                                                                                 \
		static const char *const words[] = {__VA_ARGS__};                                            \
		takes(text, sizeof(words) / sizeof(words[0]), words);                                        \
	} while (0)

static void blanks_part_words_and_quotes_keep_them(void **state)
{
	(void)state;
	takes("", 0, NULL);
	takes(" \t\n", 0, NULL);
	TAKES("echo hello", "echo", "hello");
	TAKES("  echo\t'a b'  \"c d\" e\\ f ", "echo", "a b", "c d", "e f");
	TAKES("a'b'\"c\"", "abc");
	TAKES("'' x", "", "x");
	TAKES("'it'\\''s'", "it's");
}

static void nothing_else_is_a_shells(void **state)
{
	(void)state;
	TAKES("echo $HOME *.c ~ | wc > x", "echo", "$HOME", "*.c", "~", "|", "wc", ">", "x");
	TAKES("'\\n' \"\\n\" \"\\\\\"", "\\n", "\\n", "\\");
	TAKES("end\\", "end\\");
}

static void an_open_quote_is_told(void **state)
{
	struct arena arena = {0};
	struct str rest = STR("echo 'a b"), word;
	char wrong = 0;
	(void)state;
	assert_true(words_next(&rest, &PLAIN, &arena, &word, &wrong));
	assert_false(words_next(&rest, &PLAIN, &arena, &word, &wrong));
	assert_int_equal(wrong, '\'');
	arena_free(&arena);
}

static void what_is_put_is_what_is_taken(void **state)
{
	static const char *const words[] = {"plain", "", "a b", "it's", "\"", "\\", "tab\tnl\n", "$x*"};
	struct arena arena = {0};
	struct buf b = {0};
	char wrong = 0;
	(void)state;
	words_show(&b, (char **)(uintptr_t)words, sizeof(words) / sizeof(words[0]));
	struct str rest = buf_view(&b), word;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(words_next(&rest, &PLAIN, &arena, &word, &wrong));
		assert_true(str_is(word, words[i]));
	}
	buf_free(&b);
	arena_free(&arena);
}

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
	    cmocka_unit_test(blanks_part_words_and_quotes_keep_them),
	    cmocka_unit_test(nothing_else_is_a_shells),
	    cmocka_unit_test(an_open_quote_is_told),
	    cmocka_unit_test(what_is_put_is_what_is_taken),
	    cmocka_unit_test(words_are_parted_as_a_shell_does),
	    cmocka_unit_test(what_needs_a_shell_is_refused),
	    cmocka_unit_test(secrets_are_struck_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
