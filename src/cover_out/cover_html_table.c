#include "cover_out/cover_html.h"

#include "base/str.h"

static const char *const kinds[] = {"files", "functions", "classes"};

static void put_number(struct cover_html *x, uint64_t n)
{
	out_text(x->o, "<td>");
	out_count(x->o, n);
}

/* Style draws it, by tens and units: tens of thousands of SVG pictures take a browser many seconds. */
static void put_bar(struct cover_html *x, const struct cover_sum *s)
{
	double percent = cover_percent(s);
	unsigned width = (unsigned)percent;
	if (width == 0 && percent > 0)
		width = 1;
	out_printf(x->o, "<td class=\"b %s t%u u%u\">", cover_html_grade(s), width / 10, width % 10);
}

static void put_numbers(struct cover_html *x, const struct cover_sum *s)
{
	put_number(x, s->statements);
	put_number(x, s->statements - s->covered);
	put_number(x, s->excluded);
	if (x->c->branch) {
		put_number(x, s->branches);
		put_number(x, s->partial);
	}
	out_text(x->o, "<td>");
	cover_html_percent(x, s);
	put_bar(x, s);
}

static bool is_whole(const struct cover_sum *s)
{
	return s->covered == s->statements && s->partial == 0;
}

static void put_row_start(struct cover_html *x, const struct cover_sum *s)
{
	out_printf(x->o, "<tr%s><th scope=\"row\"><a href=\"", is_whole(s) ? " class=\"whole\"" : "");
}

static void put_file(struct cover_html *x, uint32_t i)
{
	const struct cover_file *f = &x->c->files[i];
	put_row_start(x, &f->sum);
	cover_html_reference(x, i, 0);
	out_text(x->o, "\">");
	cover_html_path(x, f->path);
	out_text(x->o, "</a>");
	const char *fault = cover_fault_text(f->fault);
	if (fault)
		out_printf(x->o, " <abbr title=\"%s\">!</abbr>", fault);
	put_numbers(x, &f->sum);
	out_char(x->o, '\n');
}

static void put_region(struct cover_html *x, uint32_t i, const struct cover_region *r)
{
	put_row_start(x, &r->sum);
	cover_html_reference(x, i, r->first);
	out_text(x->o, "\">");
	out_html(x->o, r->name);
	out_text(x->o, "</a><td class=\"f\">");
	cover_html_path(x, x->c->files[i].path);
	put_numbers(x, &r->sum);
	out_char(x->o, '\n');
}

static void put_rows(struct cover_html *x, enum cover_html_index which)
{
	enum cover_region_kind kind = which == COVER_HTML_CLASSES ? COVER_CLASS : COVER_FUNCTION;
	for (uint32_t i = 0; i < x->c->n_files; i++) {
		const struct cover_file *f = &x->c->files[i];
		if (which == COVER_HTML_FILES)
			put_file(x, i);
		for (uint32_t r = 0; r < f->n_regions && which != COVER_HTML_FILES; r++)
			if (f->regions[r].kind == kind && f->regions[r].sum.statements)
				put_region(x, i, &f->regions[r]);
	}
}

static bool has_rows(const struct cover *c, enum cover_html_index which)
{
	if (which == COVER_HTML_FILES)
		return c->n_files > 0;
	for (uint32_t i = 0; i < c->n_files; i++)
		for (uint32_t r = 0; r < c->files[i].n_regions; r++)
			if (c->files[i].regions[r].kind ==
				(which == COVER_HTML_CLASSES ? COVER_CLASS : COVER_FUNCTION) &&
			    c->files[i].regions[r].sum.statements)
				return true;
	return false;
}

static void put_heads(struct cover_html *x, enum cover_html_index which)
{
	static const char *const names[] = {"File", "Function", "Class"};
	struct out *o = x->o;
	out_printf(o, "<table class=\"list\" id=\"%s\">\n<thead><tr><th scope=\"col\">%s", kinds[which],
		   names[which]);
	if (which != COVER_HTML_FILES)
		out_text(o, "<th scope=\"col\" class=\"f\">File");
	out_text(o, "<th scope=\"col\">Statements<th scope=\"col\">Missing<th scope=\"col\">Excluded");
	if (x->c->branch)
		out_text(o, "<th scope=\"col\">Branches<th scope=\"col\">Partial");
	out_text(o, "<th scope=\"col\" colspan=\"2\">Covered</thead>\n");
}

/* What belongs to no function or class is in no row, so only files add up to the whole. */
static void put_total(struct cover_html *x, enum cover_html_index which)
{
	if (which != COVER_HTML_FILES)
		return;
	out_text(x->o, "<tfoot><tr><th scope=\"row\">Total");
	put_numbers(x, &x->c->sum);
	out_text(x->o, "</tfoot>\n");
}

void cover_html_table(struct cover_html *x, enum cover_html_index which)
{
	if (!has_rows(x->c, which)) {
		out_printf(x->o, "<p class=\"none\" id=\"%s\">The data names no %s.</p>\n", kinds[which],
			   kinds[which]);
		return;
	}
	put_heads(x, which);
	out_text(x->o, "<tbody>\n");
	put_rows(x, which);
	out_text(x->o, "</tbody>\n");
	put_total(x, which);
	out_text(x->o, "</table>\n");
}
