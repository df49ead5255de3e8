#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "record/history_db.h"

int history_answer(struct history *h, int rc, size_t *ret_n, struct err *e)
{
	history_rollback(h);
	if (rc < 0)
		*ret_n = 0;
	return rc < 0 && history_is_corrupt(h) ? history_renew(h, e) : rc;
}

static struct history_run run_of(sqlite3_stmt *st, struct arena *a)
{
	return (struct history_run){.number = sqlite3_column_int64(st, 0),
				    .suite = arena_str(a, history_text(st, 1)),
				    .id = arena_str(a, history_text(st, 2)),
				    .command = arena_str(a, history_text(st, 3)),
				    .adapter = arena_str(a, history_text(st, 4)),
				    .wall_start_ns = history_count(st, 5),
				    .wall_ns = history_count(st, 6),
				    .workers = history_small(st, 7),
				    .units = history_small(st, 8),
				    .tests = history_small(st, 9),
				    .passed = history_small(st, 10),
				    .bad = history_small(st, 11),
				    .skipped = history_small(st, 12),
				    .flaky = history_small(st, 13),
				    .verdict = history_status(st, 14),
				    .whole = sqlite3_column_int(st, 15) != 0};
}

int history_list(struct history *h, struct str suite, size_t most, struct arena *a, struct history_run *ret,
		 size_t *ret_n, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(
	    h, &st,
	    "SELECT runs.id, identity, run, command, adapter, started_ns, wall_ns, workers, units, tests, passed,"
	    " bad, skipped, flaky, verdict, whole FROM runs JOIN suites ON suites.id = runs.suite"
	    " WHERE ?1 = '' OR identity = ?1 ORDER BY runs.id DESC",
	    "read", e);
	if (rc < 0)
		return rc;
	history_bind(st, 1, history_kept(suite));
	while (*ret_n < most && (rc = history_row(h, st, e)) == 1)
		ret[(*ret_n)++] = run_of(st, a);
	return rc < 0 ? rc : 0;
}

int history_runs(struct history *h, struct str suite, size_t most, struct arena *a, struct history_run **ret,
		 size_t *ret_n, struct err *e)
{
	if (most > (size_t)HISTORY_KEEP * HISTORY_SUITES)
		most = (size_t)HISTORY_KEEP * HISTORY_SUITES;
	*ret = arena_array(a, struct history_run, most);
	*ret_n = 0;
	if (!h->db)
		return 0;
	history_enter(h);
	return history_answer(h, history_list(h, suite, most, a, *ret, ret_n, e), ret_n, e);
}

/* The units that took longest in a run. */
static int slowest_of(struct history *h, int64_t suite, int64_t run, size_t most, struct arena *a,
		      struct history_trend *ret, size_t *ret_n, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(
	    h, &st,
	    "SELECT id, name FROM unit_results JOIN units ON units.suite = ?2 AND units.id = unit"
	    " WHERE run = ?1 AND dur_ns IS NOT NULL ORDER BY dur_ns DESC, name LIMIT ?3",
	    "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, run);
	(void)sqlite3_bind_int64(st, 2, suite);
	(void)sqlite3_bind_int64(st, 3, (int64_t)most);
	while (*ret_n < most && (rc = history_row(h, st, e)) == 1) {
		ret[(*ret_n)++] = (struct history_trend){.unit = sqlite3_column_int64(st, 0),
							 .name = arena_str(a, history_text(st, 1))};
	}
	return rc < 0 ? rc : 0;
}

/* Adds what a unit did in one run, if it was there. */
static int follow(struct history *h, sqlite3_stmt *st, int64_t run, struct history_trend *t, struct err *e)
{
	(void)sqlite3_reset(st);
	(void)sqlite3_bind_int64(st, 1, run);
	(void)sqlite3_bind_int64(st, 2, t->unit);
	int rc = history_row(h, st, e);
	if (rc != 1 || t->n == HISTORY_TREND)
		return rc < 0 ? rc : 0;
	t->run[t->n] = run;
	t->status[t->n] = history_status(st, 0);
	t->dur_ns[t->n++] = history_count(st, 1);
	return 0;
}

static int read_trend(struct history *h, struct str name, size_t most, struct arena *a,
		      struct history_trend *ret, size_t *ret_n, struct err *e)
{
	struct history_cursors c;
	int64_t suite;
	int rc = history_suite(h, name, &suite, e);
	if (rc < 0 || !suite)
		return rc;
	auto_stmt st = NULL;
	rc = history_cursors_open(h, &c, HISTORY_UNITS, suite, HISTORY_TREND, e);
	size_t last = 0;
	while (last < c.n && !c.at[last].whole)
		last++;
	if (last == c.n)
		last = 0;
	if (rc == 0 && c.n)
		rc = slowest_of(h, suite, c.at[last].run, most, a, ret, ret_n, e);
	if (rc == 0)
		rc = history_prepare(h, &st,
				     "SELECT status, dur_ns FROM unit_results WHERE run = ?1 AND unit = ?2"
				     " AND dur_ns IS NOT NULL",
				     "read", e);
	for (size_t run = c.n; run-- > 0 && rc == 0;)
		for (size_t i = 0; i < *ret_n && rc == 0; i++)
			rc = follow(h, st, c.at[run].run, &ret[i], e);
	history_cursors_close(&c);
	return rc;
}

int history_slowest_trend(struct history *h, struct str suite, size_t most, struct arena *a,
			  struct history_trend **ret, size_t *ret_n, struct err *e)
{
	if (most > HISTORY_RESULTS_MOST)
		most = HISTORY_RESULTS_MOST;
	*ret = arena_array(a, struct history_trend, most);
	*ret_n = 0;
	if (!h->db)
		return 0;
	history_enter(h);
	int rc = history_begin(h, "BEGIN", e);
	if (rc == 0)
		rc = read_trend(h, suite, most, a, *ret, ret_n, e);
	return history_answer(h, rc, ret_n, e);
}

/* What the verdicts of one test were, from the latest run to the first. */
static int judge(struct history *h, struct history_cursors *c, int64_t id, struct history_flaky *f,
		 struct err *e)
{
	bool later_bad = false;
	for (size_t i = 0; i < c->n; i++) {
		int rc = history_cursor_at(h, &c->at[i], id, e);
		if (rc < 0)
			return rc;
		enum status status = rc ? history_status(c->at[i].st, RESULT_STATUS) : STATUS_NONE;
		if (status != STATUS_PASSED && !status_is_bad(status))
			continue; /* skipped says nothing */
		bool bad = status_is_bad(status);
		f->changes += f->runs && bad != later_bad;
		f->status = f->runs ? f->status : status;
		f->runs++;
		f->bad += bad;
		f->flaky += !bad && sqlite3_column_int(c->at[i].st, RESULT_BAD) > 0;
		later_bad = bad;
	}
	return 0;
}

static int flakiest_first(const void *a, const void *b)
{
	const struct history_flaky *x = a, *y = b;
	if (x->flaky != y->flaky)
		return x->flaky > y->flaky ? -1 : 1;
	if (x->changes != y->changes)
		return x->changes > y->changes ? -1 : 1;
	int by_place = str_compare(x->file, y->file);
	return by_place ? by_place : str_compare(x->name, y->name);
}

static int read_flaky(struct history *h, int64_t suite, struct history_cursors *c, struct arena *a,
		      struct history_flaky **all, size_t *ret_n, struct err *e)
{
	auto_stmt st = NULL;
	size_t cap = 0;
	int rc = history_prepare(h, &st, "SELECT id, file, name, key FROM tests WHERE suite = ?1 ORDER BY id",
				 "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	while ((rc = history_row(h, st, e)) == 1) {
		struct history_flaky f = {0};
		rc = judge(h, c, sqlite3_column_int64(st, 0), &f, e);
		if (rc < 0)
			return rc;
		/* once broken, once mended: that is a change of the code more often than not */
		if (!f.flaky && f.changes <= 2)
			continue;
		f.file = arena_str(a, history_text(st, 1));
		f.name = arena_str(a, history_text(st, 2));
		f.key = arena_str(a, history_text(st, 3));
		*all = mem_grow(*all, *ret_n, &cap, sizeof(**all));
		(*all)[(*ret_n)++] = f;
	}
	return rc;
}

int history_flaky(struct history *h, struct str name, size_t most, struct arena *a,
		  struct history_flaky **ret, size_t *ret_n, struct err *e)
{
	struct history_cursors c = {.n = 0};
	struct history_flaky *all = NULL;
	int64_t suite = 0;
	*ret = NULL;
	*ret_n = 0;
	if (!h->db)
		return 0;
	history_enter(h);
	int rc = history_begin(h, "BEGIN", e);
	if (rc == 0)
		rc = history_suite(h, name, &suite, e);
	if (rc == 0 && suite)
		rc = history_cursors_open(h, &c, HISTORY_TESTS, suite, HISTORY_KEEP, e);
	if (rc == 0 && suite)
		rc = read_flaky(h, suite, &c, a, &all, ret_n, e);
	history_cursors_close(&c);
	rc = history_answer(h, rc, ret_n, e);
	if (*ret_n)
		qsort(all, *ret_n, sizeof(*all), flakiest_first);
	if (*ret_n > most)
		*ret_n = most;
	*ret = arena_array(a, struct history_flaky, *ret_n);
	for (size_t i = 0; i < *ret_n; i++)
		(*ret)[i] = all[i];
	mem_free(all);
	return rc;
}
