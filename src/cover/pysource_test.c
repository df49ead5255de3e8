#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "cover/pysource.h"

static void check(struct str bytes, const char *text)
{
	struct arena a = {0};
	struct pysource s = pysource(&a, bytes);
	assert_null(s.error);
	assert_true(str_is(s.text, text));
	arena_free(&a);
}

static void text_that_is_clean_is_borrowed(void **state)
{
	(void)state;
	struct arena a = {0};
	struct str bytes = STR("x = '\xc3\xa9'\ny = 1\n");
	assert_ptr_equal(pysource(&a, bytes).text.at, bytes.at);
	assert_int_equal(a.total_bytes, 0);
	arena_free(&a);
}

static void line_ends_and_form_feeds_are_as_coverage_reads_them(void **state)
{
	(void)state;
	check(STR("a\r\nb\rc\n\r\r\n\f\n"), "a\nb\nc\n\n\n \n");
	check(STR("\xef\xbb\xbfx\n"), "x\n");
	check(STR(""), "");
}

static void the_comment_on_top_names_the_encoding(void **state)
{
	(void)state;
	check(STR("# -*- coding: latin-1 -*-\n'\xe9'"), "# -*- coding: latin-1 -*-\n'\xc3\xa9'");
	check(STR("#!x\n# vim: fileencoding=ISO_8859_15 :\n'\xe9'"),
	      "#!x\n# vim: fileencoding=ISO_8859_15 :\n'\xc3\xa9'");
	check(STR("x = 1\n# coding: latin-1\n'\xe9'"), "x = 1\n# coding: latin-1\n'\xef\xbf\xbd'");
	check(STR("\n\n# coding: latin-1\n'\xe9'"), "\n\n# coding: latin-1\n'\xef\xbf\xbd'");
	check(STR("x = 'coding: latin-1'\n'\xe9'"), "x = 'coding: latin-1'\n'\xef\xbf\xbd'");
}

static void the_second_byte_of_a_character_is_no_backslash(void **state)
{
	(void)state;
	check(STR("# coding: shift_jis\nx = '\x83\x5c'\n"), "# coding: shift_jis\nx = '\xef\xbf\xbd'\n");
	check(STR("# coding: gbk\nx = '\x83\n'\n"), "# coding: gbk\nx = '\xef\xbf\xbd\n'\n");
}

static void other_encodings_are_errors(void **state)
{
	(void)state;
	struct arena a = {0};
	assert_string_equal(pysource(&a, STR("\xff\xfex\0")).error,
			    "it is UTF-16, which Python does not read");
	assert_non_null(pysource(&a, STR("# coding: utf-16\n")).error);
	assert_non_null(pysource(&a, STR("# coding: iso-2022-jp\n")).error);
	assert_non_null(pysource(&a, STR("# coding: nonsense\n")).error);
	assert_null(pysource(&a, STR("# coding: UTF\n")).error);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_that_is_clean_is_borrowed),
	    cmocka_unit_test(line_ends_and_form_feeds_are_as_coverage_reads_them),
	    cmocka_unit_test(the_comment_on_top_names_the_encoding),
	    cmocka_unit_test(the_second_byte_of_a_character_is_no_backslash),
	    cmocka_unit_test(other_encodings_are_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
