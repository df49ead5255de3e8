#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "config/entries.h"

static struct arena arena;
static struct entries entries;

static int read_text(const char *text, struct err *e)
{
	entries_free(&entries);
	return toml_read(&arena, "p.toml", str_of(text), &entries, e);
}

static void is(const char *section, const char *key, const char *value)
{
	const struct entry *entry = entries_find(&entries, section, key);
	assert_non_null(entry);
	assert_int_equal(entry->n_values, 1);
	assert_true(str_is(entry->values[0], value));
}

static void tables_keys_and_texts_of_every_kind_are_read(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(read_text("top = 1 # a comment\n"
				   "[tool.'a.b' . c]\r\n"
				   "x.y = 'C:\\n'\n"
				   "\"q k\" = \"tab\\t\\u00e9\\U0001F600\"\n"
				   "many = \"\"\"\n one \\\n   two\n\"\"\"\n"
				   "raw = '''it''s'''\n"
				   "quotes = \"\"\"a\"\"\"\"\"\n"
				   "date = 1979-05-27 07:32:00Z\n"
				   "in = { a = 1, b.c = [1, 2] }\n"
				   "[[tool.list]]\nname = 'hidden'\n"
				   "[tool.list.sub]\nz = true\n",
				   &e),
			 0);
	is("", "top", "1");
	is("tool.a.b.c.x", "y", "C:\\n");
	is("tool.a.b.c", "q k", "tab\t\xc3\xa9\xf0\x9f\x98\x80");
	is("tool.a.b.c", "many", " one two\n");
	is("tool.a.b.c", "raw", "it''s");
	is("tool.a.b.c", "quotes", "a\"\"");
	is("tool.a.b.c", "date", "1979-05-27 07:32:00Z");
	is("tool.a.b.c.in", "a", "1");
	is("tool.list.sub", "z", "true");
	assert_null(entries_find(&entries, "tool.list", "name"));
	const struct entry *list = entries_find(&entries, "tool.a.b.c.in.b", "c");
	assert_true(list->is_list);
	assert_int_equal(list->n_values, 2);
}

static void arrays_may_span_lines_and_hold_arrays_and_tables(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(read_text("a = [ # one\n 'x', \"y,]\",\n [1, [2]], { k = 'v' }, 'z',\n]\n", &e), 0);
	const struct entry *a = entries_find(&entries, "", "a");
	assert_int_equal(a->n_values, 3);
	assert_true(str_is(a->values[1], "y,]"));
	assert_true(str_is(a->values[2], "z"));
	assert_int_equal(entries.n, 1);
}

static void says(const char *text, const char *message)
{
	struct err e = {0};
	assert_int_equal(read_text(text, &e), FAULT_USAGE);
	assert_string_equal(e.text, message);
}

static void what_is_no_toml_is_told_with_its_line(void **state)
{
	(void)state;
	says("a = 1\nb", "p.toml:2: a key wants an = and a value");
	says("a = 'x\n'", "p.toml:1: the text is not closed");
	says("a = \"\\q\"", "p.toml:1: unknown escape in the text");
	says("a = \"\\ud800\"", "p.toml:1: \\u is no character");
	says("a = ['x' 2]", "p.toml:1: the array wants a comma or a ]");
	says("a = [1 2]", "p.toml:1: the value is neither text, number, truth, date, array nor table");
	says("a = [1,\n\n", "p.toml:3: a value is missing");
	says("[a\n", "p.toml:1: the [table] is not closed");
	says("a = 1 b = 2", "p.toml:1: the value is neither text, number, truth, date, array nor table");
	says("a =", "p.toml:1: a value is missing");
	says("a = 'x' 'y'", "p.toml:1: something follows the value on its line");
	char deep[4096];
	for (size_t i = 0; i < sizeof(deep); i++)
		deep[i] = '[';
	deep[0] = 'a';
	deep[1] = '=';
	deep[sizeof(deep) - 1] = 0;
	says(deep, "p.toml:1: nested too deeply");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tables_keys_and_texts_of_every_kind_are_read),
	    cmocka_unit_test(arrays_may_span_lines_and_hold_arrays_and_tables),
	    cmocka_unit_test(what_is_no_toml_is_told_with_its_line),
	};
	int rc = cmocka_run_group_tests_name("toml", tests, NULL, NULL);
	entries_free(&entries);
	arena_free(&arena);
	return rc;
}
