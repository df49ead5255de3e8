#include "config/config_schema.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "config/sections.h"

/* Texts that the readers of quantity.h and bound_text.h take; numbers beside them where a unit may be left
 * out. */
static const char definitions[] =
    "\"number_text\":{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?$\"},"
    "\"duration\":{\"type\":[\"string\",\"number\"],\"minimum\":0,"
    "\"pattern\":\"^([0-9]+(\\\\.[0-9]+)?(d|h|m|s|ms|us|ns))+$|^[0-9]+(\\\\.[0-9]+)?$\"},"
    "\"duration_with_unit\":{\"type\":[\"string\",\"integer\"],\"maximum\":0,\"minimum\":0,"
    "\"pattern\":\"^([0-9]+(\\\\.[0-9]+)?(d|h|m|s|ms|us|ns))+$|^0$\"},"
    "\"size\":{\"type\":[\"string\",\"integer\"],\"minimum\":0,"
    "\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?([kKmMgGtT]([iI]?[bB])?|[bB])?$\"},"
    "\"size_with_unit\":{\"type\":[\"string\",\"integer\"],\"maximum\":0,\"minimum\":0,"
    "\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?([kKmMgGtT]([iI]?[bB])?|[bB])$|^0$\"},"
    "\"truth\":{\"anyOf\":[{\"type\":\"boolean\"},{\"enum\":[\"true\",\"false\",\"yes\",\"no\",\"on\",\"off\",\"1\",\"0\","
    "1,0]}]},"
    "\"scalar\":{\"type\":[\"string\",\"number\",\"boolean\"]},"
    "\"scalars\":{\"anyOf\":[{\"$ref\":\"#/$defs/scalar\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/"
    "scalar\"}}]},"
    "\"bound\":{\"type\":\"string\",\"pattern\":\"^ *(min|mean|max|median|average|avg|p[0-9.]+)? *[<>]=? *[0-9]\"}";

static void put_ref(struct buf *b, const char *name)
{
	buf_printf(b, "\"$ref\":\"#/$defs/%s\"", name);
}

/* ["a","b"]; a choice with a number behind a colon is left to a pattern of its own. */
static void put_choice(struct buf *b, const char *choices)
{
	struct str rest = str_of(choices), word;
	bool numbered, first = true;
	buf_text(b, "\"type\":\"string\",\"pattern\":\"^(");
	while (knob_next_choice(&rest, &word, &numbered)) {
		buf_printf(b, "%s%.*s%s", first ? "" : "|", STR_ARG(word), numbered ? "(:[0-9]+)?" : "");
		first = false;
	}
	buf_text(b, ")$\"");
}

static void put_integer(struct buf *b, const struct knob *k)
{
	buf_printf(b, "\"anyOf\":[{\"type\":\"integer\",\"minimum\":%lld", (long long)k->min);
	if (k->min || k->max)
		buf_printf(b, ",\"maximum\":%lld", (long long)k->max);
	buf_text(b, "},{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}");
	if (k->implied)
		buf_text(b, ",{\"$ref\":\"#/$defs/truth\"}");
	buf_char(b, ']');
}

static void put_real(struct buf *b, const struct knob *k)
{
	buf_printf(b, "\"anyOf\":[{\"type\":\"number\",\"minimum\":%lld", (long long)k->min);
	buf_printf(b, ",\"maximum\":%lld", (long long)(k->min || k->max ? k->max : 1000000000000000));
	buf_text(b, "},{\"$ref\":\"#/$defs/number_text\"}");
	if (k->unit)
		buf_text(b, ",{\"type\":\"string\",\"pattern\":\"^[0-9]\"}");
	buf_char(b, ']');
}

static void put_list(struct buf *b, const struct knob *k)
{
	if (!k->choices) {
		put_ref(b, "scalars");
		return;
	}
	buf_text(b, "\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]");
}

static void put_pairs(struct buf *b, const struct knob *k)
{
	bool bounds = strstr(k->arg, "BOUND") != NULL;
	const char *value = bounds ? "bound" : "scalar";
	buf_text(b, "\"anyOf\":[{\"type\":\"object\",");
	if (k->names) {
		buf_text(b, "\"propertyNames\":{");
		put_choice(b, k->names);
		buf_text(b, "},");
	}
	buf_text(b, "\"additionalProperties\":{");
	if (k->many)
		buf_printf(
		    b,
		    "\"anyOf\":[{\"$ref\":\"#/$defs/%s\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/%s\"}}]",
		    value, value);
	else
		put_ref(b, value);
	buf_text(b, "}},{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\".=\"}},"
		    "{\"type\":\"string\",\"pattern\":\".=\"}]");
}

static void put_type(struct buf *b, const struct knob_table *t, const struct knob *k)
{
	switch (k->type) {
	case KNOB_BOOL:
		put_ref(b, "truth");
		break;
	case KNOB_INT:
		put_integer(b, k);
		break;
	case KNOB_REAL:
		put_real(b, k);
		break;
	case KNOB_DURATION:
		put_ref(b, t->has_units ? "duration_with_unit" : "duration");
		break;
	case KNOB_SIZE:
		put_ref(b, t->has_units ? "size_with_unit" : "size");
		break;
	case KNOB_TEXT:
		put_ref(b, "scalar");
		break;
	case KNOB_CHOICE:
		put_choice(b, k->choices);
		break;
	case KNOB_PART:
		buf_text(b, "\"type\":\"string\",\"pattern\":\"^[0-9]+/[0-9]+$\"");
		break;
	case KNOB_LIST:
	case KNOB_WORDS:
		put_list(b, k);
		break;
	case KNOB_PAIRS:
		put_pairs(b, k);
		break;
	case KNOB_TREE:
		buf_text(b, "\"type\":[\"string\",\"number\",\"boolean\",\"object\",\"array\"]");
		break;
	}
}

static void put_description(struct buf *b, const struct knob *k)
{
	struct buf text = {0};
	if (knob_is_on(k))
		buf_text(&text, "When false: ");
	buf_text(&text, k->help);
	if (k->only)
		buf_printf(&text, " Of %s.", k->only);
	json_put_key_text(b, "description", buf_view(&text));
	buf_free(&text);
}

/* "key":{...}, for each row that a file can give. */
static void put_properties(struct buf *b, const struct knob_table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		if (!k->yaml)
			continue;
		json_put_key(b, k->yaml);
		buf_char(b, '{');
		put_description(b, k);
		if (k->otherwise)
			json_put_key_text(b, "default", str_of(k->otherwise));
		buf_char(b, ',');
		put_type(b, t, k);
		buf_char(b, '}');
	}
}

/* An object of the rows; more is put among its properties. */
static void put_object(struct buf *b, const struct knob_table *t, const char *more)
{
	buf_text(b, "\"type\":[\"object\",\"null\"],\"properties\":{");
	if (t)
		put_properties(b, t);
	if (more)
		buf_printf(b, "%s%s", b->at[b->n - 1] == '{' ? "" : ",", more);
	buf_text(b, "},\"additionalProperties\":");
	if (t && t->others) {
		buf_char(b, '{');
		put_ref(b, "bound");
		buf_char(b, '}');
	} else {
		buf_text(b, "false");
	}
}

static void put_section(struct buf *b, const struct section *s)
{
	struct buf more = {0};
	json_put_key(b, s->name);
	buf_char(b, '{');
	if (s->table) {
		json_put_key_text(b, "description", str_of(s->table->brief));
		buf_char(b, ',');
	}
	if (s->items) {
		buf_printf(&more,
			   "\"%s\":{\"type\":[\"array\",\"null\"],\"items\":{\"$ref\":\"#/$defs/%s_item\"}}",
			   s->items_key, s->name);
		buf_printf(b, "\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/%s_item\"}},{",
			   s->name);
	}
	if (s->table || s->items)
		put_object(b, s->table, more.at);
	else
		buf_text(b, "\"type\":[\"object\",\"array\",\"null\",\"string\",\"number\",\"boolean\"]");
	buf_text(b, s->items ? "}]}" : "}");
	buf_free(&more);
}

static void put_items(struct buf *b)
{
	struct section s;
	for (size_t i = 0; section_at(i, &s); i++) {
		if (!s.items)
			continue;
		buf_printf(b, ",\"%s_item\":{\"type\":\"object\",\"properties\":{", s.name);
		put_properties(b, s.items);
		buf_text(b, "},\"required\":[\"name\"],\"additionalProperties\":false}");
	}
}

void config_schema(struct buf *b)
{
	struct section s;
	buf_text(b, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"fettle.yaml\","
		    "\"type\":[\"object\",\"null\"],\"properties\":{");
	size_t from = b->n;
	(void)section_of(STR(""), &s);
	put_properties(b, s.table);
	for (size_t i = 0; section_at(i, &s); i++)
		if (*s.name)
			put_section(b, &s);
	struct str sections = {0};
	struct buf copy = {0};
	buf_add(&copy, b->at + from, b->n - from);
	sections = buf_view(&copy);
	for (size_t i = 0; profile_names[i]; i++)
		buf_printf(b, ",\"%s\":{\"$ref\":\"#/$defs/profile\"}", profile_names[i]);
	buf_text(b, ",\"" PROFILES_KEY
		    "\":{\"type\":[\"object\",\"null\"],\"additionalProperties\":{\"$ref\":\"#/$defs/"
		    "profile\"}}},\"additionalProperties\":false,\"$defs\":{");
	buf_text(b, definitions);
	put_items(b);
	buf_text(
	    b,
	    ",\"profile\":{\"type\":[\"object\",\"null\"],\"additionalProperties\":false,\"properties\":{");
	buf_str(b, sections);
	buf_text(b, "}}}}\n");
	buf_free(&copy);
}
