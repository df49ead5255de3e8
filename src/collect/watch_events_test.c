#include "collect/watch_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static struct arena scratch;

static bool reads(const char *text, struct engine_event *ret)
{
	return engine_event_read(str_of(text), &scratch, ret);
}

static void an_end_in_the_words_of_docker(void **state)
{
	(void)state;
	struct engine_event ev;
	assert_true(reads(
	    "{\"status\":\"die\",\"id\":\"0c3c\",\"from\":\"x:1\",\"Type\":\"container\",\"Action\":\"die\","
	    "\"Actor\":{\"ID\":\"0c3c\",\"Attributes\":{\"exitCode\":\"3\",\"name\":\"n\"}},"
	    "\"scope\":\"local\",\"time\":1795251979,\"timeNano\":1795251979178019919}",
	    &ev));
	assert_int_equal(ev.what, ENGINE_DIE);
	assert_int_equal(ev.exit, 3);
	assert_int_equal(ev.wall_ns, INT64_C(1795251979178019919));
	assert_true(str_is(ev.cid, "0c3c"));
}

static void the_words_of_all_engines(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum engine_what want;
	} cases[] = {
	    {"{\"Action\":\"start\",\"Actor\":{\"ID\":\"a\"}}", ENGINE_START},
	    {"{\"status\":\"died\",\"id\":\"a\"}", ENGINE_DIE},
	    {"{\"Action\":\"oom\",\"id\":\"a\"}", ENGINE_OOM},
	    {"{\"Action\":\"destroy\",\"id\":\"a\"}", ENGINE_REMOVED},
	    {"{\"Action\":\"remove\",\"id\":\"a\"}", ENGINE_REMOVED},
	    {"{\"Action\":\"health_status: healthy\",\"id\":\"a\"}", ENGINE_HEALTHY},
	    {"{\"Action\":\"health_status: unhealthy\",\"id\":\"a\"}", ENGINE_UNHEALTHY},
	    {"{\"Action\":\"health_status: running\",\"id\":\"a\"}", ENGINE_OTHER},
	    {"{\"Action\":\"health_status\",\"Actor\":{\"ID\":\"a\",\"Attributes\":{\"health_status\":\"healthy\"}}}",
	     ENGINE_HEALTHY},
	    {"{\"Action\":\"exec_die\",\"id\":\"a\"}", ENGINE_OTHER},
	    {"{\"Action\":\"exec_start: die\",\"id\":\"a\"}", ENGINE_OTHER},
	    {"{\"id\":\"a\"}", ENGINE_OTHER},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct engine_event ev;
		assert_true(reads(cases[i].text, &ev));
		assert_int_equal(ev.what, cases[i].want);
		assert_true(str_is(ev.cid, "a"));
	}
}

static void a_stamp_in_seconds_is_better_than_none(void **state)
{
	(void)state;
	struct engine_event ev;
	assert_true(reads("{\"Action\":\"die\",\"id\":\"a\",\"time\":12}", &ev));
	assert_int_equal(ev.wall_ns, INT64_C(12000000000));
	assert_int_equal(ev.exit, -1);
	assert_true(
	    reads("{\"Action\":\"die\",\"id\":\"a\",\"time\":9223372036854775807,\"timeNano\":-5}", &ev));
	assert_int_equal(ev.wall_ns, 0);
}

static void values_of_another_type_are_passed_over(void **state)
{
	(void)state;
	struct engine_event ev;
	assert_true(reads(
	    "{\"Action\":\"die\",\"status\":7,\"id\":\"a\",\"Actor\":[1],\"timeNano\":\"x\",\"time\":null}",
	    &ev));
	assert_int_equal(ev.what, ENGINE_DIE);
	assert_true(
	    reads("{\"Action\":\"die\",\"Actor\":{\"ID\":\"a\",\"Attributes\":{\"exitCode\":3}}}", &ev));
	assert_int_equal(ev.exit, -1);
	assert_true(
	    reads("{\"Action\":\"die\",\"Actor\":{\"ID\":\"a\",\"Attributes\":{\"exitCode\":\"3x\"}}}", &ev));
	assert_int_equal(ev.exit, -1);
}

static void lines_that_are_no_event_of_a_container(void **state)
{
	(void)state;
	struct engine_event ev;
	assert_false(reads("", &ev));
	assert_false(reads("[]", &ev));
	assert_false(reads("{}", &ev));
	assert_false(reads("{\"Action\":\"die\"}", &ev));
	assert_false(reads("{\"Type\":\"network\",\"Action\":\"destroy\",\"Actor\":{\"ID\":\"a\"}}", &ev));
	assert_false(reads("{\"Action\":\"die\",\"id\":\"a\"} x", &ev));
}

static int drop(void **state)
{
	(void)state;
	arena_free(&scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_end_in_the_words_of_docker),
	    cmocka_unit_test(the_words_of_all_engines),
	    cmocka_unit_test(a_stamp_in_seconds_is_better_than_none),
	    cmocka_unit_test(values_of_another_type_are_passed_over),
	    cmocka_unit_test(lines_that_are_no_event_of_a_container),
	};
	return cmocka_run_group_tests(tests, NULL, drop);
}
