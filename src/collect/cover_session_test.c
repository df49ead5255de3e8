#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "collect/cover_session.h"
#include "wire/cover_map.h"

struct fixture {
	struct arena arena;
	char folder[64];
	struct cover_session session;
	struct err err;
};

static int set_up(void **state)
{
	static struct fixture f;
	f = (struct fixture){.folder = "/tmp/cover-session-XXXXXX"};
	*state = &f;
	return mkdtemp(f.folder) && chdir(f.folder) == 0 && mkdir("src", 0700) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	cover_session_close(&f->session);
	folder_remove(f->folder);
	arena_free(&f->arena);
	return chdir("/");
}

static int open_session(struct fixture *f, const struct cover_rules *rules)
{
	static char *env[] = {NULL};
	return cover_session_open(&f->arena, rules, COVER_TRACER_AUTO, f->folder, env, &f->session, &f->err);
}

static const char *rules_of(struct fixture *f, struct cover_map *ret)
{
	int fd = open(f->session.path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, ret, sizeof(*ret)), sizeof(*ret));
	char *text = arena_alloc(&f->arena, ret->rules_bytes + 1);
	assert_int_equal(pread(fd, text, ret->rules_bytes, (off_t)ret->rules), ret->rules_bytes);
	(void)close(fd);
	return text;
}

static void a_map_is_made_with_the_rules_in_it(void **state)
{
	struct fixture *f = *state;
	struct cover_map map;
	struct stat st;
	const char *sources[] = {"src", "pack.sub"}, *omit[] = {"*/tests/*", "src/old/*.py"};
	const struct cover_rules rules = {
	    .sources = sources, .n_sources = 2, .omit = omit, .n_omit = 2, .branch = true};
	assert_int_equal(open_session(f, &rules), 0);
	const char *text = rules_of(f, &map);
	char *want = arena_printf(
	    &f->arena,
	    "source %s/src\npackage pack.sub\nomit */tests/*\nomit src/old/*.py\nomit %s/src/old/*.py\n",
	    f->folder, f->folder);
	assert_string_equal(text, want);
	assert_int_equal(map.magic, COVER_MAP_MAGIC);
	assert_int_equal(map.flags, COVER_MAP_BRANCH);
	assert_int_equal(stat(f->session.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, COVER_MAP_BYTES);
	assert_true((uint64_t)st.st_blocks * 512 < (4U << 20));
	assert_true(map.used <= map.committed);
}

static void closing_removes_the_map(void **state)
{
	struct fixture *f = *state;
	const struct cover_rules none = {0};
	assert_int_equal(open_session(f, &none), 0);
	assert_int_equal(access(f->session.path, F_OK), 0);
	cover_session_close(&f->session);
	assert_int_equal(access(f->session.path, F_OK), -1);
}

static void the_environment_names_the_map_and_the_tracer(void **state)
{
	struct fixture *f = *state;
	const struct cover_rules none = {0};
	assert_int_equal(open_session(f, &none), 0);
	char **env = cover_session_env(&f->arena, &f->session);
	assert_string_equal(env[0], arena_printf(&f->arena, "FETTLE_COVER=%s", f->session.path));
	assert_string_equal(env[1], "FETTLE_COVER_TRACER=auto");
	assert_string_equal(env[2], arena_printf(&f->arena, "FETTLE_COVER_PEERS=%s/cover-peers", f->folder));
	assert_null(env[3]);
}

static void a_source_that_can_be_nothing_is_refused(void **state)
{
	static const char *const bad[] = {"no/such/folder", "/", "", "a\nb", "-x"};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct cover_rules rules = {.sources = &bad[i], .n_sources = 1};
		assert_int_equal(open_session(f, &rules), FAULT_USAGE);
		assert_null(f->session.path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_map_is_made_with_the_rules_in_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(closing_removes_the_map, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_environment_names_the_map_and_the_tracer, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_source_that_can_be_nothing_is_refused, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
