#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "config/sections.h"

static struct arena arena;
static struct config_doc doc;
static struct settings s;
static struct err err;

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int read_with(const char *text, const char *profile, const char *const *environment)
{
	err = (struct err){0};
	config_doc_parse(&doc, &arena, str_of(text), "f.yaml");
	settings_init(&s, &arena);
	if (!doc.remarks.errors && config_doc_choose(&doc, profile, (char *const *)environment, &err) < 0)
		return err.fault;
	return settings_read(&s, &doc, (char *const *)environment, &err);
}

static void reads(const char *text, const char *profile)
{
	static const char *const environment[] = {NULL};
	if (read_with(text, profile, environment) < 0)
		fail_msg("refused: %s", err.text);
}

static void says(const char *text, const char *message)
{
	static const char *const environment[] = {NULL};
	assert_int_equal(read_with(text, NULL, environment), FAULT_USAGE);
	assert_string_equal(err.text, message);
}

static void keys_at_the_top_and_in_sections_are_filled(void **state)
{
	(void)state;
	reads("output_dir: /tmp/x\nlog_level: warn\ntest_timeout: 30m\ndefault_cpu_limit: \"0.5\"\n"
	      "default_memory_limit: 128m\nbenchmarks: {iterations: 7, test_concurrency: false}\n"
	      "load_tests: {memory_per_sandbox: 1g}\nmemory: {profile_interval: 250ms}\n"
	      "profiling: {output_dir: p}\n",
	      NULL);
	assert_string_equal(s.top.output_dir, "/tmp/x");
	assert_int_equal(s.top.log_level.is, LOG_WARN);
	assert_int_equal(s.top.test_timeout_ns, 1800000000000);
	assert_true(fabs(s.top.default_cpu_limit - 0.5) < 1e-12);
	assert_int_equal(s.top.default_memory_limit_bytes, 128 << 20);
	assert_int_equal(s.benchmarks.iterations, 7);
	assert_int_equal(s.benchmarks.warmup_iterations, 0);
	assert_false(s.benchmarks.test_concurrency);
	assert_true(s.benchmarks.test_tool_execution);
	assert_int_equal(s.load_tests.memory_per_sandbox_bytes, 1 << 30);
	assert_int_equal(s.memory.profile_interval_ns, 250000000);
	assert_string_equal(s.profiling.output_dir, "p");
}

static void only_targets_that_were_given_are_listed(void **state)
{
	struct target_wish *t;
	(void)state;
	reads("benchmarks: {}\n", NULL);
	assert_int_equal(settings_targets(&s, &arena, &t), 0);
	reads("targets: {container_startup_ms: 0.5s, error_rate_percent: 5%, max_concurrent_sandboxes: 100,\n"
	      "  memory_per_sandbox_mb: 50.0, throughput_rps: 100.0, 'hello.wall': 'p95 < 20ms'}\n",
	      NULL);
	assert_int_equal(settings_targets(&s, &arena, &t), 6);
	assert_string_equal(t[0].metric, "container_startup_ms");
	assert_int_equal(t[0].bound.stat, BOUND_PERCENTILE);
	assert_true(fabs(t[0].bound.limit - 500e6) < 1);
	assert_string_equal(t[1].metric, "memory_per_sandbox_mb");
	assert_true(fabs(t[1].bound.limit - 50e6) < 1);
	assert_int_equal(t[2].bound.compare, BOUND_AT_LEAST);
	assert_string_equal(t[3].metric, "throughput_rps");
	assert_int_equal(t[3].bound.compare, BOUND_ABOVE);
	assert_true(fabs(t[4].bound.limit - 0.05) < 1e-12);
	assert_string_equal(t[5].metric, "hello.wall");
	assert_int_equal(t[5].bound.unit, BOUND_NS);
}

static void a_bench_has_its_keys(void **state)
{
	(void)state;
	reads(
	    "bench:\n- name: a\n  command: echo 'b c'\n  parameters: {n: [1, 2], m: x}\n  concurrency: [1, 5]\n"
	    "- {name: b, subject: http, url: 'http://h/', body: {a: [1, no, 'x']}, method: POST,\n"
	    "   checks: {status: 2xx, contains: [a, b]}}\n"
	    "- {name: c, subject: mcp, command: [srv, --x y], tool: echo, arguments: {message: hi}}\n",
	    NULL);
	assert_int_equal(s.n_benches, 3);
	assert_int_equal(s.benches[0]->command.n, 2);
	assert_string_equal(s.benches[0]->command.at[1], "b c");
	assert_int_equal(s.benches[0]->parameters.n, 3);
	assert_string_equal(s.benches[0]->parameters.at[1], "n=2");
	assert_int_equal(s.benches[0]->concurrency.n, 2);
	assert_int_equal(s.benches[1]->subject.is, BENCH_HTTP);
	assert_string_equal(s.benches[1]->body, "{\"a\":[1,\"no\",\"x\"]}");
	assert_int_equal(s.benches[1]->method.is, 1);
	assert_int_equal(s.benches[1]->checks.n, 3);
	assert_string_equal(s.benches[2]->command.at[1], "--x y");
	assert_string_equal(s.benches[2]->arguments, "{\"message\":\"hi\"}");
}

static void the_list_may_stand_below_benches(void **state)
{
	(void)state;
	reads("bench:\n  benches:\n  - {name: a, command: x}\n", NULL);
	assert_int_equal(s.n_benches, 1);
	reads("bench:\n", NULL);
	assert_int_equal(s.n_benches, 0);
}

static void what_a_bench_lacks_is_told(void **state)
{
	(void)state;
	says("bench: [{command: x}]", "f.yaml:1:9: a bench needs a 'name'");
	says("bench: [{name: a}]", "f.yaml:1:9: subject 'exec' needs 'command' or 'shell'");
	says("bench: [{name: a, command: x, shell: y}]", "f.yaml:1:9: either 'command' or 'shell', not both");
	says("bench: [{name: a, subject: http}]", "f.yaml:1:9: subject 'http' needs 'url'");
	says("bench: [{name: a, subject: mcp}]",
	     "f.yaml:1:9: subject 'mcp' needs 'command' (a server on stdio) or 'url'");
	says("bench: [{name: a, subject: container}]",
	     "f.yaml:1:9: subject 'container' needs 'image', or 'container_image' at the top");
	says("bench:\n- name: a\n  command: x\n  url: http://h/\n",
	     "f.yaml:4:3: 'url' is no key of subject 'exec' (it is one of http|mcp)");
	says("bench: [{name: a, command: x}, {name: a, command: y}]",
	     "f.yaml:1:39: a bench 'a' stands already in line 1");
	says("bench: [{name: a, subject: http, url: h}]",
	     "f.yaml:1:39: bench.url: 'h' is no URL: http://HOST/..., https://HOST/... or unix:/SOCKET:/...");
	says("bench: [{name: a, command: x, concurrency: [1, 2, 1]}]",
	     "f.yaml:1:9: 'concurrency' has '1' twice");
	says("bench: [{name: a, command: x, parameters: {n: [1, 1]}}]",
	     "f.yaml:1:9: 'parameters' has 'n=1' twice");
	reads("bench: [{name: a, command: x, parameters: {n: [1, 2], m: [1, 2]}, concurrency: [1, 2]}]",
	      NULL);
	says("bench: [{name: a, command: x, checks: {matches: '(('}}]",
	     "f.yaml:1:49: bench.checks: bad regular expression '((': missing closing parenthesis");
	says("bench: 5",
	     "f.yaml:1:8: 'bench' must be a list of benches, '- name: ...', or a mapping with such a list in "
	     "'benches'");
	says("bench: [5]", "f.yaml:1:9: a bench is a mapping such as '{name: hello, command: echo hello}'");
}

static void remarks_are(const char *text, const char *wanted)
{
	struct buf b = {0};
	config_doc_parse(&doc, &arena, str_of(text), "f.yaml");
	settings_init(&s, &arena);
	settings_layer(&s, doc.tree.root, ORIGIN_FILE, &doc.remarks);
	settings_complete(&s, 0, &doc.remarks);
	remarks_put(&b, &doc.remarks);
	buf_char(&b, 0);
	assert_string_equal(b.at, wanted);
	buf_free(&b);
}

static void a_target_that_no_run_could_meet_is_told(void **state)
{
	(void)state;
	remarks_are(
	    "bench:\n- name: a\n  command: x\n  targets:\n    throughput: '> 5/s'\n    wal: max < 5s\n",
	    "f.yaml:6:5: error: bench 'a' has no metric 'wal' (did you mean 'wall'?)\n"
	    "    6 |     wal: max < 5s\n"
	    "      |     ^~~\n");
	remarks_are(
	    "bench:\n- {name: a, subject: http, url: 'http://h/',\n   targets: {peak_rss: max < 5MiB}}\n",
	    "f.yaml:3:14: error: bench 'a' has no metric 'peak_rss', as its subject is 'http'\n"
	    "    3 |    targets: {peak_rss: max < 5MiB}}\n"
	    "      |              ^~~~~~~~\n");
	remarks_are("targets: {b.wall: max < 5s, a/old.latency: max < 5s, other.thing: max < 5}\n"
		    "bench: [{name: a, command: x}, {name: b, command: x}]\n",
		    "f.yaml:1:29: error: bench 'a' has no metric 'latency', as its subject is 'exec'\n"
		    "    1 | targets: {b.wall: max < 5s, a/old.latency: max < 5s, other.thing: max < 5}\n"
		    "      |                             ^~~~~~~~~~~~~\n"
		    "f.yaml:1:54: error: no bench has the metric 'thing'\n"
		    "    1 | targets: {b.wall: max < 5s, a/old.latency: max < 5s, other.thing: max < 5}\n"
		    "      |                                                      ^~~~~~~~~~~\n");
	remarks_are("targets: {a/b.latency: max < 5s}\n"
		    "bench: [{name: a, command: x}, {name: a/b, subject: http, url: 'http://h/'}]\n",
		    "");
	remarks_are("targets: {wall: max < 5}\nbench: [{name: a, command: x, targets: {cpu: max < 5MiB}}]\n",
		    "f.yaml:1:11: error: 'wall' is a time, and the bound has no unit: 5ms?\n"
		    "    1 | targets: {wall: max < 5}\n"
		    "      |           ^~~~\n"
		    "f.yaml:2:41: error: 'cpu' is a time, and the bound is a size\n"
		    "    2 | bench: [{name: a, command: x, targets: {cpu: max < 5MiB}}]\n"
		    "      |                                         ^~~\n");
	remarks_are("bench: [{name: a, command: x, targets: {\"w\\x61l\": max < 5s}}]\n# wal\n",
		    "f.yaml:1:41: error: bench 'a' has no metric 'wal' (did you mean 'wall'?)\n"
		    "    1 | bench: [{name: a, command: x, targets: {\"w\\x61l\": max < 5s}}]\n"
		    "      |                                         ^~~~~~~~\n");
	remarks_are("targets: {other.thing: max < 5}\n"
		    "bench: [{name: a, subject: import, files: x, targets: {thing: max < 5}}]\n",
		    "");
}

static void a_percentile_of_too_few_rounds_is_remarked(void **state)
{
	static const char many[] = "bench: [{name: a, command: x, rounds: 5, concurrency: [4, 8], "
				   "targets: {wall: p95 < 5s}}]\n";
	(void)state;
	remarks_are(many, "");
	remarks_are("bench:\n- name: a\n  command: x\n  rounds: 5\n  targets: {wall: p95 < 5s}\n",
		    "f.yaml:4:3: warning: a percentile among the targets of 'a' needs 20 runs, and it has 5\n"
		    "    4 |   rounds: 5\n"
		    "      |   ^\n");
	remarks_are(
	    "benchmarks: {iterations: 5}\ntargets: {latency: p99 < 1s}\n"
	    "bench:\n- {name: a, command: x}\n- {name: b, subject: http, url: 'http://h/', rounds: 200}\n"
	    "- {name: i, subject: import, files: x, targets: {thing: p95 < 5, received: max < 100}}\n",
	    "");
	remarks_are(
	    "benchmarks: {iterations: 50}\ntargets: {a.wall: p99 < 5s}\n"
	    "bench:\n- {name: a, command: x}\n- {name: b, command: x}\n",
	    "f.yaml:4:3: warning: a percentile among the targets of 'a' needs 100 runs, and it has 50\n"
	    "    4 | - {name: a, command: x}\n"
	    "      |   ^\n");
}

static void what_variants_replace_is_not_given_besides(void **state)
{
	(void)state;
	says(
	    "bench: [{name: a, command: x, variants: {p: y, q: z}}]\n",
	    "f.yaml:1:9: either 'command' or 'variants', not both: to compare with it, make it the first variant");
	says(
	    "bench: [{name: a, subject: http, url: 'http://h/', variants: {p: 'http://i/', q: 'http://j/'}}]\n",
	    "f.yaml:1:9: either 'url' or 'variants', not both: to compare with it, make it the first variant");
	reads(
	    "container_image: d\nbench: [{name: a, subject: container, command: x, variants: {p: y, q: z}}]\n",
	    NULL);
}

static void a_profile_lies_over_the_file(void **state)
{
	static const char text[] =
	    "benchmarks: {iterations: 100, max_concurrency: 16}\ntargets: {wall: max < 5s}\n"
	    "bench: [{name: a, command: x, rounds: 50}, {name: b, command: y}]\n"
	    "ci:\n  benchmarks: {iterations: 10}\n  targets: {cpu: max < 6s}\n"
	    "  bench: [{name: a, warmup: 3}, {name: n, command: z}]\n"
	    "profiles:\n  night: {benchmarks: {iterations: 1000}}\n";
	(void)state;
	reads(text, NULL);
	assert_int_equal(s.benchmarks.iterations, 100);
	assert_int_equal(s.n_benches, 2);
	reads(text, "ci");
	assert_int_equal(s.benchmarks.iterations, 10);
	assert_int_equal(s.benchmarks.max_concurrency, 16);
	assert_int_equal(knob_origin(&s.values[SETTINGS_BENCHMARKS], &s.benchmarks.iterations),
			 ORIGIN_PROFILE);
	assert_int_equal(s.targets.others.n, 1);
	assert_string_equal(s.targets.others.at[0], "cpu=max < 6s");
	assert_int_equal(s.n_benches, 3);
	assert_int_equal(s.benches[0]->rounds, 50);
	assert_int_equal(s.benches[0]->warmup, 3);
	assert_string_equal(s.benches[2]->name, "n");
	reads(text, "night");
	assert_int_equal(s.benchmarks.iterations, 1000);
}

static void which_profile_is_told_by_flag_variable_and_ci(void **state)
{
	static const char text[] = "ci: {benchmarks: {iterations: 1}}\ndev: {benchmarks: {iterations: 2}}\n";
	static const char *const ci[] = {"CI=true", NULL}, *const no_ci[] = {"CI=false", NULL},
				 *const dev[] = {"CI=1", "FETTLE_PROFILE=dev", NULL},
				 *const wrong[] = {"FETTLE_PROFILE=dve", NULL};
	(void)state;
	assert_int_equal(read_with(text, NULL, ci), 0);
	assert_int_equal(s.benchmarks.iterations, 1);
	assert_string_equal(doc.profile_name, "ci");
	assert_int_equal(read_with(text, NULL, no_ci), 0);
	assert_int_equal(s.benchmarks.iterations, 0);
	assert_int_equal(read_with(text, NULL, dev), 0);
	assert_int_equal(s.benchmarks.iterations, 2);
	assert_int_equal(read_with(text, "ci", dev), 0);
	assert_int_equal(s.benchmarks.iterations, 1);
	assert_int_equal(read_with("benchmarks: {}\n", NULL, ci), 0);
	assert_null(doc.profile_name);
	assert_int_equal(read_with(text, NULL, wrong), FAULT_USAGE);
	assert_string_equal(err.text, "f.yaml: no profile 'dve' (did you mean 'dev'?)");
	assert_int_equal(read_with(text, "run", no_ci), FAULT_USAGE);
}

static void another_tools_variable_is_heard_behind_ours(void **state)
{
	static const char *const theirs[] = {"PERF_OUTPUT_DIR=/p", NULL},
				 *const both[] = {"PERF_OUTPUT_DIR=/p", "FETTLE_OUTPUT_DIR=/f", NULL},
				 *const blank[] = {"FETTLE_OUTPUT_DIR=", "PERF_OUTPUT_DIR=/p", NULL};
	(void)state;
	assert_int_equal(read_with("output_dir: /y\n", NULL, theirs), 0);
	assert_string_equal(s.top.output_dir, "/p");
	assert_int_equal(read_with("output_dir: /y\n", NULL, both), 0);
	assert_string_equal(s.top.output_dir, "/f");
	assert_int_equal(read_with("output_dir: /y\n", NULL, blank), 0);
	assert_string_equal(s.top.output_dir, "/p");
}

static void a_bench_takes_from_other_keys_what_it_leaves_open(void **state)
{
	static const char text[] =
	    "container_image: i\ndefault_cpu_limit: 0.5\nbenchmarks: {iterations: 40}\n"
	    "bench: [{name: a, command: x}, {name: b, command: x, rounds: 5, warmup: 0},\n"
	    "  {name: c, subject: container, memory: 64m}]\n";
	(void)state;
	reads(text, NULL);
	settings_finish(&s, false);
	assert_int_equal(s.benches[0]->rounds, 40);
	assert_int_equal(s.benches[0]->warmup, 0);
	assert_null(s.benches[0]->image);
	assert_int_equal(s.benches[1]->rounds, 5);
	assert_int_equal(s.benches[1]->warmup, 0);
	assert_string_equal(s.benches[2]->image, "i");
	assert_true(fabs(s.benches[2]->cpus - 0.5) < 1e-12);
	assert_int_equal(s.benches[2]->memory_bytes, 64 << 20);
	reads(text, NULL);
	settings_finish(&s, true);
	assert_int_equal(s.benches[0]->rounds, 10);
	assert_int_equal(s.benches[1]->rounds, 5);
}

static void the_short_form_has_what_percentiles_need(void **state)
{
	static const char text[] =
	    "targets: {a.wall: p99 < 1s, cpu: p95 < 1s, api_response_p99_ms: 200}\n"
	    "bench: [{name: a, command: x, rounds: 500}, {name: b, command: x, rounds: 500}, {name: c, command: x},\n"
	    "  {name: d, subject: http, url: 'http://h/', rounds: 50}, {name: e, command: x, targets: {cpu: p90 < 1s}}]\n";
	static const int64_t rounds[] = {100, 20, 20, 50, 20};
	(void)state;
	reads(text, NULL);
	settings_finish(&s, true);
	for (size_t i = 0; i < s.n_benches; i++)
		assert_int_equal(s.benches[i]->rounds, rounds[i]);
	assert_int_equal(s.benches[3]->runs_needed, 100);
}

static void a_unit_that_is_missing_is_asked_for(void **state)
{
	(void)state;
	says("test_timeout: 30", "f.yaml:1:15: test_timeout: '30' has no unit: 30s or 30ms?");
	says("default_memory_limit: 128",
	     "f.yaml:1:23: default_memory_limit: '128' has no unit: 128MiB or 128B?");
	says("test_timeout: -5s", "f.yaml:1:15: test_timeout: '-5s' is negative");
	says("targets: {container_startup_ms: 1e308}",
	     "f.yaml:1:33: targets.container_startup_ms: 1e308 is out of range (0 to 86400000ms)");
	says("targets: {throughput_rps: many}",
	     "f.yaml:1:27: targets.throughput_rps: 'many' is not a rate such as 100/s");
	says("targets: {error_rate_percent: 500}",
	     "f.yaml:1:31: targets.error_rate_percent: 500 is out of range (0 to 100%)");
	reads("test_timeout: 0\ndefault_memory_limit: 0\n", NULL);
}

/* Every key of every section has words, a place and a default that its own row takes. */
static void rows_of_settings_are_whole(void **state)
{
	struct section section;
	size_t n = 0;
	(void)state;
	for (size_t i = 0; section_at(i, &section); i++) {
		const struct knob_table *t = section.items        ? section.items
					     : section.is_setting ? section.table
								  : NULL;
		for (size_t j = 0; t && j < t->n_rows; j++, n++) {
			const struct knob *k = &t->rows[j];
			assert_true(str_ends(str_of(k->help), "."));
			assert_int_equal(k->type == KNOB_BOOL, k->arg == NULL);
			assert_true(k->yaml ? strcmp(k->yaml, k->flag) == 0 : t->others == j + 1);
			for (size_t m = 0; m < j; m++) {
				assert_string_not_equal(t->rows[m].flag, k->flag);
				assert_true(t->rows[m].offset != k->offset);
			}
		}
	}
	assert_true(n > 90);
}

int main(void)
{
#define T(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
	    T(keys_at_the_top_and_in_sections_are_filled),
	    T(only_targets_that_were_given_are_listed),
	    T(a_bench_has_its_keys),
	    T(the_list_may_stand_below_benches),
	    T(what_a_bench_lacks_is_told),
	    T(a_target_that_no_run_could_meet_is_told),
	    T(a_percentile_of_too_few_rounds_is_remarked),
	    T(what_variants_replace_is_not_given_besides),
	    T(a_profile_lies_over_the_file),
	    T(which_profile_is_told_by_flag_variable_and_ci),
	    T(another_tools_variable_is_heard_behind_ours),
	    T(the_short_form_has_what_percentiles_need),
	    T(a_bench_takes_from_other_keys_what_it_leaves_open),
	    T(a_unit_that_is_missing_is_asked_for),
	    T(rows_of_settings_are_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
