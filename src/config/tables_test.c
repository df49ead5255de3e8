#include "config/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "config/knob_args.h"
#include "config/knob_complete.h"
#include "config/knob_help.h"
#include "config/run_knobs.h"
#include "config/view_knobs.h"
#include "wire/env.h"

/* Calls the check for every row of every table. */
static void each_row(void (*check)(const struct knob_table *t, size_t row))
{
	for (size_t i = 0; i < knob_tables_n; i++)
		for (size_t j = 0; j < knob_tables[i]->n_rows; j++)
			check(knob_tables[i], j);
}

static void check_words(const struct knob_table *t, size_t row)
{
	const struct knob *k = &t->rows[row];
	assert_true(str_ends(str_of(k->help), "."));
	assert_false(str_ends(str_of(t->brief), "."));
	assert_non_null(k->group);
	assert_int_equal(k->type == KNOB_BOOL, k->arg == NULL);
	assert_int_not_equal(k->short_flag, 'h');
	if (k->yaml)
		assert_string_equal(k->yaml, k->flag);
	if (k->env)
		assert_true(str_starts(str_of(k->env), "FETTLE_"));
	if (k->min || k->max)
		assert_true(k->max >= k->min);
	for (size_t i = 0; i < row; i++) {
		assert_string_not_equal(t->rows[i].flag, k->flag);
		assert_true(!k->short_flag || t->rows[i].short_flag != k->short_flag);
		assert_true(t->rows[i].offset != k->offset);
	}
}

static void every_row_is_whole_and_unlike_the_others(void **state)
{
	(void)state;
	each_row(check_words);
}

/* The runner sets these for tests; a fettle started by a test must not take them for wishes. */
static void check_env(const struct knob_table *t, size_t row)
{
	static const char *const taken[] = {
	    ENV_TREE,      ENV_TREE_COPIES, ENV_RUN,    ENV_WORKER,      ENV_WORKERS,      ENV_WORKER_DIR,
	    ENV_ATTEMPT,   ENV_EVENTS,      ENV_AGENT,  ENV_AGENT_DIR,   ENV_AGENT_SOCKET, ENV_DUMP_SIGNAL,
	    ENV_DUMP_FILE, ENV_MARKS,       ENV_INSIDE, ENV_EVENTS_SPARE};
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (t->rows[row].env)
			assert_string_not_equal(t->rows[row].env, taken[i]);
}

static void no_wish_has_the_name_of_a_fact(void **state)
{
	(void)state;
	each_row(check_env);
}

static void every_default_is_taken_by_its_own_row(void **state)
{
	struct arena arena = {0};
	(void)state;
	for (size_t i = 0; i < knob_tables_n; i++) {
		struct knob_values v;
		void *options = arena_alloc(&arena, knob_tables[i]->options_bytes);
		knob_defaults(&v, knob_tables[i], options, &arena);
		for (size_t j = 0; j < knob_tables[i]->n_rows; j++)
			assert_int_equal(v.origins[j], ORIGIN_DEFAULT);
	}
	arena_free(&arena);
}

static void choices_stand_in_the_order_of_their_enums(void **state)
{
	struct arena arena = {0};
	struct knob_values v;
	struct run_options o;
	struct report_options r;
	struct knob_list operands;
	struct err e;
	char order[] = "--order=random", isolate[] = "--isolate=tree", color[] = "--color=never",
	     html[] = "--format=html";
	char *run_words[] = {order, isolate, color}, *report_words[] = {html};
	(void)state;
	knob_defaults(&v, &run_table, &o, &arena);
	assert_int_equal(knob_args(&v, 3, run_words, &operands, &e), 0);
	assert_int_equal(o.order.is, RUN_RANDOM);
	assert_int_equal(o.isolate.is, RUN_ISOLATE_TREE);
	assert_int_equal(o.color.is, RUN_COLOR_NEVER);
	knob_defaults(&v, &report_table, &r, &arena);
	assert_int_equal(knob_args(&v, 1, report_words, &operands, &e), 0);
	assert_int_equal(r.format.is, REPORT_HTML);
	arena_free(&arena);
}

static void wishes_that_exclude_each_other_are_told(void **state)
{
	struct arena arena = {0};
	struct knob_values v;
	struct run_options o;
	struct err e;
	(void)state;
	knob_defaults(&v, &run_table, &o, &arena);
	assert_int_equal(run_options_check(&o, &e), 0);
	o.keep_tree = true;
	assert_int_equal(run_options_check(&o, &e), FAULT_USAGE);
	assert_string_equal(e.text, "'--keep-tree' needs '--isolate tree'");
	o.isolate.is = RUN_ISOLATE_TREE;
	assert_int_equal(run_options_check(&o, &e), 0);
	o.quiet = o.verbose = true;
	assert_int_equal(run_options_check(&o, &e), FAULT_USAGE);
	o.quiet = false;
	o.list = o.dry_run = true;
	assert_int_equal(run_options_check(&o, &e), FAULT_USAGE);
	arena_free(&arena);
}

static void a_table_is_found_by_its_command(void **state)
{
	(void)state;
	assert_ptr_equal(knob_table_of(STR("report")), &report_table);
	assert_null(knob_table_of(STR("reports")));
}

static void help_fits_the_width_and_names_every_option(void **state)
{
	(void)state;
	for (unsigned width = HELP_WIDTH_MIN; width <= HELP_WIDTH_MAX; width += 8) {
		struct buf b = {0};
		struct str rest, line;
		knob_help(&b, &run_table, width);
		rest = buf_view(&b);
		while (str_next(&rest, '\n', &line))
			if (line.n > width && str_has(line, STR(" ")))
				fail_msg("%zu columns: %.*s", line.n, STR_ARG(line));
		for (size_t i = 0; i < run_table.n_rows; i++)
			assert_true(str_has(buf_view(&b), str_of(run_table.rows[i].flag)));
		buf_free(&b);
	}
}

static void help_tells_choice_default_and_the_useful_form(void **state)
{
	struct buf b = {0};
	(void)state;
	knob_help(&b, &run_table, 100);
	assert_true(str_starts(buf_view(&b), "Usage: fettle run [options] [--] COMMAND [ARG...]\n\n"));
	assert_true(str_has(buf_view(&b),
			    STR("\n      --no-history          Neither read nor write the history.\n")));
	assert_true(str_has(buf_view(&b), STR("\n  -x, --fail-fast[=N]       Start nothing new")));
	assert_false(str_has(buf_view(&b), STR("\t")));
	buf_clear(&b);
	knob_help(&b, &history_table, 100);
	assert_true(str_has(buf_view(&b), STR("One of text, json or html. Default: text.\n")));
	buf_free(&b);
}

static void scdoc_and_markdown_escape_what_is_markup_there(void **state)
{
	struct buf b = {0};
	(void)state;
	knob_scdoc(&b, &run_table);
	assert_true(str_has(buf_view(&b), STR("*-j*, *--workers* _N_\n\tHow many workers;")));
	assert_true(str_has(buf_view(&b), STR("\\* ? [..] over")));
	assert_true(str_has(buf_view(&b), STR("FETTLE\\_WORKER\\_DIR")));
	buf_clear(&b);
	knob_scdoc_keys(&b, &run_table);
	assert_true(
	    str_has(buf_view(&b), STR("*history*: _true or false_\n\tDefault: true. When false: Neither")));
	assert_false(str_has(buf_view(&b), STR("*dry-run*")));
	buf_clear(&b);
	knob_markdown(&b, &run_table);
	assert_true(
	    str_has(buf_view(&b), STR("| `workers` | `-j`, `--workers N` | `FETTLE_JOBS` | whole number |")));
	assert_true(str_has(buf_view(&b), STR(".fettle/runs/&lt;id>")));
	buf_free(&b);
}

static void completion_scripts_offer_every_option(void **state)
{
	void (*const make[])(struct buf *, const struct knob_table *const *,
			     size_t) = {complete_bash, complete_zsh, complete_fish};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf b = {0};
		make[i](&b, knob_tables, knob_tables_n);
		for (size_t j = 0; j < run_table.n_rows; j++)
			assert_true(str_has(buf_view(&b), str_of(run_table.rows[j].flag)));
		assert_true(str_has(buf_view(&b), STR("longest given random")));
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_is_whole_and_unlike_the_others),
	    cmocka_unit_test(no_wish_has_the_name_of_a_fact),
	    cmocka_unit_test(every_default_is_taken_by_its_own_row),
	    cmocka_unit_test(choices_stand_in_the_order_of_their_enums),
	    cmocka_unit_test(wishes_that_exclude_each_other_are_told),
	    cmocka_unit_test(a_table_is_found_by_its_command),
	    cmocka_unit_test(help_fits_the_width_and_names_every_option),
	    cmocka_unit_test(help_tells_choice_default_and_the_useful_form),
	    cmocka_unit_test(scdoc_and_markdown_escape_what_is_markup_there),
	    cmocka_unit_test(completion_scripts_offer_every_option),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
