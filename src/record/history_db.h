/*
 * record/history_db.h - what the files of the history share. For them alone;
 * others read history.h.
 */
#pragma once
#include <sqlite3.h>

#include "record/history.h"

/* A statement that ends with its scope. */
void history_finalize(sqlite3_stmt **st);
#define auto_stmt __attribute__((cleanup(history_finalize))) sqlite3_stmt *

/* A call begins: from now on it has patience_ns. */
void history_enter(struct history *h);
/* Says what went wrong last; what: "read", "write". Returns the fault. */
int history_fail(struct history *h, const char *what, struct err *e);
/* Whether the last failure means that the file is no database any more. */
bool history_is_corrupt(const struct history *h);
/* Moves the corrupt file aside and opens a new one; fills notice. */
must_use int history_renew(struct history *h, struct err *e);

must_use int history_prepare(struct history *h, sqlite3_stmt **ret, const char *sql, const char *what,
			     struct err *e);
/* Steps a statement that yields nothing, and resets it. */
must_use int history_do(struct history *h, sqlite3_stmt *st, struct err *e);
/* One row more: 1, none: 0, or a negative fault. */
must_use int history_row(struct history *h, sqlite3_stmt *st, struct err *e);
must_use int history_begin(struct history *h, const char *how, struct err *e);
must_use int history_commit(struct history *h, struct err *e);
void history_rollback(struct history *h);

void history_bind(sqlite3_stmt *st, int i, struct str s);
/* Of the current row; text until the next step. Statuses and numbers that cannot be are 0. */
struct str history_text(sqlite3_stmt *st, int column);
enum status history_status(sqlite3_stmt *st, int column);
int64_t history_count(sqlite3_stmt *st, int column);
uint32_t history_small(sqlite3_stmt *st, int column);

/* Names are cut to this many bytes, in what is written and in what is looked for. */
enum { HISTORY_NAME_MOST = 4096 };
struct str history_kept(struct str s);

/* As history_runs, inside of a call that goes on: adds up to `most` runs to ret. */
must_use int history_list(struct history *h, struct str suite, size_t most, struct arena *a,
			  struct history_run *ret, size_t *ret_n, struct err *e);

/* The number of the suite; 0: it was never run. */
must_use int history_suite(struct history *h, struct str suite, int64_t *ret, struct err *e);

/* Before something is added: a file that could not be brought up when it was opened has another try. */
must_use int history_bring_up(struct history *h, struct err *e);

/* Deletes what is beyond the limits. Inside a transaction. */
must_use int history_prune(struct history *h, int64_t suite, struct err *e);
must_use int history_prune_benches(struct history *h, int64_t session, struct err *e);
/* Runs a statement with two numbers. */
must_use int history_run_sql(struct history *h, const char *sql, int64_t a, int64_t b, struct err *e);
/* What a query that found the file corrupt answers: nothing, from a new file. Ends its transaction. */
must_use int history_answer(struct history *h, int rc, size_t *ret_n, struct err *e);

/* What units, or tests, did in one run, in the order of their ids. */
struct history_cursor {
	sqlite3_stmt *st;
	int64_t run, id; /* id: of the current row; INT64_MAX: there is no more */
	uint32_t workers;
	bool whole;
};

/* All runs of a suite that are looked at, the latest first, side by side. */
struct history_cursors {
	struct history_cursor at[HISTORY_KEEP];
	size_t n;
};

enum history_kind { HISTORY_UNITS, HISTORY_TESTS };

/* Opens a cursor for each of the last `most` runs. Close them in any case. */
must_use int history_cursors_open(struct history *h, struct history_cursors *c, enum history_kind kind,
				  int64_t suite, size_t most, struct err *e);
void history_cursors_close(struct history_cursors *c);
/* Whether run i has a result of this id: 1 or 0, or a negative fault. Ids must not fall. */
must_use int history_cursor_at(struct history *h, struct history_cursor *c, int64_t id, struct err *e);
/* Columns of a cursor's row. */
enum { RESULT_STATUS = 1, RESULT_DUR, RESULT_BAD, RESULT_ALONE };
/* Bits of its column "alone". */
enum { HOW_ALONE = 1, HOW_WHOLE = 2 };
