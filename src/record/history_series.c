/* Figures over time. */
#include "base/str.h"
#include "record/history_db.h"

/* Columns of a row of things_sql: suite, id, name, file, last_ns, good, failed. Parameter 1: the suite. */
static const char *const things_sql[] = {
    [SERIES_BENCH] =
	("SELECT 0, b.id, b.name, '', s.started_ns, r.good, r.failed FROM benches b JOIN bench_results r"
	 " ON r.bench = b.id AND r.session = (SELECT max(session) FROM bench_results WHERE bench = b.id)"
	 " JOIN bench_sessions s ON s.id = r.session WHERE ?1 = 0 ORDER BY r.session DESC, b.id"),
    [SERIES_SUITE] =
	("SELECT suite, suite, command, '', 0, 0, 0 FROM runs WHERE id IN (SELECT max(id) FROM runs"
	 " GROUP BY suite) AND (?1 = 0 OR suite = ?1) ORDER BY id DESC"),
    [SERIES_UNIT] = "SELECT suite, id, name, '', 0, 0, 0 FROM units WHERE suite = ?1 ORDER BY id",
    [SERIES_TEST] = "SELECT suite, id, name, file, 0, 0, 0 FROM tests WHERE suite = ?1 ORDER BY id",
};

/* Columns: run, begun, machine, commit, value, p95, p99, n, failed, workers, unit. Parameters: suite, id,
 * metric. */
#define SUITE_SQL(machine, commit)                                                                           \
	"SELECT run, started_ns, " machine ", " commit ", wall_ns, NULL, NULL, 1, bad, workers, 'ns'"        \
	" FROM runs WHERE suite = ?1 AND ?2 AND ?3 = 'wall' AND whole ORDER BY id DESC"
#define RESULT_SQL(results, machine, commit)                                                                 \
	"SELECT runs.run, started_ns, " machine ", " commit ", r.dur_ns, NULL, NULL, 1, r.bad, 0, 'ns'"      \
	" FROM runs CROSS JOIN " results " = ?2 WHERE runs.suite = ?1 AND r.status = 1 AND ?3 = 'wall'"      \
	" AND r.dur_ns IS NOT NULL ORDER BY runs.id DESC"
#define UNITS "unit_results r ON r.run = runs.id AND r.unit"
#define TESTS "test_results r ON r.run = runs.id AND r.test"

static const char bench_sql[] =
    "SELECT '', s.started_ns, s.machine, s.commit_id, f.median, f.p95, f.p99, f.n, r.failed, 0, f.unit"
    " FROM bench_figures f JOIN bench_sessions s ON s.id = f.session"
    " JOIN bench_results r ON r.bench = f.bench AND r.session = f.session"
    " WHERE f.bench = ?2 AND f.metric = ?3 AND ?1 = 0 ORDER BY f.session DESC";

/* Files of schema 1 (index 0) know no machine and no commit. */
static const char *const series_sql[][2] = {
    [SERIES_BENCH] = {bench_sql, bench_sql},
    [SERIES_SUITE] = {SUITE_SQL("''", "''"), SUITE_SQL("machine", "commit_id")},
    [SERIES_UNIT] = {RESULT_SQL(UNITS, "''", "''"), RESULT_SQL(UNITS, "machine", "commit_id")},
    [SERIES_TEST] = {RESULT_SQL(TESTS, "''", "''"), RESULT_SQL(TESTS, "machine", "commit_id")},
};

static bool matches(struct arena *a, const char *pattern, struct str file, struct str name)
{
	if (!pattern || str_is(name, pattern) || str_match(str_of(pattern), name))
		return true;
	struct str whole = str_of(arena_printf(a, "%.*s::%.*s", STR_ARG(file), STR_ARG(name)));
	return file.n && (str_is(whole, pattern) || str_match(str_of(pattern), whole));
}

/* One look-up a metric: the index is walked by leaps. */
static int read_metrics(struct history *h, struct history_thing *t, struct arena *a, struct err *e)
{
	auto_stmt st = NULL;
	struct str last = STR("");
	size_t cap = 0;
	int rc = history_prepare(
	    h, &st, "SELECT min(metric) FROM bench_figures WHERE bench = ?1 AND metric > ?2", "read", e);
	while (rc >= 0) {
		(void)sqlite3_bind_int64(st, 1, t->id);
		history_bind(st, 2, last);
		rc = history_row(h, st, e);
		if (rc != 1 || sqlite3_column_type(st, 0) == SQLITE_NULL)
			break;
		last = arena_str(a, history_text(st, 0));
		(void)sqlite3_reset(st);
		t->metrics = arena_grow(a, t->metrics, t->n_metrics, &cap, sizeof(*t->metrics));
		t->metrics[t->n_metrics++] = last;
	}
	return rc < 0 ? rc : 0;
}

static int read_things(struct history *h, enum series_kind kind, int64_t suite, const char *pattern,
		       struct arena *a, struct history_thing **ret, size_t *ret_n, struct err *e)
{
	auto_stmt st = NULL;
	size_t cap = 0;
	int rc = history_prepare(h, &st, things_sql[kind], "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	while ((rc = history_row(h, st, e)) == 1) {
		if (!matches(a, pattern, history_text(st, 3), history_text(st, 2)))
			continue;
		*ret = arena_grow(a, *ret, *ret_n, &cap, sizeof(**ret));
		(*ret)[(*ret_n)++] = (struct history_thing){.kind = kind,
							    .suite = sqlite3_column_int64(st, 0),
							    .id = sqlite3_column_int64(st, 1),
							    .name = arena_str(a, history_text(st, 2)),
							    .file = arena_str(a, history_text(st, 3)),
							    .last_ns = history_count(st, 4),
							    .last_good = history_small(st, 5),
							    .last_failed = history_small(st, 6)};
	}
	for (size_t i = 0; kind == SERIES_BENCH && i < *ret_n && rc >= 0; i++)
		rc = read_metrics(h, &(*ret)[i], a, e);
	return rc < 0 ? rc : 0;
}

int history_things(struct history *h, enum series_kind kind, struct str suite, const char *pattern,
		   struct arena *a, struct history_thing **ret, size_t *ret_n, struct err *e)
{
	int64_t number = 0;
	*ret = NULL;
	*ret_n = 0;
	if (!h->db || (kind == SERIES_BENCH && h->schema < 2))
		return 0;
	history_enter(h);
	int rc = history_begin(h, "BEGIN", e);
	if (rc == 0 && suite.n)
		rc = history_suite(h, suite, &number, e);
	if (rc == 0)
		rc = read_things(h, kind, number, pattern, a, ret, ret_n, e);
	return history_answer(h, rc, ret_n, e);
}

static int64_t figure(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? BENCH_NONE : sqlite3_column_int64(st, column);
}

static void take_point(struct series *s, sqlite3_stmt *st, struct arena *a, size_t *cap)
{
	struct str machine = history_text(st, 2);
	uint32_t workers = history_small(st, 9);
	if (figure(st, 4) == BENCH_NONE)
		return;
	if (!s->n_points) {
		s->machine = arena_str(a, machine);
		s->workers = workers;
		s->unit = arena_str(a, history_text(st, 10));
	} else if (!str_eq(s->machine, machine) || s->workers != workers ||
		   !str_eq(s->unit, history_text(st, 10))) {
		s->n_elsewhere++;
		return;
	}
	s->points = arena_grow(a, s->points, s->n_points, cap, sizeof(*s->points));
	s->points[s->n_points++] = (struct series_point){.run = arena_str(a, history_text(st, 0)),
							 .commit = arena_str(a, history_text(st, 3)),
							 .begin_ns = history_count(st, 1),
							 .value = figure(st, 4),
							 .p95 = figure(st, 5),
							 .p99 = figure(st, 6),
							 .n = history_small(st, 7),
							 .failed = history_small(st, 8)};
}

static void turn_round(struct series *s)
{
	for (uint32_t i = 0; i < s->n_points / 2; i++) {
		struct series_point kept = s->points[i];
		s->points[i] = s->points[s->n_points - 1 - i];
		s->points[s->n_points - 1 - i] = kept;
	}
}

int history_series(struct history *h, const struct history_thing *of, struct str metric, size_t most,
		   struct arena *a, struct series *ret, struct err *e)
{
	size_t cap = 0, n = 0;
	*ret = (struct series){.kind = of->kind, .name = of->name, .file = of->file, .metric = metric};
	if (!h->db || (of->kind == SERIES_BENCH && h->schema < 2))
		return 0;
	auto_stmt st = NULL;
	history_enter(h);
	int rc = history_prepare(h, &st, series_sql[of->kind][h->schema >= 2], "read", e);
	if (rc == 0) {
		(void)sqlite3_bind_int64(st, 1, of->suite);
		(void)sqlite3_bind_int64(st, 2, of->id);
		history_bind(st, 3, metric);
		while (ret->n_points < most && (rc = history_row(h, st, e)) == 1)
			take_point(ret, st, a, &cap);
	}
	(void)sqlite3_finalize(st);
	st = NULL;
	turn_round(ret);
	return history_answer(h, rc < 0 ? rc : 0, &n, e);
}
