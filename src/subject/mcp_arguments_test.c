#include "subject/mcp_arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static struct arena scratch;

static void filled(const char *arguments, const char *schema, const char *wanted)
{
	const struct bench_param params[] = {{STR("n"), STR("42")}, {STR("q"), STR("a\"b\\")}};
	struct buf b = {0};
	struct mcp_schema m;
	mcp_schema_init(&m, str_of(schema), &scratch);
	assert_true(mcp_arguments_fill(&b, str_of(arguments), &m, params, 2));
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
	filled(
	    "{\"a\":\"{n}\",\"b\":[\"{n}\"],\"c\":\"{n}\",\"d\":\"{q}\"}",
	    "{\"$defs\":{\"N\":{\"type\":\"number\"},\"L\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/N\"}}},"
	    "\"allOf\":[{\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]},\"b\":{\"$ref\":\"#/$defs/L\"}}},"
	    "{\"properties\":{\"c\":{\"type\":[\"string\",\"integer\"]},\"d\":{\"$ref\":\"#/$defs/N\"}}}]}",
	    "{\"a\":42,\"b\":[42],\"c\":\"42\",\"d\":\"a\\\"b\\\\\"}");
	filled(
	    "{\"kind\":\"name\",\"value\":\"{n}\",\"count\":\"{n}\"}",
	    "{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"id\"},\"value\":{\"type\":\"integer\"},\"count\":{\"type\":\"integer\"}}},"
	    "{\"properties\":{\"kind\":{\"const\":\"name\"},\"value\":{\"type\":\"string\"},\"count\":{\"type\":\"number\"}}}]}",
	    "{\"kind\":\"name\",\"value\":\"42\",\"count\":42}");
	filled(
	    "{\"a\":[\"{n}\",\"{n}\",\"{n}\"],\"b\":{\"x_n\":\"{n}\",\"other\":\"{n}\"}}",
	    "{\"properties\":{\"a\":{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"integer\"}],\"items\":{\"type\":\"number\"}},"
	    "\"b\":{\"patternProperties\":{\"^x_\":{\"type\":\"integer\"}},\"additionalProperties\":{\"type\":\"boolean\"}}}}",
	    "{\"a\":[\"42\",42,42],\"b\":{\"x_n\":42,\"other\":\"42\"}}");
	struct buf b = {0};
	struct mcp_schema m;
	mcp_schema_init(&m, STR("{}"), &scratch);
	assert_false(mcp_arguments_fill(&b, STR("{\"a\":}"), &m, NULL, 0));
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
	    cmocka_unit_test(parameters),
	    cmocka_unit_test(headers),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&scratch);
	return failed;
}
