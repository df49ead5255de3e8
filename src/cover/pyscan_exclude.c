#include <string.h>

#include "cover/pyscan_inside.h"

/*
 * A match on a header excludes its suite; one on a decorator or a signature, all of the function or class.
 * The first part follows the lines from top to bottom, as coverage.py follows tokens; the second one, the
 * tree.
 */
struct exclusion {
	struct pyscan *s;
	bool excluding;
	uint8_t depth; /* of the header whose suite is being excluded */
};

static bool any_matched(const struct pyscan *s, uint32_t first, uint32_t last, uint8_t flag)
{
	for (uint32_t i = first; i <= last && i <= s->n_lines; i++)
		if (s->flags[i] & flag)
			return true;
	return false;
}

static void mark_matches(struct pyscan *s, const struct regex_match *matches, uint32_t n, uint8_t flag)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t line = matches[i].first; line <= matches[i].last && line <= s->n_lines; line++)
			s->flags[line] |= flag;
}

/* What is left to look at of a logical line's physical ones, from its first on. */
struct looking {
	uint32_t next;
	bool matched;
};

/* A colon outside of brackets on this line: the suite that may follow goes with it. */
static void on_colon(struct exclusion *e, const struct py_line *l, uint32_t line, struct looking *at)
{
	for (; at->next <= line; at->next++)
		at->matched |= (e->s->flags[at->next] & PY_MATCHED) != 0;
	if (!at->matched)
		return;
	e->s->flags[line] |= PY_MATCHED;
	e->excluding = true;
	e->depth = l->depth;
}

static void find_colons(struct exclusion *e, const struct py_line *l)
{
	const char *p = e->s->text.at + l->at, *stop = e->s->text.at + l->stop;
	struct looking looking = {.next = l->first};
	uint32_t line = l->first;
	unsigned depth = 0;
	while (p && p < stop && !e->excluding) {
		if (*p == '"' || *p == '\'') {
			p = pyscan_string(e->s, p, &line);
			continue;
		}
		if (*p == '#') {
			p = memchr(p, '\n', (size_t)(stop - p));
			continue;
		}
		if (*p == '(' || *p == '[' || *p == '{')
			depth++;
		else if (*p == ')' || *p == ']' || *p == '}')
			depth--;
		else if (*p == ':' && depth == 0 && p[1] != '=')
			on_colon(e, l, line, &looking);
		line += *p == '\n';
		p++;
	}
}

/* Last line of the logical line's first token: that of a string can be another than its first. */
static uint32_t first_token_end(struct pyscan *s, const struct py_line *l)
{
	const char *p = s->text.at + l->at;
	uint32_t line = l->line;
	if (l->first == l->last)
		return line;
	while (py_ident(*p))
		p++;
	if (*p == '"' || *p == '\'')
		(void)pyscan_string(s, p, &line);
	return line;
}

static void exclude_suites(struct pyscan *s)
{
	struct exclusion e = {.s = s};
	for (uint32_t i = 0; i < s->n; i++) {
		const struct py_line *l = &s->lines[i];
		if (l->marks & PY_INLINE)
			continue;
		if (e.excluding && l->depth <= e.depth)
			e.excluding = false;
		if (e.excluding)
			s->flags[first_token_end(s, l)] |= PY_MATCHED;
		else if (any_matched(s, l->first, l->last, PY_MATCHED))
			find_colons(&e, l);
	}
	for (uint32_t i = 0; i <= s->n_lines; i++)
		if (s->flags[i] & PY_MATCHED)
			s->flags[s->first_line[i]] |= PY_EXCLUDED;
}

static uint32_t last_line_of(const struct pyscan *s, uint32_t i)
{
	return s->lines[s->lines[i].after - 1].end;
}

static uint32_t newlines(const char *p, const char *end)
{
	uint32_t n = 0;
	for (; p < end; p++)
		n += *p == '\n';
	return n;
}

/* Line of what stands behind the @, as Python counts it: without brackets that are all around it. */
static uint32_t decorator_line(struct pyscan *s, const struct py_line *l)
{
	const char *from = s->text.at + l->at, *stop = s->text.at + l->stop;
	const char *p = pyscan_skip(s->text.at + l->word_end, stop);
	while (p < stop && *p == '(') {
		uint32_t line = 0;
		const char *behind = pyscan_bracket(s, p, stop, &line);
		if (!behind || (pyscan_skip(behind, stop) < stop && *pyscan_skip(behind, stop) != ')'))
			break;
		p = pyscan_skip(p + 1, stop);
	}
	return l->line + newlines(from, p);
}

/* A decorator in brackets begins behind its @; then what is left out begins there, and the line of the @ has
 * no code that is not. */
static void exclude_definition(struct pyscan *s, uint32_t i, uint32_t *painted)
{
	const struct py_line *l = &s->lines[i];
	uint32_t first = l->line, top = l->line;
	for (uint32_t d = i;
	     d > 0 && s->lines[d - 1].kind == PY_DECORATOR && s->lines[d - 1].depth == l->depth; d--) {
		first = decorator_line(s, &s->lines[d - 1]);
		top = s->lines[d - 1].line;
	}
	if (l->line <= *painted || !any_matched(s, first, l->line, PY_EXCLUDED))
		return;
	*painted = last_line_of(s, i);
	for (uint32_t line = first; line <= *painted; line++)
		s->flags[line] |= PY_EXCLUDED;
	if (top < first)
		s->flags[top] |= PY_IN_DOC;
}

/* Whether a statement has byte code on a line behind its first: roughly, whether a name, a number or a string
 * that continues no other begins there. */
static bool code_on_later_lines(struct pyscan *s, const struct py_line *l)
{
	const char *p = s->text.at + l->at, *stop = s->text.at + l->stop;
	uint32_t line = l->first;
	bool text_before = false;
	if (stop - p > 6 && (memcmp(p, "from ", 5) == 0 || memcmp(p, "import", 6) == 0))
		return false;
	while (p && p < stop) {
		bool quote = *p == '"' || *p == '\'';
		bool begins = quote ? !text_before : py_ident(*p);
		if (begins && line > l->first && !(s->flags[line] & PY_EXCLUDED))
			return true;
		if (quote) {
			p = pyscan_string(s, p, &line);
			text_before = true;
		} else if (*p == '#') {
			p = memchr(p, '\n', (size_t)(stop - p));
		} else {
			text_before &= strchr(" \t\n\\", *p) != NULL;
			line += *p == '\n';
			p++;
		}
	}
	return false;
}

static bool is_left_out(struct pyscan *s, const struct py_line *l)
{
	return (s->flags[l->line] & PY_EXCLUDED) && (l->last == l->first || !code_on_later_lines(s, l));
}

/* A case that matches anything is left out when all of its suite is. */
static void exclude_case(struct pyscan *s, uint32_t i)
{
	bool any = false;
	uint32_t j = i + 1;
	while (j < s->lines[i].after && s->lines[j].kind == PY_DECORATOR)
		j++;
	for (; j < s->lines[i].after; j++) {
		const struct py_line *in = &s->lines[j];
		if (!(s->flags[in->first] & PY_HAS_CODE))
			continue;
		any = true;
		if (!is_left_out(s, in))
			return;
	}
	uint32_t lines[2];
	pyscan_pattern(s, &s->lines[i], lines);
	for (uint32_t line = lines[0]; any && line <= lines[1]; line++)
		s->flags[line] |= PY_EXCLUDED;
	if (any && lines[0] > s->lines[i].first) /* all its code is in brackets that begin further down */
		s->flags[s->lines[i].first] |= PY_IN_DOC;
}

static void exclude_tree(struct pyscan *s)
{
	uint32_t painted = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct py_line *l = &s->lines[i];
		if (l->kind == PY_DEF || l->kind == PY_CLASS)
			exclude_definition(s, i, &painted);
		else if (l->kind == PY_CASE && (l->marks & (PY_WILDCARD | PY_GUARDED)) == PY_WILDCARD)
			exclude_case(s, i);
	}
}

void pyscan_exclude(struct pyscan *s)
{
	const struct pyscan_options *opt = s->opt;
	if (opt->n_exclude) {
		mark_matches(s, opt->exclude, opt->n_exclude, PY_MATCHED);
		exclude_suites(s);
		exclude_tree(s);
	}
	for (uint32_t i = 0; i < opt->n_partial; i++) {
		const struct regex_match *m = &opt->partial[i];
		for (uint32_t line = m->first; line <= m->last && line <= s->n_lines; line++)
			s->flags[s->first_line[line]] |= PY_NO_BRANCH;
	}
}
