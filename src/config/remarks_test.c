#include "config/remarks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"

static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void shows(struct remarks *r, const char *wanted)
{
	struct buf b = {0};
	remarks_put(&b, r);
	assert_string_equal(b.at ? b.at : "", wanted);
	buf_free(&b);
}

static void each_stands_with_its_line_in_the_files_order(void **state)
{
	struct remarks r = {.arena = &arena, .path = "f.yaml", .text = STR("a: 1\nbcd: 22\r\n")};
	(void)state;
	remark(&r, (struct place){2, 6, 2}, "'%d' is much", 22);
	remark_warning(&r, (struct place){1, 1, 1}, "an a");
	remark(&r, (struct place){0}, "as a whole");
	assert_int_equal(r.errors, 2);
	assert_int_equal(r.warnings, 1);
	shows(&r, "f.yaml: error: as a whole\nf.yaml:1:1: warning: an a\n    1 | a: 1\n      | ^\n"
		  "f.yaml:2:6: error: '22' is much\n    2 | bcd: 22\n      |      ^~\n");
}

static void the_first_error_is_one_line(void **state)
{
	struct remarks r = {.arena = &arena, .path = "f.yaml"};
	struct err e = {0};
	(void)state;
	assert_int_equal(remarks_first(&r, &e), 0);
	remark_warning(&r, (struct place){1, 1, 1}, "a warning");
	assert_int_equal(remarks_first(&r, &e), 0);
	remark(&r, (struct place){9, 1, 1}, "later");
	remark(&r, (struct place){2, 3, 1}, "sooner");
	assert_int_equal(remarks_first(&r, &e), FAULT_USAGE);
	assert_string_equal(e.text, "f.yaml:2:3: sooner");
}

static void hostile_bytes_do_not_reach_the_terminal(void **state)
{
	struct remarks r = {.arena = &arena, .path = "f", .text = STR("\t\x1b[2J\xc2\x9b\xff\xc3\xa4")};
	(void)state;
	remark(&r, (struct place){1, 2, 9}, "x");
	remark(&r, (struct place){0}, "unknown '%s'", "\x1b[2J\n\xe2\x80\xae");
	shows(&r,
	      "f: error: unknown '?[2J?\?'\nf:1:2: error: x\n    1 |  ?[2J?\?\xc3\xa4\n      |  ^~~~~~~\n");
}

static void a_long_line_is_cut_around_its_place(void **state)
{
	struct buf text = {0}, b = {0};
	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_char(&text, 'x');
	struct remarks r = {.arena = &arena, .path = "f", .text = buf_view(&text)};
	remark(&r, (struct place){1, 50001, 3}, "here");
	remarks_put(&b, &r);
	assert_true(b.n < 400);
	assert_non_null(strstr(b.at, "| ...xxx"));
	assert_non_null(strstr(b.at, "xxx...\n"));
	assert_true(str_ends(buf_view(&b), " ^~~\n"));
	buf_free(&b);
	buf_free(&text);
}

static void a_line_with_a_secret_is_not_shown(void **state)
{
	struct remarks r = {.arena = &arena, .path = "f", .text = STR("token: abc")};
	(void)state;
	r.secret = true;
	remark(&r, (struct place){1, 8, 3}, "bad");
	shows(&r, "f:1:8: error: bad\n");
}

static void there_is_an_end_to_it(void **state)
{
	struct remarks r = {.arena = &arena, .path = "f"};
	struct buf b = {0};
	(void)state;
	for (int i = 0; i < 100000; i++)
		remark(&r, (struct place){0}, "x");
	assert_int_equal(r.n, REMARKS_KEPT);
	assert_int_equal(r.errors, 100000);
	remarks_put(&b, &r);
	assert_true(str_ends(buf_view(&b), "f: and 99800 more\n"));
	buf_free(&b);
}

int main(void)
{
#define T(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
	    T(each_stands_with_its_line_in_the_files_order),
	    T(the_first_error_is_one_line),
	    T(hostile_bytes_do_not_reach_the_terminal),
	    T(a_long_line_is_cut_around_its_place),
	    T(a_line_with_a_secret_is_not_shown),
	    T(there_is_an_end_to_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
