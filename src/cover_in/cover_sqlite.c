#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_btree.h"
#include "cover_in/cover_readers.h"
#include "cover_in/cover_tell.h"

enum { SCHEMA = 7, RUN_MAX = 1 << 24 /* arcs told in one call */ };

struct source {
	struct str path;
	bool plugin; /* not Python: a plugin of coverage.py measured it */
};

/* What ran of one file in one context. */
struct bits {
	uint32_t file, context;
	struct str bytes;
};

struct run {
	uint32_t file, context;
	size_t first, n; /* in arcs */
};

/* The tables of a .coverage file. Nothing is told before all of it is known to be good. */
struct store {
	struct arena *arena;
	struct source *files;
	struct str *contexts;
	struct bits *bits;
	struct run *runs;
	struct cover_arc *arcs;
	size_t n_files, n_contexts, n_bits, n_runs, n_arcs;
	size_t cap_files, cap_contexts, cap_bits, cap_runs, cap_arcs;
	struct map file_by_id, context_by_id;
	int64_t last_file_id, last_context_id; /* of the arc before; rows of a file stand together */
	int64_t schema;
	bool has_schema, has_hash;
	char version[32];
};

static const char not_text[] = "a column of the wrong type";

static const char *take_schema(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	(void)rowid;
	s->schema = v[0].v;
	s->has_schema = v[0].is_integer;
	return NULL;
}

static const char *take_meta(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	(void)rowid;
	if (str_is(v[0].bytes, "version"))
		(void)snprintf(s->version, sizeof(s->version), "%.*s", STR_ARG(v[1].bytes));
	s->has_hash |= str_is(v[0].bytes, "hash");
	return NULL;
}

static const char *take_file(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	if (!v[1].is_bytes || !tell_path_ok(v[1].bytes))
		return "a file without a usable name";
	s->files = mem_grow(s->files, s->n_files, &s->cap_files, sizeof(*s->files));
	s->files[s->n_files] = (struct source){.path = v[1].bytes};
	*map_at_int(&s->file_by_id, (uint64_t)rowid) = (uint32_t)s->n_files++;
	return NULL;
}

static const char *take_context(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	if (!v[1].is_bytes)
		return not_text;
	s->contexts = mem_grow(s->contexts, s->n_contexts, &s->cap_contexts, sizeof(*s->contexts));
	s->contexts[s->n_contexts] = v[1].bytes;
	*map_at_int(&s->context_by_id, (uint64_t)rowid) = (uint32_t)s->n_contexts++;
	return NULL;
}

static const char *take_tracer(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	uint32_t file = map_get_int(&s->file_by_id, (uint64_t)rowid);
	if (file != MAP_NONE && v[1].bytes.n)
		s->files[file].plugin = true;
	return NULL;
}

static const char *take_bits(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	(void)rowid;
	struct bits b = {map_get_int(&s->file_by_id, (uint64_t)v[0].v),
			 map_get_int(&s->context_by_id, (uint64_t)v[1].v), v[2].bytes};
	if (b.file == MAP_NONE || b.context == MAP_NONE || !v[0].is_integer || !v[1].is_integer ||
	    !v[2].is_bytes)
		return "lines of a file or context that is not in it";
	while (b.bytes.n && !b.bytes.at[b.bytes.n - 1])
		b.bytes.n--;
	if (b.bytes.n > COVER_LINE_MAX / 8)
		return "a line number that is out of range";
	s->bits = mem_grow(s->bits, s->n_bits, &s->cap_bits, sizeof(*s->bits));
	s->bits[s->n_bits++] = b;
	return NULL;
}

/* Arcs of another file or context than those before. */
static const char *begin_run(struct store *s, int64_t file_id, int64_t context_id)
{
	struct run r = {.file = map_get_int(&s->file_by_id, (uint64_t)file_id),
			.context = map_get_int(&s->context_by_id, (uint64_t)context_id),
			.first = s->n_arcs};
	if (r.file == MAP_NONE || r.context == MAP_NONE)
		return "arcs of a file or context that is not in it";
	s->last_file_id = file_id;
	s->last_context_id = context_id;
	s->runs = mem_grow(s->runs, s->n_runs, &s->cap_runs, sizeof(*s->runs));
	s->runs[s->n_runs++] = r;
	return NULL;
}

static const char *take_arc(void *to, int64_t rowid, const struct btree_value *v)
{
	struct store *s = to;
	(void)rowid;
	if (!v[0].is_integer || !v[1].is_integer || !v[2].is_integer || !v[3].is_integer)
		return not_text;
	if (v[2].v < -COVER_LINE_MAX || v[2].v > COVER_LINE_MAX || v[3].v < -COVER_LINE_MAX ||
	    v[3].v > COVER_LINE_MAX)
		return "a line number that is out of range";
	if (!s->n_runs || v[0].v != s->last_file_id || v[1].v != s->last_context_id ||
	    s->runs[s->n_runs - 1].n == RUN_MAX) {
		const char *fault = begin_run(s, v[0].v, v[1].v);
		if (fault)
			return fault;
	}
	s->arcs = mem_grow(s->arcs, s->n_arcs, &s->cap_arcs, sizeof(*s->arcs));
	s->arcs[s->n_arcs++] = (struct cover_arc){(int32_t)v[2].v, (int32_t)v[3].v};
	s->runs[s->n_runs - 1].n++;
	return NULL;
}

/* The tables in the order in which they lean on each other. */
static const struct table {
	const char *name, *query;
	const char *columns[5]; /* NULL behind the last that is wanted; all of them in this order */
	btree_row *take;
	bool optional;
} tables[] = {
    {"coverage_schema", "select version from coverage_schema", {"version"}, take_schema, false},
    {"meta", "select key, value from meta", {"key", "value"}, take_meta, true},
    {"file", "select id, path from file", {"id", "path"}, take_file, false},
    {"context", "select id, context from context", {"id", "context"}, take_context, false},
    {"tracer", "select file_id, tracer from tracer", {"file_id", "tracer"}, take_tracer, true},
    {"line_bits",
     "select file_id, context_id, numbits from line_bits",
     {"file_id", "context_id", "numbits"},
     take_bits,
     false},
    {"arc",
     "select file_id, context_id, fromno, tono from arc",
     {"file_id", "context_id", "fromno", "tono"},
     take_arc,
     false},
};
enum { TABLES = sizeof(tables) / sizeof(*tables) };

static const char unfinished[] =
    "not all tables of coverage.py are in it: not its file, or cut off when it was written";

static const char *check_schema(const struct store *s, char *buffer, size_t size)
{
	if (!s->has_schema)
		return unfinished;
	(void)snprintf(buffer, size, "coverage.py's schema %lld, of which only %d is known here",
		       (long long)s->schema, SCHEMA);
	return s->schema == SCHEMA ? NULL : buffer;
}

/* Where the tables begin, by their index in tables; 0: not there. */
struct roots {
	uint32_t page[TABLES];
	bool other; /* a table whose columns stand in another order */
};

/* Whether "CREATE TABLE x (a ..., b ...)", without its comments, has these columns first. */
static bool has_columns(struct str sql, const char *const *columns)
{
	sql = str_cut(sql, str_find(sql, '(') + 1, sql.n);
	for (; *columns; columns++) {
		for (;;) {
			sql = str_trim(sql);
			if (!str_starts(sql, "--"))
				break;
			sql = str_cut(sql, str_find(sql, '\n'), sql.n);
		}
		size_t n = 0;
		while (n < sql.n && (sql.at[n] == '_' || (sql.at[n] >= 'a' && sql.at[n] <= 'z')))
			n++;
		if (!str_is(str_cut(sql, 0, n), *columns))
			return false;
		size_t comma = str_find(sql, ',');
		sql = str_cut(sql, comma + 1, sql.n);
	}
	return true;
}

static const char *take_root(void *to, int64_t rowid, const struct btree_value *v)
{
	struct roots *r = to;
	(void)rowid;
	if (!str_is(v[0].bytes, "table"))
		return NULL;
	for (size_t i = 0; i < TABLES; i++)
		if (str_is(v[1].bytes, tables[i].name)) {
			r->page[i] = v[3].v > 0 && v[3].v <= UINT32_MAX ? (uint32_t)v[3].v : 0;
			r->other |= !has_columns(v[4].bytes, tables[i].columns);
		}
	return NULL;
}

/* By the pages. *ret_other: for SQLite to read. */
static const char *read_pages(struct store *s, struct btree *b, char *buffer, size_t size, bool *ret_other)
{
	struct roots roots = {0};
	const char *fault = btree_walk(b, 1, take_root, &roots);
	if (fault)
		return fault;
	*ret_other = roots.other;
	for (size_t i = 0; i < TABLES && !roots.other; i++) {
		if (!roots.page[i] && !tables[i].optional)
			return unfinished;
		fault = roots.page[i] ? btree_walk(b, roots.page[i], tables[i].take, s) : NULL;
		if (!fault && i == 0)
			fault = check_schema(s, buffer, size);
		if (fault)
			return fault;
	}
	return NULL;
}

static struct btree_value value_of(sqlite3_stmt *st, int column, struct arena *a)
{
	int type = sqlite3_column_type(st, column);
	if (type == SQLITE_INTEGER)
		return (struct btree_value){.v = sqlite3_column_int64(st, column), .is_integer = true};
	if (type != SQLITE_TEXT && type != SQLITE_BLOB)
		return (struct btree_value){0};
	const char *at = type == SQLITE_TEXT ? (const char *)sqlite3_column_text(st, column)
					     : sqlite3_column_blob(st, column);
	size_t n = (size_t)sqlite3_column_bytes(st, column);
	return (struct btree_value){.bytes = arena_str(a, (struct str){n ? at : "", n}), .is_bytes = true};
}

static const char *query(struct store *s, sqlite3 *db, const struct table *t, bool *ret_gone)
{
	sqlite3_stmt *st = NULL;
	const char *fault = NULL;
	*ret_gone = sqlite3_prepare_v2(db, t->query, -1, &st, NULL) != SQLITE_OK;
	if (*ret_gone)
		return NULL;
	int code;
	while (!fault && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct btree_value values[BTREE_COLUMNS] = {{0}};
		for (int i = 0; i < sqlite3_column_count(st) && i < BTREE_COLUMNS; i++)
			values[i] = value_of(st, i, s->arena);
		fault = t->take(s, values[0].v, values);
	}
	if (!fault && code != SQLITE_DONE)
		fault = "SQLite cannot read it: damaged, or written to just now";
	(void)sqlite3_finalize(st);
	return fault;
}

static const char *read_by_sqlite(struct store *s, const char *path, char *buffer, size_t size)
{
	sqlite3 *db = NULL;
	const char *fault = NULL;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		fault = "SQLite cannot open it";
	for (size_t i = 0; i < TABLES && !fault; i++) {
		bool gone;
		fault = query(s, db, &tables[i], &gone);
		if (!fault && gone && !tables[i].optional) {
			(void)snprintf(buffer, size, "%s", sqlite3_errmsg(db));
			fault = strstr(buffer, "no such") ? unfinished : buffer;
		}
		if (!fault && i == 0)
			fault = check_schema(s, buffer, size);
	}
	(void)sqlite3_close(db);
	return fault;
}

static void begin_file(struct cover_sink *out, const struct source *f)
{
	struct cover_source source = {.path = f->path, .raw = true};
	source.language = tell_language(f->path);
	if (source.language == COVER_UNKNOWN && !f->plugin)
		source.language = COVER_PYTHON;
	out->file(out, &source);
}

static void tell(struct store *s, struct cover_sink *out)
{
	/* every file once, those that never ran too */
	for (size_t i = 0; i < s->n_files; i++)
		begin_file(out, &s->files[i]);
	for (size_t i = 0; i < s->n_bits; i++) {
		const struct bits *b = &s->bits[i];
		begin_file(out, &s->files[b->file]);
		if (s->contexts[b->context].n)
			out->context(out, s->contexts[b->context]);
		out->line_bits(out, (const uint8_t *)b->bytes.at, b->bytes.n);
	}
	for (size_t i = 0; i < s->n_runs; i++) {
		const struct run *r = &s->runs[i];
		begin_file(out, &s->files[r->file]);
		if (s->contexts[r->context].n)
			out->context(out, s->contexts[r->context]);
		out->arcs(out, s->arcs + r->first, r->n);
	}
}

static void store_free(struct store *s)
{
	mem_free(s->files);
	mem_free(s->contexts);
	mem_free(s->bits);
	mem_free(s->runs);
	mem_free(s->arcs);
	map_free(&s->file_by_id);
	map_free(&s->context_by_id);
}

static bool lies_beside(const char *path, const char *ending)
{
	char name[COVER_PATH_MAX + 16];
	struct stat st;
	int n = snprintf(name, sizeof(name), "%s%s", path, ending);
	return n > 0 && (size_t)n < sizeof(name) && stat(name, &st) == 0 && st.st_size > 0;
}

/*
 * Since 7.13.1 coverage.py renames a file of many (.coverage.HOST.pidN.XrandomX) when it is saved, with a
 * hash behind: one without has perhaps not all that it should have.
 */
static bool is_unsaved(const struct store *s, const char *path)
{
	unsigned v[3] = {0};
	struct str name = str_of(path), random;
	size_t slash = str_find_last(name, '/');
	if (slash < name.n)
		name = str_cut(name, slash + 1, name.n);
	random = str_cut(name, str_find_last(name, '.') + 1, name.n);
	if (sscanf(s->version, "%u.%u.%u", &v[0], &v[1], &v[2]) < 2 ||
	    str_find(name, '.') == str_find_last(name, '.'))
		return false;
	bool renames = v[0] > 7 || (v[0] == 7 && (v[1] > 13 || (v[1] == 13 && v[2] >= 1)));
	return renames && !s->has_hash && random.n == 8 && str_starts(random, "X") && str_ends(random, "x");
}

int cover_sqlite_read(struct cover_read *r, struct str bytes, const char *path, bool from_file, struct err *e)
{
	struct btree b;
	struct store s = {.arena = &r->scratch};
	char buffer[256];
	const char *fault = NULL;
	enum btree_state state = btree_open(&b, bytes, &r->scratch);
	bool other = state == BTREE_OTHER ||
		     (from_file && (lies_beside(path, "-journal") || lies_beside(path, "-wal")));
	if (state == BTREE_TORN)
		fault = "cut off: it is shorter than it says of itself";
	else if (!other)
		fault = read_pages(&s, &b, buffer, sizeof(buffer), &other);
	if (!fault && other) {
		store_free(&s);
		s = (struct store){.arena = &r->scratch};
		fault = from_file ? read_by_sqlite(&s, path, buffer, sizeof(buffer))
				  : "an SQLite file of a kind that can be read from a file only";
	}
	if (!fault) {
		if (!s.n_files)
			tell_note(r, "'%s': there are no measurements in it", path);
		if (is_unsaved(&s, path))
			tell_note(
			    r,
			    "'%s': coverage.py did not save it to the end (its name has no hash): there may be less in it than ran",
			    path);
		tell(&s, r->out);
	}
	store_free(&s);
	return fault ? err_format(e, "cannot read '%s': %s", path, fault) : 0;
}
