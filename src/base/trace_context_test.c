#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/trace_context.h"

static const char GOOD[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

static void a_traceparent_goes_in_and_comes_out(void **state)
{
	struct trace_context t = {0};
	char trace[TRACE_ID_HEX_BYTES], span[SPAN_ID_HEX_BYTES];
	(void)state;
	assert_true(trace_context_parse(&t, str_of(GOOD)));
	trace_id_hex(&t, trace);
	span_id_hex(t.parent, span);
	assert_string_equal(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
	assert_string_equal(span, "00f067aa0ba902b7");
	assert_int_equal(t.flags, 1);
	assert_true(
	    trace_context_parse(&t, STR("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more")));
	assert_int_equal(t.flags, 0);
}

static void what_is_no_traceparent_is_left_alone(void **state)
{
	static const char *const bad[] = {
	    "",
	    "00",
	    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
	    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
	    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
	    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
	    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
	    "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
	    "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
	};
	struct trace_context t = {.parent = 5}, own;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(trace_context_parse(&t, str_of(bad[i])));
	assert_int_equal(t.parent, 5);
	trace_context_make(&own, STR("r"), STR("h"), 1, STR("nonsense"));
	assert_int_equal(own.parent, 0);
	assert_int_equal(own.flags, 1);
}

static void a_run_has_its_own_trace_or_that_of_whoever_started_it(void **state)
{
	struct trace_context a, b, c, given;
	(void)state;
	trace_context_make(&a, STR("20260102-030405-abcd"), STR("host"), 7, STR_NONE);
	trace_context_make(&b, STR("20260102-030405-abcd"), STR("host"), 7, STR_NONE);
	trace_context_make(&c, STR("20260102-030405-abcd"), STR("other"), 7, STR_NONE);
	trace_context_make(&given, STR("20260102-030405-abcd"), STR("host"), 7, str_of(GOOD));
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(a.trace, c.trace, TRACE_ID_BYTES);
	assert_int_equal(given.parent, 0x00f067aa0ba902b7);
	/* the spans are the run's own, whatever the trace */
	assert_true(trace_context_span(&given, 3) == trace_context_span(&a, 3));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void ids_of_spans_differ_and_are_never_zero(void **state)
{
	enum { N = 100000 };
	struct trace_context t;
	uint64_t *ids = calloc(N, sizeof(*ids));
	(void)state;
	assert_non_null(ids);
	trace_context_make(&t, STR("r"), STR("h"), 1, STR_NONE);
	for (uint64_t i = 0; i < N; i++)
		ids[i] = trace_context_span(&t, i % 2 ? i : i << 32 | 2);
	qsort(ids, N, sizeof(*ids), by_value);
	assert_true(ids[0] != 0);
	for (size_t i = 1; i < N; i++)
		assert_true(ids[i] != ids[i - 1]);
	free(ids);
}

static void what_is_handed_on_names_trace_and_span(void **state)
{
	struct trace_context t, back = {0};
	char text[TRACEPARENT_BYTES];
	(void)state;
	trace_context_make(&t, STR("r"), STR("h"), 1, str_of(GOOD));
	trace_context_text(&t, 12, text);
	assert_int_equal(strlen(text), 55);
	assert_true(trace_context_parse(&back, str_of(text)));
	assert_memory_equal(back.trace, t.trace, TRACE_ID_BYTES);
	assert_true(back.parent == trace_context_span(&t, 12));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_traceparent_goes_in_and_comes_out),
	    cmocka_unit_test(what_is_no_traceparent_is_left_alone),
	    cmocka_unit_test(a_run_has_its_own_trace_or_that_of_whoever_started_it),
	    cmocka_unit_test(ids_of_spans_differ_and_are_never_zero),
	    cmocka_unit_test(what_is_handed_on_names_trace_and_span),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
