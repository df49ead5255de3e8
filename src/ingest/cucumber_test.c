#include "ingest/cucumber.h"

#include "base/json.h"
#include "ingest/ingest_test.h"

static int set_up(void **state)
{
	static struct recorder r;
	recorder_init(&r);
	*state = &r;
	return 0;
}

static int tear_down(void **state)
{
	recorder_free(*state);
	return 0;
}

static void read_good(struct recorder *r, const char *json)
{
	if (cucumber_read(&r->in, str_of(json), "x.json", &r->err) != 0)
		fail_msg("%s", r->err.text);
}

static void read_bad(struct recorder *r, const char *json, const char *error)
{
	assert_int_equal(cucumber_read(&r->in, str_of(json), "x.json", &r->err), FAULT_FORMAT);
	assert_string_equal(r->err.text, error);
}

static void what_behave_writes(void **state)
{
	struct recorder *r = *state;
	read_good(
	    r,
	    "[\n{\"keyword\": \"Feature\", \"name\": \"First\", \"tags\": [], \"location\": \"features/a.feature:1\", \"status\": "
	    "\"failed\", \"elements\": [{\"type\": \"background\", \"keyword\": \"Background\", \"name\": \"\", \"location\": "
	    "\"features/a.feature:2\", \"steps\": [{\"keyword\": \"Given\", \"step_type\": \"given\", \"name\": \"a base\", "
	    "\"location\": \"features/a.feature:3\"}]}, {\"type\": \"scenario\", \"keyword\": \"Scenario\", \"name\": \"passes\", "
	    "\"tags\": [\"x\"], \"location\": \"features/a.feature:5\", \"steps\": [{\"keyword\": \"Given\", \"name\": \"a base\", "
	    "\"location\": \"features/a.feature:3\", \"match\": {\"location\": \"features/steps/s.py:3\", \"arguments\": []}, "
	    "\"result\": {\"status\": \"passed\", \"duration\": 3.0040740966796875e-05}}, {\"keyword\": \"When\", \"name\": \"it "
	    "sleeps\", \"match\": {\"location\": \"features/steps/s.py:7\"}, \"result\": {\"status\": \"passed\", \"duration\": "
	    "0.05014967918395996}}], \"status\": \"passed\"}, {\"type\": \"scenario\", \"name\": \"fails\", \"location\": "
	    "\"features/a.feature:9\", \"steps\": [{\"keyword\": \"When\", \"name\": \"it fails\", \"match\": {\"location\": \"s.py:9\"}, "
	    "\"result\": {\"status\": \"failed\", \"duration\": 1, \"error_message\": [\"Assertion Failed: it said no\", \"more\"]}}, "
	    "{\"keyword\": \"Then\", \"name\": \"ok\"}], \"status\": \"failed\"}, {\"type\": \"scenario\", \"name\": \"left out\", "
	    "\"location\": \"features/a.feature:21\", \"steps\": [], \"status\": \"skipped\"}]}\n]\n1 feature passed, 0 failed\n");
	recorder_expect(
	    r,
	    "begin suite 1 t=1000 framework 'First' file 'features/a.feature' line 1\n"
	    "begin test 2<1 t=1000 framework 'passes' file 'features/a.feature' line 5 key 'features/a.feature:5'\n"
	    "span step 3<2 t=1000 d=30041 passed framework 'Given a base' file 'features/steps/s.py' line 3\n"
	    "span step 4<2 t=31041 d=50149679 passed framework 'When it sleeps' file 'features/steps/s.py' line 7\n"
	    "end test 2 t=50180720 passed\n"
	    "begin test 5<1 t=50180720 framework 'fails' file 'features/a.feature' line 9 key 'features/a.feature:9'\n"
	    "span step 6<5 t=50180720 d=1000000000 failed framework 'When it fails' file 's.py' line 9 msg 'Assertion Failed: "
	    "it said no\\nmore'\n"
	    "end test 5 t=1050180720 failed msg 'Assertion Failed: it said no\\nmore'\n"
	    "begin test 7<1 t=1050180720 framework 'left out' file 'features/a.feature' line 21 key "
	    "'features/a.feature:21'\n"
	    "end test 7 t=1050180720 skipped\n"
	    "end suite 1 t=1050180720 failed\n");
	assert_int_equal(r->in.n_tests, 3);
	assert_int_equal(r->in.worst, STATUS_FAILED);
}

static void what_cucumber_js_writes(void **state)
{
	struct recorder *r = *state;
	/* it puts the elements before the name and the uri */
	read_good(
	    r,
	    "[{\"description\":\"\",\"elements\":[{\"id\":\"first;rows\",\"keyword\":\"Scenario Outline\",\"line\":20,\"name\":\"rows\","
	    "\"steps\":[{\"keyword\":\"Before\",\"hidden\":true,\"result\":{\"status\":\"passed\",\"duration\":635348}},"
	    "{\"arguments\":[],\"keyword\":\"Given \",\"line\":4,\"name\":\"a base\",\"match\":{\"location\":\"f/s.js:2\"},\"result\":"
	    "{\"status\":\"passed\",\"duration\":85357}}],\"tags\":[],\"type\":\"scenario\"},"
	    "{\"line\":21,\"name\":\"rows\",\"steps\":[{\"keyword\":\"When \",\"name\":\"nothing known\",\"result\":{\"status\":"
	    "\"undefined\",\"duration\":0}}],\"type\":\"scenario\"},"
	    "{\"line\":22,\"name\":\"hook fails\",\"steps\":[{\"keyword\":\"Given \",\"name\":\"x\",\"result\":{\"status\":\"passed\"}},"
	    "{\"keyword\":\"After\",\"hidden\":true,\"result\":{\"status\":\"failed\",\"error_message\":\"Error: hook\\n    at x\"}}],"
	    "\"type\":\"scenario\"},"
	    "{\"line\":23,\"name\":\"waits\",\"steps\":[{\"keyword\":\"* \",\"name\":\"x\",\"result\":{\"status\":\"pending\"}}]}],"
	    "\"id\":\"first\",\"line\":1,\"keyword\":\"Feature\",\"name\":\"First\",\"tags\":[],\"uri\":\"features/a.feature\"}]");
	recorder_expect(
	    r,
	    "begin suite 1 t=1000 framework 'First' file 'features/a.feature' line 1\n"
	    "begin test 2<1 t=1000 framework 'rows' file 'features/a.feature' line 20 key 'features/a.feature:20'\n"
	    "span hook 3<2 t=1000 d=635348 passed framework 'Before'\n"
	    "span step 4<2 t=636348 d=85357 passed framework 'Given a base' file 'f/s.js' line 2\n"
	    "end test 2 t=721705 passed\n"
	    "begin test 5<1 t=721705 framework 'rows #2' file 'features/a.feature' line 21 key 'features/a.feature:21'\n"
	    "span step 6<5 t=721705 failed framework 'When nothing known'\n"
	    "end test 5 t=721705 failed msg 'undefined: When nothing known'\n"
	    "begin test 7<1 t=721705 framework 'hook fails' file 'features/a.feature' line 22 key "
	    "'features/a.feature:22'\n"
	    "span step 8<7 t=721705 passed framework 'Given x'\n"
	    "span hook 9<7 t=721705 failed framework 'After' msg 'Error: hook\\n    at x'\n"
	    "end test 7 t=721705 error msg 'Error: hook\\n    at x'\n"
	    "begin test 10<1 t=721705 framework 'waits' file 'features/a.feature' line 23 key 'features/a.feature:23'\n"
	    "span step 11<10 t=721705 skipped framework '* x'\n"
	    "end test 10 t=721705 skipped msg 'pending: * x'\n"
	    "end suite 1 t=721705 error\n");
}

static void what_ruby_and_java_write(void **state)
{
	struct recorder *r = *state;
	r->in.root = STR("/w");
	read_good(
	    r,
	    "[{\"uri\":\"/w/f.feature\",\"name\":\"F\",\"elements\":["
	    "{\"type\":\"background\",\"name\":\"\",\"steps\":[{\"keyword\":\"Given \",\"name\":\"base\",\"result\":{\"status\":\"passed\","
	    "\"duration\":10}}]},"
	    "{\"type\":\"scenario\",\"start_timestamp\":\"2024-01-01T10:00:00.500Z\",\"after\":[{\"result\":{\"status\":\"passed\","
	    "\"duration\":4},\"match\":{\"location\":\"H.java:9\"}}],\"before\":[{\"match\":{\"location\":\"H.tear()\"},\"result\":"
	    "{\"status\":\"passed\",\"duration\":1}}],\"name\":\"one\",\"steps\":[{\"after\":[{\"result\":{\"status\":\"passed\","
	    "\"duration\":3}}],\"before\":[{\"result\":{\"status\":\"passed\",\"duration\":2}}],\"result\":{\"status\":\"passed\","
	    "\"duration\":20},\"name\":\"do\",\"keyword\":\"When \"}]},"
	    "{\"type\":\"scenario\",\"start_timestamp\":\"2024-01-01T10:00:01Z\",\"name\":\"two\",\"steps\":null}]}]");
	recorder_expect(r, "begin suite 1 t=1000 framework 'F' file 'f.feature'\n"
			   "begin test 2<1 t=1000 framework 'one' file 'f.feature'\n"
			   "span hook 3<2 t=1000 d=1 passed framework 'Before' file 'H.tear()'\n"
			   "span step 4<2 t=1001 d=10 passed framework 'Given base'\n"
			   "span hook 5<2 t=1011 d=2 passed framework 'BeforeStep'\n"
			   "span step 6<2 t=1013 d=20 passed framework 'When do'\n"
			   "span hook 7<2 t=1033 d=3 passed framework 'AfterStep'\n"
			   "span hook 8<2 t=1036 d=4 passed framework 'After' file 'H.java' line 9\n"
			   "end test 2 t=1040 passed\n"
			   "begin test 9<1 t=500001000 framework 'two' file 'f.feature'\n"
			   "span step 10<9 t=500001000 d=10 passed framework 'Given base'\n"
			   "end test 9 t=500001010 passed\n"
			   "end suite 1 t=500001010 passed\n");
}

static void what_is_strange_does_no_harm(void **state)
{
	struct recorder *r = *state;
	read_good(r, "[]");
	read_good(r, " [ ] trailing");
	recorder_expect(r, "");
	read_good(r, "[{\"elements\":5}]");
	recorder_expect(r, "begin suite 1 t=1000 framework\nend suite 1 t=1000\n");
	r->in.next_id = 1;
	read_good(
	    r,
	    "[{\"name\":5,\"uri\":null,\"line\":\"x\",\"elements\":[{},{\"name\":\"\\u0041\",\"line\":-4,\"hidden\":3,\"status\":"
	    "\"great\",\"steps\":[{},{\"result\":{}},{\"name\":\"s\",\"result\":{\"status\":\"passed\",\"duration\":\"long\"}},"
	    "{\"name\":\"t\",\"match\":{\"location\":7},\"result\":{\"status\":\"failed\",\"duration\":-5,\"error_message\":[1,null,"
	    "\"e\"]}}]}]},{\"elements\":null}]");
	recorder_expect(r, "begin suite 1 t=1000 framework\n"
			   "begin test 2<1 t=1000 framework\n"
			   "end test 2 t=1000 passed\n"
			   "begin test 3<1 t=1000 framework 'A'\n"
			   "span step 4<3 t=1000 passed framework 's'\n"
			   "span step 5<3 t=1000 failed framework 't' msg 'e'\n"
			   "end test 3 t=1000 failed msg 'e'\n"
			   "end suite 1 t=1000 failed\n"
			   "begin suite 6 t=1000 framework\n"
			   "end suite 6 t=1000\n");
}

static void a_truncated_file_keeps_what_was_read(void **state)
{
	struct recorder *r = *state;
	read_bad(
	    r,
	    "[{\"uri\":\"a.feature\",\"name\":\"F\",\"elements\":[\n{\"name\":\"one\",\"line\":2,\"steps\":[]},\n{\"name\":\"two\","
	    "\"steps\":[{\"name\":\"s\",\"result\":{\"status\":\"passed\"}},{\"name\":\"t\",\"res",
	    "cannot read 'x.json': line 3, column 82: unexpected end");
	recorder_expect(r, "begin suite 1 t=1000 framework 'F' file 'a.feature'\n"
			   "begin test 2<1 t=1000 framework 'one' file 'a.feature' line 2 key 'a.feature:2'\n"
			   "end test 2 t=1000 passed\n"
			   "begin test 3<1 t=1000 framework 'two' file 'a.feature'\n"
			   "span step 4<3 t=1000 passed framework 's'\n"
			   "end test 3 t=1000 unfinished\n"
			   "end suite 1 t=1000 unfinished\n");
}

static void bad_json_is_one_clear_error(void **state)
{
	struct recorder *r = *state;
	read_bad(r, "", "cannot read 'x.json': line 1, column 1: unexpected end");
	read_bad(r, "{}", "cannot read 'x.json': line 1, column 1: expected an array");
	read_bad(r, "[1]", "cannot read 'x.json': line 1, column 2: expected an object");
	read_bad(r, "[\n{},\n{\"a\":01}]", "cannot read 'x.json': line 3, column 7: bad number");
}

static void huge_messages_keep_head_and_tail(void **state)
{
	struct recorder *r = *state;
	struct buf json = {0};
	buf_text(
	    &json,
	    "[{\"elements\":[{\"steps\":[{\"name\":\"s\",\"result\":{\"status\":\"failed\",\"error_message\":\"HEAD");
	for (int i = 0; i < 100000; i++)
		buf_text(&json, "0123456789");
	buf_text(&json, "TAIL\"}}]}]}]");
	read_good(r, json.at);
	assert_true(r->rows.n < 2 * INGEST_TEXT + 600);
	assert_non_null(strstr(r->rows.at, "msg 'HEAD0123"));
	assert_non_null(strstr(r->rows.at, "789TAIL'\n"));
	buf_free(&json);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(what_behave_writes),
	    TEST(what_cucumber_js_writes),
	    TEST(what_ruby_and_java_write),
	    TEST(what_is_strange_does_no_harm),
	    TEST(a_truncated_file_keeps_what_was_read),
	    TEST(bad_json_is_one_clear_error),
	    TEST(huge_messages_keep_head_and_tail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
