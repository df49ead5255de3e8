#include "subject/container_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define FRAME(stream, n) stream "\0\0\0\0\0\0" n

static const char talk[] =
    FRAME("\1", "\5") "hello" FRAME("\2", "\4") "oops" FRAME("\1", "\0") FRAME("\1", "\1") "!";
enum { TALK = sizeof(talk) - 1 };

/* The same however it is cut. */
static void pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t step = 1; step <= TALK; step++) {
		struct container_frames f = {0};
		struct buf out = {0};
		for (size_t at = 0; at < TALK; at += step)
			assert_true(container_frames_feed(&f, str_cut((struct str){talk, TALK}, at, step),
							  &out, 100));
		assert_true(str_is(buf_view(&out), "hello!"));
		assert_int_equal(f.out_bytes, 6);
		assert_int_equal(f.err_bytes, 4);
		assert_memory_equal(f.err, "oops", 4);
		assert_true(container_frames_whole(&f));
		buf_free(&out);
	}
}

static void what_is_too_much_is_counted(void **state)
{
	(void)state;
	struct container_frames f = {0};
	struct buf out = {0};
	assert_true(container_frames_feed(&f, (struct str){talk, TALK}, &out, 3));
	assert_true(str_is(buf_view(&out), "hel"));
	assert_int_equal(f.out_bytes, 6);
	assert_true(container_frames_feed(&f, (struct str){talk, TALK}, NULL, 0));
	assert_int_equal(f.out_bytes, 12);
	buf_free(&out);
}

static void an_end_in_the_middle_is_none(void **state)
{
	(void)state;
	for (size_t n = 1; n < TALK; n++) {
		struct container_frames f = {0};
		bool border = n == 13 || n == 25 || n == 33;
		assert_true(container_frames_feed(&f, (struct str){talk, n}, NULL, 0));
		assert_int_equal(container_frames_whole(&f), border);
	}
}

static void other_bytes_are_refused(void **state)
{
	(void)state;
	const struct str bad[] = {STR("hello"), STR("\3\0\0\0\0\0\0\1x"), STR("\1\0\1\0\0\0\0\1x"),
				  STR("HTTP/1.1 200 OK\r\n")};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct container_frames f = {0};
		assert_false(container_frames_feed(&f, bad[i], NULL, 0));
	}
	/* a frame may claim to be large; nothing is kept for what does not come */
	struct container_frames f = {0};
	struct buf out = {0};
	assert_true(container_frames_feed(&f, STR("\1\0\0\0\377\377\377\377ab"), &out, 1000));
	assert_int_equal(out.n, 2);
	assert_false(container_frames_whole(&f));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_of_any_size),
	    cmocka_unit_test(what_is_too_much_is_counted),
	    cmocka_unit_test(an_end_in_the_middle_is_none),
	    cmocka_unit_test(other_bytes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
