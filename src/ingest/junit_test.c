#include "ingest/junit.h"

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

static void read_good(struct recorder *r, const char *xml)
{
	if (junit_read(&r->in, str_of(xml), "x.xml", &r->err) != 0)
		fail_msg("%s", r->err.text);
}

static void read_bad(struct recorder *r, struct str xml, const char *error)
{
	assert_int_equal(junit_read(&r->in, xml, "x.xml", &r->err), FAULT_FORMAT);
	assert_string_equal(r->err.text, error);
}

static void what_pytest_writes(void **state)
{
	struct recorder *r = *state;
	read_good(
	    r,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?><testsuites name=\"pytest tests\">"
	    "<testsuite name=\"pytest\" errors=\"1\" failures=\"1\" skipped=\"2\" tests=\"5\" time=\"0.047\" "
	    "timestamp=\"2026-11-21T03:29:52.112868+00:00\" hostname=\"vm\">"
	    "<testcase classname=\"tests.test_a\" name=\"test_ok\" time=\"0.010\" />"
	    "<testcase classname=\"tests.test_a\" name=\"test_fail\" time=\"0.001\"><failure "
	    "message=\"AssertionError: no &lt;good&gt; ]]&gt;&#10;assert 1 == 2\">&gt;   def test_fail():\n"
	    "E   assert 1 == 2\n</failure></testcase>"
	    "<testcase classname=\"tests.test_a\" name=\"test_skip\" time=\"0.000\"><skipped "
	    "type=\"pytest.skip\" message=\"why\">/tmp/pt/tests/test_a.py:4: why</skipped></testcase>"
	    "<testcase classname=\"tests.test_a\" name=\"test_x\" time=\"0.000\"><skipped type=\"pytest.xfail\" "
	    "message=\"\" /></testcase>"
	    "<testcase classname=\"tests.test_a.TestC\" name=\"test_p[&#252;]\" time=\"0.002\"><properties>"
	    "<property name=\"k\" value=\"v&lt;\" /></properties><error message=\"failed on setup\">fixture"
	    "</error></testcase></testsuite></testsuites>");
	recorder_expect(
	    r,
	    "begin suite 1 t=1000 framework 'pytest'\n"
	    "span test 2<1 t=1000 d=10000000 passed framework 'test_ok' file 'tests.test_a'\n"
	    "span test 3<1 t=10001000 d=1000000 failed framework 'test_fail' file 'tests.test_a' msg "
	    "'AssertionError: no <good> ]]>\\nassert 1 == 2\\n>   def test_fail():\\nE   assert 1 == 2'\n"
	    "span test 4<1 t=11001000 skipped framework 'test_skip' file 'tests.test_a' msg 'why'\n"
	    "span test 5<1 t=11001000 skipped framework 'test_x' file 'tests.test_a'\n"
	    "span test 6<1 t=11001000 d=2000000 error framework 'test_p[\xc3\xbc]' file 'tests.test_a.TestC' msg "
	    "'failed on setup\\nfixture' property.k='v<'\n"
	    "end suite 1 t=47001000 error\n");
	assert_int_equal(r->in.n_tests, 5);
	assert_int_equal(r->in.worst, STATUS_ERROR);
	assert_int_equal(r->in.next_id, 7);
}

static void what_ctest_writes(void **state)
{
	struct recorder *r = *state;
	read_good(
	    r,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"(empty)\"\n\ttests=\"4\"\n\ttime=\"0\"\n\t"
	    "timestamp=\"2026-11-21T03:29:52\"\n\t>\n"
	    "<testcase name=\"ok\" classname=\"ok\" time=\"0.00193605\" status=\"run\"><system-out>fine</system-out>"
	    "</testcase>\n"
	    "<testcase name=\"bad\" classname=\"bad\" time=\"0.001\" status=\"fail\"><failure message=\"\"/>"
	    "<system-out>hi\n</system-out></testcase>\n"
	    "<testcase name=\"skip\" classname=\"skip\" time=\"0\" status=\"notrun\"><skipped "
	    "message=\"SKIP_RETURN_CODE=77\"/><system-out></system-out></testcase>\n"
	    "<testcase name=\"dis\" classname=\"dis\" time=\"0\" status=\"disabled\"/></testsuite>");
	recorder_expect(r, "begin suite 1 t=1000 framework '(empty)'\n"
			   "span test 2<1 t=1000 d=1936050 passed framework 'ok'\n"
			   "span test 3<1 t=1937050 d=1000000 failed framework 'bad'\n"
			   "output 3 t=1000 text 'hi\\n' size=3\n"
			   "span test 4<1 t=2937050 skipped framework 'skip' msg 'SKIP_RETURN_CODE=77'\n"
			   "span test 5<1 t=2937050 skipped framework 'dis'\n"
			   "end suite 1 t=2937050 failed\n");
}

static void what_surefire_writes_of_flaky_tests(void **state)
{
	struct recorder *r = *state;
	r->in.attempt = 2;
	read_good(
	    r,
	    "<testsuite name=\"T\" time=\"1,234.5\">"
	    "<testcase name=\"flaky\" classname=\"com.T\" time=\"0.5\">"
	    "<flakyFailure message=\"first\" type=\"E\"><stackTrace><![CDATA[E: first\n\tat x]]></stackTrace>"
	    "<system-out>a</system-out></flakyFailure>"
	    "<flakyError type=\"E2\"><system-err>b</system-err></flakyError></testcase>"
	    "<testcase name=\"bad\" classname=\"com.T\" time=\"0.25\">"
	    "<failure message=\"one\">trace one</failure>"
	    "<rerunFailure message=\"two\">trace two</rerunFailure>"
	    "<rerunError message=\"three\"/></testcase></testsuite>");
	recorder_expect(
	    r,
	    "begin suite 1 t=1000 framework 'T' attempt 2\n"
	    "span test 2<1 t=1000 failed framework 'flaky' file 'com.T' attempt 2 msg 'first\\nE: first\\n\tat x'\n"
	    "output 2 t=1000 attempt 2 text 'a' size=1\n"
	    "span test 3<1 t=1000 failed framework 'flaky' file 'com.T' attempt 3 msg 'E2'\n"
	    "output 3 t=1000 attempt 2 text 'b' size=1\n"
	    "span test 4<1 t=1000 d=500000000 passed framework 'flaky' file 'com.T' attempt 4\n"
	    "span test 5<1 t=500001000 failed framework 'bad' file 'com.T' attempt 2 msg 'one\\ntrace one'\n"
	    "span test 6<1 t=500001000 failed framework 'bad' file 'com.T' attempt 3 msg 'two\\ntrace two'\n"
	    "span test 7<1 t=500001000 d=250000000 error framework 'bad' file 'com.T' attempt 4 msg 'three'\n"
	    "end suite 1 t=1234500001000 error attempt 2\n");
}

static void several_failures_of_one_test_are_one_message(void **state)
{
	struct recorder *r = *state;
	read_good(r, "<testsuite><testcase name='a' status='run'>"
		     "<failure message='x.cc:1&#10;one'><![CDATA[x.cc:1\none]]></failure>"
		     "<failure message='x.cc:2&#10;two'>  <![CDATA[x.cc:2\ntwo]]> </failure>"
		     "<failure message='x.cc:3'/><error/></testcase></testsuite>");
	recorder_expect(
	    r, "begin suite 1 t=1000 framework\n"
	       "span test 2<1 t=1000 error framework 'a' msg 'x.cc:1\\none\\nx.cc:2\\ntwo \\nx.cc:3'\n"
	       "end suite 1 t=1000 error\n");
}

static void a_class_in_a_file_is_part_of_the_name(void **state)
{
	struct recorder *r = *state;
	r->in.root = STR("/home/me/project/");
	read_good(
	    r,
	    "<testsuite><testcase file='tests/test_a.py' classname='tests.test_a.TestFoo' name='x' line='7'/>"
	    "<testcase file='tests/test_a.py' classname='tests.test_a' name='x' line='-1'/>"
	    "<testcase file='tests/test_a.py' classname='other.Thing' name='x' line='4294967296'/>"
	    "<testcase file='/home/me/project/t.py' classname='t.' name='x'/>"
	    "<testcase file='/home/me/projector/t.py' name=' x '/>"
	    "<testcase file='./t.py'/></testsuite>");
	recorder_expect(r,
			"begin suite 1 t=1000 framework\n"
			"span test 2<1 t=1000 passed framework 'TestFoo::x' file 'tests/test_a.py' line 7\n"
			"span test 3<1 t=1000 passed framework 'x' file 'tests/test_a.py'\n"
			"span test 4<1 t=1000 passed framework 'x' file 'tests/test_a.py'\n"
			"span test 5<1 t=1000 passed framework 'x' file 't.py'\n"
			"span test 6<1 t=1000 passed framework 'x' file '/home/me/projector/t.py'\n"
			"span test 7<1 t=1000 passed framework file 't.py'\n"
			"end suite 1 t=1000 passed\n");
}

static void suites_in_suites_and_stamps(void **state)
{
	struct recorder *r = *state;
	read_good(
	    r,
	    "<testsuites><testsuite name='outer' timestamp='2024-05-01T10:00:00Z' file='o.py'>"
	    "<properties><property name='os' value='linux'/></properties>"
	    "<testsuite name='one' timestamp='2024-05-01T12:00:10.5+02:00'><testcase name='a' time='0.5'>"
	    "<failure/></testcase></testsuite>"
	    "<testsuite name='two' timestamp='2024-05-01T10:00:10'><testcase name='b' time='1e-05'/></testsuite>"
	    "<testsuite name='early' timestamp='2024-05-01T10:00:03'><testcase name='c'/></testsuite>"
	    "</testsuite><testsuite name='empty'/></testsuites>");
	recorder_expect(r, "begin suite 1 t=1000 framework 'outer' file 'o.py'\n"
			   "begin suite 2<1 t=10500001000 framework 'one'\n"
			   "span test 3<2 t=10500001000 d=500000000 failed framework 'a'\n"
			   "end suite 2 t=11000001000 failed\n"
			   "begin suite 4<1 t=10000001000 framework 'two'\n"
			   "span test 5<4 t=10000001000 d=10000 passed framework 'b'\n"
			   "end suite 4 t=10000011000 passed\n"
			   "begin suite 6<1 t=3000001000 framework 'early'\n"
			   "span test 7<6 t=3000001000 passed framework 'c'\n"
			   "end suite 6 t=3000001000 passed\n"
			   "end suite 1 t=11000001000 failed property.os='linux'\n"
			   "begin suite 8 t=11000001000 framework 'empty'\n"
			   "end suite 8 t=11000001000\n");
}

static void a_stamp_of_whole_seconds_does_not_go_back(void **state)
{
	struct recorder *r = *state;
	read_good(
	    r,
	    "<testsuites><testsuite timestamp='2024-05-01T10:00:00'><testcase name='a' time='0.9'/></testsuite>"
	    "<testsuite timestamp='2024-05-01T10:00:00'><testcase name='b' time='0.1'/></testsuite></testsuites>");
	recorder_expect(r, "begin suite 1 t=1000 framework\n"
			   "span test 2<1 t=1000 d=900000000 passed framework 'a'\n"
			   "end suite 1 t=900001000 passed\n"
			   "begin suite 3 t=900001000 framework\n"
			   "span test 4<3 t=900001000 d=100000000 passed framework 'b'\n"
			   "end suite 3 t=1000001000 passed\n");
}

static void what_is_strange_does_no_harm(void **state)
{
	struct recorder *r = *state;
	read_good(
	    r,
	    "<x:testsuite xmlns:x='u' time='NaN' timestamp='yesterday'><failure/><system-out>lost</system-out>"
	    "<x:testcase name='a' time='-1' line='x'><testcase name='inner'><testsuite/></testcase>"
	    "<properties><property/><property name='' value='v'/></properties><unknown>text</unknown>"
	    "</x:testcase>text<system-err/></x:testsuite>");
	recorder_expect(r, "begin suite 1 t=1000 framework\n"
			   "span test 2<1 t=1000 passed framework 'a'\n"
			   "end suite 1 t=1000 passed\n");
	read_good(r, "<!DOCTYPE testsuite SYSTEM \"x.dtd\"><testsuite/>");
	recorder_expect(r, "begin suite 3 t=1000 framework\nend suite 3 t=1000\n");
}

static void more_properties_than_are_kept_are_lost(void **state)
{
	struct recorder *r = *state;
	struct buf xml = {0};
	buf_text(&xml, "<testsuite><testcase name='a'>");
	for (int i = 0; i < 20; i++)
		buf_printf(&xml, "<property name='p%d' value='%d'/>", i, i);
	buf_text(&xml, "</testcase></testsuite>");
	read_good(r, xml.at);
	assert_non_null(strstr(r->rows.at, "property.p7='7'\n"));
	buf_free(&xml);
}

static void a_truncated_file_keeps_what_was_read(void **state)
{
	struct recorder *r = *state;
	read_bad(
	    r,
	    STR("<testsuite name='s'>\n<testcase name='a'><failure>no</failure></testcase>\n<testcase name='b'>"),
	    "cannot read 'x.xml': line 3, column 20: no element found");
	recorder_expect(r, "begin suite 1 t=1000 framework 's'\n"
			   "span test 2<1 t=1000 failed framework 'a' msg 'no'\n"
			   "end suite 1 t=1000 failed\n");
	assert_int_equal(r->in.n_tests, 1);
}

static void bad_xml_is_one_clear_error(void **state)
{
	struct recorder *r = *state;
	read_bad(r, STR(""), "cannot read 'x.xml': line 1, column 1: no element found");
	read_bad(r, STR_NONE, "cannot read 'x.xml': line 1, column 1: no element found");
	read_bad(r, STR("<testsuite>\n\n  <a & b>"),
		 "cannot read 'x.xml': line 3, column 6: not well-formed (invalid token)");
	read_bad(r, STR("<testsuite name='\x1b'/>"),
		 "cannot read 'x.xml': line 1, column 18: not well-formed (invalid token)");
	read_bad(r, STR("<testsuite name='\xff'/>"),
		 "cannot read 'x.xml': line 1, column 18: not well-formed (invalid token)");
	read_bad(r, STR("<testsuite></a>"), "cannot read 'x.xml': line 1, column 14: mismatched tag");
	read_bad(r, STR("<testsuite>&nbsp;</testsuite>"),
		 "cannot read 'x.xml': line 1, column 12: undefined entity");
	read_bad(r, STR("<html><body/></html>"), "cannot read 'x.xml': no testsuite in it");
	read_bad(r, STR("{\"a\":1}"),
		 "cannot read 'x.xml': line 1, column 1: not well-formed (invalid token)");
}

static void entities_are_refused(void **state)
{
	static const char *const all[] = {
	    "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]><testsuite name='&c;'/>",
	    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite name='a'>&x;</testsuite>",
	    "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'>%x;]><testsuite/>",
	};
	struct recorder *r = *state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_int_equal(junit_read(&r->in, str_of(all[i]), "x.xml", &r->err), FAULT_FORMAT);
		assert_true(str_starts(str_of(r->err.text), "cannot read 'x.xml': line 1, column "));
		assert_true(str_ends(str_of(r->err.text), ": entities may not be declared"));
	}
	recorder_expect(r, "");
}

static void depth_is_limited(void **state)
{
	struct recorder *r = *state;
	struct buf xml = {0};
	for (int i = 0; i < 64; i++)
		buf_text(&xml, "<testsuite>");
	for (int i = 0; i < 64; i++)
		buf_text(&xml, "</testsuite>");
	read_good(r, xml.at);
	buf_clear(&xml);
	for (int i = 0; i < 100000; i++)
		buf_text(&xml, "<testsuite>");
	read_bad(r, buf_view(&xml), "cannot read 'x.xml': line 1, column 716: nested too deep");
	buf_free(&xml);
}

static void huge_texts_keep_head_and_tail(void **state)
{
	struct recorder *r = *state;
	struct buf xml = {0};
	buf_text(&xml, "<testsuite><testcase name='a'><failure message='m'>HEAD");
	for (int i = 0; i < 300000; i++)
		buf_text(&xml, "0123456789");
	buf_text(&xml, "TAIL</failure></testcase></testsuite>");
	read_good(r, xml.at);
	assert_true(r->rows.n < INGEST_TEXT + 300);
	assert_non_null(strstr(r->rows.at, "msg 'm\\nHEAD0123"));
	assert_non_null(strstr(r->rows.at, "bytes left out]\\n"));
	assert_non_null(strstr(r->rows.at, "789TAIL'\n"));
	buf_free(&xml);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(what_pytest_writes),
	    TEST(what_ctest_writes),
	    TEST(what_surefire_writes_of_flaky_tests),
	    TEST(several_failures_of_one_test_are_one_message),
	    TEST(a_class_in_a_file_is_part_of_the_name),
	    TEST(suites_in_suites_and_stamps),
	    TEST(a_stamp_of_whole_seconds_does_not_go_back),
	    TEST(what_is_strange_does_no_harm),
	    TEST(more_properties_than_are_kept_are_lost),
	    TEST(a_truncated_file_keeps_what_was_read),
	    TEST(bad_xml_is_one_clear_error),
	    TEST(entities_are_refused),
	    TEST(depth_is_limited),
	    TEST(huge_texts_keep_head_and_tail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
