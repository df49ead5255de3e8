#include "base/json.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"

/* The first error stays. Nothing is left to read after it, so that no caller has to ask. */
static bool fail(struct json *j, const char *at, const char *what)
{
	if (!j->error) {
		j->error = what;
		j->error_at = (size_t)(at - j->start);
	}
	j->at = j->end;
	return false;
}

static bool fail_here(struct json *j, const char *at, const char *what)
{
	return fail(j, at, at == j->end ? "unexpected end" : what);
}

void json_fail(struct json *j, const char *what)
{
	(void)fail(j, j->at, what);
}

static const char *blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

void json_init(struct json *j, struct str text, struct arena *arena)
{
	const char *at = text.at ? text.at : "";
	*j = (struct json){.at = at, .start = at, .end = at + text.n, .arena = arena};
}

/* From behind the opening quote to the closing one, or NULL and an error. */
static const char *text_end(struct json *j, const char *p, bool *ret_escaped)
{
	const char *error = NULL;
	p = json_text_end((struct str){p, (size_t)(j->end - p)}, ret_escaped, &error);
	return error ? fail(j, p, error), NULL : p;
}

/* Reads the text whose opening quote is at p. */
static bool take_text(struct json *j, const char *p, struct str *ret)
{
	bool escaped = false;
	const char *end = text_end(j, ++p, &escaped);
	if (!end)
		return false;
	*ret = (struct str){p, (size_t)(end - p)};
	if (escaped)
		*ret = json_text_decode(*ret, j->arena);
	j->at = end + 1;
	return true;
}

static const char *digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* Behind the number at p, or NULL and an error. */
static const char *number_end(struct json *j, const char *p)
{
	const char *end = j->end, *from;
	if (p < end && *p == '-')
		p++;
	from = p;
	p = p < end && *p == '0' ? p + 1 : digits(p, end);
	if (p == from)
		return fail_here(j, p, "bad number"), NULL;
	if (p < end && *p == '.') {
		from = ++p;
		p = digits(p, end);
		if (p == from)
			return fail_here(j, p, "bad number"), NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		from = p;
		p = digits(p, end);
		if (p == from)
			return fail_here(j, p, "bad number"), NULL;
	}
	if (p < end && *p >= '0' && *p <= '9')
		return fail(j, p, "bad number"), NULL;
	return p;
}

static const char *word_end(struct json *j, const char *p, struct str word)
{
	if ((size_t)(j->end - p) < word.n || memcmp(p, word.at, word.n) != 0)
		return fail(j, p, "unknown word"), NULL;
	return p + word.n;
}

/* What the byte at p begins; JSON_NONE for what begins no value. */
static enum json_type type_at(const char *p, const char *end)
{
	switch (p < end ? *p : 0) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_TEXT;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	case '-':
		return JSON_NUMBER;
	default:
		return p < end && *p >= '0' && *p <= '9' ? JSON_NUMBER : JSON_NONE;
	}
}

/* Behind the value at p that holds no other, or NULL and an error. */
static const char *scalar_end(struct json *j, const char *p)
{
	bool escaped = false;
	switch (type_at(p, j->end)) {
	case JSON_TEXT:
		p = text_end(j, p + 1, &escaped);
		return p ? p + 1 : NULL;
	case JSON_BOOL:
		return word_end(j, p, *p == 't' ? STR("true") : STR("false"));
	case JSON_NULL:
		return word_end(j, p, STR("null"));
	case JSON_NUMBER:
		return number_end(j, p);
	default:
		return fail_here(j, p, "expected a value"), NULL;
	}
}

enum json_type json_peek(struct json *j)
{
	if (j->error)
		return JSON_NONE;
	j->at = blanks(j->at, j->end);
	enum json_type type = type_at(j->at, j->end);
	if (type == JSON_NONE && (j->depth || j->at < j->end))
		fail_here(j, j->at, "expected a value");
	return type;
}

static bool enter(struct json *j, char bracket, const char *what)
{
	if (j->error)
		return false;
	const char *p = blanks(j->at, j->end);
	if (p == j->end || *p != bracket)
		return fail_here(j, p, what);
	if (j->depth == JSON_DEPTH)
		return fail(j, p, "nested too deep");
	j->depth++;
	j->first = true;
	j->at = p + 1;
	return true;
}

bool json_object(struct json *j)
{
	return enter(j, '{', "expected an object");
}

bool json_array(struct json *j)
{
	return enter(j, '[', "expected an array");
}

/* To the next member of the current container; false when it is over or something is wrong. */
static bool next_member(struct json *j, char bracket, const char *what)
{
	if (j->error)
		return false;
	const char *p = blanks(j->at, j->end);
	if (p < j->end && *p == bracket) {
		j->at = p + 1;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first) {
		if (p == j->end || *p != ',')
			return fail_here(j, p, what);
		p = blanks(p + 1, j->end);
		if (p < j->end && *p == bracket)
			return fail(j, p, "a comma too many");
	}
	if (p == j->end)
		return fail(j, p, "unexpected end");
	j->first = false;
	j->at = p;
	return true;
}

/* A key of small letters with its ':' right behind it, as nearly all are, at once; others are left to the
 * caller. */
static bool take_word(struct json *j, struct str *ret_key)
{
	const char *from = j->at + 1, *p = from, *end = j->end - 1;
	while (p < end && ((unsigned)(*p - 'a') < 26 || *p == '_'))
		p++;
	if (p >= end || p[0] != '"' || p[1] != ':')
		return false;
	*ret_key = (struct str){from, (size_t)(p - from)};
	j->at = p + 2;
	return true;
}

bool json_key(struct json *j, struct str *ret_key)
{
	if (!next_member(j, '}', "expected ',' or '}'"))
		return false;
	if (*j->at != '"')
		return fail(j, j->at, "expected a key");
	if (take_word(j, ret_key))
		return true;
	if (!take_text(j, j->at, ret_key))
		return false;
	const char *p = blanks(j->at, j->end);
	if (p == j->end || *p != ':')
		return fail_here(j, p, "expected ':'");
	j->at = p + 1;
	return true;
}

bool json_item(struct json *j)
{
	return next_member(j, ']', "expected ',' or ']'");
}

/* Whether the next value is of this type. A null is taken and answers false, without an error. */
static bool take(struct json *j, enum json_type type, const char *what)
{
	enum json_type found = json_peek(j);
	if (found == type)
		return true;
	if (found == JSON_NULL) {
		const char *p = word_end(j, j->at, STR("null"));
		if (p)
			j->at = p;
	} else {
		fail_here(j, j->at, what);
	}
	return false;
}

struct str json_text(struct json *j)
{
	struct str s = STR_NONE;
	if (take(j, JSON_TEXT, "expected a text"))
		take_text(j, j->at, &s);
	return s;
}

/* The exponent of the number that ends at end and has its 'e' at p; saturates. */
static int64_t exponent(const char *p, const char *end)
{
	const int64_t most = INT64_C(1) << 60;
	int64_t v = 0;
	bool negative = *++p == '-';
	for (p += *p == '-' || *p == '+'; p < end; p++)
		v = v < most / 10 ? v * 10 + (*p - '0') : most;
	return negative ? -v : v;
}

/* The whole part of a well-formed number; false when it does not fit. Exact: 1e18 and 0.5e1 too. */
static bool whole_part(const char *p, const char *end, int64_t *ret)
{
	bool negative = *p == '-';
	int64_t v = 0, n_whole = 0, shift = 0;
	const char *e = p += negative;
	while (e < end && *e != 'e' && *e != 'E')
		e++;
	if (e < end)
		shift = exponent(e, end);
	const char *dot = memchr(p, '.', (size_t)(e - p));
	n_whole = (dot ? dot : e) - p + shift;
	for (; p < e && n_whole > 0; p++) {
		if (*p == '.')
			continue;
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, *p - '0', &v))
			return false;
		n_whole--;
	}
	for (; v && n_whole > 0; n_whole--)
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
	if (!negative && __builtin_sub_overflow(0, v, &v))
		return false;
	*ret = v;
	return true;
}

/* A whole number of few digits, as nearly all are, at once; anything else is left to the caller. */
static bool take_small(struct json *j, int64_t *ret)
{
	enum { DIGITS = 18 };
	const char *p = blanks(j->at, j->end), *from = p;
	const char *most = j->end - p < DIGITS ? j->end : p + DIGITS;
	int64_t v = 0;
	for (; p < most && (unsigned)(*p - '0') < 10; p++)
		v = v * 10 + (*p - '0');
	if (p == from || p == j->end || (*p != ',' && *p != ']' && *p != '}') ||
	    (*from == '0' && p - from > 1))
		return false;
	j->at = p;
	*ret = v;
	return true;
}

int64_t json_int(struct json *j)
{
	int64_t v = 0;
	if (take_small(j, &v))
		return v;
	if (!take(j, JSON_NUMBER, "expected a number"))
		return 0;
	const char *end = number_end(j, j->at);
	if (!end)
		return 0;
	if (!whole_part(j->at, end, &v)) {
		fail(j, j->at, "number out of range");
		return 0;
	}
	j->at = end;
	return v;
}

/*
 * A mantissa of 53 bits and a power of ten that a double holds exactly need
 * one rounding only, so the result is the nearest double; others take strtod.
 */
static bool real_exact(const char *p, const char *end, double *ret)
{
	static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
				      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	uint64_t mantissa = 0;
	int64_t shift = 0;
	bool negative = *p == '-', fraction = false;
	for (p += negative; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		if (mantissa >= (UINT64_C(1) << 53) / 10)
			return false;
		mantissa = mantissa * 10 + (uint64_t)(*p - '0');
		shift -= fraction;
	}
	if (p < end)
		shift += exponent(p, end);
	if (FLT_EVAL_METHOD != 0 || shift < -22 || shift > 22)
		return false;
	double v = (double)mantissa;
	v = shift < 0 ? v / tens[-shift] : v * tens[shift];
	*ret = negative ? -v : v;
	return true;
}

double json_real(struct json *j)
{
	double v = 0;
	if (!take(j, JSON_NUMBER, "expected a number"))
		return 0;
	const char *end = number_end(j, j->at);
	if (!end)
		return 0;
	if (!real_exact(j->at, end, &v)) {
		struct str raw = {j->at, (size_t)(end - j->at)};
		char small[64] = {0};
		if (raw.n < sizeof(small))
			memcpy(small, raw.at, raw.n);
		v = strtod(raw.n < sizeof(small) ? small : arena_copy(j->arena, raw), NULL);
		if (isinf(v)) {
			fail(j, j->at, "number out of range");
			return 0;
		}
	}
	j->at = end;
	return v;
}

bool json_bool(struct json *j)
{
	if (!take(j, JSON_BOOL, "expected true or false"))
		return false;
	bool v = *j->at == 't';
	const char *end = scalar_end(j, j->at);
	if (!end)
		return false;
	j->at = end;
	return v;
}

/* Which containers are open: one bit a level, set for an object. */
struct skip {
	uint64_t objects[JSON_DEPTH / 64 + 1];
	int depth;
};

/* Passes over the key and the ':' of the member at p; NULL and an error when there is none. */
static const char *skip_key(struct json *j, const char *p)
{
	bool escaped = false;
	if (p == j->end || *p != '"')
		return fail_here(j, p, "expected a key"), NULL;
	p = text_end(j, p + 1, &escaped);
	if (!p)
		return NULL;
	p = blanks(p + 1, j->end);
	if (p == j->end || *p != ':')
		return fail_here(j, p, "expected ':'"), NULL;
	return blanks(p + 1, j->end);
}

/*
 * From behind a value to where the next one starts: closes what ends, takes
 * comma and key. Behind the outermost container depth is 0.
 */
static const char *skip_between(struct json *j, struct skip *s, const char *p)
{
	while (s->depth > 0) {
		bool object = s->objects[s->depth / 64] >> s->depth % 64 & 1;
		p = blanks(p, j->end);
		if (p < j->end && *p == ',') {
			p = blanks(p + 1, j->end);
			return object ? skip_key(j, p) : p;
		}
		if (p == j->end || *p != (object ? '}' : ']'))
			return fail_here(j, p, object ? "expected ',' or '}'" : "expected ',' or ']'"), NULL;
		s->depth--;
		p++;
	}
	return p;
}

/* Enters the container at p; to its first value, or where skip_between goes on when it is empty. */
static const char *skip_open(struct json *j, struct skip *s, const char *p, bool *ret_empty)
{
	bool object = *p == '{';
	if (j->depth + s->depth == JSON_DEPTH)
		return fail(j, p, "nested too deep"), NULL;
	s->depth++;
	uint64_t bit = UINT64_C(1) << s->depth % 64, *word = &s->objects[s->depth / 64];
	*word = object ? *word | bit : *word & ~bit;
	p = blanks(p + 1, j->end);
	*ret_empty = p < j->end && *p == (object ? '}' : ']');
	return *ret_empty || !object ? p : skip_key(j, p);
}

void json_skip(struct json *j)
{
	struct skip s;
	s.depth = 0;
	if (j->error)
		return;
	const char *p = blanks(j->at, j->end);
	do {
		bool open = p < j->end && (*p == '{' || *p == '['), empty = true;
		p = open ? skip_open(j, &s, p, &empty) : scalar_end(j, p);
		if (p && empty)
			p = skip_between(j, &s, p);
	} while (p && s.depth > 0);
	if (p)
		j->at = p;
}

void json_members(struct json *j, void *to, bool (*member)(struct json *j, struct str key, void *to))
{
	struct str key;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return;
	}
	(void)json_object(j);
	while (json_key(j, &key))
		if (!member(j, key, to))
			json_skip(j);
}

struct str json_raw(struct json *j)
{
	if (json_peek(j) == JSON_NONE) {
		fail_here(j, j->at, "expected a value");
		return STR_NONE;
	}
	const char *from = j->at;
	json_skip(j);
	return j->error ? STR_NONE : (struct str){from, (size_t)(j->at - from)};
}

bool json_end(struct json *j)
{
	if (j->error)
		return false;
	j->at = blanks(j->at, j->end);
	if (j->depth)
		return fail_here(j, j->at, "a container is not read to its end");
	return j->at == j->end || fail(j, j->at, "something behind the value");
}
