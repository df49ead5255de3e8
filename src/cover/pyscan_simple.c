#include <string.h>

#include "base/str.h"
#include "cover/pyscan_inside.h"

static const char *skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\f' || *p == '\n' || *p == '\\'))
		p++;
	return p;
}

const char *pyscan_skip(const char *p, const char *end)
{
	for (p = skip_blank(p, end); p < end && *p == '#'; p = skip_blank(p, end)) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return end;
	}
	return p;
}

bool pyscan_is_text(struct pyscan *s, const char *p, const char *end)
{
	unsigned depth = 0;
	bool any = false;
	uint32_t line = 0;
	for (p = pyscan_skip(p, end); p < end; p = pyscan_skip(p, end)) {
		if (*p == '(' && !any) {
			depth++;
			p++;
		} else if (*p == ')' && any && depth > 0) {
			depth--;
			p++;
		} else {
			const char *quote = *p == '"' || *p == '\'' ? p : p + 1;
			bool prefixed = quote > p && strchr("rRuU", *p);
			if ((*quote != '"' && *quote != '\'') || (quote > p && !prefixed))
				return false;
			p = pyscan_string(s, quote, &line);
			any = true;
			if (!p)
				return false;
		}
	}
	return any && depth == 0;
}

/* Whether an = that assigns stands outside of brackets. */
static bool has_value(struct pyscan *s, const char *p, const char *end)
{
	unsigned depth = 0;
	uint32_t line = 0;
	while (p && p < end) {
		if (*p == '"' || *p == '\'') {
			p = pyscan_string(s, p, &line);
			continue;
		}
		if (*p == '#') {
			p = pyscan_skip(p, end);
			continue;
		}
		if (*p == '(' || *p == '[' || *p == '{')
			depth++;
		else if ((*p == ')' || *p == ']' || *p == '}') && depth > 0)
			depth--;
		else if (*p == '=' && p[1] == '=')
			p++;
		else if (*p == '=' && depth == 0 && !strchr("<>!", p[-1]))
			return true;
		p++;
	}
	return false;
}

/* `from __future__ import annotations`: they become texts, which are kept as before. */
static bool is_future_annotations(const char *p, const char *end)
{
	p = pyscan_skip(p + strlen("from"), end);
	return end - p > 10 && memcmp(p, "__future__", 10) == 0 &&
	       memmem(p, (size_t)(end - p), "annotations", 11);
}

/* An annotation of a plain name that gives it no value. */
static bool is_bare_annotation(struct pyscan *s, const char *p, const char *end, const char *colon)
{
	const char *to = colon;
	while (p < to && (*p == '(' || *p == ' '))
		p++;
	while (p < to && (to[-1] == ')' || to[-1] == ' '))
		to--;
	for (; p < to; p++)
		if (!py_ident(*p))
			return false;
	return !has_value(s, colon + 1, end);
}

/* Whether such a one makes no code: a function forgets it; later a class has a function of its own for them.
 */
static bool is_forgotten(const struct pyscan *s, const char *p, enum py_place place)
{
	if (place == PY_AT_FUNCTION)
		return true;
	return py_folds_late(s) && (*p == '(' || (place == PY_AT_CLASS && !s->future_annotations));
}

/* `del ()`, which deletes nothing. */
static bool deletes_nothing(const char *p, const char *end)
{
	p = pyscan_skip(p, end);
	if (p == end || *p != '(')
		return false;
	p = pyscan_skip(p + 1, end);
	return p < end && *p == ')' && pyscan_skip(p + 1, end) == end;
}

static uint16_t of_word(struct pyscan *s, struct str word, const char *end)
{
	const char *rest = word.at + word.n;
	switch (word.n) {
	case 3:
		return str_is(word, "del") && deletes_nothing(rest, end) ? 0 : PY_CODE;
	case 5:
		if (str_is(word, "raise"))
			return PY_CODE | PY_RAISES | PY_JUMPS_LAST | PY_STOPS;
		if (str_is(word, "break"))
			return PY_CODE | PY_BREAKS | PY_JUMPS_LAST | PY_STOPS | PY_STOPS_LOOP;
		return PY_CODE;
	case 6:
		if (str_is(word, "return"))
			return PY_CODE | PY_RETURNS | PY_JUMPS_LAST | PY_STOPS;
		if (str_is(word, "assert"))
			return PY_CODE | (pyscan_test(s, rest, end) & PY_MAY_TRUE ? 0 : PY_STOPS);
		return str_is(word, "global") ? 0 : PY_CODE;
	case 8:
		if (str_is(word, "continue"))
			return PY_CODE | PY_CONTINUES | PY_JUMPS_LAST | PY_STOPS;
		return str_is(word, "nonlocal") ? 0 : PY_CODE;
	default:
		return PY_CODE;
	}
}

static bool is_one_of(struct str word, const char *const *words)
{
	for (; *words; words++)
		if (str_is(word, *words))
			return true;
	return false;
}

static struct str word_at(const char *p, const char *end)
{
	const char *from = p;
	while (p < end && py_ident(*p))
		p++;
	return (struct str){from, (size_t)(p - from)};
}

/* Two words beside each other that no Python 3 puts there, as in `print x`. */
static bool is_foreign(struct str word, const char *end)
{
	static const char *const FIRST[] = {"return", "import", "from",     "raise", "assert",
					    "del",    "global", "nonlocal", "await", "yield",
					    "not",    "lambda", "type",     "lazy",  NULL};
	static const char *const SECOND[] = {"if", "in", "is", "and", "or", "not", NULL};
	const char *p = word.at + word.n;
	if (!word.n || p == end || (*p != ' ' && *p != '\t'))
		return false;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || (!py_ident(*p) && *p != '"' && *p != '\''))
		return false;
	return !is_one_of(word, FIRST) && !is_one_of(word_at(p, end), SECOND);
}

uint16_t pyscan_simple(struct pyscan *s, const char *p, const char *end, const char *colon, uint32_t line,
		       enum py_place place)
{
	p = pyscan_skip(p, end);
	if (p == end)
		return 0;
	struct str word = word_at(p, end);
	if (is_foreign(word, end))
		pyscan_fail(s, line, "two words stand side by side, which is not Python 3");
	if (colon && !str_is(word, "lambda") && is_forgotten(s, p, place) &&
	    is_bare_annotation(s, p, end, colon))
		return 0;
	if (str_is(word, "from") && is_future_annotations(p, end))
		s->future_annotations = true;
	return of_word(s, word, end);
}
