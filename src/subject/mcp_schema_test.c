#include "subject/mcp_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static struct arena scratch;

/* What is said of the arguments; NULL: they are allowed. */
static const char *say(const char *schema, const char *arguments)
{
	static char why[512];
	struct buf b = {0};
	bool allowed = mcp_arguments_allowed(str_of(arguments), str_of(schema), &b, &scratch);
	assert_int_equal(allowed, b.n == 0);
	why[0] = '\0';
	if (b.n)
		memcpy(why, b.at, b.n + 1);
	buf_free(&b);
	return allowed ? NULL : why;
}

static void what_is_allowed(void **state)
{
	(void)state;
	assert_null(say("", "{\"a\":1}"));
	assert_null(say("true", "{}"));
	assert_null(say("{\"type\":\"object\"}", "{\"a\":1}"));
	assert_null(say("{\"type\":[\"object\",\"null\"]}", "null"));
	assert_null(say("{\"type\":\"integer\"}", "1.0"));
	assert_null(say("{\"type\":\"odd\",\"format\":\"x\",\"anyOf\":[false]}", "1"));
	assert_null(say("{\"enum\":[1,\"a\\u0062\",null]}", "\"ab\""));
	assert_null(say("{\"enum\":[10]}", "1e1"));
	assert_null(say("{\"const\":{\"a\":1}}", "{ \"a\": 1 }"));
	assert_null(say("{\"maxLength\":2}", "\"\u00e9\u00e9\""));
	assert_null(say("{\"minimum\":1,\"maximum\":1,\"exclusiveMinimum\":0,\"exclusiveMaximum\":2}", "1"));
	assert_null(say("{\"items\":{\"type\":\"number\"},\"minItems\":1}", "[1,2]"));
	assert_null(say(
	    "{\"properties\":{\"a\":{}},\"patternProperties\":{\"^b\":{}},\"additionalProperties\":false}",
	    "{\"b\":1}"));
	assert_null(say("{\"$ref\":\"#/x\"}", "[]"));
}

static void what_is_not(void **state)
{
	(void)state;
	assert_string_equal(say("{\"type\":\"object\"}", "[]"),
			    "argument '' is an array, the tool asks for object");
	assert_string_equal(say("{\"required\":[\"a\"]}", "{}"),
			    "argument 'a' is missing (the tool asks for it)");
	assert_string_equal(say("{\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]}}}", "{\"a\":true}"),
			    "argument 'a' is a truth, the tool asks for string or null");
	assert_non_null(
	    strstr(say("{\"enum\":[1,2]}", "\"1\""), "is none of those that the tool takes: 1, 2"));
	assert_non_null(strstr(say("{\"const\":1}", "2"), "is not the one value"));
	assert_non_null(strstr(say("{\"exclusiveMinimum\":1}", "1"), "is at or below 1"));
	assert_non_null(strstr(say("{\"exclusiveMaximum\":1.5}", "1.5"), "is at or above 1.5"));
	assert_non_null(strstr(say("{\"maxLength\":1}", "\"\u00e9\u00e9\""), "has a length that is above 1"));
	assert_non_null(strstr(say("{\"minItems\":1}", "[]"), "has a length that is below 1"));
	assert_non_null(
	    strstr(say("{\"additionalProperties\":{\"type\":\"string\"}}", "{\"x\":1}"), "'x' is a number"));
	assert_non_null(strstr(
	    say("{\"properties\":{\"a\":{\"items\":{\"required\":[\"b\"]}}}}", "{\"a\":[{\"b\":1},{}]}"),
	    "'a[1].b' is missing"));
}

static void hostile_schemas(void **state)
{
	struct buf deep = {0}, value = {0};
	(void)state;
	for (int i = 0; i < 500; i++)
		buf_text(&deep, "{\"items\":");
	buf_text(&deep, "{}");
	for (int i = 0; i < 500; i++)
		buf_char(&deep, '}');
	for (int i = 0; i < 500; i++)
		buf_char(&value, '[');
	for (int i = 0; i < 500; i++)
		buf_char(&value, ']');
	assert_null(say(deep.at, value.at));
	assert_null(
	    say("{\"type\":7,\"required\":{},\"properties\":[],\"enum\":3,\"minimum\":\"x\"}", "{\"a\":1}"));
	buf_free(&deep);
	buf_free(&value);
}

static void filled(const char *arguments, const char *schema, const char *wanted)
{
	const struct bench_param params[] = {{STR("n"), STR("42")}, {STR("q"), STR("a\"b\\")}};
	struct buf b = {0};
	assert_true(mcp_arguments_fill(&b, str_of(arguments), str_of(schema), params, 2, &scratch));
	if (!str_is(buf_view(&b), wanted))
		fail_msg("%.*s", STR_ARG(buf_view(&b)));
	buf_free(&b);
}

static void parameters(void **state)
{
	(void)state;
	filled("{\"a\": \"{n}-{q}\", \"{n}\": [\"{x}\", 1.50, null]}", "{}",
	       "{\"a\":\"42-a\\\"b\\\\\",\"{n}\":[\"{x}\",1.50,null]}");
	filled(
	    "{\"a\":\"{n}\",\"b\":\"{n}\",\"c\":\"{q}\"}",
	    "{\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"string\"},\"c\":{\"type\":\"number\"}}}",
	    "{\"a\":42,\"b\":\"42\",\"c\":\"a\\\"b\\\\\"}");
	struct buf b = {0};
	assert_false(mcp_arguments_fill(&b, STR("{\"a\":}"), STR("{}"), NULL, 0, &scratch));
	buf_free(&b);
}

static void headers(void **state)
{
	static const char schema[] =
	    "{\"properties\":{\"r\":{\"x-mcp-header\":\"Region\"},\"n\":{\"x-mcp-header\":\"N\"},"
	    "\"o\":{\"properties\":{\"b\":{\"x-mcp-header\":\"B\"}}}}}";
	struct buf b = {0};
	(void)state;
	assert_true(mcp_arguments_headers(&b, STR("{\"r\":\"line\\n\",\"n\":null,\"o\":{\"b\":true}}"),
					  STR(schema), &scratch));
	assert_true(str_is(buf_view(&b), "Mcp-Param-Region: =?base64?bGluZQo=?=\r\nMcp-Param-B: true\r\n"));
	buf_clear(&b);
	assert_false(mcp_arguments_headers(&b, STR("{\"r\":\"x\"}"),
					   STR("{\"properties\":{\"r\":{\"x-mcp-header\":\"a: b\\r\\nc\"}}}"),
					   &scratch));
	assert_int_equal(b.n, 0);
	mcp_put_header_value(&b, STR("=?base64?literal?="));
	assert_true(str_is(buf_view(&b), "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_allowed), cmocka_unit_test(what_is_not),
	    cmocka_unit_test(hostile_schemas), cmocka_unit_test(parameters),
	    cmocka_unit_test(headers),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&scratch);
	return failed;
}
