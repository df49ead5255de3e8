/*
 * For parity.py: reads paths of Python files from standard input, one on each line, and says in one line of
 *JSON each what the scanner makes of them.
 *
 *	pyscan_says [--arcs] [--python MINOR] [--quiet] [--defaults] [--exclude PATTERN]... [--partial
 *PATTERN]...
 *
 * Patterns are Python's; --defaults adds coverage.py's own. --quiet reads and scans, and says only how much
 *and how fast.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/cover_settings.h"
#include "cover/pyscan.h"
#include "cover/pysource.h"

enum { PATTERNS = 32 };

struct wishes {
	bool arcs, quiet;
	uint8_t python_minor;
	struct str exclude[PATTERNS], partial[PATTERNS];
	size_t n_exclude, n_partial;
	struct regex *excludes, *partials;
};

struct totals {
	uint64_t bytes, files;
	int64_t scan_ns, match_ns;
};

static void say_lines(struct buf *out, const char *name, const struct pyfacts *f, uint8_t flag)
{
	bool first = true;
	buf_printf(out, ",\"%s\":[", name);
	for (uint32_t i = 0; i <= f->n_lines; i++) {
		if (!(f->flags[i] & flag))
			continue;
		buf_printf(out, first ? "%u" : ",%u", (unsigned)i);
		first = false;
	}
	buf_char(out, ']');
}

static void say_multiline(struct buf *out, const struct pyfacts *f)
{
	bool first = true;
	buf_text(out, ",\"multiline\":{");
	for (uint32_t i = 0; i <= f->n_lines; i++) {
		if (f->first_line[i] == i)
			continue;
		buf_printf(out, "%s\"%u\":%u", first ? "" : ",", (unsigned)i, (unsigned)f->first_line[i]);
		first = false;
	}
	buf_char(out, '}');
}

static void say_arcs(struct buf *out, const struct pyfacts *f)
{
	bool first = true;
	buf_text(out, ",\"arcs\":[");
	for (uint32_t i = 0; i < f->n_arcs; i++)
		buf_printf(out, "%s[%d,%d]", i ? "," : "", (int)f->arcs[i].from, (int)f->arcs[i].to);
	buf_text(out, "],\"fixes\":[");
	for (uint32_t i = 0; i < f->n_fixes; i++)
		buf_printf(out, "%s[%d,%d,%d]", i ? "," : "", (int)f->fixes[i].seen.from,
			   (int)f->fixes[i].seen.to, (int)f->fixes[i].to);
	buf_text(out, "],\"exits\":{");
	for (uint32_t i = 0; i <= f->n_lines; i++) {
		if (!f->exits[i])
			continue;
		buf_printf(out, "%s\"%u\":%u", first ? "" : ",", (unsigned)i, (unsigned)f->exits[i]);
		first = false;
	}
	buf_char(out, '}');
}

static void say_regions(struct buf *out, const struct pyfacts *f)
{
	buf_text(out, ",\"regions\":[");
	for (uint32_t i = 0; i < f->n_regions; i++) {
		const struct cover_region *r = &f->regions[i];
		buf_printf(out, "%s[\"%s\",", i ? "," : "", r->kind == COVER_FUNCTION ? "function" : "class");
		json_put_text(out, r->name);
		buf_printf(out, ",%u,%u,[", (unsigned)r->first, (unsigned)r->last);
		for (uint32_t j = 0; j < r->n_spans; j++)
			buf_printf(out, "%s[%u,%u]", j ? "," : "", (unsigned)r->spans[j][0],
				   (unsigned)r->spans[j][1]);
		buf_text(out, "]]");
	}
	buf_char(out, ']');
}

static void say(struct buf *out, const struct pyfacts *f, const struct wishes *w)
{
	say_lines(out, "statements", f, PY_STATEMENT);
	say_lines(out, "excluded", f, PY_EXCLUDED);
	say_lines(out, "no_branch", f, PY_NO_BRANCH);
	say_multiline(out, f);
	say_regions(out, f);
	if (w->arcs)
		say_arcs(out, f);
}

static bool read_file(struct buf *bytes, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	buf_clear(bytes);
	for (size_t n = 1; n;) {
		n = fread(buf_room(bytes, 1 << 16), 1, 1 << 16, file);
		bytes->n += n;
	}
	(void)fclose(file);
	return true;
}

static struct pyfacts look(struct arena *a, struct str bytes, const struct wishes *w, struct totals *t,
			   struct err *e)
{
	struct regex_match *exclude, *partial;
	struct pyscan_options opt = {.arcs = w->arcs, .python_minor = w->python_minor};
	struct pysource source = pysource(a, bytes);
	if (source.error)
		return (struct pyfacts){.error = source.error, .error_line = 1};
	int64_t began = clock_cpu_ns();
	if (regex_lines(w->excludes, a, source.text, &exclude, &opt.n_exclude, e) < 0 ||
	    regex_lines(w->partials, a, source.text, &partial, &opt.n_partial, e) < 0)
		return (struct pyfacts){.error = "a pattern takes too long", .error_line = 1};
	opt.exclude = exclude;
	opt.partial = partial;
	int64_t matched = clock_cpu_ns();
	struct pyfacts f = pyscan(a, source.text, &opt);
	t->match_ns += matched - began;
	t->scan_ns += clock_cpu_ns() - matched;
	t->bytes += bytes.n;
	t->files++;
	return f;
}

static void one_file(const char *path, struct buf *bytes, struct buf *out, const struct wishes *w,
		     struct totals *t)
{
	struct arena a = {0};
	struct err e;
	if (!read_file(bytes, path)) {
		perror(path);
		exit(1);
	}
	char *exact = mem_alloc(bytes->n); /* no larger than the file, for what looks past its end */
	if (bytes->n)
		memcpy(exact, bytes->at, bytes->n);
	struct pyfacts f = look(&a, (struct str){exact, bytes->n}, w, t, &e);
	if (!w->quiet) {
		buf_clear(out);
		buf_text(out, "{\"path\":");
		json_put_text(out, str_of(path));
		if (f.error)
			buf_printf(out, ",\"error\":\"%s\",\"line\":%u", f.error, (unsigned)f.error_line);
		else
			say(out, &f, w);
		buf_char(out, '}');
		(void)puts(out->at);
		(void)fflush(stdout);
	}
	mem_free(exact);
	arena_free(&a);
}

static void add_all(struct str *patterns, size_t *n, const char *const *texts)
{
	for (; *texts && *n < PATTERNS; texts++)
		patterns[(*n)++] = str_of(*texts);
}

static void read_wishes(struct wishes *w, int argc, char **argv)
{
	struct err e;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--arcs") == 0) {
			w->arcs = true;
		} else if (strcmp(argv[i], "--quiet") == 0) {
			w->quiet = true;
		} else if (strcmp(argv[i], "--python") == 0 && i + 1 < argc) {
			w->python_minor = (uint8_t)strtoul(argv[++i], NULL, 10); /* of Python 3 */
		} else if (strcmp(argv[i], "--defaults") == 0) {
			add_all(w->exclude, &w->n_exclude, cover_exclude_lines);
			add_all(w->partial, &w->n_partial, cover_partial_branches);
			add_all(w->partial, &w->n_partial, cover_partial_always);
		} else if (strcmp(argv[i], "--exclude") == 0 && i + 1 < argc && w->n_exclude < PATTERNS) {
			w->exclude[w->n_exclude++] = str_of(argv[++i]);
		} else if (strcmp(argv[i], "--partial") == 0 && i + 1 < argc && w->n_partial < PATTERNS) {
			w->partial[w->n_partial++] = str_of(argv[++i]);
		} else {
			(void)fprintf(stderr, "pyscan_says: what is '%s'?\n", argv[i]);
			exit(2);
		}
	}
	if (regex_compile(w->exclude, w->n_exclude, &w->excludes, &e) < 0 ||
	    regex_compile(w->partial, w->n_partial, &w->partials, &e) < 0) {
		(void)fprintf(stderr, "pyscan_says: %s\n", e.text);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static char path[65536];
	struct wishes w = {0};
	struct totals t = {0};
	struct buf bytes = {0}, out = {0};
	read_wishes(&w, argc, argv);
	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = 0;
		one_file(path, &bytes, &out, &w, &t);
	}
	if (w.quiet)
		(void)printf(
		    "%llu files, %.1f MB: scanned in %.3f s (%.0f MB/s), patterns searched in %.3f s\n",
		    (unsigned long long)t.files, (double)t.bytes / 1e6, (double)t.scan_ns / 1e9,
		    (double)t.bytes * 1e3 / (double)(t.scan_ns + 1), (double)t.match_ns / 1e9);
	buf_free(&bytes);
	buf_free(&out);
	regex_free(w.excludes);
	regex_free(w.partials);
	return 0;
}
