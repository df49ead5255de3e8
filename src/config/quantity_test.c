#include "config/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void reads_duration(const char *text, int64_t ns)
{
	int64_t got = -1;
	if (!quantity_duration(str_of(text), &got))
		fail_msg("'%s' was refused", text);
	if (got != ns)
		fail_msg("'%s' gave %lld", text, (long long)got);
}

static void refuses_duration(const char *text)
{
	int64_t got = -7;
	if (quantity_duration(str_of(text), &got))
		fail_msg("'%s' gave %lld", text, (long long)got);
	assert_int_equal(got, -7);
}

static void durations_are_read_in_every_unit(void **state)
{
	(void)state;
	reads_duration("500ms", 500000000);
	reads_duration("2m", 120000000000);
	reads_duration("1h30m", 5400000000000);
	reads_duration("1d2h3m4s5ms6us7ns", 93784005006007);
	reads_duration("1.5s", 1500000000);
	reads_duration("0.25h", 900000000000);
	reads_duration("0", 0);
	reads_duration("0s", 0);
	reads_duration("106751d", 106751 * 86400000000000);
}

static void a_bare_number_is_seconds(void **state)
{
	(void)state;
	reads_duration("90", 90000000000);
	reads_duration("0.001", 1000000);
}

static void digits_below_a_nanosecond_are_cut(void **state)
{
	(void)state;
	reads_duration("0.0000000019", 1);
	reads_duration("0.9999999999999999999999s", 999999999);
	reads_duration("1.9ns", 1);
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const texts[] = {"",
					    " ",
					    "s",
					    "5 s",
					    " 5s",
					    "5s ",
					    "-5s",
					    "+5s",
					    "1h30",
					    "5m1h",
					    "1s1s",
					    "1..5s",
					    ".5s",
					    "5.s",
					    "5x",
					    "5S",
					    "0x10s",
					    "1e3",
					    "5\n",
					    "inf",
					    "106752d",
					    "9223372036854775808ns",
					    "99999999999999999999"};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		refuses_duration(texts[i]);
	refuses_duration("106751d86400s86400000ms");
}

static void reads_size(const char *text, int64_t bytes)
{
	int64_t got = -1;
	if (!quantity_size(str_of(text), &got) || got != bytes)
		fail_msg("'%s' gave %lld", text, (long long)got);
}

static void sizes_know_both_kinds_of_powers(void **state)
{
	(void)state;
	reads_size("4096", 4096);
	reads_size("4096B", 4096);
	reads_size("1k", 1024);
	reads_size("1K", 1024);
	reads_size("1KiB", 1024);
	reads_size("1kB", 1000);
	reads_size("64MiB", 64 << 20);
	reads_size("64m", 64 << 20);
	reads_size("64MB", 64000000);
	reads_size("1g", 1 << 30);
	reads_size("1.5GiB", 1610612736);
	reads_size("2t", 2LL << 40);
	reads_size("1TB", 1000000000000);
	reads_size("0", 0);
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const texts[] = {"",    "k",   "1 k",         "-1",  "1kk", "1p",
					    "1.k", "1k1", "9000000000g", "1e3", "0x1"};
	int64_t got = -7;
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (quantity_size(str_of(texts[i]), &got))
			fail_msg("'%s' gave %lld", texts[i], (long long)got);
	assert_int_equal(got, -7);
}

static void reals_are_decimal_and_finite(void **state)
{
	static const char *const texts[] = {"",   "inf", "nan", "0x1p3", "1e999", "1e",
					    "1 ", " 1",  "--1", "1.2.3", "e"};
	double got = -7;
	(void)state;
	assert_true(quantity_real(STR("-1e3"), &got) && got == -1000);
	assert_true(quantity_real(STR("0.5"), &got) && got == 0.5);
	assert_true(quantity_real(str_cut(STR("2.55"), 0, 3), &got) && got == 2.5);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (quantity_real(str_of(texts[i]), &got))
			fail_msg("'%s' gave %g", texts[i], got);
	assert_true(got == 2.5);
}

static void truth_has_four_words_each(void **state)
{
	static const char *const yes[] = {"true", "True", "yes", "ON", "1"}, *const no[] = {"false", "no",
											    "Off", "0"};
	bool got;
	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_true(quantity_bool(str_of(yes[i]), &got) && got);
	for (size_t i = 0; i < 4; i++)
		assert_true(quantity_bool(str_of(no[i]), &got) && !got);
	assert_false(quantity_bool(STR("2"), &got));
	assert_false(quantity_bool(STR(""), &got));
	assert_false(quantity_bool(STR("tru"), &got));
}

static void what_is_written_is_read_back(void **state)
{
	static const int64_t values[] = {0,     1,     999,     1000,           1500000000, 5400000000000,
					 65536, 65537, 1 << 30, 93784005006007, INT64_MAX};
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct buf b = {0};
		int64_t got = -1;
		quantity_put_duration(&b, values[i]);
		assert_true(quantity_duration(buf_view(&b), &got));
		assert_int_equal(got, values[i]);
		buf_clear(&b);
		quantity_put_size(&b, values[i]);
		assert_true(quantity_size(buf_view(&b), &got));
		assert_int_equal(got, values[i]);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations_are_read_in_every_unit),
	    cmocka_unit_test(a_bare_number_is_seconds),
	    cmocka_unit_test(digits_below_a_nanosecond_are_cut),
	    cmocka_unit_test(what_is_no_duration_is_refused),
	    cmocka_unit_test(sizes_know_both_kinds_of_powers),
	    cmocka_unit_test(what_is_no_size_is_refused),
	    cmocka_unit_test(reals_are_decimal_and_finite),
	    cmocka_unit_test(truth_has_four_words_each),
	    cmocka_unit_test(what_is_written_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
