#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* Whether text is one JSON value and nothing else, by json_skip. */
static bool accepts(struct str text)
{
	struct arena a = {0};
	struct json j;
	/* an exact copy on the heap: a read past the end is an error under ASan */
	char *copy = malloc(text.n + !text.n);
	assert_non_null(copy);
	memcpy(copy, text.at, text.n);
	json_init(&j, (struct str){copy, text.n}, &a);
	json_skip(&j);
	bool ok = json_end(&j);
	assert_true(ok == !j.error);
	assert_true(j.error_at <= text.n);
	free(copy);
	arena_free(&a);
	return ok;
}

/* The same by walking down with the pull functions. */
static void walk(struct json *j)
{
	struct str key;
	switch (json_peek(j)) {
	case JSON_OBJECT:
		json_object(j);
		while (json_key(j, &key))
			walk(j);
		break;
	case JSON_ARRAY:
		json_array(j);
		while (json_item(j))
			walk(j);
		break;
	case JSON_TEXT:
		json_text(j);
		break;
	case JSON_NUMBER:
		json_real(j);
		break;
	default: /* null, true and false are all fine with json_bool, the rest is an error already */
		json_bool(j);
	}
}

static bool walks(struct str text)
{
	struct arena a = {0};
	struct json j;
	json_init(&j, text, &a);
	walk(&j);
	bool ok = json_end(&j);
	arena_free(&a);
	return ok;
}

/* clang-format off */
static const char *const good[] = {
	"0", "-0", "1", "-1", "10", "0.5", "-0.5e-3", "1E5", "1e+5", "1e05",
	"123456789012345678901234567890", "true", "false", "null", " null ", "\t\r\n null\n", "\"\"",
	"\"a\"", "\" \"", "\"\x7f\"", "\"/\"", "\"\\/\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"",
	"\"\\u00e9\"", "\"\\uD834\\uDD1E\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\uFFFF\"",
	"\"\xc3\xa9\"", "\"\xe2\x82\xac\"", "\"\xf0\x9d\x84\x9e\"", "\"\xef\xbf\xbf\"",
	"\"\xf4\x8f\xbf\xbf\"", "\"\xe2\x80\xa8\"", "[]", "[ ]", "[[]]", "[[],[]]", "[1]", "[1,2]",
	"[ 1 , 2 ]", "[\"\"]", "[null,1,\"1\",{}]", "[1\n]", "{}", "{ }", "{\"\":0}", "{\"a\":1}",
	"{ \"a\" : 1 , \"b\" : [ ] }", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":{\"c\":[{}]}}}",
	"[[{\"a\":[[]]}],{}]", "\"0123456789abcdef0123456789abcdef\"",
	"\"0123456789abcde\\n0123456789abcdef\"", "\"0123456789abcde\xc3\xa9ghijklmnopqrstuv\"",
	"[-0,-0.0,0e0,0E-0]", "{\"min\":-1.0e+28,\"max\":1.0e+28}",
};
/* clang-format on */

/* clang-format off */
static const char *const bad[] = {
	"", " ", "nul", "nulll", "tru", "True", "NaN", "Infinity", "-Infinity", "nan", "+1", "-", "01",
	"-01", "00", "1.", ".5", "1.e1", "1e", "1e+", "1E-", "1.5e", "0x1", "0e", "1 2", "1a", "- 1",
	"--1", "1.2.3", "1e1e1", "1e1.5", "\"", "\"a", "a\"", "'a'", "\"\\", "\"\\\"", "\"\\a\"",
	"\"\\x00\"", "\"\\u\"", "\"\\u1\"", "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"", "\"\\u 123\"",
	"\"\\U0041\"", "\"\t\"", "\"\n\"", "\"\x1f\"", "\"a\rb\"", "\"\\u", "\"\\u00", "\"\\ud800\\u\"",
	"\"\\ud800\\\"", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]",
	"[1;2]", "[1}", "{1]", "[1]]", "[]a", "[a]", "[\"\"", "[\"", "[\"a", "[1:2]", "{]", "{,}",
	"{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1,,\"b\":2}", "{\"a\" 1}",
	"{\"a\":1 \"b\":2}", "{\"a\"::1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\":1}}",
	"{\"a\":1}#", "{\"a\":1}/**/", "{\"a\":1}//", "[1]\f", "\v1", "\xc2\xa0 1", "\xef\xbb\xbf{}",
	"\"\x80\"", "\"\xc3\"", "\"\xc3(\"", "\"\xc0\xaf\"", "\"\xc1\xbf\"", "\"\xe2\x82\"",
	"\"\xe0\x80\xaf\"", "\"\xe0\x9f\xbf\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"",
	"\"\xf0\x80\x80\xaf\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"", "\"\xfe\"",
	"\"0123456789abcdef\x01\"", "\"0123456789abcdef\xff\"", "\xe9", "*", "[*]", "[\"a\",\n4\n,1,",
	"[3[4]]", "[1,\n1\n,1", "[1e1000", "{\"\xc3\":1}", "{\"a\":\"a\" 123}", "[\"\\u00A\"]", "[0e+-1]",
	"[-2.]", "[2.e+3]", "[9.e+]", "[1+2]", "[0x42]", "[1eE2]", "[\xef\xbc\x91]", "[\"x\"",
	"[\"x\",true", "[fals", "[tru]", "[1.0e]", "[][", "[]{}", "{}[]",
};
/* clang-format on */

static void every_text_of_the_good_list_is_taken_and_of_the_bad_list_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!accepts(str_of(good[i])) || !walks(str_of(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (accepts(str_of(bad[i])) || walks(str_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(accepts((struct str){"1\0", 2}));
	assert_false(accepts((struct str){"\"\0\"", 3}));
	assert_false(accepts((struct str){"\"\\\0\"", 4}));
	assert_false(accepts(STR_NONE));
}

static void every_prefix_of_a_document_is_refused(void **state)
{
	struct str s =
	    STR("{\"name\":\"0123456789abcdef\\u00e9\xc3\xa9\\\\\",\"list\":[-1.5e+3,true,null,{\"a\":[]}]}");
	(void)state;
	assert_true(accepts(s));
	for (size_t n = 0; n < s.n; n++) {
		assert_false(accepts(str_cut(s, 0, n)));
		assert_false(walks(str_cut(s, 0, n)));
	}
}

static void depth_ends_at_the_limit(void **state)
{
	struct buf b = {0};
	(void)state;
	for (int objects = 0; objects < 2; objects++)
		for (int depth = JSON_DEPTH; depth <= JSON_DEPTH + 1; depth++) {
			buf_clear(&b);
			for (int i = 0; i < depth; i++)
				buf_text(&b, objects ? "{\"a\":" : "[");
			if (objects)
				buf_char(&b, '1');
			for (int i = 0; i < depth; i++)
				buf_char(&b, objects ? '}' : ']');
			assert_true(accepts(buf_view(&b)) == (depth == JSON_DEPTH));
			assert_true(walks(buf_view(&b)) == (depth == JSON_DEPTH));
		}
	buf_clear(&b);
	for (int i = 0; i < 1000000; i++)
		buf_char(&b, '[');
	assert_false(accepts(buf_view(&b)));
	buf_free(&b);
}

static void an_object_is_read_member_by_member(void **state)
{
	struct arena a = {0};
	struct json j;
	struct str key, name = STR_NONE;
	int64_t n = 0, sum = 0;
	bool yes = false;
	(void)state;
	json_init(
	    &j, STR(" {\"name\" : \"x\", \"n\":42,\"list\":[1, 2,[],3 ],\"yes\":true,\"o\":{},\"z\":null} "),
	    &a);
	assert_int_equal(json_peek(&j), JSON_OBJECT);
	assert_true(json_object(&j));
	while (json_key(&j, &key)) {
		if (str_is(key, "name")) {
			name = json_text(&j);
		} else if (str_is(key, "n")) {
			n = json_int(&j);
		} else if (str_is(key, "list")) {
			assert_true(json_array(&j));
			while (json_item(&j)) {
				if (json_peek(&j) == JSON_NUMBER)
					sum += json_int(&j);
				else
					json_skip(&j);
			}
		} else if (str_is(key, "yes")) {
			yes = json_bool(&j);
		} else {
			json_skip(&j);
		}
	}
	assert_true(json_end(&j));
	assert_true(str_is(name, "x"));
	assert_int_equal(n, 42);
	assert_int_equal(sum, 6);
	assert_true(yes);
	assert_null(a.block);
	arena_free(&a);
}

/* As STR, but a constant expression. */
#define TEXT(literal)                                                                                        \
	{                                                                                                    \
		(literal), sizeof(literal) - 1                                                               \
	}

static void a_text_without_escapes_is_a_slice_and_one_with_them_is_decoded(void **state)
{
	static const struct {
		const char *json;
		struct str text;
	} cases[] = {{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", TEXT("\"\\/\b\f\n\r\t")},
		     {"\"\\u0041\\u00e9\\u20AC\"", TEXT("A\xc3\xa9\xe2\x82\xac")},
		     {"\"a\\u0000b\"", TEXT("a\0b")},
		     {"\"\\uD834\\uDD1E!\"", TEXT("\xf0\x9d\x84\x9e!")},
		     {"\"\\uDBFF\\uDFFF\"", TEXT("\xf4\x8f\xbf\xbf")},
		     {"\"\\ud834\"", TEXT("\xef\xbf\xbd")},
		     {"\"\\udd1e\\ud834\"", TEXT("\xef\xbf\xbd\xef\xbf\xbd")},
		     {"\"\\ud834\\ud834\\udd1e\"", TEXT("\xef\xbf\xbd\xf0\x9d\x84\x9e")},
		     {"\"\\ud834\\u0041\"", TEXT("\xef\xbf\xbd"
						 "A")},
		     {"\"\\ud834\\n\"", TEXT("\xef\xbf\xbd\n")},
		     {"\"\xc3\xa9\\t0123456789abcdef0123\xe2\x82\xac\"",
		      TEXT("\xc3\xa9\t0123456789abcdef0123\xe2\x82\xac")},
		     {"null", {NULL, 0}},
		     {"\"\"", {NULL, 0}}};
	struct arena a = {0};
	struct json j;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_init(&j, str_of(cases[i].json), &a);
		struct str s = json_text(&j);
		assert_true(json_end(&j));
		if (!str_eq(s, cases[i].text))
			fail_msg("%s read as %.*s", cases[i].json, STR_ARG(s));
	}
	struct str text = STR("\"plain \xc3\xa9\"");
	json_init(&j, text, &a);
	assert_ptr_equal(json_text(&j).at, text.at + 1);
	arena_free(&a);
}

static void whole_numbers_are_exact_or_out_of_range(void **state)
{
	static const struct {
		const char *json;
		bool ok;
		int64_t v;
	} cases[] = {{"0", true, 0},
		     {"-0", true, 0},
		     {"7", true, 7},
		     {"-7", true, -7},
		     {"9223372036854775807", true, INT64_MAX},
		     {"-9223372036854775808", true, INT64_MIN},
		     {"9223372036854775808", false, 0},
		     {"-9223372036854775809", false, 0},
		     {"1e18", true, 1000000000000000000},
		     {"1e19", false, 0},
		     {"-1e19", false, 0},
		     {"9.223372036854775807e18", true, INT64_MAX},
		     {"9.223372036854775808e18", false, 0},
		     {"1.9", true, 1},
		     {"-1.9", true, -1},
		     {"0.9", true, 0},
		     {"12345e-2", true, 123},
		     {"1.5e1", true, 15},
		     {"1.23e1", true, 12},
		     {"1e-400", true, 0},
		     {"0e999999999999999999999", true, 0},
		     {"1e999999999999999999999", false, 0},
		     {"1e-99999999999999999999", true, 0},
		     {"100000000000000000000e-20", true, 1},
		     {"0.00000000000000000001e20", true, 1},
		     {"null", true, 0},
		     {"true", false, 0},
		     {"\"1\"", false, 0},
		     {"[1]", false, 0}};
	struct arena a = {0};
	struct json j;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_init(&j, str_of(cases[i].json), &a);
		int64_t v = json_int(&j);
		if (json_end(&j) != cases[i].ok || v != cases[i].v)
			fail_msg("%s read as %lld", cases[i].json, (long long)v);
	}
	arena_free(&a);
}

static void reals_are_the_nearest_double(void **state)
{
	static const char *const cases[] = {
	    "0",
	    "-0",
	    "0.1",
	    "0.3",
	    "1.5e-7",
	    "3.141592653589793",
	    "1e22",
	    "1e23",
	    "123456789012345678",
	    "5e-324",
	    "2e-324",
	    "4.9406564584124654e-324",
	    "2.2250738585072011e-308",
	    "2.2250738585072014e-308",
	    "1.7976931348623157e308",
	    "9007199254740993",
	    "9007199254740992.5",
	    "0.000001234567890123",
	    "8.41e21",
	    "1e-22",
	    "7e-23",
	    "0.1000000000000000055511151231257827021181583404541015625",
	    "1e-400",
	    "-1.5",
	    "100000000000000000000000000000000000000000000000000000000000000000000000000000000e-70"};
	struct arena a = {0};
	struct json j;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_init(&j, str_of(cases[i]), &a);
		double v = json_real(&j), want = strtod(cases[i], NULL);
		assert_true(json_end(&j));
		if (memcmp(&v, &want, sizeof(v)) != 0)
			fail_msg("%s read as %.17g", cases[i], v);
	}
	json_init(&j, STR("1e309"), &a);
	assert_true(json_real(&j) == 0);
	assert_false(json_end(&j));
	assert_string_equal(j.error, "number out of range");
	arena_free(&a);
}

static void the_first_error_sticks_and_tells_where(void **state)
{
	struct arena a = {0};
	struct json j;
	struct str key;
	(void)state;
	json_init(&j, STR("{\"a\":1,\"b\":x,\"c\":01}"), &a);
	assert_true(json_object(&j));
	assert_true(json_key(&j, &key));
	assert_int_equal(json_int(&j), 1);
	assert_true(json_key(&j, &key));
	assert_int_equal(json_int(&j), 0);
	assert_int_equal(j.error_at, 11);
	assert_string_equal(j.error, "expected a value");
	assert_false(json_key(&j, &key));
	assert_false(json_array(&j));
	assert_false(json_item(&j));
	assert_int_equal(json_peek(&j), JSON_NONE);
	assert_int_equal(json_text(&j).n, 0);
	assert_int_equal(json_raw(&j).n, 0);
	assert_false(json_bool(&j));
	assert_true(json_real(&j) == 0);
	json_skip(&j);
	assert_false(json_end(&j));
	assert_int_equal(j.error_at, 11);
	arena_free(&a);
}

static void the_wrong_type_is_an_error(void **state)
{
	struct arena a = {0};
	struct json j;
	(void)state;
	json_init(&j, STR("5"), &a);
	assert_int_equal(json_text(&j).n, 0);
	assert_string_equal(j.error, "expected a text");
	json_init(&j, STR("5"), &a);
	assert_false(json_object(&j));
	assert_string_equal(j.error, "expected an object");
	json_init(&j, STR("{}"), &a);
	assert_false(json_array(&j));
	assert_string_equal(j.error, "expected an array");
	json_init(&j, STR("1"), &a);
	assert_false(json_bool(&j));
	assert_string_equal(j.error, "expected true or false");
	json_init(&j, STR(""), &a);
	assert_int_equal(json_int(&j), 0);
	assert_string_equal(j.error, "unexpected end");
	json_init(&j, STR("null"), &a);
	assert_false(json_bool(&j));
	assert_true(json_end(&j));
	arena_free(&a);
}

static void raw_gives_the_bytes_of_a_checked_value(void **state)
{
	struct arena a = {0};
	struct json j;
	struct str key;
	(void)state;
	json_init(&j, STR("{\"a\" : [1, {\"b\":\"]\"} ] , \"c\":-1.5}"), &a);
	json_object(&j);
	json_key(&j, &key);
	assert_true(str_is(json_raw(&j), "[1, {\"b\":\"]\"} ]"));
	json_key(&j, &key);
	assert_true(str_is(json_raw(&j), "-1.5"));
	assert_false(json_key(&j, &key));
	assert_true(json_end(&j));
	json_init(&j, STR("[1,}"), &a);
	assert_int_equal(json_raw(&j).n, 0);
	assert_int_equal(j.error_at, 3);
	arena_free(&a);
}

static void reading_stops_where_a_container_is_left_open(void **state)
{
	struct arena a = {0};
	struct json j;
	(void)state;
	json_init(&j, STR("[1,2]"), &a);
	json_array(&j);
	assert_true(json_item(&j));
	json_skip(&j);
	assert_false(json_end(&j));
	arena_free(&a);
}

static void assert_written(struct buf *b, const char *want)
{
	assert_int_equal(strlen(b->at), b->n);
	assert_string_equal(b->at, want);
	buf_clear(b);
}

static void texts_are_written_escaped(void **state)
{
	struct buf b = {0};
	(void)state;
	json_put_text(&b, STR_NONE);
	assert_written(&b, "\"\"");
	json_put_text(&b, STR("a\"b\\c/\x7f"));
	assert_written(&b, "\"a\\\"b\\\\c/\x7f\"");
	json_put_text(&b, STR("\b\f\n\r\t\0\x01\x1f"));
	assert_written(&b, "\"\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\"");
	json_put_text(&b, STR("\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e"));
	assert_written(&b, "\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\"");
	json_put_text(&b, STR("\xff"
			      "a\xc3"
			      "b\xed\xa0\x80\xe2\x82"));
	assert_written(&b, "\"\xef\xbf\xbd"
			   "a\xef\xbf\xbd"
			   "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	buf_free(&b);
}

static void what_is_written_is_read_back(void **state)
{
	struct buf b = {0}, text = {0};
	struct arena a = {0};
	struct json j;
	uint32_t seed = 1;
	(void)state;
	for (int round = 0; round < 2000; round++) {
		buf_clear(&text);
		buf_clear(&b);
		for (unsigned n = round % 70; n; n--) {
			seed = seed * 1664525 + 1013904223;
			unsigned c = seed >> 24;
			if (c < 0x80)
				buf_char(&text, (char)c);
			else
				buf_text(&text, c & 1 ? "\xc3\xa9" : c & 2 ? "\xf0\x9d\x84\x9e" : "plain");
		}
		json_put_text(&b, buf_view(&text));
		json_init(&j, buf_view(&b), &a);
		struct str back = json_text(&j);
		assert_true(json_end(&j));
		assert_true(str_eq(back, buf_view(&text)));
	}
	arena_free(&a);
	buf_free(&b);
	buf_free(&text);
}

static void an_object_is_written_with_its_commas(void **state)
{
	struct buf b = {0};
	(void)state;
	buf_text(&b, "[{");
	json_put_key_text(&b, "a", STR("{"));
	json_put_key_int(&b, "b", INT64_MIN);
	json_put_key(&b, "c\"");
	buf_text(&b, "[{");
	json_put_key_seconds(&b, "s", 1234567890);
	json_put_key_seconds(&b, "t", -500000000);
	json_put_key_seconds(&b, "u", 3000000000);
	json_put_key_seconds(&b, "v", 1);
	json_put_key_seconds(&b, "w", 0);
	json_put_key_seconds(&b, "x", INT64_MIN);
	buf_text(&b, "}]}]");
	assert_true(accepts(buf_view(&b)));
	assert_written(
	    &b, "[{\"a\":\"{\",\"b\":-9223372036854775808,\"c\\\"\":[{\"s\":1.23456789,\"t\":-0.5,\"u\":3,"
		"\"v\":0.000000001,\"w\":0,\"x\":-9223372036.854775808}]}]");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_text_of_the_good_list_is_taken_and_of_the_bad_list_refused),
	    cmocka_unit_test(every_prefix_of_a_document_is_refused),
	    cmocka_unit_test(depth_ends_at_the_limit),
	    cmocka_unit_test(an_object_is_read_member_by_member),
	    cmocka_unit_test(a_text_without_escapes_is_a_slice_and_one_with_them_is_decoded),
	    cmocka_unit_test(whole_numbers_are_exact_or_out_of_range),
	    cmocka_unit_test(reals_are_the_nearest_double),
	    cmocka_unit_test(the_first_error_sticks_and_tells_where),
	    cmocka_unit_test(the_wrong_type_is_an_error),
	    cmocka_unit_test(raw_gives_the_bytes_of_a_checked_value),
	    cmocka_unit_test(reading_stops_where_a_container_is_left_open),
	    cmocka_unit_test(texts_are_written_escaped),
	    cmocka_unit_test(what_is_written_is_read_back),
	    cmocka_unit_test(an_object_is_written_with_its_commas)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
