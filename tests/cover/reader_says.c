/*
 * Prints what the readers of coverage tell: one JSON line for each call of the sink, notes and faults too.
 *
 *	reader_says [-q] FILE...
 *
 * With -q only sums, for measuring. Exit code 1 when a file was bad.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cover_in/cover_read.h"

struct says {
	struct cover_sink sink;
	struct cover_host host;
	struct buf out;
	bool quiet;
	int n_bad;
	unsigned long long n_files, n_lines, n_bits, n_hits, n_branches, n_arcs, n_functions, n_excluded,
	    n_contexts;
};

static struct says s;

static void open_row(const char *kind)
{
	buf_clear(&s.out);
	buf_char(&s.out, '{');
	json_put_key_text(&s.out, "says", str_of(kind));
}

static void close_row(void)
{
	buf_text(&s.out, "}\n");
	(void)fwrite(s.out.at, 1, s.out.n, stdout);
}

static void on_file(struct cover_sink *sink, const struct cover_source *source)
{
	static const char *const languages[] = {"", "python", "c", "go", "js", "java", "rust"};
	(void)sink;
	s.n_files++;
	if (s.quiet)
		return;
	open_row("file");
	json_put_key_text(&s.out, "path", source->path);
	json_put_key_text(&s.out, "language", str_of(languages[source->language]));
	json_put_key_int(&s.out, "raw", source->raw);
	json_put_key(&s.out, "bases");
	buf_char(&s.out, '[');
	for (uint32_t i = 0; i < source->n_bases; i++) {
		if (i)
			buf_char(&s.out, ',');
		json_put_text(&s.out, source->bases[i]);
	}
	buf_char(&s.out, ']');
	close_row();
}

static void on_context(struct cover_sink *sink, struct str name)
{
	(void)sink;
	s.n_contexts++;
	if (s.quiet)
		return;
	open_row("context");
	json_put_key_text(&s.out, "name", name);
	close_row();
}

static void on_lines(struct cover_sink *sink, const struct cover_hit *lines, size_t n)
{
	(void)sink;
	s.n_lines += n;
	for (size_t i = 0; i < n; i++)
		s.n_hits += lines[i].hits;
	if (s.quiet)
		return;
	open_row("lines");
	json_put_key(&s.out, "lines");
	for (size_t i = 0; i < n; i++)
		buf_printf(&s.out, "%s[%u,%u]", i ? "," : "[", lines[i].line, lines[i].hits);
	buf_char(&s.out, ']');
	close_row();
}

static void on_bits(struct cover_sink *sink, const uint8_t *bits, size_t n)
{
	(void)sink;
	for (size_t i = 0; i < n; i++)
		s.n_bits += (unsigned)__builtin_popcount(bits[i]);
	if (s.quiet)
		return;
	open_row("bits");
	json_put_key(&s.out, "lines");
	buf_char(&s.out, '[');
	for (size_t i = 1, first = 1; i < 8 * n; i++)
		if (bits[i / 8] >> i % 8 & 1) {
			buf_printf(&s.out, first ? "%zu" : ",%zu", i);
			first = 0;
		}
	buf_char(&s.out, ']');
	close_row();
}

static void on_excluded(struct cover_sink *sink, const uint32_t *lines, size_t n)
{
	(void)sink;
	s.n_excluded += n;
	if (s.quiet)
		return;
	open_row("excluded");
	json_put_key(&s.out, "lines");
	for (size_t i = 0; i < n; i++)
		buf_printf(&s.out, "%s%u", i ? "," : "[", lines[i]);
	buf_char(&s.out, ']');
	close_row();
}

static void on_branches(struct cover_sink *sink, const struct cover_branch *branches, size_t n, bool targets)
{
	(void)sink;
	s.n_branches += n;
	if (s.quiet)
		return;
	open_row("branches");
	json_put_key_int(&s.out, "targets", targets);
	json_put_key(&s.out, "branches");
	for (size_t i = 0; i < n; i++) {
		const struct cover_branch *b = &branches[i];
		buf_printf(&s.out, "%s[%u,%u,%d,", i ? "," : "[", b->line, b->block, b->way);
		buf_printf(&s.out, b->taken == COVER_UNREACHED ? "null]" : "%u]", b->taken);
	}
	buf_char(&s.out, ']');
	close_row();
}

static void on_arcs(struct cover_sink *sink, const struct cover_arc *arcs, size_t n)
{
	(void)sink;
	s.n_arcs += n;
	if (s.quiet)
		return;
	open_row("arcs");
	json_put_key(&s.out, "arcs");
	for (size_t i = 0; i < n; i++)
		buf_printf(&s.out, "%s[%d,%d]", i ? "," : "[", arcs[i].from, arcs[i].to);
	buf_char(&s.out, ']');
	close_row();
}

static void on_functions(struct cover_sink *sink, const struct cover_function *functions, size_t n)
{
	(void)sink;
	s.n_functions += n;
	for (size_t i = 0; i < n && !s.quiet; i++) {
		open_row("function");
		json_put_key_text(&s.out, "name", functions[i].name);
		json_put_key_int(&s.out, "first", functions[i].first);
		json_put_key_int(&s.out, "last", functions[i].last);
		json_put_key_int(&s.out, "hits", functions[i].hits);
		close_row();
	}
}

static void say_text(const char *kind, const char *path, const char *text)
{
	open_row(kind);
	json_put_key_text(&s.out, "path", str_of(path));
	json_put_key_text(&s.out, "text", str_of(text));
	close_row();
}

static void on_note(struct cover_host *host, const char *text)
{
	(void)host;
	say_text("note", "", text);
}

static void on_bad(struct cover_host *host, const struct err *e)
{
	(void)host;
	s.n_bad++;
	say_text("bad", "", e->text);
}

static void on_gcov(struct cover_host *host, const char *path, const char *why)
{
	(void)host;
	say_text("gcov", path, why);
}

int main(int argc, char **argv)
{
	struct cover_read r;
	struct err e;
	int first = argc > 1 && strcmp(argv[1], "-q") == 0 ? 2 : 1;
	s.quiet = first == 2;
	s.sink = (struct cover_sink){.file = on_file,
				     .context = on_context,
				     .lines = on_lines,
				     .line_bits = on_bits,
				     .excluded = on_excluded,
				     .branches = on_branches,
				     .arcs = on_arcs,
				     .functions = on_functions};
	s.host = (struct cover_host){on_note, on_bad, on_gcov};
	cover_read_init(&r, &s.sink, &s.host);
	for (int i = first; i < argc; i++)
		if (cover_read_file(&r, argv[i], &e) < 0) {
			s.n_bad++;
			say_text("bad", argv[i], e.text);
		}
	cover_read_end(&r);
	cover_read_free(&r);
	if (s.quiet)
		(void)printf(
		    "files %llu lines %llu hits %llu bits %llu excluded %llu branches %llu arcs %llu functions "
		    "%llu contexts %llu bad %d\n",
		    s.n_files, s.n_lines, s.n_hits, s.n_bits, s.n_excluded, s.n_branches, s.n_arcs,
		    s.n_functions, s.n_contexts, s.n_bad);
	buf_free(&s.out);
	return s.n_bad > 0;
}
