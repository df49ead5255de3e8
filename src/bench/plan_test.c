#include "bench/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "config/config_doc.h"

static struct arena arena;
static struct plan plan;
static const struct subject_kind command = {.word = "exec"};
static const struct subject_kind *const kinds[BENCH_KINDS] = {[BENCH_EXEC] = &command};
static struct err err;

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int make(const char *text, const char *const *names, size_t n)
{
	static char *environment[] = {NULL};
	struct config_doc doc;
	struct settings *s = arena_new(&arena, struct settings);
	err = (struct err){0};
	config_doc_parse(&doc, &arena, str_of(text), "f.yaml");
	settings_init(s, &arena);
	if (settings_read(s, &doc, environment, &err) < 0)
		fail_msg("refused: %s", err.text);
	return plan_make(&plan, s, names, n, kinds, &arena, &err);
}

/* The names of all subjects, a line each; "-" for a bench without. */
static void assert_plan(const char *wanted)
{
	struct buf b = {0};
	for (size_t i = 0; i < plan.n; i++) {
		if (!plan.items[i].n)
			buf_text(&b, "-\n");
		for (uint32_t k = 0; k < plan.items[i].n; k++)
			buf_printf(&b, "%.*s\n", STR_ARG(plan.items[i].subjects[k].name));
	}
	buf_char(&b, '\0');
	assert_string_equal(b.at, wanted);
	buf_free(&b);
}

static void a_bench_is_a_subject(void **state)
{
	(void)state;
	assert_int_equal(
	    make("bench: [{name: a, command: x y}, {name: b, shell: z, enabled: false}]", NULL, 0), 0);
	assert_plan("a\n");
	assert_int_equal(plan.items[0].subjects[0].concurrency, 1);
	assert_true(plan.items[0].subjects[0].timeout_ns > 0);
}

static void everything_that_varies_makes_a_matrix(void **state)
{
	(void)state;
	assert_int_equal(make("bench: [{name: a, parameters: {n: [1, 2], m: z}, concurrency: [1, 8],\n"
			      "  variants: {old: ./old, new: './new {n}'}}]",
			      NULL, 0),
			 0);
	assert_plan("a/n=1/m=z/old/x1\na/n=1/m=z/new/x1\na/n=1/m=z/old/x8\na/n=1/m=z/new/x8\n"
		    "a/n=2/m=z/old/x1\na/n=2/m=z/new/x1\na/n=2/m=z/old/x8\na/n=2/m=z/new/x8\n");
	struct subject *s = &plan.items[0].subjects[7];
	char **words;
	size_t n;
	assert_int_equal(s->concurrency, 8);
	assert_int_equal(subject_words(s, &words, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(words[0], "./new");
	assert_string_equal(words[1], "2");
	assert_null(words[2]);
}

static void benches_are_taken_by_name(void **state)
{
	static const char text[] =
	    "bench: [{name: api-a, command: x}, {name: api-b, command: x, enabled: false}, {name: "
	    "io, command: x}]";
	static const char *const pattern[] = {"api-*"}, *const wrong[] = {"ioo"}, *const far[] = {"zzzzzz"};
	(void)state;
	assert_int_equal(make(text, pattern, 1), 0);
	assert_plan("api-a\napi-b\n");
	assert_int_equal(make(text, wrong, 1), FAULT_USAGE);
	assert_string_equal(err.text, "no bench 'ioo' (did you mean 'io'?)");
	assert_int_equal(make(text, far, 1), FAULT_USAGE);
	assert_string_equal(err.text, "no bench 'zzzzzz' (see 'fettle bench --list')");
}

static void too_many_combinations_are_refused(void **state)
{
	struct buf b = {0};
	(void)state;
	buf_text(&b, "bench: [{name: a, command: x, parameters: {n: [0");
	for (int i = 1; i < 257; i++)
		buf_printf(&b, ", %d", i);
	buf_text(&b, "]}}]");
	buf_char(&b, '\0');
	assert_int_equal(make(b.at, NULL, 0), FAULT_USAGE);
	assert_string_equal(err.text,
			    "bench 'a': more than 256 combinations of parameters, variants and concurrency");
	buf_free(&b);
}

static void parameters_fill_texts(void **state)
{
	const struct bench_param params[] = {{STR("n"), STR("7")}, {STR("name"), STR("{n}")}};
	(void)state;
	assert_string_equal(subject_fill(&arena, "{n}{name} {no} {n {}{n}", params, 2), "7{n} {no} {n {}7");
	assert_string_equal(subject_fill(&arena, "", params, 2), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bench_is_a_subject),
	    cmocka_unit_test(everything_that_varies_makes_a_matrix),
	    cmocka_unit_test(benches_are_taken_by_name),
	    cmocka_unit_test(too_many_combinations_are_refused),
	    cmocka_unit_test(parameters_fill_texts),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
