#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rune.h"
#include "base/str.h"

static void a_character_is_read_whole(void **state)
{
	static const struct {
		const char *text;
		uint32_t rune;
		unsigned n;
	} rows[] = {{"a", 'a', 1},
		    {"\xc3\xa9", 0xe9, 2},
		    {"\xe4\xb8\xad", 0x4e2d, 3},
		    {"\xf0\x9f\x98\x80", 0x1f600, 4},
		    {"\xf4\x8f\xbf\xbf", 0x10ffff, 4}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned n = 0;
		assert_int_equal(rune_at(str_of(rows[i].text), &n), rows[i].rune);
		assert_int_equal(n, rows[i].n);
	}
}

static void a_byte_that_is_no_utf8_is_told(void **state)
{
	static const char *const rows[] = {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "\x80"};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned n = 0;
		assert_int_equal(rune_at(str_of(rows[i]), &n), RUNE_BAD);
		assert_int_equal(n, 1);
	}
}

static void columns_follow_unicode(void **state)
{
	(void)state;
	assert_int_equal(rune_columns('a'), 1);
	assert_int_equal(rune_columns(0xe9), 1);
	assert_int_equal(rune_columns(0x301), 0);   /* combining acute */
	assert_int_equal(rune_columns(0x200b), 0);  /* zero width space */
	assert_int_equal(rune_columns(0xfe0f), 0);  /* variation selector */
	assert_int_equal(rune_columns(0x4e2d), 2);  /* a Han character */
	assert_int_equal(rune_columns(0xff21), 2);  /* fullwidth A */
	assert_int_equal(rune_columns(0x1f600), 2); /* a face */
	assert_int_equal(rune_columns(0x2588), 1);  /* full block */
	assert_int_equal(rune_columns(0x3a9), 1);   /* Omega */
	assert_int_equal(rune_columns(0x10ffff), 1);
}

static void characters_that_turn_the_text_around_are_known(void **state)
{
	(void)state;
	assert_true(rune_is_bidi_control(0x202e));
	assert_true(rune_is_bidi_control(0x2066));
	assert_false(rune_is_bidi_control(0x5d0)); /* a Hebrew letter is just a letter */
	assert_false(rune_is_bidi_control('a'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_character_is_read_whole),
	    cmocka_unit_test(a_byte_that_is_no_utf8_is_told),
	    cmocka_unit_test(columns_follow_unicode),
	    cmocka_unit_test(characters_that_turn_the_text_around_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
