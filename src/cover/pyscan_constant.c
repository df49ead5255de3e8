#include <string.h>

#include "base/str.h"
#include "cover/pyscan_inside.h"

/*
 * The tests of if, while, assert and of a case's guard decide what can be reached. CPython folds constants
 * and follows and, or, not and the conditional expression as jumps; everything else can come out both ways.
 */
struct value {
	uint8_t test;   /* enum py_test */
	bool constant;  /* CPython's optimizer knows it */
	bool is_number; /* and it is this whole number */
	int64_t number;
};

struct reading {
	struct pyscan *s;
	const char *p, *end;
	unsigned depth;
	bool lost; /* met what is not looked into: all can be */
};

static const struct value ANYTHING = {.test = PY_ANY};

static struct value expression(struct reading *r);

static struct value lose(struct reading *r)
{
	r->lost = true;
	r->p = r->end;
	return ANYTHING;
}

static void skip_space(struct reading *r)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '#')
			r->p = memchr(r->p, '\n', (size_t)(r->s->text.at + r->s->text.n - r->p));
		else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\n' && *r->p != '\\' && *r->p != '\f')
			break;
	}
	if (r->p > r->end)
		r->p = r->end;
}

/* The word at p; empty when there is none. */
static struct str word_at(const struct reading *r)
{
	const char *p = r->p;
	while (p < r->end && py_ident(*p))
		p++;
	return (struct str){r->p, (size_t)(p - r->p)};
}

static bool take_word(struct reading *r, const char *word)
{
	skip_space(r);
	if (r->p >= r->end || *r->p != *word)
		return false;
	struct str w = word_at(r);
	if (!str_is(w, word))
		return false;
	r->p += w.n;
	return true;
}

static bool take(struct reading *r, char c)
{
	skip_space(r);
	if (r->p >= r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static struct value of_truth(bool truth)
{
	return (struct value){.test = truth ? PY_MAY_TRUE | PY_CONSTANT | PY_CONSTANT_TRUE
					    : PY_MAY_FALSE | PY_CONSTANT,
			      .constant = true};
}

static struct value of_number(int64_t number)
{
	struct value v = of_truth(number != 0);
	v.is_number = true;
	v.number = number;
	return v;
}

/* What an operator made: CPython folds it, since 3.14 too late to leave out what is dead; coverage.py does
 * not. */
static struct value folded(const struct reading *r, struct value v)
{
	if (py_folds_late(r->s))
		return ANYTHING;
	v.test &= PY_ANY;
	return v;
}

static void skip_bracket(struct reading *r)
{
	uint32_t line = 0;
	r->p = pyscan_bracket(r->s, r->p, r->end, &line);
	if (!r->p)
		(void)lose(r);
}

/* Takes a number as it is written; *ret_based: with 0x, 0o or 0b. */
static struct str number_text(struct reading *r, bool *ret_based)
{
	const char *from = r->p;
	*ret_based = from + 1 < r->end && from[0] == '0' && strchr("xXoObB", from[1]);
	for (; r->p < r->end && (py_ident(*r->p) || *r->p == '.'); r->p++)
		if (!*ret_based && (*r->p | 32) == 'e' && (r->p[1] == '-' || r->p[1] == '+'))
			r->p++;
	return (struct str){from, (size_t)(r->p - from)};
}

static struct value number(struct reading *r)
{
	bool based, filled = false;
	struct str s = number_text(r, &based);
	size_t n = 0;
	while (n < s.n && (based || !strchr("eEjJ", s.at[n])))
		n++;
	bool whole = !based && n == s.n && !memchr(s.at, '.', n);
	int64_t v = 0;
	for (size_t i = based ? 2 : 0; i < n; i++) {
		filled |= s.at[i] != '0' && s.at[i] != '_' && s.at[i] != '.';
		if (whole && py_digit(s.at[i]))
			whole = !__builtin_mul_overflow(v, 10, &v) &&
				!__builtin_add_overflow(v, s.at[i] - '0', &v);
	}
	return whole ? of_number(v) : of_truth(filled);
}

/* Strings that stand side by side; an f-string is a constant to CPython only when it has no field. */
static struct value strings(struct reading *r)
{
	bool filled = false, fields = false, open = false;
	for (;;) {
		uint32_t line = 0;
		const char *from = r->p + strcspn(r->p, "\"'"), *to = pyscan_string(r->s, from, &line);
		if (!to)
			return lose(r);
		size_t quotes = from[0] == from[1] && to - from >= 6 && from[2] == from[0] ? 3 : 1;
		bool formats;
		pyscan_prefix(r->s, from, &formats);
		fields |= formats;
		open |= formats && memchr(from, '{', (size_t)(to - from));
		filled |= (size_t)(to - from) > 2 * quotes;
		r->p = to;
		skip_space(r);
		const char *q = r->p;
		while (q < r->end && py_ident(*q))
			q++;
		if (q >= r->end || (*q != '"' && *q != '\''))
			break;
	}
	struct value v = of_truth(filled);
	if (fields)
		v.test &= PY_ANY;
	return open ? ANYTHING : v;
}

/* What stands in round brackets; p is behind the opening one. */
static struct value bracketed(struct reading *r)
{
	const char *open = r->p - 1;
	unsigned depth = r->depth;
	if (take(r, ')'))
		return folded(r, of_truth(false));
	struct value v = expression(r);
	bool constant = v.constant;
	if (!r->lost && take(r, ')'))
		return v;
	while (!r->lost && take(r, ',')) {
		if (take(r, ')'))
			return constant ? folded(r, of_truth(true)) : ANYTHING;
		constant &= expression(r).constant;
	}
	if (!r->lost && take(r, ')'))
		return constant ? folded(r, of_truth(true)) : ANYTHING;
	r->lost = false; /* a generator, a yield, a walrus, a star */
	r->depth = depth;
	r->p = open;
	skip_bracket(r);
	return ANYTHING;
}

static struct value named(struct reading *r, struct str w)
{
	r->p += w.n;
	if (w.n < 4 || !strchr("TFNly_", *w.at))
		return ANYTHING;
	if (str_is(w, "True") || str_is(w, "__debug__"))
		return of_number(1);
	if (str_is(w, "False"))
		return of_number(0);
	if (str_is(w, "None"))
		return of_truth(false);
	if (str_is(w, "lambda") || str_is(w, "yield"))
		return lose(r);
	return ANYTHING;
}

static struct value atom(struct reading *r)
{
	skip_space(r);
	if (r->p >= r->end)
		return lose(r);
	char c = *r->p;
	if (py_digit(c))
		return number(r);
	if (c == '.')
		return r->p[1] == '.' ? (r->p += 3, of_truth(true)) : number(r);
	if (c == '(') {
		r->p++;
		return bracketed(r);
	}
	if (c == '[' || c == '{') {
		skip_bracket(r);
		return ANYTHING;
	}
	struct str w = word_at(r);
	bool quoted = w.at + w.n < r->end && (w.at[w.n] == '"' || w.at[w.n] == '\'');
	if (quoted)
		return strings(r);
	return w.n ? named(r, w) : lose(r);
}

static struct value primary(struct reading *r)
{
	bool awaits = take_word(r, "await");
	struct value v = atom(r);
	for (;;) {
		skip_space(r);
		char c = r->p < r->end ? *r->p : 0;
		if (c == '(' || c == '[') {
			skip_bracket(r);
		} else if (c == '.') {
			r->p++;
			skip_space(r);
			r->p += word_at(r).n;
		} else {
			return awaits ? ANYTHING : v;
		}
		v = ANYTHING;
	}
}

static struct value signed_value(struct reading *r);

static bool power(int64_t base, int64_t exponent, int64_t *ret)
{
	bool fits = exponent >= 0 && exponent < 64;
	for (*ret = 1; fits && exponent > 0; exponent--)
		fits = !__builtin_mul_overflow(*ret, base, ret);
	return fits;
}

static struct value raised(struct reading *r)
{
	struct value base = primary(r);
	skip_space(r);
	if (r->p + 1 >= r->end || r->p[0] != '*' || r->p[1] != '*')
		return base;
	r->p += 2;
	struct value exponent = r->depth < PY_EXPRESSION ? signed_value(r) : lose(r);
	int64_t n;
	if (base.is_number && exponent.is_number && power(base.number, exponent.number, &n))
		return folded(r, of_number(n));
	return ANYTHING;
}

static struct value signed_value(struct reading *r)
{
	char signs[PY_EXPRESSION];
	unsigned n = 0;
	for (;;) {
		skip_space(r);
		char c = r->p < r->end ? *r->p : 0;
		if (c != '-' && c != '+' && c != '~')
			break;
		if (n == PY_EXPRESSION)
			return lose(r);
		signs[n++] = c;
		r->p++;
	}
	r->depth++;
	struct value v = raised(r);
	r->depth--;
	if (n)
		v = folded(r, v);
	while (n-- > 0) {
		if (signs[n] == '~')
			v = v.is_number ? folded(r, of_number(~v.number)) : ANYTHING;
		else if (signs[n] == '-' && v.is_number)
			v = v.number == INT64_MIN ? ANYTHING : folded(r, of_number(-v.number));
	}
	return v;
}

/* The operator at p and how strongly it binds (0: none, or a comparison). */
static unsigned binding(const struct reading *r, unsigned *ret_n)
{
	char c = r->p < r->end ? *r->p : 0, next = r->p + 1 < r->end ? r->p[1] : 0;
	*ret_n = c == next ? 2 : 1;
	switch (c) {
	case '|':
		return 1;
	case '^':
		return 2;
	case '&':
		return 3;
	case '<':
	case '>':
		return c == next ? 4 : 0;
	case '+':
	case '-':
		*ret_n = 1;
		return 5;
	case '*':
	case '/':
	case '%':
	case '@':
		return 6;
	default:
		return 0;
	}
}

static bool divide(char op, int64_t a, int64_t b, int64_t *ret)
{
	if (b == 0 || b == -1)
		return false;
	int64_t rest = a % b;
	bool down = rest != 0 && (rest < 0) != (b < 0);
	*ret = op == '%' ? rest + (down ? b : 0) : a / b - down;
	return true;
}

static bool compute(char op, unsigned n, int64_t a, int64_t b, int64_t *ret)
{
	switch (op) {
	case '|':
		*ret = a | b;
		return true;
	case '^':
		*ret = a ^ b;
		return true;
	case '&':
		*ret = a & b;
		return true;
	case '+':
		return !__builtin_add_overflow(a, b, ret);
	case '-':
		return !__builtin_sub_overflow(a, b, ret);
	case '*':
		return !__builtin_mul_overflow(a, b, ret);
	case '<':
		return b >= 0 && b < 62 && !__builtin_mul_overflow(a, (int64_t)1 << b, ret);
	case '>':
		*ret = b >= 0 && b < 63 ? a >> b : 0;
		return b >= 0;
	case '/':
		*ret = a != 0; /* a true division: its truth is all that is asked */
		return n == 2 ? divide(op, a, b, ret) : b != 0;
	case '%':
		return divide(op, a, b, ret);
	default:
		return false;
	}
}

static struct value arithmetic(struct reading *r, unsigned weakest)
{
	struct value v = signed_value(r);
	for (;;) {
		unsigned n, strength;
		skip_space(r);
		strength = binding(r, &n);
		if (r->lost || strength < weakest || strength == 0)
			return v;
		char op = *r->p;
		r->p += n;
		struct value right = arithmetic(r, strength + 1);
		int64_t number;
		if (v.is_number && right.is_number && compute(op, n, v.number, right.number, &number))
			v = folded(r, of_number(number));
		else
			v = ANYTHING;
	}
}

static bool take_comparison(struct reading *r)
{
	skip_space(r);
	char c = r->p < r->end ? *r->p : 0, next = r->p + 1 < r->end ? r->p[1] : 0;
	if (c == '<' || c == '>' || (next == '=' && (c == '=' || c == '!'))) {
		r->p += next == '=' ? 2 : 1;
		return true;
	}
	if (take_word(r, "in"))
		return true;
	if (take_word(r, "is")) {
		take_word(r, "not");
		return true;
	}
	return take_word(r, "not") && take_word(r, "in");
}

static struct value comparison(struct reading *r)
{
	struct value v = arithmetic(r, 1);
	while (!r->lost && take_comparison(r)) {
		(void)arithmetic(r, 1);
		v = ANYTHING;
	}
	return v;
}

static uint8_t inverted(uint8_t test)
{
	uint8_t outcomes = (test & PY_MAY_TRUE ? PY_MAY_FALSE : 0) | (test & PY_MAY_FALSE ? PY_MAY_TRUE : 0);
	uint8_t constant = test & PY_CONSTANT ? PY_CONSTANT | (~test & PY_CONSTANT_TRUE) : 0;
	return outcomes | constant;
}

static struct value inversion(struct reading *r)
{
	bool inverts = false, any = false;
	for (; take_word(r, "not"); inverts = !inverts)
		any = true;
	struct value v = comparison(r);
	if (!any)
		return v;
	if (v.constant) {
		uint8_t known = v.test & PY_CONSTANT;
		v = of_number(!inverts == !!(v.test & PY_MAY_TRUE));
		return known ? v : folded(r, v);
	}
	v.test = inverts ? inverted(v.test) : v.test;
	v.is_number = false;
	return v;
}

/* and: ends is PY_MAY_FALSE, the outcome that ends the chain early; or: PY_MAY_TRUE. */
static struct value chain(struct reading *r, const char *word, struct value (*part)(struct reading *r),
			  uint8_t ends)
{
	struct value v = part(r);
	if (r->lost || !take_word(r, word))
		return v;
	uint8_t outcomes = v.test & ends, goes_on = (uint8_t)(PY_ANY ^ ends), constant = v.test & PY_CONSTANT;
	bool ended = constant && (v.test & PY_ANY) == ends, reached = v.test & goes_on;
	do {
		v = part(r);
		if (reached)
			outcomes |= v.test & ends;
		reached &= (v.test & goes_on) != 0;
		constant &= v.test;
		ended |= (v.test & PY_ANY) == ends;
	} while (!r->lost && take_word(r, word));
	if (reached)
		outcomes |= goes_on;
	if (constant && ended == (ends == PY_MAY_TRUE))
		constant |= PY_CONSTANT_TRUE;
	return (struct value){.test = outcomes | constant};
}

static struct value conjunction(struct reading *r)
{
	return chain(r, "and", inversion, PY_MAY_FALSE);
}

static struct value disjunction(struct reading *r)
{
	return chain(r, "or", conjunction, PY_MAY_TRUE);
}

static struct value expression(struct reading *r)
{
	if (++r->depth > PY_EXPRESSION)
		return lose(r);
	struct value v = disjunction(r);
	if (!r->lost && take_word(r, "if")) {
		struct value condition = disjunction(r);
		struct value other = take_word(r, "else") ? expression(r) : lose(r);
		uint8_t outcomes = condition.test & PY_MAY_TRUE ? v.test : 0;
		outcomes |= condition.test & PY_MAY_FALSE ? other.test : 0;
		v = (struct value){.test = outcomes & PY_ANY};
	}
	r->depth--;
	return v;
}

uint8_t pyscan_test(struct pyscan *s, const char *p, const char *end)
{
	struct reading r = {.s = s, .p = p, .end = end};
	struct value v = expression(&r);
	skip_space(&r);
	bool walrus = r.p + 1 < end && r.p[0] == ':' && r.p[1] == '=';
	return r.lost || walrus ? PY_ANY : v.test;
}
