#include "base/clip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"

static void a_short_text_is_kept_whole(void **state)
{
	struct arena a = {0};
	struct clip c;
	(void)state;
	clip_init(&c, &a, 64);
	assert_int_equal(clip_view(&c).n, 0);
	clip_add(&c, STR("hello "));
	clip_add(&c, STR_NONE);
	clip_add(&c, STR("world"));
	assert_true(str_is(clip_view(&c), "hello world"));
	clip_clear(&c);
	assert_int_equal(clip_view(&c).n, 0);
	clip_add(&c, STR("again"));
	assert_true(str_is(clip_view(&c), "again"));
	arena_free(&a);
}

/* Every length around the limit, added in pieces of every size, against the obvious way to do it. */
static void head_and_tail_are_kept_whatever_the_pieces(void **state)
{
	enum { MOST = 70 };
	char text[4 * MOST];
	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('!' + i % 90);
	for (size_t n = MOST - 2; n < sizeof(text); n++)
		for (size_t piece = 1; piece < 2 * MOST; piece += 1 + piece / 8) {
			struct arena a = {0};
			struct buf want = {0};
			struct clip c;
			clip_init(&c, &a, MOST);
			for (size_t i = 0; i < n; i += piece)
				clip_add(&c, str_cut((struct str){text, n}, i, piece));
			if (n <= MOST) {
				buf_add(&want, text, n);
			} else {
				buf_add(&want, text, MOST / 2);
				buf_printf(&want, "\n[%zu bytes left out]\n", n - MOST);
				buf_add(&want, text + n - MOST / 2, MOST / 2);
			}
			assert_true(str_eq(clip_view(&c), buf_view(&want)));
			assert_int_equal(c.total, n);
			buf_free(&want);
			arena_free(&a);
		}
}

static void a_cut_does_not_fall_inside_a_character(void **state)
{
	struct arena a = {0};
	struct clip c;
	(void)state;
	clip_init(&c, &a, 64);
	for (int i = 0; i < 100; i++)
		clip_add(&c, STR("\xe2\x82\xac"));
	struct str s = clip_view(&c);
	for (size_t i = 0; i < s.n;) {
		unsigned n = str_utf8(str_cut(s, i, 4));
		assert_int_not_equal(n, 0);
		i += n;
	}
	arena_free(&a);
}

static void memory_does_not_grow_with_the_text(void **state)
{
	struct arena a = {0};
	struct clip c;
	(void)state;
	clip_init(&c, &a, 4096);
	for (int i = 0; i < 100000; i++)
		clip_add(&c, STR("a line of output that nobody will ever read\n"));
	assert_true(clip_view(&c).n <= 4096 + 64);
	assert_true(a.total_bytes <= 64 * 1024);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_short_text_is_kept_whole),
	    cmocka_unit_test(head_and_tail_are_kept_whatever_the_pieces),
	    cmocka_unit_test(a_cut_does_not_fall_inside_a_character),
	    cmocka_unit_test(memory_does_not_grow_with_the_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
