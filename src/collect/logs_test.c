#include "collect/logs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/temp_fixture.h"

struct room {
	struct arena arena;
	struct temp temp;
	struct logs logs;
};

static struct room the_room;

static int set_up(void **state)
{
	struct room *r = &the_room;
	*r = (struct room){0};
	temp_make(&r->temp);
	logs_init(&r->logs, r->temp.dir);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct room *r = *state;
	logs_close(&r->logs);
	temp_drop(&r->temp);
	arena_free(&r->arena);
	return 0;
}

static const char *path(struct room *r, const char *name)
{
	return arena_printf(&r->arena, "%s/%s", r->temp.dir, name);
}

static void append(struct room *r, const char *name, const char *text)
{
	FILE *f = fopen(path(r, name), "a");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Everything there is to read now, file by file. */
static const char *all(struct room *r)
{
	char room[7];
	size_t spent = 0;
	uint32_t file;
	struct str bytes;
	const char *text = "";
	logs_search(&r->logs);
	while (logs_next(&r->logs, room, sizeof(room), &spent, &file, &bytes))
		text = arena_printf(&r->arena, "%s%u:%.*s|", text, file, STR_ARG(bytes));
	return text;
}

static void a_file_is_read_as_it_grows(void **state)
{
	struct room *r = *state;
	assert_string_equal(all(r), "");
	append(r, "x.log", "one\n");
	assert_string_equal(all(r), "0:one\n|");
	append(r, "x.log", "two three\n");
	assert_string_equal(all(r), "0:two thr|0:ee\n|");
	assert_string_equal(all(r), "");
}

static void files_in_folders_are_found_others_and_links_are_not(void **state)
{
	struct room *r = *state;
	append(r, "x.txt", "no\n");
	assert_int_equal(mkdir(path(r, "a"), 0700), 0);
	append(r, "a/y.log", "yes\n");
	assert_int_equal(symlink(path(r, "x.txt"), path(r, "link.log")), 0);
	assert_int_equal(mkfifo(path(r, "pipe.log"), 0600), 0);
	assert_int_equal(mkdir(path(r, "folder.log"), 0700), 0);
	assert_string_equal(all(r), "0:yes\n|");
}

static void a_file_that_was_cut_off_is_read_anew(void **state)
{
	struct room *r = *state;
	append(r, "x.log", "longer\n");
	assert_string_equal(all(r), "0:longer\n|");
	assert_int_equal(truncate(path(r, "x.log"), 0), 0);
	append(r, "x.log", "new\n");
	assert_string_equal(all(r), "0:new\n|");
}

static void there_is_an_end_to_how_many_are_open(void **state)
{
	struct room *r = *state;
	for (int i = 0; i < LOGS_FILES + 20; i++)
		append(r, arena_printf(&r->arena, "%d.log", i), "");
	assert_string_equal(all(r), "");
	assert_int_equal(r->logs.n, LOGS_FILES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_file_is_read_as_it_grows, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(files_in_folders_are_found_others_and_links_are_not, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_file_that_was_cut_off_is_read_anew, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(there_is_an_end_to_how_many_are_open, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
