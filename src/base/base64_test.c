#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base64.h"

static const char *of(const char *text)
{
	static struct buf b;
	buf_clear(&b);
	base64_add(&b, text, strlen(text));
	return b.at;
}

static void the_vectors_of_the_rfc_hold(void **state)
{
	(void)state;
	assert_string_equal(of(""), "");
	assert_string_equal(of("f"), "Zg==");
	assert_string_equal(of("fo"), "Zm8=");
	assert_string_equal(of("foo"), "Zm9v");
	assert_string_equal(of("foob"), "Zm9vYg==");
	assert_string_equal(of("fooba"), "Zm9vYmE=");
	assert_string_equal(of("foobar"), "Zm9vYmFy");
}

static void bytes_above_ascii_and_parts_hold(void **state)
{
	struct buf b = {0};
	(void)state;
	base64_add(&b, "\xff\xfe\xfd", 3);
	base64_add(&b, "\x00\xff", 2);
	assert_string_equal(b.at, "//79AP8=");
	assert_int_equal(b.n, 8);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_vectors_of_the_rfc_hold),
	    cmocka_unit_test(bytes_above_ascii_and_parts_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
