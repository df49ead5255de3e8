#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cover/cover_fixture.h"
#include "cover_out/cover_missing.h"
#include "cover_out/cover_order.h"

static void names_sort_as_people_count(void **state)
{
	(void)state;
	static const char *const sorted[] = {"",
					     "1",
					     "2",
					     "10",
					     "A",
					     "a",
					     "a1",
					     "a01b",
					     "a1b",
					     "a2",
					     "a10",
					     "a10.py",
					     "a/b",
					     "b",
					     "b9999999999999999999998",
					     "b9999999999999999999999"};
	enum { N = sizeof(sorted) / sizeof(sorted[0]) };
	for (unsigned i = 0; i < N; i++)
		for (unsigned k = 0; k < N; k++) {
			int order = human_compare(str_of(sorted[i]), str_of(sorted[k]));
			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
}

static void pages_have_names_of_their_own(void **state)
{
	(void)state;
	char a[COVER_HTML_NAME_BYTES], b[COVER_HTML_NAME_BYTES];
	assert_string_equal(report_cover_html_name(a, STR("src/a.py")),
			    report_cover_html_name(b, STR("src/a.py")));
	assert_true(strncmp(a, "src_a_py-", 9) == 0);
	assert_string_not_equal(a, report_cover_html_name(b, STR("src_a.py")));
	assert_string_not_equal(a, report_cover_html_name(b, STR("SRC/a.py")));
	const struct str odd[] = {STR(""),  STR("../../x"), STR("-x"),   STR("."),
				  STR("/"), STR("\0x"),     STR("\xff<")};
	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		const char *name = report_cover_html_name(a, odd[i]);
		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."),
		    strlen(name));
		assert_true(i == 0 || name[0] == '_');
	}
	char path[5000];
	memset(path, 'd', sizeof(path));
	assert_true(strlen(report_cover_html_name(a, (struct str){path, 5000})) < COVER_HTML_NAME_BYTES);
	path[0] = 'e';
	assert_string_not_equal(a, report_cover_html_name(b, (struct str){path, 5000}));
}

static const char rows[] =
    "{\"path\":\"a.py\",\"targets\":true,\"last_line\":30,"
    "\"lines\":[[1,1],[2,1],[3,0],[5,0],[6,1],[8,0],[20,1],[21,1]],\"excluded\":[4,7],"
    "\"branches\":[[2,0,-1,0],[2,0,10,0],[2,0,3,0],[2,0,9,1],[6,0,-5,0],[6,0,8,1],[20,0,-19,0],[20,0,21,1],[21,0,-12,0],[21,0,22,1]],"
    "\"regions\":[[\"function\",\"A.f\",5,6,0,[[6,6]]],[\"class\",\"B\",12,30,0,[]],[\"function\",\"g\",19,20,0,[[20,20]]]]}\n";

static void what_never_ran_is_one_line(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	const struct cover_file *f = cover_fixture(&a, str_of(rows))->files;
	cover_missing(f, true, &b);
	assert_string_equal(b.at, "2->10, 2->exit, 3-5, 6->exit, 8, 20->exit, 21->exit");
	buf_clear(&b);
	cover_missing(f, false, &b);
	assert_string_equal(b.at, "3-5, 8");
	buf_clear(&b);
	cover_missing_numbers(f, (const uint32_t[]){1, 3, 5, 8, 20, 21}, 6, &b);
	assert_string_equal(b.at, "1, 3-5, 8-21");
	buf_free(&b);
	arena_free(&a);
}

static void expect_way(const struct cover_file *f, unsigned i, const char *want)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	cover_way(&o, f, &f->branches[i], out_printable);
	assert_string_equal(b.at, want);
	buf_free(&b);
}

static void a_way_says_where_it_leads(void **state)
{
	(void)state;
	struct arena a = {0};
	const struct cover_file *f = cover_fixture(&a, str_of(rows))->files;
	expect_way(f, 0, "exit the module");
	expect_way(f, 1, "jump to line 10");
	expect_way(f, 4, "return from function 'f'");
	expect_way(f, 6, "return from function 'g'");
	expect_way(f, 8, "exit class 'B'");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_sort_as_people_count),
	    cmocka_unit_test(pages_have_names_of_their_own),
	    cmocka_unit_test(what_never_ran_is_one_line),
	    cmocka_unit_test(a_way_says_where_it_leads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
