#include <string.h>

#include "base/str.h"
#include "cover_in/cover_json.h"

/* A count, which gcov may write as a number that ran over. */
static uint32_t take_count(struct json *j, struct cover_tell *t)
{
	/* not as an integer: counters that ran over are written as numbers of more than 63 bits */
	double v = json_real(j);
	if (v < 0)
		return tell_count(t, -1);
	return v > COVER_COUNT_MAX ? COVER_COUNT_MAX : (uint32_t)v;
}

static uint32_t take_small_count(struct json *j, struct cover_tell *t)
{
	struct json at = *j;
	int64_t v = json_int(j);
	if (!j->error)
		return tell_count(t, v);
	if (at.error)
		return 0;
	*j = at;
	return take_count(j, t);
}

/* The counts of the ways out of a line, to taken[]; returns how many there are. */
static uint32_t take_branches(struct json *j, struct cover_tell *t, uint32_t *taken)
{
	struct str key;
	uint32_t n = 0;
	if (!json_array(j))
		return 0;
	while (json_item(j)) {
		uint32_t count = 0;
		if (!json_object(j))
			return 0;
		while (json_key(j, &key))
			if (str_is(key, "count"))
				count = take_small_count(j, t);
			else
				json_skip(j);
		if (n == COVER_JSON_WAYS) {
			json_fail(j, "a line with too many branches");
			return 0;
		}
		taken[n++] = count;
	}
	return n;
}

struct lines {
	struct cover_tell *t;
	uint32_t *taken; /* of the line that is read */
	/* The line before, its function, and its ways so far: a line may come once for each instance. */
	uint32_t before, n_before;
	struct str function;
};

static void take_line(struct json *j, struct lines *l)
{
	struct str key;
	int64_t line = 0;
	uint32_t count = 0, n = 0;
	struct str function = STR_NONE;
	bool excluded = false, no_code = false;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "line_number"))
			line = json_int(j);
		else if (str_is(key, "count"))
			count = take_small_count(j, l->t);
		else if (str_is(key, "branches"))
			n = take_branches(j, l->t, l->taken);
		else if (str_is(key, "function_name"))
			function = json_text(j);
		else if (str_is(key, "gcovr/excluded"))
			excluded = json_bool(j);
		else if (str_is(key, "gcovr/noncode"))
			no_code = json_bool(j);
		else
			json_skip(j);
	}
	if (j->error || no_code)
		return;
	if (excluded ? !tell_excluded(l->t, line) : !tell_line(l->t, line, count)) {
		json_fail(j, cover_json_line_range);
		return;
	}
	if (line != l->before || !str_eq(function, l->function))
		l->n_before = 0;
	l->before = (uint32_t)line;
	l->function = function;
	for (uint32_t i = 0; i < n && !excluded; i++)
		(void)tell_branch(l->t, line, 0, (int32_t)l->n_before++,
				  count || l->taken[i] ? l->taken[i] : COVER_UNREACHED);
}

static void take_function(struct json *j, struct cover_tell *t)
{
	struct str key, name = STR_NONE, plain = STR_NONE;
	int64_t first = 0, last = 0;
	uint32_t count = 0;
	bool excluded = false;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "name"))
			name = json_text(j);
		else if (str_is(key, "demangled_name"))
			plain = json_text(j);
		else if (str_is(key, "start_line") || str_is(key, "lineno"))
			first = json_int(j);
		else if (str_is(key, "end_line"))
			last = json_int(j);
		else if (str_is(key, "execution_count"))
			count = take_small_count(j, t);
		else if (str_is(key, "gcovr/excluded"))
			excluded = json_bool(j);
		else
			json_skip(j);
	}
	if (!j->error && !excluded && !tell_function(t, plain.n ? plain : name, first, last, count))
		json_fail(j, cover_json_line_range);
}

static void take_functions(struct json *j, struct cover_tell *t)
{
	if (!json_array(j))
		return;
	while (json_item(j))
		take_function(j, t);
}

static void take_lines(struct json *j, struct lines *l)
{
	l->before = l->n_before = 0;
	l->function = STR_NONE;
	if (!json_array(j))
		return;
	while (json_item(j))
		take_line(j, l);
}

static void take_file(struct json *j, struct lines *l, const struct str *base)
{
	struct str key, path = STR_NONE;
	bool lines = false;
	if (!json_object(j))
		return;
	tell_begin(l->t, STR_NONE);
	while (json_key(j, &key)) {
		if (str_is(key, "file") || str_is(key, "filename")) {
			path = json_text(j);
		} else if (str_is(key, "lines")) {
			take_lines(j, l);
			lines = true;
		} else if (str_is(key, "functions")) {
			take_functions(j, l->t);
		} else {
			json_skip(j);
		}
	}
	if (!j->error && (!lines || !tell_path_ok(path)))
		json_fail(j, lines ? "a file without a usable name"
				   : "a file without lines: not of gcov or gcovr");
	if (j->error)
		return;
	l->t->source.path = path;
	l->t->source.language = tell_language(path);
	l->t->source.bases = base;
	l->t->source.n_bases = base->n > 0;
	tell_end(l->t);
}

void cover_json_gcov(struct cover_read *r, struct json *j, struct str base)
{
	struct lines l = {.t = r->tell, .taken = mem_alloc(sizeof(uint32_t) * COVER_JSON_WAYS)};
	if (json_array(j))
		while (json_item(j))
			take_file(j, &l, &base);
	mem_free(l.taken);
}
