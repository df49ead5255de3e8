#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/str.h"
#include "base/temp_fixture.h"
#include "record/history.h"

struct fixture {
	struct temp temp;
	struct arena arena;
	char path[TEMP_PATH];
	struct history h;
};

static void ok(int rc, const struct err *e)
{
	if (rc != 0)
		fail_msg("%s", e->text);
}

static void open_it(struct fixture *f)
{
	struct err e = {0};
	ok(history_open(&f->h, f->path, &e), &e);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	if (!f)
		return -1;
	temp_make(&f->temp);
	(void)snprintf(f->path, sizeof(f->path), "%s", temp_at(&f->temp, "history.db"));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	history_close(&f->h);
	arena_free(&f->arena);
	temp_drop(&f->temp);
	free(f);
	return 0;
}

static struct bench_column column(const char *metric, int64_t median)
{
	return (struct bench_column){
	    .metric = str_of(metric),
	    .unit = STR("ns"),
	    .summary = {.n = 30, .median = median, .p95 = median + 5, .p99 = BENCH_NONE}};
}

/* A session of one benchmark with two metrics. */
static int add_session(struct history *h, const char *name, const char *machine, int64_t at, int64_t median,
		       struct err *e)
{
	struct bench_column columns[] = {column("wall", median), column("cpu", median / 2)};
	struct bench_subject s = {
	    .name = str_of(name), .columns = columns, .n_columns = 2, .good = 30, .failed = 1};
	struct bench b = {
	    .version = STR("1"), .machine = str_of(machine), .begin_ns = at, .subjects = &s, .n_subjects = 1};
	return history_add_bench(h, &b, STR("0123456789abcdef0123456789abcdef01234567"), e);
}

static void add(struct fixture *f, const char *name, const char *machine, int64_t at, int64_t median)
{
	struct err e = {0};
	ok(add_session(&f->h, name, machine, at, median, &e), &e);
}

static int64_t number_of(const struct fixture *f, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void sql(const struct fixture *f, const char *text)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static struct series series_of(struct fixture *f, enum series_kind kind, const char *suite, const char *name,
			       const char *metric)
{
	struct history_thing *things;
	struct series ret;
	struct err e = {0};
	size_t n;
	ok(history_things(&f->h, kind, str_of(suite), name, &f->arena, &things, &n, &e), &e);
	assert_int_equal(n, 1);
	ok(history_series(&f->h, &things[0], str_of(metric), 600, &f->arena, &ret, &e), &e);
	return ret;
}

static void assert_str(struct str s, const char *text)
{
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.at, text, s.n);
}

static void what_was_measured_is_a_series(void **state)
{
	struct fixture *f = *state;
	struct history_thing *things;
	struct err e = {0};
	size_t n;
	open_it(f);
	for (int i = 0; i < 5; i++)
		add(f, "hello", "m", 1000 + i, 100 + i);
	add(f, "bye", "m", 2000, 7);
	struct series s = series_of(f, SERIES_BENCH, "", "hello", "wall");
	assert_int_equal(s.n_points, 5);
	assert_str(s.unit, "ns");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(s.points[i].value, 100 + i);
		assert_int_equal(s.points[i].p95, 105 + i);
		assert_int_equal(s.points[i].p99, BENCH_NONE);
		assert_int_equal(s.points[i].begin_ns, 1000 + i);
		assert_int_equal(s.points[i].n, 30);
		assert_int_equal(s.points[i].failed, 1);
		assert_str(s.points[i].commit, "0123456789abcdef0123456789abcdef01234567");
	}
	ok(history_things(&f->h, SERIES_BENCH, STR_NONE, NULL, &f->arena, &things, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_str(things[0].name, "bye"); /* measured last */
	assert_int_equal(things[0].n_metrics, 2);
	assert_str(things[0].metrics[0], "cpu");
	assert_str(things[0].metrics[1], "wall");
	assert_int_equal(things[0].last_good, 30);
	ok(history_things(&f->h, SERIES_BENCH, STR_NONE, "h*", &f->arena, &things, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM bench_history WHERE name = 'hello'"), 10);
}

static void another_machine_is_no_part_of_the_series(void **state)
{
	struct fixture *f = *state;
	open_it(f);
	add(f, "hello", "old", 1, 100);
	add(f, "hello", "old", 2, 100);
	add(f, "hello", "new", 3, 50);
	struct series s = series_of(f, SERIES_BENCH, "", "hello", "wall");
	assert_int_equal(s.n_points, 1);
	assert_int_equal(s.n_elsewhere, 2);
	assert_str(s.machine, "new");
}

static void names_may_be_anything_and_the_first_of_twins_counts(void **state)
{
	struct fixture *f = *state;
	char name[9000];
	struct err e = {0};
	open_it(f);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	add(f, name, "m", 1, 1);
	add(f, "'; DROP TABLE benches; --\n\xff", "m", 1, 2);
	add(f, "", "m", 1, 3);
	struct bench_column c[] = {column("wall", 10), column("wall", 11)};
	struct bench_subject twins[] = {{.name = STR("t"), .columns = c, .n_columns = 2, .good = 1},
					{.name = STR("t"), .columns = c + 1, .n_columns = 1, .good = 2}};
	struct bench b = {.machine = STR("m"), .subjects = twins, .n_subjects = 2};
	ok(history_add_bench(&f->h, &b, STR_NONE, &e), &e);
	assert_int_equal(number_of(f, "SELECT count(*) FROM benches"), 4);
	assert_int_equal(number_of(f, "SELECT median FROM bench_history WHERE name = 't'"), 10);
}

static void what_is_beyond_the_limits_goes(void **state)
{
	struct fixture *f = *state;
	open_it(f);
	add(f, "gone", "m", 1, 1);
	add(f, "kept", "m", 1, 1);
	/* the rest of a long life */
	sql(f,
	    "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 700)"
	    " INSERT INTO bench_sessions SELECT i, i, 'm', '', '', 2 FROM n;"
	    "INSERT INTO bench_results SELECT 2, id, 1, 0 FROM bench_sessions WHERE id > 2;"
	    "INSERT INTO bench_figures SELECT 2, 'wall', id, 'ns', 1, id, 1, 1 FROM bench_sessions WHERE id > 2;"
	    "INSERT INTO benches SELECT id + 10, 'b' || id FROM bench_sessions WHERE id > 2;"
	    "INSERT INTO bench_results SELECT id + 10, id, 1, 0 FROM bench_sessions WHERE id > 2");
	add(f, "kept", "m", 5, 5);
	assert_int_equal(number_of(f, "SELECT count(*) FROM bench_results WHERE bench = 2"),
			 HISTORY_SESSIONS);
	assert_int_equal(
	    number_of(f, "SELECT count(*) FROM bench_figures WHERE bench = 2 AND metric = 'wall'"),
	    HISTORY_SESSIONS);
	assert_int_equal(number_of(f, "SELECT max(session) FROM bench_results WHERE bench = 2"), 701);
	assert_int_equal(number_of(f, "SELECT count(*) FROM benches WHERE name = 'gone'"), 1);
	/* more benchmarks than there may be: those measured the longest ago go */
	sql(f, "INSERT INTO benches SELECT id + 5000, 'c' || id FROM bench_sessions;"
	       "INSERT INTO bench_results SELECT id + 5000, 701, 1, 0 FROM bench_sessions");
	add(f, "kept", "m", 6, 6);
	assert_int_equal(number_of(f, "SELECT count(*) FROM benches"), HISTORY_BENCHES);
	assert_int_equal(number_of(f, "SELECT count(*) FROM benches WHERE name IN ('gone', 'b3')"), 0);
	assert_int_equal(number_of(f, "SELECT count(*) FROM benches WHERE name IN ('kept', 'b700')"), 2);
	assert_int_equal(number_of(f, "SELECT count(*) FROM bench_figures WHERE bench = 1"), 0);
	/* more figures than there may be: sessions go, however few of each benchmark */
	sql(f, "UPDATE bench_sessions SET figures = 300000 WHERE id > 695");
	add(f, "kept", "m", 7, 7);
	assert_int_equal(number_of(f, "SELECT count(*) FROM bench_results WHERE bench = 2"), 4);
}

/* A file as fettle made it before it kept benchmarks. */
static void make_first_schema(const struct fixture *f)
{
	sql(f,
	    "CREATE TABLE suites(id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE);"
	    "CREATE TABLE runs(id INTEGER PRIMARY KEY, suite INTEGER NOT NULL, run TEXT, command TEXT, adapter TEXT,"
	    " started_ns INTEGER, wall_ns INTEGER, workers INTEGER, units INTEGER, tests INTEGER, passed INTEGER,"
	    " bad INTEGER, skipped INTEGER, flaky INTEGER, verdict INTEGER, whole INTEGER, results INTEGER);"
	    "CREATE INDEX runs_of_suite ON runs(suite, id);"
	    "CREATE TABLE units(suite INTEGER, id INTEGER, name TEXT, PRIMARY KEY(suite, id)) WITHOUT ROWID;"
	    "CREATE TABLE tests(suite INTEGER, id INTEGER, file TEXT, name TEXT, nth INTEGER, key TEXT, unit"
	    " INTEGER, PRIMARY KEY(suite, id)) WITHOUT ROWID;"
	    "CREATE TABLE unit_results(run INTEGER, unit INTEGER, status INTEGER, dur_ns INTEGER, bad INTEGER,"
	    " alone INTEGER, PRIMARY KEY(run, unit)) WITHOUT ROWID;"
	    "CREATE TABLE test_results(run INTEGER, test INTEGER, status INTEGER, dur_ns INTEGER, bad INTEGER,"
	    " alone INTEGER, PRIMARY KEY(run, test)) WITHOUT ROWID;"
	    "CREATE VIEW test_history AS SELECT 1;"
	    "INSERT INTO suites VALUES(1, 's');"
	    "INSERT INTO runs VALUES(1, 1, 'r1', 'pytest', 'pytest', 5, 100, 4, 1, 1, 1, 0, 0, 0, 1, 1, 2);"
	    "INSERT INTO runs VALUES(2, 1, 'r2', 'pytest', 'pytest', 6, 110, 4, 1, 1, 1, 0, 0, 0, 1, 1, 2);"
	    "INSERT INTO units VALUES(1, 1, 'u'); INSERT INTO unit_results VALUES(1, 1, 1, 50, 0, 0);"
	    "INSERT INTO unit_results VALUES(2, 1, 4, 55, 1, 0);"
	    "INSERT INTO tests VALUES(1, 1, 'f.py', 't', 1, 'k', 1); INSERT INTO test_results VALUES(1, 1, 1, 40, 0, 0);"
	    "INSERT INTO test_results VALUES(2, 1, 1, 44, 0, 0);"
	    "PRAGMA application_id = 1717924972; PRAGMA user_version = 1");
}

static void check_first_schema(struct fixture *f)
{
	struct series s = series_of(f, SERIES_SUITE, "s", NULL, "wall");
	assert_int_equal(s.n_points, 2);
	assert_int_equal(s.points[0].value, 100);
	assert_str(s.points[1].run, "r2");
	assert_int_equal(s.workers, 4);
	s = series_of(f, SERIES_UNIT, "s", "u", "wall");
	assert_int_equal(s.n_points, 1); /* what failed is no time to compare */
	s = series_of(f, SERIES_TEST, "s", "f.py::t", "wall");
	assert_int_equal(s.n_points, 2);
	assert_int_equal(s.points[1].value, 44);
}

static void an_earlier_file_is_brought_up_with_all_that_is_in_it(void **state)
{
	struct fixture *f = *state;
	make_first_schema(f);
	open_it(f);
	check_first_schema(f);
	add(f, "hello", "m", 1, 1);
	history_close(&f->h);
	assert_int_equal(number_of(f, "PRAGMA user_version"), 2);
	assert_int_equal(number_of(f, "SELECT count(*) FROM runs"), 2);
	open_it(f);
	check_first_schema(f);
	assert_int_equal(series_of(f, SERIES_BENCH, "", "hello", "wall").n_points, 1);
}

static void an_earlier_file_that_another_holds_is_read_and_brought_up_later(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	sqlite3 *db;
	make_first_schema(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	open_it(f); /* in vain for its two seconds */
	f->h.patience_ns = 20000000;
	check_first_schema(f);
	assert_int_equal(add_session(&f->h, "hello", "m", 1, 1, &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "another process holds it"));
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	add(f, "hello", "m", 1, 1);
	assert_int_equal(number_of(f, "PRAGMA user_version"), 2);
	assert_int_equal(series_of(f, SERIES_BENCH, "", "hello", "wall").n_points, 1);
}

static void many_bring_it_up_at_once_and_add(void **state)
{
	struct fixture *f = *state;
	enum { PROCESSES = 4, SESSIONS = 6 };
	pid_t pids[PROCESSES];
	make_first_schema(f);
	for (int p = 0; p < PROCESSES; p++) {
		pids[p] = fork();
		assert_true(pids[p] >= 0);
		if (pids[p])
			continue;
		int bad = 0;
		for (int i = 0; i < SESSIONS; i++) {
			struct history h;
			struct err e = {0};
			bad |= history_open(&h, f->path, &e);
			h.patience_ns = 60000000000;
			bad |= add_session(&h, "hello", "m", i, i, &e);
			history_close(&h);
		}
		_exit(bad != 0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status = -1;
		assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(number_of(f, "SELECT count(*) FROM bench_sessions"), PROCESSES * SESSIONS);
	assert_int_equal(number_of(f, "SELECT count(*) FROM runs"), 2);
}

static void a_damaged_file_costs_nothing_but_history(void **state)
{
	struct fixture *f = *state;
	for (int at = 100; at < 20000; at += 700) {
		struct err e = {0};
		struct history_thing *things;
		size_t n;
		open_it(f);
		for (int i = 0; i < 20; i++)
			add(f, i % 2 ? "hello" : "bye", "m", i, i);
		history_close(&f->h);
		int fd = open(f->path, O_WRONLY);
		assert_true(fd >= 0);
		for (int k = 0; k < 40; k++)
			assert_int_equal(pwrite(fd, "\xff\x13\0\x7f", 4, at + k * 16), 4);
		close(fd);
		if (history_open(&f->h, f->path, &e) == 0) {
			(void)!history_things(&f->h, SERIES_BENCH, STR_NONE, NULL, &f->arena, &things, &n,
					      &e);
			struct series s;
			for (size_t i = 0; i < n; i++)
				(void)!history_series(&f->h, &things[i], STR("wall"), 600, &f->arena, &s, &e);
			(void)!add_session(&f->h, "hello", "m", 1, 1, &e);
		}
		history_close(&f->h);
		(void)unlink(f->path);
		arena_reset(&f->arena);
	}
}

static void a_history_that_is_not_open_takes_and_tells_nothing(void **state)
{
	struct fixture *f = *state;
	struct history_thing *things, none = {.kind = SERIES_BENCH};
	struct series s;
	struct err e = {0};
	size_t n = 1;
	ok(add_session(&f->h, "hello", "m", 1, 1, &e), &e);
	ok(history_things(&f->h, SERIES_BENCH, STR_NONE, NULL, &f->arena, &things, &n, &e), &e);
	assert_int_equal(n, 0);
	ok(history_series(&f->h, &none, STR("wall"), 600, &f->arena, &s, &e), &e);
	assert_int_equal(s.n_points, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_measured_is_a_series),
	    TEST(another_machine_is_no_part_of_the_series),
	    TEST(names_may_be_anything_and_the_first_of_twins_counts),
	    TEST(what_is_beyond_the_limits_goes),
	    TEST(an_earlier_file_is_brought_up_with_all_that_is_in_it),
	    TEST(an_earlier_file_that_another_holds_is_read_and_brought_up_later),
	    TEST(many_bring_it_up_at_once_and_add),
	    TEST(a_damaged_file_costs_nothing_but_history),
	    TEST(a_history_that_is_not_open_takes_and_tells_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
