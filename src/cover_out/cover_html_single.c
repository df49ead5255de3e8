#include "base/base64.h"
#include "base/buf.h"
#include "base/str.h"
#include "cover_out/cover_html.h"
#include "report/gzip.h"
#include "report/html_head.h"

static void put_head(struct cover_html *x)
{
	struct out *o = x->o;
	html_head(o, &(struct html_asset){cover_css, cover_css_bytes}, 1,
		  &(struct html_asset){cover_js, cover_js_bytes}, 1);
	cover_html_percent(x, &x->c->sum);
	out_text(o, " covered");
	if (x->opt->title.n) {
		out_text(o, " - ");
		out_html(o, x->opt->title);
	}
	out_text(o, "</title>\n<style>");
	report_cover_html_style(o);
	out_text(o, "</style>\n<script>");
	report_cover_html_script(o);
	out_text(o, "</script>\n</head>\n<body class=\"index single\">\n<div id=\"whole\">\n");
}

static void put_tables(struct cover_html *x)
{
	cover_html_top(x);
	out_text(x->o,
		 "<nav class=\"tabs\" aria-label=\"Indexes\"><div class=\"wrap\"><a href=\"#files\">Files</a>"
		 "<a href=\"#functions\">Functions</a><a href=\"#classes\">Classes</a></div></nav>\n"
		 "<main id=\"main\" class=\"wrap\">\n"
		 "<noscript><p class=\"warn\">Sources are packed in this file: to read them takes JavaScript."
		 "</p></noscript>\n");
	cover_html_table(x, COVER_HTML_FILES);
	cover_html_table(x, COVER_HTML_FUNCTIONS);
	cover_html_table(x, COVER_HTML_CLASSES);
	out_text(x->o, "</main>\n</div>\n<div id=\"page\" hidden></div>\n");
}

static void put_source(struct cover_html *x, uint32_t i, struct str source, struct buf *scratch)
{
	struct gzip g;
	struct out body, *to = x->o;
	buf_clear(scratch);
	out_to_buf(&body, scratch);
	x->o = &body;
	cover_html_source(x, &x->c->files[i], source);
	x->o = to;
	out_printf(to, "<script type=\"application/gzip\" id=\"f%u\">", i);
	gzip_begin(&g, to, true);
	gzip_add(&g, buf_view(scratch));
	gzip_end(&g);
	out_text(to, "</script>\n");
}

uint64_t report_cover_html_single(const struct cover *c, struct out *o, const struct cover_html_options *opt,
				  struct str (*source)(void *ctx, const struct cover_file *f), void *ctx)
{
	struct cover_html x = {.c = c, .o = o, .opt = opt, .single = true};
	struct buf scratch = {0};
	uint64_t before = out_total_bytes(o);
	put_head(&x);
	put_tables(&x);
	for (uint32_t i = 0; i < c->n_files; i++)
		put_source(&x, i, source(ctx, &c->files[i]), &scratch);
	out_text(o, "<footer><div class=\"wrap\">fettle ");
	out_html(o, opt->version);
	out_text(o, "</div></footer>\n</body>\n</html>\n");
	buf_free(&scratch);
	return out_total_bytes(o) - before;
}
