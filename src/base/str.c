#include "base/str.h"

#include <string.h>

struct str str_of(const char *text)
{
	return (struct str){text, text ? strlen(text) : 0};
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

bool str_is(struct str a, const char *text)
{
	return str_eq(a, str_of(text));
}

int str_compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.at, b.at, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n >= n && memcmp(s.at, prefix, n) == 0;
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.n >= n && memcmp(s.at + s.n - n, suffix, n) == 0;
}

bool str_has(struct str s, struct str needle)
{
	return needle.n == 0 || (s.n && memmem(s.at, s.n, needle.at, needle.n));
}

size_t str_find(struct str s, char c)
{
	const char *p = s.n ? memchr(s.at, c, s.n) : NULL;
	return p ? (size_t)(p - s.at) : s.n;
}

size_t str_find_last(struct str s, char c)
{
	const char *p = s.n ? memrchr(s.at, c, s.n) : NULL;
	return p ? (size_t)(p - s.at) : s.n;
}

struct str str_cut(struct str s, size_t i, size_t n)
{
	if (i > s.n)
		i = s.n;
	if (n > s.n - i)
		n = s.n - i;
	return (struct str){s.at ? s.at + i : NULL, n};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.at[0])) {
		s.at++;
		s.n--;
	}
	while (s.n && is_blank(s.at[s.n - 1]))
		s.n--;
	return s;
}

bool str_next(struct str *rest, char c, struct str *ret_part)
{
	if (!rest->at)
		return false;
	size_t i = str_find(*rest, c);
	*ret_part = str_cut(*rest, 0, i);
	if (i == rest->n)
		*rest = STR_NONE;
	else
		*rest = (struct str){rest->at + i + 1, rest->n - i - 1};
	return true;
}

bool str_int(struct str s, int64_t *ret)
{
	size_t i = s.n && (s.at[0] == '-' || s.at[0] == '+');
	int64_t v = 0;
	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (s.at[i] < '0' || s.at[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, s.at[i] - '0', &v))
			return false;
	}
	if (s.at[0] != '-' && __builtin_sub_overflow(0, v, &v))
		return false;
	*ret = v;
	return true;
}

uint64_t str_hash(struct str s, uint64_t seed)
{
	uint64_t h = seed ^ (s.n * 0x9e3779b97f4a7c15u);
	const char *p = s.at;
	size_t n = s.n;
	while (n >= 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x9fb21c651e98df25u;
		h ^= h >> 32;
		p += 8;
		n -= 8;
	}
	if (n) {
		uint64_t w = 0;
		memcpy(&w, p, n);
		h = (h ^ w) * 0x9fb21c651e98df25u;
	}
	h ^= h >> 29;
	h *= 0x94d049bb133111ebu;
	return h ^ h >> 32;
}

/* Matches one [..] at pattern[*p] against c; moves *p behind it. A '[' that is never closed is itself. */
static bool class_match(struct str pattern, size_t *p, char c)
{
	size_t i = *p + 1;
	bool negate = i < pattern.n && (pattern.at[i] == '!' || pattern.at[i] == '^');
	bool hit = false;
	if (negate)
		i++;
	for (size_t first = i; i < pattern.n && (pattern.at[i] != ']' || i == first); i++) {
		char low = pattern.at[i], high = low;
		if (i + 2 < pattern.n && pattern.at[i + 1] == '-' && pattern.at[i + 2] != ']') {
			high = pattern.at[i + 2];
			i += 2;
		}
		hit |= low <= c && c <= high;
	}
	if (i >= pattern.n)
		return pattern.at[(*p)++] == c;
	*p = i + 1;
	return hit != negate;
}

static bool match(struct str pattern, struct str s, bool classes)
{
	size_t p = 0, i = 0, star = (size_t)-1, resume = 0;
	while (i < s.n) {
		size_t next = p;
		bool ok = false;
		if (p < pattern.n && pattern.at[p] == '*') {
			star = p++;
			resume = i;
			continue;
		}
		if (classes && p < pattern.n && pattern.at[p] == '[')
			ok = class_match(pattern, &next, s.at[i]);
		else if (p < pattern.n)
			ok = pattern.at[next++] == s.at[i] || pattern.at[p] == '?';
		if (ok) {
			p = next;
			i++;
		} else if (star != (size_t)-1) {
			p = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.at[p] == '*')
		p++;
	return p == pattern.n;
}

bool str_match(struct str pattern, struct str s)
{
	return match(pattern, s, true);
}

bool str_match_name(struct str pattern, struct str name)
{
	return match(pattern, name, true) || match(pattern, name, false);
}

unsigned str_distance(struct str a, struct str b)
{
	enum { MOST = 48 };
	unsigned rows[3][MOST + 1];
	if (a.n > MOST || b.n > MOST)
		return (unsigned)(a.n > b.n ? a.n : b.n);
	for (unsigned j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned best = before[j - 1] + (a.at[i - 1] != b.at[j - 1]);
			if (before[j] + 1 < best)
				best = before[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1] &&
			    two[j - 2] + 1 < best)
				best = two[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[a.n % 3][b.n];
}

unsigned str_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.at;
	if (s.n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	unsigned n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || s.n < n)
		return 0;
	for (unsigned i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

struct str str_clip_utf8(struct str s, size_t n)
{
	if (s.n <= n)
		return s;
	size_t keep = n;
	for (unsigned back = 0; back < 3 && keep && ((unsigned char)s.at[keep] & 0xc0) == 0x80; back++)
		keep--;
	return (struct str){s.at, ((unsigned char)s.at[keep] & 0xc0) == 0x80 ? n : keep};
}

bool str_among(struct str word, const char *words)
{
	struct str rest = str_of(words), one;
	while (rest.n && str_next(&rest, '|', &one))
		if (str_eq(one, word))
			return true;
	return false;
}
