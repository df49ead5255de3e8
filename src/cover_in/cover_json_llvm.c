#include <string.h>

#include "base/str.h"
#include "cover_in/cover_json.h"

/*
 * Where counting changes: from here on lines count `count` times (or not at all), until the next segment. An
 * entry begins a region of its own; a gap is the blank between two.
 */
struct segment {
	int64_t line;
	uint32_t count;
	bool counts, entry, gap;
};

struct llvm {
	struct cover_tell *t;
	struct segment *segments;
	size_t n, cap;
};

/* [line, column, count, has a count, is an entry, is a gap]; older versions have no gap. */
static void take_segment(struct json *j, struct llvm *l)
{
	struct segment s = {0};
	int n = 0;
	if (!json_array(j))
		return;
	for (; json_item(j); n++) {
		if (n == 0)
			s.line = json_int(j);
		else if (n == 2)
			s.count = tell_count(l->t, json_int(j));
		else if (n >= 3 && n <= 5)
			*(n == 3 ? &s.counts : n == 4 ? &s.entry : &s.gap) = json_bool(j);
		else
			json_skip(j);
	}
	if (j->error)
		return;
	if (n < 5 || !tell_line_ok(s.line) || (l->n && s.line < l->segments[l->n - 1].line)) {
		json_fail(j, n < 5 ? "a segment of too few numbers"
				   : "a segment whose line number is out of range");
		return;
	}
	l->segments = mem_grow(l->segments, l->n, &l->cap, sizeof(*l->segments));
	l->segments[l->n++] = s;
}

/* The count of a line: of what reaches into it and of the regions that begin on it, the greatest. */
static bool line_count(const struct segment *s, size_t n, const struct segment *wrapped, uint32_t *ret)
{
	bool begins = false, mapped = wrapped && wrapped->counts;
	uint32_t most = wrapped ? wrapped->count : 0;
	for (size_t i = 0; i < n; i++) {
		if (!s[i].gap && s[i].counts && s[i].entry) {
			begins = true;
			most = s[i].count > most ? s[i].count : most;
		}
	}
	bool skipped = n && !s[0].counts && s[0].entry; /* left out by the preprocessor */
	*ret = most;
	return !skipped && (mapped || begins);
}

/*
 * The line on which segments begin, and those behind it up to the next one that has some: all of these are
 * reached into by the last segment.
 */
static void tell_segments(struct llvm *l)
{
	const struct segment *wrapped = NULL;
	for (size_t i = 0, end; i < l->n; i = end) {
		const struct segment *s = &l->segments[i];
		uint32_t count;
		for (end = i; end < l->n && l->segments[end].line == s->line; end++)
			;
		if (line_count(s, end - i, wrapped, &count))
			(void)tell_line(l->t, s->line, count);
		wrapped = &l->segments[end - 1];
		int64_t next = end < l->n ? l->segments[end].line : 0;
		for (int64_t line = s->line + 1; wrapped->counts && line < next; line++)
			(void)tell_line(l->t, line, wrapped->count);
	}
}

static void take_segments(struct json *j, struct llvm *l)
{
	l->n = 0;
	if (!json_array(j))
		return;
	while (json_item(j))
		take_segment(j, l);
	if (!j->error)
		tell_segments(l);
}

/* [line, column, line, column, count if true, count if false, ...]; the numbers that are wanted, to v. */
static bool take_branch(struct json *j, int64_t v[6])
{
	int n = 0;
	if (!json_array(j))
		return false;
	for (; json_item(j); n++)
		if (n < 6)
			v[n] = json_int(j);
		else
			json_skip(j);
	if (!j->error && n < 6)
		json_fail(j, "a branch of too few numbers");
	return !j->error;
}

/* Two ways each. */
static void take_branches(struct json *j, struct cover_tell *t)
{
	int64_t before = 0, v[6] = {0};
	int32_t way = 0;
	if (!json_array(j))
		return;
	while (json_item(j) && take_branch(j, v)) {
		bool reached = v[4] || v[5];
		way = v[0] == before ? way : 0;
		before = v[0];
		for (int i = 4; i < 6; i++)
			if (way >= COVER_JSON_WAYS ||
			    !tell_branch(t, v[0], 0, way++,
					 reached ? tell_count(t, v[i]) : COVER_UNREACHED)) {
				json_fail(j, cover_json_line_range);
				return;
			}
	}
}

static void take_file(struct json *j, struct llvm *l)
{
	struct str key, path = STR_NONE;
	bool segments = false;
	if (!json_object(j))
		return;
	tell_begin(l->t, STR_NONE);
	while (json_key(j, &key)) {
		if (str_is(key, "filename")) {
			path = json_text(j);
		} else if (str_is(key, "segments")) {
			take_segments(j, l);
			segments = true;
		} else if (str_is(key, "branches")) {
			take_branches(j, l->t);
		} else {
			json_skip(j);
		}
	}
	if (!j->error && !segments)
		json_fail(j, "a file without segments: export it without -summary-only");
	else if (!j->error && !tell_path_ok(path))
		json_fail(j, "a file without a usable name");
	if (j->error)
		return;
	l->t->source.path = path;
	l->t->source.language = tell_language(path);
	tell_end(l->t);
}

/* The first of [[line, column, line, column, count, ...], ...] is the whole function. */
static void take_regions(struct json *j, int64_t *ret_first, int64_t *ret_last)
{
	if (!json_array(j))
		return;
	for (bool first = true; json_item(j); first = false) {
		if (!first) {
			json_skip(j);
			continue;
		}
		int n = 0;
		if (!json_array(j))
			return;
		for (; json_item(j); n++)
			if (n == 0)
				*ret_first = json_int(j);
			else if (n == 2)
				*ret_last = json_int(j);
			else
				json_skip(j);
	}
}

static struct str take_first_text(struct json *j)
{
	struct str s = STR_NONE;
	if (!json_array(j))
		return s;
	for (bool first = true; json_item(j); first = false)
		if (first)
			s = json_text(j);
		else
			json_skip(j);
	return s;
}

static void take_function(struct json *j, struct cover_tell *t)
{
	struct str key, name = STR_NONE, path = STR_NONE;
	int64_t first = 0, last = 0;
	uint32_t count = 0;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "name"))
			name = json_text(j);
		else if (str_is(key, "count"))
			count = tell_count(t, json_int(j));
		else if (str_is(key, "regions"))
			take_regions(j, &first, &last);
		else if (str_is(key, "filenames"))
			path = take_first_text(j);
		else
			json_skip(j);
	}
	if (j->error)
		return;
	if (!tell_path_ok(path)) {
		json_fail(j, "a function without a usable file name");
		return;
	}
	if (!str_eq(path, t->source.path)) { /* functions of one file mostly stand together */
		if (t->n_functions)
			tell_end(t);
		tell_begin(t, path);
	}
	/* functions that are local to a file have its name in front */
	size_t colon = str_find_last(name, ':');
	if (!tell_function(t, colon < name.n ? str_cut(name, colon + 1, name.n) : name, first, last, count))
		json_fail(j, cover_json_line_range);
}

static void take_functions(struct json *j, struct cover_tell *t)
{
	tell_begin(t, STR_NONE);
	if (!json_array(j))
		return;
	while (json_item(j))
		take_function(j, t);
	if (!j->error && t->n_functions)
		tell_end(t);
}

void cover_json_llvm(struct cover_read *r, struct json *j)
{
	struct llvm l = {.t = r->tell};
	struct str key;
	if (json_array(j))
		while (json_item(j)) {
			if (!json_object(j))
				break;
			while (json_key(j, &key)) {
				if (str_is(key, "files") && json_array(j)) {
					while (json_item(j))
						take_file(j, &l);
				} else if (str_is(key, "functions")) {
					take_functions(j, l.t);
				} else if (!j->error) {
					json_skip(j);
				}
			}
		}
	mem_free(l.segments);
}
