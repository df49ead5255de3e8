#include "config/knob_yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "base/str.h"
#include "config/nearest.h"

/* One event ahead; each handler consumes the node that begins at it. */
struct walk {
	yaml_parser_t parser;
	yaml_event_t event;
	struct knob_values *v;
	const struct knob_table *const *known;
	size_t n_known;
	struct str text;
	const char *path;
	struct err *e;
	bool held; /* event owns memory */
};

static int fail_at(struct walk *w, yaml_mark_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int fail_at(struct walk *w, yaml_mark_t at, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_usage(w->e, "%s:%zu:%zu: %s", w->path, at.line + 1, at.column + 1, text);
}

/* Puts "path:line:column: section.key: " in front of a fault that knob_set told. */
static int wrap_at(struct walk *w, yaml_mark_t at, const struct knob *k)
{
	return err_wrap(w->e, "%s:%zu:%zu: %s.%s", w->path, at.line + 1, at.column + 1, w->v->table->command,
			k->yaml);
}

/* libyaml counts characters, not bytes, so the line is found anew. */
static bool tab_indents(struct str text, size_t line)
{
	struct str part = STR_NONE;
	for (size_t i = 0; i <= line; i++)
		if (!str_next(&text, '\n', &part))
			return false;
	size_t blanks = 0;
	while (blanks < part.n && part.at[blanks] == ' ')
		blanks++;
	return blanks < part.n && part.at[blanks] == '\t';
}

static int fail_syntax(struct walk *w)
{
	const yaml_parser_t *p = &w->parser;
	yaml_mark_t at = p->problem_mark;
	if (p->error == YAML_READER_ERROR)
		return err_usage(w->e, "%s: byte %zu: %s", w->path, p->problem_offset, p->problem);
	if (p->error == YAML_SCANNER_ERROR && tab_indents(w->text, at.line))
		return fail_at(w, at, "a tab cannot indent; use spaces");
	return fail_at(w, at, "%s", p->problem ? p->problem : "not YAML");
}

static bool has_tag(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.tag;
	default:
		return false;
	}
}

static bool has_anchor(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return true;
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.anchor;
	default:
		return false;
	}
}

static int advance(struct walk *w)
{
	if (w->held)
		yaml_event_delete(&w->event);
	w->held = yaml_parser_parse(&w->parser, &w->event);
	if (!w->held)
		return fail_syntax(w);
	if (has_anchor(&w->event))
		return fail_at(w, w->event.start_mark, "anchors and aliases are not supported");
	if (has_tag(&w->event))
		return fail_at(w, w->event.start_mark, "tags are not supported");
	return 0;
}

static struct str scalar(const struct walk *w)
{
	return (struct str){(const char *)w->event.data.scalar.value, w->event.data.scalar.length};
}

static bool is_null(const struct walk *w)
{
	struct str s = scalar(w);
	return w->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (s.n == 0 || str_is(s, "~") || str_is(s, "null"));
}

/* A mapping's next key into the arena; false in *ret_more, behind the mapping, at its end. */
static int next_key(struct walk *w, struct map *seen, bool *ret_more, struct str *ret, yaml_mark_t *ret_at)
{
	*ret_more = w->event.type != YAML_MAPPING_END_EVENT;
	*ret_at = w->event.start_mark;
	if (!*ret_more)
		return advance(w);
	if (w->event.type != YAML_SCALAR_EVENT)
		return fail_at(w, *ret_at, "a key must be plain text");
	*ret = arena_str(w->v->arena, scalar(w));
	uint32_t *line = map_at(seen, *ret);
	if (*line != MAP_NONE)
		return fail_at(w, *ret_at, "key '%.*s' was given already in line %u",
			       STR_ARG(str_clip_utf8(*ret, 60)), *line);
	*line = (uint32_t)w->event.start_mark.line + 1;
	return advance(w);
}

/* Passes over one node whose content nobody here knows. */
static int skip(struct walk *w)
{
	int depth = 0;
	do {
		switch (w->event.type) {
		case YAML_MAPPING_START_EVENT:
		case YAML_SEQUENCE_START_EVENT:
			if (++depth > YAML_DEPTH)
				return fail_at(w, w->event.start_mark, "nested too deeply");
			break;
		case YAML_MAPPING_END_EVENT:
		case YAML_SEQUENCE_END_EVENT:
			depth--;
			break;
		default:
			break;
		}
		if (advance(w) < 0)
			return w->e->fault;
	} while (depth);
	return 0;
}

static int set_scalar(struct walk *w, size_t row)
{
	const struct knob *k = &w->v->table->rows[row];
	if (w->event.type != YAML_SCALAR_EVENT)
		return fail_at(w, w->event.start_mark, "%s.%s: a single value is wanted here",
			       w->v->table->command, k->yaml);
	if (is_null(w))
		return fail_at(w, w->event.start_mark, "%s.%s: the value is missing", w->v->table->command,
			       k->yaml);
	if (knob_set(w->v, row, ORIGIN_FILE, scalar(w), w->e) < 0)
		return wrap_at(w, w->event.start_mark, k);
	return advance(w);
}

static int set_sequence(struct walk *w, size_t row)
{
	if (advance(w) < 0)
		return w->e->fault;
	while (w->event.type != YAML_SEQUENCE_END_EVENT)
		if (set_scalar(w, row) < 0)
			return w->e->fault;
	return advance(w);
}

static int set_pair(struct walk *w, size_t row, struct str name)
{
	const struct knob *k = &w->v->table->rows[row];
	yaml_mark_t at = w->event.start_mark;
	if (w->event.type != YAML_SCALAR_EVENT)
		return fail_at(w, at, "%s.%s: a single value is wanted here", w->v->table->command, k->yaml);
	struct str value = scalar(w);
	char *pair = arena_alloc(w->v->arena, name.n + value.n + 2);
	if (name.n)
		memcpy(pair, name.at, name.n);
	pair[name.n] = '=';
	if (value.n)
		memcpy(pair + name.n + 1, value.at, value.n);
	if (str_find(name, '=') < name.n)
		return fail_at(w, at, "%s.%s: a name cannot hold '='", w->v->table->command, k->yaml);
	if (knob_set(w->v, row, ORIGIN_FILE, (struct str){pair, name.n + 1 + value.n}, w->e) < 0)
		return wrap_at(w, at, k);
	return advance(w);
}

static int set_pairs(struct walk *w, size_t row)
{
	struct map seen = {0};
	struct str name;
	yaml_mark_t at;
	bool more = true;
	int fault = advance(w);
	while (fault == 0 && (fault = next_key(w, &seen, &more, &name, &at)) == 0 && more)
		fault = set_pair(w, row, name);
	map_free(&seen);
	return fault;
}

static int set_row(struct walk *w, size_t row)
{
	enum knob_type type = w->v->table->rows[row].type;
	if (w->event.type == YAML_MAPPING_START_EVENT && type == KNOB_PAIRS)
		return set_pairs(w, row);
	if (w->event.type == YAML_SEQUENCE_START_EVENT && (type == KNOB_LIST || type == KNOB_PAIRS))
		return set_sequence(w, row);
	return set_scalar(w, row);
}

static int read_knob(struct walk *w, struct str key, yaml_mark_t at)
{
	const struct knob_table *t = w->v->table;
	struct nearest near = {.word = key};
	for (size_t i = 0; i < t->n_rows; i++) {
		if (!t->rows[i].yaml)
			continue;
		if (str_is(key, t->rows[i].yaml))
			return set_row(w, i);
		nearest_try(&near, t->rows[i].yaml);
	}
	const char *meant = nearest_word(&near);
	struct str s = str_clip_utf8(key, 60);
	if (meant)
		return fail_at(w, at, "unknown key '%.*s' in '%s' (did you mean '%s'?)", STR_ARG(s),
			       t->command, meant);
	return fail_at(w, at, "unknown key '%.*s' in '%s'", STR_ARG(s), t->command);
}

static int read_section(struct walk *w)
{
	struct map seen = {0};
	struct str key;
	yaml_mark_t at;
	bool more = true;
	if (w->event.type == YAML_SCALAR_EVENT && is_null(w))
		return advance(w);
	if (w->event.type != YAML_MAPPING_START_EVENT)
		return fail_at(w, w->event.start_mark, "'%s' must be a mapping", w->v->table->command);
	int fault = advance(w);
	while (fault == 0 && (fault = next_key(w, &seen, &more, &key, &at)) == 0 && more)
		fault = read_knob(w, key, at);
	map_free(&seen);
	return fault;
}

/* A key at the top that is no known section: a later command's, or a slip worth telling. */
static int read_unknown(struct walk *w, struct str key, yaml_mark_t at)
{
	for (size_t i = 0; i < w->n_known; i++)
		if (str_is(key, w->known[i]->command))
			return skip(w);
	for (size_t i = 0; i < w->n_known; i++) {
		const struct knob_table *t = w->known[i];
		if (str_distance(key, str_of(t->command)) == 1)
			return fail_at(w, at, "unknown section '%.*s' (did you mean '%s'?)",
				       STR_ARG(str_clip_utf8(key, 60)), t->command);
		for (size_t j = 0; j < t->n_rows; j++)
			if (t->rows[j].yaml && str_is(key, t->rows[j].yaml) &&
			    w->event.type != YAML_MAPPING_START_EVENT)
				return fail_at(w, at, "'%s' belongs in the section '%s'", t->rows[j].yaml,
					       t->command);
	}
	return skip(w);
}

static int read_top(struct walk *w)
{
	struct map seen = {0};
	struct str key;
	yaml_mark_t at;
	bool more = true;
	if (w->event.type == YAML_SCALAR_EVENT && is_null(w))
		return advance(w);
	if (w->event.type != YAML_MAPPING_START_EVENT)
		return fail_at(w, w->event.start_mark,
			       "the file must be a mapping of sections such as 'run:'");
	int fault = advance(w);
	while (fault == 0 && (fault = next_key(w, &seen, &more, &key, &at)) == 0 && more)
		fault = str_is(key, w->v->table->command) ? read_section(w) : read_unknown(w, key, at);
	map_free(&seen);
	return fault;
}

static int read_stream(struct walk *w)
{
	if (advance(w) < 0 || advance(w) < 0) /* the stream's start, then a document or nothing */
		return w->e->fault;
	if (w->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if (advance(w) < 0 || read_top(w) < 0 || advance(w) < 0)
		return w->e->fault;
	if (w->event.type != YAML_STREAM_END_EVENT)
		return fail_at(w, w->event.start_mark, "only one document is allowed");
	return 0;
}

int knob_yaml(struct knob_values *v, const struct knob_table *const *known, size_t n_known, struct str text,
	      const char *path, struct err *e)
{
	struct walk w = {.v = v, .known = known, .n_known = n_known, .text = text, .path = path, .e = e};
	if (!yaml_parser_initialize(&w.parser))
		return err_usage(e, "%s: no memory for a YAML parser", path);
	yaml_parser_set_input_string(&w.parser, (const unsigned char *)(text.at ? text.at : ""), text.n);
	int fault = read_stream(&w);
	if (w.held)
		yaml_event_delete(&w.event);
	yaml_parser_delete(&w.parser);
	return fault;
}
