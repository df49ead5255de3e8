#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/regex.h"
#include "base/str.h"

/* The matches of patterns in a text as "1 3-4"; an error's text instead. */
static const char *found(const struct str *patterns, size_t n, struct str text)
{
	static char ret[600];
	struct arena a = {0};
	struct buf b = {0};
	struct err e = {0};
	struct regex *r;
	struct regex_match *m;
	uint32_t n_matches;
	buf_add(&b, "", 0);
	if (regex_compile(patterns, n, &r, &e) < 0 || regex_lines(r, &a, text, &m, &n_matches, &e) < 0) {
		buf_text(&b, e.text);
	} else {
		for (uint32_t i = 0; i < n_matches; i++) {
			buf_printf(&b, b.n ? " %u" : "%u", (unsigned)m[i].first);
			if (m[i].last != m[i].first)
				buf_printf(&b, "-%u", (unsigned)m[i].last);
		}
	}
	assert_true(b.n < sizeof(ret));
	memcpy(ret, b.at, b.n + 1);
	regex_free(r);
	buf_free(&b);
	arena_free(&a);
	return ret;
}

static const char *find(const char *pattern, const char *text)
{
	struct str one = str_of(pattern);
	return found(&one, 1, str_of(text));
}

static void lines_of_matches_are_found(void **state)
{
	(void)state;
	assert_string_equal(find("b+", "a\nbb\nab b\n"), "2 3 3");
	assert_string_equal(find("^b", "ab\nb\n"), "2");
	assert_string_equal(find("b$", "ba\nb\nab"), "2 3");
	assert_string_equal(find("a\\s*b", "a\n\nb\nab\n"), "1-3 4");
	assert_string_equal(find("a\n", "a\na\n"), "1-2 2-3");
	assert_string_equal(find("(?s)a.*b", "a\nx\nb\n"), "1-3");
	assert_string_equal(find("x", ""), "");
}

static void empty_matches_are_as_in_python(void **state)
{
	(void)state;
	assert_string_equal(find("^", "a\nb\n"), "1 2 3");
	assert_string_equal(find("$", "a\nb"), "1 2");
	assert_string_equal(find("a*", "baac"), "1 1 1 1");
	assert_string_equal(find("\\Z", "a\n"), "2");
	assert_string_equal(find("", "a\n"), "1 1 2");
	assert_string_equal(find("(?#nothing)", "a"), "1 1");
}

static void the_first_pattern_that_fits_wins(void **state)
{
	(void)state;
	struct str patterns[] = {STR("a(?s:.)b"), STR("(?P<x>c)(?P=x)"), STR("b")};
	assert_string_equal(found(patterns, 3, STR("a\nb\ncc\n")), "1-2 3");
	assert_string_equal(found(NULL, 0, STR("a")), "");
}

static void python_spells_some_things_in_its_own_way(void **state)
{
	(void)state;
	assert_string_equal(find("^a{,2}$", "aa\naaa\n"), "1 3");
	assert_string_equal(find("a{x}", "a{x}\n"), "1");
	assert_string_equal(find("[[:alpha:]]", "a]\nb\n"), "1");
	assert_string_equal(find("\\u0041|\\x42|\\103|[\\x44]", "A\nB\nC\nD\nE\n"), "1 2 3 4");
	assert_string_equal(find("(a)\\1", "aa\nab\n"), "1");
	assert_string_equal(find("a(?#note)b", "ab"), "1");
	assert_string_equal(find("(?i)ab(?-i:C)", "ABC\nabc\n"), "1");
	assert_string_equal(find("(?P<n>a)?(?(n)b|c)", "ab\nc\n"), "1 2");
	assert_string_equal(find("[\\v]", "\v\n"), "1");
	assert_string_equal(find("a.c", "a\rc"), "1");
}

static void letters_and_digits_are_unicodes(void **state)
{
	(void)state;
	assert_string_equal(find("^\\w$", "\xc3\xa9\n"), "1");
	assert_string_equal(find("^.$", "\xc3\xa9\n"), "1");
	assert_string_equal(find("\\d", "\xd9\xa3\n"), "1");
	assert_string_equal(find("\xc3\xa9?x", "x\n"), "1");
	assert_string_equal(find("b", "\xff\nb\n"), "2");
}

static void what_python_refuses_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *error;
	} BAD[] = {{"a\\", "bad regular expression 'a\\': backslash at the end at offset 1"},
		   {"\\h", "bad regular expression '\\h': bad escape at offset 0"},
		   {"(?R)", "bad regular expression '(?R)': unknown extension or flag at offset 2"},
		   {"(*FAIL)", "bad regular expression '(*FAIL)': nothing to repeat at offset 0"},
		   {"[a", "bad regular expression '[a': unterminated character set at offset 2"},
		   {"(a", "bad regular expression '(a': missing closing parenthesis"},
		   {"\\x1", "bad regular expression '\\x1': incomplete escape at offset 0"}};
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_string_equal(find(BAD[i].pattern, "a"), BAD[i].error);
	struct str twice[] = {STR("(?P<x>a)"), STR("(?P<x>b)")};
	assert_string_equal(found(twice, 2, STR("a")), "these 2 regular expressions do not go together");
}

static void a_pattern_that_takes_too_long_is_an_error(void **state)
{
	(void)state;
	const char *said =
	    find("(a+)+$", "x\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n");
	assert_non_null(strstr(said, "takes too many steps"));
}

static void the_groups_of_the_first_match_point_into_the_text(void **state)
{
	struct err e;
	struct regex *r;
	struct str groups[4], pattern = STR("(\\w+)=(x)?(\\d+)");
	(void)state;
	assert_int_equal(regex_compile(&pattern, 1, &r, &e), 0);
	assert_true(regex_groups(r, STR("a b=12 c=x3"), groups, 4));
	assert_true(str_is(groups[0], "b=12"));
	assert_true(str_is(groups[1], "b"));
	assert_int_equal(groups[2].n, 0);
	assert_true(str_is(groups[3], "12"));
	assert_true(regex_groups(r, STR("\xc3\xa9=x3"), groups, 2)); /* fewer places than groups */
	assert_true(str_is(groups[1], "\xc3\xa9"));
	assert_false(regex_groups(r, STR("nothing"), groups, 4));
	assert_false(regex_groups(NULL, STR("a=1"), groups, 4));
	regex_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_of_matches_are_found),
	    cmocka_unit_test(empty_matches_are_as_in_python),
	    cmocka_unit_test(the_first_pattern_that_fits_wins),
	    cmocka_unit_test(python_spells_some_things_in_its_own_way),
	    cmocka_unit_test(letters_and_digits_are_unicodes),
	    cmocka_unit_test(what_python_refuses_is_refused),
	    cmocka_unit_test(a_pattern_that_takes_too_long_is_an_error),
	    cmocka_unit_test(the_groups_of_the_first_match_point_into_the_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
