#include "ingest/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"

/* All lines of text, fed in pieces, each written as <line>. */
static void assert_lines(struct str text, size_t piece, char stop, const char *want)
{
	struct arena a = {0};
	struct buf got = {0};
	struct lines l;
	struct str line;
	lines_init(&l, &a);
	l.stop = stop;
	for (size_t i = 0; i < text.n; i += piece) {
		struct str bytes = str_cut(text, i, piece);
		while (lines_next(&l, &bytes, &line))
			buf_printf(&got, "<%.*s>", STR_ARG(line));
		assert_int_equal(bytes.n, 0);
	}
	if (lines_rest(&l, &line))
		buf_printf(&got, "[%.*s]", STR_ARG(line));
	buf_add(&got, "", 0);
	assert_string_equal(got.at, want);
	buf_free(&got);
	arena_free(&a);
}

static void lines_are_the_same_whatever_the_pieces(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 30; piece++) {
		assert_lines(STR("one\n\ntwo three\nfour"), piece, 0, "<one><><two three>[four]");
		assert_lines(STR("one\n"), piece, 0, "<one>");
		assert_lines(STR("\n\n"), piece, 0, "<><>");
		assert_lines(STR(""), piece, 0, "");
		assert_lines(STR("^a\nb^c\n^^d\ne^"), piece, '^', "<^a><b><^c><^><^d><e>[^]");
		assert_lines(STR("a^b"), piece, 0, "[a^b]");
	}
}

static void a_line_without_end_takes_no_more_memory_than_the_limit(void **state)
{
	struct arena a = {0};
	struct lines l;
	struct str line, bytes;
	static char chunk[1 << 20];
	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	lines_init(&l, &a);
	for (int i = 0; i < 100; i++) {
		bytes = (struct str){chunk, sizeof(chunk)};
		assert_false(lines_next(&l, &bytes, &line));
	}
	assert_true(a.total_bytes <= 4 * LINE_MOST);
	bytes = STR("tail\nnext\n");
	assert_true(lines_next(&l, &bytes, &line));
	assert_int_equal(line.n, LINE_MOST);
	assert_true(lines_next(&l, &bytes, &line));
	assert_true(str_is(line, "next"));
	assert_false(lines_next(&l, &bytes, &line));
	assert_false(lines_rest(&l, &line));
	arena_free(&a);
}

static void a_stop_ends_a_line_that_was_cut(void **state)
{
	struct arena a = {0};
	struct lines l;
	struct str line, bytes;
	static char chunk[3 * LINE_MOST];
	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	lines_init(&l, &a);
	l.stop = '^';
	bytes = (struct str){chunk, sizeof(chunk)};
	assert_false(lines_next(&l, &bytes, &line));
	bytes = STR("^after\n");
	assert_true(lines_next(&l, &bytes, &line));
	assert_int_equal(line.n, LINE_MOST);
	assert_true(lines_next(&l, &bytes, &line));
	assert_true(str_is(line, "^after"));
	arena_free(&a);
}

static void a_long_line_in_one_piece_is_cut_too(void **state)
{
	struct arena a = {0};
	struct lines l;
	struct str line;
	static char chunk[2 * LINE_MOST];
	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	chunk[sizeof(chunk) - 1] = '\n';
	lines_init(&l, &a);
	struct str bytes = {chunk, sizeof(chunk)};
	assert_true(lines_next(&l, &bytes, &line));
	assert_int_equal(line.n, LINE_MOST);
	assert_null(a.block);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_the_same_whatever_the_pieces),
	    cmocka_unit_test(a_line_without_end_takes_no_more_memory_than_the_limit),
	    cmocka_unit_test(a_stop_ends_a_line_that_was_cut),
	    cmocka_unit_test(a_long_line_in_one_piece_is_cut_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
