#include "config/yaml_tree.h"

#include <string.h>
#include <yaml.h>

#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "config/quantity.h"

struct build {
	yaml_parser_t parser;
	yaml_event_t event;
	struct remarks *remarks;
	bool held;   /* event owns memory */
	bool broken; /* no event can be had any more */
	int depth;
};

static struct place place_of(yaml_mark_t at, uint32_t width)
{
	return (struct place){(uint32_t)at.line + 1, (uint32_t)at.column + 1, width};
}

/* From its start to its end where both stand in one line. */
static struct place place_of_event(const yaml_event_t *ev)
{
	size_t width =
	    ev->end_mark.line == ev->start_mark.line ? ev->end_mark.column - ev->start_mark.column : 1;
	return place_of(ev->start_mark, (uint32_t)width);
}

/* The blanks before the first tab of an indentation; false where no tab indents the line. */
static bool tab_indents(struct str line, size_t *ret_blanks)
{
	size_t blanks = 0;
	while (blanks < line.n && line.at[blanks] == ' ')
		blanks++;
	size_t all = blanks;
	while (all < line.n && (line.at[all] == ' ' || line.at[all] == '\t'))
		all++;
	*ret_blanks = blanks;
	return all > blanks && all < line.n && line.at[all] != '#' && line.at[all] != '\r';
}

/* Where a tab has ended the reading, every one is told from there on. False where it was none. */
static bool tell_tabs(struct build *b, yaml_mark_t at)
{
	struct str rest = b->remarks->text, line;
	size_t blanks;
	bool told = false;
	for (size_t i = 0; str_next(&rest, '\n', &line); i++) {
		bool indents = i >= at.line && tab_indents(line, &blanks);
		if (i == at.line && !indents)
			return false;
		told |= indents;
		if (indents)
			remark(b->remarks, (struct place){(uint32_t)i + 1, (uint32_t)blanks + 1, 1},
			       "a tab cannot indent; use spaces");
	}
	return told; /* the place may lie behind the last line */
}

/* libyaml's words, where those of a person say more; at_context: the place is where the thing begins. */
static const struct {
	const char *theirs, *ours;
	bool at_context;
} problems[] = {
    {"mapping values are not allowed in this context",
     "a second ':' in one line; put the value in quotes, or begin a new line", false},
    {"could not find expected ':'", "a ':' is missing behind this key", true},
    {"found unexpected end of stream", "this quote is not closed", true},
    {"did not find expected key", "this line stands in no column of the lines before it", false},
    {"found character that cannot start any token", "a value cannot begin so; put it in quotes", false},
};

static void tell_problem(struct build *b, const yaml_parser_t *p)
{
	for (size_t i = 0; p->problem && i < sizeof(problems) / sizeof(problems[0]); i++) {
		if (strcmp(p->problem, problems[i].theirs) != 0)
			continue;
		yaml_mark_t at = problems[i].at_context && p->context ? p->context_mark : p->problem_mark;
		remark(b->remarks, place_of(at, 1), "%s", problems[i].ours);
		return;
	}
	remark(b->remarks, place_of(p->problem_mark, 1), "%s", p->problem ? p->problem : "not YAML");
}

static void tell_syntax(struct build *b)
{
	const yaml_parser_t *p = &b->parser;
	b->broken = true;
	if (p->error == YAML_READER_ERROR)
		remark(b->remarks, (struct place){0}, "byte %zu: %s", p->problem_offset, p->problem);
	else if (p->error == YAML_MEMORY_ERROR)
		remark(b->remarks, (struct place){0}, "no memory to read it");
	else if (p->error != YAML_SCANNER_ERROR || !tell_tabs(b, p->problem_mark))
		tell_problem(b, p);
}

static bool advance(struct build *b)
{
	if (b->held)
		yaml_event_delete(&b->event);
	b->held = yaml_parser_parse(&b->parser, &b->event);
	if (!b->held)
		tell_syntax(b);
	return b->held;
}

static void tell_extras(struct build *b, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		remark(b->remarks, place_of_event(&b->event), "anchors and aliases are not supported");
	else if (tag)
		remark(b->remarks, place_of_event(&b->event), "tags are not supported");
}

static bool read_node(struct build *b, struct yaml_node *n);

static struct yaml_node *new_node(struct build *b)
{
	return arena_new(b->remarks->arena, struct yaml_node);
}

/* A key into n. *ret_kept is false where the member is to be left out. */
static bool read_key(struct build *b, struct map *seen, struct yaml_node *n, bool *ret_kept)
{
	*ret_kept = false;
	n->key_at = place_of_event(&b->event);
	if (b->event.type != YAML_SCALAR_EVENT) {
		remark(b->remarks, n->key_at, "a key must be plain text");
		struct yaml_node *dropped = new_node(b);
		return read_node(b, dropped);
	}
	tell_extras(b, b->event.data.scalar.anchor, b->event.data.scalar.tag);
	n->key = arena_str(b->remarks->arena, (struct str){(const char *)b->event.data.scalar.value,
							   b->event.data.scalar.length});
	if (str_is(n->key, "<<") && b->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		remark(b->remarks, n->key_at, "merge keys are not supported; profiles serve the same");
		return advance(b);
	}
	uint32_t *line = map_at(seen, n->key);
	if (*line != MAP_NONE) {
		remark(b->remarks, n->key_at, "key '%.*s' was given already in line %u",
		       STR_ARG(str_clip_utf8(n->key, 60)), *line);
		return advance(b);
	}
	*line = n->key_at.line;
	*ret_kept = true;
	return advance(b);
}

static bool read_members(struct build *b, struct yaml_node *parent)
{
	struct yaml_node **end = &parent->first;
	struct map seen = {0};
	bool good = advance(b), is_map = parent->kind == YAML_KIND_MAP;
	while (good && b->event.type != YAML_MAPPING_END_EVENT && b->event.type != YAML_SEQUENCE_END_EVENT) {
		struct yaml_node *n = new_node(b);
		bool kept = true;
		if (is_map && !read_key(b, &seen, n, &kept)) {
			good = false;
			break;
		}
		if (kept) {
			*end = n;
			end = &n->next;
		}
		good = read_node(b, n);
	}
	map_free(&seen);
	return good && advance(b);
}

static bool read_inside(struct build *b, struct yaml_node *n)
{
	if (b->depth++ > YAML_DEPTH) {
		remark(b->remarks, n->at, "nested too deeply");
		b->broken = true;
		return false;
	}
	bool good = read_members(b, n);
	b->depth--;
	return good;
}

/* The node that begins at the event; false where nothing more can be read. */
static bool read_node(struct build *b, struct yaml_node *n)
{
	const yaml_event_t *ev = &b->event;
	n->at = place_of_event(ev);
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		tell_extras(b, ev->data.scalar.anchor, ev->data.scalar.tag);
		n->kind = YAML_KIND_TEXT;
		n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		n->text = arena_str(b->remarks->arena, (struct str){(const char *)ev->data.scalar.value,
								    ev->data.scalar.length});
		return advance(b);
	case YAML_SEQUENCE_START_EVENT:
		tell_extras(b, ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
		n->kind = YAML_KIND_LIST;
		return read_inside(b, n);
	case YAML_MAPPING_START_EVENT:
		tell_extras(b, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
		n->kind = YAML_KIND_MAP;
		return read_inside(b, n);
	default: /* an alias */
		remark(b->remarks, n->at, "anchors and aliases are not supported");
		n->kind = YAML_KIND_BROKEN;
		return advance(b);
	}
}

static void read_stream(struct build *b, struct yaml_tree *ret)
{
	if (!advance(b) || !advance(b)) /* the stream's start, then a document or nothing */
		return;
	if (b->event.type == YAML_STREAM_END_EVENT || !advance(b))
		return;
	ret->root = new_node(b);
	if (!read_node(b, ret->root) || !advance(b))
		return;
	if (b->event.type != YAML_STREAM_END_EVENT)
		remark(b->remarks, place_of_event(&b->event), "only one document is allowed");
}

void yaml_read(struct yaml_tree *ret, struct remarks *remarks)
{
	struct build b = {.remarks = remarks};
	struct str text = remarks->text;
	*ret = (struct yaml_tree){0};
	if (!yaml_parser_initialize(&b.parser)) {
		remark(remarks, (struct place){0}, "no memory to read it");
		return;
	}
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)(text.at ? text.at : ""), text.n);
	read_stream(&b, ret);
	ret->broken = b.broken;
	if (b.held)
		yaml_event_delete(&b.event);
	yaml_parser_delete(&b.parser);
}

bool yaml_is_null(const struct yaml_node *n)
{
	return n->kind == YAML_KIND_TEXT && n->plain &&
	       (n->text.n == 0 || str_is(n->text, "~") || str_is(n->text, "null"));
}

const struct yaml_node *yaml_find(const struct yaml_node *map, struct str key)
{
	if (!map || map->kind != YAML_KIND_MAP)
		return NULL;
	for (const struct yaml_node *n = map->first; n; n = n->next)
		if (str_eq(n->key, key))
			return n;
	return NULL;
}

static bool is_json_number(struct str s)
{
	double v;
	struct str digits = str_starts(s, "-") ? str_cut(s, 1, s.n) : s;
	bool leading = digits.n > 1 && digits.at[0] == '0' && digits.at[1] >= '0' && digits.at[1] <= '9';
	bool digit = digits.n && digits.at[0] >= '0' && digits.at[0] <= '9';
	return digit && !leading && s.at[s.n - 1] != '.' && !str_has(s, STR(".e")) &&
	       !str_has(s, STR(".E")) && quantity_real(s, &v);
}

static void put_scalar_json(struct buf *b, const struct yaml_node *n)
{
	if (yaml_is_null(n))
		buf_text(b, "null");
	else if (n->plain && (str_is(n->text, "true") || str_is(n->text, "false") || is_json_number(n->text)))
		buf_str(b, n->text);
	else
		json_put_text(b, n->text);
}

void yaml_put_json(struct buf *b, const struct yaml_node *n)
{
	bool is_map = n->kind == YAML_KIND_MAP;
	if (!is_map && n->kind != YAML_KIND_LIST) {
		put_scalar_json(b, n);
		return;
	}
	buf_char(b, is_map ? '{' : '[');
	for (const struct yaml_node *m = n->first; m; m = m->next) {
		if (m != n->first)
			buf_char(b, ',');
		if (is_map) {
			json_put_text(b, m->key);
			buf_char(b, ':');
		}
		yaml_put_json(b, m);
	}
	buf_char(b, is_map ? '}' : ']');
}
