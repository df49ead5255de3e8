#include <string.h>

#include "cover/pyscan_inside.h"

/*
 * Which lines have byte code: CPython leaves out what cannot be reached, statement by statement. Every suite
 * says whether the end of it is reached. A break is carried outwards through the finally clauses on its way,
 * which can swallow it.
 */
struct frame {
	struct frame *up;
	bool breaks;
};

struct flow {
	struct pyscan *s;
	uint32_t i;
	bool silent; /* in a function that coverage.py takes for one that CPython made, from annotations */
};

static bool suite(struct flow *f, unsigned depth, bool live, struct frame *frame);

/* The suite of the header at f->i, which is left behind. */
static bool body(struct flow *f, bool live, struct frame *frame)
{
	uint32_t header = f->i++;
	bool ends = suite(f, f->s->lines[header].depth + 1u, live, frame);
	f->s->lines[header].after = f->i;
	return ends;
}

static bool clause(const struct flow *f, unsigned depth, uint8_t kind)
{
	return f->i < f->s->n && f->s->lines[f->i].depth == depth && f->s->lines[f->i].kind == kind;
}

static void mark(struct flow *f, const struct py_line *l)
{
	if (!f->silent)
		f->s->flags[l->first] |= PY_HAS_CODE;
}

static bool simple(struct flow *f, bool live, struct frame *frame)
{
	struct py_line *l = &f->s->lines[f->i++];
	l->after = f->i;
	if (live && (l->marks & PY_CODE))
		mark(f, l);
	if (live && (l->marks & PY_STOPS_LOOP) && frame)
		frame->breaks = true;
	return live && !(l->marks & PY_STOPS);
}

static bool branches(struct flow *f, bool live, struct frame *frame)
{
	unsigned depth = f->s->lines[f->i].depth;
	bool ends = false;
	do {
		struct py_line *l = &f->s->lines[f->i];
		if (live)
			mark(f, l);
		ends |= body(f, live && (l->test & PY_MAY_TRUE), frame);
		live = live && (l->test & PY_MAY_FALSE);
	} while (clause(f, depth, PY_ELIF));
	if (!clause(f, depth, PY_ELSE))
		return ends || live;
	return body(f, live, frame) || ends;
}

static bool loop(struct flow *f, bool live, struct frame *frame)
{
	const struct py_line *l = &f->s->lines[f->i];
	uint8_t test = l->kind == PY_WHILE ? l->test : PY_ANY;
	struct frame inside = {.up = frame};
	unsigned depth = l->depth;
	body(f, live && (test & PY_MAY_TRUE), &inside);
	bool ends = live && (test & PY_MAY_FALSE);
	if (clause(f, depth, PY_ELSE))
		ends = body(f, ends, frame);
	return ends || inside.breaks;
}

static bool attempt(struct flow *f, bool live, struct frame *frame)
{
	unsigned depth = f->s->lines[f->i].depth;
	struct frame inside = {.up = frame};
	bool ends = body(f, live, &inside), handled = false;
	while (clause(f, depth, PY_EXCEPT)) {
		if (live)
			mark(f, &f->s->lines[f->i]);
		handled |= body(f, live, &inside);
	}
	if (clause(f, depth, PY_ELSE))
		ends = body(f, ends, &inside);
	ends |= handled;
	bool passes = true;
	if (clause(f, depth, PY_FINALLY))
		passes = body(f, live, frame) || !live;
	if (inside.breaks && passes && frame)
		frame->breaks = true;
	return ends && passes;
}

static bool cases(struct flow *f, bool live, struct frame *frame)
{
	uint32_t header = f->i++;
	unsigned depth = f->s->lines[header].depth + 1u;
	bool ends = false;
	while (clause(f, depth, PY_CASE)) {
		struct py_line *l = &f->s->lines[f->i];
		if (live)
			mark(f, l);
		ends |= body(f, live && (l->test & PY_MAY_TRUE), frame);
		live = live && !((l->marks & PY_WILDCARD) && !(l->test & PY_MAY_FALSE));
	}
	while (f->i < f->s->n && f->s->lines[f->i].depth >= depth)
		pyscan_fail(f->s, f->s->lines[f->i++].line, "a match holds something that is no case");
	f->s->lines[header].after = f->i;
	return ends || live;
}

static void definition(struct flow *f, bool live)
{
	const struct py_line *l = &f->s->lines[f->i];
	const char *stop = f->s->text.at + l->stop, *name = pyscan_skip(f->s->text.at + l->word_end, stop);
	static const char SKIPPED[] = "__annotate__";
	size_t n = sizeof(SKIPPED) - 1;
	bool outside = f->silent;
	f->silent = (size_t)(stop - name) > n && memcmp(name, SKIPPED, n) == 0 && !py_ident(name[n]);
	body(f, live, NULL);
	f->silent = outside;
}

static bool statement(struct flow *f, bool live, struct frame *frame)
{
	struct py_line *l = &f->s->lines[f->i];
	if (l->kind == PY_SIMPLE)
		return simple(f, live, frame);
	if (live)
		mark(f, l);
	switch (l->kind) {
	case PY_IF:
		return branches(f, live, frame);
	case PY_WHILE:
	case PY_FOR:
		return loop(f, live, frame);
	case PY_TRY:
		return attempt(f, live, frame);
	case PY_MATCH:
		return cases(f, live, frame);
	case PY_WITH: /* a context manager can swallow an exception */
		body(f, live, frame);
		return live;
	case PY_DEF:
	case PY_CLASS:
		definition(f, live);
		return live;
	case PY_DECORATOR:
		l->after = ++f->i;
		return live;
	default:
		pyscan_fail(f->s, l->line, "a clause belongs to nothing");
		body(f, live, frame);
		return live;
	}
}

static bool suite(struct flow *f, unsigned depth, bool live, struct frame *frame)
{
	while (f->i < f->s->n && f->s->lines[f->i].depth >= depth)
		live = statement(f, live, frame);
	return live;
}

void pyscan_flow(struct pyscan *s)
{
	struct flow f = {.s = s};
	suite(&f, 0, true, NULL);
}

static void mark_docstring(struct pyscan *s, const struct py_line *l)
{
	for (uint32_t i = l->line; i <= l->doc_end; i++)
		s->flags[i] |= PY_IN_DOC;
}

void pyscan_statements(struct pyscan *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->lines[i].marks & PY_DOCSTRING)
			mark_docstring(s, &s->lines[i]);
	for (uint32_t i = 1; i <= s->n_lines; i++)
		if ((s->flags[i] & (PY_HAS_CODE | PY_IN_DOC | PY_EXCLUDED)) == PY_HAS_CODE)
			s->flags[i] |= PY_STATEMENT;
}
