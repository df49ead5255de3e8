#include "collect/spool.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/temp_fixture.h"

static struct temp temp;
static struct spool spool;
static int writer;

static int make(void **state)
{
	(void)state;
	struct err e;
	temp_make(&temp);
	if (spool_open(&spool, temp_at(&temp, "rows"), &e) < 0)
		return -1;
	writer = open(temp.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	return writer < 0 ? -1 : 0;
}

static int drop(void **state)
{
	(void)state;
	spool_close(&spool);
	fd_close(&writer);
	temp_drop(&temp);
	return 0;
}

static void add(const char *text)
{
	assert_true(fd_write(writer, text, strlen(text)));
}

static void assert_next(const char *want)
{
	struct str line;
	assert_true(spool_line(&spool, &line));
	assert_true(str_is(line, want));
}

static void assert_none(void)
{
	struct str line;
	assert_false(spool_line(&spool, &line));
}

static void a_line_is_handed_out_once_it_is_whole(void **state)
{
	(void)state;
	assert_none();
	add("one\ntw");
	assert_next("one");
	assert_none();
	add("o");
	assert_none();
	add("\n\nthree\nrest");
	assert_next("two");
	assert_next("");
	assert_next("three");
	assert_none();
	assert_int_equal(spool.bad, 0);
}

/* More than is read at once, so that lines lie across the edges. */
static void many_lines_come_in_order(void **state)
{
	(void)state;
	enum { LINES = 40000 };
	struct buf b = {0};
	char want[64];
	for (int i = 0; i < LINES; i++)
		buf_printf(&b, "line %d %.*s\n", i, i % 40, "........................................");
	add(b.at);
	for (int i = 0; i < LINES; i++) {
		(void)snprintf(want, sizeof(want), "line %d %.*s", i, i % 40,
			       "........................................");
		assert_next(want);
	}
	assert_none();
	buf_free(&b);
}

static void what_was_read_takes_no_room(void **state)
{
	(void)state;
	enum { LINES = 9000, LINE = 1000 };
	char text[LINE + 1];
	struct stat st;
	struct str line;
	memset(text, 'x', LINE);
	text[LINE - 1] = '\n';
	text[LINE] = 0;
	size_t n = 0;
	for (int i = 0; i < LINES; i++) {
		add(text);
		while (spool_line(&spool, &line))
			n++;
	}
	assert_int_equal(n, LINES);
	assert_int_equal(fstat(spool.fd, &st), 0);
	assert_int_equal(st.st_size, LINES * LINE); /* writers go on at the end */
	assert_true(st.st_blocks * 512 < st.st_size * 3 / 4 || spool.freed == 0);
	assert_true(spool.freed > 0);
}

static void a_line_that_is_too_long_is_counted_and_what_follows_is_read(void **state)
{
	(void)state;
	char *big = mem_alloc(SPOOL_LINE_MAX + 200001);
	memset(big, 'b', SPOOL_LINE_MAX + 200000);
	big[SPOOL_LINE_MAX + 200000] = 0;
	add("before\n");
	add(big);
	assert_next("before");
	assert_none();
	assert_int_equal(spool.bad, 1);
	add(" its end\nafter\n");
	struct str line;
	assert_true(spool_line(&spool, &line)); /* the rest of it, which is no row */
	assert_true(str_ends(line, " its end"));
	assert_next("after");
	assert_none();
	mem_free(big);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
	(void)state;
	struct spool other;
	struct err e;
	assert_int_equal(symlink(temp.path, temp_at(&temp, "link")), 0);
	assert_int_equal(spool_open(&other, temp.path, &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "link"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_line_is_handed_out_once_it_is_whole, make, drop),
	    cmocka_unit_test_setup_teardown(many_lines_come_in_order, make, drop),
	    cmocka_unit_test_setup_teardown(what_was_read_takes_no_room, make, drop),
	    cmocka_unit_test_setup_teardown(a_line_that_is_too_long_is_counted_and_what_follows_is_read, make,
					    drop),
	    cmocka_unit_test_setup_teardown(a_link_in_its_place_is_not_followed, make, drop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
