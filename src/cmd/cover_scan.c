/* Raw data meets its sources: they are read, hashed and scanned side by side, and told to the merge one by
 * one. */
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/cover_job.h"
#include "cover/cover_python.h"
#include "cover/pysource.h"
#include "cover_in/cover_file.h"

enum { FILES_AT_ONCE = 256 }; /* scanned before they are told: bounds what their facts take */

struct scan {
	struct pyfacts facts;
	enum cover_fault fault;
	bool wanted;
	struct err err;
};

struct scanner {
	struct arena arena; /* of facts; reset for each round */
	char *buffer;
	size_t cap;
};

struct round {
	struct cover_job *job;
	size_t first;
	struct scan scans[FILES_AT_ONCE];
	struct scanner *scanners;
};

static bool is_python(const struct cover_gather *g)
{
	struct str path = g->file.path;
	return g->file.language == COVER_PYTHON ||
	       (g->file.language == COVER_UNKNOWN && (str_ends(path, ".py") || str_ends(path, ".pyw")));
}

static void scan_text(struct cover_job *job, struct scanner *s, struct scan *scan, struct str text,
		      const char *path)
{
	struct pyscan_options opt = {.arcs = job->merge.branch, .python_minor = job->python_minor};
	struct regex_match *exclude, *partial = NULL;
	struct pysource source = pysource(&s->arena, text);
	if (source.error) {
		(void)err_format(&scan->err, "left out of the percentage: '%s': %s", path, source.error);
		scan->fault = COVER_SOURCE_BAD;
		return;
	}
	text = source.text;
	if (regex_lines(job->exclude, &s->arena, text, &exclude, &opt.n_exclude, &scan->err) < 0 ||
	    (opt.arcs &&
	     regex_lines(job->partial, &s->arena, text, &partial, &opt.n_partial, &scan->err) < 0)) {
		(void)err_wrap(&scan->err, "'%s'", path);
		scan->fault = COVER_SOURCE_BAD;
		return;
	}
	opt.exclude = exclude;
	opt.partial = partial;
	scan->facts = pyscan(&s->arena, text, &opt);
	if (scan->facts.error)
		(void)err_format(&scan->err, "left out of the percentage: '%s' line %u: %s", path,
				 scan->facts.error_line, scan->facts.error);
}

static bool is_changed(const struct cover_gather *g, struct str text)
{
	char hex[SHA256_HEX_BYTES];
	if (!g->sha256.n)
		return false;
	sha256_hex(text, hex);
	return g->many_sources || !str_is(g->sha256, hex);
}

static void scan_one(void *ctx, unsigned thread, size_t item)
{
	struct round *r = ctx;
	struct scan *scan = &r->scans[item];
	struct scanner *s = &r->scanners[thread];
	const struct cover_gather *g = &r->job->merge.files[r->first + item];
	if (!scan->wanted)
		return;
	struct cover_where where = r->job->where;
	struct str text;
	where.arena = &s->arena;
	const char *path = cover_where_source(&where, g->file.path);
	if (cover_file_read(path, &s->buffer, &s->cap, &text, &scan->err) < 0) {
		scan->fault = COVER_SOURCE_GONE;
		(void)err_wrap(&scan->err, "left out of the percentage");
		return;
	}
	if (is_changed(g, text)) {
		scan->fault = COVER_SOURCE_CHANGED;
		(void)err_format(&scan->err, "'%s' was changed after it ran: its lines may be off", path);
	}
	scan_text(r->job, s, scan, text, path);
}

static void tell_round(struct cover_job *job, struct round *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct scan *scan = &r->scans[i];
		if (!scan->wanted)
			continue;
		if (scan->err.fault) {
			job->n_bad++;
			warn(job->command, "%s", scan->err.text);
		}
		struct cover_gather *g = &job->merge.files[r->first + i];
		g->file.fault = scan->fault;
		if (scan->fault == COVER_FINE || scan->fault == COVER_SOURCE_CHANGED)
			cover_python(&job->merge, (uint32_t)(r->first + i), &scan->facts);
	}
}

void cover_job_finish(struct cover_job *job)
{
	struct round *r = mem_alloc(sizeof(*r));
	struct scanner *scanners = mem_alloc(sizeof(*scanners) * job->threads);
	memset(scanners, 0, sizeof(*scanners) * job->threads);
	cover_job_step(job, "scan");
	if (job->branch)
		job->merge.branch = true;
	for (size_t first = 0; first < job->merge.n_files; first += FILES_AT_ONCE) {
		size_t n =
		    job->merge.n_files - first < FILES_AT_ONCE ? job->merge.n_files - first : FILES_AT_ONCE;
		memset(r, 0, sizeof(*r));
		r->job = job;
		r->first = first;
		r->scanners = scanners;
		for (size_t i = 0; i < n; i++)
			r->scans[i].wanted =
			    job->merge.files[first + i].raw && is_python(&job->merge.files[first + i]);
		parallel_for(n, job->threads, scan_one, r);
		tell_round(job, r, n);
		for (unsigned t = 0; t < job->threads; t++)
			arena_reset(&scanners[t].arena);
	}
	for (unsigned t = 0; t < job->threads; t++) {
		arena_free(&scanners[t].arena);
		mem_free(scanners[t].buffer);
	}
	mem_free(scanners);
	mem_free(r);
	cover_job_step(job, "merge");
	job->cover = cover_finish(&job->merge);
	cover_job_step(job, NULL);
}
