#include "config/builtin_benches.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

static struct arena arena;
static struct settings s;

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void makes(const char *text, const char *api, bool is_short)
{
	static const char *const environment[] = {NULL};
	struct config_doc doc;
	struct err e = {0};
	config_doc_parse(&doc, &arena, str_of(text), "f.yaml");
	settings_init(&s, &arena);
	if (doc.remarks.errors || settings_read(&s, &doc, (char *const *)environment, &e) < 0)
		fail_msg("refused: %s", e.text);
	builtin_benches(&s, api);
	settings_finish(&s, is_short);
}

static const struct bench_item *find(const char *name)
{
	for (size_t i = 0; i < s.n_benches; i++)
		if (strcmp(s.benches[i]->name, name) == 0)
			return s.benches[i];
	return NULL;
}

static const struct bench_item *bench(const char *name)
{
	const struct bench_item *b = find(name);
	if (!b)
		fail_msg("no bench '%s'", name);
	return b;
}

#define TOP "container_image: i\ndefault_cpu_limit: \"0.5\"\ndefault_memory_limit: 128m\nnetwork_mode: none\n"

/* Each of them would be taken from a file as it stands. */
static void all_are_good_items(void **state)
{
	(void)state;
	struct remarks remarks = {.arena = &arena, .path = "f.yaml"};
	makes(
	    TOP
	    "benchmarks:\n  iterations: 7\n  max_concurrency: 100\ntargets: {max_concurrent_sandboxes: 100}\n",
	    "unix:/e.sock:", false);
	assert_true(s.n_benches > 25);
	settings_complete(&s, 0, &remarks);
	assert_int_equal(remarks.errors, 0);
	for (size_t i = 0; i < s.n_benches; i++) {
		assert_true(s.benches[i]->enabled && s.benches[i]->rounds > 0);
		assert_int_equal(s.benches[i]->at.line, 6);
		if (s.benches[i]->subject.is != BENCH_CONTAINER)
			continue;
		assert_string_equal(s.benches[i]->image, "i");
		assert_string_equal(s.benches[i]->network, "none");
		assert_true(fabs(s.benches[i]->cpus - 0.5) < 1e-12);
		assert_int_equal(s.benches[i]->memory_bytes, 128 << 20);
	}
}

static void words_stay_one_where_quotes_hold_them(void **state)
{
	(void)state;
	makes(TOP "benchmarks: {iterations: 9}\n", "unix:/e.sock:", false);
	const struct bench_item *b = bench("tool-write-file");
	assert_int_equal(b->command.n, 3);
	assert_string_equal(b->command.at[2], "cat > /tmp/fettle-file && wc -c < /tmp/fettle-file");
	assert_int_equal(b->input_bytes, 12);
	assert_true(b->reuse && !b->outside);
	assert_string_equal(bench("language-python3")->command.at[2], "print(\"hello\")");
	assert_string_equal(bench("api-ping")->url, "unix:/e.sock:/_ping");
	assert_int_equal(bench("file-1MiB")->input_bytes, 1 << 20);
	assert_true(bench("file-1MiB")->echoes);
	assert_int_equal(bench("tool-read-file")->checks.n, 1);
	assert_string_equal(bench("tool-read-file")->checks.at[0], "contains=Hello World!");
}

/* About as many containers as iterations, but at least three waves; the largest is max_concurrency. */
static void waves_grow_to_the_most(void **state)
{
	(void)state;
	makes(TOP
	      "benchmarks: {iterations: 100, max_concurrency: 16}\ntargets: {max_concurrent_sandboxes: 80}\n",
	      NULL, false);
	assert_int_equal(bench("wave-1")->rounds, 100);
	assert_int_equal(bench("wave-5")->rounds, 20);
	assert_int_equal(bench("wave-10")->rounds, 10);
	assert_int_equal(bench("wave-16")->rounds, 7);
	assert_null(find("wave-25"));
	assert_string_equal(bench("wave-16")->concurrency.at[0], "16");
	const struct bench_item *b = bench(BUILTIN_AT_ONCE);
	assert_string_equal(b->concurrency.at[0], "80");
	assert_int_equal(b->rounds, 1);
	assert_int_equal(b->warmup, 0);
	/* the engine is not known */
	assert_null(find("api-ping"));
	makes(TOP "benchmarks: {iterations: 4, max_concurrency: 10}\n", NULL, true);
	assert_int_equal(bench("wave-10")->rounds, 2);
	assert_null(find("wave-16"));
	assert_null(find(BUILTIN_AT_ONCE));
	makes(TOP "benchmarks: {iterations: 4, max_concurrency: 1000}\n", NULL, false);
	assert_int_equal(bench("wave-1000")->rounds, 3);
	makes(TOP "benchmarks: {max_concurrency: 10}\n", NULL, false);
	assert_int_equal(bench("wave-10")->rounds, 10);
	assert_int_equal(bench("tool-run-code")->rounds, 0);
	makes(TOP "benchmarks: {iterations: 4, max_concurrency: 1000}\n", NULL, false);
	assert_int_equal(bench("wave-100")->rounds, 3);
}

static void flags_leave_theirs_out(void **state)
{
	(void)state;
	makes(TOP "benchmarks: {test_container_lifecycle: false, test_tool_execution: false, "
		  "test_language_execution: false, test_file_operations: false, test_concurrency: false}\n",
	      "unix:/e:", false);
	assert_int_equal(s.n_benches, 0);
	makes(TOP "benchmarks: {enabled: false}\n", "unix:/e:", false);
	assert_int_equal(s.n_benches, 0);
	makes(TOP "bench: [{name: a, command: x}]\n", "unix:/e:", false);
	assert_int_equal(s.n_benches, 1);
	makes("benchmarks: {iterations: 5}\n", "unix:/e:", false);
	assert_int_equal(s.n_benches, 0);
}

static void one_of_the_file_stands_in_its_place(void **state)
{
	(void)state;
	makes(TOP "benchmarks: {iterations: 5}\nbench: [{name: tool-list-files, command: ls}]\n", NULL,
	      false);
	assert_int_equal(bench("tool-list-files")->subject.is, BENCH_EXEC);
	makes(TOP "benchmarks: {iterations: 500}\n", "unix:/e:", true);
	assert_int_equal(bench("container-lifecycle")->rounds, 10);
	assert_int_equal(bench("api-ping")->rounds, 100);
	/* ten runs for a 90th percentile are two rounds of five */
	makes(TOP "benchmarks: {iterations: 500}\ntargets: {container_startup_ms: 500}\n", NULL, true);
	assert_int_equal(bench("wave-1")->rounds, 10);
	assert_int_equal(bench("wave-5")->rounds, 2);
	assert_int_equal(bench("wave-16")->rounds, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_are_good_items),
	    cmocka_unit_test(words_stay_one_where_quotes_hold_them),
	    cmocka_unit_test(waves_grow_to_the_most),
	    cmocka_unit_test(flags_leave_theirs_out),
	    cmocka_unit_test(one_of_the_file_stands_in_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
