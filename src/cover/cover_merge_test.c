#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "cover/cover_merge.h"
#include "cover/cover_python.h"

static void begin(struct cover_merge *m, const char *path, bool raw)
{
	struct cover_source s = {.path = str_of(path), .raw = raw, .language = raw ? COVER_PYTHON : COVER_C};
	m->sink.file(&m->sink, &s);
}

static void line(struct cover_merge *m, uint32_t number, uint32_t hits)
{
	struct cover_hit h = {number, hits};
	m->sink.lines(&m->sink, &h, 1);
}

static void branch(struct cover_merge *m, uint32_t number, uint32_t block, int32_t way, uint32_t taken)
{
	struct cover_branch b = {number, block, way, taken};
	m->sink.branches(&m->sink, &b, 1, false);
}

static void arc(struct cover_merge *m, int32_t from, int32_t to)
{
	struct cover_arc a = {from, to};
	m->sink.arcs(&m->sink, &a, 1);
}

static struct str leave_out_lib(void *ctx, struct str path)
{
	(void)ctx;
	return str_starts(path, "/lib/") ? STR_NONE : path;
}

static void counts_add_up_and_stop_at_the_greatest(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover_merge m;
	cover_merge_init(&m, &a, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		begin(&m, "a.c", false);
		line(&m, 3, 5);
		line(&m, 7, 0);
		line(&m, 900, COVER_COUNT_MAX - 1);
		line(&m, 0, 1);
		line(&m, COVER_LINE_MAX + 1, 1);
	}
	struct cover *c = cover_finish(&m);
	assert_int_equal(c->n_files, 1);
	const struct cover_file *f = &c->files[0];
	assert_int_equal(f->n_lines, 3);
	assert_int_equal(f->lines[0].hits, 10);
	assert_int_equal(f->lines[1].hits, 0);
	assert_int_equal(f->lines[2].number, 900);
	assert_int_equal(f->lines[2].hits, COVER_COUNT_MAX);
	assert_true(f->counts);
	assert_false(c->branch);
	assert_int_equal(f->sum.statements, 3);
	assert_int_equal(f->sum.covered, 2);
	cover_merge_free(&m);
	arena_free(&a);
}

static void branches_of_a_line_that_never_ran_wait_for_one_that_did(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover_merge m;
	cover_merge_init(&m, &a, NULL, NULL);
	begin(&m, "a.c", false);
	line(&m, 3, 0);
	branch(&m, 3, 0, 1, COVER_UNREACHED);
	branch(&m, 3, 0, 0, COVER_UNREACHED);
	branch(&m, 8, 0, 0, 1);
	begin(&m, "a.c", false);
	line(&m, 3, 2);
	branch(&m, 3, 0, 0, 2);
	branch(&m, 3, 0, 1, 0);
	struct cover *c = cover_finish(&m);
	const struct cover_file *f = &c->files[0];
	assert_int_equal(f->n_branches, 2); /* line 8 is no line of the file */
	assert_int_equal(f->branches[0].taken, 2);
	assert_int_equal(f->branches[1].taken, 0);
	assert_int_equal(f->lines[0].n_branches, 2);
	assert_int_equal(f->lines[0].n_taken, 1);
	assert_int_equal(f->sum.partial, 1);
	assert_true(c->branch);
	cover_merge_free(&m);
	arena_free(&a);
}

static void files_that_nobody_wants_are_left_out(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover_merge m;
	cover_merge_init(&m, &a, leave_out_lib, NULL);
	begin(&m, "/lib/x.c", false);
	line(&m, 1, 1);
	branch(&m, 1, 0, 0, 1);
	begin(&m, "b.c", false);
	line(&m, 1, 1);
	begin(&m, "/lib/x.c", false);
	line(&m, 2, 1);
	struct cover *c = cover_finish(&m);
	assert_int_equal(c->n_files, 1);
	assert_int_equal(c->sum.statements, 1);
	assert_non_null(cover_find(c, STR("b.c")));
	assert_null(cover_find(c, STR("/lib/x.c")));
	cover_merge_free(&m);
	arena_free(&a);
}

struct fact {
	unsigned file, line, hits, context;
};

/* Everything that a model says, as text. */
static void tell(const struct cover *c, char *ret, size_t n)
{
	size_t at = 0;
	for (uint32_t i = 0; i < c->n_files; i++) {
		const struct cover_file *f = &c->files[i];
		at += (size_t)snprintf(ret + at, n - at, "%.*s:", STR_ARG(f->path));
		for (uint32_t l = 0; l < f->n_lines; l++) {
			at += (size_t)snprintf(ret + at, n - at, " %u=%u", f->lines[l].number,
					       f->lines[l].hits);
			for (uint32_t k = f->context_first[l]; k < f->context_first[l + 1]; k++)
				at += (size_t)snprintf(ret + at, n - at, ",%.*s",
						       STR_ARG(c->contexts[f->context_ids[k]]));
		}
		for (uint32_t b = 0; b < f->n_branches; b++)
			at += (size_t)snprintf(ret + at, n - at, " %u>%d:%u", f->branches[b].line,
					       f->branches[b].way, f->branches[b].taken);
	}
	assert_true(at < n);
}

static void the_order_of_facts_does_not_matter(void **state)
{
	(void)state;
	enum { N = 600, BYTES = 256 * 1024 };
	static struct fact facts[N];
	char *first = malloc(BYTES), *other = malloc(BYTES);
	srand(7);
	for (unsigned i = 0; i < N; i++)
		facts[i] = (struct fact){(unsigned)rand() % 3, 1 + (unsigned)rand() % 300,
					 (unsigned)rand() % 3, (unsigned)rand() % 4};
	for (unsigned round = 0; round < 20; round++) {
		struct arena a = {0};
		struct cover_merge m;
		cover_merge_init(&m, &a, NULL, NULL);
		for (unsigned i = 0; i < N; i++) {
			static const char *const paths[] = {"a.c", "b.c", "c.c"};
			static const char *const contexts[] = {"", "z", "y", "x"};
			begin(&m, paths[facts[i].file], false);
			m.sink.context(&m.sink, str_of(contexts[facts[i].context]));
			line(&m, facts[i].line, facts[i].hits);
			branch(&m, facts[i].line, 0, (int32_t)facts[i].context, facts[i].hits);
		}
		tell(cover_finish(&m), round ? other : first, BYTES);
		if (round)
			assert_string_equal(first, other);
		cover_merge_free(&m);
		arena_free(&a);
		for (unsigned i = N - 1; i > 0; i--) {
			unsigned j = (unsigned)rand() % (i + 1);
			struct fact f = facts[i];
			facts[i] = facts[j];
			facts[j] = f;
		}
	}
	free(first);
	free(other);
}

/*
 * 1 if a:        ways to 2 and 4
 * 2     f(1,
 * 3       2)
 * 4 while 1:     no branch
 * 5     g()      excluded
 */
static struct pyfacts five_lines(void)
{
	static const uint32_t first_line[] = {0, 1, 2, 2, 4, 5};
	static const uint8_t flags[] = {
	    0, PY_STATEMENT, PY_STATEMENT, 0, PY_STATEMENT | PY_NO_BRANCH, PY_EXCLUDED};
	static const uint16_t exits[] = {0, 2, 1, 0, 2, 0};
	static const struct cover_arc arcs[] = {{-1, 1}, {1, 2}, {1, 4}, {2, 4}, {4, -1}, {4, 5}};
	return (struct pyfacts){.n_lines = 5,
				.first_line = first_line,
				.flags = flags,
				.exits = exits,
				.arcs = arcs,
				.n_arcs = 6};
}

static void raw_lines_count_for_the_statements_that_they_belong_to(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover_merge m;
	cover_merge_init(&m, &a, NULL, NULL);
	begin(&m, "a.py", true);
	m.sink.context(&m.sink, STR("t1"));
	arc(&m, -1, 1);
	arc(&m, 1, 3); /* the second line of the call */
	begin(&m, "gone.py", true);
	line(&m, 1, 1);
	struct pyfacts facts = five_lines();
	cover_python(&m, 0, &facts);
	struct cover *c = cover_finish(&m);
	const struct cover_file *f = cover_find(c, STR("a.py"));
	assert_int_equal(f->n_lines, 4);
	assert_int_equal(f->sum.statements, 3);
	assert_int_equal(f->sum.covered, 2);
	assert_int_equal(f->sum.excluded, 1);
	assert_int_equal(f->sum.branches, 4);
	assert_int_equal(f->sum.taken, 3); /* 1 to 2, and the two of line 4 that cannot be missed */
	assert_int_equal(f->sum.partial, 1);
	assert_int_equal(f->n_branches, 2);
	assert_int_equal(f->lines[1].hits, 1);
	assert_int_equal(f->context_first[2] - f->context_first[1], 1);
	assert_string_equal(c->contexts[f->context_ids[f->context_first[1]]].at, "t1");
	assert_int_equal(cover_find(c, STR("gone.py"))->fault, COVER_SOURCE_GONE);
	cover_merge_free(&m);
	arena_free(&a);
}

static void lines_beyond_the_source_and_sources_that_do_not_compile_are_told(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cover_merge m;
	cover_merge_init(&m, &a, NULL, NULL);
	begin(&m, "a.py", true);
	line(&m, 6, 1);
	begin(&m, "b.py", true);
	line(&m, 1, 1);
	struct pyfacts facts = five_lines();
	cover_python(&m, 0, &facts);
	facts.error = "no";
	cover_python(&m, 1, &facts);
	struct cover *c = cover_finish(&m);
	assert_int_equal(c->files[0].fault, COVER_LINES_BEYOND);
	assert_int_equal(c->files[0].sum.statements, 3);
	assert_int_equal(c->files[1].fault, COVER_SOURCE_BAD);
	assert_int_equal(c->files[1].n_lines, 0);
	cover_merge_free(&m);
	arena_free(&a);
}

static const char *percent(double of, unsigned precision)
{
	static char text[COVER_PERCENT_BYTES];
	return cover_percent_text(text, of, precision);
}

static void a_percentage_is_never_rounded_to_all_or_nothing(void **state)
{
	(void)state;
	assert_string_equal(percent(0, 0), "0");
	assert_string_equal(percent(0.001, 0), "1");
	assert_string_equal(percent(99.999, 2), "99.99");
	assert_string_equal(percent(100, 2), "100.00");
	assert_string_equal(percent(62.5, 0), "62");
	assert_string_equal(percent(63.5, 0), "64");
	struct cover_sum nothing = {0};
	assert_true(cover_percent(&nothing) == 100);
}

static void a_bound_counts_with_the_decimals_that_it_is_written_with(void **state)
{
	(void)state;
	assert_false(cover_below(89.6, 90, 0));
	assert_true(cover_below(89.6, 90, 1));
	assert_true(cover_below(87.54, 87.55, 0));
	assert_false(cover_below(87.549, 87.55, 0));
	assert_true(cover_below(99.9999, 100, 0));
	assert_false(cover_below(100, 100, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_add_up_and_stop_at_the_greatest),
	    cmocka_unit_test(branches_of_a_line_that_never_ran_wait_for_one_that_did),
	    cmocka_unit_test(files_that_nobody_wants_are_left_out),
	    cmocka_unit_test(the_order_of_facts_does_not_matter),
	    cmocka_unit_test(raw_lines_count_for_the_statements_that_they_belong_to),
	    cmocka_unit_test(lines_beyond_the_source_and_sources_that_do_not_compile_are_told),
	    cmocka_unit_test(a_percentage_is_never_rounded_to_all_or_nothing),
	    cmocka_unit_test(a_bound_counts_with_the_decimals_that_it_is_written_with),
	};
	return cmocka_run_group_tests_name("cover_merge", tests, NULL, NULL);
}
