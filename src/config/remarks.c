#include "config/remarks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rune.h"
#include "base/str.h"

enum {
	LONGEST = 400, /* bytes of a remark */
	SHOWN = 160,   /* characters of a source line */
	BEFORE = 60    /* of these before the place, where the line is longer */
};

/* Takes one character; what is no text, or would move a terminal's cursor or turn the line, becomes '?'. */
static struct str take(struct str *rest)
{
	unsigned n;
	uint32_t c = rune_at(*rest, &n);
	struct str one = str_cut(*rest, 0, n);
	if (c == '\t')
		one = STR(" ");
	else if (c == RUNE_BAD || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
		 rune_is_bidi_control(c))
		one = STR("?");
	*rest = str_cut(*rest, n, rest->n);
	return one;
}

/* Names of a file stand in the text, and a file may have anything in quotes. */
static const char *clean(struct arena *arena, struct str text)
{
	struct buf b = {0};
	while (text.n)
		buf_str(&b, take(&text));
	const char *ret = arena_copy(arena, buf_view(&b));
	buf_free(&b);
	return ret;
}

static void add(struct remarks *r, struct place at, bool warning, const char *text)
{
	uint32_t *count = warning ? &r->warnings : &r->errors;
	++*count;
	if (r->n == REMARKS_KEPT)
		return;
	r->at = arena_grow(r->arena, r->at, r->n, &r->cap, sizeof(*r->at));
	r->at[r->n++] = (struct remark){
	    .at = at, .text = clean(r->arena, str_of(text)), .warning = warning, .secret = r->secret};
}

void remark(struct remarks *r, struct place at, const char *fmt, ...)
{
	char text[LONGEST];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(r, at, false, text);
}

void remark_warning(struct remarks *r, struct place at, const char *fmt, ...)
{
	char text[LONGEST];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(r, at, true, text);
}

static bool is_after(const struct remark *a, const struct remark *b)
{
	if (a->at.line != b->at.line)
		return a->at.line > b->at.line;
	return a->at.column > b->at.column;
}

/* By insertion: few, nearly sorted, and the order of equals is kept. */
void remarks_sort(struct remarks *r)
{
	for (size_t i = 1; i < r->n; i++) {
		struct remark one = r->at[i];
		size_t j = i;
		for (; j > 0 && is_after(&r->at[j - 1], &one); j--)
			r->at[j] = r->at[j - 1];
		r->at[j] = one;
	}
}

static bool line_of(const struct remarks *r, uint32_t line, struct str *ret)
{
	struct str rest = r->text;
	if (!line || !rest.n || memchr(rest.at, 0, rest.n)) /* UTF-16 is not shown */
		return false;
	for (uint32_t i = 0; i < line; i++)
		if (!str_next(&rest, '\n', ret))
			return false;
	if (line == 1 && str_starts(*ret, "\xef\xbb\xbf"))
		*ret = str_cut(*ret, 3, ret->n);
	if (str_ends(*ret, "\r"))
		*ret = str_cut(*ret, 0, ret->n - 1);
	return true;
}

static void put_source(struct buf *b, const struct remarks *r, const struct remark *one)
{
	struct str line;
	if (one->secret || !line_of(r, one->at.line, &line))
		return;
	uint32_t column = one->at.column ? one->at.column - 1 : 0,
		 skip = column > BEFORE ? column - BEFORE : 0;
	buf_printf(b, "%5u | %s", one->at.line, skip ? "..." : "");
	uint32_t i = 0, shown = 0;
	for (struct str rest = line; rest.n && shown < SHOWN; i++) {
		struct str c = take(&rest);
		if (i < skip)
			continue;
		buf_str(b, c);
		shown++;
	}
	uint32_t indent = column - skip + (skip ? 3 : 0);
	buf_printf(b, "%s\n      | %*s^", shown == SHOWN ? "..." : "", (int)indent, "");
	for (uint32_t k = 1; k < one->at.width && column + k < i; k++)
		buf_char(b, '~');
	buf_char(b, '\n');
}

void remarks_put(struct buf *b, struct remarks *r)
{
	remarks_sort(r);
	for (size_t i = 0; i < r->n; i++) {
		const struct remark *one = &r->at[i];
		buf_printf(b, "%s:", r->path);
		if (one->at.line)
			buf_printf(b, "%u:%u:", one->at.line, one->at.column);
		buf_printf(b, " %s: %s\n", one->warning ? "warning" : "error", one->text);
		put_source(b, r, one);
	}
	size_t all = (size_t)r->errors + r->warnings;
	if (all > r->n)
		buf_printf(b, "%s: and %zu more\n", r->path, all - r->n);
}

int remarks_first(struct remarks *r, struct err *e)
{
	remarks_sort(r);
	for (size_t i = 0; i < r->n; i++) {
		const struct remark *one = &r->at[i];
		if (one->warning)
			continue;
		if (!one->at.line)
			return err_usage(e, "%s: %s", r->path, one->text);
		return err_usage(e, "%s:%u:%u: %s", r->path, one->at.line, one->at.column, one->text);
	}
	return 0;
}
