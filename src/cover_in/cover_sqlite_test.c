#include "cover_in/cover_read_test.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char tables[] =
    "create table coverage_schema (-- one row\nversion integer);insert into coverage_schema values (7);"
    "create table meta (key text, value text, unique (key));insert into meta values ('version', '7.17.3');"
    "create table file (\n-- A row, per file.\n id integer primary key, path text, unique (path));"
    "create table context (id integer primary key, context text, unique (context));"
    "create table line_bits (file_id integer, context_id integer, numbits blob, unique (file_id, context_id));"
    "create table arc (file_id integer, context_id integer, fromno integer, tono integer, unique (file_id, context_id, fromno, tono));"
    "create table tracer (file_id integer primary key, tracer text);"
    "insert into context values (1, ''), (5, 'test one');";

static char path[] = "/tmp/fettle-cover-XXXXXX";

/* Makes the file anew by these statements, and reads it. */
static void expect(const char *first, const char *more, const char *expected)
{
	struct told t;
	struct cover_read r;
	sqlite3 *db;
	char *error = NULL;
	(void)unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_exec(db, "pragma synchronous = off", NULL, NULL, &error);
	(void)sqlite3_exec(db, first, NULL, NULL, &error);
	(void)sqlite3_exec(db, more, NULL, NULL, &error);
	if (error)
		fail_msg("%s", error);
	(void)sqlite3_close(db);
	told_init(&t);
	cover_read_init(&r, &t.sink, &t.host);
	int fault = cover_read_file(&r, path, &t.err);
	cover_read_end(&r);
	cover_read_free(&r);
	buf_add(&t.text, "", 0);
	if (fault < 0) {
		assert_true(str_starts(str_of(t.err.text), "cannot read '/tmp/fettle-cover-"));
		buf_printf(&t.text, "! %s\n", strchr(strchr(t.err.text, '\''), ':') + 2);
	}
	assert_string_equal(t.text.at, expected);
	buf_free(&t.text);
}

static const char some_lines[] =
    "insert into file values (1, '/a.py'), (3, '/b'), (4, '/c.html'), (9, '/never.py');"
    "insert into tracer values (4, 'django');"
    "insert into line_bits values (1, 1, x'0604'), (3, 5, x'020000'), (4, 1, x'');";
static const char some_lines_told[] =
    "file /a.py python raw\nfile /b python raw\nfile /c.html ? raw\nfile /never.py python raw\n"
    "file /a.py python raw\nbits 1 2 10\nfile /b python raw\ncontext test one\nbits 1\nfile /c.html ? raw\nbits\n";

static void lines_of_each_file_and_context(void **state)
{
	(void)state;
	expect(tables, some_lines, some_lines_told);
}

static void arcs_of_each_file_and_context(void **state)
{
	(void)state;
	expect(
	    tables,
	    "insert into file values (1, '/a.py'), (2, '/b.py');"
	    "insert into arc values (1, 1, -1, 1), (1, 1, 1, 70000), (1, 5, 1, 2), (2, 5, 16777216, -16777216);",
	    "file /a.py python raw\nfile /b.py python raw\nfile /a.py python raw\narcs -1>1 1>70000\n"
	    "file /a.py python raw\ncontext test one\narcs 1>2\nfile /b.py python raw\ncontext test one\n"
	    "arcs 16777216>-16777216\n");
}

static void many_pages_and_long_rows(void **state)
{
	struct buf expected = {0}, rows = {0};
	(void)state;
	buf_text(&rows, tables);
	buf_text(&rows, "insert into file values (1, '/a.py');insert into line_bits values (1, 1, x'");
	buf_text(&expected, "file /a.py python raw\nfile /a.py python raw\nbits");
	for (int i = 0; i < 10000; i++) {
		buf_text(&rows, "41");
		buf_printf(&expected, " %d %d", 8 * i, 8 * i + 6);
	}
	buf_text(
	    &rows,
	    "');insert into arc with recursive n(i) as (values(1) union all select i + 1 from n where i < 20000) "
	    "select 1, 1, i, -i from n;");
	buf_text(&expected, "\nfile /a.py python raw\narcs");
	for (int i = 1; i <= 20000; i++)
		buf_printf(&expected, " %d>%d", i, -i);
	buf_text(&expected, "\n");
	expect("pragma page_size = 512", rows.at, expected.at);
	expect("pragma page_size = 65536", rows.at, expected.at);
	buf_free(&expected);
	buf_free(&rows);
}

static void other_files_are_read_by_sqlite(void **state)
{
	struct buf first = {0};
	(void)state;
	buf_printf(&first, "pragma encoding = 'UTF-16'; %s", tables);
	expect(first.at, some_lines, some_lines_told);
	buf_free(&first);
	/* columns in another order */
	expect(
	    "create table coverage_schema (version integer);insert into coverage_schema values (7);"
	    "create table file (path text, id integer primary key);"
	    "create table context (id integer primary key, context text);insert into context values (1, '');"
	    "create table line_bits (numbits blob, context_id integer, file_id integer);"
	    "create table arc (file_id integer, context_id integer, fromno integer, tono integer);",
	    "insert into file values ('/a.py', 2);insert into line_bits values (x'02', 1, 2);",
	    "file /a.py python raw\nfile /a.py python raw\nbits 1\n");
}

static void faults_tell_nothing(void **state)
{
	static const char unfinished[] =
	    "! not all tables of coverage.py are in it: not its file, or cut off when it was written\n";
	(void)state;
	expect("create table t (a)", "", unfinished);
	expect(tables, "drop table arc", unfinished);
	expect(tables, "delete from coverage_schema", unfinished);
	expect(tables, "update coverage_schema set version = 8",
	       "! coverage.py's schema 8, of which only 7 is known here\n");
	expect(
	    tables,
	    "insert into file values (1, '/a.py');insert into line_bits values (1, 1, x'02'), (2, 1, x'02')",
	    "! lines of a file or context that is not in it\n");
	expect(tables, "insert into file values (1, '/a.py');insert into arc values (1, 2, 1, 2)",
	       "! arcs of a file or context that is not in it\n");
	expect(tables, "insert into file values (1, '/a.py');insert into arc values (1, 1, 1, 16777217)",
	       "! a line number that is out of range\n");
	expect(tables, "insert into file values (1, '/a.py');insert into arc values (1, 1, 1, 'x')",
	       "! a column of the wrong type\n");
	expect(tables, "insert into file values (1, '')", "! a file without a usable name\n");
	expect(tables,
	       "insert into file values (1, '/a.py');"
	       "insert into line_bits values (1, 1, cast(zeroblob(2097152) || x'02' as blob))",
	       "! a line number that is out of range\n");
}

static int make(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 || close(fd) < 0;
}

static int drop(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_of_each_file_and_context),
	    cmocka_unit_test(arcs_of_each_file_and_context),
	    cmocka_unit_test(many_pages_and_long_rows),
	    cmocka_unit_test(other_files_are_read_by_sqlite),
	    cmocka_unit_test(faults_tell_nothing),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
