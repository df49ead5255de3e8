#include "cover_out/cover_html.h"

#include <string.h>

#include "base/sha256.h"
#include "base/str.h"

const char *const report_cover_html_indexes[3] = {"index.html", "function_index.html", "class_index.html"};

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

const char *report_cover_html_name(char ret[COVER_HTML_NAME_BYTES], struct str path)
{
	enum { SHOWN = 72, HASH = 16 };
	static const char hex[] = "0123456789abcdef";
	uint8_t sum[SHA256_BYTES];
	struct str tail = path.n > SHOWN ? str_cut(path, path.n - SHOWN, SHOWN) : path;
	char *at = ret;
	for (size_t i = 0; i < tail.n; i++)
		*at++ = is_plain(tail.at[i]) && !(i == 0 && tail.at[i] == '-') ? tail.at[i] : '_';
	*at++ = '-';
	sha256(path, sum);
	for (size_t i = 0; i < HASH; i++) {
		*at++ = hex[sum[i] >> 4];
		*at++ = hex[sum[i] & 15];
	}
	memcpy(at, ".html", 6);
	return ret;
}

const char *cover_html_grade(const struct cover_sum *s)
{
	double percent = cover_percent(s);
	return percent >= 90 ? "good" : percent >= 60 ? "fair" : "poor";
}

void cover_html_percent(struct cover_html *x, const struct cover_sum *s)
{
	char text[COVER_PERCENT_BYTES];
	out_text(x->o, cover_percent_text(text, cover_percent(s), x->opt->precision));
	out_char(x->o, '%');
}

void cover_html_bar(struct cover_html *x, const struct cover_sum *s)
{
	double percent = cover_percent(s);
	unsigned width = (unsigned)percent;
	if (width == 0 && percent > 0)
		width = 1;
	out_printf(
	    x->o,
	    "<svg class=\"bar %s\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	    "<path d=\"M0 0h%uv1H0\"/></svg>",
	    cover_html_grade(s), width);
}

void cover_html_reference(struct cover_html *x, uint32_t file, uint32_t line)
{
	char name[COVER_HTML_NAME_BYTES];
	if (x->single)
		out_printf(x->o, "#f%u", file);
	else
		out_text(x->o, report_cover_html_name(name, x->c->files[file].path));
	if (line)
		out_printf(x->o, x->single ? ":L%u" : "#L%u", line);
}

void cover_html_path(struct cover_html *x, struct str path)
{
	struct str base = path_base(path);
	if (base.n < path.n) {
		out_text(x->o, "<span>");
		out_html(x->o, str_cut(path, 0, path.n - base.n));
		out_text(x->o, "</span>");
	}
	out_html(x->o, base);
}

/* A heading, what is covered of how many. */
static void put_card(struct cover_html *x, const char *name, uint64_t part, uint64_t whole, const char *rest)
{
	struct out *o = x->o;
	out_printf(o, "<div><dt>%s</dt><dd><b>", name);
	out_count(o, part);
	out_text(o, "</b> of ");
	out_count(o, whole);
	out_text(o, rest);
	out_text(o, "</dd></div>\n");
}

static void put_faults(struct cover_html *x)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < x->c->n_files; i++)
		n += x->c->files[i].fault != COVER_FINE;
	if (n)
		out_printf(
		    x->o,
		    "<p class=\"warn\">%u %s not what was measured, or cannot be read: marked in the table.</p>\n",
		    n, n == 1 ? "source is" : "sources are");
}

void cover_html_top(struct cover_html *x)
{
	const struct cover_sum *s = &x->c->sum;
	struct out *o = x->o;
	uint32_t whole = 0;
	for (uint32_t i = 0; i < x->c->n_files; i++) {
		const struct cover_sum *f = &x->c->files[i].sum;
		whole += f->covered == f->statements && f->partial == 0;
	}
	out_printf(o, "<header><div class=\"wrap\">\n<h1><b class=\"%s\">", cover_html_grade(s));
	cover_html_percent(x, s);
	out_text(o, "</b> covered");
	if (x->opt->title.n) {
		out_text(o, " <small>");
		out_html(o, x->opt->title);
		out_text(o, "</small>");
	}
	out_text(o, "</h1>\n");
	cover_html_bar(x, s);
	out_text(o, "\n<dl>\n");
	put_card(x, "Statements", s->covered, s->statements, " ran");
	if (x->c->branch)
		put_card(x, "Branches", s->taken, s->branches, " ways taken");
	put_card(x, "Files", whole, x->c->n_files, " without a miss");
	out_text(o, "<div><dt>Excluded</dt><dd><b>");
	out_count(o, s->excluded);
	out_text(o, s->excluded == 1 ? "</b> line</dd></div>\n</dl>\n" : "</b> lines</dd></div>\n</dl>\n");
	put_faults(x);
	out_text(o, "</div></header>\n");
}

static void put_head(struct cover_html *x, const char *class)
{
	out_text(x->o, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n"
		       "<meta name=\"referrer\" content=\"no-referrer\">\n"
		       "<link rel=\"stylesheet\" href=\"" COVER_HTML_STYLE "\">\n"
		       "<script src=\"" COVER_HTML_SCRIPT "\"></script>\n<title>");
	cover_html_percent(x, &x->c->sum);
	out_text(x->o, " covered");
	if (x->opt->title.n) {
		out_text(x->o, " - ");
		out_html(x->o, x->opt->title);
	}
	out_printf(x->o, "</title>\n</head>\n<body class=\"%s\">\n", class);
}

static void put_foot(struct cover_html *x)
{
	out_text(x->o, "<footer><div class=\"wrap\">fettle ");
	out_html(x->o, x->opt->version);
	out_text(x->o, "</div></footer>\n</body>\n</html>\n");
}

static void put_tabs(struct cover_html *x, enum cover_html_index which)
{
	static const char *const names[] = {"Files", "Functions", "Classes"};
	out_text(x->o, "<nav class=\"tabs\" aria-label=\"Indexes\"><div class=\"wrap\">");
	for (unsigned i = 0; i < 3; i++)
		out_printf(x->o, "<a href=\"%s\"%s>%s</a>", report_cover_html_indexes[i],
			   i == (unsigned)which ? " aria-current=\"page\"" : "", names[i]);
	out_text(x->o, "</div></nav>\n");
}

void report_cover_html_index(const struct cover *c, struct out *o, const struct cover_html_options *opt,
			     enum cover_html_index which)
{
	struct cover_html x = {.c = c, .o = o, .opt = opt};
	put_head(&x, "index");
	out_text(o, "<a class=\"skip\" href=\"#main\">To the table</a>\n");
	cover_html_top(&x);
	put_tabs(&x, which);
	out_text(o, "<main id=\"main\" class=\"wrap\">\n");
	cover_html_table(&x, which);
	out_text(o, "</main>\n");
	put_foot(&x);
}

void report_cover_html_page(const struct cover *c, const struct cover_file *f, struct str source,
			    struct out *o, const struct cover_html_options *opt)
{
	struct cover_html x = {.c = c, .o = o, .opt = opt};
	put_head(&x, "source");
	out_text(o, "<a class=\"skip\" href=\"#source\">To the source</a>\n");
	cover_html_source(&x, f, source);
	put_foot(&x);
}

void report_cover_html_style(struct out *o)
{
	out_add(o, cover_css, cover_css_bytes);
}

void report_cover_html_script(struct out *o)
{
	out_add(o, cover_js, cover_js_bytes);
}
