#include "config/knob_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void takes(const char *text, size_t n, const char *const *words)
{
	struct arena arena = {0};
	struct str rest = str_of(text), word;
	const char *wrong = NULL;
	for (size_t i = 0; i < n; i++) {
		assert_true(words_next(&rest, &arena, &word, &wrong));
		if (!str_is(word, words[i]))
			fail_msg("'%.*s' is not '%s'", STR_ARG(word), words[i]);
	}
	assert_false(words_next(&rest, &arena, &word, &wrong));
	assert_null(wrong);
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
	const char *wrong = NULL;
	(void)state;
	assert_true(words_next(&rest, &arena, &word, &wrong));
	assert_false(words_next(&rest, &arena, &word, &wrong));
	assert_string_equal(wrong, "a single quote is not closed");
	arena_free(&arena);
}

static void what_is_put_is_what_is_taken(void **state)
{
	static const char *const words[] = {"plain", "", "a b", "it's", "\"", "\\", "tab\tnl\n", "$x*"};
	struct arena arena = {0};
	struct buf b = {0};
	const char *wrong = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		words_put(&b, str_of(words[i]));
		buf_char(&b, ' ');
	}
	struct str rest = buf_view(&b), word;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(words_next(&rest, &arena, &word, &wrong));
		assert_true(str_is(word, words[i]));
	}
	buf_free(&b);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blanks_part_words_and_quotes_keep_them),
	    cmocka_unit_test(nothing_else_is_a_shells),
	    cmocka_unit_test(an_open_quote_is_told),
	    cmocka_unit_test(what_is_put_is_what_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
