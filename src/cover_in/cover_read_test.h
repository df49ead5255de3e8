/*
 * cover_in/cover_read_test.h - for the tests of readers of coverage: a sink that writes down what it is told,
 * one line a call, and how to read a text into it.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those */
#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "cover_in/cover_read.h"

struct told {
	struct cover_sink sink;
	struct cover_host host;
	struct buf text;
	struct err err;
};

static inline struct buf *told_buf(struct cover_sink *s)
{
	return &((struct told *)s)->text;
}

static inline void told_file(struct cover_sink *s, const struct cover_source *source)
{
	static const char *const languages[] = {"?", "python", "c", "go", "js", "java", "rust"};
	buf_printf(told_buf(s), "file %.*s %s%s", STR_ARG(source->path), languages[source->language],
		   source->raw ? " raw" : "");
	for (uint32_t i = 0; i < source->n_bases; i++)
		buf_printf(told_buf(s), " in %.*s", STR_ARG(source->bases[i]));
	buf_char(told_buf(s), '\n');
}

static inline void told_context(struct cover_sink *s, struct str name)
{
	buf_printf(told_buf(s), "context %.*s\n", STR_ARG(name));
}

static inline void told_lines(struct cover_sink *s, const struct cover_hit *lines, size_t n)
{
	buf_text(told_buf(s), "lines");
	for (size_t i = 0; i < n; i++)
		buf_printf(told_buf(s), " %u:%u", lines[i].line, lines[i].hits);
	buf_char(told_buf(s), '\n');
}

static inline void told_bits(struct cover_sink *s, const uint8_t *bits, size_t n)
{
	buf_text(told_buf(s), "bits");
	for (size_t i = 0; i < 8 * n; i++)
		if (bits[i / 8] >> i % 8 & 1)
			buf_printf(told_buf(s), " %zu", i);
	buf_char(told_buf(s), '\n');
}

static inline void told_excluded(struct cover_sink *s, const uint32_t *lines, size_t n)
{
	buf_text(told_buf(s), "excluded");
	for (size_t i = 0; i < n; i++)
		buf_printf(told_buf(s), " %u", lines[i]);
	buf_char(told_buf(s), '\n');
}

static inline void told_branches(struct cover_sink *s, const struct cover_branch *b, size_t n, bool targets)
{
	buf_text(told_buf(s), targets ? "ways" : "branches");
	for (size_t i = 0; i < n; i++) {
		buf_printf(told_buf(s), " %u.%u.%d:", b[i].line, b[i].block, b[i].way);
		if (b[i].taken == COVER_UNREACHED)
			buf_char(told_buf(s), '-');
		else
			buf_int(told_buf(s), b[i].taken);
	}
	buf_char(told_buf(s), '\n');
}

static inline void told_arcs(struct cover_sink *s, const struct cover_arc *arcs, size_t n)
{
	buf_text(told_buf(s), "arcs");
	for (size_t i = 0; i < n; i++)
		buf_printf(told_buf(s), " %d>%d", arcs[i].from, arcs[i].to);
	buf_char(told_buf(s), '\n');
}

static inline void told_functions(struct cover_sink *s, const struct cover_function *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(told_buf(s), "function %.*s %u-%u:%u\n", STR_ARG(f[i].name), f[i].first, f[i].last,
			   f[i].hits);
}

static inline struct told *told_of(struct cover_host *host)
{
	return (struct told *)(void *)((char *)host - offsetof(struct told, host));
}

static inline void told_note(struct cover_host *host, const char *text)
{
	buf_printf(&told_of(host)->text, "note %s\n", text);
}

static inline void told_bad(struct cover_host *host, const struct err *e)
{
	buf_printf(&told_of(host)->text, "bad %s\n", e->text);
}

static inline void told_gcov(struct cover_host *host, const char *path, const char *why)
{
	buf_printf(&told_of(host)->text, "gcov %s: %s\n", path, why);
}

static inline void told_init(struct told *t)
{
	*t = (struct told){.sink = {told_file, told_context, told_lines, told_bits, told_excluded,
				    told_branches, told_arcs, told_functions},
			   .host = {told_note, told_bad, told_gcov}};
}

/* Reads n files of these bytes, all called "x"; what the last one that was bad said is in t->err. */
static inline int told_read(struct told *t, const struct str *files, size_t n)
{
	struct cover_read r;
	int fault = 0;
	t->text.n = 0;
	cover_read_init(&r, &t->sink, &t->host);
	for (size_t i = 0; i < n; i++)
		if (cover_read_bytes(&r, files[i], "x", &t->err) < 0)
			fault = t->err.fault;
	cover_read_end(&r);
	cover_read_free(&r);
	buf_add(&t->text, "", 0);
	return fault;
}

/* Reads this text and holds what is told to be that; a fault comes last. */
static inline void told_expect(struct str bytes, const char *expected)
{
	struct told t;
	told_init(&t);
	if (told_read(&t, &bytes, 1) < 0)
		buf_printf(&t.text, "! %s\n", t.err.text);
	assert_string_equal(t.text.at, expected);
	buf_free(&t.text);
}
