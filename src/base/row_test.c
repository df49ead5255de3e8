#include "base/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct arena));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	arena_free(*state);
	free(*state);
	return 0;
}

static struct event read_good(void **state, const char *line)
{
	struct event ev;
	struct err e;
	if (row_read(str_of(line), *state, &ev, &e) != 0)
		fail_msg("%s: %s", line, e.text);
	return ev;
}

static void assert_refused(void **state, const char *line, const char *why)
{
	struct event ev, untouched;
	struct err e;
	memset(&ev, 0x5a, sizeof(ev));
	untouched = ev;
	if (row_read(str_of(line), *state, &ev, &e) != FAULT_FORMAT)
		fail_msg("taken: %s", line);
	assert_string_equal(e.text, why);
	assert_memory_equal(&ev, &untouched, sizeof(ev));
}

static void assert_text(struct str s, const char *want)
{
	if (!str_is(s, want))
		fail_msg("'%.*s' is not '%s'", STR_ARG(s), want);
}

static void a_full_row_is_written_in_the_documented_order(void **state)
{
	const struct field fields[] = {{.key = STR("unit"), .num = 0, .type = FIELD_INT},
				       {.key = STR("a\"b"), .text = STR("x\ny"), .type = FIELD_TEXT},
				       {.key = STR("empty"), .type = FIELD_TEXT}};
	const struct event ev = {.type = EVENT_SPAN,
				 .kind = SPAN_TEST,
				 .status = STATUS_FAILED,
				 .source = SOURCE_INJECTED,
				 .worker = 0,
				 .attempt = 2,
				 .line = 12,
				 .id = 7,
				 .parent = 6,
				 .time_ns = 1234567890,
				 .dur_ns = 42,
				 .name = STR("a scenario"),
				 .file = STR("features/a.feature"),
				 .key = STR("features/a.feature:12"),
				 .message = STR("it said \"no\""),
				 .text = STR("out"),
				 .fields = fields,
				 .n_fields = 3};
	struct buf b = {0};
	(void)state;
	row_write(&b, &ev);
	assert_string_equal(
	    b.at, "{\"ev\":\"span\",\"t\":1234567890,\"kind\":\"test\",\"id\":7,\"in\":6,\"w\":0,\"d\":42,"
		  "\"st\":\"failed\",\"src\":\"injected\",\"name\":\"a scenario\","
		  "\"file\":\"features/a.feature\",\"line\":12,\"key\":\"features/a.feature:12\","
		  "\"attempt\":2,\"msg\":\"it said \\\"no\\\"\",\"text\":\"out\",\"unit\":0,"
		  "\"a\\\"b\":\"x\\ny\",\"empty\":\"\"}\n");
	buf_free(&b);
}

static void an_empty_row_has_type_and_time_only(void **state)
{
	struct buf b = {0};
	(void)state;
	row_write(&b, &(struct event){.type = EVENT_DONE, .worker = -1});
	assert_string_equal(b.at, "{\"ev\":\"done\",\"t\":0}\n");
	buf_free(&b);
}

static void a_row_is_read_key_by_key(void **state)
{
	struct event ev = read_good(
	    state,
	    " {\"t\":5,\"ev\":\"begin\",\"kind\":\"unit\",\"id\":4294967297,\"in\":3,\"w\":2,\"d\":9,"
	    "\"st\":\"crashed\",\"src\":\"log\",\"name\":\"n\\u00e4me\",\"file\":\"f\",\"line\":4294967295,"
	    "\"key\":\"k\",\"attempt\":3,\"msg\":\"m\",\"text\":\"x\",\"unit\":12,\"more\":\"yes\"} ");
	assert_int_equal(ev.type, EVENT_BEGIN);
	assert_int_equal(ev.time_ns, 5);
	assert_int_equal(ev.kind, SPAN_UNIT);
	assert_int_equal(ev.id, 4294967297);
	assert_int_equal(ev.parent, 3);
	assert_int_equal(ev.worker, 2);
	assert_int_equal(ev.dur_ns, 9);
	assert_int_equal(ev.status, STATUS_CRASHED);
	assert_int_equal(ev.source, SOURCE_LOG);
	assert_text(ev.name, "n\xc3\xa4me");
	assert_text(ev.file, "f");
	assert_int_equal(ev.line, UINT32_MAX);
	assert_text(ev.key, "k");
	assert_int_equal(ev.attempt, 3);
	assert_text(ev.message, "m");
	assert_text(ev.text, "x");
	assert_int_equal(ev.n_fields, 2);
	assert_int_equal(event_int(&ev, "unit", -1), 12);
	assert_text(event_text(&ev, "more"), "yes");
}

static void what_is_absent_or_null_reads_as_not_said(void **state)
{
	struct event ev = read_good(state, "{\"ev\":\"note\",\"name\":null,\"id\":null}");
	assert_int_equal(ev.type, EVENT_NOTE);
	assert_int_equal(ev.worker, -1);
	assert_int_equal(ev.id, 0);
	assert_int_equal(ev.name.n, 0);
	assert_null(ev.fields);
	assert_int_equal(event_int(&ev, "unit", -7), -7);
	assert_int_equal(event_text(&ev, "unit").n, 0);
}

static void rows_and_names_of_a_later_version_are_passed_over(void **state)
{
	struct event ev = read_good(
	    state, "{\"ev\":\"hologram\",\"kind\":\"galaxy\",\"st\":\"fine\",\"src\":\"dream\",\"t\":1}");
	assert_int_equal(ev.type, EVENT_NONE);
	assert_int_equal(ev.kind, SPAN_NONE);
	assert_int_equal(ev.status, STATUS_NONE);
	assert_int_equal(ev.source, SOURCE_NONE);
	assert_int_equal(read_good(state, "{}").type, EVENT_NONE);
	assert_int_equal(read_good(state, "{\"t\":1}").type, EVENT_NONE);
}

static void only_texts_and_whole_numbers_become_fields(void **state)
{
	struct event ev = read_good(
	    state,
	    "{\"ev\":\"value\",\"a\":{\"ev\":\"run\",\"b\":[1]},\"c\":[{}],\"d2\":true,\"e\":null,\"f\":1.5,"
	    "\"g\":1e3,\"h\":99999999999999999999,\"i\":-5,\"j\":\"\",\"k\":9223372036854775807}");
	assert_int_equal(ev.type, EVENT_VALUE);
	assert_int_equal(ev.n_fields, 3);
	assert_int_equal(event_int(&ev, "i", 0), -5);
	assert_int_equal(event_int(&ev, "k", 0), INT64_MAX);
	assert_int_equal(event_int(&ev, "j", 3), 3);
	assert_int_equal(ev.fields[1].type, FIELD_TEXT);
}

static void fields_past_the_limit_are_lost(void **state)
{
	struct buf b = {0};
	buf_text(&b, "{\"ev\":\"run\"");
	for (int i = 0; i < ROW_FIELDS + 5; i++)
		buf_printf(&b, ",\"f%d\":%d", i, i);
	buf_text(&b, ",\"t\":8}");
	struct event ev = read_good(state, b.at);
	assert_int_equal(ev.n_fields, ROW_FIELDS);
	assert_int_equal(ev.time_ns, 8);
	assert_int_equal(event_int(&ev, "f31", -1), 31);
	assert_int_equal(event_int(&ev, "f32", -1), -1);
	buf_free(&b);
}

static void malformed_rows_are_refused(void **state)
{
	assert_refused(state, "", "bad row: byte 1: unexpected end");
	assert_refused(state, "[]", "bad row: byte 1: expected an object");
	assert_refused(state, "5", "bad row: byte 1: expected an object");
	assert_refused(state, "{\"ev\":\"run\"", "bad row: byte 12: unexpected end");
	assert_refused(state, "{\"ev\":\"run\"}{", "bad row: byte 13: something behind the value");
	assert_refused(state, "{\"ev\":5}", "bad row: byte 7: expected a text");
	assert_refused(state, "{\"ev\":\"run\",\"name\":{}}", "bad row: byte 20: expected a text");
	assert_refused(state, "{\"ev\":\"run\",\"t\":\"5\"}", "bad row: byte 17: expected a number");
	assert_refused(state, "{\"ev\":\"\x1b\"}", "bad row: byte 8: control character in a text");
}

static void numbers_that_make_no_sense_are_refused(void **state)
{
	assert_refused(state, "{\"ev\":\"span\",\"d\":-1}", "bad row: 'd' is negative");
	assert_refused(state, "{\"ev\":\"span\",\"d\":4611686018427387905}", "bad row: 'd' is too large");
	assert_refused(state, "{\"ev\":\"span\",\"t\":-5}", "bad row: 't' is negative");
	assert_refused(state, "{\"ev\":\"span\",\"t\":9223372036854775807}", "bad row: 't' is too large");
	assert_refused(state, "{\"ev\":\"span\",\"id\":-1}", "bad row: 'id' is negative");
	assert_refused(state, "{\"ev\":\"span\",\"in\":-1}", "bad row: 'in' is negative");
	assert_refused(state, "{\"ev\":\"span\",\"w\":-2}", "bad row: 'w' is negative");
	assert_refused(state, "{\"ev\":\"span\",\"w\":2147483648}", "bad row: 'w' is too large");
	assert_refused(state, "{\"ev\":\"span\",\"line\":4294967296}", "bad row: 'line' is too large");
	assert_refused(state, "{\"ev\":\"span\",\"line\":-1}", "bad row: 'line' is negative");
	assert_refused(state, "{\"ev\":\"span\",\"attempt\":4294967296}", "bad row: 'attempt' is too large");
	assert_refused(state, "{\"ev\":\"span\",\"id\":18446744073709551616}",
		       "bad row: byte 19: number out of range");
}

static void names_that_are_not_utf8_are_still_one_good_line(void **state)
{
	struct buf b = {0};
	row_write(&b, &(struct event){.type = EVENT_NOTE,
				      .worker = -1,
				      .name = STR("a\xff\n\0b]]>"),
				      .message = STR("\xed\xa0\x80")});
	assert_int_equal(strlen(b.at), b.n);
	assert_int_equal(str_find(buf_view(&b), '\n'), b.n - 1);
	b.at[b.n - 1] = 0;
	struct event ev = read_good(state, b.at);
	assert_true(str_eq(ev.name, STR("a\xef\xbf\xbd\n\0b]]>")));
	assert_text(ev.message, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	buf_free(&b);
}

/* Every combination of set and unset members comes back, and is written as the same bytes again. */
static void what_is_written_is_read_back(void **state)
{
	const struct field fields[] = {{.key = STR("n"), .num = INT64_MIN, .type = FIELD_INT},
				       {.key = STR("s"), .text = STR("\t"), .type = FIELD_TEXT}};
	struct buf b = {0}, again = {0};
	for (unsigned bits = 0; bits < 1u << 15; bits++) {
#define IF(bit, value)      (bits >> (bit)&1 ? (value) : 0)
#define IF_TEXT(bit, value) (bits >> (bit)&1 ? STR(value) : STR_NONE)
		struct event ev = {.type = (enum event_type)(1 + bits % (EVENT_TYPES - 1)),
				   .kind = IF(0, SPAN_FIXTURE),
				   .status = IF(1, STATUS_TIMEOUT),
				   .source = IF(2, SOURCE_PROCESS),
				   .worker = IF(3, 5) - 1,
				   .attempt = IF(4, UINT32_MAX),
				   .line = IF(5, 1),
				   .id = IF(6, INT64_MAX),
				   .parent = IF(7, 1),
				   .time_ns = IF(8, ROW_TIME_MOST),
				   .dur_ns = IF(9, 1),
				   .name = IF_TEXT(10, "\"\\"),
				   .file = IF_TEXT(11, "/a b"),
				   .key = IF_TEXT(12, "a::b[\xc3\xa9]"),
				   .message = IF_TEXT(13, "1\n2"),
				   .text = IF_TEXT(14, "\0"),
				   .fields = fields,
				   .n_fields = bits % 3};
		struct event back;
		struct err e;
		buf_clear(&b);
		buf_clear(&again);
		row_write(&b, &ev);
		assert_int_equal(row_read(str_cut(buf_view(&b), 0, b.n - 1), *state, &back, &e), 0);
		assert_int_equal(back.type, ev.type);
		assert_int_equal(back.worker, ev.worker);
		assert_int_equal(back.id, ev.id);
		assert_true(str_eq(back.text, ev.text));
		row_write(&again, &back);
		assert_string_equal(again.at, b.at);
		arena_reset(*state);
	}
	buf_free(&b);
	buf_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_full_row_is_written_in_the_documented_order),
	    cmocka_unit_test(an_empty_row_has_type_and_time_only),
	    cmocka_unit_test_setup_teardown(a_row_is_read_key_by_key, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_absent_or_null_reads_as_not_said, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(rows_and_names_of_a_later_version_are_passed_over, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(only_texts_and_whole_numbers_become_fields, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(fields_past_the_limit_are_lost, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(malformed_rows_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(numbers_that_make_no_sense_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(names_that_are_not_utf8_are_still_one_good_line, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(what_is_written_is_read_back, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
