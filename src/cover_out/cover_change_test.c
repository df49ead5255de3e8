#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cover/cover_fixture.h"
#include "cover_out/report_cover.h"

static const char rows[] =
    "{\"cover\":1,\"branch\":true}\n"
    "{\"path\":\"src/a|b.py\",\"targets\":true,\"lines\":[[1,1],[2,0],[3,0],[5,0],[6,1]],\"excluded\":[4],"
    "\"branches\":[[6,0,-1,1],[6,0,7,0]]}\n"
    "{\"path\":\"src/c.py\",\"lines\":[[1,1],[2,1]]}\n"
    "{\"path\":\"src/none.py\",\"lines\":[]}\n";

struct stage {
	struct arena a;
	struct cover *c;
	struct cover_diff diff;
	struct buf text;
	struct out o;
};

static const uint32_t spans_a[][2] = {{1, 5}}, spans_c[][2] = {{2, 2}};

static int set_up(void **state)
{
	static const struct diff_file files[] = {
	    {{"src/a|b.py", 10}, spans_a, 1}, {{"src/c.py", 8}, spans_c, 1}, {{"x", 1}, spans_c, 1}};
	struct stage *s = calloc(1, sizeof(*s));
	s->c = cover_fixture(&s->a, str_of(rows));
	s->diff = cover_diff(&s->a, s->c, &(struct diff){(struct diff_file *)(uintptr_t)files, 3});
	out_to_buf(&s->o, &s->text);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	buf_free(&s->text);
	arena_free(&s->a);
	free(s);
	return 0;
}

static void the_table_of_a_change_names_its_lines(void **state)
{
	struct stage *s = *state;
	report_cover_diff(&s->diff, &s->o, &(struct cover_term_options){.precision = 0});
	assert_string_equal(s->text.at, "Changed      Stmts   Miss    Cover   Missing\n"
					"--------------------------------------------\n"
					"src/a|b.py       4      3      25%   2-5\n"
					"src/c.py         1      0     100%\n"
					"--------------------------------------------\n"
					"1 changed file of which coverage says nothing.\n"
					"TOTAL            5      3      40%\n");
}

static void each_missed_gate_is_a_line(void **state)
{
	struct stage *s = *state;
	struct cover_gate gates[] = {{.kind = COVER_GATE_TOTAL, .bound = 80},
				     {COVER_GATE_EACH, STR("src/*"), 99.5},
				     {COVER_GATE_GROUP, STR("src/a*"), 50},
				     {COVER_GATE_GROUP, STR("lib\x1b/*"), 50},
				     {.kind = COVER_GATE_DIFF, .bound = 100}};
	struct cover_misses m = cover_gate(&s->a, s->c, &s->diff, gates, 5, 0);
	report_cover_misses(&m, &s->o, 0);
	assert_string_equal(
	    s->text.at,
	    "total coverage is 56%, below 80%: 5 of 9 statements and branches\n"
	    "coverage of 'src/a|b.py' is 42.9%, below 99.5%: 3 of 7 statements and branches (pattern 'src/*')\n"
	    "coverage of 'src/a*' is 43%, below 50%: 3 of 7 statements and branches\n"
	    "no file matches 'lib\\x1b/*', of which 50% was asked\n"
	    "coverage of changed lines is 40%, below 100%: 2 of 5 statements\n");
}

static void what_is_almost_the_bound_does_not_read_as_it(void **state)
{
	struct stage *s = *state;
	struct cover_gate gate = {.kind = COVER_GATE_TOTAL, .bound = 100};
	struct cover_miss miss = {
	    .gate = &gate, .sum = {.statements = 100000, .covered = 99999}, .percent = 99.999};
	report_cover_misses(&(struct cover_misses){&miss, 1}, &s->o, 0);
	assert_string_equal(s->text.at, "total coverage is 99%, below 100%: 99999 of 100000 statements\n");
}

static void a_comment_tells_totals_changed_and_lowest(void **state)
{
	struct stage *s = *state;
	struct cover_gate gate = {.kind = COVER_GATE_DIFF, .bound = 50};
	struct cover_misses m = cover_gate(&s->a, s->c, &s->diff, &gate, 1, 0);
	report_cover_markdown(s->c, &s->diff, &m, &s->o, &(struct cover_markdown_options){0, 65536, 10});
	assert_string_equal(
	    s->text.at,
	    "## Coverage: 56%\n\n| | covered | |\n|---|---:|---:|\n"
	    "| Statements | 4 of 7 | 57% |\n| Branches | 1 of 2 | 50% |\n"
	    "| **Changed lines** | 2 of 5 | **40%** |\n"
	    "\n**Not enough coverage**\n\n"
	    "- coverage of changed lines is 40%, below 50%: 2 of 5 statements\n"
	    "\n### Changed files\n\n"
	    "| File | Changed statements | Missing | Covered | Lines |\n|---|---:|---:|---:|---|\n"
	    "| `src/a\\|b.py` | 4 | 3 | 25% | 2-5 |\n| `src/c.py` | 1 | 0 | 100% |  |\n"
	    "\n### Lowest coverage\n\n"
	    "| File | Statements | Missing | Covered | Lines |\n|---|---:|---:|---:|---|\n"
	    "| `src/a\\|b.py` | 5 | 3 | 43% | 2-5, 6->7 |\n");
}

static void a_comment_keeps_its_limit(void **state)
{
	struct stage *s = *state;
	const char *cut = "\n*Cut here, at the size limit.*\n";
	report_cover_markdown(s->c, &s->diff, NULL, &s->o, &(struct cover_markdown_options){0, 65536, 10});
	size_t whole = s->text.n, most = whole + strlen(cut) + 1;
	for (size_t limit = 0; limit <= most; limit++) {
		buf_clear(&s->text);
		report_cover_markdown(s->c, &s->diff, NULL, &s->o,
				      &(struct cover_markdown_options){0, limit, 10});
		assert_true(s->text.n <= limit || limit < strlen(cut));
		assert_int_equal(str_ends(buf_view(&s->text), cut), limit < most);
	}
	assert_int_equal(s->text.n, whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_table_of_a_change_names_its_lines, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_missed_gate_is_a_line, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_almost_the_bound_does_not_read_as_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_comment_tells_totals_changed_and_lowest, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_comment_keeps_its_limit, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
