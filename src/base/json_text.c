#include "base/json_text.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/json.h"
#include "base/rune.h"
#include "base/str.h"

/* The letter behind a backslash, and the byte that it means. */
static const char escapes[] = "\"\\bfnrt/", meanings[] = "\"\\\b\f\n\r\t/";

/*
 * Bytes from p on that stand for themselves inside a JSON text: neither a
 * control, nor '"', nor '\', nor the start of a longer UTF-8 sequence.
 */
static size_t plain_run(const char *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(' ');
	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		/* signed: bytes from 0x80 on are negative and so below the blank too */
		__m128i bad = _mm_or_si128(_mm_cmplt_epi8(v, blank),
					   _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
		unsigned mask = (unsigned)_mm_movemask_epi8(bad);
		if (mask)
			return i + (unsigned)__builtin_ctz(mask);
	}
#else
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	for (; n - i >= 8; i += 8) {
		uint64_t v, q, s;
		memcpy(&v, p + i, 8);
		q = v ^ ones * '"';
		s = v ^ ones * '\\';
		if ((v | (v - ones * ' ') | (q - ones) | (s - ones)) & highs)
			break; /* perhaps one of them: a borrow may lie, the bytes below decide */
	}
#endif
	for (; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
	}
	return i;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits behind \u, or -1. */
static int hex_unit(const char *p, const char *end)
{
	int v = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);
		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/* Bytes of the escape at p; 0 when it is none, more than there are when it is cut off. */
static size_t escape_bytes(const char *p, const char *end)
{
	if (end - p < 2)
		return 2;
	if (p[1] == 'u')
		return hex_unit(p + 2, end) < 0 ? 0 : 6;
	return p[1] && strchr(escapes, p[1]) ? 2 : 0;
}

const char *json_text_end(struct str s, bool *ret_escaped, const char **ret_error)
{
	const char *p = s.at, *end = s.at + s.n;
	for (;;) {
		size_t n;
		p += plain_run(p, (size_t)(end - p));
		if (p < end && *p == '"')
			return p;
		if (p < end && (unsigned char)*p < ' ')
			return *ret_error = "control character in a text", p;
		if (p < end && *p == '\\') {
			n = escape_bytes(p, end);
			*ret_escaped = true;
		} else {
			n = p < end ? str_utf8((struct str){p, (size_t)(end - p)}) : 1;
		}
		if (n == 0)
			return *ret_error = *p == '\\' ? "bad escape" : "text is not UTF-8", p;
		if (n > (size_t)(end - p))
			return *ret_error = "unexpected end", end;
		p += n;
	}
}

/* Decodes the \u at *p, a pair of them where they are a surrogate pair; moves *p behind. */
static char *put_unit(char *to, const char **p, const char *end)
{
	unsigned c = (unsigned)hex_unit(*p + 2, end);
	*p += 6;
	if (c >= 0xd800 && c <= 0xdbff && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		unsigned low = (unsigned)hex_unit(*p + 2, end);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*p += 6;
			return to + rune_put(to, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
		}
	}
	return to + rune_put(to, c >= 0xd800 && c <= 0xdfff ? 0xfffd : c);
}

struct str json_text_decode(struct str s, struct arena *arena)
{
	const char *p = s.at, *end = s.at + s.n;
	char *start = arena_alloc(arena, (size_t)(end - p)), *to = start;
	while (p < end) {
		size_t n = plain_run(p, (size_t)(end - p));
		memcpy(to, p, n);
		p += n;
		to += n;
		if (p == end)
			break;
		if (*p != '\\') {
			*to++ = *p++;
		} else if (p[1] == 'u') {
			to = put_unit(to, &p, end);
		} else {
			*to++ = meanings[strchr(escapes, p[1]) - escapes];
			p += 2;
		}
	}
	return (struct str){start, (size_t)(to - start)};
}

/* The byte at s as an escape, or one U+FFFD; at most 6 bytes. */
static char *put_escape(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	const char *known = c ? strchr(meanings, c) : NULL;
	if (c >= 0x80) {
		memcpy(to, "\xef\xbf\xbd", 3);
		return to + 3;
	}
	*to++ = '\\';
	if (known) {
		*to++ = escapes[known - meanings];
		return to;
	}
	memcpy(to, "u00", 3);
	to[3] = hex[c >> 4];
	to[4] = hex[c & 15];
	return to + 5;
}

void json_put_text(struct buf *b, struct str s)
{
	enum { SPARE = 8 }; /* the quotes, and an escape of 6 bytes for one */
	char *to = buf_room(b, s.n + SPARE);
	*to++ = '"';
	for (size_t i = 0; i < s.n;) {
		size_t n = plain_run(s.at + i, s.n - i);
		memcpy(to, s.at + i, n);
		to += n;
		i += n;
		if (i == s.n)
			break;
		n = (unsigned char)s.at[i] < 0x80 ? 0 : str_utf8(str_cut(s, i, 4));
		if (n) {
			memcpy(to, s.at + i, n);
			to += n;
			i += n;
			continue;
		}
		to = put_escape(to, (unsigned char)s.at[i++]);
		/* an escape is longer than what it stands for: room for the rest again */
		b->n = (size_t)(to - b->at);
		to = buf_room(b, s.n - i + SPARE);
	}
	*to++ = '"';
	b->n = (size_t)(to - b->at);
	*to = 0;
}

void json_put_key(struct buf *b, const char *key)
{
	char last = b->n ? b->at[b->n - 1] : '{';
	if (last != '{' && last != '[')
		buf_char(b, ',');
	json_put_text(b, str_of(key));
	buf_char(b, ':');
}

void json_put_key_text(struct buf *b, const char *key, struct str value)
{
	json_put_key(b, key);
	json_put_text(b, value);
}

void json_put_key_int(struct buf *b, const char *key, int64_t value)
{
	json_put_key(b, key);
	buf_int(b, value);
}

void json_put_key_seconds(struct buf *b, const char *key, int64_t ns)
{
	char decimals[10];
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns, rest = u % 1000000000u;
	size_t n = 0;
	json_put_key(b, key);
	if (ns < 0)
		buf_char(b, '-');
	buf_int(b, (int64_t)(u / 1000000000u));
	if (!rest)
		return;
	decimals[n++] = '.';
	for (uint64_t unit = 100000000u; rest; unit /= 10) {
		decimals[n++] = (char)('0' + rest / unit);
		rest %= unit;
	}
	buf_add(b, decimals, n);
}
