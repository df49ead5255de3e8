/*
 * bench_out/bench_page.h - the parts of bench.html, for bench_html.c alone. A part without content puts
 * nothing.
 */
#pragma once
#include "measure/beside.h"
#include "report/html.h"

enum { BENCH_PAGE_FULL = 200 /* benchmarks that are told in full */ };

struct bench_page {
	struct html x;
	const struct bench *b;
	const struct besides *v;
};

/* Cells: a figure in its unit; a text of ours that was gathered, which is then empty. */
void bench_page_figure(struct bench_page *p, int64_t v, struct str unit);
void bench_page_cell(struct bench_page *p, const char *class, struct buf *text);

/* The cell of a metric's name, behind our own words. */
void bench_page_metric(struct bench_page *p, const char *before, struct str metric);

void bench_page_targets(struct bench_page *p);
/* All benchmarks below each other, those of one bench on one scale. */
void bench_page_overview(struct bench_page *p);
void bench_page_besides(struct bench_page *p);
/* Each benchmark: what it was, its plots, its figures. */
void bench_page_subjects(struct bench_page *p);
void bench_page_words(struct bench_page *p);
void bench_page_machine(struct bench_page *p);

/* report/every.css, page.css and bench.css. */
extern const unsigned char bench_css[];
extern const size_t bench_css_bytes;
