#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "cover_in/gitdiff.h"

/* "path 1-3 7; other 2" */
static void read_as(const char *text, const char *want)
{
	struct arena a = {0};
	struct buf b = {0};
	struct diff d;
	struct err e = {0};
	if (gitdiff_read(&a, str_of(text), "x.diff", &d, &e) < 0)
		buf_printf(&b, "! %s", e.text);
	for (uint32_t i = 0; i < d.n_files && !e.fault; i++) {
		buf_printf(&b, "%s%.*s", i ? "; " : "", STR_ARG(d.files[i].path));
		for (uint32_t s = 0; s < d.files[i].n_spans; s++) {
			const uint32_t *span = d.files[i].spans[s];
			buf_printf(&b, span[0] == span[1] ? " %u" : " %u-%u", span[0], span[1]);
		}
	}
	buf_char(&b, 0);
	assert_string_equal(b.at, want);
	buf_free(&b);
	arena_free(&a);
}

static void added_and_rewritten_lines_are_told(void **state)
{
	(void)state;
	read_as("", "");
	read_as("diff --git a/m.py b/m.py\nindex 1..2 100644\n--- a/m.py\n+++ b/m.py\n"
		"@@ -1 +1,2 @@\n-a\n+b\n+c\n@@ -9,0 +11,2 @@ def f():\n+x\n+y\n@@ -20,2 +23,0 @@\n-p\n-q\n",
		"m.py 1-2 11-12");
}

static void context_is_no_change(void **state)
{
	(void)state;
	read_as("diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n"
		"@@ -1,4 +1,4 @@\n one\n-two\n+TWO\n three\n\n@@ -7,1 +7,2 @@\n x\n+y\n",
		"m.py 2 8");
}

static void lines_that_look_like_heads_are_lines(void **state)
{
	(void)state;
	read_as("diff --git a/m b/m\n--- a/m\n+++ b/m\n@@ -1,2 +1,3 @@\n--- a/other\n-@@ -1 +1 @@\n"
		"+++ b/other\n+diff --git a/q b/q\n+@@ -5 +5 @@\n@@ -7 +8 @@\n-x\n+y\n",
		"m 1-3 8");
}

static void new_deleted_renamed_and_binary_files(void **state)
{
	(void)state;
	read_as(
	    "diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a\n+b\n"
	    "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"
	    "diff --git a/was.py b/is.py\nsimilarity index 90%\nrename from was.py\nrename to is.py\n--- a/was.py\n+++ b/is.py\n"
	    "@@ -3 +3 @@\n-a\n+b\n"
	    "diff --git a/same.py b/moved.py\nsimilarity index 100%\nrename from same.py\nrename to moved.py\n"
	    "diff --git a/p.png b/p.png\nBinary files a/p.png and b/p.png differ\n",
	    "new.py 1-2; is.py 3");
}

static void a_file_without_a_last_line_end(void **state)
{
	(void)state;
	read_as(
	    "--- a/m\n+++ b/m\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
	    "m 1");
	read_as("--- a/m\n+++ b/m\n@@ -1 +1 @@\n-a\n+b", "m 1");
}

static void names_are_unquoted_and_lose_their_prefix(void **state)
{
	(void)state;
	read_as(
	    "--- \"a/h\\303\\251 \\\"x\\\".py\"\n+++ \"b/h\\303\\251 \\\"x\\\"\\t\\\\.py\"\n@@ -1 +1 @@\n-a\n+b\n",
	    "h\xc3\xa9 \"x\"\t\\.py 1");
	read_as("--- a/with blank.py\t\n+++ b/with blank.py\t\n@@ -1 +1 @@\n-a\n+b\n", "with blank.py 1");
	read_as("--- i/m\n+++ w/m\n@@ -1 +1 @@\n-a\n+b\n", "m 1");
	read_as("--- src/m\n+++ src/m\n@@ -1 +1 @@\n-a\n+b\n", "src/m 1");
	read_as("--- b/m\n+++ b/m\n@@ -1 +1 @@\n-a\n+b\n", "b/m 1");
	read_as("--- /dev/null\n+++ b/b/m\n@@ -0,0 +1 @@\n+b\n", "b/m 1");
}

static void what_stands_around_is_passed_over(void **state)
{
	(void)state;
	read_as(
	    "warning: CRLF will be replaced\ncommit 1234\n\n    +++ not a file\n--- a/m\n+++ b/m\n@@ -1 +1 @@\n-a\n+b\nbye\n",
	    "m 1");
}

static void what_cannot_be_understood_says_where(void **state)
{
	(void)state;
	read_as("--- a/m\n+++ b/m\n@@ -1 +1,3 @@\n-a\n+b\n",
		"! cannot read 'x.diff': line 5: it ends in the middle of a hunk");
	read_as("--- a/m\n+++ b/m\n@@ -1 +1 @@\n-a\n-b\n",
		"! cannot read 'x.diff': line 5: a hunk has other lines than its head says");
	read_as("@@ -1 +1 @@\n-a\n+b\n", "! cannot read 'x.diff': line 1: a hunk without a file");
	read_as("--- a/m\n+++ b/m\n@@ -1 +x @@\n",
		"! cannot read 'x.diff': line 3: the head of a hunk cannot be read");
	read_as("--- a/m\n+++ b/m\n@@ -1 +99999999999 @@\n+a\n",
		"! cannot read 'x.diff': line 3: the head of a hunk cannot be read");
	read_as("--- a/m\n+++ b/m\n@@ -1,0 +9 @@\n+a\n@@ -1,0 +3 @@\n+b\n",
		"! cannot read 'x.diff': line 5: a hunk goes back in its file");
	read_as(
	    "diff --cc m\n--- a/m\n+++ b/m\n@@@ -1,1 -1,1 +1,2 @@@\n++a\n",
	    "! cannot read 'x.diff': line 1: it is of a merge, which has no one side before it; give two commits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(added_and_rewritten_lines_are_told),
	    cmocka_unit_test(context_is_no_change),
	    cmocka_unit_test(lines_that_look_like_heads_are_lines),
	    cmocka_unit_test(new_deleted_renamed_and_binary_files),
	    cmocka_unit_test(a_file_without_a_last_line_end),
	    cmocka_unit_test(names_are_unquoted_and_lose_their_prefix),
	    cmocka_unit_test(what_stands_around_is_passed_over),
	    cmocka_unit_test(what_cannot_be_understood_says_where),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
