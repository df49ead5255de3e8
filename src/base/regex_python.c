#include "base/regex_python.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"

enum { SHOWN_PATTERN = 160 };

struct translation {
	struct buf *out;
	struct str pattern;
	size_t i;
	struct err *e;
};

static int refuse(const struct translation *t, const char *why)
{
	struct str shown = str_clip_utf8(t->pattern, SHOWN_PATTERN);
	return err_usage(t->e, "bad regular expression '%.*s': %s at offset %zu", STR_ARG(shown), why, t->i);
}

/* The byte n places on; 0 behind the end. */
static char peek(const struct translation *t, size_t n)
{
	return t->i + n < t->pattern.n ? t->pattern.at[t->i + n] : 0;
}

static void copy(struct translation *t, size_t n)
{
	struct str part = str_cut(t->pattern, t->i, n);
	buf_str(t->out, part);
	t->i += part.n;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* \xHH, \uHHHH, \UHHHHHHHH: as many digits as they say. */
static int hex(struct translation *t, size_t digits)
{
	for (size_t i = 0; i < digits; i++)
		if (!is_hex(peek(t, 2 + i)))
			return refuse(t, "incomplete escape");
	t->i += 2;
	buf_text(t->out, "\\x{");
	copy(t, digits);
	buf_char(t->out, '}');
	return 0;
}

/* A number behind a backslash: an octal character, or a group. */
static int numbered(struct translation *t, bool in_class)
{
	unsigned value = 0;
	size_t n = 1;
	bool octal = peek(t, 1) == '0' || in_class ||
		     (is_octal(peek(t, 1)) && is_octal(peek(t, 2)) && is_octal(peek(t, 3)));
	if (octal) {
		for (n = 1; n <= 3 && is_octal(peek(t, n)); n++)
			value = value * 8 + (unsigned)(peek(t, n) - '0');
		if (n == 1 || value > 0377)
			return refuse(t, "bad octal escape");
		buf_printf(t->out, "\\x{%x}", value);
	} else {
		for (n = 1; n <= 2 && is_digit(peek(t, n)); n++)
			value = value * 10 + (unsigned)(peek(t, n) - '0');
		buf_printf(t->out, "\\g{%u}", value);
	}
	t->i += n;
	return 0;
}

static int escape(struct translation *t, bool in_class)
{
	char c = peek(t, 1);
	if (t->i + 1 >= t->pattern.n)
		return refuse(t, "backslash at the end");
	if (is_digit(c))
		return numbered(t, in_class);
	if (c == 'x' || c == 'u' || c == 'U')
		return hex(t, c == 'x' ? 2 : c == 'u' ? 4 : 8);
	if (c == 'v' || c == 'Z') {
		buf_text(t->out, c == 'v' ? "\\x0b" : "\\z");
		t->i += 2;
		return 0;
	}
	if (is_letter(c) && !strchr(in_class ? "abfnrtdDsSwW" : "AbBafnrtdDsSwWz", c))
		return refuse(t, "bad escape");
	copy(t, 2);
	return 0;
}

/* [...], whose inner [ PCRE2 could take for a class by name. */
static int class(struct translation *t)
{
	copy(t, 1);
	if (peek(t, 0) == '^')
		copy(t, 1);
	if (peek(t, 0) == ']')
		copy(t, 1);
	while (t->i < t->pattern.n && peek(t, 0) != ']') {
		if (peek(t, 0) == '\\') {
			int fault = escape(t, true);
			if (fault)
				return fault;
			continue;
		}
		if (peek(t, 0) == '[')
			buf_char(t->out, '\\');
		copy(t, 1);
	}
	if (t->i >= t->pattern.n)
		return refuse(t, "unterminated character set");
	copy(t, 1);
	return 0;
}

/* (?aimsux-imsx) or (?aimsux-imsx: ...; Unicode is what there is. */
static int flags(struct translation *t)
{
	copy(t, 2);
	for (;;) {
		char c = peek(t, 0);
		if (c == ')' || c == ':') {
			copy(t, 1);
			return 0;
		}
		if (c == 'a' || c == 'u')
			t->i++;
		else if (c && strchr("imsx-", c))
			copy(t, 1);
		else
			return refuse(t, "unknown extension or flag");
	}
}

/* (?(1)yes|no) and (?(name)yes|no) */
static int condition(struct translation *t)
{
	bool number = is_digit(peek(t, 3));
	size_t n = str_find(str_cut(t->pattern, t->i, t->pattern.n), ')');
	if (n < 4 || t->i + n >= t->pattern.n)
		return refuse(t, "bad condition");
	copy(t, 3);
	if (!number)
		buf_char(t->out, '<');
	copy(t, n - 3);
	if (!number)
		buf_char(t->out, '>');
	copy(t, 1);
	return 0;
}

static int group(struct translation *t)
{
	char c = peek(t, 2), next = peek(t, 3);
	if (peek(t, 1) == '*')
		return refuse(t, "nothing to repeat");
	if (peek(t, 1) != '?') {
		copy(t, 1);
		return 0;
	}
	if (c == '#') {
		size_t n = str_find(str_cut(t->pattern, t->i, t->pattern.n), ')');
		t->i += n + (t->i + n < t->pattern.n);
		return 0;
	}
	if (c == '(')
		return condition(t);
	bool named = c == 'P' && (next == '<' || next == '=');
	bool looks = c == '<' && (next == '=' || next == '!');
	if (named || looks)
		copy(t, 4);
	else if (c && strchr(":=!>", c))
		copy(t, 3);
	else
		return flags(t);
	return 0;
}

/* {3}, {3,}, {3,5}, {,5}; anything else is an ordinary brace. */
static void braces(struct translation *t)
{
	size_t low = 1, high;
	while (is_digit(peek(t, low)))
		low++;
	high = low;
	if (peek(t, low) == ',')
		for (high++; is_digit(peek(t, high));)
			high++;
	if (peek(t, high) != '}' || high == 1) {
		buf_text(t->out, "\\{");
		t->i++;
		return;
	}
	copy(t, 1);
	if (low == 1)
		buf_char(t->out, '0');
	copy(t, high);
}

int regex_from_python(struct buf *out, struct str pattern, struct err *e)
{
	struct translation t = {.out = out, .pattern = pattern, .e = e};
	int fault = 0;
	while (!fault && t.i < pattern.n) {
		switch (pattern.at[t.i]) {
		case '\\':
			fault = escape(&t, false);
			break;
		case '[':
			fault = class(&t);
			break;
		case '(':
			fault = group(&t);
			break;
		case '{':
			braces(&t);
			break;
		default:
			copy(&t, 1);
		}
	}
	return fault;
}
