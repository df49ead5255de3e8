#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "report/report_otlp.h"

/* Keeps the requests, one a line, and their spans. */
struct taker {
	struct otlp_to to;
	struct buf all;
	uint32_t n_requests, n_spans;
};

static struct taker taker;
static struct otlp otlp;

static void take(struct otlp_to *to, struct str request, uint32_t spans)
{
	struct taker *t = (struct taker *)to;
	buf_str(&t->all, request);
	buf_char(&t->all, '\n');
	t->n_requests++;
	t->n_spans += spans;
}

static int begin(void **state)
{
	(void)state;
	buf_clear(&taker.all);
	taker.to.take = take;
	taker.n_requests = taker.n_spans = 0;
	otlp_begin(&otlp, &taker.to, STR_NONE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	buf_free(&taker.all);
	return 0;
}

static const char *finish(void)
{
	otlp_end(&otlp);
	return taker.all.at;
}

static void put(enum event_type type, enum span_kind kind, uint64_t id, uint64_t parent, int32_t worker,
		int64_t t, const char *name)
{
	sink_put(&otlp.sink, &(struct event){.type = type,
					     .kind = kind,
					     .id = id,
					     .parent = parent,
					     .worker = worker,
					     .time_ns = t,
					     .name = str_of(name)});
}

static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;
	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void a_record_of_nothing_is_one_unfinished_run(void **state)
{
	(void)state;
	const char *text = finish();
	assert_int_equal(taker.n_requests, 1);
	assert_int_equal(taker.n_spans, 1);
	assert_non_null(strstr(text, "\"name\":\"fettle run\""));
	assert_non_null(strstr(text, "\"stringValue\":\"unfinished\""));
	assert_null(strstr(text, "parentSpanId"));
}

static void rows_that_contradict_each_other_do_no_harm(void **state)
{
	(void)state;
	put(EVENT_END, SPAN_NONE, 7, 0, 0, 5, "never began");
	put(EVENT_BEGIN, SPAN_TEST, 8, 8, 0, 9, "its own parent");
	put(EVENT_BEGIN, SPAN_TEST, 8, 0, 0, 10, "again");
	put(EVENT_BEGIN, SPAN_TEST, 9, 10, 0, INT64_MAX, "one");
	put(EVENT_BEGIN, SPAN_TEST, 10, 9, 0, INT64_MIN, "two");
	put(EVENT_BEGIN, SPAN_TEST, 0, 0, 0, 1, "no id");
	put(EVENT_END, SPAN_NONE, 9, 0, 0, 1, "");
	put(EVENT_END, SPAN_NONE, 9, 0, 0, 2, "");
	put(EVENT_VALUE, SPAN_NONE, 0, 99, 0, 2, "listening");
	put(EVENT_BEGIN, SPAN_CONTAINER, 11, 0, 3, 4, "box");
	put(EVENT_SPAN, SPAN_CONTAINER, 11, 0, 3, 4, "the same id");
	const char *text = finish();
	assert_int_equal(taker.n_spans, 5); /* 8, 9, 10, 11 and the run */
	assert_int_equal(times(text, "\"name\":\"container box\""), 1);
	assert_int_equal(times(text, "\"spanId\":"), 5);
}

static void a_full_request_leaves_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < OTLP_SPANS; i++) {
		assert_int_equal(taker.n_requests, 0);
		put(EVENT_SPAN, SPAN_STEP, 0, 1, 0, i, "step");
	}
	assert_int_equal(taker.n_requests, 1);
	(void)finish();
	assert_int_equal(taker.n_requests, 2);
	assert_int_equal(taker.n_spans, OTLP_SPANS + 1);
	assert_int_equal(times(taker.all.at, "\"resourceSpans\""), 2);
}

static void a_subtest_lies_in_its_suite_and_a_container_in_the_innermost(void **state)
{
	(void)state;
	put(EVENT_BEGIN, SPAN_SUITE, 1, 0, 0, 0, "the suite");
	put(EVENT_BEGIN, SPAN_TEST, 2, 1, 0, 10, "outer");
	put(EVENT_BEGIN, SPAN_TEST, 3, 2, 0, 20, "inner");
	put(EVENT_BEGIN, SPAN_CONTAINER, 4, 0, 0, 30, "box");
	put(EVENT_END, SPAN_NONE, 3, 0, 0, 40, "");
	put(EVENT_END, SPAN_NONE, 2, 0, 0, 50, "");
	put(EVENT_END, SPAN_NONE, 1, 0, 0, 60, "");
	const char *text = finish();
	assert_int_equal(times(text, "\"test.suite.name\",\"value\":{\"stringValue\":\"the suite\"}"), 3);
	assert_null(strstr(text, "fettle.shared"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_record_of_nothing_is_one_unfinished_run, begin),
	    cmocka_unit_test_setup(rows_that_contradict_each_other_do_no_harm, begin),
	    cmocka_unit_test_setup(a_full_request_leaves_at_once, begin),
	    cmocka_unit_test_setup_teardown(a_subtest_lies_in_its_suite_and_a_container_in_the_innermost,
					    begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
