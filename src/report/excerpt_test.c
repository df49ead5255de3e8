#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "report/excerpt.h"

static void assert_str(struct str got, const char *want)
{
	assert_int_equal(got.n, str_of(want).n);
	assert_memory_equal(got.at, want, got.n);
}

static void colours_and_titles_go_text_stays(void **state)
{
	struct buf b = {0};
	(void)state;
	assert_str(
	    excerpt_plain(&b, STR("\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b]8;;u\x1b\\y\x1b(Bz\x1b=")),
	    "red xyz");
	assert_str(excerpt_plain(&b, STR("a\r\nb\rc")), "a\nb\nc");
	buf_free(&b);
}

static void a_broken_sequence_is_kept_for_the_eye(void **state)
{
	struct buf b = {0};
	(void)state;
	assert_str(excerpt_plain(&b, STR("a\x1b")), "a\x1b");
	assert_str(excerpt_plain(&b, STR("a\x1b[12")), "a\x1b[12");
	assert_str(excerpt_plain(&b, STR("a\x1b]0;never ends")), "a\x1b]0;never ends");
	buf_free(&b);
}

static void the_tail_says_how_many_lines_it_lacks(void **state)
{
	size_t cut;
	(void)state;
	assert_str(excerpt_tail(STR("1\n2\n3\n4\n\n"), 2, 100, &cut), "3\n4");
	assert_int_equal(cut, 2);
	assert_str(excerpt_tail(STR("1\n2"), 5, 100, &cut), "1\n2");
	assert_int_equal(cut, 0);
	assert_str(excerpt_tail(STR("long line\nend"), 5, 6, &cut), "end");
	assert_int_equal(cut, 1);
	assert_str(excerpt_tail(STR("one \xc3\xa9 line"), 5, 6, &cut), " line"); /* never half a character */
	assert_str(excerpt_tail(STR("\n\n"), 5, 6, &cut), "");
	assert_str(excerpt_tail(STR_NONE, 5, 6, &cut), "");
}

static void the_middle_is_cut_from_long_text(void **state)
{
	struct buf b = {0};
	(void)state;
	assert_str(excerpt_ends(&b, STR("short"), 5), "short");
	assert_str(excerpt_ends(&b, STR("0123456789abcdefghij"), 8), "01\n[... 12 bytes cut ...]\nefghij");
	assert_str(excerpt_ends(&b, STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), 4),
		   "\n[... 10 bytes cut ...]\n\xc3\xa9");
	buf_free(&b);
}

static void the_first_line_with_text_is_the_title(void **state)
{
	(void)state;
	assert_str(excerpt_line(STR("\n \n  first  \nsecond")), "first");
	assert_str(excerpt_line(STR("")), "");
	assert_str(excerpt_line(STR("\n\n")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(colours_and_titles_go_text_stays),
	    cmocka_unit_test(a_broken_sequence_is_kept_for_the_eye),
	    cmocka_unit_test(the_tail_says_how_many_lines_it_lacks),
	    cmocka_unit_test(the_middle_is_cut_from_long_text),
	    cmocka_unit_test(the_first_line_with_text_is_the_title),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
