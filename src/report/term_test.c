#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "report/term.h"

static struct buf got;
static struct out stream;
static struct term plain;

static int begin(void **state)
{
	(void)state;
	buf_clear(&got);
	out_to_buf(&stream, &got);
	plain = (struct term){&stream, 80, false, false};
	return 0;
}

static int end(void **state)
{
	(void)state;
	buf_free(&got);
	return 0;
}

static void what_a_terminal_would_obey_is_shown_instead(void **state)
{
	(void)state;
	unsigned used = term_text(&plain, STR("a\x1b[31m\x07\n\t\x7f\xc2\x9b\xe2\x80\xae\xff"), 80);
	assert_string_equal(got.at, "a\\x1b[31m\\x07\\n\\t\\x7f\\x9b<U+202E>\xef\xbf\xbd");
	assert_int_equal(used, 1 + 4 + 4 + 4 + 2 + 2 + 4 + 4 + 8 + 1);
}

static void text_is_cut_by_columns_not_bytes(void **state)
{
	(void)state;
	/* two columns each: three fit into seven with the mark, not four */
	assert_int_equal(term_text(&plain, STR("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"), 7), 7);
	assert_string_equal(got.at, "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe2\x80\xa6");
	begin(NULL);
	assert_int_equal(term_text(&plain, STR("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"), 8), 8);
	assert_string_equal(got.at, "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad");
	begin(NULL);
	assert_int_equal(term_text(&plain, STR("e\xcc\x81t\xc3\xa9"), 3), 3);
	assert_string_equal(got.at, "e\xcc\x81t\xc3\xa9");
	begin(NULL);
	assert_int_equal(term_text(&plain, STR("abcdef"), 0), 0);
	assert_int_equal(got.n, 0);
}

static void a_path_keeps_its_end(void **state)
{
	(void)state;
	assert_int_equal(term_text_end(&plain, STR("features/area/checkout.feature:12"), 20), 20);
	assert_string_equal(got.at, "\xe2\x80\xa6"
				    "checkout.feature:12");
	begin(NULL);
	assert_int_equal(term_text_end(&plain, STR("short"), 20), 5);
	assert_string_equal(got.at, "short");
}

static void a_pile_of_marks_is_cut_short(void **state)
{
	struct buf pile = {0};
	(void)state;
	buf_char(&pile, 'e');
	for (int i = 0; i < 100; i++)
		buf_text(&pile, "\xcc\x81");
	assert_int_equal(term_text(&plain, buf_view(&pile), 10), 1);
	assert_int_equal(got.n, 1 + 4 * 2);
	buf_free(&pile);
}

static void cells_are_exactly_as_wide_as_asked(void **state)
{
	(void)state;
	term_cell(&plain, STR("ab"), 4, SIDE_LEFT);
	term_cell(&plain, STR("ab"), 4, SIDE_RIGHT);
	term_cell(&plain, STR("abcdef"), 4, SIDE_RIGHT);
	term_duration(&plain, -1, 4);
	term_count(&plain, 1200, 6);
	assert_string_equal(got.at, "ab    ababc\xe2\x80\xa6   - 1,200");
}

static void tabs_in_output_keep_its_columns(void **state)
{
	(void)state;
	assert_int_equal(term_line(&plain, STR("abc\tx"), 80), 9);
	assert_string_equal(got.at, "abc     x");
}

static void bars_grow_with_their_part(void **state)
{
	(void)state;
	assert_int_equal(term_bar(&plain, 1, 2, 4), 2);
	assert_string_equal(got.at, "\xe2\x96\x88\xe2\x96\x88");
	begin(NULL);
	assert_int_equal(term_bar(&plain, 1, 16, 4), 1); /* a quarter of a column */
	assert_string_equal(got.at, "\xe2\x96\x8e");
	begin(NULL);
	assert_int_equal(term_bar(&plain, 7, 5, 4), 4);
	assert_int_equal(term_bar(&plain, -7, 5, 4), 0);
	assert_int_equal(term_bar(&plain, 7, 0, 4), 0);
	begin(NULL);
	plain.ascii = true;
	assert_int_equal(term_bar(&plain, 1, 2, 4), 2);
	assert_string_equal(got.at, "##");
}

static void ink_is_spent_only_on_terminals(void **state)
{
	(void)state;
	term_inked(&plain, INK_BAD, "no");
	assert_string_equal(got.at, "no");
	begin(NULL);
	plain.colour = true;
	term_inked(&plain, INK_BAD, "no");
	assert_string_equal(got.at, "\x1b[1;31mno\x1b[0m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(what_a_terminal_would_obey_is_shown_instead, begin),
	    cmocka_unit_test_setup(text_is_cut_by_columns_not_bytes, begin),
	    cmocka_unit_test_setup(a_path_keeps_its_end, begin),
	    cmocka_unit_test_setup(a_pile_of_marks_is_cut_short, begin),
	    cmocka_unit_test_setup(cells_are_exactly_as_wide_as_asked, begin),
	    cmocka_unit_test_setup(tabs_in_output_keep_its_columns, begin),
	    cmocka_unit_test_setup(bars_grow_with_their_part, begin),
	    cmocka_unit_test_setup_teardown(ink_is_spent_only_on_terminals, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
