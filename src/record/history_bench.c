/* What benchmarks leave in the history. */
#include "record/history_db.h"

static void bind_figure(sqlite3_stmt *st, int i, int64_t v)
{
	if (v == BENCH_NONE)
		(void)sqlite3_bind_null(st, i);
	else
		(void)sqlite3_bind_int64(st, i, v);
}

static int64_t figures_of(const struct bench *b)
{
	int64_t n = 0;
	for (uint32_t i = 0; i < b->n_subjects; i++)
		n += b->subjects[i].n_columns;
	return n;
}

static int add_session(struct history *h, const struct bench *b, struct str commit, int64_t *ret,
		       struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st,
				 "INSERT INTO bench_sessions(started_ns, machine, commit_id, tool, figures)"
				 " VALUES(?1, ?2, ?3, ?4, ?5)",
				 "write", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, b->begin_ns);
	history_bind(st, 2, history_kept(b->machine));
	history_bind(st, 3, history_kept(commit));
	history_bind(st, 4, history_kept(b->version));
	(void)sqlite3_bind_int64(st, 5, figures_of(b));
	rc = history_do(h, st, e);
	*ret = sqlite3_last_insert_rowid(h->db);
	return rc;
}

/* The number of a benchmark, which is made where there is none. */
static int name_bench(struct history *h, sqlite3_stmt *add, sqlite3_stmt *find, struct str name, int64_t *ret,
		      struct err *e)
{
	history_bind(add, 1, name);
	int rc = history_do(h, add, e);
	if (rc < 0)
		return rc;
	history_bind(find, 1, name);
	rc = history_row(h, find, e);
	*ret = rc == 1 ? sqlite3_column_int64(find, 0) : 0;
	(void)sqlite3_reset(find);
	return rc < 0 ? rc : 0;
}

static int add_figures(struct history *h, sqlite3_stmt *st, const struct bench_subject *s, int64_t bench,
		       int64_t session, struct err *e)
{
	int rc = 0;
	for (uint32_t i = 0; i < s->n_columns && rc == 0; i++) {
		const struct bench_column *c = &s->columns[i];
		if (!c->summary.n)
			continue;
		(void)sqlite3_bind_int64(st, 1, bench);
		history_bind(st, 2, history_kept(c->metric));
		(void)sqlite3_bind_int64(st, 3, session);
		history_bind(st, 4, history_kept(c->unit));
		(void)sqlite3_bind_int64(st, 5, c->summary.n);
		bind_figure(st, 6, c->summary.median);
		bind_figure(st, 7, c->summary.p95);
		bind_figure(st, 8, c->summary.p99);
		rc = history_do(h, st, e);
	}
	return rc;
}

static int add_subjects(struct history *h, const struct bench *b, int64_t session, struct err *e)
{
	auto_stmt name = NULL;
	auto_stmt find = NULL;
	auto_stmt result = NULL;
	auto_stmt figure = NULL;
	int rc = history_prepare(h, &name, "INSERT OR IGNORE INTO benches(name) VALUES(?1)", "write", e);
	if (rc == 0)
		rc = history_prepare(h, &find, "SELECT id FROM benches WHERE name = ?1", "read", e);
	if (rc == 0)
		rc = history_prepare(h, &result,
				     "INSERT OR IGNORE INTO bench_results(bench, session, good, failed)"
				     " VALUES(?1, ?2, ?3, ?4)",
				     "write", e);
	if (rc == 0)
		rc = history_prepare(h, &figure,
				     "INSERT OR IGNORE INTO bench_figures(bench, metric, session, unit, n,"
				     " median, p95, p99) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
				     "write", e);
	for (uint32_t i = 0; i < b->n_subjects && rc == 0; i++) {
		const struct bench_subject *s = &b->subjects[i];
		int64_t bench = 0;
		rc = name_bench(h, name, find, history_kept(s->name), &bench, e);
		if (rc < 0)
			break;
		(void)sqlite3_bind_int64(result, 1, bench);
		(void)sqlite3_bind_int64(result, 2, session);
		(void)sqlite3_bind_int64(result, 3, s->good);
		(void)sqlite3_bind_int64(result, 4, s->failed);
		rc = history_do(h, result, e);
		if (rc == 0 && sqlite3_changes(h->db) > 0)
			rc = add_figures(h, figure, s, bench, session, e);
	}
	return rc;
}

static int add_bench(struct history *h, const struct bench *b, struct str commit, struct err *e)
{
	int64_t session;
	int rc = history_begin(h, "BEGIN IMMEDIATE", e);
	if (rc < 0)
		return rc;
	rc = add_session(h, b, commit, &session, e);
	if (rc == 0)
		rc = add_subjects(h, b, session, e);
	if (rc == 0)
		rc = history_prune_benches(h, session, e);
	if (rc == 0)
		rc = history_commit(h, e);
	if (rc < 0)
		history_rollback(h);
	return rc;
}

int history_add_bench(struct history *h, const struct bench *b, struct str commit, struct err *e)
{
	if (!h->db || !b->n_subjects)
		return 0;
	history_enter(h);
	int rc = history_bring_up(h, e);
	if (rc == 0)
		rc = add_bench(h, b, commit, e);
	if (rc < 0 && history_is_corrupt(h)) {
		rc = history_renew(h, e);
		if (rc == 0)
			rc = add_bench(h, b, commit, e);
	}
	return rc;
}
