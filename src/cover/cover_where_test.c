#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "cover/cover_where.h"

static struct arena arena;

static bool only_src(void *ctx, const char *path)
{
	(void)ctx;
	return strcmp(path, "/w/src/a.py") == 0;
}

static void is(const struct cover_where *w, const char *told, const char *path)
{
	struct str s = cover_where(w, str_of(told));
	assert_true(str_is(s, path));
}

static void names_become_relative_to_the_root(void **state)
{
	(void)state;
	struct cover_where w = {.arena = &arena, .root = STR("/w")};
	is(&w, "/w/src/a.py", "src/a.py");
	is(&w, "src//./b/../a.py", "src/a.py");
	is(&w, "/wide/a.py", "/wide/a.py");
	is(&w, "../../../etc/x", "/etc/x");
	is(&w, "/w/../../x", "/x");
	is(&w, "C:\\b\\a.cs", "C:/b/a.cs");
	is(&w, "src\\a.cs", "src/a.cs");
	assert_string_equal(cover_where_source(&w, STR("src/a.py")), "/w/src/a.py");
	assert_string_equal(cover_where_source(&w, STR("/x/a.py")), "/x/a.py");
}

static void another_machines_names_map_to_what_exists_here(void **state)
{
	(void)state;
	const struct cover_where_alias aliases[] = {{STR("/build/*/lib"), STR("gone")},
						    {STR("/build/*/lib"), STR("src")},
						    {STR("c:\\ci\\lib\\"), STR("src")}};
	struct cover_where w = {
	    .arena = &arena, .root = STR("/w"), .aliases = aliases, .n_aliases = 3, .exists = only_src};
	is(&w, "/build/17/lib/a.py", "src/a.py");
	is(&w, "/build/17/lib/b.py", "/build/17/lib/b.py");
	is(&w, "/build/17/a/lib/a.py", "/build/17/a/lib/a.py");
}

static void include_and_omit_decide_by_the_absolute_name(void **state)
{
	(void)state;
	const struct str include[] = {STR("src/*"), STR("*/lib/*")},
			 omit[] = {STR("*_pb2.py"), STR("src/gen/*")};
	struct cover_where w = {.arena = &arena,
				.root = STR("/w"),
				.include = include,
				.n_include = 2,
				.omit = omit,
				.n_omit = 2};
	is(&w, "src/a/b.py", "src/a/b.py");
	is(&w, "/opt/lib/b.py", "/opt/lib/b.py");
	is(&w, "tests/a.py", "");
	is(&w, "src/a_pb2.py", "");
	is(&w, "src/gen/x/a.py", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_become_relative_to_the_root),
	    cmocka_unit_test(another_machines_names_map_to_what_exists_here),
	    cmocka_unit_test(include_and_omit_decide_by_the_absolute_name),
	};
	int rc = cmocka_run_group_tests_name("cover_where", tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
