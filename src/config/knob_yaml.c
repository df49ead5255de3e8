#include "config/knob_yaml.h"

#include <string.h>

#include "base/str.h"
#include "config/nearest.h"
#include "config/quantity.h"

enum { NAME_BYTES = 500 }; /* of a pair's; YAML itself has an end at 1024 */

struct binding {
	struct knob_values *v;
	struct remarks *remarks;
	enum knob_origin origin;
};

static const struct knob *row_at(const struct binding *b, size_t row)
{
	return &b->v->table->rows[row];
}

/* "run.workers: what"; of the top of the file without "run.", of a key that no row has with its own name. */
static void tell(const struct binding *b, size_t row, struct str name, struct place at, const char *what)
{
	const struct knob_table *t = b->v->table;
	const struct knob *k = &t->rows[row];
	struct str key = t->others == row + 1 ? str_clip_utf8(name, 60) : str_of(k->yaml);
	b->remarks->secret = k->secret;
	remark(b->remarks, at, "%s%s%.*s: %s", t->command, *t->command ? "." : "", STR_ARG(key), what);
	b->remarks->secret = false;
}

static bool is_broken(const struct yaml_node *n)
{
	return n->kind == YAML_KIND_BROKEN;
}

/* Of the pair that was added last. */
static void keep_place(struct knob_values *v, size_t row, struct place at)
{
	const char *field = (const char *)v->options + v->table->rows[row].offset;
	const struct knob_list *list = (const struct knob_list *)(const void *)field;
	v->places = arena_grow(v->arena, v->places, v->n_places, &v->cap_places, sizeof(*v->places));
	v->places[v->n_places++] = (struct knob_place){row, list->n - 1, at.line, at.column, at.width};
}

static void set_text(const struct binding *b, size_t row, const struct yaml_node *n, bool item)
{
	struct err e;
	int fault =
	    item ? knob_add(b->v, row, b->origin, n->text, &e) : knob_set(b->v, row, b->origin, n->text, &e);
	if (fault < 0) {
		tell(b, row, n->key, n->at, e.text);
		return;
	}
	if (b->v->origins[row] != b->origin)
		return;
	if (!b->v->lines[row])
		b->v->lines[row] = n->at.line;
	if (row_at(b, row)->type == KNOB_PAIRS)
		keep_place(b->v, row, n->key_at.line ? n->key_at : n->at);
}

static void set_scalar(const struct binding *b, size_t row, const struct yaml_node *n, bool item)
{
	if (is_broken(n))
		return;
	if (n->kind != YAML_KIND_TEXT)
		tell(b, row, n->key, n->at, "a single value is wanted here");
	else if (yaml_is_null(n))
		tell(b, row, n->key, n->at, "the value is missing");
	else
		set_text(b, row, n, item);
}

static void set_sequence(const struct binding *b, size_t row, const struct yaml_node *list)
{
	for (const struct yaml_node *n = list->first; n; n = n->next)
		set_scalar(b, row, n, row_at(b, row)->type == KNOB_WORDS);
}

static void set_pair(const struct binding *b, size_t row, struct str name, const struct yaml_node *n)
{
	struct arena *arena = b->v->arena;
	if (is_broken(n))
		return;
	if (n->kind != YAML_KIND_TEXT) {
		tell(b, row, name, n->at, "a single value is wanted here");
		return;
	}
	if (name.n > NAME_BYTES) {
		tell(b, row, str_cut(name, 0, 20), n->key_at.line ? n->key_at : n->at,
		     "the name is too long");
		return;
	}
	if (str_find(name, '=') < name.n) {
		tell(b, row, name, n->key_at.line ? n->key_at : n->at, "a name cannot hold '='");
		return;
	}
	char *pair = arena_alloc(arena, name.n + n->text.n + 2);
	if (name.n)
		memcpy(pair, name.at, name.n);
	pair[name.n] = '=';
	if (n->text.n)
		memcpy(pair + name.n + 1, n->text.at, n->text.n);
	struct yaml_node whole = *n;
	whole.key = name;
	whole.text = (struct str){pair, name.n + 1 + n->text.n};
	set_text(b, row, &whole, false);
}

static void set_pairs(const struct binding *b, size_t row, const struct yaml_node *map)
{
	for (const struct yaml_node *n = map->first; n; n = n->next) {
		if (n->kind != YAML_KIND_LIST || !row_at(b, row)->many) {
			set_pair(b, row, n->key, n);
			continue;
		}
		for (const struct yaml_node *m = n->first; m; m = m->next)
			set_pair(b, row, n->key, m);
	}
}

static void set_tree(const struct binding *b, size_t row, const struct yaml_node *n)
{
	struct buf json = {0};
	struct yaml_node text = *n;
	yaml_put_json(&json, n);
	text.text = buf_view(&json);
	set_text(b, row, &text, false);
	buf_free(&json);
}

static void set_row(const struct binding *b, size_t row, const struct yaml_node *n)
{
	enum knob_type type = row_at(b, row)->type;
	bool is_list = type == KNOB_LIST || type == KNOB_PAIRS || type == KNOB_WORDS;
	if (b->v->origins[row] < b->origin)
		b->v->lines[row] = 0;
	if (n->kind == YAML_KIND_MAP && type == KNOB_PAIRS)
		set_pairs(b, row, n);
	else if (n->kind == YAML_KIND_LIST && is_list)
		set_sequence(b, row, n);
	else if (n->kind != YAML_KIND_TEXT && !is_broken(n) && type == KNOB_TREE)
		set_tree(b, row, n);
	else
		set_scalar(b, row, n, false);
}

size_t knob_row_of(const struct knob_table *t, struct str key, const char **ret_meant)
{
	struct nearest near = {.word = key};
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].yaml && str_is(key, t->rows[i].yaml))
			return i;
	for (size_t i = 0; ret_meant && i < t->n_rows; i++)
		if (t->rows[i].yaml)
			nearest_try(&near, t->rows[i].yaml);
	if (ret_meant)
		*ret_meant = nearest_word(&near);
	return t->n_rows;
}

static void tell_unknown(const struct binding *b, const struct yaml_node *n, const char *meant)
{
	struct str s = str_clip_utf8(n->key, 60);
	const char *section = b->v->table->command;
	if (meant)
		remark(b->remarks, n->key_at, "unknown key '%.*s' in '%s' (did you mean '%s'?)", STR_ARG(s),
		       section, meant);
	else
		remark(b->remarks, n->key_at, "unknown key '%.*s' in '%s'", STR_ARG(s), section);
}

/* A key that no row has is a name of the row that takes such, unless it looks like a slip. */
static void set_member(const struct binding *b, const struct yaml_node *n)
{
	const struct knob_table *t = b->v->table;
	const char *meant = NULL;
	size_t row = knob_row_of(t, n->key, &meant);
	double number;
	if (row < t->n_rows)
		set_row(b, row, n);
	else if (t->others && !(meant && quantity_real(n->text, &number)))
		set_pair(b, t->others - 1, n->key, n);
	else
		tell_unknown(b, n, meant);
}

void knob_bind(struct knob_values *v, const struct yaml_node *node, enum knob_origin origin,
	       const char *other, struct remarks *remarks)
{
	const struct binding b = {v, remarks, origin};
	if (is_broken(node) || yaml_is_null(node))
		return;
	if (node->kind != YAML_KIND_MAP) {
		remark(remarks, node->at, "'%s' must be a mapping", v->table->command);
		return;
	}
	for (const struct yaml_node *n = node->first; n; n = n->next)
		if (!other || !str_is(n->key, other))
			set_member(&b, n);
}

void knob_bind_known(struct knob_values *v, const struct yaml_node *map, enum knob_origin origin,
		     struct remarks *remarks)
{
	const struct binding b = {v, remarks, origin};
	for (const struct yaml_node *n = map->first; n; n = n->next) {
		size_t row = knob_row_of(v->table, n->key, NULL);
		if (row < v->table->n_rows)
			set_row(&b, row, n);
	}
}
