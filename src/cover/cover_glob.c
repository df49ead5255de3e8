#include "cover/cover_glob.h"

#include <string.h>

#include "base/str.h"

enum token_kind {
	ONE,     /* this byte, or either slash */
	ANY_ONE, /* no slash */
	RUN,     /* of no slashes */
	FOLDERS, /* nothing, or anything that ends with a slash */
	ALL,     /* anything */
	CLASS,
};

struct token {
	enum token_kind kind;
	char c;
	struct str set; /* of a CLASS, without brackets */
};

struct tokens {
	struct token at[COVER_GLOB_BYTES + 4];
	size_t n;
};

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static void add(struct tokens *t, enum token_kind kind, char c)
{
	t->at[t->n++] = (struct token){.kind = kind, .c = c};
}

static size_t stars_at(struct str p, size_t i)
{
	size_t n = 0;
	while (i + n < p.n && p.at[i + n] == '*')
		n++;
	return n;
}

/* The stars at i; returns the bytes that are read. */
static size_t add_stars(struct tokens *t, struct str p, size_t i)
{
	size_t n = stars_at(p, i);
	bool slash_behind = i + n < p.n && is_slash(p.at[i + n]);
	if (slash_behind && (n == 2 || i == 0)) {
		add(t, FOLDERS, 0);
		return n + 1;
	}
	if (i + n == p.n && i > 0 && is_slash(p.at[i - 1])) {
		add(t, ALL, 0);
		return n;
	}
	add(t, RUN, 0);
	return n;
}

static void tokens_of(struct tokens *t, struct str p)
{
	t->n = 0;
	bool slash = false;
	for (size_t i = 0; i < p.n; i++)
		slash |= is_slash(p.at[i]);
	if (!slash)
		add(t, FOLDERS, 0);
	for (size_t i = 0; i < p.n;) {
		char c = p.at[i];
		struct str rest = str_cut(p, i + 1, p.n);
		size_t close = c == '[' ? str_find(rest, ']') : rest.n;
		if (c == '*') {
			i += add_stars(t, p, i);
		} else if (close < rest.n) {
			add(t, CLASS, 0);
			t->at[t->n - 1].set = str_cut(rest, 0, close);
			i += close + 2;
		} else {
			add(t, c == '?' ? ANY_ONE : ONE, is_slash(c) ? '/' : c);
			i++;
		}
	}
}

const char *cover_glob_fault(struct str p)
{
	if (p.n > COVER_GLOB_BYTES)
		return "is too long";
	for (size_t i = 0; i < p.n; i++) {
		size_t n = stars_at(p, i);
		if (n > 2)
			return "may not have '***'";
		bool apart = (i == 0 || is_slash(p.at[i - 1])) && (i + n == p.n || is_slash(p.at[i + n]));
		if (n == 2 && !apart)
			return "may have '**' only between slashes";
		if (n)
			i += n - 1;
		if (p.at[i] == '[' && str_find(str_cut(p, i, p.n), ']') == p.n - i)
			return "has a '[' without a ']'";
	}
	return NULL;
}

static char low(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool in_set(struct str set, char c)
{
	bool negated = set.n && set.at[0] == '^';
	for (size_t i = negated; i < set.n; i++) {
		if (i + 2 < set.n && set.at[i + 1] == '-') {
			if (c >= set.at[i] && c <= set.at[i + 2])
				return !negated;
			i += 2;
		} else if (set.at[i] == c) {
			return !negated;
		}
	}
	return negated;
}

static bool takes(const struct token *t, char c, bool any_case)
{
	switch (t->kind) {
	case ONE:
		return t->c == c || (t->c == '/' && is_slash(c)) || (any_case && low(t->c) == low(c));
	case ANY_ONE:
	case RUN:
		return !is_slash(c);
	case CLASS:
		return in_set(t->set, c) || (any_case && in_set(t->set, low(c)));
	default:
		return true;
	}
}

/*
 * All places in the pattern at which one may be are followed at once. Place 2 * i is before token i; 2 * i +
 * 1 is inside one that goes on.
 */
struct places {
	unsigned char at[2 * (COVER_GLOB_BYTES + 5)];
};

static void enter(const struct tokens *t, struct places *p, size_t i)
{
	for (;; i++) {
		p->at[2 * i] = 1;
		if (i == t->n || t->at[i].kind == ONE || t->at[i].kind == ANY_ONE || t->at[i].kind == CLASS)
			return;
	}
}

static void step(const struct tokens *t, const struct places *now, struct places *next, char c, bool any_case)
{
	memset(next->at, 0, 2 * (t->n + 1));
	for (size_t i = 0; i < t->n; i++) {
		if ((!now->at[2 * i] && !now->at[2 * i + 1]) || !takes(&t->at[i], c, any_case))
			continue;
		switch (t->at[i].kind) {
		case FOLDERS:
			next->at[2 * i + 1] = 1;
			if (is_slash(c))
				enter(t, next, i + 1);
			break;
		case RUN:
		case ALL:
			enter(t, next, i);
			break;
		default:
			enter(t, next, i + 1);
			break;
		}
	}
}

/* The longest start that matches, or SIZE_MAX. */
static size_t longest(struct str pattern, struct str path, bool any_case)
{
	struct tokens t;
	struct places a = {{0}}, b = {{0}}, *now = &a, *next = &b;
	size_t found = (size_t)-1;
	tokens_of(&t, pattern);
	enter(&t, now, 0);
	for (size_t i = 0;; i++) {
		if (now->at[2 * t.n])
			found = i;
		if (i == path.n)
			return found;
		step(&t, now, next, path.at[i], any_case);
		struct places *other = now;
		now = next;
		next = other;
	}
}

bool cover_glob_matches(struct str pattern, struct str path)
{
	return longest(pattern, path, false) == path.n;
}

size_t cover_glob_start(struct str pattern, struct str path)
{
	size_t n = longest(pattern, path, true);
	return n == (size_t)-1 ? 0 : n;
}
