/* The finished model to its files, several at a time. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/cover_job.h"
#include "cover_in/cover_file.h"
#include "cover_out/report_cover.h"
#include "record/coverage_db.h"

enum {
	XML_BYTES = 10 * 1000 * 1000,    /* GitLab reads 10 MiB */
	SINGLE_BYTES = 10 * 1000 * 1000, /* a page that is larger opens slowly */
	MARKDOWN_BYTES = 65000,          /* GitHub takes 65,536 characters a comment */
	MARKDOWN_ROWS = 50,
	CONTEXT_BYTES =
	    32 * 1000 * 1000, /* of names of tests in coverage.json, each at every line that it ran */
	PAGES_AT_ONCE = 16,
};

static const char *const format_names[COVER_FORMATS_N] = {"term", "html",     "xml",       "json",
							  "lcov", "markdown", "sonarqube", "badge"};

/* What a thread has of its own. */
struct pen {
	char *buffer;
	size_t cap;
	struct arena arena;
	struct err err;           /* the first */
	int64_t begin_ns, end_ns; /* of the pages that it made */
};

struct writing {
	struct cover_job *job;
	const char *dir;
	char timestamp[64];
	uint64_t time_ms;
	const enum cover_format *formats;
	size_t n_formats, n_indexes, n_pages;         /* items, in this order; pages by the dozen */
	struct cover_step steps[COVER_FORMATS_N + 1]; /* of the formats, then of the pages */
	struct pen *pens;
};

static int open_file(struct pen *p, struct out *o, const char *path, int *ret_fd)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		struct err e;
		(void)err_sys(&e, "cannot write '%s'", path);
		if (!p->err.fault)
			p->err = e;
		return -1;
	}
	out_to_fd(o, fd);
	*ret_fd = fd;
	return 0;
}

static void close_file(struct pen *p, struct out *o, const char *path, int fd)
{
	struct err e = {0};
	if (out_close(o, &e) < 0)
		(void)err_wrap(&e, "cannot write '%s'", path);
	if (close(fd) < 0 && !e.fault)
		(void)err_sys(&e, "cannot write '%s'", path);
	if (e.fault && !p->err.fault)
		p->err = e;
}

static struct cover_html_options html_options(const struct cover_job *job)
{
	return (struct cover_html_options){
	    .title = job->settings.html_title, .version = STR(FETTLE_VERSION), .precision = job->precision};
}

/* What the names of contexts at the lines of files come to. */
static uint64_t context_bytes(const struct cover *c)
{
	uint64_t n = 0;
	for (uint32_t i = 0; i < c->n_files; i++) {
		const struct cover_file *f = &c->files[i];
		for (uint32_t k = 0; f->context_first && k < f->context_first[f->n_lines]; k++)
			n += c->contexts[f->context_ids[k]].n + 4;
	}
	return n;
}

/* coverage.xml, and coverage-2.xml and so on where one would be too large; those of an earlier report go. */
static void write_xml(struct writing *w, struct pen *p)
{
	struct cover_xml_options opt = {.version = STR(FETTLE_VERSION),
					.time_ms = w->time_ms,
					.root = w->job->where.root,
					.limit_bytes = XML_BYTES};
	struct cover_xml_part part = {0};
	unsigned n = 1;
	for (; !part.done; n++) {
		struct out o;
		int fd;
		const char *path = n == 1 ? arena_printf(&p->arena, "%s/coverage.xml", w->dir)
					  : arena_printf(&p->arena, "%s/coverage-%u.xml", w->dir, n);
		if (open_file(p, &o, path, &fd) < 0)
			return;
		report_cover_xml(w->job->cover, &o, &opt, &part);
		close_file(p, &o, path, fd);
	}
	while (unlink(arena_printf(&p->arena, "%s/coverage-%u.xml", w->dir, n)) == 0)
		n++;
}

static struct str source_of(struct cover_job *job, struct pen *p, const struct cover_file *f)
{
	struct cover_where where = job->where;
	struct str text;
	struct err ignored;
	where.arena = &p->arena;
	return cover_file_read(cover_where_source(&where, f->path), &p->buffer, &p->cap, &text, &ignored) < 0
		   ? STR_NONE
		   : text;
}

struct single_source {
	struct cover_job *job;
	struct pen *pen;
};

static struct str single_source(void *ctx, const struct cover_file *f)
{
	struct single_source *s = ctx;
	return source_of(s->job, s->pen, f);
}

static void write_single(struct writing *w, struct pen *p)
{
	struct out o;
	int fd;
	const char *path = arena_printf(&p->arena, "%s/coverage.html", w->dir);
	struct cover_html_options opt = html_options(w->job);
	struct single_source source = {w->job, p};
	if (open_file(p, &o, path, &fd) < 0)
		return;
	uint64_t bytes = report_cover_html_single(w->job->cover, &o, &opt, single_source, &source);
	close_file(p, &o, path, fd);
	if (bytes > SINGLE_BYTES)
		warn(w->job->command,
		     "'%s' has %llu MB and opens slowly; without --html-single each source has a page", path,
		     (unsigned long long)bytes / 1000000);
}

static const char *name_of(enum cover_format format)
{
	static const char *const names[COVER_FORMATS_N] = {[COVER_TERM] = "coverage.txt",
							   [COVER_JSON] = "coverage.json",
							   [COVER_LCOV] = "coverage.lcov",
							   [COVER_MARKDOWN] = "coverage.md",
							   [COVER_SONARQUBE] = "coverage-sonarqube.xml",
							   [COVER_BADGE] = "coverage.svg"};
	return names[format];
}

static struct cover_term_options term_options(const struct cover_job *job)
{
	static const char *const sorts[] = {"name", "stmts", "miss", "branch", "brpart", "cover"};
	const struct cover_settings *s = &job->settings;
	struct str sort = s->sort;
	struct cover_term_options opt = {.missing = s->show_missing,
					 .skip_covered = s->skip_covered,
					 .skip_empty = s->skip_empty,
					 .precision = job->precision};
	opt.descending = sort.n && sort.at[0] == '-';
	if (sort.n && (sort.at[0] == '-' || sort.at[0] == '+'))
		sort = str_cut(sort, 1, sort.n);
	for (unsigned i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		if (str_is(sort, sorts[i]))
			opt.sort = (enum cover_sort)i;
	return opt;
}

/* All that the project asks for; of a run with contexts those of lines, unless they are too many. */
static enum cover_json_contexts json_contexts(const struct writing *w)
{
	if (w->job->settings.show_contexts)
		return COVER_JSON_ALL_CONTEXTS;
	uint64_t bytes = w->job->contexts ? context_bytes(w->job->cover) : 0;
	if (bytes > CONTEXT_BYTES)
		warn(
		    w->job->command,
		    "'%s/%s' is without contexts, whose names would take %llu MB; show_contexts of [json] in the "
		    "settings of coverage asks for them",
		    w->dir, name_of(COVER_JSON), (unsigned long long)bytes / 1000000);
	return w->job->contexts && bytes <= CONTEXT_BYTES ? COVER_JSON_CONTEXTS : COVER_JSON_NO_CONTEXTS;
}

static void write_json(const struct writing *w, struct out *o)
{
	struct cover_json_options opt = {.version = STR(FETTLE_VERSION),
					 .timestamp = str_of(w->timestamp),
					 .contexts = json_contexts(w),
					 .precision = w->job->precision};
	report_cover_json(w->job->cover, o, &opt);
}

static void write_to(const struct writing *w, struct out *o, enum cover_format format)
{
	const struct cover *c = w->job->cover;
	struct cover_term_options term = term_options(w->job);
	struct cover_markdown_options markdown = {
	    .precision = w->job->precision, .limit_bytes = MARKDOWN_BYTES, .rows = MARKDOWN_ROWS};
	switch (format) {
	case COVER_TERM:
		report_cover_term(c, o, &term);
		break;
	case COVER_JSON:
		write_json(w, o);
		break;
	case COVER_LCOV:
		report_cover_lcov(c, o);
		break;
	case COVER_MARKDOWN:
		report_cover_markdown(c, w->job->diff, w->job->n_gates ? &w->job->misses : NULL, o,
				      &markdown);
		break;
	case COVER_SONARQUBE:
		report_cover_sonar(c, o);
		break;
	case COVER_BADGE:
		report_cover_badge(c, o, w->job->precision);
		break;
	default:
		break;
	}
}

static void write_format(struct writing *w, struct pen *p, enum cover_format format)
{
	struct out o;
	int fd;
	if (format == COVER_XML) {
		write_xml(w, p);
		return;
	}
	if (format == COVER_HTML) {
		write_single(w, p);
		return;
	}
	const char *path = arena_printf(&p->arena, "%s/%s", w->dir, name_of(format));
	if (open_file(p, &o, path, &fd) < 0)
		return;
	write_to(w, &o, format);
	close_file(p, &o, path, fd);
}

/* The three indexes, and the style and script that all pages share. */
static void write_index(struct writing *w, struct pen *p, size_t which)
{
	struct out o;
	int fd;
	struct cover_html_options opt = html_options(w->job);
	const char *name = which < 3    ? report_cover_html_indexes[which]
			   : which == 3 ? COVER_HTML_STYLE
					: COVER_HTML_SCRIPT;
	const char *path = arena_printf(&p->arena, "%s/coverage/%s", w->dir, name);
	if (open_file(p, &o, path, &fd) < 0)
		return;
	if (which < 3)
		report_cover_html_index(w->job->cover, &o, &opt, (enum cover_html_index)which);
	else if (which == 3)
		report_cover_html_style(&o);
	else
		report_cover_html_script(&o);
	close_file(p, &o, path, fd);
}

static void write_page(struct writing *w, struct pen *p, const struct cover_file *f)
{
	char name[COVER_HTML_NAME_BYTES];
	struct out o;
	int fd;
	struct cover_html_options opt = html_options(w->job);
	const char *path =
	    arena_printf(&p->arena, "%s/coverage/%s", w->dir, report_cover_html_name(name, f->path));
	struct str text = source_of(w->job, p, f);
	if (open_file(p, &o, path, &fd) < 0)
		return;
	report_cover_html_page(w->job->cover, f, text, &o, &opt);
	close_file(p, &o, path, fd);
}

static void write_pages(struct writing *w, struct pen *p, size_t item)
{
	if (item < w->n_indexes) {
		write_index(w, p, item);
		return;
	}
	size_t first = (item - w->n_indexes) * PAGES_AT_ONCE;
	for (size_t i = first; i < first + PAGES_AT_ONCE && i < w->job->cover->n_files; i++)
		write_page(w, p, &w->job->cover->files[i]);
}

static void write_item(void *ctx, unsigned thread, size_t item)
{
	struct writing *w = ctx;
	struct pen *p = &w->pens[thread];
	int64_t begin = clock_mono_ns();
	arena_reset(&p->arena);
	if (item < w->n_formats) {
		write_format(w, p, w->formats[item]);
		w->steps[item].begin_ns = begin;
		w->steps[item].end_ns = clock_mono_ns();
		return;
	}
	write_pages(w, p, item - w->n_formats);
	if (!p->begin_ns)
		p->begin_ns = begin;
	p->end_ns = clock_mono_ns();
}

/* The steps go into the job's list; that of the pages lasts from the first thread's begin to the last one's
 * end. */
static void keep_steps(struct writing *w)
{
	struct cover_job *job = w->job;
	struct cover_step *pages = &w->steps[w->n_formats];
	for (size_t i = 0; i < w->n_formats; i++)
		w->steps[i].name = format_names[w->formats[i]];
	for (unsigned t = 0; t < job->threads; t++) {
		const struct pen *p = &w->pens[t];
		if (p->begin_ns && (!pages->name || p->begin_ns < pages->begin_ns))
			pages->begin_ns = p->begin_ns;
		if (p->begin_ns)
			pages->name = format_names[COVER_HTML];
		if (p->end_ns > pages->end_ns)
			pages->end_ns = p->end_ns;
	}
	for (size_t i = 0; i <= w->n_formats; i++)
		if (w->steps[i].name && job->n_steps < sizeof(job->steps) / sizeof(job->steps[0]))
			job->steps[job->n_steps++] = w->steps[i];
}

static int write_all(struct writing *w, struct err *e)
{
	struct cover_job *job = w->job;
	w->pens = mem_alloc(sizeof(*w->pens) * job->threads);
	memset(w->pens, 0, sizeof(*w->pens) * job->threads);
	parallel_for(w->n_formats + w->n_indexes + w->n_pages, job->threads, write_item, w);
	keep_steps(w);
	int rc = 0;
	for (unsigned t = 0; t < job->threads; t++) {
		struct pen *p = &w->pens[t];
		if (p->err.fault && rc == 0) {
			*e = p->err;
			rc = e->fault;
		}
		arena_free(&p->arena);
		mem_free(p->buffer);
	}
	mem_free(w->pens);
	return rc;
}

static void stamp(struct writing *w)
{
	int64_t wall = clock_wall_ns();
	time_t t = (time_t)(wall / NS_PER_S);
	struct tm tm;
	w->time_ms = (uint64_t)(wall / NS_PER_MS);
	(void)localtime_r(&t, &tm);
	size_t n = strftime(w->timestamp, sizeof(w->timestamp), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(w->timestamp + n, sizeof(w->timestamp) - n, ".%06d", (int)(wall / 1000 % 1000000));
}

unsigned cover_job_formats(const struct cover_job *job)
{
	const struct knob_list *list = &job->wishes->format;
	unsigned bits = 0;
	if (job->wishes->quick)
		return 1u << COVER_TERM | 1u << COVER_JSON;
	for (size_t i = 0; i < list->n; i++)
		for (unsigned f = 0; f < COVER_FORMATS_N; f++)
			if (strcmp(list->at[i], format_names[f]) == 0)
				bits |= 1u << f;
	return list->n ? bits : 1u << COVER_TERM | 1u << COVER_HTML | 1u << COVER_XML | 1u << COVER_JSON;
}

int cover_job_write(struct cover_job *job, const char *dir, unsigned formats, struct err *e)
{
	enum cover_format list[COVER_FORMATS_N];
	struct writing w = {.job = job, .dir = dir, .formats = list};
	if (folder_make(dir, 0755, e) < 0)
		return e->fault;
	bool pages = (formats & 1u << COVER_HTML) && !job->wishes->html_single;
	if (pages) {
		const char *folder = arena_printf(&job->arena, "%s/coverage", dir);
		if (folder_make(folder, 0755, e) < 0)
			return e->fault;
		formats &= ~(1u << COVER_HTML);
	}
	for (unsigned f = 0; f < COVER_FORMATS_N; f++)
		if (formats & 1u << f)
			list[w.n_formats++] = (enum cover_format)f;
	if (pages) {
		w.n_indexes = 5;
		w.n_pages = (job->cover->n_files + PAGES_AT_ONCE - 1) / PAGES_AT_ONCE;
	}
	stamp(&w);
	return write_all(&w, e);
}

void cover_job_table(struct cover_job *job, int fd, bool colour, unsigned columns)
{
	struct cover_term_options opt = term_options(job);
	struct out o;
	struct err ignored;
	opt.colour = colour;
	opt.columns = columns;
	out_to_fd(&o, fd);
	report_cover_term(job->cover, &o, &opt);
	(void)!out_close(&o, &ignored);
}

static int write_db(struct cover_job *job, const char *path, struct err *e)
{
	struct coverage_db db;
	if (coverage_db_open(&db, path, job->merge.branch, job->where.root.at, e) < 0)
		return e->fault;
	cover_merge_replay(&job->merge, &db.sink);
	return coverage_db_close(&db, e);
}

int cover_job_write_file(struct cover_job *job, const char *path, struct err *e)
{
	static const struct {
		const char *end;
		enum cover_format format;
	} ends[] = {{".lcov", COVER_LCOV}, {".info", COVER_LCOV}, {".json", COVER_JSON}, {".xml", COVER_XML}};
	struct writing w = {.job = job};
	struct pen p = {0};
	struct out o;
	int fd;
	stamp(&w);
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!str_ends(str_of(path), ends[i].end))
			continue;
		if (open_file(&p, &o, path, &fd) == 0) {
			struct cover_xml_options xml = {
			    .version = STR(FETTLE_VERSION), .time_ms = w.time_ms, .root = job->where.root};
			if (ends[i].format == COVER_XML)
				report_cover_xml(job->cover, &o, &xml, &(struct cover_xml_part){0});
			else
				write_to(&w, &o, ends[i].format);
			close_file(&p, &o, path, fd);
		}
		*e = p.err;
		return p.err.fault;
	}
	if (str_ends(str_of(path), ".coverage"))
		return write_db(job, path, e);
	return err_usage(e, "'%s': its name must end with .lcov, .info, .json, .xml or .coverage", path);
}
