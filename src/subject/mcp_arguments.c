#include "subject/mcp_arguments.h"

#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/str.h"
#include "bench/subject.h"
#include "subject/mcp_message.h"
#include "subject/mcp_schema.h"

enum { DEPTH = 64 };

struct fill {
	struct buf *b;
	const struct bench_param *params;
	uint32_t n_params;
	struct mcp_schema *schema;
	struct arena *scratch;
};

/* Whether a text that was filled in is what a schema asks for that wants no text. */
static bool stands_bare(const struct fill *f, struct str text, struct str schema)
{
	struct json j;
	json_init(&j, text, f->scratch);
	enum json_type type = json_peek(&j);
	json_skip(&j);
	return (type == JSON_NUMBER || type == JSON_BOOL) && json_end(&j) && schema.n &&
	       mcp_schema_wants_bare(f->schema, schema, text);
}

static void fill_text(struct fill *f, struct str text, struct str schema)
{
	const char *was = arena_copy(f->scratch, text);
	struct str is = str_of(subject_fill(f->scratch, was, f->params, f->n_params));
	if (strlen(was) != text.n) /* holds a NUL, which no text of a file can */
		is = text;
	if (!str_eq(is, text) && stands_bare(f, is, schema))
		buf_str(f->b, is);
	else
		json_put_text(f->b, is);
}

/* Numbers and truths stand as they are, whatever the schema says; so does all where nothing is filled in. */
static bool is_looked_at(const struct fill *f, struct json *j)
{
	enum json_type type = json_peek(j);
	return f->n_params && (type == JSON_TEXT || type == JSON_ARRAY || type == JSON_OBJECT);
}

static void fill_value(struct fill *f, struct json *j, struct str schema)
{
	struct str key;
	int64_t n = 0;
	switch (json_peek(j)) {
	case JSON_TEXT:
		fill_text(f, json_text(j), schema);
		break;
	case JSON_ARRAY:
		(void)json_array(j);
		buf_char(f->b, '[');
		for (; json_item(j); n++) {
			buf_text(f->b, n ? "," : "");
			fill_value(f, j,
				   is_looked_at(f, j) ? mcp_schema_item(f->schema, schema, n) : STR_NONE);
		}
		buf_char(f->b, ']');
		break;
	case JSON_OBJECT:
		(void)json_object(j);
		buf_char(f->b, '{');
		for (; json_key(j, &key); n++) {
			buf_text(f->b, n ? "," : "");
			json_put_text(f->b, key);
			buf_char(f->b, ':');
			fill_value(f, j,
				   is_looked_at(f, j) ? mcp_schema_property(f->schema, schema, key)
						      : STR_NONE);
		}
		buf_char(f->b, '}');
		break;
	default:
		buf_str(f->b, json_raw(j));
	}
}

bool mcp_arguments_fill(struct buf *b, struct str arguments, struct mcp_schema *schema,
			const struct bench_param *params, uint32_t n_params)
{
	struct fill f = {b, params, n_params, schema, schema->scratch};
	struct json j;
	json_init(&j, arguments, f.scratch);
	fill_value(&f, &j, schema->root);
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

/* A text without its quotes; anything else as it stands. */
static struct str plain(struct str value, struct arena *scratch)
{
	struct json j;
	json_init(&j, value, scratch);
	return json_peek(&j) == JSON_TEXT ? json_text(&j) : value;
}

static bool put_headers(struct buf *b, struct str value, struct str schema, struct arena *scratch, int depth)
{
	struct str properties = mcp_member(schema, "properties", scratch), name;
	struct json j;
	json_init(&j, properties, scratch);
	if (depth == DEPTH || json_peek(&j) != JSON_OBJECT || !json_object(&j))
		return true;
	while (json_key(&j, &name)) {
		struct str its = json_raw(&j);
		struct str one = mcp_member(value, arena_copy(scratch, name), scratch);
		struct str header = mcp_member(its, "x-mcp-header", scratch);
		if (header.n && !is_header_name(plain(header, scratch)))
			return false;
		if (header.n && one.n && !str_is(one, "null")) {
			buf_printf(b, "Mcp-Param-%.*s: ", STR_ARG(plain(header, scratch)));
			mcp_put_header_value(b, plain(one, scratch));
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
