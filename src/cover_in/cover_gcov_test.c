#include "cover_in/cover_read_test.h"

#include <stdio.h>
#include <string.h>

/*
 * The flow of
 *	3 int f(int n)
 *	4 {
 *	5	while (n) n--;
 *	6	return n;
 *	7 }
 * as words: blocks 0 entry, 1 exit, 2 the line of while before the loop, 3 the test, 4 the body, 5 the
 *return.
 */
struct words {
	struct buf out;
	bool big, in_bytes;
};

static void put(struct words *w, uint32_t v)
{
	v = w->big ? __builtin_bswap32(v) : v;
	buf_add(&w->out, &v, 4);
}

static void put_text(struct words *w, const char *text)
{
	size_t n = strlen(text) + 1, padded = (n + 3) / 4 * 4;
	if (n == 1) {
		put(w, 0);
		return;
	}
	put(w, (uint32_t)(w->in_bytes ? n : padded / 4));
	buf_add(&w->out, text, n);
	for (; !w->in_bytes && n < padded; n++)
		buf_char(&w->out, 0);
}

/* A record of these words. */
static void put_record(struct words *w, uint32_t tag, const uint32_t *words, uint32_t n)
{
	put(w, tag);
	put(w, w->in_bytes ? 4 * n : n);
	for (uint32_t i = 0; i < n; i++)
		put(w, words[i]);
}

#define RECORD(w, tag, ...)                                                                                  \
	put_record(w, tag, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static void put_head(struct words *w, const char *magic, const char *version, uint32_t stamp)
{
	put(w, (uint32_t)magic[0] << 24 | (uint32_t)magic[1] << 16 | (uint32_t)magic[2] << 8 |
		   (uint32_t)magic[3]);
	put(w, (uint32_t)version[0] << 24 | (uint32_t)version[1] << 16 | (uint32_t)version[2] << 8 |
		   (uint32_t)version[3]);
	put(w, stamp);
	if (w->in_bytes)
		put(w, 77);
}

static void put_lines(struct words *w, uint32_t block, uint32_t line)
{
	struct words inner = {.big = w->big, .in_bytes = w->in_bytes};
	put(&inner, block);
	put(&inner, 0);
	put_text(&inner, "a.c");
	put(&inner, line);
	put(&inner, 0);
	put(&inner, 0);
	put(w, 0x01450000);
	put(w, (uint32_t)(w->in_bytes ? inner.out.n : inner.out.n / 4));
	buf_str(&w->out, buf_view(&inner.out));
	buf_free(&inner.out);
}

static void put_function(struct words *w)
{
	struct words inner = {.big = w->big, .in_bytes = w->in_bytes};
	put(&inner, 11); /* ident, checksums */
	put(&inner, 22);
	put(&inner, 33);
	put_text(&inner, "f");
	put(&inner, 0);
	put_text(&inner, "a.c");
	put(&inner, 3);
	put(&inner, 5);
	put(&inner, 7);
	put(&inner, 1);
	put(w, 0x01000000);
	put(w, (uint32_t)(w->in_bytes ? inner.out.n : inner.out.n / 4));
	buf_str(&w->out, buf_view(&inner.out));
	buf_free(&inner.out);
}

enum { ON_TREE = 1 };

static void notes(struct words *w, const char *version, uint32_t stamp)
{
	put_head(w, "gcno", version, stamp);
	put_text(w, "/src");
	put(w, 1);
	put_function(w);
	RECORD(w, 0x01410000, 6);
	RECORD(w, 0x01430000, 0, 2, ON_TREE);
	RECORD(w, 0x01430000, 2, 3, ON_TREE);
	RECORD(w, 0x01430000, 3, 5, 0, 4, ON_TREE); /* out of order, and counted in that order */
	RECORD(w, 0x01430000, 4, 3, 0);
	RECORD(w, 0x01430000, 5, 1, ON_TREE);
	RECORD(w, 0x01990000, 1, 2, 3); /* of a kind that is not known */
	put_lines(w, 2, 5);
	put_lines(w, 3, 5);
	put_lines(w, 4, 5);
	put_lines(w, 5, 6);
}

static void data(struct words *w, const char *version, uint32_t stamp, uint32_t checksum, uint32_t leaves,
		 uint32_t rounds)
{
	put_head(w, "gcda", version, stamp);
	RECORD(w, 0xa1000000, 1, 9);
	RECORD(w, 0x01000000, 11, 22, checksum);
	RECORD(w, 0x01a10000, leaves, 0, rounds, 0);
	put(w, 0);
}

static void expect(const struct words *files, size_t n, const char *expected)
{
	struct told t;
	struct str bytes[4];
	told_init(&t);
	for (size_t i = 0; i < n; i++)
		bytes[i] = buf_view(&files[i].out);
	int fault = told_read(&t, bytes, n);
	if (fault < 0)
		buf_printf(&t.text, "! %s\n", t.err.text);
	assert_string_equal(t.text.at, expected);
	buf_free(&t.text);
}

static void free_words(struct words *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_free(&files[i].out);
}

static const char twice_told[] =
    "file a.c c in /src\nlines 5:10 6:3\nbranches 5.0.0:7 5.0.1:3\nfunction f 3-7:3\n";

static void counters_are_added_up_and_solved_in_every_form(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		bool big = form & 1, in_bytes = form & 2;
		struct words files[3] = {{.big = big, .in_bytes = in_bytes},
					 {.big = big, .in_bytes = in_bytes},
					 {.big = big, .in_bytes = in_bytes}};
		notes(&files[0], in_bytes ? "B22*" : "B13*", 5);
		data(&files[1], in_bytes ? "B22*" : "B13*", 5, 33, 1, 2);
		data(&files[2], in_bytes ? "B22*" : "B13*", 5, 33, 2, 5);
		expect(files, 3, twice_told);
		free_words(files, 3);
	}
}

static void notes_alone_are_zeroes(void **state)
{
	struct words w = {.in_bytes = true};
	(void)state;
	notes(&w, "B42*", 5);
	expect(&w, 1, "file a.c c in /src\nlines 5:0 6:0\nbranches 5.0.0:- 5.0.1:-\nfunction f 3-7:0\n");
	free_words(&w, 1);
}

static void counters_of_zeroes_need_no_bytes(void **state)
{
	struct words files[2] = {{.in_bytes = true}, {.in_bytes = true}};
	(void)state;
	notes(&files[0], "B22*", 5);
	put_head(&files[1], "gcda", "B22*", 5);
	RECORD(&files[1], 0x01000000, 11, 22, 33);
	put(&files[1], 0x01a10000);
	put(&files[1], (uint32_t)-16);
	expect(files, 2, "file a.c c in /src\nlines 5:0 6:0\nbranches 5.0.0:- 5.0.1:-\nfunction f 3-7:0\n");
	free_words(files, 2);
}

static void data_that_does_not_fit_is_refused_whole(void **state)
{
	static const char zeroes[] =
	    "file a.c c in /src\nlines 5:0 6:0\nbranches 5.0.0:- 5.0.1:-\nfunction f 3-7:0\n";
	struct words files[2] = {{.in_bytes = true}, {.in_bytes = true}};
	char expected[512];
	(void)state;
	notes(&files[0], "B22*", 5);
	data(&files[1], "B22*", 5, 34, 1, 2);
	(void)snprintf(expected, sizeof(expected),
		       "%s! cannot read 'x': it has counters of other functions than its .gcno\n", zeroes);
	expect(files, 2, expected);
	buf_clear(&files[1].out);
	data(&files[1], "B22*", 5, 33, 1, 2);
	files[1].out.n -= 8;
	(void)snprintf(expected, sizeof(expected), "%s! cannot read 'x': cut off\n", zeroes);
	expect(files, 2, expected);
	free_words(files, 2);
}

static void other_versions_are_for_gcov(void **state)
{
	struct words w = {.in_bytes = true};
	(void)state;
	data(&w, "C01*", 5, 33, 1, 2);
	expect(&w, 1, "gcov x: its version 'C01*' is not one of GCC 11 to 14\n");
	buf_clear(&w.out);
	data(&w, "408*", 5, 33, 1, 2);
	expect(&w, 1,
	       "! cannot read 'x': not written by GCC: with clang, give the output of 'llvm-cov export'\n");
	free_words(&w, 1);
}

static void notes_that_are_cut_off_tell_nothing(void **state)
{
	struct words w = {.in_bytes = true}, part = {0};
	(void)state;
	notes(&w, "B22*", 5);
	/* at the ends of records a file cannot be told from a whole one, but for its first function */
	for (size_t n = 12; n < 100; n++) {
		struct told t;
		part.out.n = 0;
		buf_add(&part.out, w.out.at, n);
		struct str bytes = buf_view(&part.out);
		told_init(&t);
		if (told_read(&t, &bytes, 1) < 0)
			assert_string_equal(t.text.at, "");
		buf_free(&t.text);
	}
	free_words(&w, 1);
	free_words(&part, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counters_are_added_up_and_solved_in_every_form),
	    cmocka_unit_test(notes_alone_are_zeroes),
	    cmocka_unit_test(counters_of_zeroes_need_no_bytes),
	    cmocka_unit_test(data_that_does_not_fit_is_refused_whole),
	    cmocka_unit_test(other_versions_are_for_gcov),
	    cmocka_unit_test(notes_that_are_cut_off_tell_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
