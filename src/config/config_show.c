#include "config/config_show.h"

#include <string.h>

#include "base/json.h"
#include "base/rune.h"
#include "base/str.h"
#include "config/quantity.h"
#include "config/secret.h"

enum { ORIGIN_COLUMN = 44 };

/* Plain where no reader could take it for anything else. */
static bool is_plain(struct str s)
{
	static const char *const taken[] = {"true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"};
	bool letter = s.n && ((s.at[0] >= 'a' && s.at[0] <= 'z') || (s.at[0] >= 'A' && s.at[0] <= 'Z') ||
			      s.at[0] == '/' || s.at[0] == '.');
	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    strchr("_-./+=@%", c);
		bool inner = (c == ' ' || c == ':') && i && i + 1 < s.n && s.at[i + 1] != ' ';
		if (!c || (!word && !inner))
			return false;
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (str_is(s, taken[i]))
			return false;
	double number;
	return letter && !quantity_real(s, &number) &&
	       !(s.at[0] == '.' && s.n > 1 && s.at[1] >= '0' && s.at[1] <= '9');
}

/* Characters that JSON may hold as they are and YAML may not, or would take for the end of a line. */
static bool needs_escape(uint32_t c)
{
	return (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
	       (c >= 0xfffe && c <= 0xffff);
}

/* JSON as YAML. */
static void put_json(struct buf *b, struct str json)
{
	while (json.n) {
		unsigned n;
		uint32_t c = rune_at(json, &n);
		if (needs_escape(c))
			buf_printf(b, "\\u%04x", c);
		else
			buf_str(b, str_cut(json, 0, n));
		json = str_cut(json, n, json.n);
	}
}

void yaml_put_text(struct buf *b, struct str s)
{
	struct buf json = {0};
	if (is_plain(s)) {
		buf_str(b, s);
		return;
	}
	json_put_text(&json, s);
	put_json(b, buf_view(&json));
	buf_free(&json);
}

static void put_struck(struct buf *b, struct str s)
{
	struct buf clean = {0};
	secret_put(&clean, s);
	yaml_put_text(b, buf_view(&clean));
	buf_free(&clean);
}

static struct str name_of(const char *pair)
{
	return str_cut(str_of(pair), 0, str_find(str_of(pair), '='));
}

static struct str value_of(const char *pair)
{
	struct str s = str_of(pair);
	return str_cut(s, str_find(s, '=') + 1, s.n);
}

static void put_pair_value(struct buf *b, const struct knob *k, const char *pair)
{
	if (k->secret || secret_is_name(name_of(pair)))
		buf_text(b, "\"" STRUCK "\"");
	else
		put_struck(b, value_of(pair));
}

static bool was_named(const struct knob_list *list, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (str_eq(name_of(list->at[j]), name_of(list->at[i])))
			return true;
	return false;
}

static bool names_repeat(const struct knob_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (was_named(list, i))
			return true;
	return false;
}

/* {A: [1, 2], B: [3]} */
static void put_many(struct buf *b, const struct knob *k, const struct knob_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (was_named(list, i))
			continue;
		buf_text(b, i ? ", " : "");
		yaml_put_text(b, name_of(list->at[i]));
		buf_text(b, ": [");
		for (size_t j = i; j < list->n; j++) {
			if (!str_eq(name_of(list->at[j]), name_of(list->at[i])))
				continue;
			buf_text(b, j > i ? ", " : "");
			put_pair_value(b, k, list->at[j]);
		}
		buf_char(b, ']');
	}
}

static void put_struck_pair(struct buf *b, struct str name)
{
	struct buf pair = {0};
	buf_printf(&pair, "%.*s=" STRUCK, STR_ARG(name));
	yaml_put_text(b, buf_view(&pair));
	buf_free(&pair);
}

/* {A: 1, B: 2}; [A=1, A=2] where a name comes twice. */
static void put_pairs(struct buf *b, const struct knob *k, const struct knob_list *list)
{
	bool repeat = names_repeat(list);
	buf_char(b, repeat && !k->many ? '[' : '{');
	if (repeat && k->many)
		put_many(b, k, list);
	for (size_t i = 0; i < list->n && !(repeat && k->many); i++) {
		buf_text(b, i ? ", " : "");
		if (!repeat) {
			yaml_put_text(b, name_of(list->at[i]));
			buf_text(b, ": ");
			put_pair_value(b, k, list->at[i]);
		} else if (k->secret || secret_is_name(name_of(list->at[i]))) {
			put_struck_pair(b, name_of(list->at[i]));
		} else {
			put_struck(b, str_of(list->at[i]));
		}
	}
	buf_char(b, repeat && !k->many ? ']' : '}');
}

static void put_list(struct buf *b, const struct knob_list *list)
{
	buf_char(b, '[');
	for (size_t i = 0; i < list->n; i++) {
		const char *before = i ? list->at[i - 1] : "";
		buf_text(b, i ? ", " : "");
		if (before[0] == '-' && !strchr(before, '=') && secret_is_name(str_of(before)))
			buf_text(b, "\"" STRUCK "\"");
		else
			put_struck(b, str_of(list->at[i]));
	}
	buf_char(b, ']');
}

static void put_choice(struct buf *b, const struct knob *k, const struct knob_choice *c)
{
	struct str rest = str_of(k->choices), word;
	bool numbered;
	for (int i = 0; knob_next_choice(&rest, &word, &numbered); i++)
		if (i == c->is)
			buf_str(b, word);
	if (c->numbered)
		buf_printf(b, ":%lld", (long long)c->number);
}

static void put_size(struct buf *b, int64_t bytes)
{
	quantity_put_size(b, bytes);
	if (bytes && bytes % 1024)
		buf_char(b, 'B');
}

static void put_tree(struct buf *b, const struct knob *k, const char *text)
{
	struct buf json = {0};
	if (k->secret) {
		secret_put_json(&json, str_of(text));
		put_json(b, buf_view(&json));
	} else {
		put_struck(b, str_of(text));
	}
	buf_free(&json);
}

void config_put_value(struct buf *b, const struct knob_values *v, size_t row)
{
	const struct knob *k = &v->table->rows[row];
	const void *field = (const char *)v->options + k->offset;
	switch (k->type) {
	case KNOB_BOOL:
		buf_text(b, *(const bool *)field ? "true" : "false");
		break;
	case KNOB_INT:
		buf_int(b, *(const int64_t *)field);
		break;
	case KNOB_REAL:
		buf_printf(b, "%.15g", *(const double *)field);
		break;
	case KNOB_DURATION:
		quantity_put_duration(b, *(const int64_t *)field);
		break;
	case KNOB_SIZE:
		put_size(b, *(const int64_t *)field);
		break;
	case KNOB_TEXT:
		put_struck(b, str_of(*(const char *const *)field));
		break;
	case KNOB_TREE:
		put_tree(b, k, *(const char *const *)field);
		break;
	case KNOB_CHOICE:
		put_choice(b, k, field);
		break;
	case KNOB_PART:
		buf_printf(b, "%lld/%lld", (long long)((const struct knob_part *)field)->k,
			   (long long)((const struct knob_part *)field)->n);
		break;
	case KNOB_LIST:
	case KNOB_WORDS:
		put_list(b, field);
		break;
	case KNOB_PAIRS:
		put_pairs(b, k, field);
		break;
	}
}

/* A number is given when somebody said so or the row has a default; the rest must not be empty. */
static bool is_given(const struct knob_values *v, size_t row)
{
	const struct knob *k = &v->table->rows[row];
	const void *field = (const char *)v->options + k->offset;
	if (v->origins[row] != ORIGIN_DEFAULT || k->otherwise || k->type == KNOB_BOOL)
		return true;
	switch (k->type) {
	case KNOB_TEXT:
	case KNOB_TREE:
		return *(const char *const *)field;
	case KNOB_INT:
	case KNOB_DURATION:
	case KNOB_SIZE:
		return *(const int64_t *)field != 0;
	case KNOB_REAL:
		return *(const double *)field != 0;
	default:
		return false;
	}
}

static void put_origin(struct buf *b, const struct config_show *how, const struct knob_values *v, size_t row)
{
	const struct knob *k = &v->table->rows[row];
	switch ((enum knob_origin)v->origins[row]) {
	case ORIGIN_DEFAULT:
		buf_text(b, "default");
		break;
	case ORIGIN_FILE:
		buf_printf(b, "%s:%u", how->path, v->lines[row]);
		break;
	case ORIGIN_PROFILE:
		buf_printf(b, "%s:%u, profile %s", how->path, v->lines[row],
			   how->profile ? how->profile : "");
		break;
	case ORIGIN_ENV:
		buf_text(b, v->lines[row] && k->env_too ? k->env_too : k->env);
		break;
	case ORIGIN_FLAG:
		buf_printf(b, "--%s", k->flag);
		break;
	}
}

static void end_line(struct buf *b, const struct config_show *how, const struct knob_values *v, size_t row,
		     size_t from)
{
	size_t width = b->n - from;
	if (how->origins) {
		buf_printf(b, "%*s# ", width < ORIGIN_COLUMN ? (int)(ORIGIN_COLUMN - width) : 2, "");
		put_origin(b, how, v, row);
	}
	buf_char(b, '\n');
}

/* A row whose names are keys themselves: one line each. */
static void put_others(struct buf *b, const struct config_show *how, const struct knob_values *v, size_t row,
		       int indent)
{
	const struct knob *k = &v->table->rows[row];
	const struct knob_list *list = (const void *)((const char *)v->options + k->offset);
	for (size_t i = 0; i < list->n; i++) {
		size_t from = b->n;
		buf_printf(b, "%*s", indent, "");
		yaml_put_text(b, name_of(list->at[i]));
		buf_text(b, ": ");
		put_pair_value(b, k, list->at[i]);
		end_line(b, how, v, row, from);
	}
}

void config_show_rows(struct buf *b, const struct config_show *how, const struct knob_values *v, int indent)
{
	for (size_t i = 0; i < v->table->n_rows; i++) {
		const struct knob *k = &v->table->rows[i];
		size_t from = b->n;
		if (v->table->others == i + 1) {
			put_others(b, how, v, i, indent);
			continue;
		}
		if (!k->yaml)
			continue;
		if (!is_given(v, i)) {
			buf_printf(b, "%*s# %s is not given\n", indent, "", k->yaml);
			continue;
		}
		buf_printf(b, "%*s%s: ", indent, "", k->yaml);
		config_put_value(b, v, i);
		end_line(b, how, v, i, from);
	}
}

static void show_bench(struct buf *b, const struct config_show *how, const struct bench_item *bench,
		       int indent)
{
	const struct knob_values *v = &bench->values;
	bool first = true;
	for (size_t i = 0; i < v->table->n_rows; i++) {
		const struct knob *k = &v->table->rows[i];
		size_t from = b->n;
		if (!is_given(v, i) || !bench_has((enum bench_kind)bench->subject.is, k))
			continue;
		buf_printf(b, "%*s%s%s: ", indent, "", first ? "- " : "  ", k->yaml);
		first = false;
		config_put_value(b, v, i);
		end_line(b, how, v, i, from);
	}
}

void config_show_benches(struct buf *b, const struct config_show *how, const struct settings *s, int indent)
{
	for (size_t i = 0; i < s->n_benches; i++)
		show_bench(b, how, s->benches[i], indent);
}
