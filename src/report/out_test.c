#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"
#include "report/out.h"

/* What a door makes of text. */
static const char *through(void (*door)(struct out *, struct str), struct str s)
{
	static struct buf b;
	struct out o;
	buf_clear(&b);
	out_to_buf(&o, &b);
	door(&o, s);
	buf_char(&b, 0);
	return b.at;
}

static const char *duration(int64_t ns)
{
	static char text[DURATION_BYTES];
	return duration_text(text, ns);
}

static void durations_have_three_figures(void **state)
{
	(void)state;
	assert_string_equal(duration(0), "0 ms");
	assert_string_equal(duration(1), "<0.01 ms");
	assert_string_equal(duration(5000), "0.01 ms");
	assert_string_equal(duration(420000), "0.42 ms");
	assert_string_equal(duration(4210000), "4.21 ms");
	assert_string_equal(duration(9994999), "9.99 ms");
	assert_string_equal(duration(9995000), "10.0 ms");
	assert_string_equal(duration(812000000), "812 ms");
	assert_string_equal(duration(999499999), "999 ms");
	assert_string_equal(duration(999500000), "1.00 s");
	assert_string_equal(duration(3420000000), "3.42 s");
	assert_string_equal(duration(41800000000), "41.8 s");
	assert_string_equal(duration(59949999999), "59.9 s");
	assert_string_equal(duration(59950000000), "1 m 00 s");
	assert_string_equal(duration(125 * 1000000000LL), "2 m 05 s");
	assert_string_equal(duration(3599499999999), "59 m 59 s");
	assert_string_equal(duration(3599500000000), "1 h 00 m");
	assert_string_equal(duration(11220 * 1000000000LL), "3 h 07 m");
	assert_string_equal(duration(-1500000000), "-1.50 s");
	assert_true(strlen(duration(INT64_MAX)) < DURATION_BYTES);
	assert_true(strlen(duration(INT64_MIN)) < DURATION_BYTES);
}

static void numbers_are_written_exactly(void **state)
{
	struct buf b = {0};
	struct out o;
	(void)state;
	out_to_buf(&o, &b);
	out_int(&o, INT64_MIN);
	out_char(&o, ' ');
	out_count(&o, 1234567);
	out_char(&o, ' ');
	out_count(&o, 999);
	out_char(&o, ' ');
	out_seconds(&o, 1234567891, 6);
	out_char(&o, ' ');
	out_seconds(&o, -5, 9);
	out_char(&o, ' ');
	out_seconds(&o, 2000000000, 0);
	out_char(&o, ' ');
	out_size(&o, 1023);
	out_char(&o, ' ');
	out_size(&o, 88 << 20);
	out_char(&o, ' ');
	out_size(&o, 1048575);
	assert_string_equal(
	    b.at, "-9223372036854775808 1,234,567 999 1.234567 -0.000000005 2 1023 B 88.0 MiB 1.00 MiB");
	buf_free(&b);
}

static void html_cannot_be_left(void **state)
{
	(void)state;
	assert_string_equal(through(out_html, STR("<a href=\"x\" id='y'>&amp;")),
			    "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
	assert_string_equal(through(out_html, STR("a\0b\x1b\r\x7f\n\tc")),
			    "a\xef\xbf\xbd"
			    "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n\tc");
	assert_string_equal(through(out_html, STR("\xc3\xa9 \xff \xc2\x85")),
			    "\xc3\xa9 \xef\xbf\xbd \xef\xbf\xbd");
}

static void xml_holds_only_what_xml_can_say(void **state)
{
	(void)state;
	assert_string_equal(through(out_xml, STR("]]> & <x/>")), "]]&gt; &amp; &lt;x/&gt;");
	assert_string_equal(through(out_xml, STR("a\x01\x1b\nb\xef\xbf\xbf\xed\xa0\x80")),
			    "a\xef\xbf\xbd\xef\xbf\xbd\nb\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(through(out_xml_attribute, STR("a\n\t\r\"'")), "a&#10;&#9;&#13;&quot;&apos;");
}

static void json_is_escaped_and_in_a_script_more_so(void **state)
{
	(void)state;
	assert_string_equal(through(out_json, STR("\"\\\n\r\t\x01\0\x7f</")),
			    "\"\\\"\\\\\\n\\r\\t\\u0001\\u0000\x7f</\"");
	assert_string_equal(through(out_json, STR("\xe2\x80\xa8 \xfe")), "\"\xe2\x80\xa8 \xef\xbf\xbd\"");
	assert_string_equal(through(out_json_script, STR("</script><!-- & \xe2\x80\xa8\xe2\x80\xa9")),
			    "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\\u2029\"");
}

static void code_in_table(struct out *o, struct str s)
{
	out_md_code(o, s, true);
}

static void json_in_ascii_is_pythons(void **state)
{
	(void)state;
	assert_string_equal(through(out_json_ascii, STR("a\"\\/\b\f\n\r\t\x01\x7f")),
			    "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\"");
	assert_string_equal(through(out_json_ascii, STR("h\xc3\xa9 \xf0\x9f\x98\x80 \xff\0")),
			    "\"h\\u00e9 \\ud83d\\ude00 \\ufffd\\u0000\"");
}

static void a_line_without_escapes_stays_one(void **state)
{
	(void)state;
	assert_string_equal(through(out_printable, STR("a b\n\r\t\x1b\x7f,:'\"h\xc3\xa9\xe4\xbd\xa0")),
			    "a b?????,:'\"h\xc3\xa9\xe4\xbd\xa0");
	assert_string_equal(
	    through(out_printable, STR("\xff\xc2\x85\xc2\xa0\xe2\x80\xa8\xe2\x80\xae\xee\x80\x80\0")),
	    "???????");
}

static void markdown_stays_text(void **state)
{
	(void)state;
	assert_string_equal(through(out_md, STR("# *a* [b](c) | <i> _x_ ~y~")),
			    "\\# \\*a\\* \\[b\\](c) \\| &lt;i&gt; \\_x\\_ \\~y\\~");
	assert_string_equal(through(out_md, STR("12. a - b")), "12\\. a - b");
	assert_string_equal(through(out_md, STR("- a")), "\\- a");
	assert_string_equal(through(out_md, STR("1.20 s")), "1.20 s");
	assert_string_equal(through(out_md, STR("12")), "12");
	assert_string_equal(through(out_md, STR("a\nb")), "a b");
	assert_string_equal(through(code_in_table, STR("a|b\nc")), "`a\\|b c`");
	assert_string_equal(through(code_in_table, STR("a ``b`")), "``` a ``b` ```");
	assert_string_equal(through(code_in_table, STR("")), "");
	assert_string_equal(through(out_md_block, STR("x\n````\ny")), "`````\nx\n````\ny\n`````\n");
	assert_string_equal(through(out_md_block, STR("x\n")), "```\nx\n```\n");
}

static void github_value(struct out *o, struct str s)
{
	out_github(o, s, false);
}
static void github_property(struct out *o, struct str s)
{
	out_github(o, s, true);
}

static void a_workflow_command_stays_one_line(void **state)
{
	(void)state;
	assert_string_equal(through(github_value, STR("50%\r\na:b,c\x1b")), "50%25%0D%0Aa:b,c\xef\xbf\xbd");
	assert_string_equal(through(github_property, STR("a:b,c%\n")), "a%3Ab%2Cc%25%0A");
}

static void bytes_reach_the_descriptor_in_order(void **state)
{
	struct buf want = {0};
	struct out o;
	struct err e = {0};
	int fd = memfd_create("report", 0);
	(void)state;
	assert_true(fd >= 0);
	out_to_fd(&o, fd);
	for (int i = 0; i < 30000; i++) {
		buf_printf(&want, "row %d\n", i);
		out_printf(&o, "row %d\n", i);
	}
	char *large = buf_room(&want, 200000);
	memset(large, 'x', 200000);
	want.n += 200000;
	out_add(&o, large, 200000);
	buf_char(&want, '\n');
	out_char(&o, '\n');
	assert_int_equal(out_total_bytes(&o), want.n);
	assert_int_equal(out_close(&o, &e), 0);
	struct buf got = {0};
	assert_int_equal(pread(fd, buf_room(&got, want.n + 1), want.n + 1, 0), want.n);
	assert_memory_equal(got.at, want.at, want.n);
	buf_free(&got);
	buf_free(&want);
	(void)close(fd);
}

static void the_first_error_is_told_once_at_the_end(void **state)
{
	struct out o;
	struct err e = {0};
	int fd = open("/dev/full", O_WRONLY);
	(void)state;
	if (fd < 0)
		skip();
	out_to_fd(&o, fd);
	for (int i = 0; i < 100000; i++)
		out_text(&o, "a report that does not fit\n");
	assert_int_equal(out_close(&o, &e), FAULT_SYSTEM);
	assert_int_equal(e.sys, ENOSPC);
	assert_true(str_starts(str_of(e.text), "cannot write the report"));
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations_have_three_figures),
	    cmocka_unit_test(numbers_are_written_exactly),
	    cmocka_unit_test(html_cannot_be_left),
	    cmocka_unit_test(xml_holds_only_what_xml_can_say),
	    cmocka_unit_test(json_is_escaped_and_in_a_script_more_so),
	    cmocka_unit_test(json_in_ascii_is_pythons),
	    cmocka_unit_test(a_line_without_escapes_stays_one),
	    cmocka_unit_test(markdown_stays_text),
	    cmocka_unit_test(a_workflow_command_stays_one_line),
	    cmocka_unit_test(bytes_reach_the_descriptor_in_order),
	    cmocka_unit_test(the_first_error_is_told_once_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
