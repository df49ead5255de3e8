#include "record/history_db.h"

int history_run_sql(struct history *h, const char *sql, int64_t a, int64_t b, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, sql, "write", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, a);
	(void)sqlite3_bind_int64(st, 2, b);
	return history_do(h, st, e);
}

/* The results of one run, and the units and tests that only it knew. */
static int drop_results(struct history *h, int64_t suite, int64_t run, struct err *e)
{
	static const char *const sql[] = {
	    "DELETE FROM units WHERE suite = ?1 AND id IN (SELECT unit FROM unit_results WHERE run = ?2)"
	    " AND NOT EXISTS (SELECT 1 FROM runs JOIN unit_results r ON r.run = runs.id AND r.unit = units.id"
	    " WHERE runs.suite = ?1 AND runs.id > ?2)",
	    "DELETE FROM tests WHERE suite = ?1 AND id IN (SELECT test FROM test_results WHERE run = ?2)"
	    " AND NOT EXISTS (SELECT 1 FROM runs JOIN test_results r ON r.run = runs.id AND r.test = tests.id"
	    " WHERE runs.suite = ?1 AND runs.id > ?2)",
	    "DELETE FROM unit_results WHERE run = ?2 AND ?1",
	    "DELETE FROM test_results WHERE run = ?2 AND ?1",
	};
	int rc = 0;
	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql) && rc == 0; i++)
		rc = history_run_sql(h, sql[i], suite, run, e);
	return rc;
}

/* The first run of the suite that is kept, and the first whose results are. */
static int find_limits(struct history *h, int64_t suite, int64_t *ret_runs, int64_t *ret_results,
		       struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, "SELECT id, results FROM runs WHERE suite = ?1 ORDER BY id DESC",
				 "read", e);
	int64_t n_runs = 0, n_results = 0;
	*ret_runs = *ret_results = 0;
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	while (n_runs < HISTORY_KEEP && (rc = history_row(h, st, e)) == 1) {
		int64_t results = history_count(st, 1);
		n_results = results > HISTORY_RESULTS_MOST - n_results ? HISTORY_RESULTS_MOST + 1
								       : n_results + results;
		*ret_runs = sqlite3_column_int64(st, 0);
		if (n_runs < HISTORY_RECENT || n_results <= HISTORY_RESULTS_MOST)
			*ret_results = *ret_runs;
		n_runs++;
	}
	return rc < 0 ? rc : 0;
}

/* Drops the results of all runs of the suite before this one that still have any, the oldest first. */
static int drop_before(struct history *h, int64_t suite, int64_t before, struct err *e)
{
	for (;;) {
		auto_stmt st = NULL;
		int rc = history_prepare(
		    h, &st,
		    "SELECT id FROM runs WHERE suite = ?1 AND id < ?2 AND results > 0 ORDER BY id LIMIT 1",
		    "read", e);
		if (rc < 0)
			return rc;
		(void)sqlite3_bind_int64(st, 1, suite);
		(void)sqlite3_bind_int64(st, 2, before);
		rc = history_row(h, st, e);
		if (rc != 1)
			return rc;
		int64_t run = sqlite3_column_int64(st, 0);
		(void)sqlite3_reset(st);
		rc = drop_results(h, suite, run, e);
		if (rc == 0)
			rc = history_run_sql(h, "UPDATE runs SET results = 0 WHERE id = ?2 AND ?1", suite,
					     run, e);
		if (rc < 0)
			return rc;
	}
}

/* The suite that was run the longest ago, when there are too many. */
static int drop_suites(struct history *h, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(
	    h, &st, "SELECT suite FROM runs GROUP BY suite ORDER BY max(id) DESC LIMIT 1 OFFSET ?1", "read",
	    e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, HISTORY_SUITES);
	rc = history_row(h, st, e);
	if (rc != 1)
		return rc;
	int64_t suite = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	rc = drop_before(h, suite, INT64_MAX, e);
	if (rc == 0)
		rc = history_run_sql(h, "DELETE FROM runs WHERE suite = ?1 AND id < ?2", suite, INT64_MAX, e);
	if (rc == 0)
		rc = history_run_sql(h, "DELETE FROM suites WHERE id = ?1 AND ?2", suite, 1, e);
	return rc;
}

int history_prune(struct history *h, int64_t suite, struct err *e)
{
	int64_t runs_from, results_from;
	int rc = find_limits(h, suite, &runs_from, &results_from, e);
	if (rc == 0)
		rc = drop_before(h, suite, results_from, e);
	if (rc == 0)
		rc = history_run_sql(h, "DELETE FROM runs WHERE suite = ?1 AND id < ?2", suite, runs_from, e);
	if (rc == 0)
		rc = drop_suites(h, e);
	return rc;
}

/* The sessions from before the last ones that together hold as many figures as there may be. */
static int find_first_session(struct history *h, int64_t *ret, struct err *e)
{
	auto_stmt st = NULL;
	int64_t n_figures = 0;
	int rc =
	    history_prepare(h, &st, "SELECT id, figures FROM bench_sessions ORDER BY id DESC", "read", e);
	*ret = 0;
	while (rc >= 0 && n_figures <= HISTORY_FIGURES_MOST && (rc = history_row(h, st, e)) == 1) {
		int64_t figures = history_count(st, 1);
		n_figures = figures > HISTORY_FIGURES_MOST ? HISTORY_FIGURES_MOST + 1 : n_figures + figures;
		if (!*ret || n_figures <= HISTORY_FIGURES_MOST)
			*ret = sqlite3_column_int64(st, 0);
	}
	return rc < 0 ? rc : 0;
}

/* Of each benchmark of a session what is beyond the sessions that are kept. */
static int drop_sessions_of(struct history *h, int64_t session, struct err *e)
{
	static const char *const sql[] = {
	    "DELETE FROM bench_figures WHERE bench IN (SELECT bench FROM bench_results WHERE session = ?1)"
	    " AND session < (SELECT session FROM bench_results r WHERE r.bench = bench_figures.bench"
	    " ORDER BY session DESC LIMIT 1 OFFSET ?2 - 1)",
	    "DELETE FROM bench_results WHERE bench IN (SELECT bench FROM bench_results WHERE session = ?1)"
	    " AND session < (SELECT session FROM bench_results r WHERE r.bench = bench_results.bench"
	    " ORDER BY session DESC LIMIT 1 OFFSET ?2 - 1)",
	};
	int rc = 0;
	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql) && rc == 0; i++)
		rc = history_run_sql(h, sql[i], session, HISTORY_SESSIONS, e);
	return rc;
}

static const char too_many_sql[] =
    "DELETE FROM bench_results WHERE (SELECT count(*) FROM benches) > ?2 AND bench IN (SELECT bench FROM"
    " bench_results GROUP BY bench ORDER BY max(session) DESC, bench LIMIT -1 OFFSET ?2)";

static int drop_benches(struct history *h, int64_t first_session, struct err *e)
{
	static const char *const sql[] = {
	    "DELETE FROM bench_figures WHERE session < ?1",
	    "DELETE FROM bench_results WHERE session < ?1",
	    too_many_sql,
	    "DELETE FROM benches WHERE id NOT IN (SELECT bench FROM bench_results) AND ?1 AND ?2",
	    "DELETE FROM bench_figures WHERE bench NOT IN (SELECT id FROM benches) AND ?1 AND ?2",
	    "DELETE FROM bench_sessions WHERE id NOT IN (SELECT session FROM bench_results) AND ?1 AND ?2",
	};
	int rc = 0;
	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql) && rc == 0; i++)
		rc = history_run_sql(h, sql[i], first_session, HISTORY_BENCHES, e);
	return rc;
}

/* Whether anything is beyond a limit; looking is cheap, and deleting reads all that there is. */
static int is_too_much(struct history *h, int64_t first_session, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st,
				 "SELECT (SELECT count(*) FROM benches) > ?1"
				 " OR EXISTS (SELECT 1 FROM bench_sessions WHERE id < ?2)",
				 "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, HISTORY_BENCHES);
	(void)sqlite3_bind_int64(st, 2, first_session);
	rc = history_row(h, st, e);
	return rc == 1 ? sqlite3_column_int(st, 0) : rc;
}

int history_prune_benches(struct history *h, int64_t session, struct err *e)
{
	int64_t first = 0;
	int rc = drop_sessions_of(h, session, e);
	bool dropped = rc == 0 && sqlite3_changes(h->db) > 0;
	if (rc == 0)
		rc = find_first_session(h, &first, e);
	if (rc == 0)
		rc = is_too_much(h, first, e);
	if (rc > 0 || (rc == 0 && dropped))
		rc = drop_benches(h, first, e);
	return rc;
}
