#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "record/history_db.h"

enum { APPLICATION_ID = 0x6665746c, SCHEMA = 2 };

static const char schema_sql[] =
    "CREATE TABLE suites(id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE);"
    "CREATE TABLE runs(id INTEGER PRIMARY KEY, suite INTEGER NOT NULL, run TEXT, command TEXT, adapter TEXT,"
    " started_ns INTEGER, wall_ns INTEGER, workers INTEGER, units INTEGER, tests INTEGER, passed INTEGER,"
    " bad INTEGER, skipped INTEGER, flaky INTEGER, verdict INTEGER, whole INTEGER, results INTEGER);"
    "CREATE INDEX runs_of_suite ON runs(suite, id);"
    "CREATE TABLE units(suite INTEGER, id INTEGER, name TEXT, PRIMARY KEY(suite, id)) WITHOUT ROWID;"
    "CREATE TABLE tests(suite INTEGER, id INTEGER, file TEXT, name TEXT, nth INTEGER, key TEXT, unit INTEGER,"
    " PRIMARY KEY(suite, id)) WITHOUT ROWID;"
    "CREATE TABLE unit_results(run INTEGER, unit INTEGER, status INTEGER, dur_ns INTEGER, bad INTEGER,"
    " alone INTEGER, PRIMARY KEY(run, unit)) WITHOUT ROWID;"
    "CREATE TABLE test_results(run INTEGER, test INTEGER, status INTEGER, dur_ns INTEGER, bad INTEGER,"
    " alone INTEGER, PRIMARY KEY(run, test)) WITHOUT ROWID;"
    "CREATE VIEW test_history AS SELECT suites.identity AS suite, runs.run AS run,"
    " datetime(runs.started_ns / 1000000000, 'unixepoch') AS started, runs.workers AS workers,"
    " tests.file AS file, tests.name AS name, CASE r.status WHEN 1 THEN 'passed' WHEN 2 THEN 'skipped'"
    " WHEN 3 THEN 'unfinished' WHEN 4 THEN 'failed' WHEN 5 THEN 'error' WHEN 6 THEN 'timeout'"
    " WHEN 7 THEN 'crashed' END AS status, r.dur_ns / 1e9 AS seconds, r.bad AS bad_attempts"
    " FROM test_results r JOIN runs ON runs.id = r.run JOIN suites ON suites.id = runs.suite"
    " JOIN tests ON tests.suite = runs.suite AND tests.id = r.test;"
    "PRAGMA application_id = 1717924972;"
    "PRAGMA user_version = 1;";

/* From 1 to 2. A file is always made as 1 and brought up, so that there is one way to have each schema. */
static const char second_sql[] =
    "ALTER TABLE runs ADD COLUMN machine TEXT;"
    "ALTER TABLE runs ADD COLUMN commit_id TEXT;"
    "CREATE TABLE bench_sessions(id INTEGER PRIMARY KEY, started_ns INTEGER, machine TEXT, commit_id TEXT,"
    " tool TEXT, figures INTEGER);"
    "CREATE TABLE benches(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE bench_results(bench INTEGER, session INTEGER, good INTEGER, failed INTEGER,"
    " PRIMARY KEY(bench, session)) WITHOUT ROWID;"
    "CREATE TABLE bench_figures(bench INTEGER, metric TEXT, session INTEGER, unit TEXT, n INTEGER,"
    " median INTEGER, p95 INTEGER, p99 INTEGER, PRIMARY KEY(bench, metric, session)) WITHOUT ROWID;"
    "CREATE VIEW bench_history AS SELECT benches.name AS name, f.metric AS metric,"
    " datetime(s.started_ns / 1000000000, 'unixepoch') AS started, s.commit_id AS commit_id,"
    " f.median AS median, f.p95 AS p95, f.p99 AS p99, f.unit AS unit, f.n AS n, r.failed AS failed,"
    " s.machine AS machine FROM bench_figures f JOIN benches ON benches.id = f.bench"
    " JOIN bench_sessions s ON s.id = f.session"
    " JOIN bench_results r ON r.bench = f.bench AND r.session = f.session;"
    "PRAGMA user_version = 2;";

void history_finalize(sqlite3_stmt **st)
{
	(void)sqlite3_finalize(*st);
}

static int wait_for_others(void *context, int tries)
{
	struct history *h = context;
	int64_t left_ns = h->until_ns - clock_mono_ns();
	int64_t ns = tries < 5 ? NS_PER_MS : 10 * NS_PER_MS;
	if (left_ns <= 0)
		return 0;
	if (ns > left_ns)
		ns = left_ns;
	struct timespec nap = {.tv_nsec = ns};
	(void)nanosleep(&nap, NULL);
	return 1;
}

/* The handler is told anew where the struct is, as its owner may have moved it. */
void history_enter(struct history *h)
{
	h->until_ns = clock_mono_ns() + h->patience_ns;
	if (h->db)
		(void)sqlite3_busy_handler(h->db, wait_for_others, h);
}

int history_fail(struct history *h, const char *what, struct err *e)
{
	h->code = sqlite3_errcode(h->db);
	errno = 0;
	if (h->code == SQLITE_BUSY || h->code == SQLITE_LOCKED)
		return err_sys(e, "cannot %s history '%s': another process holds it", what, h->path);
	return err_sys(e, "cannot %s history '%s': %s", what, h->path, sqlite3_errmsg(h->db));
}

bool history_is_corrupt(const struct history *h)
{
	return h->code == SQLITE_CORRUPT || h->code == SQLITE_NOTADB;
}

int history_prepare(struct history *h, sqlite3_stmt **ret, const char *sql, const char *what, struct err *e)
{
	return sqlite3_prepare_v2(h->db, sql, -1, ret, NULL) == SQLITE_OK ? 0 : history_fail(h, what, e);
}

int history_do(struct history *h, sqlite3_stmt *st, struct err *e)
{
	int got = sqlite3_step(st);
	int rc = got == SQLITE_DONE || got == SQLITE_ROW ? 0 : history_fail(h, "write", e);
	(void)sqlite3_reset(st);
	return rc;
}

int history_row(struct history *h, sqlite3_stmt *st, struct err *e)
{
	int got = sqlite3_step(st);
	return got == SQLITE_ROW ? 1 : got == SQLITE_DONE ? 0 : history_fail(h, "read", e);
}

int history_begin(struct history *h, const char *how, struct err *e)
{
	return sqlite3_exec(h->db, how, NULL, NULL, NULL) == SQLITE_OK ? 0 : history_fail(h, "write", e);
}

int history_commit(struct history *h, struct err *e)
{
	return sqlite3_exec(h->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : history_fail(h, "write", e);
}

void history_rollback(struct history *h)
{
	if (h->db && !sqlite3_get_autocommit(h->db))
		(void)sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
}

void history_bind(sqlite3_stmt *st, int i, struct str s)
{
	(void)sqlite3_bind_text64(st, i, s.n ? s.at : "", s.n, SQLITE_STATIC, SQLITE_UTF8);
}

struct str history_text(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	int n = sqlite3_column_bytes(st, column);
	return text && n > 0 ? (struct str){text, (size_t)n} : STR("");
}

int64_t history_count(sqlite3_stmt *st, int column)
{
	int64_t v = sqlite3_column_int64(st, column);
	return v > 0 ? v : 0;
}

uint32_t history_small(sqlite3_stmt *st, int column)
{
	int64_t v = sqlite3_column_int64(st, column);
	return v > 0 && v <= UINT32_MAX ? (uint32_t)v : 0;
}

enum status history_status(sqlite3_stmt *st, int column)
{
	int64_t v = sqlite3_column_int64(st, column);
	return v > 0 && v < STATUS_KINDS ? (enum status)v : STATUS_NONE;
}

static int read_number(struct history *h, const char *sql, int64_t *ret, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, sql, "read", e);
	if (rc == 0)
		rc = history_row(h, st, e);
	if (rc == 1)
		*ret = sqlite3_column_int64(st, 0);
	return rc < 0 ? rc : 0;
}

/* What the file is: its application id, its schema, and whether anything is in it. */
struct kind {
	int64_t application, schema, things;
};

static int read_kind(struct history *h, struct kind *k, struct err *e)
{
	int rc = read_number(h, "PRAGMA application_id", &k->application, e);
	if (rc == 0)
		rc = read_number(h, "PRAGMA user_version", &k->schema, e);
	if (rc == 0)
		rc = read_number(h, "SELECT count(*) FROM sqlite_master", &k->things, e);
	return rc;
}

/* Makes the schema in an empty file or brings up an earlier one, unless another process was first. */
static int fill(struct history *h, struct err *e)
{
	struct kind k = {0};
	int rc = history_begin(h, "BEGIN IMMEDIATE", e);
	if (rc == 0)
		rc = read_kind(h, &k, e);
	if (rc == 0 && k.things == 0 && sqlite3_exec(h->db, schema_sql, NULL, NULL, NULL) != SQLITE_OK)
		rc = history_fail(h, "write", e);
	if (rc == 0 && k.schema < SCHEMA && sqlite3_exec(h->db, second_sql, NULL, NULL, NULL) != SQLITE_OK)
		rc = history_fail(h, "write", e);
	if (rc == 0)
		rc = history_commit(h, e);
	if (rc < 0)
		history_rollback(h);
	return rc;
}

/* In one transaction: another process may be making the file just now. */
static int read_kind_at_once(struct history *h, struct kind *k, struct err *e)
{
	int rc = history_begin(h, "BEGIN", e);
	if (rc == 0)
		rc = read_kind(h, k, e);
	if (rc == 0)
		rc = history_commit(h, e);
	history_rollback(h);
	return rc;
}

static int check(struct history *h, struct err *e)
{
	struct kind k = {0};
	int rc = read_kind_at_once(h, &k, e);
	if (rc < 0)
		return rc;
	h->schema = SCHEMA;
	if (k.things == 0 && k.application == 0 && k.schema == 0)
		return fill(h, e);
	if (k.application != APPLICATION_ID)
		return err_format(e, "'%s' is not a history of fettle; it is left as it is", h->path);
	if (k.schema == 1) {
		struct err refused;
		if (fill(h, &refused) == 0)
			return 0;
		h->schema = 1; /* what cannot be written is still read */
		if (history_is_corrupt(h))
			*e = refused;
		return history_is_corrupt(h) ? e->fault : 0;
	}
	if (k.schema != SCHEMA)
		return err_format(
		    e, "history '%s' has schema %lld, and this fettle knows only %d; it is left as it is",
		    h->path, (long long)k.schema, SCHEMA);
	return 0;
}

int history_bring_up(struct history *h, struct err *e)
{
	int rc = h->schema < SCHEMA ? fill(h, e) : 0;
	if (rc == 0)
		h->schema = SCHEMA;
	return rc;
}

static void set_up(struct history *h)
{
	sqlite3 *db = h->db;
	(void)sqlite3_busy_handler(db, wait_for_others, h);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
	(void)sqlite3_exec(db, "PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
}

static void close_db(struct history *h)
{
	(void)sqlite3_close_v2(h->db);
	h->db = NULL;
}

/* Opens the file. On failure db is NULL, and code says whether the file is corrupt. */
static int open_db(struct history *h, struct err *e)
{
	struct stat st;
	h->code = SQLITE_OK;
	if (stat(h->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return err_sys(e, "cannot open history '%s'", h->path);
	}
	int flags =
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(h->path, &h->db, flags, NULL) != SQLITE_OK) {
		errno = h->db ? sqlite3_system_errno(h->db) : ENOMEM;
		if (!errno)
			errno = EIO;
		int rc = err_sys(e, "cannot open history '%s'", h->path);
		close_db(h);
		return rc;
	}
	set_up(h);
	int rc = check(h, e);
	if (rc < 0) {
		close_db(h);
		return rc;
	}
	if (stat(h->path, &st) == 0) {
		h->device = st.st_dev;
		h->inode = st.st_ino;
	}
	return 0;
}

/*
 * The journal goes with its file: beside a new one it would be played back into it. Another process may have
 * moved the file already; then the one that is there now is its new one.
 */
static int move_aside(struct history *h, struct err *e)
{
	static const char *const tails[] = {"", "-journal", "-wal", "-shm"};
	char stamp[32] = "", from[4096], to[4096];
	struct stat st;
	struct tm tm;
	time_t now = (time_t)(clock_wall_ns() / NS_PER_S);
	if (stat(h->path, &st) < 0 || (h->inode && (st.st_dev != h->device || st.st_ino != h->inode)))
		return 0;
	if (gmtime_r(&now, &tm))
		(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		int n = snprintf(from, sizeof(from), "%s%s", h->path, tails[i]);
		int m = snprintf(to, sizeof(to), "%s.corrupt-%s%s", h->path, stamp, tails[i]);
		if (n < 0 || m < 0 || (size_t)n >= sizeof(from) || (size_t)m >= sizeof(to))
			errno = ENAMETOOLONG;
		else if (rename(from, to) == 0 || i > 0)
			continue;
		return err_sys(e, "cannot move corrupt history '%s' aside", h->path);
	}
	(void)snprintf(h->notice, sizeof(h->notice),
		       "history '%s' was corrupt; it is kept as '%s.corrupt-%s', and a new one is begun",
		       h->path, h->path, stamp);
	return 0;
}

int history_renew(struct history *h, struct err *e)
{
	close_db(h);
	int rc = move_aside(h, e);
	h->inode = 0;
	return rc < 0 ? rc : open_db(h, e);
}

int history_open(struct history *h, const char *path, struct err *e)
{
	/* SQLite takes some names for something else: ":memory:", "" */
	bool plain = path[0] == '/' || path[0] == '.';
	size_t n = strlen(path) + 3;
	*h = (struct history){.patience_ns = 2 * NS_PER_S, .path = mem_alloc(n)};
	(void)snprintf(h->path, n, "%s%s", plain ? "" : "./", path);
	history_enter(h);
	struct stat st;
	if (stat(h->path, &st) == 0) {
		h->device = st.st_dev;
		h->inode = st.st_ino;
	}
	int rc = open_db(h, e);
	if (rc < 0 && history_is_corrupt(h))
		rc = history_renew(h, e);
	if (rc < 0)
		history_close(h);
	return rc;
}

void history_close(struct history *h)
{
	close_db(h);
	mem_free(h->path);
	h->path = NULL;
}

struct str history_kept(struct str s)
{
	return str_clip_utf8(s, HISTORY_NAME_MOST);
}

int history_suite(struct history *h, struct str suite, int64_t *ret, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, "SELECT id FROM suites WHERE identity = ?1", "read", e);
	*ret = 0;
	if (rc < 0)
		return rc;
	history_bind(st, 1, history_kept(suite));
	rc = history_row(h, st, e);
	if (rc == 1)
		*ret = sqlite3_column_int64(st, 0);
	return rc < 0 ? rc : 0;
}
