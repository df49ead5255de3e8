#include "cover_in/cover_read_test.h"

#include <stdio.h>

static void expect(const char *text, const char *expected)
{
	told_expect(str_of(text), expected);
}

static void a_line_counts_as_the_block_on_it_that_ran_most(void **state)
{
	(void)state;
	expect(
	    "mode: count\nm/a.go:3.10,5.8 2 4\nm/a.go:5.8,7.3 1 9\nm/a.go:8.2,8.9 1 0\nm/b.go:1.1,1.5 1 1\n",
	    "file m/a.go go\nlines 5:9 6:9 7:9 3:4 4:4 8:0\nfile m/b.go go\nlines 1:1\n");
}

static void a_block_that_is_told_again_adds_up(void **state)
{
	(void)state;
	expect("mode: atomic\nm/a.go:1.1,1.5 1 2\nm/b.go:1.1,1.5 1 1\nm/a.go:1.1,1.5 1 3\n",
	       "file m/a.go go\nlines 1:5\nfile m/b.go go\nlines 1:1\n");
	expect("mode: set\nm/a.go:1.1,1.5 1 1\nmode: set\nm/a.go:1.1,1.5 1 1\n",
	       "file m/a.go go\nlines 1:1\n");
	expect("mode: count\nm/a.go:1.1,1.5 1 4294967294\nm/a.go:1.1,1.5 1 99999999999999999999\n",
	       "file m/a.go go\nlines 1:4294967294\n");
}

static void blocks_without_statements_have_no_lines(void **state)
{
	(void)state;
	expect("mode: set\r\nm/a.go:1.1,1.5 0 1\r\n", "file m/a.go go\n");
}

static void a_bad_profile_tells_nothing(void **state)
{
	static const char form[] = "not of the form FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT";
	char text[160];
	static const char *const lines[] = {"m/a.go:1.1,1.5 1", "m/a.go:1.1,1.5 1 -1", "m/a.go 1.1,1.5 1 1",
					    "x:y"};
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct buf profile = {0};
		buf_printf(&profile, "mode: set\nm/b.go:1.1,1.5 1 1\n%s\n", lines[i]);
		(void)snprintf(text, sizeof(text), "! cannot read 'x': line 3: %s\n", form);
		told_expect(buf_view(&profile), text);
		buf_free(&profile);
	}
	expect("mode: fast\n", "! cannot read 'x': line 1: an unknown mode\n");
	expect("mode: set\nm/a.go:1.1,1.5 1 1",
	       "! cannot read 'x': line 2: the last line has no end: cut off\n");
	expect("mode: set\nm/a.go:0.1,1.5 1 1\n",
	       "! cannot read 'x': line 2: the line number is out of range\n");
	expect("mode: set\nm/a.go:1.1,16777217.5 1 1\n",
	       "! cannot read 'x': line 2: the line number is out of range\n");
	expect("mode: set\nm/a.go:2.1,1.5 1 1\n",
	       "! cannot read 'x': line 2: a block that ends before it begins\n");
	expect("mode: set\nm/a.go:2.1,70000.5 1 1\n",
	       "! cannot read 'x': line 2: a block of more than 65,536 lines\n");
	told_expect(STR("mode: set\na\0.go:2.1,2.5 1 1\n"),
		    "! cannot read 'x': line 2: no usable file name\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_counts_as_the_block_on_it_that_ran_most),
	    cmocka_unit_test(a_block_that_is_told_again_adds_up),
	    cmocka_unit_test(blocks_without_statements_have_no_lines),
	    cmocka_unit_test(a_bad_profile_tells_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
