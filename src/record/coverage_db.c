#include "record/coverage_db.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

static const char schema[] =
    "PRAGMA journal_mode=off; PRAGMA synchronous=off; BEGIN;"
    "CREATE TABLE coverage_schema (version integer);"
    "CREATE TABLE meta (key text, value text, unique (key));"
    "CREATE TABLE file (id integer primary key, path text, unique (path));"
    "CREATE TABLE context (id integer primary key, context text, unique (context));"
    "CREATE TABLE line_bits (file_id integer, context_id integer, numbits blob,"
    " foreign key (file_id) references file (id), foreign key (context_id) references context (id),"
    " unique (file_id, context_id));"
    "CREATE TABLE arc (file_id integer, context_id integer, fromno integer, tono integer,"
    " foreign key (file_id) references file (id), foreign key (context_id) references context (id),"
    " unique (file_id, context_id, fromno, tono));"
    "CREATE TABLE tracer (file_id integer primary key, tracer text, foreign key (file_id) references file (id));"
    "INSERT INTO coverage_schema VALUES (7);"
    "INSERT INTO meta VALUES ('version', '" FETTLE_VERSION "');";

static void keep_fault(struct coverage_db *w)
{
	if (!w->err.fault)
		(void)err_format(&w->err, "cannot write '%s': %s", w->path, sqlite3_errmsg(w->db));
	w->err.fault = FAULT_SYSTEM;
}

static void step(struct coverage_db *w, sqlite3_stmt *st)
{
	if (!w->err.fault && sqlite3_step(st) != SQLITE_DONE)
		keep_fault(w);
	(void)sqlite3_reset(st);
}

static void bind_text(sqlite3_stmt *st, int at, struct str s)
{
	(void)sqlite3_bind_text(st, at, s.n ? s.at : "", (int)s.n, SQLITE_STATIC);
}

static void put_context(struct cover_sink *sink, struct str name)
{
	struct coverage_db *w = (struct coverage_db *)sink;
	uint32_t at = map_get(&w->contexts, name);
	if (at == MAP_NONE) {
		name = arena_str(&w->arena, name);
		bind_text(w->add_context, 1, name);
		step(w, w->add_context);
		at = (uint32_t)sqlite3_last_insert_rowid(w->db);
		*map_at(&w->contexts, name) = at;
	}
	w->context = at;
}

static void put_file(struct cover_sink *sink, const struct cover_source *source)
{
	struct coverage_db *w = (struct coverage_db *)sink;
	struct str path = source->path;
	if (path.n && path.at[0] != '/')
		path = str_of(arena_printf(&w->arena, "%s/%.*s", w->root, STR_ARG(path)));
	bind_text(w->add_file, 1, path);
	step(w, w->add_file);
	w->file = sqlite3_last_insert_rowid(w->db);
	put_context(sink, STR(""));
}

static void add_arc(struct coverage_db *w, int64_t from, int64_t to)
{
	(void)sqlite3_bind_int64(w->add_arc, 1, w->file);
	(void)sqlite3_bind_int64(w->add_arc, 2, w->context);
	(void)sqlite3_bind_int64(w->add_arc, 3, from);
	(void)sqlite3_bind_int64(w->add_arc, 4, to);
	step(w, w->add_arc);
}

static void put_line_bits(struct cover_sink *sink, const uint8_t *bits, size_t n_bytes)
{
	struct coverage_db *w = (struct coverage_db *)sink;
	if (!n_bytes)
		return;
	if (w->branch) {
		for (size_t i = 0; i < n_bytes * 8; i++)
			if (bits[i / 8] >> i % 8 & 1)
				add_arc(w, (int64_t)i, (int64_t)i);
		return;
	}
	(void)sqlite3_bind_int64(w->add_bits, 1, w->file);
	(void)sqlite3_bind_int64(w->add_bits, 2, w->context);
	(void)sqlite3_bind_blob64(w->add_bits, 3, bits, n_bytes, SQLITE_STATIC);
	step(w, w->add_bits);
}

static void put_arcs(struct cover_sink *sink, const struct cover_arc *arcs, size_t n)
{
	struct coverage_db *w = (struct coverage_db *)sink;
	for (size_t i = 0; i < n && w->branch; i++)
		add_arc(w, arcs[i].from, arcs[i].to);
}

/* What only measured data has finds no place in a .coverage file. */
static void pass_lines(struct cover_sink *s, const struct cover_hit *lines, size_t n)
{
	(void)s, (void)lines, (void)n;
}

static void pass_excluded(struct cover_sink *s, const uint32_t *lines, size_t n)
{
	(void)s, (void)lines, (void)n;
}

static void pass_branches(struct cover_sink *s, const struct cover_branch *branches, size_t n, bool targets)
{
	(void)s, (void)branches, (void)n, (void)targets;
}

static void pass_functions(struct cover_sink *s, const struct cover_function *functions, size_t n)
{
	(void)s, (void)functions, (void)n;
}

static void prepare(struct coverage_db *w, const char *sql, sqlite3_stmt **ret)
{
	if (!w->err.fault && sqlite3_prepare_v2(w->db, sql, -1, ret, NULL) != SQLITE_OK)
		keep_fault(w);
}

int coverage_db_open(struct coverage_db *w, const char *path, bool branch, const char *root, struct err *e)
{
	*w = (struct coverage_db){
	    .sink = {.file = put_file,
		     .context = put_context,
		     .lines = pass_lines,
		     .line_bits = put_line_bits,
		     .excluded = pass_excluded,
		     .branches = pass_branches,
		     .arcs = put_arcs,
		     .functions = pass_functions},
	    .path = path,
	    .root = root,
	    .branch = branch,
	};
	if (unlink(path) < 0 && errno != ENOENT)
		return err_sys(e, "cannot write '%s'", path);
	if (sqlite3_open(path, &w->db) != SQLITE_OK ||
	    sqlite3_exec(w->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		keep_fault(w);
	prepare(w,
		branch ? "INSERT INTO meta VALUES ('has_arcs', '1')"
		       : "INSERT INTO meta VALUES ('has_arcs', '0')",
		&w->add_file);
	if (!w->err.fault)
		step(w, w->add_file);
	(void)sqlite3_finalize(w->add_file);
	w->add_file = NULL;
	prepare(w, "INSERT INTO file (path) VALUES (?1)", &w->add_file);
	prepare(w, "INSERT INTO context (context) VALUES (?1)", &w->add_context);
	prepare(w, "INSERT INTO line_bits VALUES (?1, ?2, ?3)", &w->add_bits);
	prepare(w, "INSERT OR IGNORE INTO arc VALUES (?1, ?2, ?3, ?4)", &w->add_arc);
	if (w->err.fault)
		return coverage_db_close(w, e);
	return 0;
}

int coverage_db_close(struct coverage_db *w, struct err *e)
{
	(void)sqlite3_finalize(w->add_file);
	(void)sqlite3_finalize(w->add_context);
	(void)sqlite3_finalize(w->add_bits);
	(void)sqlite3_finalize(w->add_arc);
	if (!w->err.fault && sqlite3_exec(w->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		keep_fault(w);
	(void)sqlite3_close(w->db);
	map_free(&w->contexts);
	arena_free(&w->arena);
	if (w->err.fault) {
		(void)unlink(w->path);
		*e = w->err;
	}
	return w->err.fault;
}
