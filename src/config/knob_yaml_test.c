#include "config/knob_yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "config/config_doc.h"
#include "config/run_knobs.h"

static struct arena arena;
static struct run_options o;
static struct knob_values v;
static struct err err;

static int set_up(void **state)
{
	(void)state;
	knob_defaults(&v, &run_table, &o, &arena);
	err = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* As main gets them: not const, though nobody writes. */
static int env(const char *const *environment)
{
	return knob_env(&v, (char *const *)environment, &err);
}

static int yaml(struct str text)
{
	struct config_doc d;
	config_doc_parse(&d, &arena, text, "f.yaml");
	return config_doc_bind(&d, &v, &err);
}

static void accepts(const char *text)
{
	err.text[0] = 0;
	if (yaml(str_of(text)) != 0)
		fail_msg("refused: %s", err.text);
}

static void says(const char *text, const char *message)
{
	assert_int_equal(yaml(str_of(text)), FAULT_USAGE);
	assert_string_equal(err.text, message);
}

static void a_section_sets_the_commands_knobs(void **state)
{
	(void)state;
	accepts(
	    "# ours\nrun:\n  workers: 4\n  retries: 2\n  timeout: 1h30m\n  worker-memory: 128MiB\n"
	    "  order: random:9\n  history: no\n  isolate: tree\n  output: \"out dir\"\n  fail-fast: true\n");
	assert_int_equal(o.workers, 4);
	assert_int_equal(o.retries, 2);
	assert_int_equal(o.timeout_ns, 5400000000000);
	assert_int_equal(o.worker_memory_bytes, 128 << 20);
	assert_int_equal(o.order.is, RUN_RANDOM);
	assert_int_equal(o.order.number, 9);
	assert_false(o.history);
	assert_int_equal(o.isolate.is, RUN_ISOLATE_TREE);
	assert_string_equal(o.output, "out dir");
	assert_int_equal(o.fail_fast, 1);
	assert_int_equal(knob_origin(&v, &o.workers), ORIGIN_FILE);
}

static void flow_style_is_the_same(void **state)
{
	(void)state;
	accepts("run: {workers: 4, retries: 2, units: [a, 'b c']}");
	assert_int_equal(o.workers, 4);
	assert_int_equal(o.retries, 2);
	assert_int_equal(o.units.n, 2);
	assert_string_equal(o.units.at[1], "b c");
}

static void lists_may_be_sequences_or_one_value(void **state)
{
	(void)state;
	accepts("run:\n  setup: make db\n  copy:\n    - a.db\n    - b.db\n  format: [json, html]\n");
	assert_int_equal(o.setup.n, 1);
	assert_string_equal(o.setup.at[0], "make db");
	assert_int_equal(o.copy.n, 2);
	assert_string_equal(o.copy.at[1], "b.db");
	assert_int_equal(o.format.n, 2);
}

static void pairs_may_be_a_mapping_or_a_sequence(void **state)
{
	(void)state;
	accepts(
	    "run:\n  env:\n    DB: \"sqlite://{worker_dir}/db\"\n    EMPTY: \"\"\n  lock:\n    - db=features/db*\n    - db=x\n");
	assert_int_equal(o.env.n, 2);
	assert_string_equal(o.env.at[0], "DB=sqlite://{worker_dir}/db");
	assert_string_equal(o.env.at[1], "EMPTY=");
	assert_int_equal(o.lock.n, 2);
	assert_string_equal(o.lock.at[0], "db=features/db*");
}

static void nothing_at_all_is_fine(void **state)
{
	(void)state;
	accepts("");
	accepts("# a comment\n");
	accepts("---\n");
	accepts("run:\n");
	accepts("run: {}\n");
	accepts("run: ~\n");
	accepts("\xef\xbb\xbfrun: {workers: 3}\n");
	assert_int_equal(o.workers, 3);
}

static void sections_of_other_commands_are_passed_over(void **state)
{
	(void)state;
	accepts("bench:\n  targets: {p99: 20ms, deep: [1, [2, {a: b}]]}\nreport: {format: nonsense}\n"
		"output_dir: /tmp\nload: [1, 2]\nrun: {workers: 3}\n");
	assert_int_equal(o.workers, 3);
}

static void flags_and_environment_win_over_the_file(void **state)
{
	static const char *const environment[] = {"FETTLE_RETRIES=5", NULL};
	(void)state;
	assert_int_equal(knob_set(&v, 0, ORIGIN_FLAG, STR("go"), &err), 0);
	assert_int_equal(env(environment), 0);
	accepts("run: {adapter: pytest, retries: 1, workers: 8}");
	assert_int_equal(o.adapter.is, 3);
	assert_int_equal(o.retries, 5);
	assert_int_equal(o.workers, 8);
}

static void unknown_keys_are_told_with_what_may_be_meant(void **state)
{
	(void)state;
	says("run:\n  wokers: 4\n", "f.yaml:2:3: unknown key 'wokers' in 'run' (did you mean 'workers'?)");
	says("run: {frobnicate: 1}", "f.yaml:1:7: unknown key 'frobnicate' in 'run'");
	says("run: {dry-run: true}", "f.yaml:1:7: unknown key 'dry-run' in 'run'");
	says("rnu: {workers: 4}", "f.yaml:1:1: unknown section 'rnu' (did you mean 'run'?)");
	says("workers: 4\n", "f.yaml:1:1: 'workers' belongs in the section 'run'");
}

static void bad_values_are_told_with_line_and_column(void **state)
{
	(void)state;
	says("run:\n  workers: four\n", "f.yaml:2:12: run.workers: 'four' is not a whole number");
	says("run:\n  workers: 5000\n", "f.yaml:2:12: run.workers: 5000 is out of range (0 to 4096)");
	says("run:\n  isolate: trees\n",
	     "f.yaml:2:12: run.isolate: 'trees' is none of none|tree (did you mean 'tree'?)");
	says("run:\n  workers:\n", "f.yaml:2:11: run.workers: the value is missing");
	says("run:\n  workers: [1]\n", "f.yaml:2:12: run.workers: a single value is wanted here");
	says("run:\n  units: [[a]]\n", "f.yaml:2:11: run.units: a single value is wanted here");
	says("run:\n  units: {a: b}\n", "f.yaml:2:10: run.units: a single value is wanted here");
	says("run:\n  env: [NAME]\n", "f.yaml:2:9: run.env: an item is not of the form NAME=VALUE");
	says("run:\n  env: {A: [1]}\n", "f.yaml:2:12: run.env: a single value is wanted here");
	says("run:\n  env: {\"A=B\": 1}\n", "f.yaml:2:9: run.env: a name cannot hold '='");
	says("run:\n  output: \"a\\0b\"\n", "f.yaml:2:11: run.output: the text holds a NUL byte");
	says("run: 4\n", "f.yaml:1:6: 'run' must be a mapping");
	says("- run\n", "f.yaml:1:1: the file must be a mapping of sections such as 'run:'");
}

static void what_surprises_people_is_refused(void **state)
{
	(void)state;
	says("run: &a {workers: 4}\n", "f.yaml:1:6: anchors and aliases are not supported");
	says("bench: *a\n", "f.yaml:1:8: anchors and aliases are not supported");
	says("run: {workers: !!int 4}\n", "f.yaml:1:16: tags are not supported");
	says("run: {workers: 4, retries: 1, workers: 5}\n",
	     "f.yaml:1:31: key 'workers' was given already in line 1");
	says("run: {}\nbench: {}\nrun: {}\n", "f.yaml:3:1: key 'run' was given already in line 1");
	says("run: {env: {A: 1, A: 2}}\n", "f.yaml:1:19: key 'A' was given already in line 1");
	says("run:\n\tworkers: 4\n", "f.yaml:2:1: a tab cannot indent; use spaces");
	says("# \xc3\xa4\xc3\xb6\nrun:\n  \tworkers: 4\n", "f.yaml:3:3: a tab cannot indent; use spaces");
	says("run: {}\n---\nrun: {}\n", "f.yaml:2:1: only one document is allowed");
	says("? [a]\n: b\n", "f.yaml:1:3: a key must be plain text");
}

static void broken_yaml_is_told_with_its_place(void **state)
{
	(void)state;
	says("run: {workers: 4\n", "f.yaml:2:1: did not find expected ',' or '}'");
	says("run: \"abc\n", "f.yaml:1:6: this quote is not closed");
	says("run:\n  env: {}\n  c", "f.yaml:3:3: a ':' is missing behind this key");
	says("run:\n  env: {}\n  c\n  d: 1\n", "f.yaml:3:3: a ':' is missing behind this key");
	assert_int_equal(yaml(STR("run: \xff\n")), FAULT_USAGE);
	assert_non_null(strstr(err.text, "f.yaml: byte 5: invalid leading UTF-8 octet"));
}

static void depth_is_bounded(void **state)
{
	struct buf b = {0};
	(void)state;
	buf_text(&b, "bench: ");
	for (int i = 0; i < 100000; i++)
		buf_char(&b, '[');
	assert_int_equal(yaml(buf_view(&b)), FAULT_USAGE);
	assert_string_equal(err.text, "f.yaml:1:40: nested too deeply");
	buf_free(&b);
}

static void every_prefix_of_a_good_file_is_read_or_refused(void **state)
{
	static const char text[] =
	    "run:\n  env: {A: 1, B: \"x\\n\"}\n  units: [a, b]\n  lock:\n  - a=b\nx: {y: [z]}\n";
	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		knob_defaults(&v, &run_table, &o, &arena);
		int fault = yaml((struct str){text, n});
		assert_true(fault == 0 || fault == FAULT_USAGE);
	}
	assert_int_equal(o.lock.n, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_section_sets_the_commands_knobs),
	    T(flow_style_is_the_same),
	    T(lists_may_be_sequences_or_one_value),
	    T(pairs_may_be_a_mapping_or_a_sequence),
	    T(nothing_at_all_is_fine),
	    T(sections_of_other_commands_are_passed_over),
	    T(flags_and_environment_win_over_the_file),
	    T(unknown_keys_are_told_with_what_may_be_meant),
	    T(bad_values_are_told_with_line_and_column),
	    T(what_surprises_people_is_refused),
	    T(broken_yaml_is_told_with_its_place),
	    T(depth_is_bounded),
	    T(every_prefix_of_a_good_file_is_read_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
