#include <string.h>

#include "cover/pyscan_inside.h"

/* What the scanner of one string knows of it. */
struct quoted {
	char quote;
	bool triple, fields;
	unsigned level; /* of f-strings around */
};

static const char *formatted(struct pyscan *s, const char *p, uint32_t *line, struct quoted q);

static bool stops_string(unsigned char c)
{
	static const bool stops[256] = {['\\'] = true, ['\n'] = true, ['"'] = true, ['\''] = true};
	return stops[c];
}

static const char *past_end(const struct pyscan *s, const char *p)
{
	return p >= s->text.at + s->text.n ? p : NULL;
}

/* Behind a backslash and the character that it takes with it. */
static const char *escaped(const char *p, uint32_t *line)
{
	*line += p[1] == '\n';
	return p + 2;
}

static bool closes(const char *p, struct quoted q)
{
	return *p == q.quote && (!q.triple || (p[1] == q.quote && p[2] == q.quote));
}

static const char *plain(struct pyscan *s, const char *p, uint32_t *line, struct quoted q)
{
	uint32_t from = *line;
	for (;;) {
		while (!stops_string((unsigned char)*p))
			p++;
		if (*p == '\\') {
			p = escaped(p, line);
		} else if (*p != '\n') {
			if (closes(p, q))
				return p + (q.triple ? 3 : 1);
			p++;
		} else if (!q.triple) {
			return pyscan_fail(s, from, "a string has no end");
		} else {
			p++;
			++*line;
		}
		if (past_end(s, p))
			return pyscan_fail(s, from, "a string has no end");
	}
}

unsigned pyscan_prefix(const struct pyscan *s, const char *p, bool *ret_fields)
{
	unsigned n = 0;
	bool fields = false;
	for (; p - n > s->text.at && n < 3; n++) {
		char c = (char)(p[-1 - (int)n] | 32);
		if (c == 'f' || c == 't')
			fields = true;
		else if (c != 'r' && c != 'b' && c != 'u')
			break;
	}
	if (n == 3 || (p - n > s->text.at && py_ident(p[-1 - (int)n])))
		n = 0; /* a name, which no string may follow */
	*ret_fields = n > 0 && fields;
	return n;
}

static const char *quoted(struct pyscan *s, const char *p, uint32_t *line, unsigned level)
{
	struct quoted q = {.quote = *p, .level = level};
	pyscan_prefix(s, p, &q.fields);
	q.triple = p[1] == q.quote && p[2] == q.quote;
	if (!q.triple && p[1] == q.quote)
		return p + 2;
	p += q.triple ? 3 : 1;
	return q.fields ? formatted(s, p, line, q) : plain(s, p, line, q);
}

/* The part behind the colon of a field: text again, with fields in it. */
static const char *spec(struct pyscan *s, const char *p, uint32_t *line, struct quoted q);

/* Behind the brace that ends the field whose first byte is at p. */
static const char *field(struct pyscan *s, const char *p, uint32_t *line, struct quoted q)
{
	uint32_t from = *line, depth = 0;
	while (!past_end(s, p)) {
		switch (*p) {
		case '"':
		case '\'':
			p = quoted(s, p, line, q.level + 1);
			if (!p)
				return NULL;
			continue;
		case '(':
		case '[':
		case '{':
			depth++;
			break;
		case ')':
		case ']':
		case '}':
			if (depth-- == 0)
				return *p == '}' ? p + 1
						 : pyscan_fail(s, *line, "a bracket closes that none opened");
			break;
		case ':':
			if (depth == 0)
				return spec(s, p + 1, line, q);
			break;
		case '#':
			p = memchr(p, '\n', (size_t)(s->text.at + s->text.n - p));
			continue;
		case '\n':
			++*line;
			break;
		default:
			break;
		}
		p++;
	}
	return pyscan_fail(s, from, "a field of an f-string has no end");
}

static const char *nested(struct pyscan *s, const char *p, uint32_t *line, struct quoted q)
{
	q.level++;
	if (q.level > PY_FSTRINGS)
		return pyscan_fail(s, *line, "f-strings lie too deep within each other");
	return field(s, p, line, q);
}

static const char *spec(struct pyscan *s, const char *p, uint32_t *line, struct quoted q)
{
	uint32_t from = *line;
	while (p && !past_end(s, p)) {
		if (*p == '}')
			return p + 1;
		if (*p == '{') {
			p = nested(s, p + 1, line, q);
			continue;
		}
		if (closes(p, q) || (*p == '\n' && !q.triple))
			break;
		*line += *p == '\n';
		p = *p == '\\' ? escaped(p, line) : p + 1;
	}
	return p ? pyscan_fail(s, from, "a field of an f-string has no end") : NULL;
}

/* Behind `\`: a name of a character takes its braces with it. */
static const char *named(const char *p, uint32_t *line)
{
	if (p[1] == '{' || p[1] == '}')
		return p + 1;
	if (p[1] != 'N' || p[2] != '{')
		return escaped(p, line);
	for (p += 3; py_ident(*p) || *p == ' ' || *p == '-';)
		p++;
	return *p == '}' ? p + 1 : p;
}

static const char *formatted(struct pyscan *s, const char *p, uint32_t *line, struct quoted q)
{
	uint32_t from = *line;
	if (q.level > PY_FSTRINGS)
		return pyscan_fail(s, from, "f-strings lie too deep within each other");
	while (p && !past_end(s, p)) {
		if (closes(p, q))
			return p + (q.triple ? 3 : 1);
		if (*p == '\n' && !q.triple)
			break;
		if (*p == '{' && p[1] == '{') {
			p += 2;
		} else if (*p == '{') {
			p = nested(s, p + 1, line, q);
		} else if (*p == '\\') {
			p = named(p, line);
		} else {
			*line += *p == '\n';
			p++;
		}
	}
	return p ? pyscan_fail(s, from, "a string has no end") : NULL;
}

const char *pyscan_string(struct pyscan *s, const char *p, uint32_t *line)
{
	return quoted(s, p, line, 0);
}

const char *pyscan_bracket(struct pyscan *s, const char *p, const char *end, uint32_t *line)
{
	unsigned depth = 0;
	while (p && p < end) {
		char c = *p;
		if (c == '"' || c == '\'') {
			p = pyscan_string(s, p, line);
			continue;
		}
		if (c == '#') {
			p = memchr(p, '\n', (size_t)(s->text.at + s->text.n - p));
			continue;
		}
		*line += c == '\n';
		p++;
		if (c == '(' || c == '[' || c == '{')
			depth++;
		else if ((c == ')' || c == ']' || c == '}') && --depth == 0)
			return p;
	}
	return p ? end : NULL;
}
