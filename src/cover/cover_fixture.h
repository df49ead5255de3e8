/*
 * cover/cover_fixture.h - a struct cover out of JSON rows, for tests.
 *
 * One row a file; the first may be {"cover":1,"branch":true,"contexts":["","a"]}. Of a file:
 *	path, language ("python", "c", "go", "js", "java"), last_line, targets, counts, fault
 *	lines     [[number, hits, n_branches, n_taken], ...]; the last two may be missing: counted from
 *branches excluded  [number, ...] branches  [[line, block, way, taken], ...]; taken -1: unreached regions
 *[["function", name, first, last, hits, [[first, last], ...]], ...] contexts  [[line, id, ...], ...] Sums are
 *made here. A row that is wrong ends the program.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cover/cover.h"

enum { FIXTURE_MOST = 1 << 18 };

struct fixture {
	struct arena *a;
	struct json j;
	struct cover_line *lines; /* FIXTURE_MOST, by number */
	uint32_t n_lines;
};

static inline int fixture_by_line(const void *a, const void *b)
{
	uint32_t x = ((const struct cover_line *)a)->number, y = ((const struct cover_line *)b)->number;
	return x < y ? -1 : x > y;
}

static inline int fixture_by_path(const void *a, const void *b)
{
	return str_compare(((const struct cover_file *)a)->path, ((const struct cover_file *)b)->path);
}

static inline uint32_t fixture_ints(struct fixture *x, int64_t *ret, uint32_t most)
{
	uint32_t n = 0;
	if (!json_array(&x->j))
		return 0;
	while (json_item(&x->j)) {
		int64_t v = json_int(&x->j);
		if (n < most)
			ret[n++] = v;
	}
	return n;
}

static inline void fixture_lines(struct fixture *x, bool excluded)
{
	int64_t v[4] = {0};
	if (!json_array(&x->j))
		return;
	while (json_item(&x->j)) {
		struct cover_line *l = &x->lines[x->n_lines++];
		*l = (struct cover_line){0};
		uint32_t n = 1;
		if (excluded)
			v[0] = json_int(&x->j);
		else
			n = fixture_ints(x, v, 4);
		l->number = (uint32_t)v[0];
		l->hits = n > 1 ? (uint32_t)v[1] : 0;
		l->n_branches = n > 3 ? (uint16_t)v[2] : 0;
		l->n_taken = n > 3 ? (uint16_t)v[3] : 0;
		l->n_listed = n > 3; /* for now: the counts were told */
		l->flags = excluded ? COVER_EXCLUDED : 0;
	}
}

static inline uint32_t fixture_count(struct fixture *x)
{
	struct json ahead = x->j;
	uint32_t n = 0;
	if (!json_array(&ahead))
		return 0;
	for (; json_item(&ahead); n++)
		json_skip(&ahead);
	return n;
}

static inline void fixture_branches(struct fixture *x, struct cover_file *f)
{
	int64_t v[4] = {0};
	f->branches = arena_array(x->a, struct cover_branch, fixture_count(x) + 1);
	if (!json_array(&x->j))
		return;
	while (json_item(&x->j)) {
		(void)fixture_ints(x, v, 4);
		f->branches[f->n_branches++] =
		    (struct cover_branch){(uint32_t)v[0], (uint32_t)v[1], (int32_t)v[2],
					  v[3] < 0 ? COVER_UNREACHED : (uint32_t)v[3]};
	}
}

static inline void fixture_spans(struct fixture *x, struct cover_region *r)
{
	uint32_t(*spans)[2] = arena_alloc(x->a, sizeof(*spans) * (fixture_count(x) + 1));
	r->spans = (const uint32_t(*)[2])spans;
	int64_t v[2] = {0};
	if (!json_array(&x->j))
		return;
	for (; json_item(&x->j); r->n_spans++) {
		(void)fixture_ints(x, v, 2);
		spans[r->n_spans][0] = (uint32_t)v[0];
		spans[r->n_spans][1] = (uint32_t)v[1];
	}
}

static inline void fixture_regions(struct fixture *x, struct cover_file *f)
{
	f->regions = arena_array(x->a, struct cover_region, fixture_count(x) + 1);
	if (!json_array(&x->j))
		return;
	while (json_item(&x->j)) {
		struct cover_region *r = &f->regions[f->n_regions++];
		if (!json_array(&x->j))
			return;
		for (unsigned i = 0; json_item(&x->j); i++) {
			if (i == 0)
				r->kind = str_is(json_text(&x->j), "class") ? COVER_CLASS : COVER_FUNCTION;
			else if (i == 1)
				r->name = arena_str(x->a, json_text(&x->j));
			else if (i < 5)
				*(i == 2   ? &r->first
				  : i == 3 ? &r->last
					   : &r->hits) = (uint32_t)json_int(&x->j);
			else
				fixture_spans(x, r);
		}
	}
}

struct fixture_context {
	uint32_t line, n;
	uint32_t *ids;
};

static inline uint32_t fixture_contexts(struct fixture *x, struct fixture_context **ret)
{
	uint32_t n = 0;
	*ret = arena_array(x->a, struct fixture_context, fixture_count(x) + 1);
	if (!json_array(&x->j))
		return 0;
	for (; json_item(&x->j); n++) {
		struct fixture_context *c = &(*ret)[n];
		int64_t v[1024] = {0};
		uint32_t m = fixture_ints(x, v, 1024);
		c->line = (uint32_t)v[0];
		c->ids = arena_array(x->a, uint32_t, m);
		for (uint32_t i = 1; i < m; i++)
			c->ids[c->n++] = (uint32_t)v[i];
	}
	return n;
}

static inline void fixture_join_branches(struct cover_file *f)
{
	uint32_t b = 0;
	for (uint32_t i = 0; i < f->n_lines; i++) {
		struct cover_line *l = &f->lines[i];
		bool told = l->n_listed;
		while (b < f->n_branches && f->branches[b].line < l->number)
			b++;
		l->first_branch = b;
		l->n_listed = 0;
		for (; b < f->n_branches && f->branches[b].line == l->number; b++, l->n_listed++) {
			uint32_t taken = f->branches[b].taken;
			l->n_branches += !told;
			l->n_taken += !told && taken && taken != COVER_UNREACHED;
		}
	}
}

static inline void fixture_join_contexts(struct fixture *x, struct cover_file *f,
					 const struct fixture_context *c, uint32_t n)
{
	uint32_t all = 0, at = 0;
	for (uint32_t i = 0; i < n; i++)
		all += c[i].n;
	f->context_first = arena_array(x->a, uint32_t, f->n_lines + 1);
	f->context_ids = arena_array(x->a, uint32_t, all + 1);
	for (uint32_t i = 0, k = 0; i <= f->n_lines; i++) {
		f->context_first[i] = at;
		while (i < f->n_lines && k < n && c[k].line < f->lines[i].number)
			k++;
		if (i < f->n_lines && k < n && c[k].line == f->lines[i].number)
			for (uint32_t m = 0; m < c[k].n; m++)
				f->context_ids[at++] = c[k].ids[m];
	}
}

static inline void fixture_sum(struct cover_file *f)
{
	f->sum = cover_sum_of_lines(f, 0, UINT32_MAX);
	if (f->n_lines && f->last_line < f->lines[f->n_lines - 1].number)
		f->last_line = f->lines[f->n_lines - 1].number;
	for (uint32_t r = 0; r < f->n_regions; r++)
		for (uint32_t s = 0; s < f->regions[r].n_spans; s++) {
			struct cover_sum sum =
			    cover_sum_of_lines(f, f->regions[r].spans[s][0], f->regions[r].spans[s][1]);
			cover_sum_add(&f->regions[r].sum, &sum);
		}
}

static inline enum cover_language fixture_language(struct str s)
{
	static const char *const names[] = {"", "python", "c", "go", "js", "java", "rust"};
	for (unsigned i = 0; i < 7; i++)
		if (str_is(s, names[i]))
			return (enum cover_language)i;
	return COVER_UNKNOWN;
}

static inline void fixture_file(struct fixture *x, struct cover *c, struct cover_file *f)
{
	struct fixture_context *contexts = NULL;
	uint32_t n_contexts = 0;
	struct str key;
	x->n_lines = 0;
	while (json_key(&x->j, &key)) {
		if (str_is(key, "path"))
			f->path = arena_str(x->a, json_text(&x->j));
		else if (str_is(key, "branch"))
			c->branch = json_bool(&x->j);
		else if (str_is(key, "language"))
			f->language = fixture_language(json_text(&x->j));
		else if (str_is(key, "fault"))
			f->fault = (enum cover_fault)json_int(&x->j);
		else if (str_is(key, "last_line"))
			f->last_line = (uint32_t)json_int(&x->j);
		else if (str_is(key, "targets"))
			f->targets = json_bool(&x->j);
		else if (str_is(key, "counts"))
			f->counts = json_bool(&x->j);
		else if (str_is(key, "lines") || str_is(key, "excluded"))
			fixture_lines(x, key.at[0] == 'e');
		else if (str_is(key, "branches"))
			fixture_branches(x, f);
		else if (str_is(key, "regions"))
			fixture_regions(x, f);
		else if (str_is(key, "contexts"))
			n_contexts = fixture_contexts(x, &contexts);
		else
			json_skip(&x->j);
	}
	f->lines = arena_array(x->a, struct cover_line, x->n_lines + 1);
	memcpy(f->lines, x->lines, sizeof(*f->lines) * x->n_lines);
	f->n_lines = x->n_lines;
	qsort(f->lines, f->n_lines, sizeof(*f->lines), fixture_by_line);
	fixture_join_branches(f);
	if (contexts)
		fixture_join_contexts(x, f, contexts, n_contexts);
	fixture_sum(f);
}

static inline void fixture_head(struct fixture *x, struct cover *c)
{
	struct str key;
	while (json_key(&x->j, &key)) {
		if (str_is(key, "branch")) {
			c->branch = json_bool(&x->j);
		} else if (str_is(key, "contexts")) {
			c->contexts = arena_array(x->a, struct str, fixture_count(x) + 1);
			if (json_array(&x->j))
				while (json_item(&x->j))
					c->contexts[c->n_contexts++] = arena_str(x->a, json_text(&x->j));
		} else {
			json_skip(&x->j);
		}
	}
}

static inline struct cover *cover_fixture(struct arena *a, struct str rows)
{
	struct cover *c = arena_new(a, struct cover);
	struct fixture x = {.a = a, .lines = arena_array(a, struct cover_line, FIXTURE_MOST)};
	uint32_t most = 1;
	for (size_t i = 0; i < rows.n; i++)
		most += rows.at[i] == '\n';
	c->files = arena_array(a, struct cover_file, most);
	for (struct str row; str_next(&rows, '\n', &row);) {
		if (row.n == 0)
			continue;
		json_init(&x.j, row, a);
		if (json_object(&x.j)) {
			if (str_starts(row, "{\"cover\""))
				fixture_head(&x, c);
			else
				fixture_file(&x, c, &c->files[c->n_files++]);
		}
		if (!json_end(&x.j)) {
			(void)fprintf(stderr, "fixture: %s at byte %zu of %.80s\n", x.j.error, x.j.error_at,
				      row.at);
			abort();
		}
	}
	qsort(c->files, c->n_files, sizeof(*c->files), fixture_by_path);
	for (uint32_t i = 0; i < c->n_files; i++)
		cover_sum_add(&c->sum, &c->files[i].sum);
	return c;
}
