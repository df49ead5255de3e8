#include "cover/pysource.h"

#include <string.h>

#include "base/str.h"

enum encoding { UTF8, SINGLE, DOUBLE, UNKNOWN };

enum { NAME_BYTES = 24 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

/* Lower case, with - for _, as Python compares names of encodings; longer ones are cut. */
static struct str normal(char name[NAME_BYTES], struct str s)
{
	size_t n = s.n < NAME_BYTES ? s.n : NAME_BYTES;
	for (size_t i = 0; i < n; i++) {
		char c = s.at[i];
		name[i] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c | 32 : c);
	}
	return (struct str){name, n};
}

static bool is_name(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_starts(name, *names))
			return true;
	return false;
}

static enum encoding by_name(struct str cookie)
{
	static const char *const STRANGE_NAMES[] = {"utf-7",  "utf7",  "utf-16", "utf16",
						    "utf-32", "utf32", NULL};
	static const char *const UTF8_NAMES[] = {"utf", "u8", "cp65001", "ascii", "us-ascii", "646", NULL};
	static const char *const DOUBLE_NAMES[] = {"shift",   "sjis",   "s-jis", "euc",   "gb",     "big5",
						   "cp932",   "cp936",  "cp949", "cp950", "ms932",  "ms936",
						   "ms949",   "ms950",  "ujis",  "uhc",   "korean", "johab",
						   "chinese", "csbig5", "ks-c",  "ksc",   NULL};
	static const char *const SINGLE_NAMES[] = {"latin",    "iso-8859", "iso8859",   "l1",     "cp",
						   "windows-", "koi8",     "mac",       "8859",   "cyrillic",
						   "greek",    "hebrew",   "arabic",    "ibm",    "tis",
						   "ptcp154",  "kz1048",   "hp-roman8", "palmos", NULL};
	char bytes[NAME_BYTES];
	struct str name = normal(bytes, cookie);
	if (is_name(name, STRANGE_NAMES))
		return UNKNOWN;
	if (is_name(name, UTF8_NAMES))
		return UTF8;
	if (is_name(name, DOUBLE_NAMES))
		return DOUBLE;
	return is_name(name, SINGLE_NAMES) ? SINGLE : UNKNOWN;
}

static bool is_cookie_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-' ||
	       c == '.' || (unsigned char)c >= 0x80;
}

/* The name behind `coding:` or `coding=` in a line that is a comment; empty when there is none. */
static struct str cookie_in(struct str line)
{
	size_t i = 0;
	while (i < line.n && is_blank(line.at[i]))
		i++;
	if (i == line.n || line.at[i] != '#')
		return STR_NONE;
	for (; i + 7 <= line.n; i++) {
		if (memcmp(line.at + i, "coding", 6) != 0 || (line.at[i + 6] != ':' && line.at[i + 6] != '='))
			continue;
		size_t from = i + 7, to;
		while (from < line.n && (line.at[from] == ' ' || line.at[from] == '\t'))
			from++;
		for (to = from; to < line.n && is_cookie_char(line.at[to]);)
			to++;
		if (to > from)
			return str_cut(line, from, to - from);
	}
	return STR_NONE;
}

static struct str first_line(struct str *rest)
{
	size_t n = 0;
	while (n < rest->n && rest->at[n] != '\n' && rest->at[n] != '\r')
		n++;
	struct str line = str_cut(*rest, 0, n);
	if (n < rest->n)
		n += rest->at[n] == '\r' && n + 1 < rest->n && rest->at[n + 1] == '\n' ? 2 : 1;
	*rest = str_cut(*rest, n, rest->n);
	return line;
}

static struct str find_cookie(struct str bytes)
{
	struct str line = first_line(&bytes), cookie = cookie_in(line);
	if (cookie.n)
		return cookie;
	size_t i = 0;
	while (i < line.n && is_blank(line.at[i]))
		i++;
	if (i < line.n && line.at[i] != '#')
		return STR_NONE; /* code: a comment behind it says nothing */
	return cookie_in(first_line(&bytes));
}

/* Whether the text can stay as it is. */
static bool is_clean(struct str s, enum encoding encoding)
{
	for (size_t i = 0; i < s.n;) {
		uint64_t word;
		if (i + 8 <= s.n && (memcpy(&word, s.at + i, 8), !(word & UINT64_C(0x8080808080808080)))) {
			i += 8;
			continue;
		}
		unsigned n = (unsigned char)s.at[i] < 0x80 ? 1
			     : encoding == UTF8            ? str_utf8(str_cut(s, i, 4))
							   : 0;
		if (n == 0)
			return false;
		i += n;
	}
	return !s.n || (!memchr(s.at, '\r', s.n) && !memchr(s.at, '\f', s.n));
}

static const char REPLACEMENT[] = "\xef\xbf\xbd";

/* Writes the character at i, which is not ASCII, in at most three times its bytes; returns how many it had.
 */
static size_t convert(char **to, struct str s, size_t i, enum encoding encoding)
{
	unsigned char c = (unsigned char)s.at[i];
	if (encoding == SINGLE) {
		*(*to)++ = (char)(0xc0 | c >> 6);
		*(*to)++ = (char)(0x80 | (c & 0x3f));
		return 1;
	}
	unsigned n = encoding == UTF8 ? str_utf8(str_cut(s, i, 4)) : 0;
	memcpy(*to, n ? s.at + i : REPLACEMENT, n ? n : 3);
	*to += n ? n : 3;
	if (n)
		return n;
	return encoding == DOUBLE && i + 1 < s.n && s.at[i + 1] != '\n' && s.at[i + 1] != '\r' ? 2 : 1;
}

static struct str converted(struct arena *a, struct str s, enum encoding encoding)
{
	size_t wide = 0;
	for (size_t i = 0; i < s.n; i++)
		wide += (unsigned char)s.at[i] >= 0x80;
	char *text = arena_alloc(a, s.n + 2 * wide), *to = text;
	for (size_t i = 0; i < s.n;) {
		char c = s.at[i];
		if ((unsigned char)c >= 0x80) {
			i += convert(&to, s, i, encoding);
			continue;
		}
		i++;
		if (c == '\r' && i < s.n && s.at[i] == '\n')
			continue;
		*to++ = (char)(c == '\r' ? '\n' : c == '\f' ? ' ' : c);
	}
	return (struct str){text, (size_t)(to - text)};
}

struct pysource pysource(struct arena *a, struct str bytes)
{
	enum encoding encoding = UTF8;
	if (str_starts(bytes, "\xff\xfe") || str_starts(bytes, "\xfe\xff"))
		return (struct pysource){.error = "it is UTF-16, which Python does not read"};
	if (str_starts(bytes, "\xef\xbb\xbf")) {
		bytes = str_cut(bytes, 3, bytes.n);
	} else {
		struct str cookie = find_cookie(bytes);
		encoding = cookie.n ? by_name(cookie) : UTF8;
		if (encoding == UNKNOWN)
			return (struct pysource){.error = "its encoding is not one that can be read here"};
	}
	if (!is_clean(bytes, encoding))
		bytes = converted(a, bytes, encoding);
	return (struct pysource){.text = bytes};
}
