#include "config/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void shows(const char *text, const char *wanted)
{
	struct buf b = {0};
	secret_put(&b, str_of(text));
	assert_string_equal(b.at ? b.at : "", wanted);
	buf_free(&b);
}

static void names_that_speak_of_secrets_are_known(void **state)
{
	(void)state;
	assert_true(secret_is_name(STR("GITHUB_TOKEN")));
	assert_true(secret_is_name(STR("X-Api-Key")));
	assert_true(secret_is_name(STR("dbPassword")));
	assert_true(secret_is_name(STR("Authorization")));
	assert_false(secret_is_name(STR("PATH")));
	assert_false(secret_is_name(STR("size")));
	assert_false(secret_is_name(STR("")));
}

static void what_is_no_secret_stays_as_it_is(void **state)
{
	(void)state;
	shows("", "");
	shows("echo a=b: c", "echo a=b: c");
	shows("http://127.0.0.1:8080/a?b=c", "http://127.0.0.1:8080/a?b=c");
	shows("sqlite:///{worker_dir}/a@b", "sqlite:///{worker_dir}/a@b");
}

static void values_behind_such_names_are_struck_out(void **state)
{
	(void)state;
	shows("--token=abc next", "--token=*** next");
	shows("curl 'http://h/?token=abc&x=1'", "curl 'http://h/?token=***&x=1'");
	shows("Authorization: Bearer abc def", "Authorization: ***");
	shows("A_SECRET=x B=y PASSWORD=z", "A_SECRET=*** B=y PASSWORD=***");
	shows("https://me:pw@host/path", "https://***@host/path");
	shows("token=", "token=");
}

static void of_json_only_the_names_stay(void **state)
{
	struct buf b = {0};
	(void)state;
	secret_put_json(&b, STR("{\"path\":\"/x\",\"n\":[1,{\"a\":2}]}"));
	buf_char(&b, ' ');
	secret_put_json(&b, STR("text"));
	buf_char(&b, ' ');
	secret_put_json(&b, STR("{\"a\":"));
	buf_char(&b, ' ');
	secret_put_json(&b, STR("{}"));
	assert_string_equal(b.at, "{\"path\": \"***\", \"n\": \"***\"} \"***\" \"***\" {}");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_that_speak_of_secrets_are_known),
	    cmocka_unit_test(what_is_no_secret_stays_as_it_is),
	    cmocka_unit_test(values_behind_such_names_are_struck_out),
	    cmocka_unit_test(of_json_only_the_names_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
