#include "subject/mcp_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/regex.h"
#include "base/str.h"
#include "config/nearest.h"
#include "subject/mcp_link.h"
#include "subject/mcp_message.h"

enum { DEPTH = 64, STEPS = 200 * 1000, BYTES_A_STEP = 256, PATTERN_BYTES = 10 * 1000 };

struct look {
	struct str root; /* the whole schema, which "#/$defs/..." points into */
	struct arena *scratch;
	struct buf *why;
	struct buf path; /* "a.b[2]" */
	int depth, steps;
	bool types_only; /* nothing but what kind of value it is */
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

/* A schema is read several times over; a large one that refers to itself must come to an end. */
static void count_step(struct look *l, struct str schema)
{
	l->steps += 1 + (int)(schema.n / BYTES_A_STEP);
}

/* "#/$defs/Point" in the root; what points elsewhere gives nothing, which allows all. */
static struct str pointed_at(const struct look *l, struct str pointer)
{
	struct str at = l->root, name;
	if (!str_starts(pointer, "#"))
		return STR_NONE;
	struct str rest = str_cut(pointer, 1, pointer.n);
	if (rest.n && !str_starts(rest, "/"))
		return STR_NONE;
	for (rest = str_cut(rest, 1, rest.n); rest.n && at.n;) {
		struct buf key = {0};
		(void)str_next(&rest, '/', &name);
		for (size_t i = 0; i < name.n; i++) {
			bool escaped = name.at[i] == '~' && i + 1 < name.n;
			buf_char(&key, !escaped ? name.at[i] : name.at[++i] == '1' ? '/' : '~');
		}
		at = type_of(at) == JSON_OBJECT
			 ? mcp_member(at, arena_copy(l->scratch, buf_view(&key)), l->scratch)
			 : STR_NONE;
		buf_free(&key);
	}
	return at;
}

/* The schema that a $ref leads to, or itself. */
static struct str followed(struct look *l, struct str schema)
{
	for (int i = 0; i < DEPTH && type_of(schema) == JSON_OBJECT; i++) {
		struct str pointer = text_of(mcp_member(schema, "$ref", l->scratch), l->scratch);
		if (!pointer.n)
			break;
		schema = pointed_at(l, pointer);
	}
	return schema;
}

static bool value_allowed(struct look *l, struct str value, struct str schema);

/* Every one of 'allOf' must allow it. */
static bool all_allow(struct look *l, struct str value, struct str list)
{
	struct json j;
	bool allowed = true;
	json_init(&j, list, l->scratch);
	for (bool more = type_of(list) == JSON_ARRAY && json_array(&j); more && allowed && json_item(&j);)
		allowed = value_allowed(l, value, json_raw(&j));
	return allowed;
}

/* Of types alone, and no word of why. */
static bool is_of_type(struct look *l, struct str value, struct str schema)
{
	struct look types = *l;
	struct buf unheard = {0};
	types.why = &unheard;
	types.path = (struct buf){0};
	types.types_only = true;
	bool is = value_allowed(&types, value, schema);
	l->steps = types.steps;
	buf_free(&unheard);
	buf_free(&types.path);
	return is;
}

/* What schemas of a list call their types: "integer or null". */
static void put_types(struct look *l, struct buf *b, struct str list)
{
	struct json j;
	json_init(&j, list, l->scratch);
	for (bool more = json_array(&j); more && json_item(&j);) {
		struct str type = mcp_member(followed(l, json_raw(&j)), "type", l->scratch);
		if (type_of(type) == JSON_TEXT)
			buf_printf(b, "%s%.*s", b->n ? " or " : "", STR_ARG(text_of(type, l->scratch)));
	}
}

static bool is_allowed_by_one(struct look *l, struct str value, struct str list, struct str *ret_meant,
			      int *ret_fit)
{
	struct buf *why = l->why, unheard = {0};
	struct json j;
	bool allowed = false;
	json_init(&j, list, l->scratch);
	l->why = &unheard;
	for (bool more = json_array(&j); more && !allowed && json_item(&j);) {
		struct str form = json_raw(&j);
		allowed = value_allowed(l, value, form);
		if (!allowed && !l->types_only && is_of_type(l, value, form)) {
			*ret_meant = form;
			++*ret_fit;
		}
	}
	l->why = why;
	buf_free(&unheard);
	return allowed;
}

/* One of 'anyOf' or 'oneOf' must allow it. Where one alone is of its type, that one says why not. */
static bool any_allows(struct look *l, struct str value, struct str list)
{
	struct str meant = STR_NONE;
	struct buf what = {0}, types = {0};
	int fit = 0;
	if (type_of(list) != JSON_ARRAY || is_allowed_by_one(l, value, list, &meant, &fit))
		return true;
	if (fit == 1) {
		(void)value_allowed(l, value, meant);
		return false;
	}
	put_types(l, &types, list);
	if (fit || !types.n) {
		(void)refuse(l, "has none of the forms that the tool takes");
	} else {
		buf_printf(&what, "is %s, the tool asks for ", word_of(type_of(value)));
		mcp_put_said(&what, buf_view(&types), 80);
		(void)refuse(l, what.at);
	}
	buf_free(&what);
	buf_free(&types);
	return false;
}

static bool is_combined(struct look *l, struct str value, struct str schema)
{
	return all_allow(l, value, mcp_member(schema, "allOf", l->scratch)) &&
	       any_allows(l, value, mcp_member(schema, "anyOf", l->scratch)) &&
	       any_allows(l, value, mcp_member(schema, "oneOf", l->scratch));
}

/* Whether the text holds what the server's pattern searches; one that is not understood is passed over. */
static bool is_found(struct look *l, struct str pattern, struct str text)
{
	struct regex *r;
	struct regex_match *found;
	uint32_t n = 1;
	struct err e;
	if (pattern.n > PATTERN_BYTES || regex_compile(&pattern, 1, &r, &e) < 0)
		return true;
	if (regex_lines(r, l->scratch, text, &found, &n, &e) < 0)
		n = 1;
	regex_free(r);
	return n > 0;
}

static bool text_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const keys[4] = {"minLength", "maxLength"};
	struct str text = text_of(value, l->scratch), pattern = mcp_member(schema, "pattern", l->scratch);
	char what[160];
	if (!bounds_allow(l, (double)runes_of(text), schema, keys, "has a length that "))
		return false;
	if (type_of(pattern) != JSON_TEXT || is_found(l, text_of(pattern, l->scratch), text))
		return true;
	struct buf shown = {0};
	mcp_put_said(&shown, text_of(pattern, l->scratch), 80);
	(void)snprintf(what, sizeof(what), "does not match the tool's pattern %.*s",
		       STR_ARG(buf_view(&shown)));
	buf_free(&shown);
	return refuse(l, what);
}

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

/* Each of 'patternProperties' whose pattern is in the name must allow the member. */
static bool patterns_allow(struct look *l, struct str one, struct str patterns, struct str name,
			   bool *ret_any)
{
	struct json j;
	struct str pattern;
	bool allowed = true;
	json_init(&j, patterns, l->scratch);
	for (bool more = type_of(patterns) == JSON_OBJECT && json_object(&j);
	     more && allowed && json_key(&j, &pattern);) {
		struct str its = json_raw(&j);
		if (!is_found(l, pattern, name))
			continue;
		*ret_any = true;
		allowed = member_allowed(l, one, its, name, -1);
	}
	return allowed;
}

static bool object_allowed(struct look *l, struct str value, struct str schema)
{
	struct str properties = mcp_member(schema, "properties", l->scratch), name;
	struct str more = mcp_member(schema, "additionalProperties", l->scratch);
	struct str patterns = mcp_member(schema, "patternProperties", l->scratch);
	struct json j;
	bool allowed = required_there(l, value, schema);
	json_init(&j, value, l->scratch);
	if (!allowed || !json_object(&j))
		return allowed;
	while (allowed && json_key(&j, &name)) {
		struct str one = json_raw(&j);
		struct str its = mcp_member(properties, arena_copy(l->scratch, name), l->scratch);
		bool known = its.n > 0;
		if (known)
			allowed = member_allowed(l, one, its, name, -1);
		allowed = allowed && patterns_allow(l, one, patterns, name, &known);
		if (!known && str_is(more, "false"))
			allowed = unknown(l, name, properties);
		else if (!known && more.n)
			allowed = member_allowed(l, one, more, name, -1);
	}
	return allowed;
}

/* The schema of the item at i: 'prefixItems' tell of the first ones. */
static struct str schema_of_item(struct look *l, struct str schema, int64_t i)
{
	struct str first = mcp_member(schema, "prefixItems", l->scratch);
	struct json j;
	json_init(&j, first, l->scratch);
	for (bool more = type_of(first) == JSON_ARRAY && json_array(&j); more && json_item(&j); i--) {
		struct str its = json_raw(&j);
		if (i == 0)
			return its;
	}
	return mcp_member(schema, "items", l->scratch);
}

static bool array_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const keys[4] = {"minItems", "maxItems"};
	struct json j;
	int64_t n = 0;
	bool allowed = true;
	json_init(&j, value, l->scratch);
	(void)json_array(&j);
	for (; allowed && json_item(&j); n++)
		allowed = member_allowed(l, json_raw(&j), schema_of_item(l, schema, n), STR_NONE, n);
	return allowed && bounds_allow(l, (double)n, schema, keys, "has a length that ");
}

static bool value_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const of_number[4] = {"minimum", "maximum", "exclusiveMinimum",
						 "exclusiveMaximum"};
	bool allowed = true;
	if (l->depth == DEPTH || l->steps >= STEPS)
		return true;
	l->depth++;
	schema = followed(l, schema);
	count_step(l, schema);
	if (str_is(schema, "false"))
		allowed = refuse(l, "is none that the tool takes");
	else if (type_of(schema) != JSON_OBJECT)
		allowed = true;
	else if (!type_allowed(l, value, schema) || !is_combined(l, value, schema))
		allowed = false;
	else if (l->types_only)
		allowed = true;
	else if (!one_of_allowed(l, value, schema))
		allowed = false;
	else if (type_of(value) == JSON_OBJECT)
		allowed = object_allowed(l, value, schema);
	else if (type_of(value) == JSON_ARRAY)
		allowed = array_allowed(l, value, schema);
	else if (type_of(value) == JSON_NUMBER)
		allowed = bounds_allow(l, number_of(value, l->scratch), schema, of_number, "");
	else if (type_of(value) == JSON_TEXT)
		allowed = text_allowed(l, value, schema);
	l->depth--;
	return allowed;
}

bool mcp_schema_allows(struct str schema, struct str value, struct buf *why, struct arena *scratch)
{
	struct look l = {.root = schema, .scratch = scratch, .why = why};
	bool allowed = value_allowed(&l, value, schema);
	buf_free(&l.path);
	return allowed;
}

bool mcp_schema_takes(struct str root, struct str schema, struct str value, struct arena *scratch)
{
	struct look l = {.root = root, .scratch = scratch};
	return is_of_type(&l, value, schema);
}

static struct str find_part(struct look *l, struct str schema, const char *key, const char *name)
{
	static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
	schema = followed(l, schema);
	count_step(l, schema);
	struct str found = mcp_member(schema, key, l->scratch);
	if (name)
		found = mcp_member(found, name, l->scratch);
	for (size_t i = 0; i < 3 && !found.n && l->depth < DEPTH && l->steps < STEPS; i++) {
		struct str list = mcp_member(schema, lists[i], l->scratch);
		struct json j;
		json_init(&j, list, l->scratch);
		l->depth++;
		for (bool more = type_of(list) == JSON_ARRAY && json_array(&j);
		     more && !found.n && json_item(&j);)
			found = find_part(l, json_raw(&j), key, name);
		l->depth--;
	}
	return found;
}

struct str mcp_schema_property(struct str root, struct str schema, const char *name, struct arena *scratch)
{
	struct look l = {.root = root, .scratch = scratch};
	return find_part(&l, schema, "properties", name);
}

struct str mcp_schema_items(struct str root, struct str schema, struct arena *scratch)
{
	struct look l = {.root = root, .scratch = scratch};
	return find_part(&l, schema, "items", NULL);
}
