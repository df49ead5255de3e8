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
	struct mcp_schema m;
	mcp_schema_init(&m, str_of(schema), &scratch);
	bool allowed = mcp_schema_allows(&m, str_of(arguments), &b);
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
	assert_null(say("{\"type\":\"odd\",\"format\":\"x\",\"anyOf\":[true]}", "1"));
	assert_null(say("{\"enum\":[1,\"a\\u0062\",null]}", "\"ab\""));
	assert_null(say("{\"enum\":[10]}", "1e1"));
	assert_null(say("{\"const\":{\"a\":1}}", "{ \"a\": 1 }"));
	assert_null(say("{\"maxLength\":2}", "\"\u00e9\u00e9\""));
	assert_null(say("{\"maximum\":1e400}", "5"));
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
	assert_non_null(strstr(say("{\"maximum\":9007199254740991}", "1e17"), "is above 9007199254740991,"));
	assert_non_null(strstr(say("{\"maximum\":0.1}", "1"), "is above 0.1,"));
	assert_non_null(strstr(say("{\"exclusiveMaximum\":1.5}", "1.5"), "is at or above 1.5"));
	assert_non_null(strstr(say("{\"maxLength\":1}", "\"\u00e9\u00e9\""), "has a length that is above 1"));
	assert_non_null(strstr(say("{\"minItems\":1}", "[]"), "has a length that is below 1"));
	assert_non_null(
	    strstr(say("{\"additionalProperties\":{\"type\":\"string\"}}", "{\"x\":1}"), "'x' is a number"));
	assert_non_null(strstr(
	    say("{\"properties\":{\"a\":{\"items\":{\"required\":[\"b\"]}}}}", "{\"a\":[{\"b\":1},{}]}"),
	    "'a[1].b' is missing"));
}

/* As Python's models write theirs. */
static const char of_models[] =
    "{\"$defs\":{\"Point\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"},\"to\":{\"anyOf\":[{\"$ref\":\"#/$defs/Point\"},"
    "{\"type\":\"null\"}],\"default\":null}},\"required\":[\"x\"]},\"a/b\":{\"type\":\"boolean\"}},\"type\":\"object\","
    "\"properties\":{\"at\":{\"$ref\":\"#/$defs/Point\"},\"limit\":{\"anyOf\":[{\"type\":\"integer\","
    "\"minimum\":1},{\"type\":\"null\"}]},\"on\":{\"$ref\":\"#/$defs/a~1b\"}}}";

static void references_and_forms(void **state)
{
	(void)state;
	assert_null(
	    say(of_models, "{\"at\":{\"x\":1,\"to\":{\"x\":2,\"to\":null}},\"limit\":null,\"on\":true}"));
	assert_null(say(of_models, "{\"limit\":5}"));
	assert_string_equal(say(of_models, "{\"at\":{\"x\":1,\"to\":{\"x\":\"2\"}}}"),
			    "argument 'at.to.x' is a text, the tool asks for integer");
	assert_string_equal(say(of_models, "{\"at\":{\"x\":1,\"to\":7}}"),
			    "argument 'at.to' is a number, the tool asks for object or null");
	assert_string_equal(say(of_models, "{\"limit\":0}"),
			    "argument 'limit' is below 1, the tool's limit (minimum)");
	assert_string_equal(say(of_models, "{\"limit\":\"many\"}"),
			    "argument 'limit' is a text, the tool asks for integer or null");
	assert_string_equal(say(of_models, "{\"on\":1}"),
			    "argument 'on' is a number, the tool asks for boolean");
	assert_string_equal(say("{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{}"),
			    "argument '' has none of the forms that the tool takes");
	assert_string_equal(say("{\"allOf\":[{\"minLength\":1},{\"maxLength\":2}]}", "\"abc\""),
			    "argument '' has a length that is above 2, the tool's limit (maxLength)");
	assert_string_equal(say("{\"anyOf\":[false]}", "1"),
			    "argument '' has none of the forms that the tool takes");
	assert_null(say("{\"$ref\":\"#/$defs/none\"}", "1"));
	assert_null(say("{\"$ref\":\"other.json#/x\",\"type\":\"string\"}", "1"));
}

static void patterns(void **state)
{
	(void)state;
	assert_null(say("{\"pattern\":\"^[a-z]+\\/[0-9]{2}$\"}", "\"ab/12\""));
	assert_string_equal(say("{\"pattern\":\"^[a-z]+$\"}", "\"s3cret\""),
			    "argument '' does not match the tool's pattern ^[a-z]+$");
	assert_null(say("{\"pattern\":\"^\\\\W+$\"}", "\"\u00e9\""));
	assert_null(say("{\"pattern\":\"(?<what>\\p{L}\"}", "\"no pattern of ours\""));
	assert_null(
	    say("{\"pattern\":\"(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\""));
	assert_string_equal(
	    say("{\"patternProperties\":{\"^n_\":{\"type\":\"number\"}},\"additionalProperties\":false}",
		"{\"n_a\":\"x\"}"),
	    "argument 'n_a' is a text, the tool asks for number");
	assert_string_equal(
	    say("{\"patternProperties\":{\"^n_\":{\"type\":\"number\"}},\"additionalProperties\":false}",
		"{\"n\":1}"),
	    "argument 'n' is none of the tool's");
	assert_string_equal(say("{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"number\"}}",
				"[\"a\",1,null]"),
			    "argument '[2]' is null, the tool asks for number");
}

/* Each level 17 times the one below, and one that no number is. */
static void what_costs_too_much_is_allowed(void **state)
{
	static const char schema[] = "{\"anyOf\":[{\"allOf\":[{\"$ref\":\"#/$defs/L5\"},{\"minimum\":5}]}],"
				     "\"$defs\":{\"L0\":{}";
	struct buf b = {0};
	(void)state;
	buf_text(&b, schema);
	for (int level = 1; level <= 5; level++) {
		buf_printf(&b, ",\"L%d\":{\"allOf\":[", level);
		for (int i = 0; i < 17; i++)
			buf_printf(&b, "%s{\"$ref\":\"#/$defs/L%d\"}", i ? "," : "", level - 1);
		buf_text(&b, "]}");
	}
	buf_text(&b, "}}");
	(void)say(b.at, "1"); /* with a reason, or allowed */
	buf_clear(&b);
	buf_text(&b, "{\"x\":\"");
	for (int i = 0; i < 1 << 20; i++)
		buf_char(&b, 'x');
	buf_text(&b, "\",\"$defs\":{\"L0\":{\"$ref\":\"#/$defs/L0\"}},\"allOf\":[");
	for (int i = 0; i < 8000; i++)
		buf_printf(&b, "%s{\"$ref\":\"#/$defs/L0\"},{\"pattern\":\"(?:.?){40}[\\u0001\\u0002]$\"}",
			   i ? "," : "");
	buf_text(&b, "]}");
	assert_null(
	    say(b.at, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""));
	buf_free(&b);
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
	assert_null(say("{\"$ref\":\"#\"}", "1"));
	assert_null(say("{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}],\"allOf\":[{\"$ref\":\"#\"}]}", "1"));
	(void)say(
	    "{\"type\":\"array\",\"anyOf\":[{\"items\":{\"$ref\":\"#\"}},{\"items\":{\"$ref\":\"#\"}}]}",
	    value.at);
	buf_free(&deep);
	buf_free(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_allowed),      cmocka_unit_test(what_is_not),
	    cmocka_unit_test(references_and_forms), cmocka_unit_test(patterns),
	    cmocka_unit_test(hostile_schemas),      cmocka_unit_test(what_costs_too_much_is_allowed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&scratch);
	return failed;
}
