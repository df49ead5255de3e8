#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "base/str.h"

static const char *hex(struct str s)
{
	static char text[2 * SHA256_BYTES + 1];
	uint8_t sum[SHA256_BYTES];
	sha256(s, sum);
	for (unsigned i = 0; i < SHA256_BYTES; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", sum[i]);
	return text;
}

/* The vectors of FIPS 180-4 and of the NIST example files. */
static void the_standard_vectors_hold(void **state)
{
	struct buf million = {0};
	(void)state;
	assert_string_equal(hex(STR_NONE),
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(hex(STR("abc")),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hex(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
			    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	(void)memset(buf_room(&million, 1000000), 'a', 1000000);
	million.n = 1000000;
	assert_string_equal(hex(buf_view(&million)),
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	buf_free(&million);
}

/* Computed with coreutils' sha256sum: the padding takes one block up to 55 bytes and two from 56 on. */
static void lengths_around_a_block_hold(void **state)
{
	char a[64];
	(void)state;
	memset(a, 'a', sizeof(a));
	assert_string_equal(hex((struct str){a, 55}),
			    "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	assert_string_equal(hex((struct str){a, 56}),
			    "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
	assert_string_equal(hex((struct str){a, 63}),
			    "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
	assert_string_equal(hex((struct str){a, 64}),
			    "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_standard_vectors_hold),
	    cmocka_unit_test(lengths_around_a_block_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
