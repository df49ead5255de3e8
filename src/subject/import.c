#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/words.h"
#include "bench/subject.h"
#include "ingest/bench_foreign.h"
#include "subject/gather.h"
#include "subject/import_files.h"
#include "subject/source.h"

struct import {
	const struct bench_item *item;
	int64_t deadline_ns;
	struct arena *arena;
	struct results figures;
	enum bench_format format;
	struct err first; /* what was wrong with the first bad file */
	uint32_t n_bad;
};

/* A source that cannot be read must not pass for one that has nothing to say. */
static void fail_source(struct import *m, struct str name, const struct err *e)
{
	const char *filter = m->figures.filter;
	m->figures.filter = NULL;
	uint32_t at = results_benchmark(&m->figures, name);
	m->figures.filter = filter;
	if (results_run(&m->figures, at))
		results_fail(&m->figures, at, str_of(e->text));
	if (!m->n_bad++)
		m->first = *e;
}

static int read_whole(const char *path, struct buf *b, struct err *e)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return err_sys(e, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_format(e, "cannot read '%s': it is no file", path);
	if (!file_read(path, (size_t)GATHER_MOST + 1, b))
		return err_sys(e, "cannot read '%s'", path);
	if (b->n > GATHER_MOST)
		return err_format(e, "%s: it is larger than %d MiB", path, GATHER_MOST / (1024 * 1024));
	return 0;
}

static bool is_called(const char *path, const char *name)
{
	size_t n = strlen(path), k = strlen(name);
	return n >= k && strcmp(path + n - k, name) == 0 && (n == k || path[n - k - 1] == '/');
}

static char *beside(struct arena *a, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	return arena_printf(a, "%.*s%s", slash ? (int)(slash - path + 1) : 0, path, name);
}

/* "x/copy/vec/8/new/sample.json": "copy/vec/8" as far as anybody can tell without benchmark.json */
static struct str folder_name(const char *path)
{
	struct str s = str_of(path);
	for (int i = 0; i < 2; i++)
		s = str_cut(s, 0, str_find_last(s, '/') == s.n ? 0 : str_find_last(s, '/'));
	return s.n ? s : str_of(path);
}

/* Criterion leaves four files a benchmark, and those of the time before in a folder base. */
static bool is_criterion_aside(struct import *m, const char *path)
{
	static const char *const aside[] = {"benchmark.json", "tukey.json", "estimates.json", "raw.csv"};
	if (m->format != BENCH_FORMAT_CRITERION && m->format != BENCH_FORMAT_AUTO)
		return false;
	if (is_called(path, "change/estimates.json") ||
	    (strstr(path, "/base/") && access(beside(m->arena, path, "../new/sample.json"), F_OK) == 0))
		return true;
	for (unsigned i = 0; i < sizeof(aside) / sizeof(aside[0]); i++)
		if (is_called(path, aside[i]) && access(beside(m->arena, path, "sample.json"), F_OK) == 0)
			return true;
	return false;
}

static int read_criterion(struct import *m, const char *path, struct str bytes, struct err *e)
{
	struct buf about = {0};
	struct err ignored;
	if (read_whole(beside(m->arena, path, "benchmark.json"), &about, &ignored) < 0)
		buf_clear(&about);
	int rc = bench_criterion_read(&m->figures, bytes, buf_view(&about), folder_name(path), path, e);
	buf_free(&about);
	return rc;
}

static void read_file(struct import *m, const char *path)
{
	struct buf b = {0};
	struct err e;
	int rc;
	if (is_criterion_aside(m, path))
		return;
	rc = read_whole(path, &b, &e);
	enum bench_format format = m->format;
	if (rc == 0 && format == BENCH_FORMAT_AUTO)
		format = bench_foreign_of(buf_view(&b));
	if (rc == 0 && format == BENCH_FORMAT_CRITERION)
		rc = read_criterion(m, path, buf_view(&b), &e);
	else if (rc == 0)
		rc = bench_foreign_read(&m->figures, buf_view(&b), path, format, &e);
	if (rc < 0)
		fail_source(m, str_of(path), &e);
	buf_free(&b);
}

static void read_files(struct import *m)
{
	struct import_files files = {.arena = m->arena};
	for (size_t i = 0; i < m->item->files.n; i++) {
		struct err one;
		const char *pattern = gather_path(m->arena, m->item, m->item->files.at[i]);
		if (import_files_add(&files, pattern, &one) < 0)
			fail_source(m, str_of(m->item->files.at[i]), &one);
	}
	for (size_t i = 0; i < files.n; i++) {
		if (i && strcmp(files.at[i], files.at[i - 1]) == 0)
			continue;
		read_file(m, files.at[i]);
	}
}

/* What a command printed before it ended badly counts: `go test` ends with 1 where one benchmark failed. */
static int read_command(struct import *m, struct err *e)
{
	const struct bench_item *item = m->item;
	char **argv = arena_array(m->arena, char *, item->command.n + 1);
	struct buf out = {0}, shown = {0};
	struct gather_end end;
	struct err bad;
	memcpy(argv, item->command.at, item->command.n * sizeof(*argv));
	words_show(&shown, argv, item->command.n);
	const char *name = arena_copy(m->arena, str_clip_utf8(buf_view(&shown), 160));
	buf_free(&shown);
	int64_t timeout_ns = item->timeout_ns > 0 ? item->timeout_ns : INT64_MAX;
	int64_t left_ns = m->deadline_ns ? m->deadline_ns - clock_mono_ns() : INT64_MAX;
	if (left_ns < timeout_ns)
		timeout_ns = left_ns > 0 ? left_ns : 1;
	const struct gather g = {.argv = argv,
				 .env = subject_environment(m->arena, item),
				 .cwd = item->dir,
				 .in = -1,
				 .hears = true,
				 .timeout_ns = timeout_ns,
				 .limit_ns = timeout_ns};
	int rc = gather(&g, &out, &end, e);
	struct str told = rc == 0 ? gather_told(m->arena, &g, &end) : STR_NONE;
	/* with files, the command is what writes them */
	int read = rc == 0 && !item->files.n
		       ? bench_foreign_read(&m->figures, buf_view(&out), name, m->format, &bad)
		       : 0;
	if (told.n && (read < 0 || !m->figures.n_failed)) {
		(void)err_format(&bad, "'%s': %.*s", name, STR_ARG(told));
		read = -1;
	}
	if (read < 0)
		fail_source(m, str_of(name), &bad);
	buf_free(&out);
	return rc;
}

static int nothing(struct import *m, struct err *e)
{
	if (m->n_bad) {
		*e = m->first;
		return e->fault;
	}
	return err_format(e, "no benchmark of '%s' matches '%s'", m->item->name, m->item->filter);
}

int source_import(const struct bench_item *item, int64_t deadline_ns, struct arena *a,
		  struct source_subjects *ret, struct err *e)
{
	struct import m = {.item = item,
			   .deadline_ns = deadline_ns,
			   .arena = a,
			   .format = (enum bench_format)item->format.is};
	m.figures = (struct results){
	    .arena = a, .bench = str_of(item->name), .kind = STR("import"), .filter = item->filter};
	int rc = item->command.n ? read_command(&m, e) : 0;
	if (rc == 0)
		read_files(&m);
	ret->at = results_finish(&m.figures, &ret->n);
	ret->notes = m.figures.notes;
	ret->n_notes = (uint32_t)m.figures.n_notes;
	if (rc == 0 && ret->n == m.n_bad)
		rc = nothing(&m, e);
	if (rc < 0)
		ret->n = 0;
	return rc;
}
