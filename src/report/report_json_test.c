#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "report/model_fixture.h"
#include "report/report.h"

static struct buf got;
static struct arena scratch;

static struct json json_of(struct model *m)
{
	struct out o;
	struct json j;
	buf_clear(&got);
	out_to_buf(&o, &got);
	report_json(m, &o);
	json_init(&j, buf_view(&got), &scratch);
	return j;
}

static int end(void **state)
{
	(void)state;
	buf_free(&got);
	arena_free(&scratch);
	return 0;
}

/* Steps into the member of the object that is next. */
static bool enter(struct json *j, const char *name)
{
	struct str key;
	if (!json_object(j))
		return false;
	while (json_key(j, &key)) {
		if (str_is(key, name))
			return true;
		json_skip(j);
	}
	return false;
}

static void the_whole_is_json_with_every_part(void **state)
{
	static const char *const parts[] = {"format",   "version",    "run",        "counts",   "gap",
					    "coverage", "what_if",    "workers",    "phases",   "changes",
					    "notes",    "sums",       "suites",     "units",    "outside",
					    "tests",    "containers", "phase_tree", "critical", "values"};
	struct model m;
	struct str key;
	size_t n = 0;
	(void)state;
	fixture_hostile(&m);
	struct json j = json_of(&m);
	assert_true(json_object(&j));
	while (json_key(&j, &key)) {
		assert_true(n < sizeof(parts) / sizeof(parts[0]));
		assert_true(str_is(key, parts[n++]));
		json_skip(&j);
	}
	assert_true(json_end(&j));
	assert_int_equal(n, sizeof(parts) / sizeof(parts[0]));
	arena_free(&m.arena);
}

static void a_test_has_its_numbers_to_the_nanosecond(void **state)
{
	struct model m;
	struct str key;
	(void)state;
	fixture_small(&m);
	m.tests[0].dur_ns = 9007199254740993; /* more than a double holds */
	struct json j = json_of(&m);
	assert_true(enter(&j, "tests"));
	assert_true(json_array(&j) && json_item(&j) && json_object(&j));
	int64_t dur = 0, suite = -1, attempts_bad = 0;
	struct str name = STR_NONE, status = STR_NONE, output = STR_NONE;
	while (json_key(&j, &key)) {
		if (str_is(key, "dur_ns"))
			dur = json_int(&j);
		else if (str_is(key, "suite"))
			suite = json_int(&j);
		else if (str_is(key, "attempts_bad"))
			attempts_bad = json_int(&j);
		else if (str_is(key, "name"))
			name = json_text(&j);
		else if (str_is(key, "status"))
			status = json_text(&j);
		else if (str_is(key, "output"))
			output = json_text(&j);
		else
			json_skip(&j);
	}
	assert_null(j.error);
	assert_int_equal(dur, 9007199254740993);
	assert_int_equal(suite, 0);
	assert_int_equal(attempts_bad, 2);
	assert_true(str_is(name, "Pay by card"));
	assert_true(str_is(status, "failed"));
	assert_true(
	    str_is(output, "POST /pay\n\x1b[31m500 Internal Server Error\x1b[0m\n")); /* as it was printed */
	arena_free(&m.arena);
}

static void what_is_not_known_is_null(void **state)
{
	struct model m;
	(void)state;
	fixture_small(&m);
	m.tests[0].unit = MODEL_NONE;
	m.before_wall_ns = 0;
	(void)json_of(&m);
	assert_non_null(strstr(got.at, "\"cpu_ns\":null,\"peak_rss_bytes\":null}"));
	assert_non_null(strstr(got.at, "\"before_wall_ns\":null"));
	assert_non_null(strstr(got.at, "\"suite\":0,\"unit\":null"));
	assert_non_null(strstr(
	    got.at,
	    "{\"what\":\"new\",\"name\":\"features/search.feature::Find nothing\",\"before_ns\":null,"));
	assert_non_null(strstr(got.at, "{\"name\":\"discover\",\"worker\":null,"));
	arena_free(&m.arena);
}

static void the_parts_of_the_gap_add_up(void **state)
{
	struct model m;
	struct str key;
	int64_t sum = 0;
	(void)state;
	fixture_small(&m);
	struct json j = json_of(&m);
	assert_true(enter(&j, "gap") && json_object(&j));
	while (json_key(&j, &key)) {
		if (str_is(key, "bound_ns") || str_is(key, "before_ns") || str_is(key, "startup_ns") ||
		    str_is(key, "queue_ns") || str_is(key, "teardown_ns"))
			sum += json_int(&j);
		else
			json_skip(&j);
	}
	assert_int_equal(sum, m.wall_ns);
	arena_free(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_whole_is_json_with_every_part),
	    cmocka_unit_test(a_test_has_its_numbers_to_the_nanosecond),
	    cmocka_unit_test(what_is_not_known_is_null),
	    cmocka_unit_test_teardown(the_parts_of_the_gap_add_up, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
