#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "report/report_trace.h"

static struct trace trace;
static struct out stream;
static struct buf packed, text;

static int begin(void **state)
{
	(void)state;
	buf_clear(&packed);
	out_to_buf(&stream, &packed);
	trace_begin(&trace, &stream);
	return 0;
}

static void begin_span(enum span_kind kind, uint64_t id, uint64_t parent, int32_t worker, int64_t t,
		       const char *name)
{
	sink_put(&trace.sink, &(struct event){.type = EVENT_BEGIN,
					      .kind = kind,
					      .id = id,
					      .parent = parent,
					      .worker = worker,
					      .time_ns = t,
					      .name = str_of(name)});
}

static void end_span(uint64_t id, int64_t t, enum status status)
{
	sink_put(&trace.sink, &(struct event){.type = EVENT_END, .id = id, .time_ns = t, .status = status});
}

static void whole_span(enum span_kind kind, uint64_t parent, int32_t worker, int64_t t, int64_t d,
		       const char *name)
{
	sink_put(&trace.sink, &(struct event){.type = EVENT_SPAN,
					      .kind = kind,
					      .parent = parent,
					      .worker = worker,
					      .time_ns = t,
					      .dur_ns = d,
					      .status = STATUS_PASSED,
					      .name = str_of(name)});
}

/* Ends the trace; its JSON. */
static const char *unpacked(void)
{
	z_stream z = {0};
	trace_end(&trace);
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	buf_clear(&text);
	z.next_in = (unsigned char *)packed.at;
	z.avail_in = (unsigned)packed.n;
	int rc;
	do {
		z.next_out = (unsigned char *)buf_room(&text, 65536);
		z.avail_out = 65536;
		rc = inflate(&z, Z_NO_FLUSH);
		text.n += 65536 - z.avail_out;
	} while (rc == Z_OK);
	assert_int_equal(rc, Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	(void)inflateEnd(&z);
	buf_char(&text, 0);
	return text.at;
}

#define assert_has(json, row) assert_non_null(strstr((json), (row)))

static void spans_nest_on_the_lane_of_their_worker(void **state)
{
	(void)state;
	begin_span(SPAN_WORKER, 1, 0, 3, 1000, "");
	begin_span(SPAN_UNIT, 2, 1, 3, 2000, "a.feature");
	begin_span(SPAN_TEST, 3, 2, 3, 3000, "pays");
	whole_span(SPAN_STEP, 3, 3, 3500, 250, "I pay");
	end_span(3, 5001, STATUS_FAILED);
	end_span(2, 6000, STATUS_PASSED);
	end_span(1, 7000, STATUS_PASSED);
	const char *json = unpacked();
	assert_has(
	    json,
	    "{\"ph\":\"X\",\"pid\":1,\"tid\":400,\"ts\":3.500,\"dur\":0.250,\"cat\":\"step\",\"name\":\"I pay\"}");
	assert_has(
	    json,
	    "\"tid\":400,\"ts\":3,\"dur\":2.001,\"cat\":\"test\",\"name\":\"pays\",\"args\":{\"status\":\"failed\"}}");
	assert_has(json, "\"tid\":400,\"ts\":2,\"dur\":4,\"cat\":\"unit\",\"name\":\"a.feature\"}");
	assert_has(json, "\"tid\":400,\"ts\":1,\"dur\":6,\"cat\":\"worker\",\"name\":\"worker\"}");
	assert_has(json, "\"tid\":400,\"name\":\"thread_name\",\"args\":{\"name\":\"worker 3\"}");
	assert_null(strstr(json, "\"tid\":401"));
}

static void spans_that_overlap_get_lanes_of_their_own(void **state)
{
	(void)state;
	begin_span(SPAN_UNIT, 1, 0, 0, 0, "package");
	begin_span(SPAN_TEST, 2, 1, 0, 1000, "one");
	begin_span(SPAN_TEST, 3, 1, 0, 2000, "two");
	begin_span(SPAN_TEST, 4, 1, 0, 3000, "three");
	end_span(3, 4000, STATUS_PASSED);
	begin_span(SPAN_TEST, 5, 1, 0, 5000, "four");
	end_span(2, 6000, STATUS_PASSED);
	end_span(4, 7000, STATUS_PASSED);
	end_span(5, 8000, STATUS_PASSED);
	end_span(1, 9000, STATUS_PASSED);
	const char *json = unpacked();
	assert_has(json, "\"tid\":100,\"ts\":1,\"dur\":5,\"cat\":\"test\",\"name\":\"one\"");
	assert_has(json, "\"tid\":101,\"ts\":2,\"dur\":2,\"cat\":\"test\",\"name\":\"two\"");
	assert_has(json, "\"tid\":102,\"ts\":3,\"dur\":4,\"cat\":\"test\",\"name\":\"three\"");
	assert_has(json, "\"tid\":101,\"ts\":5,\"dur\":3,\"cat\":\"test\",\"name\":\"four\"");
	assert_has(json, "\"name\":\"worker 0 (2)\"");
}

static void whole_spans_that_overlap_do_so_as_well(void **state)
{
	(void)state;
	begin_span(SPAN_UNIT, 1, 0, 0, 0, "package");
	whole_span(SPAN_TEST, 1, 0, 1000, 4000, "one");
	whole_span(SPAN_TEST, 1, 0, 2000, 5000, "two");
	whole_span(SPAN_TEST, 1, 0, 5000, 1000, "three");
	end_span(1, 9000, STATUS_PASSED);
	const char *json = unpacked();
	assert_has(json, "\"tid\":100,\"ts\":1,\"dur\":4,\"cat\":\"test\",\"name\":\"one\"");
	assert_has(json, "\"tid\":101,\"ts\":2,\"dur\":5,\"cat\":\"test\",\"name\":\"two\"");
	assert_has(json, "\"tid\":100,\"ts\":5,\"dur\":1,\"cat\":\"test\",\"name\":\"three\"");
}

static void a_row_that_comes_late_still_finds_its_lane(void **state)
{
	(void)state;
	begin_span(SPAN_UNIT, 1, 0, 0, 0, "unit");
	begin_span(SPAN_TEST, 2, 1, 0, 3000, "test");
	end_span(2, 5000, STATUS_PASSED);
	whole_span(SPAN_HOOK, 1, 0, 1000, 1500, "before_feature");
	whole_span(SPAN_STEP, 2, 0, 3500, 500, "step");
	end_span(1, 9000, STATUS_PASSED);
	const char *json = unpacked();
	assert_has(json, "\"tid\":100,\"ts\":1,\"dur\":1.500,\"cat\":\"hook\"");
	assert_has(json, "\"tid\":100,\"ts\":3.500,\"dur\":0.500,\"cat\":\"step\"");
	assert_null(strstr(json, "\"tid\":101"));
}

static void what_has_no_end_ends_last_and_says_so(void **state)
{
	(void)state;
	begin_span(SPAN_UNIT, 1, 0, 0, 1000, "unit");
	begin_span(SPAN_TEST, 2, 1, 0, 2000, "test");
	whole_span(SPAN_STEP, 2, 0, 3000, 6000, "step");
	const char *json = unpacked();
	assert_has(
	    json,
	    "\"ts\":2,\"dur\":7,\"cat\":\"test\",\"name\":\"test (unfinished)\",\"args\":{\"status\":\"unfinished\"}");
	assert_has(json, "\"ts\":1,\"dur\":8,\"cat\":\"unit\",\"name\":\"unit (unfinished)\"");
	assert_true(strstr(json, "\"test (unf") < strstr(json, "\"unit (unf"));
}

static void an_inner_span_never_begins_with_its_outer_one(void **state)
{
	(void)state;
	begin_span(SPAN_UNIT, 1, 0, 0, 1000, "unit");
	begin_span(SPAN_TEST, 2, 1, 0, 1000, "test");
	end_span(2, 3000, STATUS_PASSED);
	end_span(1, 2000, STATUS_PASSED); /* earlier than what is in it */
	const char *json = unpacked();
	assert_has(json, "\"ts\":1.001,\"dur\":1.999,\"cat\":\"test\"");
	assert_has(json, "\"ts\":1,\"dur\":2,\"cat\":\"unit\"");
}

static void hostile_rows_do_no_harm(void **state)
{
	(void)state;
	end_span(77, 5, STATUS_PASSED);
	begin_span(SPAN_TEST, 0, 0, 0, 0, "no id");
	begin_span(SPAN_TEST, 9, 9, INT32_MAX, INT64_MAX, "own parent");
	begin_span(SPAN_TEST, 9, 9, INT32_MIN, INT64_MIN, "again");
	whole_span(SPAN_TEST, 9, -5, INT64_MAX, INT64_MAX, "</script>\x01\xff");
	whole_span(SPAN_TEST, 9, 0, INT64_MIN, INT64_MIN, "");
	for (uint64_t i = 100; i < 400; i++)
		begin_span(SPAN_TEST, i, 0, (int32_t)i, (int64_t)i, "many");
	for (uint64_t i = 100; i < 400; i += 2)
		end_span(i, (int64_t)i + 50, STATUS_PASSED);
	const char *json = unpacked();
	assert_has(json, "own parent (unfinished)");
	assert_has(json, "\\u0001\xef\xbf\xbd");
	size_t rows = 0;
	for (const char *p = json; (p = strstr(p, "\"many")); p++)
		rows++;
	assert_int_equal(rows, 300);
}

static void the_same_events_give_the_same_bytes(void **state)
{
	struct buf first = {0};
	(void)state;
	for (int round = 0; round < 2; round++) {
		begin(NULL);
		for (uint64_t i = 1; i < 2000; i++) {
			begin_span(SPAN_TEST, i, 0, (int32_t)(i % 4), (int64_t)i * 1000, "test");
			if (i % 3)
				end_span(i, (int64_t)i * 1000 + 900, STATUS_PASSED);
		}
		trace_end(&trace);
		if (round == 0)
			buf_str(&first, buf_view(&packed));
	}
	assert_int_equal(first.n, packed.n);
	assert_memory_equal(first.at, packed.at, packed.n);
	assert_memory_equal(packed.at + 4, "\0\0\0\0", 4); /* gzip's time of modification */
	buf_free(&first);
	buf_free(&packed);
	buf_free(&text);
}

static void put_value(uint64_t container, int64_t t, const char *name, int64_t num)
{
	struct field f = {.key = STR("num"), .num = num, .type = FIELD_INT};
	sink_put(&trace.sink, &(struct event){.type = EVENT_VALUE,
					      .parent = container,
					      .worker = -1,
					      .time_ns = t,
					      .name = str_of(name),
					      .fields = &f,
					      .n_fields = 1});
}

static void begin_container(uint64_t id, int32_t worker, int64_t t, const char *name, const char *type)
{
	struct field f = {.key = STR("type"), .text = str_of(type), .type = FIELD_TEXT};
	sink_put(&trace.sink, &(struct event){.type = EVENT_BEGIN,
					      .kind = SPAN_CONTAINER,
					      .id = id,
					      .worker = worker,
					      .time_ns = t,
					      .name = str_of(name),
					      .fields = &f,
					      .n_fields = 1});
}

static void containers_have_threads_by_type_and_calls_by_worker(void **state)
{
	(void)state;
	begin_span(SPAN_TEST, 1, 0, 0, 1000, "test");
	begin_container(10, 0, 2000, "a", "registry");
	begin_container(11, 1, 3000, "b", "registry");
	begin_container(12, 0, 4000, "c", "git \"x\"");
	whole_span(SPAN_CALL, 10, 0, 2000, 500, "create");
	whole_span(SPAN_CALL, 10, 0, 6000, 500, "inspect");
	put_value(10, 5000, "listening", 80);
	put_value(10, 5000, "memory", 4 << 20);
	put_value(11, 5000, "memory", 1 << 20);
	put_value(99, 5000, "memory", 1 << 20);
	end_span(10, 9000, STATUS_NONE);
	end_span(1, 10000, STATUS_PASSED);
	const char *json = unpacked();
	assert_non_null(
	    strstr(json, "\"pid\":2,\"tid\":100,\"name\":\"thread_name\",\"args\":{\"name\":\"registry\"}"));
	assert_non_null(strstr(
	    json, "\"pid\":2,\"tid\":101,\"name\":\"thread_name\",\"args\":{\"name\":\"registry (2)\"}"));
	assert_non_null(strstr(json, "\"args\":{\"name\":\"git \\\"x\\\"\"}"));
	assert_non_null(strstr(
	    json,
	    "{\"ph\":\"X\",\"pid\":2,\"tid\":100,\"ts\":2,\"dur\":7,\"cat\":\"container\",\"name\":\"a\""));
	/* what made it lies in it; other calls are shown by themselves */
	assert_non_null(strstr(
	    json,
	    "{\"ph\":\"X\",\"pid\":2,\"tid\":100,\"ts\":2.001,\"dur\":0.499,\"cat\":\"call\",\"name\":\"create\""));
	assert_non_null(strstr(
	    json,
	    "{\"ph\":\"X\",\"pid\":3,\"tid\":100,\"ts\":6,\"dur\":0.500,\"cat\":\"call\",\"name\":\"inspect\""));
	assert_non_null(strstr(
	    json,
	    "{\"ph\":\"i\",\"s\":\"t\",\"pid\":2,\"tid\":100,\"ts\":5,\"cat\":\"container\",\"name\":\"listening\"}"));
	assert_non_null(strstr(json, "\"ts\":4,\"name\":\"containers\",\"args\":{\"value\":3}"));
	assert_non_null(strstr(json, "\"ts\":9,\"name\":\"containers\",\"args\":{\"value\":2}"));
	assert_non_null(
	    strstr(json, "\"ts\":5,\"name\":\"memory of the containers, KiB\",\"args\":{\"value\":5120}"));
	assert_non_null(
	    strstr(json, "\"ts\":9,\"name\":\"memory of the containers, KiB\",\"args\":{\"value\":1024}"));
	/* one that ran on is not called unfinished */
	assert_non_null(strstr(json, "\"name\":\"b\""));
	assert_null(strstr(json, "b (unfinished)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(spans_nest_on_the_lane_of_their_worker, begin),
	    cmocka_unit_test_setup(spans_that_overlap_get_lanes_of_their_own, begin),
	    cmocka_unit_test_setup(whole_spans_that_overlap_do_so_as_well, begin),
	    cmocka_unit_test_setup(a_row_that_comes_late_still_finds_its_lane, begin),
	    cmocka_unit_test_setup(what_has_no_end_ends_last_and_says_so, begin),
	    cmocka_unit_test_setup(an_inner_span_never_begins_with_its_outer_one, begin),
	    cmocka_unit_test_setup(hostile_rows_do_no_harm, begin),
	    cmocka_unit_test(the_same_events_give_the_same_bytes),
	    cmocka_unit_test_setup(containers_have_threads_by_type_and_calls_by_worker, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
