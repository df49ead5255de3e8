#include "subject/mcp_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/regex.h"
#include "base/str.h"
#include "config/nearest.h"
#include "net/wait.h"
#include "subject/mcp_link.h"
#include "subject/mcp_message.h"

/* What a hostile schema may cost: about 256 MB of it that are read, or a quarter of a second of patterns. */
enum { DEPTH = 64, STEPS = 1000 * 1000, BYTES_A_STEP = 256, NS_A_STEP = 250, POINTER_BYTES = 1000 };

struct look {
	struct mcp_schema *m;
	struct buf *why;
	struct buf path; /* "a.b[2]" */
	int depth;
	bool types_only; /* nothing but what kind of value it is */
};

static void spend(struct mcp_schema *m, size_t bytes)
{
	m->steps += 1 + (int64_t)(bytes / BYTES_A_STEP);
}

/* From then on everything is allowed. */
static bool is_spent(const struct mcp_schema *m)
{
	return m->steps >= STEPS || net_is_stopped();
}

static struct str member(struct look *l, struct str object, const char *key)
{
	if (is_spent(l->m))
		return STR_NONE;
	spend(l->m, object.n);
	return mcp_member(object, key, l->m->scratch);
}

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

/* A keyword that is a number; one that is beyond all numbers bounds nothing. */
static bool bound(struct look *l, struct str schema, const char *key, double *ret)
{
	struct json j;
	json_init(&j, member(l, schema, key), l->m->scratch);
	if (json_peek(&j) != JSON_NUMBER)
		return false;
	*ret = json_real(&j);
	return !j.error;
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

static bool refuse_type(struct look *l, struct str value, struct str wanted)
{
	struct buf what = {0};
	buf_printf(&what, "is %s, the tool asks for ", word_of(type_of(value)));
	mcp_put_said(&what, wanted, 80);
	(void)refuse(l, what.at);
	buf_free(&what);
	return false;
}

static bool type_allowed(struct look *l, struct str value, struct str schema)
{
	struct str type = member(l, schema, "type");
	struct buf wanted = {0};
	struct json j;
	bool allowed = type_of(type) != JSON_TEXT && type_of(type) != JSON_ARRAY;
	json_init(&j, type, l->m->scratch);
	if (type_of(type) == JSON_TEXT) {
		buf_str(&wanted, json_text(&j));
		allowed = is_type(value, buf_view(&wanted), l->m->scratch);
	} else if (!allowed && json_array(&j)) {
		while (json_item(&j)) {
			struct str one = json_text(&j);
			buf_printf(&wanted, "%s%.*s", wanted.n ? " or " : "", STR_ARG(one));
			allowed |= is_type(value, one, l->m->scratch);
		}
	}
	if (!allowed)
		(void)refuse_type(l, value, buf_view(&wanted));
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
	struct str all = member(l, schema, "enum");
	struct str only = member(l, schema, "const");
	struct buf what = {0};
	struct json j;
	bool allowed = type_of(all) != JSON_ARRAY;
	if (only.n && !is_same(value, only, l->m->scratch))
		return refuse(l, "is not the one value that the tool takes");
	buf_text(&what, "is none of those that the tool takes: ");
	json_init(&j, all, l->m->scratch);
	if (!allowed && json_array(&j))
		for (int i = 0; json_item(&j); i++) {
			struct str one = json_raw(&j);
			allowed |= is_same(value, one, l->m->scratch);
			if (i)
				buf_text(&what, i == 12 ? " ..." : i < 12 ? ", " : "");
			if (i < 12)
				mcp_put_said(
				    &what, type_of(one) == JSON_TEXT ? text_of(one, l->m->scratch) : one, 40);
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
		if (!bound(l, schema, keys[i], &limit))
			continue;
		if (i == 0 ? n >= limit : i == 1 ? n <= limit : i == 2 ? n > limit : n < limit)
			continue;
		(void)snprintf(what, sizeof(what), "%sis %s %.*g, the tool's limit (%s)", unit, words[i],
			       fabs(limit) < 1e15 ? 15 : 17, limit, keys[i]);
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

/* "a~1b" of a pointer is "a/b". */
static bool key_of(struct str name, char ret[POINTER_BYTES + 1])
{
	size_t n = 0;
	if (name.n > POINTER_BYTES || memchr(name.at, 0, name.n))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		bool escaped = name.at[i] == '~' && i + 1 < name.n;
		ret[n++] = !escaped ? name.at[i] : name.at[++i] == '1' ? '/' : '~';
	}
	ret[n] = 0;
	return true;
}

/* "#/$defs/Point" in the root; what points elsewhere gives nothing, which allows all. */
static struct str pointed_at(struct look *l, struct str pointer)
{
	struct str at = l->m->root, name;
	char key[POINTER_BYTES + 1];
	bool rooted = str_is(pointer, "#") || str_starts(pointer, "#/");
	if (!rooted || pointer.n > POINTER_BYTES)
		return STR_NONE;
	for (struct str rest = str_cut(pointer, 2, pointer.n); rest.n && at.n;) {
		(void)str_next(&rest, '/', &name);
		at = key_of(name, key) ? member(l, at, key) : STR_NONE;
	}
	return at;
}

/* The schema that a $ref leads to, or itself. */
static struct str followed(struct look *l, struct str schema)
{
	for (int i = 0; i < DEPTH && type_of(schema) == JSON_OBJECT; i++) {
		struct str pointer = text_of(member(l, schema, "$ref"), l->m->scratch);
		if (!pointer.n)
			break;
		schema = pointed_at(l, pointer);
	}
	return schema;
}

/* Begins to read a list of schemas; false: it is none. */
static bool schemas_of(struct look *l, struct str list, struct json *ret)
{
	spend(l->m, list.n);
	json_init(ret, list, l->m->scratch);
	return type_of(list) == JSON_ARRAY && json_array(ret);
}

/* Begins to read schemas that have names. */
static bool named_of(struct look *l, struct str object, struct json *ret)
{
	spend(l->m, object.n);
	json_init(ret, object, l->m->scratch);
	return type_of(object) == JSON_OBJECT && json_object(ret);
}

static bool value_allowed(struct look *l, struct str value, struct str schema);

/* Every one of 'allOf' must allow it. */
static bool all_allow(struct look *l, struct str value, struct str list)
{
	struct json j;
	bool allowed = true;
	for (bool more = schemas_of(l, list, &j); more && allowed && json_item(&j);)
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
	buf_free(&unheard);
	buf_free(&types.path);
	return is;
}

/* What schemas of a list call their types: "integer or null". */
static void put_types(struct look *l, struct buf *b, struct str list)
{
	struct json j;
	for (bool more = schemas_of(l, list, &j); more && json_item(&j);) {
		struct str type = member(l, followed(l, json_raw(&j)), "type");
		if (type_of(type) == JSON_TEXT)
			buf_printf(b, "%s%.*s", b->n ? " or " : "", STR_ARG(text_of(type, l->m->scratch)));
	}
}

static bool is_allowed_by_one(struct look *l, struct str value, struct str list, struct str *ret_meant,
			      int *ret_fit)
{
	struct buf *why = l->why, unheard = {0};
	struct json j;
	bool allowed = false;
	l->why = &unheard;
	for (bool more = schemas_of(l, list, &j); more && !allowed && json_item(&j);) {
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
	struct buf types = {0};
	int fit = 0;
	if (type_of(list) != JSON_ARRAY || is_allowed_by_one(l, value, list, &meant, &fit))
		return true;
	if (fit == 1)
		return value_allowed(l, value, meant);
	put_types(l, &types, list);
	if (fit || !types.n)
		(void)refuse(l, "has none of the forms that the tool takes");
	else
		(void)refuse_type(l, value, buf_view(&types));
	buf_free(&types);
	return false;
}

static bool is_combined(struct look *l, struct str value, struct str schema)
{
	return all_allow(l, value, member(l, schema, "allOf")) &&
	       any_allows(l, value, member(l, schema, "anyOf")) &&
	       any_allows(l, value, member(l, schema, "oneOf"));
}

/* Of these the two dialects think otherwise, and a text must not be refused for it. */
static bool is_ambiguous(struct str pattern)
{
	static const char *const odd[] = {"\\W", "\\B", "\\D", "\\S", "\\Z", "\\z", "\\A", "[["};
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (memmem(pattern.at, pattern.n, odd[i], 2))
			return true;
	return false;
}

/* Whether the text holds what the server's pattern searches; one that is not understood is passed over. */
static bool is_found(struct look *l, struct str pattern, struct str text)
{
	struct regex *r;
	struct err e;
	int64_t begin_ns = clock_mono_ns();
	if (is_spent(l->m) || is_ambiguous(pattern) || regex_compile(&pattern, 1, &r, &e) < 0)
		return true;
	int found = regex_search(r, text);
	regex_free(r);
	l->m->steps += 1 + (clock_mono_ns() - begin_ns) / NS_A_STEP;
	return found != 0;
}

static bool text_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const keys[4] = {"minLength", "maxLength"};
	struct str text = text_of(value, l->m->scratch), pattern = member(l, schema, "pattern");
	char what[160];
	if (!bounds_allow(l, (double)runes_of(text), schema, keys, "has a length that "))
		return false;
	if (type_of(pattern) != JSON_TEXT || is_found(l, text_of(pattern, l->m->scratch), text))
		return true;
	struct buf shown = {0};
	mcp_put_said(&shown, text_of(pattern, l->m->scratch), 80);
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
	json_init(&j, member(l, schema, "required"), l->m->scratch);
	if (!json_array(&j))
		return true;
	while (there && json_item(&j)) {
		char key[256];
		struct str name = json_text(&j);
		(void)snprintf(key, sizeof(key), "%.*s", STR_ARG(name));
		there = !name.n || name.n >= sizeof(key) || member(l, value, key).n;
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
	for (bool more = named_of(l, properties, &j); more && json_key(&j, &key); json_skip(&j))
		nearest_try(&near, arena_copy(l->m->scratch, key));
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
	for (bool more = named_of(l, patterns, &j); more && allowed && json_key(&j, &pattern);) {
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
	struct str properties = member(l, schema, "properties"), name;
	struct str more = member(l, schema, "additionalProperties");
	struct str patterns = member(l, schema, "patternProperties");
	struct json j;
	bool allowed = required_there(l, value, schema);
	json_init(&j, value, l->m->scratch);
	if (!allowed || !json_object(&j))
		return allowed;
	while (allowed && json_key(&j, &name)) {
		struct str one = json_raw(&j);
		struct str its = member(l, properties, arena_copy(l->m->scratch, name));
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

/* The schema of the item at i: 'prefixItems' tell of the first ones, 'items' of the others. */
static struct str schema_of_item(struct look *l, struct str first, struct str others, int64_t i)
{
	struct json j;
	for (bool more = schemas_of(l, first, &j); more && json_item(&j); i--) {
		struct str its = json_raw(&j);
		if (i == 0)
			return its;
	}
	return others;
}

static bool array_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const keys[4] = {"minItems", "maxItems"};
	struct str first = member(l, schema, "prefixItems"), others = member(l, schema, "items");
	struct json j;
	int64_t n = 0;
	bool allowed = true;
	json_init(&j, value, l->m->scratch);
	(void)json_array(&j);
	for (; allowed && json_item(&j); n++)
		allowed = member_allowed(l, json_raw(&j), schema_of_item(l, first, others, n), STR_NONE, n);
	return allowed && bounds_allow(l, (double)n, schema, keys, "has a length that ");
}

static bool value_allowed(struct look *l, struct str value, struct str schema)
{
	static const char *const of_number[4] = {"minimum", "maximum", "exclusiveMinimum",
						 "exclusiveMaximum"};
	bool allowed = true;
	if (l->depth == DEPTH || is_spent(l->m))
		return true;
	l->depth++;
	schema = followed(l, schema);
	spend(l->m, 0);
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
		allowed = bounds_allow(l, number_of(value, l->m->scratch), schema, of_number, "");
	else if (type_of(value) == JSON_TEXT)
		allowed = text_allowed(l, value, schema);
	l->depth--;
	return allowed;
}

void mcp_schema_init(struct mcp_schema *m, struct str root, struct arena *scratch)
{
	*m = (struct mcp_schema){root, scratch, 0};
}

bool mcp_schema_allows(struct mcp_schema *m, struct str value, struct buf *why)
{
	struct look l = {.m = m, .why = why};
	bool allowed = value_allowed(&l, value, m->root);
	buf_free(&l.path);
	if (is_spent(m)) {
		buf_clear(why);
		return true;
	}
	return allowed;
}

bool mcp_schema_wants_bare(struct mcp_schema *m, struct str schema, struct str value)
{
	struct look l = {.m = m};
	return !is_of_type(&l, STR("\"\""), schema) && is_of_type(&l, value, schema) && !is_spent(m);
}

/* Schemas that may be meant, parted by commas. */
struct found {
	struct buf list;
	int n;
};

static void add_found(struct look *l, struct found *f, struct str schema)
{
	if (!schema.n)
		return;
	spend(l->m, schema.n);
	buf_text(&f->list, f->n++ ? "," : "");
	buf_str(&f->list, schema);
}

static void find_property(struct look *l, struct found *f, struct str schema, const char *name)
{
	struct str its = member(l, member(l, schema, "properties"), name);
	struct str patterns = member(l, schema, "patternProperties"), pattern;
	struct json j;
	add_found(l, f, its);
	bool known = its.n > 0;
	for (bool more = named_of(l, patterns, &j); more && json_key(&j, &pattern);) {
		its = json_raw(&j);
		if (!is_found(l, pattern, str_of(name)))
			continue;
		add_found(l, f, its);
		known = true;
	}
	if (!known)
		add_found(l, f, member(l, schema, "additionalProperties"));
}

/* name NULL: of the item at i. */
static void find_parts(struct look *l, struct found *f, struct str schema, const char *name, int64_t i)
{
	static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
	if (l->depth == DEPTH || is_spent(l->m))
		return;
	l->depth++;
	schema = followed(l, schema);
	if (name)
		find_property(l, f, schema, name);
	else
		add_found(l, f,
			  schema_of_item(l, member(l, schema, "prefixItems"), member(l, schema, "items"), i));
	for (size_t k = 0; k < 3; k++) {
		struct str list = member(l, schema, lists[k]);
		struct json j;
		for (bool more = schemas_of(l, list, &j); more && json_item(&j);)
			find_parts(l, f, json_raw(&j), name, i);
	}
	l->depth--;
}

static struct str part_of(struct mcp_schema *m, struct str schema, const char *name, int64_t i)
{
	struct look l = {.m = m};
	struct found f = {.n = 0};
	struct str ret = STR_NONE;
	if (schema.n)
		find_parts(&l, &f, schema, name, i);
	if (f.n == 1)
		ret = arena_str(m->scratch, buf_view(&f.list));
	else if (f.n)
		ret = str_of(arena_printf(m->scratch, "{\"anyOf\":[%.*s]}", STR_ARG(buf_view(&f.list))));
	buf_free(&f.list);
	return ret;
}

struct str mcp_schema_property(struct mcp_schema *m, struct str schema, struct str name)
{
	return part_of(m, schema, arena_copy(m->scratch, name), 0);
}

struct str mcp_schema_item(struct mcp_schema *m, struct str schema, int64_t i)
{
	return part_of(m, schema, NULL, i);
}
