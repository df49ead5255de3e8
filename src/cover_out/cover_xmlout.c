#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digits.h"
#include "base/str.h"
#include "cover_out/cover_order.h"

enum {
	HEAD_BYTES =
	    2048 /* of a document around its packages, at most; and of a package around its classes */
};

/* A file with its place in the document. */
struct class
{
	const struct cover_file *file;
	struct str package; /* its folder with dots */
	size_t from, to;    /* its element, in the body */
};

struct writer {
	const struct cover *c;
	const struct cover_xml_options *opt;
	struct out *o, body_out;
	struct buf body; /* elements of classes one behind the other */
	struct arena scratch;
	struct class *classes;
};

static struct str package_of(struct arena *a, struct str path)
{
	struct str folder = path_folder(path);
	if (folder.n == 0)
		return STR(".");
	char *at = arena_copy(a, folder);
	for (size_t i = 0; i < folder.n; i++)
		if (at[i] == '/')
			at[i] = '.';
	return (struct str){at, folder.n};
}

static int by_package(const void *a, const void *b)
{
	const struct class *x = a, *y = b;
	int order = human_compare(x->package, y->package);
	return order ? order : human_compare(x->file->path, y->file->path);
}

/* Neither 0 nor 1 unless it is exactly that. */
static void put_rate(struct out *o, const char *name, uint64_t hit, uint64_t all)
{
	char text[32] = "1";
	double rate = all ? (double)hit / (double)all : 1;
	rate = rate < 0.0001 ? 0.0001 : rate > 0.9999 ? 0.9999 : rate;
	if (hit != all)
		(void)snprintf(text, sizeof(text), "%.4g", hit ? rate : 0);
	out_text(o, name);
	out_text(o, text);
	out_char(o, '"');
}

static void put_branch_rate(struct writer *w, struct out *o, const struct cover_sum *s)
{
	if (w->c->branch)
		put_rate(o, " branch-rate=\"", s->taken, s->branches);
	else
		out_text(o, " branch-rate=\"0\"");
}

static void put_indent(struct writer *w, struct out *o, unsigned depth)
{
	if (!w->opt->compact)
		out_add(o, "\t\t\t\t\t\t\t\t\t\t\t\t", depth);
}

static void put_end(struct writer *w, struct out *o)
{
	if (!w->opt->compact)
		out_char(o, '\n');
}

static void put_count(struct out *o, const char *before, uint64_t n)
{
	out_text(o, before);
	out_int(o, (int64_t)n);
}

static void put_name(struct out *o, struct str name)
{
	struct buf b = {0};
	struct out plain;
	out_to_buf(&plain, &b);
	out_printable(&plain, name);
	out_xml_attribute(o, buf_view(&b));
	buf_free(&b);
}

static void put_missing(struct out *o, const struct cover_file *f, const struct cover_line *l)
{
	const char *comma = " missing-branches=\"";
	for (uint32_t i = l->first_branch; i < l->first_branch + l->n_listed; i++) {
		const struct cover_branch *b = &f->branches[i];
		if (b->taken && b->taken != COVER_UNREACHED)
			continue;
		out_text(o, comma);
		if (f->targets && b->way < 0)
			out_text(o, "exit");
		else
			out_int(o, b->way);
		comma = ",";
	}
	if (*comma == ',')
		out_char(o, '"');
}

/* The two ways of a decision make a condition; ways that do not come in pairs, a jump. */
static void put_conditions(struct writer *w, struct out *o, const struct cover_file *f,
			   const struct cover_line *l, unsigned depth)
{
	uint32_t number = 0, end = l->first_branch + l->n_listed;
	put_indent(w, o, depth + 1);
	out_text(o, "<conditions>");
	put_end(w, o);
	for (uint32_t i = l->first_branch; i < end; number++) {
		uint32_t block = f->branches[i].block, n = 0, taken = 0;
		for (; i < end && f->branches[i].block == block; i++, n++)
			taken += f->branches[i].taken && f->branches[i].taken != COVER_UNREACHED;
		put_indent(w, o, depth + 2);
		put_count(o, "<condition number=\"", number);
		put_count(o, n == 2 ? "\" type=\"jump\" coverage=\"" : "\" type=\"switch\" coverage=\"",
			  (uint64_t)100 * taken / n);
		out_text(o, "%\"/>");
		put_end(w, o);
	}
	put_indent(w, o, depth + 1);
	out_text(o, "</conditions>");
	put_end(w, o);
}

static void put_branch_line(struct writer *w, struct out *o, const struct cover_file *f,
			    const struct cover_line *l, unsigned depth)
{
	unsigned taken = l->n_taken, all = l->n_branches;
	put_count(o, " branch=\"true\" condition-coverage=\"", 100 * taken / all);
	put_count(o, "% (", taken);
	put_count(o, "/", all);
	out_text(o, ")\"");
	if (w->opt->coverage_py || l->n_listed == 0) {
		if (w->opt->coverage_py)
			put_missing(o, f, l);
		out_text(o, "/>");
		return;
	}
	out_char(o, '>');
	put_end(w, o);
	put_conditions(w, o, f, l, depth);
	put_indent(w, o, depth);
	out_text(o, "</line>");
}

static void put_lines(struct writer *w, struct out *o, const struct cover_file *f, uint32_t first,
		      uint32_t last, unsigned depth)
{
	char text[2 * DIGITS_BYTES + 64];
	bool counts = f->counts && !w->opt->coverage_py;
	for (uint32_t i = cover_line_from(f, first); i < f->n_lines && f->lines[i].number <= last; i++) {
		const struct cover_line *l = &f->lines[i];
		if (l->flags & COVER_EXCLUDED)
			continue;
		char *at = text;
		if (!w->opt->compact) {
			memset(at, '\t', depth);
			at += depth;
		}
		at = digits_put(digits_text(at, "<line number=\""), l->number);
		at = digits_put(digits_text(at, "\" hits=\""), counts ? l->hits : l->hits != 0);
		*at++ = '"';
		bool branch = w->c->branch && l->n_branches;
		if (!branch)
			at = w->opt->compact ? digits_text(at, "/>") : digits_text(at, "/>\n");
		out_add(o, text, (size_t)(at - text));
		if (branch) {
			put_branch_line(w, o, f, l, depth);
			put_end(w, o);
		}
	}
}

static void put_line_list(struct writer *w, struct out *o, const struct cover_file *f,
			  const uint32_t (*spans)[2], uint32_t n_spans, const struct cover_sum *sum,
			  unsigned depth)
{
	put_indent(w, o, depth);
	out_text(o, sum->statements ? "<lines>" : "<lines/>");
	put_end(w, o);
	if (sum->statements == 0)
		return;
	for (uint32_t i = 0; i < n_spans; i++)
		put_lines(w, o, f, spans[i][0], spans[i][1], depth + 1);
	put_indent(w, o, depth);
	out_text(o, "</lines>");
	put_end(w, o);
}

/* Lines of a function inside a method are that function's, as in the model. */
static void put_method(struct writer *w, struct out *o, const struct cover_file *f,
		       const struct cover_region *r)
{
	put_indent(w, o, 6);
	out_text(o, "<method name=\"");
	put_name(o, r->name);
	out_text(o, "\" signature=\"\"");
	struct cover_sum sum = r->sum;
	if (r->n_spans == 0)
		sum = (struct cover_sum){.statements = 1, .covered = r->hits > 0};
	put_rate(o, " line-rate=\"", sum.covered, sum.statements);
	put_branch_rate(w, o, &sum);
	out_text(o, " complexity=\"0\">");
	put_end(w, o);
	uint32_t one[1][2] = {{r->first, r->first}};
	if (r->n_spans)
		put_line_list(w, o, f, r->spans, r->n_spans, &r->sum, 7);
	else
		put_line_list(w, o, f, (const uint32_t(*)[2])one, 1, &sum, 7);
	put_indent(w, o, 6);
	out_text(o, "</method>");
	put_end(w, o);
}

static void put_methods(struct writer *w, struct out *o, const struct cover_file *f)
{
	bool any = false;
	for (uint32_t i = 0; i < f->n_regions && !w->opt->coverage_py; i++)
		any = any || f->regions[i].kind == COVER_FUNCTION;
	put_indent(w, o, 5);
	out_text(o, any ? "<methods>" : "<methods/>");
	put_end(w, o);
	if (!any)
		return;
	for (uint32_t i = 0; i < f->n_regions; i++)
		if (f->regions[i].kind == COVER_FUNCTION)
			put_method(w, o, f, &f->regions[i]);
	put_indent(w, o, 5);
	out_text(o, "</methods>");
	put_end(w, o);
}

static void put_class(struct writer *w, struct out *o, const struct cover_file *f)
{
	static const uint32_t all[1][2] = {{0, UINT32_MAX}};
	put_indent(w, o, 4);
	out_text(o, "<class name=\"");
	put_name(o, path_base(f->path));
	out_text(o, "\" filename=\"");
	put_name(o, f->path);
	out_text(o, "\" complexity=\"0\"");
	put_rate(o, " line-rate=\"", f->sum.covered, f->sum.statements);
	put_branch_rate(w, o, &f->sum);
	out_char(o, '>');
	put_end(w, o);
	put_methods(w, o, f);
	put_line_list(w, o, f, all, 1, &f->sum, 5);
	put_indent(w, o, 4);
	out_text(o, "</class>");
	put_end(w, o);
}

static bool same_package(const struct class *a, const struct class *b)
{
	return str_eq(a->package, b->package);
}

static void put_package(struct writer *w, const struct class *first, const struct class *end)
{
	struct out *o = w->o;
	struct cover_sum sum = {0};
	for (const struct class *c = first; c < end; c++)
		cover_sum_add(&sum, &c->file->sum);
	put_indent(w, o, 2);
	out_text(o, "<package name=\"");
	put_name(o, first->package);
	out_char(o, '"');
	put_rate(o, " line-rate=\"", sum.covered, sum.statements);
	put_branch_rate(w, o, &sum);
	out_text(o, " complexity=\"0\">");
	put_end(w, o);
	put_indent(w, o, 3);
	out_text(o, "<classes>");
	put_end(w, o);
	out_str(o, str_cut(buf_view(&w->body), first->from, end[-1].to - first->from));
	put_indent(w, o, 3);
	out_text(o, "</classes>");
	put_end(w, o);
	put_indent(w, o, 2);
	out_text(o, "</package>");
	put_end(w, o);
}

static void put_sources(struct writer *w)
{
	struct out *o = w->o;
	put_indent(w, o, 1);
	out_text(o, w->opt->root.n ? "<sources>" : "<sources/>");
	put_end(w, o);
	if (w->opt->root.n == 0)
		return;
	put_indent(w, o, 2);
	out_text(o, "<source>");
	out_xml(o, w->opt->root);
	out_text(o, "</source>");
	put_end(w, o);
	put_indent(w, o, 1);
	out_text(o, "</sources>");
	put_end(w, o);
}

static void put_head(struct writer *w, const struct cover_sum *s)
{
	struct out *o = w->o;
	out_text(o, "<?xml version=\"1.0\" ?>\n");
	out_text(o, "<coverage version=\"");
	put_name(o, w->opt->version);
	out_printf(o, "\" timestamp=\"%llu\" lines-valid=\"%llu\" lines-covered=\"%llu\"",
		   (unsigned long long)w->opt->time_ms, (unsigned long long)s->statements,
		   (unsigned long long)s->covered);
	put_rate(o, " line-rate=\"", s->covered, s->statements);
	if (w->c->branch)
		out_printf(o, " branches-valid=\"%llu\" branches-covered=\"%llu\"",
			   (unsigned long long)s->branches, (unsigned long long)s->taken);
	else
		out_text(o, " branches-covered=\"0\" branches-valid=\"0\"");
	put_branch_rate(w, o, s);
	out_text(o, " complexity=\"0\">");
	put_end(w, o);
	put_indent(w, o, 1);
	out_text(o, "<!-- Generated by fettle -->");
	put_end(w, o);
	put_sources(w);
}

static void put_document(struct writer *w, const struct class *first, const struct class *end)
{
	struct out *o = w->o;
	struct cover_sum sum = {0};
	for (const struct class *c = first; c < end; c++)
		cover_sum_add(&sum, &c->file->sum);
	put_head(w, &sum);
	put_indent(w, o, 1);
	out_text(o, first < end ? "<packages>" : "<packages/>");
	put_end(w, o);
	for (const struct class *c = first, *next; c < end; c = next) {
		for (next = c + 1; next < end && same_package(c, next);)
			next++;
		put_package(w, c, next);
	}
	if (first < end) {
		put_indent(w, o, 1);
		out_text(o, "</packages>");
		put_end(w, o);
	}
	out_text(o, "</coverage>\n");
}

/* Puts classes into the body until the document is full; returns how many. */
static uint32_t fill_body(struct writer *w, uint32_t from)
{
	size_t around = HEAD_BYTES + 6 * w->opt->root.n + 6 * w->opt->version.n;
	uint32_t i = from;
	for (; i < w->c->n_files; i++) {
		struct class *c = &w->classes[i];
		bool new_package = i == from || !same_package(c, c - 1);
		c->from = w->body.n;
		put_class(w, &w->body_out, c->file);
		c->to = w->body.n;
		around += new_package ? 512 + 6 * c->package.n : 0;
		if (w->opt->limit_bytes && i > from && around + w->body.n > w->opt->limit_bytes)
			break;
	}
	return i;
}

void report_cover_xml(const struct cover *c, struct out *o, const struct cover_xml_options *opt,
		      struct cover_xml_part *part)
{
	struct writer w = {.c = c, .o = o, .opt = opt};
	out_to_buf(&w.body_out, &w.body);
	w.classes = arena_array(&w.scratch, struct class, c->n_files + 1);
	for (uint32_t i = 0; i < c->n_files; i++)
		w.classes[i] = (struct class){&c->files[i], package_of(&w.scratch, c->files[i].path), 0, 0};
	qsort(w.classes, c->n_files, sizeof(*w.classes), by_package);
	uint32_t end = fill_body(&w, part->file);
	put_document(&w, &w.classes[part->file], &w.classes[end]);
	part->file = end;
	part->done = end == c->n_files;
	buf_free(&w.body);
	arena_free(&w.scratch);
}
