/*
 * report/html.h - the parts of report.html, for report_html.c alone; what needs no model serves other pages,
 * too.
 *
 * Our own markup goes out through out_text; all else through html_text, which
 * escapes. No style attribute is ever written: the page's policy forbids it, so
 * bars are SVG. A part without content puts nothing.
 */
#pragma once
#include "analyse/model.h"
#include "report/out.h"

struct html {
	struct model *m;
	struct out *o;
	struct buf scratch, plain;
};

/* A part of a bar: its class says its colour. */
struct html_bar {
	const char *class;
	int64_t value;
	const char *title; /* NULL: none */
};

void html_text(struct html *x, struct str s);
/* What stands in x->scratch, which is then empty. */
void html_scratch(struct html *x);
/* A name, cut to what a person reads. */
void html_name(struct html *x, struct str name);
/* <code>file:line</code>, or nothing without a file. */
void html_place(struct html *x, struct str file, uint32_t line);
void html_bars(struct html *x, const struct html_bar *parts, size_t n, int64_t whole);
/* <span class="status failed">failed</span> */
void html_status(struct html *x, enum status status, bool flaky);

/* <section id><h2>before words after</h2>; a word of the model's is put in the plural. */
void html_section(struct html *x, const char *id, const char *before, struct str word, const char *after);
void html_section_end(struct html *x);

/* A table begins: a heading cell each; a title with a leading '>' is a column of numbers. */
void html_titles(struct html *x, const char *const *titles);
void html_titles_end(struct html *x);
/* Cells: a length of time (a dash where negative), a number. */
void html_time(struct html *x, int64_t ns);
void html_count(struct html *x, uint64_t n);

void html_containers(struct html *x);
void html_failed_starts(struct html *x);
void html_left(struct html *x);
void html_calls(struct html *x);
void html_phase_tree(struct html *x);
void html_critical(struct html *x);
/* Of report_values.c. */
void html_values(struct html *x);
void html_tests(struct html *x);
void html_slowest(struct html *x);
void html_gap(struct html *x);
void html_what_if(struct html *x);
void html_workers(struct html *x);
void html_phases(struct html *x);
void html_changes(struct html *x);
void html_flaky(struct html *x);
void html_notes(struct html *x);

/*
 * What the script draws, as a <script> that is not run: JSON, or beyond a
 * megabyte the same packed (gzip, base64). docs/report-html.md describes it.
 */
void html_data(struct html *x);
/* Whether there is a curve to draw, and uPlot is to come with the page. */
bool html_has_curve(const struct model *m);

/* src/report/every.css with page.css, timeline.js with page.js, and third_party/uplot, byte for byte. */
extern const unsigned char page_css[], page_js[], uplot_css[], uplot_js[];
extern const size_t page_css_bytes, page_js_bytes, uplot_css_bytes, uplot_js_bytes;
