#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/folder.h"
#include "base/str.h"
#include "record/history.h"

enum { MOST = 64 };

static char folder[64], path[128];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/history-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)chmod(folder, 0777);
	(void)snprintf(path, sizeof(path), "%s/history.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void ok(int rc, const struct err *e)
{
	if (rc != 0)
		fail_msg("%s", e->text);
}

static struct history opened(void)
{
	struct history h;
	struct err e = {0};
	ok(history_open(&h, path, &e), &e);
	assert_non_null(h.db);
	return h;
}

static struct history_result result(const char *file, const char *name, enum status status, int64_t dur_ns)
{
	return (struct history_result){
	    .file = str_of(file), .name = str_of(name), .status = status, .dur_ns = dur_ns};
}

static struct history_run whole_run(const char *suite)
{
	return (struct history_run){.id = STR("r"),
				    .suite = str_of(suite),
				    .command = STR("behave"),
				    .adapter = STR("behave"),
				    .workers = 4,
				    .wall_ns = 1000,
				    .verdict = STATUS_PASSED,
				    .whole = true};
}

static struct history_result nth_of(const void *of, size_t i)
{
	return ((const struct history_result *)of)[i];
}

static int add_arrays(struct history *h, const struct history_run *run, const struct history_result *units,
		      size_t n_units, const struct history_result *tests, size_t n_tests, struct err *e)
{
	struct history_list of_units = {nth_of, units, n_units}, of_tests = {nth_of, tests, n_tests};
	return history_add(h, run, &of_units, &of_tests, e);
}

static void add(struct history *h, const struct history_run *run, const struct history_result *units,
		size_t n_units, const struct history_result *tests, size_t n_tests)
{
	struct err e = {0};
	ok(add_arrays(h, run, units, n_units, tests, n_tests, &e), &e);
}

static void add_tests(struct history *h, const char *suite, const struct history_result *tests, size_t n)
{
	struct history_run run = whole_run(suite);
	add(h, &run, NULL, 0, tests, n);
}

/* Keeps all that it is told. */
struct keeper {
	struct history_reader reader;
	struct arena arena;
	struct history_known units[MOST], tests[MOST];
	size_t n_units, n_tests;
	struct history_run last;
};

static struct history_known copy_of(struct arena *a, const struct history_known *k)
{
	struct history_known copy = *k;
	copy.file = arena_str(a, k->file);
	copy.name = arena_str(a, k->name);
	copy.key = arena_str(a, k->key);
	copy.unit = arena_str(a, k->unit);
	return copy;
}

static void keep_unit(struct history_reader *r, const struct history_known *u)
{
	struct keeper *k = (struct keeper *)r;
	if (k->n_units < MOST)
		k->units[k->n_units] = copy_of(&k->arena, u);
	k->n_units++;
}

static void keep_test(struct history_reader *r, const struct history_known *t)
{
	struct keeper *k = (struct keeper *)r;
	if (k->n_tests < MOST)
		k->tests[k->n_tests] = copy_of(&k->arena, t);
	k->n_tests++;
}

static void read_into(struct keeper *k, struct history *h, const char *suite)
{
	struct err e = {0};
	arena_free(&k->arena);
	*k = (struct keeper){.reader = {keep_unit, keep_test}};
	ok(history_read(h, str_of(suite), &k->reader, &k->arena, &k->last, &e), &e);
}

static void assert_str(struct str s, const char *text)
{
	if (!str_is(s, text))
		fail_msg("got '%.*s', not '%s'", STR_ARG(s), text);
}

static void what_was_added_is_known(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	struct history_result unit = result("", "a.feature", STATUS_FAILED, 300);
	struct history_result tests[] = {result("a.feature", "one", STATUS_PASSED, 100),
					 result("a.feature", "two", STATUS_FAILED, 200)};
	struct history_run run = whole_run("s");
	tests[1].key = STR("a.feature:7");
	tests[1].unit = STR("a.feature");
	run.wall_start_ns = 5;
	run.units = 1;
	run.tests = 2;
	run.passed = run.bad = 1;
	run.verdict = STATUS_FAILED;
	add(&h, &run, &unit, 1, tests, 2);
	history_close(&h);
	h = opened();
	read_into(&k, &h, "s");
	assert_int_equal(k.n_units, 1);
	assert_str(k.units[0].name, "a.feature");
	assert_int_equal(k.units[0].status, STATUS_FAILED);
	assert_int_equal(k.units[0].dur_ns, 300);
	assert_int_equal(k.units[0].n_recent, 0);
	assert_int_equal(k.n_tests, 2);
	assert_str(k.tests[0].name, "one");
	assert_str(k.tests[0].file, "a.feature");
	assert_int_equal(k.tests[0].n_recent, 1);
	assert_int_equal(k.tests[0].recent_ns[0], 100);
	assert_int_equal(k.tests[0].pass_workers, 4);
	assert_true(k.tests[0].before);
	assert_int_equal(k.tests[1].status, STATUS_FAILED);
	assert_str(k.tests[1].key, "a.feature:7");
	assert_str(k.tests[1].unit, "a.feature");
	assert_int_equal(k.tests[1].pass_workers, 0);
	assert_int_equal(k.last.number, 1);
	assert_int_equal(k.last.wall_ns, 1000);
	assert_int_equal(k.last.bad, 1);
	assert_int_equal(k.last.verdict, STATUS_FAILED);
	assert_str(k.last.command, "behave");
	read_into(&k, &h, "another suite");
	assert_int_equal(k.n_units + k.n_tests, 0);
	assert_int_equal(k.last.number, 0);
	arena_free(&k.arena);
	history_close(&h);
}

static void the_last_five_passing_times_count(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	for (int64_t i = 1; i <= 9; i++) {
		struct history_result unit = result("", "u", i % 3 ? STATUS_PASSED : STATUS_CRASHED, i * 10);
		struct history_run run = whole_run("s");
		add(&h, &run, &unit, 1, NULL, 0);
	}
	read_into(&k, &h, "s");
	int64_t want[] = {80, 70, 50, 40, 20};
	assert_int_equal(k.units[0].n_recent, 5);
	assert_memory_equal(k.units[0].recent_ns, want, sizeof(want));
	assert_int_equal(k.units[0].status, STATUS_CRASHED);
	assert_int_equal(k.units[0].dur_ns, 90);
	arena_free(&k.arena);
	history_close(&h);
}

static void the_run_before_is_the_last_whole_one_and_what_came_after(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	struct history_result first[] = {result("f", "gone", STATUS_PASSED, 1),
					 result("f", "a", STATUS_PASSED, 1),
					 result("f", "b", STATUS_FAILED, 1)};
	struct history_run part = whole_run("s");
	add_tests(&h, "s", first, 3);
	add_tests(&h, "s", first + 1, 2);
	first[2].status = STATUS_PASSED;
	part.whole = false;
	add(&h, &part, NULL, 0, first + 2, 1); /* --only-failed */
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, 3);
	assert_str(k.tests[0].name, "gone");
	assert_false(k.tests[0].before);
	assert_true(k.tests[1].before);
	assert_true(k.tests[2].before);
	assert_int_equal(k.tests[2].status, STATUS_PASSED);
	assert_int_equal(k.last.number, 2);
	arena_free(&k.arena);
	history_close(&h);
}

static void what_passed_last_on_one_worker_is_told(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	struct history_result tests[] = {result("f", "a", STATUS_PASSED, 1),
					 result("f", "b", STATUS_PASSED, 1),
					 result("f", "c", STATUS_PASSED, 1)};
	struct history_run run = whole_run("s");
	run.workers = 1;
	add(&h, &run, NULL, 0, tests, 3);
	run.workers = 8;
	tests[0].status = STATUS_FAILED;
	tests[2].alone = true;
	add(&h, &run, NULL, 0, tests, 3);
	read_into(&k, &h, "s");
	assert_int_equal(k.tests[0].pass_workers, 1);
	assert_int_equal(k.tests[1].pass_workers, 8);
	assert_int_equal(k.tests[2].pass_workers, 1);
	arena_free(&k.arena);
	history_close(&h);
}

static void what_is_to_stay_whole_is_told(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	struct history_result units[] = {result("", "u1", STATUS_PASSED, 1),
					 result("", "u2", STATUS_PASSED, 1)};
	struct history_run run = whole_run("s");
	units[0].whole = units[0].alone = true;
	add(&h, &run, units, 2, NULL, 0);
	read_into(&k, &h, "s");
	assert_true(k.units[0].whole && !k.units[1].whole);
	assert_int_equal(k.units[0].pass_workers, 1);
	arena_free(&k.arena);
	units[0].alone = false;
	run.workers = 4;
	add(&h, &run, units, 2, NULL, 0);
	read_into(&k, &h, "s");
	assert_true(k.units[0].whole && !k.units[1].whole);
	assert_int_equal(k.units[0].pass_workers, 4);
	arena_free(&k.arena);
	units[0].whole = false;
	add(&h, &run, units, 2, NULL, 0);
	read_into(&k, &h, "s");
	assert_false(k.units[0].whole);
	arena_free(&k.arena);
	history_close(&h);
}

static void a_key_or_a_unit_that_moved_is_brought_up_to_date(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	struct history_result units[] = {result("", "u1", STATUS_PASSED, 1),
					 result("", "u2", STATUS_PASSED, 1)};
	struct history_result test = result("f", "a", STATUS_PASSED, 1);
	struct history_run run = whole_run("s");
	test.key = STR("f:1");
	test.unit = STR("u1");
	add(&h, &run, units, 2, &test, 1);
	test.key = STR("f:9");
	test.unit = STR("u2");
	add(&h, &run, units, 2, &test, 1);
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, 1);
	assert_str(k.tests[0].key, "f:9");
	assert_str(k.tests[0].unit, "u2");
	assert_int_equal(k.tests[0].n_recent, 2);
	test.unit = STR("u1");
	add(&h, &run, units, 2, &test, 1);
	read_into(&k, &h, "s");
	assert_str(k.tests[0].unit, "u1");
	arena_free(&k.arena);
	history_close(&h);
}

static void names_may_be_any_bytes_and_may_repeat(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	static char huge[100000];
	memset(huge, 'x', sizeof(huge));
	struct history_result tests[] = {
	    {.name = {"a\0b", 3}, .file = STR("\xff\xfe'; DROP TABLE tests; --"), .status = STATUS_PASSED},
	    {.name = {"a\0c", 3}, .file = STR("\xff\xfe'; DROP TABLE tests; --"), .status = STATUS_PASSED},
	    {.name = STR("same"), .status = STATUS_PASSED, .dur_ns = 1},
	    {.name = STR("same"), .status = STATUS_PASSED, .dur_ns = 2},
	    {.name = STR("same"), .status = STATUS_PASSED, .dur_ns = 3},
	    {.name = {huge, sizeof(huge)}, .status = STATUS_PASSED},
	    {.name = STR_NONE, .status = STATUS_PASSED},
	};
	for (int round = 0; round < 3; round++)
		add_tests(&h, "s", tests, 7);
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, 7);
	assert_int_equal(k.tests[0].name.n, 3);
	assert_memory_equal(k.tests[1].name.at, "a\0c", 3);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(k.tests[i].n_recent, 3);
	assert_int_equal(k.tests[4].dur_ns, 3);
	assert_int_equal(k.tests[5].name.n, 4096);
	arena_free(&k.arena);
	history_close(&h);
}

static void endless_repetitions_of_one_name_are_cut(void **state)
{
	(void)state;
	struct history h = opened();
	static struct keeper k;
	struct history_result *tests = calloc(5000, sizeof(*tests));
	assert_non_null(tests);
	for (size_t i = 0; i < 5000; i++)
		tests[i] = result("f", "same", STATUS_PASSED, 1);
	add_tests(&h, "s", tests, 5000);
	add_tests(&h, "s", tests, 5000);
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, HISTORY_TWINS);
	free(tests);
	arena_free(&k.arena);
	history_close(&h);
}

static int64_t number_of(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void old_runs_go_with_all_that_only_they_knew(void **state)
{
	(void)state;
	struct history h = opened();
	char name[32];
	for (int i = 0; i < HISTORY_KEEP + 30; i++) {
		(void)snprintf(name, sizeof(name), "only in run %d", i);
		struct history_result tests[] = {result("f", "always", STATUS_PASSED, i),
						 result("f", name, STATUS_PASSED, 1)};
		struct history_result units[] = {result("", "u", STATUS_PASSED, i),
						 result("", name, STATUS_PASSED, 1)};
		struct history_run run = whole_run("s");
		add(&h, &run, units, 2, tests, 2);
	}
	add_tests(&h, "other", NULL, 0);
	history_close(&h);
	assert_int_equal(number_of("SELECT count(*) FROM runs"), HISTORY_KEEP + 1);
	assert_int_equal(number_of("SELECT count(*) FROM tests"), HISTORY_KEEP + 1);
	assert_int_equal(number_of("SELECT count(*) FROM units"), HISTORY_KEEP + 1);
	assert_int_equal(number_of("SELECT count(*) FROM test_results"), 2 * HISTORY_KEEP);
	assert_int_equal(number_of("SELECT count(*) FROM unit_results"), 2 * HISTORY_KEEP);
	assert_int_equal(number_of("SELECT min(id) FROM runs"), 31);
}

static void suites_that_nobody_runs_any_more_go(void **state)
{
	(void)state;
	struct history h = opened();
	char name[32];
	struct history_result test = result("f", "a", STATUS_PASSED, 1);
	for (int i = 0; i < HISTORY_SUITES + 20; i++) {
		(void)snprintf(name, sizeof(name), "suite %d", i);
		add_tests(&h, name, &test, 1);
	}
	history_close(&h);
	assert_int_equal(number_of("SELECT count(*) FROM suites"), HISTORY_SUITES);
	assert_int_equal(number_of("SELECT count(*) FROM runs"), HISTORY_SUITES);
	assert_int_equal(number_of("SELECT count(*) FROM tests"), HISTORY_SUITES);
	assert_int_equal(number_of("SELECT count(*) FROM suites WHERE identity = 'suite 5'"), 0);
}

static void results_beyond_a_million_go_before_their_runs(void **state)
{
	(void)state;
	struct history h = opened();
	struct history_result test = result("f", "a", STATUS_PASSED, 1);
	for (int i = 0; i < 12; i++)
		add_tests(&h, "s", &test, 1);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "UPDATE runs SET results = 150000", NULL, NULL,
		     NULL); /* as if they had been large */
	sqlite3_close(db);
	add_tests(&h, "s", &test, 1);
	history_close(&h);
	assert_int_equal(number_of("SELECT count(*) FROM runs"), 13);
	assert_int_equal(number_of("SELECT count(*) FROM test_results"), 7);
	assert_int_equal(number_of("SELECT count(*) FROM tests"), 1);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "UPDATE runs SET results = 900000 WHERE results > 0", NULL, NULL, NULL);
	sqlite3_close(db);
	h = opened();
	add_tests(&h, "s", &test, 1);
	history_close(&h);
	assert_int_equal(number_of("SELECT count(*) FROM test_results"), HISTORY_RECENT);
}

static void runs_are_listed_latest_first(void **state)
{
	(void)state;
	struct history h = opened();
	struct arena a = {0};
	struct err e = {0};
	struct history_run *runs;
	size_t n;
	for (int i = 0; i < 5; i++) {
		struct history_run run = whole_run(i % 2 ? "odd" : "even");
		run.wall_ns = i;
		add(&h, &run, NULL, 0, NULL, 0);
	}
	ok(history_runs(&h, STR_NONE, 4, &a, &runs, &n, &e), &e);
	assert_int_equal(n, 4);
	assert_int_equal(runs[0].wall_ns, 4);
	assert_int_equal(runs[3].wall_ns, 1);
	assert_str(runs[1].suite, "odd");
	ok(history_runs(&h, STR("odd"), 100, &a, &runs, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_int_equal(runs[1].wall_ns, 1);
	arena_free(&a);
	history_close(&h);
}

static void the_slowest_units_have_a_trend(void **state)
{
	(void)state;
	struct history h = opened();
	struct arena a = {0};
	struct err e = {0};
	struct history_trend *t;
	size_t n;
	for (int64_t i = 0; i < 25; i++) {
		struct history_result units[] = {result("", "fast", STATUS_PASSED, 5),
						 result("", "slow", STATUS_PASSED, 1000 + i),
						 result("", "middle", STATUS_FAILED, 100)};
		struct history_run run = whole_run("s");
		add(&h, &run, units, i == 24 ? 2 : 3, NULL, 0);
		run.whole = false;
	}
	struct history_result only = result("", "middle", STATUS_PASSED, 9000);
	struct history_run part = whole_run("s");
	part.whole = false;
	add(&h, &part, &only, 1, NULL, 0);
	ok(history_slowest_trend(&h, STR("s"), 2, &a, &t, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_str(t[0].name, "slow");
	assert_str(t[1].name, "fast");
	assert_int_equal(t[0].n, HISTORY_TREND - 1);
	assert_int_equal(t[0].dur_ns[0], 1006);
	assert_int_equal(t[0].dur_ns[18], 1024);
	assert_int_equal(t[0].run[18], 25);
	assert_int_equal(t[0].status[0], STATUS_PASSED);
	ok(history_slowest_trend(&h, STR("unknown"), 2, &a, &t, &n, &e), &e);
	assert_int_equal(n, 0);
	arena_free(&a);
	history_close(&h);
}

static void a_verdict_that_does_not_hold_is_flaky(void **state)
{
	(void)state;
	struct history h = opened();
	struct arena a = {0};
	struct err e = {0};
	struct history_flaky *f;
	size_t n;
	for (uint32_t i = 0; i < 8; i++) {
		struct history_result tests[] = {
		    result("f", "good", STATUS_PASSED, 1),
		    result("f", "always bad", STATUS_FAILED, 1),
		    result("f", "mended", i < 4 ? STATUS_FAILED : STATUS_PASSED, 1),
		    result("f", "to and fro", i % 2 ? STATUS_FAILED : STATUS_PASSED, 1),
		    result("f", "retried", STATUS_PASSED, 1),
		    result("f", "skipped now and then", i % 2 ? STATUS_SKIPPED : STATUS_PASSED, 1),
		};
		tests[4].attempts_bad = i < 2;
		add_tests(&h, "s", tests, 6);
	}
	ok(history_flaky(&h, STR("s"), 10, &a, &f, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_str(f[0].name, "retried");
	assert_int_equal(f[0].flaky, 2);
	assert_int_equal(f[0].runs, 8);
	assert_int_equal(f[0].changes, 0);
	assert_str(f[1].name, "to and fro");
	assert_int_equal(f[1].changes, 7);
	assert_int_equal(f[1].bad, 4);
	assert_int_equal(f[1].status, STATUS_FAILED);
	ok(history_flaky(&h, STR("s"), 1, &a, &f, &n, &e), &e);
	assert_int_equal(n, 1);
	arena_free(&a);
	history_close(&h);
}

static void people_can_read_it_with_sql(void **state)
{
	(void)state;
	struct history h = opened();
	struct history_result test = result("f", "a", STATUS_TIMEOUT, 1500000000);
	add_tests(&h, "s", &test, 1);
	history_close(&h);
	assert_int_equal(
	    number_of("SELECT count(*) FROM test_history WHERE suite = 's' AND file = 'f' AND name = 'a'"
		      " AND status = 'timeout' AND seconds = 1.5"),
	    1);
}

static void a_history_that_is_not_open_knows_nothing(void **state)
{
	(void)state;
	struct history h = {0};
	struct arena a = {0};
	struct err e = {0};
	static struct keeper k;
	struct history_run *runs, run = whole_run("s");
	struct history_trend *t;
	struct history_flaky *f;
	size_t n = 1;
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests + k.n_units, 0);
	add(&h, &run, NULL, 0, NULL, 0);
	ok(history_runs(&h, STR_NONE, 4, &a, &runs, &n, &e), &e);
	assert_int_equal(n, 0);
	ok(history_slowest_trend(&h, STR("s"), 4, &a, &t, &n, &e), &e);
	assert_int_equal(n, 0);
	ok(history_flaky(&h, STR("s"), 4, &a, &f, &n, &e), &e);
	assert_int_equal(n, 0);
	history_close(&h);
	arena_free(&a);
}

static void write_file(const char *name, const void *bytes, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

/* Names in the folder that begin with "history.db.corrupt-". */
static int n_moved_aside(void)
{
	char command[256];
	(void)snprintf(command, sizeof(command), "ls %s | grep -c '^history.db.corrupt-[0-9TZ]*$'", folder);
	FILE *f = popen(command, "r");
	int n = -1;
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

static void a_corrupt_file_is_moved_aside(void **state)
{
	(void)state;
	char journal[160];
	static char noise[20000];
	static struct keeper k;
	struct history_result test = result("f", "a", STATUS_PASSED, 1);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * 7 + i / 13);
	write_file(path, noise, sizeof(noise));
	(void)snprintf(journal, sizeof(journal), "%s-journal", path);
	write_file(journal, noise, sizeof(noise));
	struct history h = opened();
	assert_non_null(strstr(h.notice, "was corrupt"));
	assert_int_equal(n_moved_aside(), 1);
	assert_int_equal(access(journal, F_OK), -1);
	add_tests(&h, "s", &test, 1);
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, 1);
	arena_free(&k.arena);
	history_close(&h);
}

static void an_empty_file_is_a_new_history(void **state)
{
	(void)state;
	write_file(path, "", 0);
	struct history h = opened();
	assert_string_equal(h.notice, "");
	history_close(&h);
	assert_int_equal(n_moved_aside(), 0);
}

/* Whatever bytes are wrong: one error or one notice at the most, and the next run has a history again. */
static void a_damaged_file_never_stops_a_run(void **state)
{
	(void)state;
	static struct keeper k;
	struct history_result tests[MOST];
	char names[MOST][16];
	for (size_t i = 0; i < MOST; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "test %zu", i);
		tests[i] = result("some/file.feature", names[i], STATUS_PASSED, 100);
	}
	struct history h = opened();
	for (int i = 0; i < 10; i++) {
		struct history_run run = whole_run("s");
		add(&h, &run, tests, MOST, tests, MOST);
	}
	history_close(&h);
	static char good[1 << 20], bad[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, good, sizeof(good));
	close(fd);
	assert_in_range(size, 8192, sizeof(good) - 1);
	for (unsigned round = 0; round < 150; round++) {
		size_t n = (size_t)size;
		srand(round);
		memcpy(bad, good, n);
		if (round % 10 == 0)
			n = (size_t)rand() % n;
		for (int i = 0; i < 30; i++)
			bad[(size_t)rand() % (round % 3 ? (size_t)size : 4096)] = (char)rand();
		write_file(path, bad, n);
		struct err e = {0};
		if (history_open(&h, path, &e) == 0) {
			k = (struct keeper){.reader = {keep_unit, keep_test}};
			struct history_run run = whole_run("s"), *runs;
			struct history_trend *t;
			struct history_flaky *f;
			size_t m;
			int rc = history_read(&h, STR("s"), &k.reader, &k.arena, &k.last, &e);
			rc |= history_runs(&h, STR_NONE, 10, &k.arena, &runs, &m, &e);
			rc |= history_slowest_trend(&h, STR("s"), 10, &k.arena, &t, &m, &e);
			rc |= history_flaky(&h, STR("s"), 10, &k.arena, &f, &m, &e);
			rc |= add_arrays(&h, &run, tests, MOST, tests, MOST, &e);
			assert_true(rc == 0 || e.text[0]);
			arena_free(&k.arena);
			history_close(&h);
		} else {
			assert_true(e.text[0]);
			assert_null(h.db);
		}
	}
}

static int open_error(struct err *e)
{
	struct history h;
	int rc = history_open(&h, path, e);
	assert_null(h.db);
	return rc;
}

static void what_is_not_ours_is_left_alone(void **state)
{
	(void)state;
	struct err e = {0};
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "CREATE TABLE mine(x); INSERT INTO mine VALUES(7)", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(open_error(&e), FAULT_FORMAT);
	assert_non_null(strstr(e.text, "is not a history of fettle"));
	assert_int_equal(number_of("SELECT x FROM mine"), 7);
}

static void a_later_schema_is_left_alone(void **state)
{
	(void)state;
	struct err e = {0};
	struct history h = opened();
	history_close(&h);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA user_version = 7", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(open_error(&e), FAULT_FORMAT);
	assert_non_null(strstr(e.text, "schema 7"));
	assert_int_equal(number_of("PRAGMA user_version"), 7);
	assert_int_equal(n_moved_aside(), 0);
}

static void what_cannot_be_opened_is_one_error(void **state)
{
	(void)state;
	struct err e = {0};
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(open_error(&e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "Is a directory"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0666), 0);
	assert_int_equal(open_error(&e), FAULT_SYSTEM);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/no/such/folder/history.db", folder);
	assert_int_equal(open_error(&e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "No such file or directory"));
}

static void a_lock_is_waited_for_but_not_for_ever(void **state)
{
	(void)state;
	struct err e = {0};
	static struct keeper k;
	struct history_run run = whole_run("s");
	struct history h = opened();
	add(&h, &run, NULL, 0, NULL, 0);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	h.patience_ns = 20000000;
	assert_int_equal(add_arrays(&h, &run, NULL, 0, NULL, 0, &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "another process holds it"));
	assert_int_equal(history_read(&h, STR("s"), &k.reader, &k.arena, &k.last, &e), FAULT_SYSTEM);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	add(&h, &run, NULL, 0, NULL, 0);
	history_close(&h);
	assert_int_equal(number_of("SELECT count(*) FROM runs"), 2);
}

static void several_may_make_it_at_once(void **state)
{
	(void)state;
	enum { PROCESSES = 4, ROUNDS = 60 };
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pids[PROCESSES];
		int gate[2];
		(void)unlink(path);
		assert_int_equal(pipe(gate), 0);
		for (int p = 0; p < PROCESSES; p++) {
			pids[p] = fork();
			assert_true(pids[p] >= 0);
			if (pids[p])
				continue;
			char c;
			struct history h;
			struct err e = {0};
			(void)close(gate[1]);
			(void)!read(gate[0], &c, 1);
			_exit(history_open(&h, path, &e) < 0);
		}
		(void)close(gate[0]);
		(void)close(gate[1]);
		for (int p = 0; p < PROCESSES; p++) {
			int status = -1;
			assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
			assert_int_equal(status, 0);
		}
	}
}

static void several_runs_at_once_are_all_recorded(void **state)
{
	(void)state;
	enum { PROCESSES = 4, RUNS = 8 };
	pid_t pids[PROCESSES];
	for (int p = 0; p < PROCESSES; p++) {
		pids[p] = fork();
		assert_true(pids[p] >= 0);
		if (pids[p])
			continue;
		int bad = 0;
		for (int i = 0; i < RUNS; i++) {
			struct history h;
			struct err e = {0};
			struct history_run run = whole_run("s");
			struct history_result test = result("f", "a", STATUS_PASSED, i);
			bad |= history_open(&h, path, &e);
			h.patience_ns = 60000000000;
			bad |= add_arrays(&h, &run, &test, 1, &test, 1, &e);
			history_close(&h);
		}
		_exit(bad != 0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status = -1;
		assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(number_of("SELECT count(*) FROM runs"), PROCESSES * RUNS);
	assert_int_equal(number_of("SELECT count(*) FROM tests"), 1);
	assert_int_equal(number_of("SELECT count(*) FROM test_results"), PROCESSES * RUNS);
}

static void a_full_disk_costs_this_run_alone(void **state)
{
	(void)state;
	static struct keeper k;
	struct err e = {0};
	struct history_result *tests = calloc(20000, sizeof(*tests));
	char(*names)[32] = calloc(20000, sizeof(*names));
	assert_true(tests && names);
	for (size_t i = 0; i < 20000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "test number %zu", i);
		tests[i] = result("a/file", names[i], STATUS_PASSED, 1);
	}
	struct history h = opened();
	struct history_run run = whole_run("s");
	add_tests(&h, "s", tests, 3);
	struct rlimit was, small = {.rlim_cur = 200 * 1024};
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int rc = add_arrays(&h, &run, NULL, 0, tests, 20000, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	(void)signal(SIGXFSZ, handler);
	assert_int_equal(rc, FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "cannot write history"));
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, 3);
	add_tests(&h, "s", tests, 20000);
	read_into(&k, &h, "s");
	assert_int_equal(k.n_tests, 20000);
	arena_free(&k.arena);
	history_close(&h);
	free(tests);
	free(names);
}

/* As somebody who may not write; root may always. */
static int as_nobody(int (*act)(void))
{
	int status = -1;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int read_but_not_write(void)
{
	static struct keeper k;
	struct history h;
	struct err e = {0};
	struct history_run run = whole_run("s");
	k.reader = (struct history_reader){keep_unit, keep_test};
	if (history_open(&h, path, &e) != 0)
		return 1;
	if (history_read(&h, STR("s"), &k.reader, &k.arena, &k.last, &e) != 0 || k.n_tests != 1)
		return 2;
	if (add_arrays(&h, &run, NULL, 0, NULL, 0, &e) != FAULT_SYSTEM || !strstr(e.text, "readonly"))
		return 3;
	history_close(&h);
	return 0;
}

static int cannot_read(void)
{
	struct history h;
	struct err e = {0};
	return history_open(&h, path, &e) == FAULT_SYSTEM && strstr(e.text, "Permission denied") ? 0 : 1;
}

static void a_file_that_cannot_be_written_is_still_read(void **state)
{
	(void)state;
	struct history h = opened();
	struct history_result test = result("f", "a", STATUS_PASSED, 1);
	add_tests(&h, "s", &test, 1);
	history_close(&h);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(as_nobody(read_but_not_write), 0);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(as_nobody(cannot_read), 0);
}

static void the_version_tells_that_others_have_written(void **state)
{
	(void)state;
	struct history mine = opened(), other = opened(), none = {0};
	struct history_result test = result("f", "a", STATUS_PASSED, 1);
	int64_t before = history_version(&mine);
	assert_true(before > 0);
	assert_int_equal(history_version(&mine), before);
	add_tests(&other, "s", &test, 1);
	assert_int_not_equal(history_version(&mine), before);
	assert_int_equal(history_version(&none), 0);
	history_close(&other);
	history_close(&mine);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_added_is_known),
	    TEST(the_last_five_passing_times_count),
	    TEST(the_run_before_is_the_last_whole_one_and_what_came_after),
	    TEST(what_passed_last_on_one_worker_is_told),
	    TEST(what_is_to_stay_whole_is_told),
	    TEST(a_key_or_a_unit_that_moved_is_brought_up_to_date),
	    TEST(names_may_be_any_bytes_and_may_repeat),
	    TEST(endless_repetitions_of_one_name_are_cut),
	    TEST(old_runs_go_with_all_that_only_they_knew),
	    TEST(suites_that_nobody_runs_any_more_go),
	    TEST(results_beyond_a_million_go_before_their_runs),
	    TEST(runs_are_listed_latest_first),
	    TEST(the_slowest_units_have_a_trend),
	    TEST(a_verdict_that_does_not_hold_is_flaky),
	    TEST(people_can_read_it_with_sql),
	    TEST(a_history_that_is_not_open_knows_nothing),
	    TEST(a_corrupt_file_is_moved_aside),
	    TEST(an_empty_file_is_a_new_history),
	    TEST(a_damaged_file_never_stops_a_run),
	    TEST(what_is_not_ours_is_left_alone),
	    TEST(a_later_schema_is_left_alone),
	    TEST(what_cannot_be_opened_is_one_error),
	    TEST(a_lock_is_waited_for_but_not_for_ever),
	    TEST(several_may_make_it_at_once),
	    TEST(several_runs_at_once_are_all_recorded),
	    TEST(the_version_tells_that_others_have_written),
	    TEST(a_full_disk_costs_this_run_alone),
	    TEST(a_file_that_cannot_be_written_is_still_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
