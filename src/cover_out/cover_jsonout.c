#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/digits.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "cover_out/cover_order.h"

struct span {
	uint32_t first, last; /* lines, or places in the file's lines, the last not included */
};

struct writer {
	const struct cover *c;
	const struct cover_json_options *opt;
	struct out *o;
	const struct cover_file *file;
	struct span *spans; /* of the part being written */
	size_t n_spans, cap_spans;
	struct span *rest; /* of all parts of a kind, then what is between them */
	size_t n_rest, cap_rest;
	struct map names; /* of functions or classes of this file: enum seen */
	struct arena scratch;
};

enum seen { SEEN_WITH_STATEMENTS = 1, SEEN_WRITTEN = 2 };

/* The shortest decimal number that reads back as the same, as Python writes it. */
static const char *real_text(char ret[40], double v)
{
	if (v == 0 || v == 100)
		return v == 0 ? "0.0" : "100.0";
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(ret, 38, "%.*g", digits, v);
		if (strtod(ret, NULL) == v)
			break;
	}
	struct str s = str_of(ret);
	if (str_find(s, '.') == s.n && str_find(s, 'e') == s.n)
		(void)snprintf(ret + s.n, 3, ".0");
	return ret;
}

static void put_percent(struct writer *w, const char *name, double percent)
{
	char real[40], text[COVER_PERCENT_BYTES];
	struct out *o = w->o;
	out_text(o, ", \"percent_");
	out_text(o, name);
	out_text(o, "\": ");
	out_text(o, real_text(real, percent));
	out_text(o, ", \"percent_");
	out_text(o, name);
	out_text(o, "_display\": \"");
	if (w->opt->precision == 0 && (percent == 0 || percent == 100))
		out_text(o, percent == 0 ? "0" : "100");
	else
		out_text(o, cover_percent_text(text, percent, w->opt->precision));
	out_char(o, '"');
}

static void put_count(struct writer *w, const char *key, uint64_t n)
{
	out_text(w->o, key);
	out_int(w->o, (int64_t)n);
}

static void put_summary(struct writer *w, const struct cover_sum *s)
{
	put_count(w, "{\"covered_lines\": ", s->covered);
	put_count(w, ", \"num_statements\": ", s->statements);
	put_percent(w, "covered", cover_percent(s));
	put_count(w, ", \"missing_lines\": ", s->statements - s->covered);
	put_count(w, ", \"excluded_lines\": ", s->excluded);
	put_percent(w, "statements_covered", cover_percent_lines(s));
	if (w->c->branch) {
		put_count(w, ", \"num_branches\": ", s->branches);
		put_count(w, ", \"num_partial_branches\": ", s->partial);
		put_count(w, ", \"covered_branches\": ", s->taken);
		put_count(w, ", \"missing_branches\": ", s->branches - s->taken);
		put_percent(w, "branches_covered", cover_percent_branches(s));
	}
	out_char(w->o, '}');
}

enum which { EXECUTED, MISSING, EXCLUDED };

static enum which which_of(const struct cover_line *l)
{
	return l->flags & COVER_EXCLUDED ? EXCLUDED : l->hits ? EXECUTED : MISSING;
}

static void put_lines(struct writer *w, const char *name, enum which which)
{
	const struct cover_file *f = w->file;
	char text[DIGITS_BYTES + 2];
	bool first = true;
	out_text(w->o, name);
	for (size_t s = 0; s < w->n_spans; s++) {
		for (uint32_t i = w->spans[s].first; i < w->spans[s].last; i++) {
			if (which_of(&f->lines[i]) != which)
				continue;
			char *at = first ? text : digits_text(text, ", ");
			out_add(w->o, text, (size_t)(digits_put(at, f->lines[i].number) - text));
			first = false;
		}
	}
	out_char(w->o, ']');
}

static void put_branches_of(struct writer *w, const struct cover_line *l, bool executed, bool *first)
{
	for (uint32_t b = l->first_branch; b < l->first_branch + l->n_listed; b++) {
		const struct cover_branch *way = &w->file->branches[b];
		if ((way->taken && way->taken != COVER_UNREACHED) != executed)
			continue;
		char text[2 * DIGITS_BYTES + 8], *at = text;
		if (!*first)
			at = digits_text(at, ", ");
		*first = false;
		*at++ = '[';
		at = digits_put(at, way->line);
		at = digits_text(at, ", ");
		if (way->way < 0)
			*at++ = '-';
		at = digits_put(at, way->way < 0 ? (uint64_t) - (int64_t)way->way : (uint64_t)way->way);
		*at++ = ']';
		out_add(w->o, text, (size_t)(at - text));
	}
}

static void put_branches(struct writer *w, const char *name, bool executed)
{
	const struct cover_file *f = w->file;
	bool first = true;
	out_text(w->o, name);
	for (size_t s = 0; f->n_branches && s < w->n_spans; s++)
		for (uint32_t i = w->spans[s].first; i < w->spans[s].last; i++)
			if (f->lines[i].n_branches)
				put_branches_of(w, &f->lines[i], executed, &first);
	out_char(w->o, ']');
}

static void put_contexts(struct writer *w)
{
	const struct cover_file *f = w->file;
	const char *comma = "";
	out_text(w->o, ", \"contexts\": {");
	for (uint32_t i = 0; f->context_first && i < f->n_lines; i++) {
		uint32_t from = f->context_first[i], to = f->context_first[i + 1];
		if (from == to)
			continue;
		out_printf(w->o, "%s\"%u\": [", comma, f->lines[i].number);
		comma = ", ";
		for (uint32_t k = from; k < to; k++) {
			if (k > from)
				out_text(w->o, ", ");
			out_json_ascii(w->o, w->c->contexts[f->context_ids[k]]);
		}
		out_char(w->o, ']');
	}
	out_char(w->o, '}');
}

static void put_line_lists(struct writer *w, const struct cover_sum *sum)
{
	out_char(w->o, '{');
	put_lines(w, "\"executed_lines\": [", EXECUTED);
	out_text(w->o, ", \"summary\": ");
	put_summary(w, sum);
	out_text(w->o, ", ");
	put_lines(w, "\"missing_lines\": [", MISSING);
	out_text(w->o, ", ");
	put_lines(w, "\"excluded_lines\": [", EXCLUDED);
}

static void put_branch_lists(struct writer *w)
{
	if (!w->c->branch)
		return;
	put_branches(w, ", \"executed_branches\": [", true);
	put_branches(w, ", \"missing_branches\": [", false);
}

static void put_region(struct writer *w, struct str name, const struct cover_sum *sum, uint32_t start)
{
	out_json_ascii(w->o, name);
	out_text(w->o, ": ");
	put_line_lists(w, sum);
	put_count(w, ", \"start_line\": ", start);
	if (w->opt->contexts == COVER_JSON_ALL_CONTEXTS)
		put_contexts(w);
	put_branch_lists(w);
	out_char(w->o, '}');
}

static void add_span(struct span **spans, size_t *n, size_t *cap, uint32_t first, uint32_t last)
{
	*spans = vec_grow(*spans, *n, cap, sizeof(**spans));
	(*spans)[(*n)++] = (struct span){first, last};
}

/* Lines first..last belong to the part that is written next. */
static void add_lines(struct writer *w, uint32_t first, uint32_t last)
{
	uint32_t from = cover_line_from(w->file, first), to = from;
	while (to < w->file->n_lines && w->file->lines[to].number <= last)
		to++;
	add_span(&w->spans, &w->n_spans, &w->cap_spans, from, to);
}

static int by_first(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* The first with statements keeps the name, as in the LCOV report. */
static struct str region_name(struct writer *w, const struct cover_region *r)
{
	struct str name = r->name;
	uint32_t seen = *map_at(&w->names, name);
	if (!(seen & SEEN_WRITTEN) && (r->sum.statements || !(seen & SEEN_WITH_STATEMENTS))) {
		*map_at(&w->names, name) = seen | SEEN_WRITTEN;
		return name;
	}
	do
		name = str_of(arena_printf(&w->scratch, "%.*s@%u", STR_ARG(name), r->first));
	while (map_get(&w->names, name) != MAP_NONE);
	*map_at(&w->names, name) = SEEN_WRITTEN;
	return name;
}

static void note_names(struct writer *w, enum cover_region_kind kind)
{
	map_clear(&w->names);
	arena_reset(&w->scratch);
	*map_at(&w->names, STR_NONE) = SEEN_WRITTEN; /* the name of what belongs to none */
	for (uint32_t i = 0; i < w->file->n_regions; i++) {
		const struct cover_region *r = &w->file->regions[i];
		if (r->kind != kind)
			continue;
		uint32_t *seen = map_at(&w->names, r->name);
		*seen = (*seen == MAP_NONE ? 0 : *seen) | (r->sum.statements ? SEEN_WITH_STATEMENTS : 0);
		for (uint32_t s = 0; s < r->n_spans; s++)
			add_span(&w->rest, &w->n_rest, &w->cap_rest, r->spans[s][0], r->spans[s][1]);
	}
}

/* Lines that belong to no function (or class). */
static void put_outside(struct writer *w)
{
	uint32_t at = 1, start = 0;
	struct cover_sum sum = {0};
	if (w->n_rest)
		qsort(w->rest, w->n_rest, sizeof(*w->rest), by_first);
	w->n_spans = 0;
	for (size_t i = 0; i <= w->n_rest; i++) {
		uint32_t end = i < w->n_rest ? w->rest[i].first : UINT32_MAX;
		if (at < end) {
			add_lines(w, at, end - 1);
			struct cover_sum part = cover_sum_of_lines(w->file, at, end - 1);
			cover_sum_add(&sum, &part);
			start = start ? start : at;
		}
		if (i < w->n_rest && w->rest[i].last >= at)
			at = w->rest[i].last + 1;
	}
	put_region(w, STR_NONE, &sum, start && start <= w->file->last_line ? start : 1);
}

static void put_regions(struct writer *w, enum cover_region_kind kind, const char *name)
{
	out_printf(w->o, ", \"%s\": {", name);
	w->n_rest = 0;
	note_names(w, kind);
	for (uint32_t i = 0; i < w->file->n_regions; i++) {
		const struct cover_region *r = &w->file->regions[i];
		if (r->kind != kind)
			continue;
		w->n_spans = 0;
		for (uint32_t s = 0; s < r->n_spans; s++)
			add_lines(w, r->spans[s][0], r->spans[s][1]);
		put_region(w, region_name(w, r), &r->sum, r->first);
		out_text(w->o, ", ");
	}
	put_outside(w);
	out_char(w->o, '}');
}

static void put_file(struct writer *w, const struct cover_file *f)
{
	w->file = f;
	w->n_spans = 0;
	add_lines(w, 0, UINT32_MAX);
	out_json_ascii(w->o, f->path);
	out_text(w->o, ": ");
	put_line_lists(w, &f->sum);
	if (w->opt->contexts)
		put_contexts(w);
	put_branch_lists(w);
	put_regions(w, COVER_FUNCTION, "functions");
	put_regions(w, COVER_CLASS, "classes");
	out_char(w->o, '}');
}

void report_cover_json(const struct cover *c, struct out *o, const struct cover_json_options *opt)
{
	struct writer w = {.c = c, .o = o, .opt = opt};
	out_text(o, "{\"meta\": {\"format\": 3, \"version\": ");
	out_json_ascii(o, opt->version);
	out_text(o, ", \"timestamp\": ");
	out_json_ascii(o, opt->timestamp);
	out_printf(o, ", \"branch_coverage\": %s, \"show_contexts\": %s}, \"files\": {",
		   c->branch ? "true" : "false", opt->contexts ? "true" : "false");
	for (uint32_t i = 0; i < c->n_files; i++) {
		if (i)
			out_text(o, ", ");
		put_file(&w, &c->files[i]);
	}
	out_text(o, "}, \"totals\": ");
	put_summary(&w, &c->sum);
	out_char(o, '}');
	vec_free(w.spans);
	vec_free(w.rest);
	map_free(&w.names);
	arena_free(&w.scratch);
}
