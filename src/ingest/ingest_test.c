#include "ingest/ingest.h"

#include "base/clock.h"
#include "ingest/ingest_test.h"

static void decimals_become_ns(void **state)
{
	static const struct {
		const char *text;
		int64_t unit_ns, ns;
	} cases[] = {
	    {"0", NS_PER_S, 0},
	    {"1", NS_PER_S, NS_PER_S},
	    {" 0.5\n", NS_PER_S, 500000000},
	    {".5", NS_PER_S, 500000000},
	    {"5.", NS_PER_S, 5 * NS_PER_S},
	    {"+2", NS_PER_S, 2 * NS_PER_S},
	    {"-3", NS_PER_S, 0},
	    {"1e-05", NS_PER_S, 10000},
	    {"7.9E-05", NS_PER_S, 79000},
	    {"1.5e3", NS_PER_MS, 1500 * NS_PER_MS},
	    {"0.00193605", NS_PER_S, 1936050},
	    {"22.394691", NS_PER_MS, 22394691},
	    {"0.1234567894999", NS_PER_S, 123456789},
	    {"0.1234567895", NS_PER_S, 123456790},
	    {"3.0040740966796875e-05", NS_PER_S, 30041},
	    {"1,234.5", NS_PER_S, 1234500000000},
	    {"0,25", NS_PER_S, 250000000},
	    {"1e-400", NS_PER_S, 0},
	    {"1e400", NS_PER_S, INT64_C(86400000) * NS_PER_S},
	    {"99999999999999999999999999", NS_PER_S, INT64_C(86400000) * NS_PER_S},
	    {"100000000000000000000000e-20", NS_PER_S, 1000 * NS_PER_S},
	    {"0.00000000000000000000000000000001e30", NS_PER_S, 10000000},
	    {"26", NS_PER_MS, 26000000},
	};
	static const char *const bad[] = {
	    "",      " ",   ".",
	    "-",     "e5",  "1e",
	    "1e+",   "1s",  "1 2",
	    "NaN",   "inf", "0x10",
	    "1.2.3", "--1", "00000000000000000000000000000000000000000000000000000000000000001"};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t ns = -1;
		if (!ingest_decimal(str_of(cases[i].text), cases[i].unit_ns, &ns) || ns != cases[i].ns)
			fail_msg("%s read as %" PRId64, cases[i].text, ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t ns = -7;
		if (ingest_decimal(str_of(bad[i]), NS_PER_S, &ns) || ns != -7)
			fail_msg("%s was read", bad[i]);
	}
}

static void stamps_become_ns_since_1970(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2000-02-29T12:34:56", INT64_C(951827696) * NS_PER_S},
	    {"2024-03-01T00:00:00.25Z", INT64_C(1709251200250) * NS_PER_MS},
	    {"2024-03-01 00:00:00,5", INT64_C(1709251200500) * NS_PER_MS},
	    {"2026-11-21T03:29:52.112868+00:00", INT64_C(1795231792112868000)},
	    {"2024-05-01T12:00:00+02:00", INT64_C(1714557600) * NS_PER_S},
	    {"2024-05-01T12:00:00-0230", INT64_C(1714573800) * NS_PER_S},
	    {"2024-05-01T12:00", INT64_C(1714564800) * NS_PER_S},
	    {"2024-05-01T12:00:00.1234567891234Z", INT64_C(1714564800123456789)},
	};
	static const char *const bad[] = {"",
					  "yesterday",
					  "2024-05-01",
					  "2024-13-01T00:00:00",
					  "2024-00-01T00:00:00",
					  "2024-01-32T00:00:00",
					  "2024-01-01T00:61:00",
					  "2024-01-01T00:00:00Q",
					  "2024-01-01T00:00:00+1",
					  "2024-01-01T00:00:00+02:000",
					  "1969-01-01T00:00:00",
					  "9999-01-01T00:00:00",
					  "24-01-01T00:00:00"};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t ns = -1;
		if (!ingest_stamp(str_of(cases[i].text), &ns) || ns != cases[i].ns)
			fail_msg("%s read as %" PRId64, cases[i].text, ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t ns;
		if (ingest_stamp(str_of(bad[i]), &ns))
			fail_msg("%s was read", bad[i]);
	}
}

static void the_first_stamp_is_where_the_unit_began(void **state)
{
	struct ingest in = {.time_ns = 500};
	struct stamps s = {0};
	(void)state;
	assert_int_equal(stamps_time(&s, &in, 1000000), 500);
	assert_int_equal(stamps_time(&s, &in, 1000100), 600);
	assert_int_equal(stamps_time(&s, &in, 900), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decimals_become_ns),
	    cmocka_unit_test(stamps_become_ns_since_1970),
	    cmocka_unit_test(the_first_stamp_is_where_the_unit_began),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
