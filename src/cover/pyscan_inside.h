/*
 * cover/pyscan_inside.h - what the files of the Python scanner share: the records of logical lines, and
 * who works on them.
 *
 * pyscan_lines makes one record for each logical line (and one more for what stands behind the colon of a
 * compound statement on the same line), in the order of the text. A suite is the run of records that follow
 * its header and lie deeper; so every pass is a walk over the array, and recurses no deeper than Python
 * lets suites nest (PY_DEEPEST).
 */
#pragma once
#include "cover/pyscan.h"

enum {
	PY_DEEPEST = 100,   /* levels of indentation, as CPython */
	PY_BRACKETS = 200,  /* open at once, as CPython */
	PY_FSTRINGS = 150,  /* within each other, as CPython */
	PY_EXPRESSION = 64, /* deepest test that is looked into for constants */
};

enum py_kind {
	PY_SIMPLE, /* one or several simple statements */
	PY_IF,
	PY_ELIF,
	PY_ELSE,
	PY_WHILE,
	PY_FOR,
	PY_TRY,
	PY_EXCEPT,
	PY_FINALLY,
	PY_WITH,
	PY_DEF,
	PY_CLASS,
	PY_MATCH,
	PY_CASE,
	PY_DECORATOR,
};

/* How a test can come out, for the compiler and for coverage.py, whose notion of a constant is narrower. */
enum py_test {
	PY_MAY_TRUE = 1,
	PY_MAY_FALSE = 2,
	PY_CONSTANT = 4,      /* coverage.py takes it for a constant ... */
	PY_CONSTANT_TRUE = 8, /* ... that is true */
	PY_ANY = PY_MAY_TRUE | PY_MAY_FALSE,
};

enum py_mark {
	/* Of simple statements: any of them is one ... */
	PY_BREAKS = 1,
	PY_CONTINUES = 2,
	PY_RETURNS = 4,
	PY_RAISES = 8,
	PY_JUMPS_LAST = 16,     /* ... and the last one is. */
	PY_CODE = 32,           /* at least one that can be reached makes byte code */
	PY_STOPS = 64,          /* what follows is not reached: ended by a jump or a failing assert */
	PY_STOPS_LOOP = 128,    /* that jump is a break */
	PY_DOCSTRING = 256,     /* begins with the docstring of its suite */
	PY_INLINE = 512,        /* stands on the line of its header */
	PY_WILDCARD = 1024,     /* of a case: its pattern matches anything */
	PY_GUARDED = 2048,      /* of a case: it has an if */
	PY_CONTINUED = 8192,    /* a backslash joins lines */
	PY_IN_FUNCTION = 16384, /* the nearest def or class around is a def */
};

struct py_line {
	uint32_t at;    /* offset of the first token */
	uint32_t stop;  /* offset of the newline that ends the logical line */
	uint32_t line;  /* line of the first token */
	uint32_t first; /* first and last line of the logical line */
	uint32_t last;
	uint32_t end;      /* line of its last token */
	uint32_t doc_end;  /* last line of the docstring */
	uint32_t word_end; /* offset behind the keyword(s) it begins with */
	uint32_t colon;    /* of a header: offset of the colon that ends it */
	uint32_t after;    /* pyscan_flow: index behind the last record of its suite */
	uint16_t marks;    /* enum py_mark */
	uint8_t kind;      /* enum py_kind */
	uint8_t depth;
	uint8_t test; /* enum py_test, of if, elif, while, guards */
};

struct pyscan {
	const struct pyscan_options *opt;
	struct arena *out;    /* the caller's */
	struct arena scratch; /* gone at the end */
	struct str text;      /* ends with \n, which is its only line end */
	struct py_line *lines;
	uint32_t n, cap;
	uint32_t n_lines; /* physical ones */
	uint32_t *first_line;
	uint8_t *flags;          /* public ones and enum py_private */
	bool future_annotations; /* from __future__ import annotations */
	uint32_t error_line;
	const char *error;
};

/* Whether Python 3.14 or later runs it: its compiler folds constants later than those before. */
static inline bool py_folds_late(const struct pyscan *s)
{
	return s->opt->python_minor >= 14;
}

/* More flags of a physical line; gone at the end. */
enum py_private {
	PY_OPEN_WITH = 8, /* its suite is being walked */
	PY_HAS_CODE = 16, /* a logical line that begins here has code that can be reached */
	PY_IN_DOC = 32,   /* part of a docstring */
	PY_MATCHED = 64,  /* raw or added while excluding */
	PY_IS_WITH = 128, /* a with statement begins here */
};

/* Sets error and error_line once; returns NULL, so that a scanner can pass it on. */
const char *pyscan_fail(struct pyscan *s, uint32_t line, const char *why);
static inline bool py_digit(char c)
{
	return c >= '0' && c <= '9';
}
/* Whether c can be part of a name or a number. */
static inline bool py_ident(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || py_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* pyscan_string.c: p is at the opening quote, whose prefix has been read; *line counts the newlines. Returns
 * the first byte behind the string, or NULL after pyscan_fail. */
const char *pyscan_string(struct pyscan *s, const char *p, uint32_t *line);
/* The length of the string prefix that ends at p, and whether fields in braces are looked for. */
unsigned pyscan_prefix(const struct pyscan *s, const char *p, bool *ret_fields);

/* Behind the bracket that closes the one at p; end when there is none, NULL after pyscan_fail. */
const char *pyscan_bracket(struct pyscan *s, const char *p, const char *end, uint32_t *line);

/* pyscan_constant.c: text from p to end is a test, up to a comma, a colon, or the word `if`'s end of what
 * Python's grammar takes as one expression. */
uint8_t pyscan_test(struct pyscan *s, const char *p, const char *end);

/* pyscan_simple.c: marks of the one simple statement that lies from p to end; colon NULL: none outside of
 * brackets; line: where it ends, for errors. */
enum py_place { PY_AT_OTHER, PY_AT_FUNCTION, PY_AT_CLASS }; /* CLASS: right below its header */
uint16_t pyscan_simple(struct pyscan *s, const char *p, const char *end, const char *colon, uint32_t line,
		       enum py_place place);
/* Behind blanks, line ends, joined lines and comments. */
const char *pyscan_skip(const char *p, const char *end);
/* Whether it is nothing but plain strings. */
bool pyscan_is_text(struct pyscan *s, const char *p, const char *end);
/* pyscan_case.c: what the case at l matches; ret_lines: first and last line of a pattern that matches all. */
uint16_t pyscan_pattern(struct pyscan *s, struct py_line *l, uint32_t ret_lines[2]);

/* pyscan_ways.c: arcs as they are found, in any order and several times. */
enum pyscan_arc_mark {
	PY_ARC_ENTERS = 1, /* from a with statement, while its suite is walked */
	PY_ARC_LEAVES = 2, /* from the end of that suite back to it */
};

struct pyscan_way {
	int32_t from, to;
	uint8_t marks;
};

struct pyscan_arcs {
	struct pyscan *s;
	struct pyscan_way *at;
	uint32_t n, cap;
	bool any_with;
};

void pyscan_arc(struct pyscan_arcs *a, int32_t from, int32_t to, uint8_t marks);
/* Fills in arcs, fixes and exits. */
void pyscan_ways(const struct pyscan_arcs *arcs, struct pyfacts *ret);

/* The passes, in their order. */
void pyscan_lines(struct pyscan *s);
void pyscan_flow(struct pyscan *s);
void pyscan_exclude(struct pyscan *s);
void pyscan_statements(struct pyscan *s);
void pyscan_arcs(struct pyscan *s, struct pyfacts *ret);
void pyscan_regions(struct pyscan *s, struct pyfacts *ret);
