#include "collect/adapter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/temp_fixture.h"
#include "collect/adapter_python.h"

/* Splits command at blanks into the suite's words. */
static void set_words(struct suite *s, const char *command)
{
	struct str rest = str_of(command), word;
	*s = (struct suite){0};
	s->argv = arena_array(&s->arena, char *, strlen(command) + 1);
	while (str_next(&rest, ' ', &word))
		s->argv[s->n_argv++] = arena_copy(&s->arena, word);
}

static void drop(struct suite *s)
{
	mem_free(s->targets);
	buf_free(&s->line);
	buf_free(&s->said);
	arena_free(&s->arena);
}

static void a_command_is_recognised_by_its_words(void **state)
{
	(void)state;
	static const struct {
		const char *command, *adapter;
		size_t word, args;
	} rows[] = {
	    {"behave", "behave", 0, 1},
	    {"behave features --tags x", "behave", 0, 1},
	    {"/venv/bin/behave", "behave", 0, 1},
	    {"behave-3", "behave", 0, 1},
	    {"python3 -m behave features", "behave", 0, 3},
	    {"python3.11 -X dev -W error -m behave", "behave", 0, 7},
	    {"/usr/bin/python3 /venv/bin/behave x", "behave", 0, 2},
	    {"pytest", "pytest", 0, 1},
	    {"py.test -q", "pytest", 0, 1},
	    {"pytest-3", "pytest", 0, 1},
	    {"pypy3 -m pytest tests", "pytest", 0, 3},
	    {"env A=1 B=2 pytest tests", "pytest", 3, 4},
	    {"nice -n 5 pytest", "pytest", 3, 4},
	    {"poetry run pytest -x", "pytest", 2, 3},
	    {"uv run -- python -m pytest", "pytest", 3, 6},
	    {"env X=1 poetry run behave", "behave", 4, 5},
	    {"go test ./...", "go", 0, 2},
	    {"env CGO_ENABLED=0 go test .", "go", 2, 4},
	    {"ctest --test-dir build", "ctest", 0, 1},
	    {"bats tests", "bats", 0, 1},
	    {"make test", "plain", 0, 1},
	    {"go build ./...", "plain", 0, 1},
	    {"python3 script.py", "plain", 0, 1},
	    {"python3 -c pytest", "plain", 0, 1},
	    {"python3 -m unittest", "plain", 0, 1},
	    {"python3 -m coverage run -m pytest", "plain", 0, 1},
	    {"pytest-watch", "plain", 0, 1},
	    {"behaves", "plain", 0, 1},
	    {"pythonic -m pytest", "plain", 0, 1},
	    {"env", "plain", 0, 1},
	    {"env A=1", "plain", 0, 1},
	    {"echo pytest", "plain", 0, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct suite s;
		struct err e;
		set_words(&s, rows[i].command);
		assert_int_equal(adapter_choose(&s, NULL, &e), 0);
		if (strcmp(s.adapter->name, rows[i].adapter) != 0)
			fail_msg("'%s' is taken for %s", rows[i].command, s.adapter->name);
		if (s.adapter != &adapter_plain && (s.word != rows[i].word || s.args != rows[i].args))
			fail_msg("'%s': word %zu, arguments from %zu", rows[i].command, s.word, s.args);
		drop(&s);
	}
}

static void a_command_that_only_tells_something_is_plain(void **state)
{
	(void)state;
	static const struct {
		const char *command;
		bool tells;
	} rows[] = {
	    {"pytest --help", true},
	    {"python3 -m pytest -q --collect-only tests", true},
	    {"pytest --cache-show=*", true},
	    {"pytest -k --help", false},
	    {"pytest -- --help", false},
	    {"pytest --helpless", false},
	    {"env A=1 behave --steps-catalog", true},
	    {"behave -D --version", false},
	    {"behave --lang de", false},
	    {"behave --lang-help de", true},
	    {"go test -list . ./...", true},
	    {"go test --list=. ./...", true},
	    {"go test -run X ./... -args -list", false},
	    {"ctest --test-dir build -N", true},
	    {"ctest --show-only=json-v1", true},
	    {"ctest --help-command add_test", true},
	    {"ctest -NC", false},
	    {"bats --count t", true},
	    {"bats -f --count t", false},
	    {"make --help", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct suite s;
		struct err e;
		set_words(&s, rows[i].command);
		assert_int_equal(adapter_choose(&s, NULL, &e), 0);
		if (s.only_tells != rows[i].tells || (rows[i].tells && s.adapter != &adapter_plain))
			fail_msg("'%s'", rows[i].command);
		drop(&s);
	}
}

static void a_name_says_what_no_word_says(void **state)
{
	(void)state;
	struct suite s;
	struct err e;
	set_words(&s, "make test");
	assert_int_equal(adapter_choose(&s, "pytest", &e), 0);
	assert_ptr_equal(s.adapter, &adapter_pytest);
	drop(&s);
	set_words(&s, "./run behave x");
	assert_int_equal(adapter_choose(&s, "behave", &e), 0);
	assert_int_equal(s.word, 1);
	assert_int_equal(s.args, 2);
	drop(&s);
	set_words(&s, "pytest");
	assert_int_equal(adapter_choose(&s, "plain", &e), 0);
	assert_ptr_equal(s.adapter, &adapter_plain);
	assert_int_equal(adapter_choose(&s, "nose", &e), FAULT_USAGE);
	assert_string_equal(
	    e.text, "unknown adapter 'nose' (there are behave, pytest, go, ctest, bats, each, plain)");
	drop(&s);
}

static void patterns_of_units_mean_one_run_each(void **state)
{
	(void)state;
	struct temp temp;
	struct suite s;
	struct err e;
	char one[TEMP_PATH], pattern[TEMP_PATH], *patterns[] = {pattern};
	temp_make(&temp);
	(void)snprintf(one, sizeof(one), "%s", temp_file(&temp, "a b.sh", "12345"));
	(void)temp_file(&temp, "c.sh", "");
	(void)temp_file(&temp, "d.txt", "");
	(void)snprintf(pattern, sizeof(pattern), "%s", temp_at(&temp, "*.sh"));
	set_words(&s, "pytest {} x{}{}");
	s.patterns = patterns;
	s.n_patterns = 1;
	assert_int_equal(adapter_choose(&s, NULL, &e), 0);
	assert_ptr_equal(s.adapter, &adapter_each);
	assert_int_equal(s.adapter->discover(&s, &e), 0);
	assert_int_equal(s.n_targets, 2);
	assert_true(str_is(s.targets[0].name, one));
	assert_int_equal(s.targets[0].size, 5);
	assert_string_equal(s.targets[0].argv[1], one);
	assert_int_equal(strlen(s.targets[0].argv[2]), 1 + 2 * strlen(one));
	assert_null(s.targets[0].argv[3]);
	drop(&s);
	set_words(&s, "sh");
	s.patterns = patterns;
	s.n_patterns = 1;
	assert_int_equal(adapter_each.discover(&s, &e), FAULT_USAGE);
	assert_true(str_has(str_of(e.text), STR("{}")));
	drop(&s);
	set_words(&s, "sh {}");
	s.patterns = patterns;
	s.n_patterns = 1;
	(void)snprintf(pattern, sizeof(pattern), "%s", temp_at(&temp, "*.none"));
	assert_int_equal(adapter_each.discover(&s, &e), FAULT_USAGE);
	assert_true(str_has(str_of(e.text), str_of("*.none")));
	s.n_patterns = 0;
	assert_int_equal(adapter_each.discover(&s, &e), FAULT_USAGE);
	drop(&s);
	temp_drop(&temp);
}

static void a_word_that_stands_for_files_wants_them_named(void **state)
{
	(void)state;
	struct temp temp;
	struct suite s;
	struct err e;
	set_words(&s, "sh {}");
	assert_int_equal(adapter_choose(&s, NULL, &e), FAULT_USAGE);
	assert_true(str_has(str_of(e.text), STR("--units")));
	assert_int_equal(adapter_choose(&s, "plain", &e), 0);
	temp_make(&temp);
	(void)temp_file(&temp, "{}", "");
	assert_int_equal(chdir(temp_at(&temp, ".")), 0);
	assert_int_equal(adapter_choose(&s, NULL, &e), 0);
	assert_ptr_equal(s.adapter, &adapter_plain);
	drop(&s);
	assert_int_equal(chdir("/"), 0);
	temp_drop(&temp);
	set_words(&s, "sh -c f(){};f");
	assert_int_equal(adapter_choose(&s, NULL, &e), 0);
	drop(&s);
}

static void any_other_command_is_one_unit_named_by_its_words(void **state)
{
	(void)state;
	struct suite s;
	struct err e;
	set_words(&s, "/usr/bin/make -j4 test");
	assert_int_equal(adapter_choose(&s, NULL, &e), 0);
	assert_int_equal(s.adapter->discover(&s, &e), 0);
	assert_int_equal(s.n_targets, 1);
	assert_true(str_is(s.targets[0].name, "make -j4 test"));
	assert_ptr_equal(s.targets[0].argv, s.argv);
	assert_int_equal(s.targets[0].skip_code, -1);
	drop(&s);
	struct buf b = {0};
	buf_text(&b, "x ");
	for (int i = 0; i < 100; i++)
		buf_text(&b, "\xc3\xa4");
	set_words(&s, b.at);
	buf_free(&b);
	assert_int_equal(adapter_plain.discover(&s, &e), 0);
	assert_true(s.targets[0].name.n <= 120);
	assert_int_equal((unsigned char)s.targets[0].name.at[s.targets[0].name.n - 1],
			 0xa4); /* a whole letter */
	drop(&s);
}

static void an_interpreter_that_ignores_the_environment_is_closed(void **state)
{
	(void)state;
	static const struct {
		const char *command;
		bool closed;
	} rows[] = {
	    {"python3 -I -m pytest", true},
	    {"python3 -sE -m behave", true},
	    {"python3 -S x", true},
	    {"python3 -m pytest -I", false},
	    {"python3 -X Ignore -m x", false},
	    {"python3 -WError x", false},
	    {"python3 --Secret -m x", false},
	    {"pytest -I", false},
	    {"python3 x -I", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct suite s;
		set_words(&s, rows[i].command);
		if (python_is_closed(s.argv, 0) != rows[i].closed)
			fail_msg("'%s'", rows[i].command);
		drop(&s);
	}
}

static void every_adapter_is_whole(void **state)
{
	(void)state;
	static const struct adapter *const all[] = {&adapter_behave, &adapter_pytest, &adapter_go,
						    &adapter_ctest,  &adapter_bats,   &adapter_each,
						    &adapter_plain};
	struct str rest = str_of(adapter_names), name;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_true(str_next(&rest, ',', &name));
		assert_true(str_eq(str_trim(name), str_of(all[i]->name)));
		assert_non_null(all[i]->suite_word);
		assert_non_null(all[i]->test_word);
		assert_non_null(all[i]->step_word);
		assert_true((all[i]->mode == ADAPTER_PULL) == !all[i]->discover);
	}
	assert_false(str_next(&rest, ',', &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_command_is_recognised_by_its_words),
	    cmocka_unit_test(a_command_that_only_tells_something_is_plain),
	    cmocka_unit_test(a_name_says_what_no_word_says),
	    cmocka_unit_test(patterns_of_units_mean_one_run_each),
	    cmocka_unit_test(a_word_that_stands_for_files_wants_them_named),
	    cmocka_unit_test(any_other_command_is_one_unit_named_by_its_words),
	    cmocka_unit_test(an_interpreter_that_ignores_the_environment_is_closed),
	    cmocka_unit_test(every_adapter_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
