#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "record/history_db.h"

/* Units and tests are written by the same code; numbers of parameters are the same in both. */
struct sql {
	const char *known, *add, *change, *result;
};

static const struct sql unit_sql = {
    .known = "SELECT id, '', name, 1, '', 0 FROM units WHERE suite = ?1",
    .add = "INSERT INTO units(suite, id, name) VALUES(?1, ?2, ?4)",
    .change = "SELECT ?1, ?2",
    .result =
	"INSERT INTO unit_results(run, unit, status, dur_ns, bad, alone) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
};

static const struct sql test_sql = {
    .known = "SELECT id, file, name, nth, key, unit FROM tests WHERE suite = ?1",
    .add = "INSERT INTO tests(suite, id, file, name, nth, key, unit) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    .change = "UPDATE tests SET key = ?6, unit = ?7 WHERE suite = ?1 AND id = ?2",
    .result =
	"INSERT INTO test_results(run, test, status, dur_ns, bad, alone) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
};

/* The results of one run, and which row of the history each belongs to. */
struct batch {
	const struct sql *sql;
	const struct history_list *all;
	const struct batch *units; /* of a batch of tests */
	size_t n, most_twins;
	struct table by_name; /* the first of each name */
	uint32_t *next;       /* the next of the same file and name */
	uint32_t *nth;        /* its place among them, from 1; 0: it is not recorded */
	int64_t *ids;
	bool *changed;
	int64_t last_id;
};

static struct history_result result(const struct history_list *l, size_t i)
{
	return l->at(l->of, i);
}

static uint32_t hash_of(struct str file, struct str name)
{
	uint64_t hash = str_hash(name, str_hash(file, 7));
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t find(const struct batch *b, struct str file, struct str name)
{
	uint32_t hash = hash_of(file, name), i, at = table_first(&b->by_name, hash);
	while ((i = table_item(&b->by_name, at)) != TABLE_NONE) {
		struct history_result r = result(b->all, i);
		if (str_eq(history_kept(r.name), name) && str_eq(history_kept(r.file), file))
			break;
		at = table_next(&b->by_name, hash, at);
	}
	return i;
}

static void batch_free(struct batch *b)
{
	table_free(&b->by_name);
	mem_free(b->next);
	mem_free(b->nth);
	mem_free(b->ids);
	mem_free(b->changed);
}

static void batch_init(struct batch *b, const struct sql *sql, const struct history_list *all,
		       size_t most_twins)
{
	size_t n = all->n;
	*b = (struct batch){.sql = sql, .all = all, .n = n, .most_twins = most_twins};
	b->next = mem_alloc(n * sizeof(*b->next));
	b->nth = mem_alloc(n * sizeof(*b->nth));
	b->ids = mem_alloc(n * sizeof(*b->ids));
	b->changed = mem_alloc(n * sizeof(*b->changed));
	for (uint32_t i = 0; i < n; i++) {
		struct history_result r = result(all, i);
		struct str file = history_kept(r.file), name = history_kept(r.name);
		uint32_t twin = find(b, file, name);
		b->next[i] = TABLE_NONE;
		b->nth[i] = 1;
		b->ids[i] = 0;
		b->changed[i] = false;
		if (twin == TABLE_NONE) {
			table_add(&b->by_name, hash_of(file, name), i);
			continue;
		}
		while (b->next[twin] != TABLE_NONE)
			twin = b->next[twin];
		b->nth[i] = b->nth[twin] < most_twins ? b->nth[twin] + 1 : 0;
		if (b->nth[i])
			b->next[twin] = i;
	}
}

/* The id of the unit that a test was in; 0: none. */
static int64_t unit_of(const struct batch *b, uint32_t test)
{
	struct str name = b->units ? result(b->all, test).unit : STR_NONE;
	if (!name.n)
		return 0;
	uint32_t unit = find(b->units, STR_NONE, history_kept(name));
	return unit == TABLE_NONE ? 0 : b->units->ids[unit];
}

/* Finds out which of the results are of something that the history knows. */
static int match(struct history *h, struct batch *b, int64_t suite, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, b->sql->known, "read", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	while ((rc = history_row(h, st, e)) == 1) {
		int64_t id = sqlite3_column_int64(st, 0);
		uint32_t nth = history_small(st, 3), i = find(b, history_text(st, 1), history_text(st, 2));
		if (id > b->last_id)
			b->last_id = id;
		while (i != TABLE_NONE && b->nth[i] != nth)
			i = b->next[i];
		if (i == TABLE_NONE || b->ids[i])
			continue;
		b->ids[i] = id;
		b->changed[i] = !str_eq(history_kept(result(b->all, i).key), history_text(st, 4)) ||
				unit_of(b, i) != sqlite3_column_int64(st, 5);
	}
	return rc;
}

/* Adds what is new, and brings up to date what has moved. */
static int name_them(struct history *h, struct batch *b, int64_t suite, struct err *e)
{
	auto_stmt add = NULL;
	auto_stmt change = NULL;
	int rc = history_prepare(h, &add, b->sql->add, "write", e);
	if (rc == 0)
		rc = history_prepare(h, &change, b->sql->change, "write", e);
	for (uint32_t i = 0; i < b->n && rc == 0; i++) {
		struct history_result r = result(b->all, i);
		sqlite3_stmt *st = b->ids[i] ? change : add;
		if (!b->nth[i] || (b->ids[i] && !b->changed[i]))
			continue;
		if (!b->ids[i])
			b->ids[i] = ++b->last_id;
		/* a statement that has no such parameter is none the worse for it */
		(void)sqlite3_bind_int64(st, 1, suite);
		(void)sqlite3_bind_int64(st, 2, b->ids[i]);
		history_bind(st, 3, history_kept(r.file));
		history_bind(st, 4, history_kept(r.name));
		(void)sqlite3_bind_int64(st, 5, b->nth[i]);
		history_bind(st, 6, history_kept(r.key));
		(void)sqlite3_bind_int64(st, 7, unit_of(b, i));
		rc = history_do(h, st, e);
	}
	return rc;
}

struct place {
	int64_t id;
	uint32_t i;
};

static int by_id(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* In the order of the ids, so that the tree grows at its end. */
static int write_results(struct history *h, const struct batch *b, int64_t run, struct err *e)
{
	auto_stmt st = NULL;
	int rc = history_prepare(h, &st, b->sql->result, "write", e);
	if (rc < 0)
		return rc;
	struct place *order = mem_alloc(b->n * sizeof(*order));
	size_t n = 0;
	for (uint32_t i = 0; i < b->n; i++)
		if (b->nth[i])
			order[n++] = (struct place){b->ids[i], i};
	qsort(order, n, sizeof(*order), by_id);
	(void)sqlite3_bind_int64(st, 1, run);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct history_result r = result(b->all, order[i].i);
		(void)sqlite3_bind_int64(st, 2, order[i].id);
		(void)sqlite3_bind_int64(st, 3, r.status);
		(void)(r.dur_ns < 0 ? sqlite3_bind_null(st, 4) : sqlite3_bind_int64(st, 4, r.dur_ns));
		(void)sqlite3_bind_int64(st, 5, r.attempts_bad);
		(void)sqlite3_bind_int64(st, 6, (r.alone ? HOW_ALONE : 0) | (r.whole ? HOW_WHOLE : 0));
		rc = history_do(h, st, e);
	}
	mem_free(order);
	return rc;
}

static int add_suite(struct history *h, struct str suite, int64_t *ret, struct err *e)
{
	int rc = history_suite(h, suite, ret, e);
	if (rc < 0 || *ret)
		return rc;
	auto_stmt st = NULL;
	rc = history_prepare(h, &st, "INSERT INTO suites(identity) VALUES(?1)", "write", e);
	if (rc < 0)
		return rc;
	history_bind(st, 1, history_kept(suite));
	rc = history_do(h, st, e);
	*ret = sqlite3_last_insert_rowid(h->db);
	return rc;
}

static int add_run(struct history *h, const struct history_run *r, int64_t suite, size_t n_results,
		   int64_t *ret, struct err *e)
{
	auto_stmt st = NULL;
	const int64_t numbers[] = {r->wall_start_ns, r->wall_ns, r->workers, r->units,
				   r->tests,         r->passed,  r->bad,     r->skipped,
				   r->flaky,         r->verdict, r->whole,   (int64_t)n_results};
	int rc = history_prepare(
	    h, &st,
	    "INSERT INTO runs(suite, run, command, adapter, started_ns, wall_ns, workers, units, tests, passed,"
	    " bad, skipped, flaky, verdict, whole, results, machine, commit_id)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
	    "write", e);
	if (rc < 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, suite);
	history_bind(st, 2, history_kept(r->id));
	history_bind(st, 3, history_kept(r->command));
	history_bind(st, 4, history_kept(r->adapter));
	for (int i = 0; i < (int)(sizeof(numbers) / sizeof(*numbers)); i++)
		(void)sqlite3_bind_int64(st, 5 + i, numbers[i]);
	history_bind(st, 17, history_kept(r->machine));
	history_bind(st, 18, history_kept(r->commit));
	rc = history_do(h, st, e);
	*ret = sqlite3_last_insert_rowid(h->db);
	return rc;
}

static int add_batch(struct history *h, struct batch *b, int64_t suite, int64_t run, struct err *e)
{
	int rc = match(h, b, suite, e);
	if (rc == 0)
		rc = name_them(h, b, suite, e);
	if (rc == 0)
		rc = write_results(h, b, run, e);
	return rc;
}

static int add_all(struct history *h, const struct history_run *run, const struct history_list *units,
		   const struct history_list *tests, struct err *e)
{
	struct batch of_units, of_tests;
	int64_t suite, number;
	int rc = history_begin(h, "BEGIN IMMEDIATE", e);
	if (rc < 0)
		return rc;
	batch_init(&of_units, &unit_sql, units, 1);
	batch_init(&of_tests, &test_sql, tests, HISTORY_TWINS);
	of_tests.units = &of_units;
	rc = add_suite(h, run->suite, &suite, e);
	if (rc == 0)
		rc = add_run(h, run, suite, units->n + tests->n, &number, e);
	if (rc == 0)
		rc = add_batch(h, &of_units, suite, number, e);
	if (rc == 0)
		rc = add_batch(h, &of_tests, suite, number, e);
	if (rc == 0)
		rc = history_prune(h, suite, e);
	if (rc == 0)
		rc = history_commit(h, e);
	if (rc < 0)
		history_rollback(h);
	batch_free(&of_units);
	batch_free(&of_tests);
	return rc;
}

int history_add(struct history *h, const struct history_run *run, const struct history_list *units,
		const struct history_list *tests, struct err *e)
{
	if (!h->db)
		return 0;
	history_enter(h);
	int rc = history_bring_up(h, e);
	if (rc == 0)
		rc = add_all(h, run, units, tests, e);
	if (rc < 0 && history_is_corrupt(h)) {
		rc = history_renew(h, e);
		if (rc == 0)
			rc = add_all(h, run, units, tests, e);
	}
	return rc;
}
