#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digits.h"
#include "base/map.h"
#include "base/str.h"
#include "cover_out/cover_order.h"

struct writer {
	const struct cover *c;
	struct out *o;
	struct arena scratch;
	struct map names; /* of this file's functions: seen */
};

static void put_total(struct out *o, const char *name, uint64_t v)
{
	out_text(o, name);
	out_int(o, (int64_t)v);
	out_char(o, '\n');
}

static void put_lines(struct out *o, const struct cover_file *f)
{
	char text[2 * DIGITS_BYTES + 8];
	for (uint32_t i = 0; i < f->n_lines; i++) {
		const struct cover_line *l = &f->lines[i];
		if (l->flags & COVER_EXCLUDED)
			continue;
		char *at = digits_put(digits_text(text, "DA:"), l->number);
		*at++ = ',';
		at = digits_put(at, f->counts ? l->hits : l->hits != 0);
		*at++ = '\n';
		out_add(o, text, (size_t)(at - text));
	}
	if (f->sum.statements) {
		put_total(o, "LF:", f->sum.statements);
		put_total(o, "LH:", f->sum.covered);
	}
}

struct function {
	const struct cover_region *region;
	uint32_t first, last;
};

static struct function function_of(const struct cover_region *r)
{
	struct function fn = {r, r->first, r->last > r->first ? r->last : r->first};
	if (r->n_spans == 0)
		return fn;
	if (r->spans[0][0] < fn.first)
		fn.first = r->spans[0][0];
	fn.last = r->spans[r->n_spans - 1][1] > r->first ? r->spans[r->n_spans - 1][1] : r->first;
	return fn;
}

static int by_place(const void *a, const void *b)
{
	const struct function *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return str_compare(x->region->name, y->region->name);
}

/* A name is told once; those that follow have their line added. */
static struct str unique_name(struct writer *w, const struct function *fn)
{
	struct str name = fn->region->name;
	while (map_get(&w->names, name) != MAP_NONE)
		name = str_of(arena_printf(&w->scratch, "%.*s@%u", STR_ARG(name), fn->first));
	*map_at(&w->names, name) = 1;
	return name;
}

static void put_function(struct writer *w, const struct cover_file *f, const struct function *fn)
{
	struct out *o = w->o;
	struct str name = unique_name(w, fn);
	char text[2 * DIGITS_BYTES + 8], *at = digits_put(digits_text(text, "FN:"), fn->first);
	*at++ = ',';
	if (fn->region->n_spans || fn->region->last) {
		at = digits_put(at, fn->last);
		*at++ = ',';
	}
	out_add(o, text, (size_t)(at - text));
	out_printable(o, name);
	bool ran = fn->region->n_spans ? fn->region->sum.covered > 0 : fn->region->hits > 0;
	out_text(o, "\nFNDA:");
	out_int(o, f->counts ? fn->region->hits : ran);
	out_char(o, ',');
	out_printable(o, name);
	out_char(o, '\n');
}

static void put_functions(struct writer *w, const struct cover_file *f)
{
	struct function *all = arena_array(&w->scratch, struct function, f->n_regions);
	uint32_t n = 0, found = 0, hit = 0;
	for (uint32_t i = 0; i < f->n_regions; i++) {
		const struct cover_region *r = &f->regions[i];
		if (r->kind == COVER_FUNCTION)
			all[n++] = function_of(r);
	}
	if (n == 0)
		return;
	qsort(all, n, sizeof(*all), by_place);
	for (uint32_t i = 0; i < n; i++) {
		const struct cover_region *r = all[i].region;
		if (r->n_spans && r->sum.statements == 0)
			continue;
		found++;
		hit += f->counts ? r->hits > 0 : r->n_spans ? r->sum.covered > 0 : r->hits > 0;
		put_function(w, f, &all[i]);
	}
	put_total(w->o, "FNF:", found);
	put_total(w->o, "FNH:", hit);
}

static void put_target(struct out *o, const struct cover_file *f, const struct cover_line *l,
		       const struct cover_branch *b)
{
	out_text(o, "BRDA:");
	out_int(o, b->line);
	out_text(o, ",0,");
	cover_way(o, f, b, out_printable);
	out_text(o, l->n_taken == 0 ? ",-\n" : b->taken && b->taken != COVER_UNREACHED ? ",1\n" : ",0\n");
}

/* Ways out of the function stand last, as the second of an `if` at its end. */
static void put_targets(struct out *o, const struct cover_file *f, const struct cover_line *l)
{
	const struct cover_branch *b = f->branches + l->first_branch, *end = b + l->n_listed;
	for (const struct cover_branch *way = b; way < end; way++)
		if (way->way >= 0)
			put_target(o, f, l, way);
	for (const struct cover_branch *way = b; way < end && way->way < 0; way++)
		put_target(o, f, l, way);
}

static void put_ways(struct out *o, const struct cover_file *f, const struct cover_line *l)
{
	char text[4 * DIGITS_BYTES + 12];
	for (uint32_t i = l->first_branch; i < l->first_branch + l->n_listed; i++) {
		const struct cover_branch *b = &f->branches[i];
		char *at = digits_put(digits_text(text, "BRDA:"), b->line);
		*at++ = ',';
		at = digits_put(at, b->block);
		*at++ = ',';
		if (b->way < 0)
			*at++ = '-';
		at = digits_put(at, b->way < 0 ? (uint64_t) - (int64_t)b->way : (uint64_t)b->way);
		*at++ = ',';
		if (b->taken == COVER_UNREACHED || l->hits == 0)
			*at++ = '-';
		else
			at = digits_put(at, f->counts ? b->taken : b->taken != 0);
		*at++ = '\n';
		out_add(o, text, (size_t)(at - text));
	}
}

static void put_branches(struct out *o, const struct cover_file *f)
{
	for (uint32_t i = 0; i < f->n_lines; i++) {
		if (f->lines[i].n_branches == 0)
			continue;
		if (f->targets)
			put_targets(o, f, &f->lines[i]);
		else
			put_ways(o, f, &f->lines[i]);
	}
	if (f->sum.branches) {
		put_total(o, "BRF:", f->sum.branches);
		put_total(o, "BRH:", f->sum.taken);
	}
}

void report_cover_lcov(const struct cover *c, struct out *o)
{
	struct writer w = {.c = c, .o = o};
	for (uint32_t i = 0; i < c->n_files; i++) {
		const struct cover_file *f = &c->files[i];
		out_text(o, "SF:");
		out_printable(o, f->path);
		out_char(o, '\n');
		put_lines(o, f);
		put_functions(&w, f);
		if (c->branch)
			put_branches(o, f);
		out_text(o, "end_of_record\n");
		map_clear(&w.names);
		arena_reset(&w.scratch);
	}
	map_free(&w.names);
	arena_free(&w.scratch);
}
