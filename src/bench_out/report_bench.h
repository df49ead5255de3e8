/*
 * bench_out/report_bench.h - benchmarks and comparisons as text, and in the forms that other tools read.
 *
 * The session must have its summaries. It is only read; the same session gives the same bytes. Nothing here
 * fails; out_close tells what went wrong with the stream.
 */
#pragma once
#include "analyse/run_compare.h"
#include "measure/bench_compare.h"
#include "measure/beside.h"
#include "report/term.h"

/* A table for each benchmark: figures of each metric, and how they are spread; variants beside the first;
 * targets. */
void bench_text(struct term *t, const struct bench *b, const struct besides *v);
/* A line for each benchmark, with the median of its main metric, and the targets. */
void bench_text_brief(struct term *t, const struct bench *b);
/* One row for each metric of each benchmark, with a heading. */
void bench_csv(struct out *o, const struct bench *b);
void bench_markdown(struct out *o, const struct bench *b);
/* A benchmark and a target is a test case each; a bad benchmark (measure/targets.h) and a target that is not
 * met have failed. */
void bench_junit(struct out *o, const struct bench *b);
/* JSON as hyperfine --export-json writes it, of what has wall time; returns how many have none. */
uint32_t bench_hyperfine(struct out *o, const struct bench *b);
/* The text of Go's benchmarks, a line a run, which benchstat reads. */
void bench_go(struct out *o, const struct bench *b);
void bench_openmetrics(struct out *o, const struct bench *b);
/* Bencher's metric format: the median of each metric between its quartiles. */
void bench_bencher(struct out *o, const struct bench *b);
/* One page that needs nothing else, for a browser. */
void bench_html(struct out *o, const struct bench *b, const struct besides *v);

/* A figure in its unit, right in a cell of BENCH_FIGURE_COLUMNS + 1. */
void bench_figure_cell(struct term *t, int64_t v, struct str unit);
void compare_text(struct term *t, const struct comparison *c);
void compare_markdown(struct out *o, const struct comparison *c);
/* One object; docs/bench-json.md describes it. */
void compare_json(struct out *o, const struct comparison *c);

/* The same of two runs of a suite. The text has the 30 most important rows, the others all. */
void run_compare_text(struct term *t, const struct run_comparison *c);
void run_compare_markdown(struct out *o, const struct run_comparison *c);
void run_compare_json(struct out *o, const struct run_comparison *c);
