/*
 * cover_out/cover_html.h - the parts of coverage's pages, for cover_html*.c alone.
 *
 * Our own markup goes out through out_text; all else through out_html. No style attribute and no script is
 * ever written into a page: policies forbid both, so a bar is SVG or has classes that say how long it is.
 */
#pragma once
#include "cover_out/cover_order.h"

struct cover_html {
	const struct cover *c;
	struct out *o;
	const struct cover_html_options *opt;
	bool single; /* all in one file */
};

/* good, fair or poor: a class of style. */
const char *cover_html_grade(const struct cover_sum *s);
/* "87.5 %" */
void cover_html_percent(struct cover_html *x, const struct cover_sum *s);
void cover_html_bar(struct cover_html *x, const struct cover_sum *s);
/* The reference of file i's page, and of one line in it (0: none), without quotes. */
void cover_html_reference(struct cover_html *x, uint32_t file, uint32_t line);
/* A path, its folder apart. */
void cover_html_path(struct cover_html *x, struct str path);
/* What stands above the tables: title, totals. */
void cover_html_top(struct cover_html *x);
/* The table of one index. */
void cover_html_table(struct cover_html *x, enum cover_html_index which);
/* The heading and the lines of a source. */
void cover_html_source(struct cover_html *x, const struct cover_file *f, struct str source);

/* src/report/every.css with cover.css, and cover.js, byte for byte. */
extern const unsigned char cover_css[], cover_js[];
extern const size_t cover_css_bytes, cover_js_bytes;
