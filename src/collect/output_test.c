#include "collect/output.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "base/temp_fixture.h"

static struct temp temp;

static int make(void **state)
{
	(void)state;
	temp_make(&temp);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	temp_drop(&temp);
	return 0;
}

/* Byte i of a text without a period that divides a buffer's size. */
static char letter(size_t i)
{
	return (char)('!' + i % 89);
}

static void put_letters(struct output *o, size_t from, size_t n, size_t piece)
{
	char *bytes = test_malloc(piece);
	while (n) {
		size_t now = n < piece ? n : piece;
		for (size_t i = 0; i < now; i++)
			bytes[i] = letter(from + i);
		output_put(o, (struct str){bytes, now});
		from += now;
		n -= now;
	}
	test_free(bytes);
}

static void what_a_unit_prints_is_kept_whole_where_it_is_short(void **state)
{
	(void)state;
	struct arena a = {0};
	struct output o;
	output_init(&o, -1);
	assert_int_equal(output_excerpt(&o, &a).n, 0);
	put_letters(&o, 0, OUTPUT_HEAD + OUTPUT_TAIL, 1000);
	struct str s = output_excerpt(&o, &a);
	assert_int_equal(s.n, OUTPUT_HEAD + OUTPUT_TAIL);
	for (size_t i = 0; i < s.n; i++)
		assert_int_equal(s.at[i], letter(i));
	output_close(&o);
	arena_free(&a);
}

/* Every way of cutting the text into pieces gives the same head, notice and tail. */
static void of_a_long_one_head_and_tail_are_kept(void **state)
{
	(void)state;
	enum { MORE = 12345, ALL = OUTPUT_HEAD + OUTPUT_TAIL + MORE };
	static const size_t pieces[] = {1, 7, 4096, 65536, ALL};
	for (size_t k = 0; k < sizeof(pieces) / sizeof(*pieces); k++) {
		struct arena a = {0};
		struct output o;
		output_init(&o, -1);
		put_letters(&o, 0, ALL, pieces[k]);
		assert_int_equal(o.unit_bytes, ALL);
		struct str s = output_excerpt(&o, &a);
		for (size_t i = 0; i < OUTPUT_HEAD; i++)
			assert_int_equal(s.at[i], letter(i));
		for (size_t i = 0; i < OUTPUT_TAIL; i++)
			assert_int_equal(s.at[s.n - 1 - i], letter(ALL - 1 - i));
		struct str notice = str_cut(s, OUTPUT_HEAD, s.n - OUTPUT_HEAD - OUTPUT_TAIL);
		assert_true(str_is(notice, "\n[... 12345 bytes cut; all of it is in the log ...]\n"));
		output_close(&o);
		arena_free(&a);
	}
}

static void a_mark_begins_anew_and_the_log_goes_on(void **state)
{
	(void)state;
	struct arena a = {0};
	struct output o;
	struct buf log = {0};
	output_init(&o, -1);
	output_open(&o, temp_at(&temp, "log"));
	output_put(&o, STR("before "));
	output_mark(&o);
	assert_int_equal(o.unit_at, 7);
	output_put(&o, STR_NONE);
	output_put(&o, STR("after"));
	assert_true(str_is(output_excerpt(&o, &a), "after"));
	assert_int_equal(o.unit_bytes, 5);
	assert_int_equal(o.log_bytes, 12);
	output_close(&o);
	assert_true(file_read(temp.path, SIZE_MAX, &log));
	assert_string_equal(log.at, "before after");
	buf_free(&log);
	arena_free(&a);
}

static void a_log_that_cannot_be_written_is_given_up_and_told(void **state)
{
	(void)state;
	struct arena a = {0};
	struct output o;
	output_init(&o, -1);
	output_open(&o, "/no/such/folder/log");
	assert_true(o.failed);
	assert_non_null(strstr(o.error.text, "/no/such/folder/log"));
	output_put(&o, STR("all the same"));
	assert_true(str_is(output_excerpt(&o, &a), "all the same"));
	output_close(&o);
	output_init(&o, -1);
	output_open(&o, "/dev/full");
	assert_false(o.failed);
	output_put(&o, STR("one"));
	assert_true(o.failed);
	assert_int_equal(o.log, -1);
	output_put(&o, STR(" two"));
	assert_true(str_is(output_excerpt(&o, &a), "one two"));
	assert_int_equal(o.log_bytes, 0);
	output_close(&o);
	arena_free(&a);
}

static void a_link_in_place_of_the_log_is_not_followed(void **state)
{
	(void)state;
	struct output o;
	char target[TEMP_PATH];
	(void)snprintf(target, sizeof(target), "%s", temp_file(&temp, "target", "mine"));
	assert_int_equal(symlink(target, temp_at(&temp, "log")), 0);
	output_init(&o, -1);
	output_open(&o, temp.path);
	assert_true(o.failed);
	output_close(&o);
}

static void it_goes_on_without_a_reader_of_the_copy(void **state)
{
	(void)state;
	struct arena a = {0};
	struct output o;
	int ends[2];
	char seen[8] = "";
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	output_init(&o, ends[1]);
	output_put(&o, STR("one"));
	assert_int_equal(read(ends[0], seen, sizeof(seen)), 3);
	assert_string_equal(seen, "one");
	(void)close(ends[0]);
	output_put(&o, STR(" two"));
	assert_int_equal(o.tee, -1);
	assert_true(str_is(output_excerpt(&o, &a), "one two"));
	output_close(&o);
	(void)close(ends[1]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_unit_prints_is_kept_whole_where_it_is_short),
	    cmocka_unit_test(of_a_long_one_head_and_tail_are_kept),
	    cmocka_unit_test_setup_teardown(a_mark_begins_anew_and_the_log_goes_on, make, drop),
	    cmocka_unit_test(a_log_that_cannot_be_written_is_given_up_and_told),
	    cmocka_unit_test_setup_teardown(a_link_in_place_of_the_log_is_not_followed, make, drop),
	    cmocka_unit_test(it_goes_on_without_a_reader_of_the_copy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
