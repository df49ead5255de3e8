#include "base/str.h"
#include "record/history_db.h"

static const char *const result_sql[] = {
    "SELECT unit, status, dur_ns, bad, alone FROM unit_results WHERE run = ?1 ORDER BY unit",
    "SELECT test, status, dur_ns, bad, alone FROM test_results WHERE run = ?1 ORDER BY test",
};

static const char *const name_sql[] = {
    "SELECT id, '', name, '', '' FROM units WHERE suite = ?1 ORDER BY id",
    "SELECT t.id, t.file, t.name, t.key, u.name FROM tests t LEFT JOIN units u ON u.suite = t.suite"
    " AND u.id = t.unit WHERE t.suite = ?1 ORDER BY t.id",
};

int history_cursors_open(struct history *h, struct history_cursors *c, enum history_kind kind, int64_t suite,
			 size_t most, struct err *e)
{
	auto_stmt st = NULL;
	c->n = 0;
	int rc = history_prepare(
	    h, &st, "SELECT id, workers, whole FROM runs WHERE suite = ?1 ORDER BY id DESC", "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	while (c->n < most && c->n < HISTORY_KEEP && (rc = history_row(h, st, e)) == 1) {
		struct history_cursor *at = &c->at[c->n++];
		*at = (struct history_cursor){.run = sqlite3_column_int64(st, 0),
					      .id = INT64_MIN,
					      .workers = history_small(st, 1),
					      .whole = sqlite3_column_int(st, 2) != 0};
		rc = history_prepare(h, &at->st, result_sql[kind], "read", e);
		if (rc < 0)
			return rc;
		(void)sqlite3_bind_int64(at->st, 1, at->run);
	}
	return rc < 0 ? rc : 0;
}

void history_cursors_close(struct history_cursors *c)
{
	for (size_t i = 0; i < c->n; i++)
		history_finalize(&c->at[i].st);
}

int history_cursor_at(struct history *h, struct history_cursor *c, int64_t id, struct err *e)
{
	while (c->id < id) {
		int rc = history_row(h, c->st, e);
		if (rc < 0)
			return rc;
		c->id = rc ? sqlite3_column_int64(c->st, 0) : INT64_MAX;
	}
	return c->id == id && id != INT64_MAX;
}

/* Gathers what the runs say of one id, as far back as needed; 1 when any says something. */
static int gather(struct history *h, struct history_cursors *c, int64_t id, struct history_known *k,
		  struct err *e)
{
	bool before = true;
	int seen = 0;
	for (size_t i = 0; i < c->n && k->n_recent < HISTORY_RECENT; i++) {
		struct history_cursor *at = &c->at[i];
		int rc = history_cursor_at(h, at, id, e);
		if (rc < 0)
			return rc;
		if (rc) {
			enum status status = history_status(at->st, RESULT_STATUS);
			int64_t dur_ns = history_count(at->st, RESULT_DUR);
			int how = sqlite3_column_int(at->st, RESULT_ALONE);
			if (!seen) {
				k->status = status;
				k->dur_ns = dur_ns;
				k->before = before;
				k->whole = how & HOW_WHOLE;
			}
			seen = 1;
			if (status == STATUS_PASSED && !k->pass_workers)
				k->pass_workers = how & HOW_ALONE ? 1 : at->workers;
			if (status == STATUS_PASSED && sqlite3_column_type(at->st, RESULT_DUR) != SQLITE_NULL)
				k->recent_ns[k->n_recent++] = dur_ns;
		}
		before = before && !at->whole;
	}
	return seen;
}

static int tell(struct history *h, struct history_cursors *c, enum history_kind kind, int64_t suite,
		struct history_reader *r, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, name_sql[kind], "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	while ((rc = history_row(h, st, e)) == 1) {
		struct history_known k = {0};
		rc = gather(h, c, sqlite3_column_int64(st, 0), &k, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		k.file = history_text(st, 1);
		k.name = history_text(st, 2);
		k.key = history_text(st, 3);
		k.unit = history_text(st, 4);
		if (kind == HISTORY_UNITS)
			r->unit(r, &k);
		else
			r->test(r, &k);
	}
	return rc;
}

static int read_kind(struct history *h, enum history_kind kind, int64_t suite, struct history_reader *r,
		     struct err *e)
{
	struct history_cursors c;
	int rc = history_cursors_open(h, &c, kind, suite, HISTORY_LOOK_BACK, e);
	if (rc == 0)
		rc = tell(h, &c, kind, suite, r, e);
	history_cursors_close(&c);
	return rc;
}

static int read_last(struct history *h, struct str suite, struct arena *a, struct history_run *ret,
		     struct err *e)
{
	struct history_run *runs = arena_array(a, struct history_run, HISTORY_KEEP);
	size_t n = 0;
	int rc = history_list(h, suite, HISTORY_KEEP, a, runs, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (runs[i].whole) {
			*ret = runs[i];
			break;
		}
	return rc;
}

static int read_all(struct history *h, struct str suite, struct history_reader *r, struct arena *a,
		    struct history_run *ret_last, struct err *e)
{
	int64_t number;
	int rc = history_suite(h, suite, &number, e);
	if (rc < 0 || !number)
		return rc;
	rc = read_last(h, suite, a, ret_last, e);
	if (rc == 0 && r->unit)
		rc = read_kind(h, HISTORY_UNITS, number, r, e);
	if (rc == 0 && r->test)
		rc = read_kind(h, HISTORY_TESTS, number, r, e);
	return rc;
}

int history_read(struct history *h, struct str suite, struct history_reader *r, struct arena *a,
		 struct history_run *ret_last, struct err *e)
{
	*ret_last = (struct history_run){0};
	if (!h->db)
		return 0;
	history_enter(h);
	/* one transaction, so that a run that ends meanwhile is seen whole or not at all */
	int rc = history_begin(h, "BEGIN", e);
	if (rc == 0)
		rc = read_all(h, suite, r, a, ret_last, e);
	history_rollback(h);
	if (rc < 0 && history_is_corrupt(h)) {
		*ret_last = (struct history_run){0};
		rc = history_renew(h, e);
	}
	return rc;
}

int64_t history_version(struct history *h)
{
	auto_stmt st = NULL;
	struct err ignored;
	if (!h->db)
		return 0;
	history_enter(h);
	if (history_prepare(h, &st, "PRAGMA data_version", "read", &ignored) < 0 ||
	    history_row(h, st, &ignored) != 1)
		return 0;
	return sqlite3_column_int64(st, 0);
}
