#include <stdlib.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_json.h"

/* A line and one of the contexts in which it ran. */
struct run {
	uint32_t context, line;
};

struct python {
	struct cover_read *r;
	struct cover_tell *t;
	struct run *runs;
	size_t n_runs, cap_runs;
	struct str *contexts; /* names, by number */
	size_t n_contexts, cap_contexts;
	struct map by_name;
};

static void take_lines(struct json *j, struct cover_tell *t, uint32_t hits)
{
	if (!json_array(j))
		return;
	while (json_item(j)) {
		int64_t line = json_int(j);
		if (!tell_line(t, line, hits) && !j->error)
			json_fail(j, cover_json_line_range);
	}
}

static void take_excluded(struct json *j, struct cover_tell *t)
{
	if (!json_array(j))
		return;
	while (json_item(j)) {
		int64_t line = json_int(j);
		if (!tell_excluded(t, line) && !j->error)
			json_fail(j, cover_json_line_range);
	}
}

/* [[from, to], ...]; where `to` is 0 or negative the function is left. */
static void take_branches(struct json *j, struct cover_tell *t, uint32_t taken)
{
	if (!json_array(j))
		return;
	while (json_item(j)) {
		int64_t v[2] = {0};
		int n = 0;
		if (!json_array(j))
			return;
		for (; json_item(j); n++)
			v[n < 1 ? 0 : 1] = json_int(j);
		if (j->error)
			return;
		if (n != 2 || v[1] < -COVER_LINE_MAX || v[1] > COVER_LINE_MAX ||
		    !tell_branch(t, v[0], 0, (int32_t)v[1], taken))
			json_fail(j, n == 2 ? cover_json_line_range : "a branch wants two lines");
	}
}

static uint32_t context_of(struct python *p, struct str name)
{
	uint32_t *at = map_at(&p->by_name, name);
	if (*at == MAP_NONE) {
		p->contexts = mem_grow(p->contexts, p->n_contexts, &p->cap_contexts, sizeof(*p->contexts));
		p->contexts[p->n_contexts] = name;
		*at = (uint32_t)p->n_contexts++;
	}
	return *at;
}

/* {"12": ["context", ...], ...} */
static void take_contexts(struct json *j, struct python *p)
{
	struct str key;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		int64_t line;
		if (!str_int(key, &line) || !tell_line_ok(line)) {
			json_fail(j, "contexts want line numbers");
			return;
		}
		if (!json_array(j))
			return;
		while (json_item(j)) {
			struct str name = json_text(j);
			if (j->error)
				return;
			p->runs = mem_grow(p->runs, p->n_runs, &p->cap_runs, sizeof(*p->runs));
			p->runs[p->n_runs++] = (struct run){context_of(p, name), (uint32_t)line};
		}
	}
}

/* Whether the array has an item; raises *last to the greatest. */
static bool take_extent(struct json *j, int64_t *last)
{
	bool any = false;
	if (!json_array(j))
		return false;
	while (json_item(j)) {
		int64_t line = json_int(j);
		*last = line > *last ? line : *last;
		any = true;
	}
	return any;
}

/* One function: where it begins, the last of its lines, whether any of them ran. */
static void take_function(struct json *j, struct cover_tell *t, struct str name)
{
	struct str key;
	int64_t first = 0, last = 0;
	bool ran = false;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "executed_lines"))
			ran = take_extent(j, &last);
		else if (str_is(key, "missing_lines") || str_is(key, "excluded_lines"))
			(void)take_extent(j, &last);
		else if (str_is(key, "start_line"))
			first = json_int(j);
		else
			json_skip(j);
	}
	/* the nameless one is what lies outside of all functions */
	if (!j->error && name.n && !tell_function(t, name, first, last, ran))
		json_fail(j, cover_json_line_range);
}

static void take_functions(struct json *j, struct cover_tell *t)
{
	struct str name;
	if (!json_object(j))
		return;
	while (json_key(j, &name))
		take_function(j, t, name);
}

static int by_context(const void *pa, const void *pb)
{
	const struct run *a = pa, *b = pb;
	if (a->context != b->context)
		return a->context < b->context ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/*
 * Lines whose contexts are known ran in those and not besides. Contexts also speak of lines that are no
 * statements: those are passed over.
 */
static void tell_contexts(struct python *p)
{
	enum { RAN = 1, HAS_CONTEXT = 2 };
	struct cover_tell *t = p->t;
	uint32_t last;
	size_t n = 0, n_lines = 0;
	uint8_t *flags = tell_marks(t, &last);
	for (size_t i = 0; i < t->n_lines; i++)
		flags[t->lines[i].line] |= t->lines[i].hits ? RAN : 0;
	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].line <= last && flags[p->runs[i].line] & RAN) {
			flags[p->runs[i].line] |= HAS_CONTEXT;
			p->runs[n++] = p->runs[i];
		}
	for (size_t i = 0; i < t->n_lines; i++)
		if (!(flags[t->lines[i].line] & HAS_CONTEXT))
			t->lines[n_lines++] = t->lines[i];
	t->n_lines = n_lines;
	for (size_t i = 0; i < n; i++)
		flags[p->runs[i].line] = 0;
	for (size_t i = 0; i < n_lines; i++)
		flags[t->lines[i].line] = 0;
	tell_end(t);
	qsort(p->runs, n, sizeof(*p->runs), by_context);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && p->runs[end].context == p->runs[i].context; end++)
			(void)tell_line(t, p->runs[end].line, 1);
		t->out->context(t->out, p->contexts[p->runs[i].context]);
		t->out->lines(t->out, t->lines, t->n_lines);
		tell_drop(t);
	}
}

static void take_file(struct python *p, struct json *j, struct str path)
{
	struct str key;
	bool measured = false;
	if (!tell_path_ok(path)) {
		json_fail(j, "a file without a usable name");
		return;
	}
	if (!json_object(j))
		return;
	tell_begin(p->t, path);
	p->t->targets = true;
	p->n_runs = 0;
	while (json_key(j, &key)) {
		if (str_is(key, "executed_lines")) {
			take_lines(j, p->t, 1);
			measured = true;
		} else if (str_is(key, "missing_lines")) {
			take_lines(j, p->t, 0);
		} else if (str_is(key, "excluded_lines")) {
			take_excluded(j, p->t);
		} else if (str_is(key, "executed_branches")) {
			take_branches(j, p->t, 1);
		} else if (str_is(key, "missing_branches")) {
			take_branches(j, p->t, 0);
		} else if (str_is(key, "contexts")) {
			take_contexts(j, p);
		} else if (str_is(key, "functions")) {
			take_functions(j, p->t);
		} else {
			json_skip(j);
		}
	}
	if (!j->error && !measured)
		json_fail(j, "a file without executed_lines: not of coverage.py or slipcover");
	if (j->error)
		return;
	tell_unreached(p->t);
	if (p->n_runs)
		tell_contexts(p);
	else
		tell_end(p->t);
}

void cover_json_python(struct cover_read *r, struct json *j)
{
	struct python p = {.r = r, .t = r->tell};
	struct str path;
	if (!json_object(j))
		return;
	while (json_key(j, &path))
		take_file(&p, j, path);
	mem_free(p.runs);
	mem_free(p.contexts);
	map_free(&p.by_name);
}
