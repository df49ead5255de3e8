#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "cover/pyscan.h"

/* Numbers of the lines that have a flag, with blanks between. */
static const char *lines_with(struct arena *a, const struct pyfacts *f, uint8_t flag)
{
	struct buf b = {0};
	buf_add(&b, "", 0);
	for (uint32_t i = 0; i <= f->n_lines; i++)
		if (f->flags[i] & flag)
			buf_printf(&b, b.n ? " %u" : "%u", (unsigned)i);
	const char *ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

static const char *arcs_of(struct arena *a, const struct pyfacts *f)
{
	struct buf b = {0};
	buf_add(&b, "", 0);
	for (uint32_t i = 0; i < f->n_arcs; i++)
		buf_printf(&b, b.n ? " %d>%d" : "%d>%d", (int)f->arcs[i].from, (int)f->arcs[i].to);
	const char *ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

static struct pyfacts scan_with(struct arena *a, const char *text, const struct regex_match *exclude,
				uint32_t n)
{
	struct pyscan_options opt = {.exclude = exclude, .n_exclude = n, .arcs = true};
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1); /* so that a look behind the text is seen */
	assert_non_null(exact);
	memcpy(exact, text, size);
	struct pyfacts f = pyscan(a, (struct str){exact, size}, &opt);
	free(exact);
	return f;
}

static void check_statements(const char *text, const char *statements)
{
	struct arena a = {0};
	struct pyfacts f = scan_with(&a, text, NULL, 0);
	assert_null(f.error);
	assert_string_equal(lines_with(&a, &f, PY_STATEMENT), statements);
	arena_free(&a);
}

static void check_arcs(const char *text, const char *arcs)
{
	struct arena a = {0};
	struct pyfacts f = scan_with(&a, text, NULL, 0);
	assert_null(f.error);
	assert_string_equal(arcs_of(&a, &f), arcs);
	arena_free(&a);
}

static void check_error(const char *text, unsigned line, const char *error)
{
	struct arena a = {0};
	struct pyfacts f = scan_with(&a, text, NULL, 0);
	assert_non_null(f.error);
	assert_string_equal(f.error, error);
	assert_int_equal(f.error_line, line);
	assert_int_equal(f.n_lines, 0);
	assert_int_equal(f.n_regions, 0);
	arena_free(&a);
}

static void docstrings_are_no_statements(void **state)
{
	(void)state;
	check_statements("'doc'\nx = 1\n", "2");
	check_statements("def f():\n    '''doc\n    '''\n    'not doc'\n", "1 4");
	check_statements("class A:\n    r'doc' 'more'\n    x = 1\n", "1 3");
	check_statements("def f():\n    f'not doc'\ndef g():\n    b'nor this'\n", "1 2 3 4");
	check_statements("def f(): 'doc'\nx = 1\n", "2");
	check_statements("if x:\n    'not doc'\n", "1 2");
}

static void what_has_no_byte_code_is_no_statement(void **state)
{
	(void)state;
	check_statements("def f():\n    global x\n    y: int\n    z: int = 1\n    self.w: int\n", "1 4 5");
	check_statements("y: int\nclass A:\n    z: int\n", "1 2 3");
	check_statements("try:\n    pass\nexcept:\n    pass\nelse:\n    pass\nfinally:\n    pass\n",
			 "1 2 3 4 6 8");
	check_statements("# comment\n\n", "");
	check_statements("", "");
}

static void a_statement_counts_at_its_first_line(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pyfacts f =
	    scan_with(&a, "x = (1,\n  # c\n  2); y = 3\nz = '''\n'''\n\\\nw = \\\n1\n", NULL, 0);
	assert_string_equal(lines_with(&a, &f, PY_STATEMENT), "1 4 7");
	static const uint32_t FIRST[] = {0, 1, 1, 1, 4, 4, 6, 7, 7, 9};
	assert_int_equal(f.n_lines, 9);
	assert_memory_equal(f.first_line, FIRST, sizeof(FIRST));
	arena_free(&a);
}

static void code_behind_a_jump_is_dead(void **state)
{
	(void)state;
	check_statements("def f():\n    return\n    x = 1\n    def g():\n        pass\n", "1 2");
	check_statements("for i in x:\n    break\n    y = 1\nz = 1\n", "1 2 4");
	check_statements("def f():\n    while True:\n        pass\n    x = 1\n", "1 2 3");
	check_statements("while True:\n    if x:\n        break\ny = 1\n", "1 2 3 4");
	check_statements("def f():\n    with x:\n        return\n    y = 1\n", "1 2 3 4");
	check_statements("def f():\n    assert 0\n    x = 1\n", "1 2");
	check_statements("def f():\n    try:\n        return\n    finally:\n        x = 1\n    y = 1\n",
			 "1 2 3 5");
}

static void a_finally_can_swallow_a_break(void **state)
{
	(void)state;
	check_statements(
	    "def f():\n    while 1:\n        try:\n            break\n        finally:\n            return\n"
	    "    x = 1\n",
	    "1 2 3 4 6");
}

static void constants_decide_what_is_reached(void **state)
{
	(void)state;
	check_statements("if 0:\n    x = 1\nelif y or 'a':\n    x = 2\nelse:\n    x = 3\n", "1 3 4");
	check_statements("if not __debug__:\n    x = 1\nif 2 - 2:\n    x = 2\nif () or 0x0:\n    x = 3\n",
			 "1 3 5");
	check_statements("if x == 0:\n    y = 1\nelse:\n    y = 2\n", "1 2 4");
	check_statements("if (x and 0) or (0, 1):\n    y = 1\nelse:\n    y = 2\n", "1 2");
	check_statements("if lambda: 0:\n    y = 1\nelse:\n    y = 2\n", "1 2 4");
	check_statements("if [0 for x in y]:\n    y = 1\nelse:\n    y = 2\n", "1 2 4");
	check_statements("if 1 if x else 0:\n    y = 1\nelse:\n    y = 2\n", "1 2 4");
}

static void a_branch_has_two_ways_out(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pyfacts f = scan_with(&a, "if x:\n    y = 1\nz = 1\n", NULL, 0);
	assert_string_equal(arcs_of(&a, &f), "1>2 1>3 2>3 3>-1");
	static const uint16_t EXITS[] = {0, 2, 1, 1, 0};
	assert_memory_equal(f.exits, EXITS, sizeof(EXITS));
	arena_free(&a);
	check_arcs("for i in x:\n    if i:\n        continue\nelse:\n    y = 1\n",
		   "1>2 1>5 2>1 2>3 3>1 5>-1");
	check_arcs("def f():\n    try:\n        raise X\n    except X:\n        return 1\n",
		   "1>-1 2>3 3>4 4>5 5>-1");
	check_arcs("while 1:\n    break\nx = 1\n", "1>2 2>3 3>-1");
	check_arcs("@d\n@e\ndef f():\n    pass\n", "1>2 2>3 3>-1 4>-1");
	check_arcs("", "1>-1");
}

static void a_case_that_matches_all_ends_a_match(void **state)
{
	(void)state;
	check_arcs("match x:\n    case 1:\n        y = 1\n    case _:\n        y = 2\nz = 1\n",
		   "1>2 2>3 2>4 3>6 4>5 5>6 6>-1");
	check_arcs("match x:\n    case 1: y = 1\n    case [_]: y = 2\nz = 1\n", "1>2 2>3 2>4 3>4 4>-1");
	check_statements("def f():\n    match x:\n        case 1 | _:\n            return\n    y = 1\n",
			 "1 2 3 4");
	check_statements("match = 1\nmatch[x] = 2\nmatch: int = 3\nmatch(x)\ncase = 4\n", "1 2 3 4 5");
}

static void leaving_a_with_is_shown_without_its_way_back(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pyfacts f = scan_with(&a, "with x:\n    with y:\n        z = 1\nw = 1\n", NULL, 0);
	assert_string_equal(arcs_of(&a, &f), "1>2 2>3 3>4 4>-1");
	static const struct pyscan_fix FIXES[] = {{{1, 4}, 0}, {{2, 1}, 0}, {{3, 2}, 4}};
	assert_int_equal(f.n_fixes, 3);
	assert_memory_equal(f.fixes, FIXES, sizeof(FIXES));
	arena_free(&a);
}

static void a_match_on_a_header_excludes_its_suite(void **state)
{
	(void)state;
	static const struct regex_match SECOND = {2, 2};
	struct arena a = {0};
	struct pyfacts f =
	    scan_with(&a, "@d\n@e  # here\ndef f(a,\n      b):\n    x = 1\n\n    y = 2\nz = 1\n", &SECOND, 1);
	assert_string_equal(lines_with(&a, &f, PY_EXCLUDED), "1 2 3 4 5 6 7");
	assert_string_equal(lines_with(&a, &f, PY_STATEMENT), "8");
	f = scan_with(&a, "if x:\n    if y:  # here\n        z = 1\n    else:\n        z = 2\n", &SECOND, 1);
	assert_string_equal(lines_with(&a, &f, PY_EXCLUDED), "2 3");
	assert_string_equal(lines_with(&a, &f, PY_STATEMENT), "1 5");
	assert_int_equal(f.exits[1], 1);
	f = scan_with(&a, "x = (1,\n  2)  # here\ny = 1\n", &SECOND, 1);
	assert_string_equal(lines_with(&a, &f, PY_EXCLUDED), "1");
	arena_free(&a);
}

static void lines_without_ways_that_count_are_told_apart(void **state)
{
	(void)state;
	static const struct regex_match SECOND = {2, 2};
	struct arena a = {0};
	struct pyscan_options opt = {.partial = &SECOND, .n_partial = 1};
	struct pyfacts f = pyscan(&a, STR("x = (1,\n 2)\ny = 1\n"), &opt);
	assert_string_equal(lines_with(&a, &f, PY_NO_BRANCH), "1");
	assert_null(f.exits);
	arena_free(&a);
}

static void check_region(const struct cover_region *r, const char *name, uint32_t first, uint32_t last,
			 const char *spans)
{
	struct buf b = {0};
	buf_add(&b, "", 0);
	for (uint32_t i = 0; i < r->n_spans; i++)
		buf_printf(&b, b.n ? " %u-%u" : "%u-%u", (unsigned)r->spans[i][0], (unsigned)r->spans[i][1]);
	assert_true(str_is(r->name, name));
	assert_int_equal(r->first, first);
	assert_int_equal(r->last, last);
	assert_string_equal(b.at, spans);
	buf_free(&b);
}

static void functions_and_classes_own_their_lines(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pyfacts f =
	    scan_with(&a,
		      "class A:\n    x = 1\n    def m(self):\n        def g():\n            pass\n"
		      "        return g\n    class B:\n        async def n(\n            self): pass\n",
		      NULL, 0);
	assert_int_equal(f.n_regions, 5);
	check_region(&f.regions[0], "A", 1, 9, "4-6");
	check_region(&f.regions[1], "A.m", 3, 6, "4-4 6-6");
	check_region(&f.regions[2], "A.m.g", 4, 5, "5-5");
	check_region(&f.regions[3], "A.B", 7, 9, "9-9");
	check_region(&f.regions[4], "A.B.n", 8, 9, "9-9");
	assert_int_equal(f.regions[3].kind, COVER_CLASS);
	assert_int_equal(f.regions[4].kind, COVER_FUNCTION);
	arena_free(&a);
}

static void strings_hide_what_they_hold(void **state)
{
	(void)state;
	check_statements("x = 'a\\'#(' + \"\"\"\n'''[\n\"\"\" + r'\\''\ny = 1\n", "1 4");
	check_statements("x = f\"{x[\"a\"]} {f'{y}'} {{ {z:{w}}\"\ny = 1\n", "1 2");
	check_statements("x = f'''{\n  a  # }\n}\n'''\ny = 1\n", "1 5");
	check_statements("x = f'\\N{LEFT CURLY BRACKET}'\ny = 1\n", "1 2");
}

static void every_line_end_is_one(void **state)
{
	(void)state;
	check_statements("if x:\r\n    y = 1\r\nz = '''\r\n'''\r\nw = 1\r\n", "1 2 3 5");
	check_statements("if x:\r    y = 1\rz = 1", "1 2 3");
	check_statements("\xef\xbb\xbfx = 1\n", "1");
}

static void what_python_cannot_read_is_an_error(void **state)
{
	(void)state;
	check_error("x = 1\ny = 'a\nz = 1\n", 2, "a string has no end");
	check_error("x = '''a\n\n", 1, "a string has no end");
	check_error("x = 1\ny = (1,\n  2\n", 3, "a bracket is never closed");
	check_error("x = 1)\n", 1, "a bracket closes that none opened");
	check_error("x = (1]\n", 1, "a bracket closes that none opened");
	check_error("if x:\ny = 1\n", 2, "an indented block is missing");
	check_error("x = 1\n  y = 1\n", 2, "an indent is unexpected");
	check_error("if x:\n    y = 1\n  z = 1\n", 3, "an indent fits none of those around");
	check_error("if x:\n        y = 1\n\tz = 1\n", 3, "tabs and spaces are mixed");
	check_error("if x\n    y = 1\n", 1, "a colon is missing");
	check_error("x = f'{a'\n", 1, "a string has no end");
	check_error("x = 1 \\ 2\n", 1, "something stands behind a backslash that joins lines");
	check_error("else:\n    x = 1\n", 1, "a clause belongs to nothing");
	check_error("x = 1\nprint 'a'\n", 2, "two words stand side by side, which is not Python 3");
	check_error("x = `y`\n", 1, "a character is none of Python's");
	check_statements("x if y else z\ntype x = y\nnot x\nx not in y\nlazy import x\n", "1 2 3 4 5");
	check_error("@d\nx = 1\n", 1, "a decorator belongs to nothing");
}

static void a_null_byte_is_an_error(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pyscan_options opt = {0};
	struct pyfacts f = pyscan(&a, STR("x = 1\ny\0\n"), &opt);
	assert_string_equal(f.error, "a null byte stands in it");
	assert_int_equal(f.error_line, 2);
	arena_free(&a);
}

/* Text of n times what is given, each time with a number that grows or as many blanks. */
static char *many(struct buf *b, unsigned n, const char *text)
{
	for (unsigned i = 0; i < n; i++)
		buf_text(b, text);
	return b->at;
}

static void depth_has_bounds(void **state)
{
	(void)state;
	struct buf b = {0};
	check_error(many(&b, 100000, "("), 1, "too many brackets are open");
	buf_clear(&b);
	check_error(many(&b, 100000, "f'{"), 1, "f-strings lie too deep within each other");
	buf_clear(&b);
	for (unsigned i = 0; i < 2000; i++) {
		for (unsigned j = 0; j < i; j++)
			buf_char(&b, ' ');
		buf_text(&b, "if x:\n");
	}
	check_error(b.at, 101, "suites are nested too deep");
	buf_free(&b);
}

static void long_chains_are_no_deep_ones(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	buf_text(&b, "if x:\n    y = 1\n");
	many(&b, 50000, "elif x:\n    y = 1\n");
	struct pyfacts f = scan_with(&a, b.at, NULL, 0);
	assert_null(f.error);
	assert_int_equal(f.n_arcs, 3 * 50001);
	assert_int_equal(f.exits[1], 2);
	buf_clear(&b);
	buf_text(&b, "if ");
	many(&b, 50000, "not ");
	many(&b, 50000, "x if y else ");
	many(&b, 50000, "- ");
	many(&b, 50000, "2 ** ");
	f = scan_with(&a, many(&b, 1, "1:\n    z = 1\n"), NULL, 0);
	assert_null(f.error);
	assert_string_equal(lines_with(&a, &f, PY_STATEMENT), "1 2");
	buf_free(&b);
	arena_free(&a);
}

static void what_later_pythons_compile_differs(void **state)
{
	static const char text[] =
	    "class A:\n    x: int\n    y: int = 1\n    if p:\n        z: int\n    (v): int\n"
	    "w: int\nif 1 - 1:\n    dead = 1\nif 0:\n    dead = 2\n";
	static const struct {
		const char *head;
		uint8_t minor;
		const char *statements;
	} cases[] = {
	    {"", 0, "1 2 3 4 5 6 7 8 10"},
	    {"", 13, "1 2 3 4 5 6 7 8 10"},
	    {"", 14, "1 3 4 5 7 8 9 10"},
	    {"from __future__ import annotations\n", 14, "1 2 3 4 5 6 8 9 10 11"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		struct buf b = {0};
		char *whole = arena_printf(&a, "%s%s", cases[i].head, text);
		struct pyscan_options opt = {.python_minor = cases[i].minor};
		struct pyfacts f = pyscan(&a, str_of(whole), &opt);
		for (uint32_t k = 1; k <= f.n_lines; k++)
			if (f.flags[k] & PY_STATEMENT)
				buf_printf(&b, b.n ? " %u" : "%u", (unsigned)k);
		buf_add(&b, "", 0);
		assert_string_equal(b.at, cases[i].statements);
		buf_free(&b);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(docstrings_are_no_statements),
	    cmocka_unit_test(what_has_no_byte_code_is_no_statement),
	    cmocka_unit_test(a_statement_counts_at_its_first_line),
	    cmocka_unit_test(code_behind_a_jump_is_dead),
	    cmocka_unit_test(a_finally_can_swallow_a_break),
	    cmocka_unit_test(constants_decide_what_is_reached),
	    cmocka_unit_test(a_branch_has_two_ways_out),
	    cmocka_unit_test(a_case_that_matches_all_ends_a_match),
	    cmocka_unit_test(leaving_a_with_is_shown_without_its_way_back),
	    cmocka_unit_test(a_match_on_a_header_excludes_its_suite),
	    cmocka_unit_test(lines_without_ways_that_count_are_told_apart),
	    cmocka_unit_test(functions_and_classes_own_their_lines),
	    cmocka_unit_test(strings_hide_what_they_hold),
	    cmocka_unit_test(every_line_end_is_one),
	    cmocka_unit_test(what_python_cannot_read_is_an_error),
	    cmocka_unit_test(what_later_pythons_compile_differs),
	    cmocka_unit_test(a_null_byte_is_an_error),
	    cmocka_unit_test(depth_has_bounds),
	    cmocka_unit_test(long_chains_are_no_deep_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
