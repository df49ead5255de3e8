#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "cover_out/paint.h"

/* Each piece with a letter for its kind: k"if" for a keyword; plain ones as they are. */
static void painted(enum cover_language language, const char *text, const char *want)
{
	static const char kinds[] = " ksc#n";
	struct painter p;
	struct buf b = {0};
	struct str rest = str_of(text), line, piece;
	enum paint paint;
	painter_init(&p, language);
	while (str_next(&rest, '\n', &line)) {
		painter_line(&p, line);
		while (painter_next(&p, &paint, &piece)) {
			if (paint == PAINT_PLAIN)
				buf_str(&b, piece);
			else
				buf_printf(&b, "%c[%.*s]", kinds[paint], STR_ARG(piece));
		}
		buf_char(&b, '\n');
	}
	buf_char(&b, 0);
	assert_string_equal(b.at, want);
	buf_free(&b);
}

static void python(void **state)
{
	(void)state;
	painted(COVER_PYTHON, "async def f(x): # it's", "k[async] k[def] n[f](x): c[# it's]\n");
	painted(COVER_PYTHON, "x = r'a\\'b' + \"#\" + 1_0.5e-3j",
		"x = rs['a\\'b'] + s[\"#\"] + #[1_0.5e-3j]\n");
	painted(COVER_PYTHON, "'''one\n# two\n''' + y", "s['''one]\ns[# two]\ns['''] + y\n");
	painted(COVER_PYTHON, "x = 'not closed\ny = 'closed \\\nhere' + z",
		"x = s['not closed]\ny = s['closed \\]\ns[here'] + z\n");
	painted(COVER_PYTHON, "match x:\n  case 1:\nm = re.match(x)\nmatch = 2",
		"k[match] x:\n  k[case] #[1]:\nm = re.match(x)\nmatch = #[2]\n");
	painted(COVER_PYTHON, "class A:\n    if self is None: pass",
		"k[class] n[A]:\n    k[if] #[self] k[is] #[None]: k[pass]\n");
	painted(COVER_PYTHON, "iffy = classes", "iffy = classes\n");
}

static void c(void **state)
{
	(void)state;
	painted(COVER_C, "  #include <x.h>\nint a = 1'000u; // no",
		"  k[#include] <x.h>\nk[int] a = #[1'000u]; c[// no]\n");
	painted(COVER_C, "a /* b\n* / \" */ c", "a c[/* b]\nc[* / \" */] c\n");
	painted(COVER_C, "'\\'' \"\\\"//\" 'ab' struct s", "s['\\''] s[\"\\\"//\"] s['ab'] k[struct] n[s]\n");
	painted(COVER_C, "a / b # c", "a / b # c\n");
}

static void go(void **state)
{
	(void)state;
	painted(COVER_GO, "func f() { x := `a\\\nb` + \"\\\"\" }",
		"k[func] n[f]() { x := s[`a\\]\ns[b`] + s[\"\\\"\"] }\n");
	painted(COVER_GO, "func (t *T) Name() {}", "k[func] (t *T) Name() {}\n");
}

static void js(void **state)
{
	(void)state;
	painted(COVER_JS, "a = b / c / d; e = /[/'\"]\\/x/g", "a = b / c / d; e = s[/[/'\"]\\/x/]g\n");
	painted(COVER_JS, "function f(){ return /x/ }", "k[function] n[f](){ k[return] s[/x/] }\n");
	painted(COVER_JS, "`a\n\\`${1}` + (x) / 2", "s[`a]\ns[\\`${1}`] + (x) / #[2]\n");
}

static void java_and_rust(void **state)
{
	(void)state;
	painted(COVER_JAVA, "var s = \"\"\"\n  \"no\"\n\"\"\"; '\\n'",
		"k[var] s = s[\"\"\"]\ns[  \"no\"]\ns[\"\"\"]; s['\\n']\n");
	painted(COVER_RUST, "fn f<'a>(x: &'a str) { 'b'; /* /* */ */ \"x\ny\" }",
		"k[fn] n[f]<'a>(x: &'a str) { s['b']; c[/* /* */ */] s[\"x]\ns[y\"] }\n");
}

static void an_unknown_language_is_plain(void **state)
{
	(void)state;
	painted(COVER_UNKNOWN, "if 'x': # y", "if 'x': # y\n");
	painted((enum cover_language)99, "if", "if\n");
}

/* Whatever the bytes, the pieces are the line again, and none is empty. */
static void every_byte_comes_out_once(void **state)
{
	(void)state;
	unsigned seed = 1;
	static const char alphabet[] = "ab1 .'\"`/\\*#\n=(){}[]_\x80\xff\0e+-";
	for (unsigned round = 0; round < 20000; round++) {
		char text[40];
		struct painter p;
		size_t n = round % sizeof(text);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		painter_init(&p, (enum cover_language)(round % 8));
		struct str rest = {text, n}, line, piece;
		enum paint paint;
		while (str_next(&rest, '\n', &line)) {
			size_t at = 0;
			painter_line(&p, line);
			while (painter_next(&p, &paint, &piece)) {
				assert_ptr_equal(piece.at, line.at + at);
				assert_true(piece.n > 0);
				at += piece.n;
			}
			assert_int_equal(at, line.n);
		}
	}
}

static void the_ending_of_a_name_tells_the_language(void **state)
{
	(void)state;
	assert_int_equal(language_of(STR("a/b.py")), COVER_PYTHON);
	assert_int_equal(language_of(STR("b.tsx")), COVER_JS);
	assert_int_equal(language_of(STR("b.hpp")), COVER_C);
	assert_int_equal(language_of(STR("py")), COVER_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(python),
	    cmocka_unit_test(c),
	    cmocka_unit_test(go),
	    cmocka_unit_test(js),
	    cmocka_unit_test(java_and_rust),
	    cmocka_unit_test(an_unknown_language_is_plain),
	    cmocka_unit_test(every_byte_comes_out_once),
	    cmocka_unit_test(the_ending_of_a_name_tells_the_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
