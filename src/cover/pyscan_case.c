#include <string.h>

#include "base/str.h"
#include "cover/pyscan_inside.h"

struct pattern {
	struct pyscan *s;
	const char *p, *end; /* end: the colon */
	uint32_t line;
};

static void skip_space(struct pattern *r)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '#')
			r->p = memchr(r->p, '\n', (size_t)(r->s->text.at + r->s->text.n - r->p));
		if (*r->p == '\n')
			r->line++;
		else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\\' && *r->p != '\f')
			break;
	}
}

static void skip_bracket(struct pattern *r)
{
	r->p = pyscan_bracket(r->s, r->p, r->end, &r->line);
	if (!r->p)
		r->p = r->end;
}

/* What one piece of a pattern is. */
enum piece { END, WORD, BAR, COMMA, OTHER };

static enum piece next(struct pattern *r, struct str *ret_word)
{
	skip_space(r);
	if (!r->p || r->p >= r->end)
		return END;
	if (*r->p == '"' || *r->p == '\'') {
		r->p = pyscan_string(r->s, r->p, &r->line);
		return r->p ? OTHER : END;
	}
	if (*r->p == '(' || *r->p == '[' || *r->p == '{') {
		skip_bracket(r);
		return OTHER;
	}
	const char *from = r->p;
	while (r->p < r->end && py_ident(*r->p))
		r->p++;
	*ret_word = (struct str){from, (size_t)(r->p - from)};
	if (ret_word->n)
		return WORD;
	char c = *r->p++;
	return c == '|' ? BAR : c == ',' ? COMMA : OTHER;
}

static bool is_capture(struct str word)
{
	return !py_digit(word.at[0]) && !str_is(word, "None") && !str_is(word, "True") &&
	       !str_is(word, "False");
}

/*
 * Whether the pattern from p to end matches anything: its last alternative is a name or _, with or without
 * `as`. Stops at the guard.
 */
static bool matches_all(struct pattern *r, bool *ret_guarded)
{
	bool all = false, fresh = true, comma = false;
	struct str word;
	for (enum piece piece; (piece = next(r, &word)) != END;) {
		if (piece == WORD && str_is(word, "if") && !fresh) {
			*ret_guarded = true;
			break;
		}
		if (piece == WORD && str_is(word, "as") && !fresh) {
			(void)next(r, &word);
		} else if (piece == BAR) {
			fresh = true;
			all = false;
			continue;
		} else {
			comma |= piece == COMMA;
			all = fresh && piece == WORD && is_capture(word);
		}
		fresh = false;
	}
	return all && !comma;
}

/* Takes away a pair of round brackets that is all there is from p to end. */
static bool unwrap(struct pattern *r)
{
	skip_space(r);
	if (r->p >= r->end || *r->p != '(')
		return false;
	struct pattern inside = *r;
	skip_bracket(r);
	const char *close = r->p - 1;
	bool guarded = false;
	struct str word;
	enum piece piece = next(r, &word);
	guarded = piece == WORD && str_is(word, "if");
	if (piece != END && !guarded) {
		*r = inside;
		return false;
	}
	inside.p++;
	inside.end = close;
	*r = inside;
	return true;
}

static uint32_t lines_between(const char *from, const char *to)
{
	uint32_t n = 0;
	while (from < to && (from = memchr(from, '\n', (size_t)(to - from)))) {
		from++;
		n++;
	}
	return n;
}

uint16_t pyscan_pattern(struct pyscan *s, struct py_line *l, uint32_t ret_lines[2])
{
	struct pattern r = {s, s->text.at + l->word_end, s->text.at + l->colon, l->line};
	struct pattern guard = r;
	bool guarded = false, ignored = false;
	(void)matches_all(&guard, &guarded);
	while (unwrap(&r))
		continue;
	skip_space(&r);
	const char *from = r.p;
	ret_lines[0] = r.line;
	bool all = matches_all(&r, &ignored);
	const char *to = r.p;
	while (to > from && strchr(" \t\n\\", to[-1]))
		to--;
	ret_lines[1] = ret_lines[0] + lines_between(from, to);
	l->test = guarded ? pyscan_test(s, guard.p, guard.end) : PY_MAY_TRUE;
	return (all ? PY_WILDCARD : 0) | (guarded ? PY_GUARDED : 0);
}
