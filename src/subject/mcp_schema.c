#include "subject/mcp_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/str.h"
#include "bench/subject.h"
#include "config/nearest.h"
#include "subject/mcp_link.h"

enum { DEPTH = 64 };

struct look {
	struct arena *scratch;
	struct buf *why;
	struct buf path; /* "a.b[2]" */
	int depth;
};

static enum json_type type_of(struct str value)
{
	struct json j;
	json_init(&j, value, NULL);
	return json_peek(&j);
}

static struct str text_of(struct str value, struct arena *scratch)
{
	struct json j;
	json_init(&j, value, scratch);
	return type_of(value) == JSON_TEXT ? json_text(&j) : STR_NONE;
}

static double number_of(struct str value, struct arena *scratch)
{
	struct json j;
	json_init(&j, value, scratch);
	return json_real(&j);
}

/* A keyword that is a number. */
static bool bound(struct str schema, const char *key, double *ret, struct arena *scratch)
{
	struct str value = mcp_member(schema, key, scratch);
	if (type_of(value) != JSON_NUMBER)
		return false;
	*ret = number_of(value, scratch);
	return true;
}

static bool is_whole(struct str value, struct arena *scratch)
{
	double v = number_of(value, scratch);
	return v == floor(v);
}

static bool is_type(struct str value, struct str type, struct arena *scratch)
{
	static const struct {
		const char *word;
		enum json_type type;
	} types[] = {{"string", JSON_TEXT},  {"number", JSON_NUMBER}, {"integer", JSON_NUMBER},
		     {"boolean", JSON_BOOL}, {"array", JSON_ARRAY},   {"object", JSON_OBJECT},
		     {"null", JSON_NULL}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is(type, types[i].word))
			return type_of(value) == types[i].type &&
			       (!str_is(type, "integer") || is_whole(value, scratch));
	return true; /* a type that we do not know */
}

static bool refuse(struct look *l, const char *what)
{
	buf_text(l->why, "argument '");
	mcp_put_said(l->why, buf_view(&l->path), 100);
	buf_printf(l->why, "' %s", what);
	return false;
}

static const char *word_of(enum json_type type)
{
	static const char *const words[] = {"nothing", "null",     "a truth",  "a number",
					    "a text",  "an array", "an object"};
	return words[type];
}

static bool type_allowed(struct look *l, struct str value, struct str schema)
{
	struct str type = mcp_member(schema, "type", l->scratch);
	struct buf what = {0}, wanted = {0};
	struct json j;
	bool allowed = type_of(type) != JSON_TEXT && type_of(type) != JSON_ARRAY;
	json_init(&j, type, l->scratch);
	if (type_of(type) == JSON_TEXT) {
		buf_str(&wanted, json_text(&j));
		allowed = is_type(value, buf_view(&wanted), l->scratch);
	} else if (!allowed && json_array(&j)) {
		while (json_item(&j)) {
			struct str one = json_text(&j);
			buf_printf(&wanted, "%s%.*s", wanted.n ? " or " : "", STR_ARG(one));
			allowed |= is_type(value, one, l->scratch);
		}
	}
	if (!allowed) {
		buf_printf(&what, "is %s, the tool asks for ", word_of(type_of(value)));
		mcp_put_said(&what, buf_view(&wanted), 80);
		(void)refuse(l, what.at);
	}
	buf_free(&what);
	buf_free(&wanted);
	return allowed;
}

static bool is_same(struct str a, struct str b, struct arena *scratch)
{
	enum json_type type = type_of(a);
	if (type != type_of(b))
		return false;
	if (type == JSON_TEXT)
		return str_eq(text_of(a, scratch), text_of(b, scratch));
	if (type == JSON_NUMBER)
		return number_of(a, scratch) == number_of(b, scratch);
	/* spelled in another way they may be the same: those are let through */
	return type == JSON_ARRAY || type == JSON_OBJECT || str_eq(a, b);
}

static bool one_of_allowed(struct look *l, struct str value, struct str schema)
{
	struct str all = mcp_member(schema, "enum", l->scratch);
	struct str only = mcp_member(schema, "const", l->scratch);
	struct buf what = {0};
	struct json j;
	bool allowed = type_of(all) != JSON_ARRAY;
	if (only.n && !is_same(value, only, l->scratch))
		return refuse(l, "is not the one value that the tool takes");
	buf_text(&what, "is none of those that the tool takes: ");
	json_init(&j, all, l->scratch);
	if (!allowed && json_array(&j))
		for (int i = 0; json_item(&j); i++) {
			struct str one = json_raw(&j);
			allowed |= is_same(value, one, l->scratch);
			if (i)
				buf_text(&what, i == 12 ? " ..." : i < 12 ? ", " : "");
			if (i < 12)
				mcp_put_said(&what,
					     type_of(one) == JSON_TEXT ? text_of(one, l->scratch) : one, 40);
		}
	if (!allowed)
		(void)refuse(l, what.at);
	buf_free(&what);
	return allowed;
}

/* The bounds of what n says: a number itself, a length, a count. */
static bool bounds_allow(struct look *l, double n, struct str schema, const char *const keys[4],
			 const char *unit)
{
	static const char *const words[] = {"below", "above", "at or below", "at or above"};
	for (int i = 0; i < 4 && keys[i]; i++) {
		double limit;
		char what[120];
		if (!bound(schema, keys[i], &limit, l->scratch))
			continue;
		if (i == 0 ? n >= limit : i == 1 ? n <= limit : i == 2 ? n > limit : n < limit)
			continue;
		(void)snprintf(what, sizeof(what), "%sis %s %g, the tool's limit (%s)", unit, words[i], limit,
			       keys[i]);
		return refuse(l, what);
	}
	return true;
}

static size_t runes_of(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.at[i] & 0xc0) != 0x80;
	return n;
}

static bool value_allowed(struct look *l, struct str value, struct str schema);

static bool member_allowed(struct look *l, struct str value, struct str schema, struct str name,
			   int64_t index)
{
	size_t kept = l->path.n;
	if (index >= 0)
		buf_printf(&l->path, "[%lld]", (long long)index);
	else
		buf_printf(&l->path, "%s%.*s", kept ? "." : "", STR_ARG(str_clip_utf8(name, 80)));
	bool allowed = value_allowed(l, value, schema);
	l->path.n = kept;
	return allowed;
}

static bool required_there(struct look *l, struct str value, struct str schema)
{
	struct json j;
	bool there = true;
	json_init(&j, mcp_member(schema, "required", l->scratch), l->scratch);
	if (!json_array(&j))
		return true;
	while (there && json_item(&j)) {
		char key[256];
		struct str name = json_text(&j);
		(void)snprintf(key, sizeof(key), "%.*s", STR_ARG(name));
		there = !name.n || name.n >= sizeof(key) || mcp_member(value, key, l->scratch).n;
		if (!there) {
			size_t kept = l->path.n;
			buf_printf(&l->path, "%s%s", kept ? "." : "", key);
			(void)refuse(l, "is missing (the tool asks for it)");
			l->path.n = kept;
		}
	}
	return there;
}

static bool unknown(struct look *l, struct str name, struct str properties)
{
	struct nearest near = {.word = name};
	struct json j;
	struct str key;
	char what[160];
	json_init(&j, properties, l->scratch);
	if (type_of(properties) == JSON_OBJECT && json_object(&j))
		while (json_key(&j, &key)) {
			nearest_try(&near, arena_copy(l->scratch, key));
			json_skip(&j);
		}
	size_t kept = l->path.n;
	buf_printf(&l->path, "%s%.*s", kept ? "." : "", STR_ARG(str_clip_utf8(name, 80)));
	const char *best = nearest_word(&near);
	(void)snprintf(what, sizeof(what), "is none of the tool's%s%.80s%s", best ? " (did you mean '" : "",
		       best ? best : "", best ? "'?)" : "");
	(void)refuse(l, what);
	l->path.n = kept;
	return false;
}

static bool object_allowed(struct look *l, struct str value, struct str schema)
{
	struct str properties = mcp_member(schema, "properties", l->scratch), name;
	struct str more = mcp_member(schema, "additionalProperties", l->scratch);
	struct json j;
	bool allowed = required_there(l, value, schema);
	json_init(&j, value, l->scratch);
	if (!allowed || !json_object(&j))
		return allowed;
	while (allowed && json_key(&j, &name)) {
		struct str one = json_raw(&j);
		struct str its = mcp_member(properties, arena_copy(l->scratch, name), l->scratch);
		if (its.n)
			allowed = member_allowed(l, one, its, name, -1);
		else if (str_is(more, "false") && !mcp_member(schema, "patternProperties", l->scratch).n)
			allowed = unknown(l, name, properties);
		else if (more.n)
			allowed = member_allowed(l, one, more, name, -1);
	}
	return allowed;
}

static bool array_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const keys[4] = {"minItems", "maxItems"};
	struct str items = mcp_member(schema, "items", l->scratch);
	struct json j;
	int64_t n = 0;
	bool allowed = true;
	json_init(&j, value, l->scratch);
	(void)json_array(&j);
	for (; allowed && json_item(&j); n++)
		allowed = member_allowed(l, json_raw(&j), items, STR_NONE, n);
	return allowed && bounds_allow(l, (double)n, schema, keys, "has a length that ");
}

static bool value_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const of_number[4] = {"minimum", "maximum", "exclusiveMinimum",
						 "exclusiveMaximum"};
	static const char *const of_text[4] = {"minLength", "maxLength"};
	bool allowed = true;
	if (type_of(schema) != JSON_OBJECT || l->depth == DEPTH)
		return true;
	l->depth++;
	if (!type_allowed(l, value, schema) || !one_of_allowed(l, value, schema))
		allowed = false;
	else if (type_of(value) == JSON_OBJECT)
		allowed = object_allowed(l, value, schema);
	else if (type_of(value) == JSON_ARRAY)
		allowed = array_allowed(l, value, schema);
	else if (type_of(value) == JSON_NUMBER)
		allowed = bounds_allow(l, number_of(value, l->scratch), schema, of_number, "");
	else if (type_of(value) == JSON_TEXT)
		allowed = bounds_allow(l, (double)runes_of(text_of(value, l->scratch)), schema, of_text,
				       "has a length that ");
	l->depth--;
	return allowed;
}

bool mcp_arguments_allowed(struct str arguments, struct str schema, struct buf *why, struct arena *scratch)
{
	struct look l = {.scratch = scratch, .why = why};
	bool allowed = value_allowed(&l, arguments, schema);
	buf_free(&l.path);
	return allowed;
}

struct fill {
	struct buf *b;
	const struct bench_param *params;
	uint32_t n_params;
	struct arena *scratch;
};

/* Whether a text that was filled in is what a schema asks for that wants no text. */
static bool stands_bare(struct str text, struct str schema, struct arena *scratch)
{
	struct str type = text_of(mcp_member(schema, "type", scratch), scratch);
	struct json j;
	json_init(&j, text, scratch);
	if (!str_is(type, "number") && !str_is(type, "integer") && !str_is(type, "boolean"))
		return false;
	json_skip(&j);
	return json_end(&j) && is_type(text, type, scratch);
}

static void fill_text(struct fill *f, struct str text, struct str schema)
{
	const char *was = arena_copy(f->scratch, text);
	struct str is = str_of(subject_fill(f->scratch, was, f->params, f->n_params));
	if (strlen(was) != text.n) /* holds a NUL, which no text of a file can */
		is = text;
	if (!str_eq(is, text) && stands_bare(is, schema, f->scratch))
		buf_str(f->b, is);
	else
		json_put_text(f->b, is);
}

static void fill_value(struct fill *f, struct json *j, struct str schema)
{
	struct str key, properties;
	bool first = true;
	switch (json_peek(j)) {
	case JSON_TEXT:
		fill_text(f, json_text(j), schema);
		break;
	case JSON_ARRAY:
		(void)json_array(j);
		buf_char(f->b, '[');
		for (; json_item(j); first = false) {
			buf_text(f->b, first ? "" : ",");
			fill_value(f, j, mcp_member(schema, "items", f->scratch));
		}
		buf_char(f->b, ']');
		break;
	case JSON_OBJECT:
		(void)json_object(j);
		properties = mcp_member(schema, "properties", f->scratch);
		buf_char(f->b, '{');
		for (; json_key(j, &key); first = false) {
			buf_text(f->b, first ? "" : ",");
			json_put_text(f->b, key);
			buf_char(f->b, ':');
			fill_value(f, j, mcp_member(properties, arena_copy(f->scratch, key), f->scratch));
		}
		buf_char(f->b, '}');
		break;
	default:
		buf_str(f->b, json_raw(j));
	}
}

bool mcp_arguments_fill(struct buf *b, struct str arguments, struct str schema,
			const struct bench_param *params, uint32_t n_params, struct arena *scratch)
{
	struct fill f = {b, params, n_params, scratch};
	struct json j;
	json_init(&j, arguments, scratch);
	fill_value(&f, &j, schema);
	return json_end(&j);
}

void mcp_put_header_value(struct buf *b, struct str value)
{
	bool plain =
	    str_eq(str_trim(value), value) && !(str_starts(value, "=?base64?") && str_ends(value, "?="));
	for (size_t i = 0; i < value.n; i++)
		plain &= value.at[i] >= 0x20 && value.at[i] < 0x7f;
	if (plain) {
		buf_str(b, value);
		return;
	}
	buf_text(b, "=?base64?");
	base64_add(b, value.at, value.n);
	buf_text(b, "?=");
}

static bool is_header_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !(c && strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n > 0 && s.n <= 100;
}

static bool put_headers(struct buf *b, struct str value, struct str schema, struct arena *scratch, int depth)
{
	struct str properties = mcp_member(schema, "properties", scratch), name;
	struct json j;
	json_init(&j, properties, scratch);
	if (depth == DEPTH || type_of(properties) != JSON_OBJECT || !json_object(&j))
		return true;
	while (json_key(&j, &name)) {
		struct str its = json_raw(&j);
		struct str one = mcp_member(value, arena_copy(scratch, name), scratch);
		struct str header = mcp_member(its, "x-mcp-header", scratch);
		if (header.n && !is_header_name(text_of(header, scratch)))
			return false;
		if (header.n && one.n && type_of(one) != JSON_NULL) {
			buf_printf(b, "Mcp-Param-%.*s: ", STR_ARG(text_of(header, scratch)));
			mcp_put_header_value(b, type_of(one) == JSON_TEXT ? text_of(one, scratch) : one);
			buf_text(b, "\r\n");
		}
		if (!put_headers(b, one, its, scratch, depth + 1))
			return false;
	}
	return true;
}

bool mcp_arguments_headers(struct buf *b, struct str arguments, struct str schema, struct arena *scratch)
{
	return put_headers(b, arguments, schema, scratch, 0);
}
