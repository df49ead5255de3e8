/*
 * make_cover FORMAT [KEY=VALUE]... <ROWS: a report of the coverage that the rows tell
 * (coverage/cover_fixture.h).
 *
 * FORMAT: term, json, xml, lcov, sonar, badge: on standard output; html: into the folder out, and single:
 * with sources from the folder sources. KEY: version, timestamp (text), time_ms, root, contexts (0 to 2),
 * precision, coverage_py, compact, limit, missing, skip_covered, skip_empty, sort (0 to 5), descending,
 * colour, columns, out (a folder, for what makes several files). cost=1 tells the CPU time on standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cover/cover_fixture.h"
#include "cover_out/report_cover.h"

static char **words;

static struct str word(const char *key)
{
	size_t n = strlen(key);
	for (char **w = words; *w; w++)
		if (strncmp(*w, key, n) == 0 && (*w)[n] == '=')
			return str_of(*w + n + 1);
	return STR_NONE;
}

static unsigned long number(const char *key)
{
	struct str s = word(key);
	return s.n ? strtoul(s.at, NULL, 10) : 0;
}

static struct str read_all(int fd)
{
	struct buf b = {0};
	ssize_t n;
	while ((n = read(fd, buf_room(&b, 1 << 20), 1 << 20)) > 0)
		b.n += (size_t)n;
	return buf_view(&b);
}

_Noreturn static void fail(const char *what, const char *name)
{
	(void)fprintf(stderr, "make_cover: %s '%s': %s\n", what, name, strerror(errno));
	exit(1);
}

static void write_xml(const struct cover *c, struct out *o)
{
	struct cover_xml_options opt = {.version = word("version"),
					.time_ms = number("time_ms"),
					.root = word("root"),
					.compact = number("compact"),
					.coverage_py = number("coverage_py"),
					.limit_bytes = number("limit")};
	struct cover_xml_part part = {0};
	if (!opt.limit_bytes) {
		report_cover_xml(c, o, &opt, &part);
		return;
	}
	for (unsigned i = 0; !part.done; i++) {
		struct err e;
		struct out file;
		char name[4096];
		(void)snprintf(name, sizeof(name), "%.*s/coverage-%u.xml", STR_ARG(word("out")), i);
		int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0)
			fail("cannot open", name);
		out_to_fd(&file, fd);
		report_cover_xml(c, &file, &opt, &part);
		if (out_close(&file, &e) < 0 || close(fd))
			fail("cannot write", name);
	}
}

static void write_term(const struct cover *c, struct out *o)
{
	report_cover_term(c, o,
			  &(struct cover_term_options){.colour = number("colour"),
						       .missing = number("missing"),
						       .skip_covered = number("skip_covered"),
						       .skip_empty = number("skip_empty"),
						       .sort = (enum cover_sort)number("sort"),
						       .descending = number("descending"),
						       .precision = (unsigned)number("precision"),
						       .columns = (unsigned)number("columns")});
}

static struct str read_source(void *kept, const struct cover_file *f)
{
	struct buf *b = kept;
	char name[8192];
	buf_free(b);
	(void)snprintf(name, sizeof(name), "%.*s/%.*s", STR_ARG(word("sources")), STR_ARG(f->path));
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return STR_NONE;
	struct stat st;
	if (fstat(fd, &st) == 0)
		(void)buf_room(b, (size_t)st.st_size + 1);
	ssize_t n;
	while ((n = read(fd, buf_room(b, 1 << 12), b->cap - b->n - 1)) > 0)
		b->n += (size_t)n;
	(void)close(fd);
	return buf_view(b);
}

static int file_in(struct str folder, const char *name)
{
	char path[8192];
	(void)snprintf(path, sizeof(path), "%.*s/%s", STR_ARG(folder), name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		fail("cannot open", path);
	return fd;
}

static void end_file(struct out *o)
{
	struct err e;
	int fd = o->fd;
	if (out_close(o, &e) < 0 || close(fd))
		fail("cannot write", "a page");
}

static void write_html(const struct cover *c)
{
	struct cover_html_options opt = {
	    .title = word("title"), .version = word("version"), .precision = (unsigned)number("precision")};
	struct out o;
	struct buf source = {0};
	for (unsigned i = 0; i < 3; i++) {
		out_to_fd(&o, file_in(word("out"), report_cover_html_indexes[i]));
		report_cover_html_index(c, &o, &opt, (enum cover_html_index)i);
		end_file(&o);
	}
	out_to_fd(&o, file_in(word("out"), COVER_HTML_STYLE));
	report_cover_html_style(&o);
	end_file(&o);
	out_to_fd(&o, file_in(word("out"), COVER_HTML_SCRIPT));
	report_cover_html_script(&o);
	end_file(&o);
	for (uint32_t i = 0; i < c->n_files; i++) {
		char name[COVER_HTML_NAME_BYTES];
		out_to_fd(&o, file_in(word("out"), report_cover_html_name(name, c->files[i].path)));
		report_cover_html_page(c, &c->files[i], read_source(&source, &c->files[i]), &o, &opt);
		end_file(&o);
	}
	buf_free(&source);
}

static void write_single(const struct cover *c, struct out *o)
{
	struct cover_html_options opt = {
	    .title = word("title"), .version = word("version"), .precision = (unsigned)number("precision")};
	struct buf source = {0};
	(void)report_cover_html_single(c, o, &opt, read_source, &source);
	buf_free(&source);
}

static void write_report(const struct cover *c, const char *format, struct out *o)
{
	if (strcmp(format, "term") == 0)
		write_term(c, o);
	else if (strcmp(format, "json") == 0)
		report_cover_json(
		    c, o,
		    &(struct cover_json_options){.version = word("version"),
						 .timestamp = word("timestamp"),
						 .contexts = (enum cover_json_contexts)number("contexts"),
						 .precision = (unsigned)number("precision")});
	else if (strcmp(format, "xml") == 0)
		write_xml(c, o);
	else if (strcmp(format, "lcov") == 0)
		report_cover_lcov(c, o);
	else if (strcmp(format, "sonar") == 0)
		report_cover_sonar(c, o);
	else if (strcmp(format, "badge") == 0)
		report_cover_badge(c, o, (unsigned)number("precision"));
	else if (strcmp(format, "html") == 0)
		write_html(c);
	else if (strcmp(format, "single") == 0)
		write_single(c, o);
	else
		fail("no such format", format);
}

static double now_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		fail("usage", "make_cover FORMAT [KEY=VALUE]...");
	words = argv + 2;
	struct arena a = {0};
	struct err e;
	struct out o;
	struct str rows = read_all(0);
	struct cover *c = cover_fixture(&a, rows);
	double before = now_ms();
	out_to_fd(&o, 1);
	write_report(c, argv[1], &o);
	int rc = out_close(&o, &e);
	if (number("cost"))
		(void)fprintf(stderr, "%s %.1f ms\n", argv[1], now_ms() - before);
	arena_free(&a);
	mem_free((char *)(uintptr_t)rows.at);
	return rc < 0;
}
