#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_json.h"

/* Statements, functions or branches by their key, which is mostly a running number. */
struct things {
	struct map by_key;
	uint32_t n;
};

struct place {
	int64_t first, last;
};

struct istanbul {
	struct cover_tell *t;
	struct things statements, functions, branches;
	/* by the number that struct things gives */
	struct place *statement_at, *function_at, *branch_at;
	struct str *names; /* of functions */
	uint32_t *statement_hits, *function_hits;
	uint32_t *first_way, *n_ways; /* of each branch, in ways */
	uint32_t *ways;
	size_t cap_statement_at, cap_function_at, cap_branch_at, cap_names, cap_statement_hits,
	    cap_function_hits, cap_first_way, cap_n_ways, cap_ways;
	size_t n_ways_in_all;
};

static uint32_t number_of(struct things *t, struct str key)
{
	uint32_t *at = map_at(&t->by_key, key);
	if (*at == MAP_NONE)
		*at = t->n++;
	return *at;
}

/* Room for item i of an array of zeroes. */
static void *room(void *items, uint32_t i, size_t *cap, size_t size)
{
	if (i < *cap)
		return items;
	size_t before = *cap, after = before ? before * 2 : 64;
	while (after <= i)
		after *= 2;
	items = mem_resize(items, after * size);
	memset((char *)items + before * size, 0, (after - before) * size);
	*cap = after;
	return items;
}

#define ROOM(i, array, at) ((i)->array = room((i)->array, (at), &(i)->cap_##array, sizeof(*(i)->array)))

/* {"line": 1, "column": 2}; a place that is not in the source is {} or null. */
static int64_t take_position(struct json *j)
{
	struct str key;
	int64_t line = 0;
	if (json_peek(j) == JSON_NULL) {
		json_skip(j);
		return 0;
	}
	if (!json_object(j))
		return 0;
	while (json_key(j, &key))
		if (str_is(key, "line"))
			line = json_int(j);
		else
			json_skip(j);
	if (!tell_line_ok(line) && !j->error)
		json_fail(j, cover_json_line_range);
	return line;
}

static struct place take_place(struct json *j)
{
	struct place p = {0};
	struct str key;
	if (!json_object(j))
		return p;
	while (json_key(j, &key))
		if (str_is(key, "start"))
			p.first = take_position(j);
		else if (str_is(key, "end"))
			p.last = take_position(j);
		else
			json_skip(j);
	return p;
}

static void take_statements(struct json *j, struct istanbul *i)
{
	struct str key;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		uint32_t n = number_of(&i->statements, key);
		ROOM(i, statement_at, n);
		i->statement_at[n] = take_place(j);
	}
}

static void take_functions(struct json *j, struct istanbul *i)
{
	struct str key, inner;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		uint32_t n = number_of(&i->functions, key);
		struct place decl = {0}, loc = {0};
		ROOM(i, function_at, n);
		ROOM(i, names, n);
		if (!json_object(j))
			return;
		while (json_key(j, &inner))
			if (str_is(inner, "name"))
				i->names[n] = json_text(j);
			else if (str_is(inner, "decl"))
				decl = take_place(j);
			else if (str_is(inner, "loc"))
				loc = take_place(j);
			else
				json_skip(j);
		i->function_at[n] = (struct place){decl.first ? decl.first : loc.first, loc.last};
	}
}

static void take_branches(struct json *j, struct istanbul *i)
{
	struct str key, inner;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		uint32_t n = number_of(&i->branches, key);
		ROOM(i, branch_at, n);
		int64_t line = 0;
		struct place loc = {0};
		if (!json_object(j))
			return;
		while (json_key(j, &inner))
			if (str_is(inner, "loc"))
				loc = take_place(j);
			else if (str_is(inner, "line"))
				line = json_int(j);
			else
				json_skip(j);
		i->branch_at[n].first = loc.first ? loc.first : line;
	}
}

static uint32_t take_count(struct json *j, struct cover_tell *t)
{
	return tell_count(t, json_int(j));
}

static void take_counts(struct json *j, struct istanbul *i, bool functions)
{
	struct str key;
	if (!json_object(j))
		return;
	while (json_key(j, &key))
		if (functions) {
			uint32_t n = number_of(&i->functions, key);
			ROOM(i, function_hits, n);
			i->function_hits[n] = take_count(j, i->t);
		} else {
			uint32_t n = number_of(&i->statements, key);
			ROOM(i, statement_hits, n);
			i->statement_hits[n] = take_count(j, i->t);
		}
}

static void take_ways(struct json *j, struct istanbul *i)
{
	struct str key;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		uint32_t n = number_of(&i->branches, key);
		ROOM(i, first_way, n);
		ROOM(i, n_ways, n);
		i->first_way[n] = (uint32_t)i->n_ways_in_all;
		i->n_ways[n] = 0;
		if (!json_array(j))
			return;
		while (json_item(j)) {
			if (i->n_ways_in_all == UINT32_MAX || i->n_ways[n] == COVER_JSON_WAYS) {
				json_fail(j, "too many branches");
				return;
			}
			ROOM(i, ways, (uint32_t)i->n_ways_in_all);
			i->ways[i->n_ways_in_all++] = take_count(j, i->t);
			i->n_ways[n]++;
		}
	}
}

/* A line counts as often as the statement beginning on it that ran most. */
static void tell_lines(struct istanbul *i)
{
	struct cover_tell *t = i->t;
	struct map by_line = {0};
	for (uint32_t n = 0; n < i->statements.n; n++) {
		int64_t line = n < i->cap_statement_at ? i->statement_at[n].first : 0;
		uint32_t hits = n < i->cap_statement_hits ? i->statement_hits[n] : 0;
		if (!line)
			continue;
		uint32_t *at = map_at_int(&by_line, (uint64_t)line);
		if (*at == MAP_NONE) {
			*at = (uint32_t)t->n_lines;
			(void)tell_line(t, line, hits);
		} else if (t->lines[*at].hits < hits) {
			t->lines[*at].hits = hits;
		}
	}
	map_free(&by_line);
}

static const char *tell_all(struct istanbul *i)
{
	struct cover_tell *t = i->t;
	tell_lines(i);
	for (uint32_t n = 0; n < i->functions.n && n < i->cap_function_at; n++)
		(void)tell_function(t, i->names[n], i->function_at[n].first, i->function_at[n].last,
				    n < i->cap_function_hits ? i->function_hits[n] : 0);
	for (uint32_t n = 0; n < i->branches.n && n < i->cap_branch_at && n < i->cap_n_ways; n++)
		for (uint32_t k = 0; k < i->n_ways[n]; k++)
			if (i->branch_at[n].first && !tell_branch(t, i->branch_at[n].first, n, (int32_t)k,
								  i->ways[i->first_way[n] + k]))
				return cover_json_line_range;
	return NULL;
}

static void take_file(struct json *j, struct istanbul *i, struct str path)
{
	struct str key;
	bool places = false, counts = false;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "path")) {
			path = json_text(j);
		} else if (str_is(key, "statementMap")) {
			take_statements(j, i);
			places = true;
		} else if (str_is(key, "fnMap")) {
			take_functions(j, i);
		} else if (str_is(key, "branchMap")) {
			take_branches(j, i);
		} else if (str_is(key, "s")) {
			take_counts(j, i, false);
			counts = true;
		} else if (str_is(key, "f")) {
			take_counts(j, i, true);
		} else if (str_is(key, "b")) {
			take_ways(j, i);
		} else {
			json_skip(j);
		}
	}
	if (j->error)
		return;
	if (!places || !counts) {
		json_fail(j, "JSON, but not of a coverage tool that is known here");
		return;
	}
	if (!tell_path_ok(path)) {
		json_fail(j, "a file without a usable name");
		return;
	}
	tell_begin(i->t, path);
	const char *fault = tell_all(i);
	if (fault)
		json_fail(j, fault);
	else
		tell_end(i->t);
}

void cover_json_istanbul(struct cover_read *r, struct json *j, struct str path)
{
	struct istanbul i = {.t = r->tell};
	take_file(j, &i, path);
	map_free(&i.statements.by_key);
	map_free(&i.functions.by_key);
	map_free(&i.branches.by_key);
	mem_free(i.statement_at);
	mem_free(i.function_at);
	mem_free(i.branch_at);
	mem_free(i.names);
	mem_free(i.statement_hits);
	mem_free(i.function_hits);
	mem_free(i.first_way);
	mem_free(i.n_ways);
	mem_free(i.ways);
}
