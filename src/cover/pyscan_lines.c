#include <string.h>

#include "base/str.h"
#include "cover/pyscan_inside.h"

enum sort { PLAIN, NEWLINE, QUOTE, HASH, BACKSLASH, OPEN, CLOSE, COLON, SEMICOLON, ELL, FOREIGN };

static const uint8_t SORT[256] = {
    ['\n'] = NEWLINE,  ['"'] = QUOTE, ['\''] = QUOTE,  ['#'] = HASH,    ['\\'] = BACKSLASH, ['('] = OPEN,
    ['['] = OPEN,      ['{'] = OPEN,  [')'] = CLOSE,   [']'] = CLOSE,   ['}'] = CLOSE,      [':'] = COLON,
    [';'] = SEMICOLON, ['l'] = ELL,   ['`'] = FOREIGN, ['$'] = FOREIGN, ['?'] = FOREIGN,
};

/* A suite that is open: how far it is indented, counting a tab as up to 8 columns and as one. */
struct suite {
	uint32_t column, column_of_ones;
	uint8_t header; /* enum py_kind; PY_SIMPLE for the module */
	bool in_function;
	bool begun; /* has a statement already */
};

struct scan {
	struct pyscan *s;
	const char *end;
	uint32_t line;
	struct suite suites[PY_DEEPEST];
	unsigned depth;
	bool wants_suite; /* the last header's suite is on lines of its own */
	uint8_t header;   /* its kind */
	char brackets[PY_BRACKETS];
	unsigned n_brackets;
	/* the logical line */
	uint32_t record;  /* of it, or of what stands behind its header */
	bool wants_colon; /* a header whose colon is yet to come */
	bool soft;        /* begins with `match` */
	unsigned lambdas; /* in the header, whose colons are yet to come */
	const char *from; /* of the simple statement */
	uint32_t from_line;
	const char *colon; /* its first one outside of brackets */
	const char *last_colon;
	const char *text_end; /* behind the string that it begins with */
	const char *comment;  /* the last one of the logical line */
};

const char *pyscan_fail(struct pyscan *s, uint32_t line, const char *why)
{
	if (!s->error) {
		s->error = why;
		s->error_line = line;
	}
	return NULL;
}

static struct py_line *add_record(struct pyscan *s)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : s->n_lines / 2 + 16;
		struct py_line *more = arena_array(&s->scratch, struct py_line, s->cap);
		if (s->n)
			memcpy(more, s->lines, s->n * sizeof(*more));
		s->lines = more;
	}
	return &s->lines[s->n++];
}

/* Kind of the compound statement that a word begins; PY_SIMPLE: none. */
static uint8_t keyword(struct str w)
{
	static const struct {
		char word[8];
		uint8_t n, kind;
	} KEYWORDS[] = {{"if", 2, PY_IF},         {"def", 3, PY_DEF},        {"for", 3, PY_FOR},
			{"try", 3, PY_TRY},       {"elif", 4, PY_ELIF},      {"else", 4, PY_ELSE},
			{"with", 4, PY_WITH},     {"class", 5, PY_CLASS},    {"while", 5, PY_WHILE},
			{"except", 6, PY_EXCEPT}, {"finally", 7, PY_FINALLY}};
	if (w.n < 2 || w.n > 7)
		return PY_SIMPLE;
	for (size_t i = 0; i < sizeof(KEYWORDS) / sizeof(KEYWORDS[0]); i++)
		if (KEYWORDS[i].n == w.n && memcmp(KEYWORDS[i].word, w.at, w.n) == 0)
			return KEYWORDS[i].kind;
	return PY_SIMPLE;
}

static struct str word_at(const char *p)
{
	const char *from = p;
	while (py_ident(*p))
		p++;
	return (struct str){from, (size_t)(p - from)};
}

static const char *skip_spaces(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\f')
		p++;
	return p;
}

/* Sets what the first word says: the record's kind and where the word ends. */
static void begin_kind(struct scan *c, struct py_line *l, const char *p)
{
	struct str w = word_at(p);
	bool case_here = c->suites[c->depth].header == PY_MATCH;
	if (*p == '@') {
		l->kind = PY_DECORATOR;
		w = (struct str){p, 1};
	} else if (str_eq(w, STR("async"))) {
		struct str next = word_at(skip_spaces(p + w.n));
		l->kind = keyword(next);
		if (l->kind != PY_DEF && l->kind != PY_FOR && l->kind != PY_WITH)
			l->kind = PY_SIMPLE;
		else
			w.n = (size_t)(next.at + next.n - w.at);
	} else if (case_here && str_eq(w, STR("case"))) {
		l->kind = PY_CASE;
	} else {
		l->kind = keyword(w);
	}
	c->soft = l->kind == PY_SIMPLE && str_eq(w, STR("match"));
	c->wants_colon = l->kind != PY_SIMPLE && l->kind != PY_DECORATOR;
	l->word_end = (uint32_t)(w.at + w.n - c->s->text.at);
}

static void begin_statement(struct scan *c, const char *p, uint32_t line)
{
	c->from = p;
	c->from_line = line;
	c->colon = c->last_colon = c->text_end = NULL;
}

static void begin_line(struct scan *c, const char *p)
{
	struct py_line *l = add_record(c->s);
	c->record = c->s->n - 1;
	l->at = (uint32_t)(p - c->s->text.at);
	l->line = l->first = c->line;
	l->depth = (uint8_t)c->depth;
	l->marks = c->suites[c->depth].in_function ? PY_IN_FUNCTION : 0;
	c->lambdas = 0;
	c->comment = NULL;
	begin_kind(c, l, p);
	begin_statement(c, p, c->line);
}

static bool takes_docstring(uint8_t header, unsigned depth)
{
	return depth == 0 || header == PY_DEF || header == PY_CLASS;
}

/* The docstring is the first simple statement of its suite and nothing but plain strings. */
static bool is_docstring(struct scan *c, const char *p, const char *stop)
{
	if (c->text_end) {
		const char *rest = skip_spaces(c->text_end);
		if (rest >= stop || *rest == '#')
			return *p == '"' || *p == '\'' ||
			       (strchr("rRuU", *p) && (p[1] == '"' || p[1] == '\''));
	}
	return strchr("\"'(rRuU", *p) && pyscan_is_text(c->s, p, stop);
}

static uint32_t newlines(const char *p, const char *end)
{
	uint32_t n = 0;
	for (; p < end; p++)
		n += *p == '\n';
	return n;
}

static const char *first_token(const char *p, const char *stop)
{
	for (; p < stop; p++)
		if (*p != ' ' && *p != '\t' && *p != '\f' && *p != '\\' && *p != '\n')
			break;
	return p < stop && *p == '#' ? stop : p;
}

/* The record of what stands behind the header's colon on the same line; headers have no simple statement. */
static struct py_line *inline_record(struct scan *c, const char *p)
{
	const struct py_line *header = &c->s->lines[c->record];
	if (header->kind == PY_SIMPLE || header->kind == PY_DECORATOR)
		return &c->s->lines[c->record];
	uint32_t i = c->record;
	struct py_line *l = add_record(c->s);
	header = &c->s->lines[i];
	c->record = c->s->n - 1;
	l->at = (uint32_t)(p - c->s->text.at);
	l->line = c->from_line + newlines(c->from, p);
	l->first = header->first;
	l->depth = header->depth + 1;
	bool function =
	    header->kind == PY_DEF || (header->kind != PY_CLASS && (header->marks & PY_IN_FUNCTION));
	l->marks = PY_INLINE | (function ? PY_IN_FUNCTION : 0);
	return l;
}

static void join_marks(struct py_line *l, uint16_t marks)
{
	if (l->marks & PY_STOPS)
		marks &= ~(PY_CODE | PY_STOPS | PY_STOPS_LOOP);
	l->marks = (l->marks & ~PY_JUMPS_LAST) | marks;
}

/* The simple statement that ends before stop goes into its record. */
static void end_statement(struct scan *c, const char *stop)
{
	const char *p = first_token(c->from, stop);
	if (p == stop)
		return;
	uint8_t header = c->s->lines[c->record].kind;
	struct py_line *l = inline_record(c, p);
	bool is_inline = l->marks & PY_INLINE;
	struct suite *suite = &c->suites[c->depth];
	bool first = p == c->s->text.at + l->at && (is_inline ? header != PY_SIMPLE : !suite->begun);
	bool can = is_inline ? takes_docstring(header, 1) : takes_docstring(suite->header, c->depth);
	bool in_function = l->marks & PY_IN_FUNCTION;
	bool in_class = (is_inline && header != PY_SIMPLE ? header : suite->header) == PY_CLASS;
	enum py_place place = in_function ? PY_AT_FUNCTION : in_class ? PY_AT_CLASS : PY_AT_OTHER;
	if (first && can && is_docstring(c, p, stop)) {
		l->doc_end = c->line;
		join_marks(l, PY_DOCSTRING | (in_function ? 0 : PY_CODE));
	} else {
		join_marks(l, pyscan_simple(c->s, p, stop, c->colon, c->line, place));
	}
}

/* Where the header ends: reads its test, and goes on with what stands behind it. */
static void end_header(struct scan *c, const char *colon)
{
	struct py_line *l = &c->s->lines[c->record];
	c->wants_colon = false;
	l->colon = (uint32_t)(colon - c->s->text.at);
	if (l->kind == PY_IF || l->kind == PY_ELIF || l->kind == PY_WHILE) {
		l->test = pyscan_test(c->s, c->s->text.at + l->word_end, colon);
	} else if (l->kind == PY_CASE) {
		uint32_t lines[2];
		l->marks |= pyscan_pattern(c->s, l, lines);
	}
	begin_statement(c, colon + 1, c->line);
}

static void on_colon(struct scan *c, const char *p)
{
	if (c->wants_colon) {
		if (p[1] == '=')
			return;
		if (c->lambdas)
			c->lambdas--;
		else
			end_header(c, p);
		return;
	}
	if (!c->colon)
		c->colon = p;
	c->last_colon = p;
}

static void on_ell(struct scan *c, const char *p)
{
	if (!c->wants_colon || c->n_brackets || c->end - p <= 6 || memcmp(p, "lambda", 6) != 0)
		return;
	if (!py_ident(p[6]) && !py_ident(p[-1]))
		c->lambdas++;
}

static const char *on_bracket(struct scan *c, const char *p)
{
	if (*p == '(' || *p == '[' || *p == '{') {
		if (c->n_brackets == PY_BRACKETS)
			return pyscan_fail(c->s, c->line, "too many brackets are open");
		c->brackets[c->n_brackets++] = *p == '(' ? ')' : *p == '[' ? ']' : '}';
	} else if (!c->n_brackets || c->brackets[--c->n_brackets] != *p) {
		return pyscan_fail(c->s, c->line, "a bracket closes that none opened");
	}
	return p + 1;
}

static const char *on_string(struct scan *c, const char *p)
{
	bool fields;
	bool leads = !c->text_end && !c->n_brackets && p - c->from <= 1;
	if (leads && p > c->from)
		leads = pyscan_prefix(c->s, p, &fields) == 1;
	const char *end = pyscan_string(c->s, p, &c->line);
	if (leads)
		c->text_end = end;
	return end;
}

static const char *on_backslash(struct scan *c, const char *p)
{
	if (p[1] != '\n')
		return pyscan_fail(c->s, c->line, "something stands behind a backslash that joins lines");
	if (p + 2 >= c->end)
		return pyscan_fail(c->s, c->line, "the file ends in a backslash");
	c->s->lines[c->record].marks |= PY_CONTINUED;
	c->line++;
	return p + 2;
}

/* `match` is a keyword where its line ends in a colon. */
static void settle_match(struct scan *c, const char *stop)
{
	struct py_line *l = &c->s->lines[c->record];
	if (!c->soft || !c->last_colon || first_token(c->last_colon + 1, stop) != stop)
		return;
	l->kind = PY_MATCH;
	l->colon = (uint32_t)(c->last_colon - c->s->text.at);
	begin_statement(c, c->last_colon + 1, c->line);
}

/* Line of the last token: the last of joined lines can be empty or hold but a comment. */
static uint32_t last_token_line(const struct scan *c, const char *stop)
{
	uint32_t line = c->line;
	const char *p =
	    c->comment && memchr(c->comment, '\n', (size_t)(c->end - c->comment)) == stop ? c->comment : stop;
	for (; p > c->s->text.at; p--) {
		if (p[-1] == '\n')
			line--;
		else if (p[-1] != ' ' && p[-1] != '\t' && p[-1] != '\\' && p[-1] != '\f')
			break;
	}
	return line;
}

static void end_line(struct scan *c, uint32_t first_record, const char *stop)
{
	if (c->wants_colon)
		(void)pyscan_fail(c->s, c->line, "a colon is missing");
	settle_match(c, stop);
	end_statement(c, stop);
	struct py_line *l = &c->s->lines[first_record];
	bool continued = false;
	for (uint32_t i = first_record; i < c->s->n; i++)
		continued |= (c->s->lines[i].marks & PY_CONTINUED) != 0;
	uint32_t end = continued ? last_token_line(c, stop) : c->line;
	c->wants_suite = l->kind != PY_SIMPLE && l->kind != PY_DECORATOR && c->record == first_record;
	c->header = l->kind;
	for (uint32_t i = first_record; i < c->s->n; i++) {
		l = &c->s->lines[i];
		l->last = c->line;
		l->end = end;
		l->stop = (uint32_t)(stop - c->s->text.at);
	}
	c->suites[c->depth].begun = true;
	if (c->line == c->s->lines[first_record].first)
		return;
	for (uint32_t i = c->s->lines[first_record].first; i <= c->line; i++)
		c->s->first_line[i] = c->s->lines[first_record].first;
}

/* From its first token on; returns the newline that ends it, or NULL. */
static const char *scan_line(struct scan *c, const char *p)
{
	for (;;) {
		while (!SORT[(unsigned char)*p])
			p++;
		switch (SORT[(unsigned char)*p]) {
		case NEWLINE:
			if (!c->n_brackets)
				return p;
			if (++p >= c->end)
				return pyscan_fail(c->s, c->line, "a bracket is never closed");
			c->line++;
			continue;
		case HASH:
			c->comment = p;
			p = memchr(p, '\n', (size_t)(c->end - p));
			continue;
		case QUOTE:
			p = on_string(c, p);
			break;
		case BACKSLASH:
			p = on_backslash(c, p);
			break;
		case OPEN:
		case CLOSE:
			p = on_bracket(c, p);
			break;
		case FOREIGN:
			return pyscan_fail(c->s, c->line, "a character is none of Python's");
		case ELL:
			on_ell(c, p++);
			continue;
		case COLON:
			if (!c->n_brackets)
				on_colon(c, p);
			p++;
			continue;
		default:
			if (!c->n_brackets && !c->wants_colon) {
				end_statement(c, p);
				begin_statement(c, p + 1, c->line);
			}
			p++;
			continue;
		}
		if (!p)
			return NULL;
	}
}

static const char *TABS = "tabs and spaces are mixed";

static void indent(struct scan *c, uint32_t column, uint32_t ones)
{
	const struct suite *up = &c->suites[c->depth];
	if (!c->wants_suite)
		pyscan_fail(c->s, c->line, "an indent is unexpected");
	else if (c->depth + 1 >= PY_DEEPEST)
		pyscan_fail(c->s, c->line, "suites are nested too deep");
	else if (ones <= up->column_of_ones)
		pyscan_fail(c->s, c->line, TABS);
	else
		c->suites[++c->depth] = (struct suite){
		    .column = column,
		    .column_of_ones = ones,
		    .header = c->header,
		    .in_function = c->header == PY_DEF || (c->header != PY_CLASS && up->in_function)};
}

static void place(struct scan *c, uint32_t column, uint32_t ones)
{
	const struct suite *now = &c->suites[c->depth];
	if (column > now->column) {
		indent(c, column, ones);
	} else if (c->wants_suite) {
		pyscan_fail(c->s, c->line, "an indented block is missing");
	} else {
		while (c->suites[c->depth].column > column)
			c->depth--;
		now = &c->suites[c->depth];
		if (now->column != column)
			pyscan_fail(c->s, c->line, "an indent fits none of those around");
		else if (now->column_of_ones != ones)
			pyscan_fail(c->s, c->line, TABS);
	}
}

/* Reads the blank at the start of a line; returns its first token, and what it measures. */
static const char *measure(struct scan *c, const char *p, uint32_t ret[2])
{
	uint32_t column = 0, ones = 0, joined = 0;
	for (;; p++) {
		if (*p == ' ' || *p == '\f') {
			column++;
			ones++;
		} else if (*p == '\t') {
			column = (column / 8 + 1) * 8;
			ones++;
		} else if (*p == '\\' && p[1] == '\n' && p + 2 < c->end) {
			joined = joined ? joined : column;
			c->line++;
			p++;
		} else {
			break;
		}
	}
	ret[0] = joined ? joined : column;
	ret[1] = joined ? joined : ones;
	return p;
}

void pyscan_lines(struct pyscan *s)
{
	struct scan c = {.s = s, .end = s->text.at + s->text.n, .line = 1};
	for (const char *p = s->text.at; p < c.end; p++, c.line++) {
		uint32_t columns[2];
		p = measure(&c, p, columns);
		if (*p == '#')
			p = memchr(p, '\n', (size_t)(c.end - p));
		if (*p == '\n')
			continue;
		place(&c, columns[0], columns[1]);
		if (s->error)
			return;
		uint32_t first_record = s->n;
		begin_line(&c, p);
		p = scan_line(&c, p);
		if (!p)
			return;
		end_line(&c, first_record, p);
		if (s->error)
			return;
	}
	if (c.wants_suite)
		pyscan_fail(s, c.line, "an indented block is missing");
}
