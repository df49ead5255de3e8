#include "bench/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"

static const char headers[] = "Content-Type: application/json\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n";
static const char body[] =
    "{\"ok\": true, \"n\": 10, \"id\": 9007199254740993, \"t\": \"a\\u00e9\\\"b\", \"none\": null, "
    "\"list\": [1, {\"a/b\": {\"m~n\": [\"x y\", 2]}}], \"\": \"empty\", \"s\": \"SECRET\"}";
static const struct checked answer = {.status = 200,
				      .exit_code = -1,
				      .headers = {headers, sizeof(headers) - 1},
				      .body = {body, sizeof(body) - 1}};

/* What a check says of what there is; NULL: it holds. */
static const char *say(const char *pair, const struct checked *what)
{
	static char why[240];
	struct arena a = {0}, scratch = {0};
	struct checks *c = NULL;
	struct err e = {0};
	const struct knob_list pairs = {.at = &pair, .n = 1};
	if (checks_read(&c, &a, &pairs, &e) < 0)
		fail_msg("%s", e.text);
	bool holds = checks_hold(c, what, &scratch, why, sizeof(why));
	checks_free(c);
	arena_free(&a);
	arena_free(&scratch);
	return holds ? NULL : why;
}

static void what_holds(void **state)
{
	static const char *const pairs[] = {"status=200",
					    "status=2xx",
					    "contains=\"ok\": true",
					    "lacks=error",
					    "matches=\"n\":\\s*\\d+,",
					    "header=CONTENT-type:application/json",
					    "header=set-cookie: b=2",
					    "header=Set-Cookie",
					    "json=/ok=true",
					    "json=/n=10",
					    "json=/n=1e1",
					    "json=/id=9007199254740993",
					    "json=/none=null",
					    "json=/t=a\u00e9\"b",
					    "json=/list/0=1",
					    "json=/list/1/a~1b/m~0n/0=x y",
					    "json=/=empty",
					    "json=/list/1/a~1b/m~0n=[\"x y\",2]",
					    "json=/n",
					    "json=/list/1={ \"a/b\":{\"m~n\":[\"x y\",2]} }",
					    "matches=(?s)^\\{.*\\}$"};
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const char *why = say(pairs[i], &answer);
		if (why)
			fail_msg("%s: %s", pairs[i], why);
	}
}

static void what_does_not_hold_is_told(void **state)
{
	static const struct {
		const char *pair, *why;
	} cases[] = {
	    {"status=201", "status 200, wanted 201"},
	    {"status=5xx", "status 200, wanted 5xx"},
	    {"exit-code=0", "there is no exit code"},
	    {"contains=hello", "the body lacks 'hello'"},
	    {"lacks=ok", "the body contains 'ok'"},
	    {"matches=^ok$", "the body does not match '^ok$'"},
	    {"header=X-A: b", "there is no header 'X-A'"},
	    {"header=Content-Type: text/html", "header 'Content-Type' is not 'text/html'"},
	    {"header=Set-Cookie: c=3", "header 'Set-Cookie' is not 'c=3'"},
	    {"json=/ok=false", "/ok is true, wanted false"},
	    {"json=/n=11", "/n is 10, wanted 11"},
	    {"json=/id=9007199254740992", "/id is 9007199254740993, wanted 9007199254740992"},
	    {"json=/s=x", "/s is another text, wanted x"},
	    {"json=/list=1", "/list is an array, wanted 1"},
	    {"json=/list/1=1", "/list/1 is an object, wanted 1"},
	    {"json=/list/01=1", "the body has no /list/01"},
	    {"json=/list/2=1", "the body has no /list/2"},
	    {"json=/n/0=1", "the body has no /n/0"},
	    {"json=/error=null", "the body has no /error"},
	    {"contains=two\nlines", "the body lacks 'two?lines'"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *why = say(cases[i].pair, &answer);
		assert_non_null(why);
		assert_string_equal(why, cases[i].why);
	}
}

static void bodies_that_are_no_json(void **state)
{
	static const char *const bodies[] = {"<html>", "{\"ok\": true", "{\"ok\": true} x", "{\"ok\": tru}"};
	struct checked what = {.status = 200, .exit_code = -1};
	(void)state;
	assert_string_equal(say("json=/ok=true", &what), "the body is empty");
	assert_string_equal(say("contains=x", &what), "the body lacks 'x'");
	assert_null(say("lacks=x", &what));
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		what.body = str_of(bodies[i]);
		assert_string_equal(say("json=/ok=true", &what), "the body is no JSON");
	}
	what.body = STR("\xff\xfe ok \x00 1");
	assert_null(say("matches=ok", &what));
	assert_null(say("contains=ok", &what));
}

static void a_command_has_an_output_and_a_code(void **state)
{
	const struct checked what = {.status = -1, .exit_code = 3, .body = STR("hello")};
	(void)state;
	assert_null(say("exit-code=3", &what));
	assert_string_equal(say("exit-code=0", &what), "exit code 3, wanted 0");
	assert_string_equal(say("status=200", &what), "there is no status");
	assert_string_equal(say("contains=x", &what), "the output lacks 'x'");
}

static void what_is_no_check_is_refused(void **state)
{
	static const struct {
		const char *pair, *text;
	} cases[] = {
	    {"json=ok=true", "checks: 'ok' is no pointer into JSON such as /result/ok=true"},
	    {"json=/a~2=1", "checks: '/a~2' is no pointer into JSON such as /result/ok=true"},
	    {"json=/a~=1", "checks: '/a~' is no pointer into JSON such as /result/ok=true"},
	    {"status=ok", "checks: 'ok' is no number"},
	    {"size=3", "checks: there is no check 'size'"},
	};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct checks *c;
		struct err e = {0};
		const struct knob_list pairs = {.at = (const char **)(uintptr_t)&cases[i].pair, .n = 1};
		assert_int_equal(checks_read(&c, &a, &pairs, &e), FAULT_USAGE);
		assert_string_equal(e.text, cases[i].text);
	}
	const char *pair = "matches=(";
	struct checks *c;
	struct err e = {0};
	assert_int_equal(checks_read(&c, &a, &(struct knob_list){.at = &pair, .n = 1}, &e), FAULT_USAGE);
	arena_free(&a);
}

static void all_of_them_must_hold(void **state)
{
	const char *pairs[] = {"contains=ok", "status=404", "lacks=ok"};
	const struct knob_list list = {.at = pairs, .n = 3};
	struct arena a = {0}, scratch = {0};
	struct checks *c;
	struct err e;
	char why[240];
	(void)state;
	assert_int_equal(checks_read(&c, &a, &list, &e), 0);
	assert_true(checks_need_body(c) && checks_have_status(c));
	assert_false(checks_hold(c, &answer, &scratch, why, sizeof(why)));
	assert_string_equal(why, "status 200, wanted 404");
	checks_free(c);
	assert_int_equal(checks_read(&c, &a, &(struct knob_list){0}, &e), 0);
	assert_false(checks_need_body(c) || checks_have_status(c));
	assert_true(checks_hold(c, &answer, &scratch, why, sizeof(why)));
	checks_free(c);
	arena_free(&a);
	arena_free(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_holds),
	    cmocka_unit_test(what_does_not_hold_is_told),
	    cmocka_unit_test(bodies_that_are_no_json),
	    cmocka_unit_test(a_command_has_an_output_and_a_code),
	    cmocka_unit_test(what_is_no_check_is_refused),
	    cmocka_unit_test(all_of_them_must_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
