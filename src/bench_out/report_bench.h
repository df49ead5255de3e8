/*
 * bench_out/report_bench.h - benchmarks and comparisons as text, and in the forms that other tools read.
 *
 * The session must have its summaries. It is only read; the same session gives the same bytes. Nothing here
 * fails; out_close tells what went wrong with the stream.
 */
#pragma once
#include "analyse/run_compare.h"
#include "measure/bench_compare.h"
#include "report/term.h"

/* A table for each benchmark: figures of each metric, and how they are spread. */
void bench_text(struct term *t, const struct bench *b);
/* Several commands of one session, each beside the first; needs 2 subjects. */
void bench_text_beside(struct term *t, const struct bench *b, const struct comparison *each);
/* One row for each metric of each benchmark, with a heading. */
void bench_csv(struct out *o, const struct bench *b);
void bench_markdown(struct out *o, const struct bench *b);
/* A benchmark is a test case; one of which runs failed has failed. */
void bench_junit(struct out *o, const struct bench *b);
/* JSON as hyperfine --export-json writes it. */
void bench_hyperfine(struct out *o, const struct bench *b);
/* The text of Go's benchmarks, a line a run, which benchstat reads. */
void bench_go(struct out *o, const struct bench *b);
void bench_openmetrics(struct out *o, const struct bench *b);

/* A figure in its unit: "312 us" (three figures), "1.21 MiB", "1,204"; "-" for BENCH_NONE. */
enum { BENCH_FIGURE_COLUMNS = 9 };
void bench_figure(struct out *o, int64_t v, struct str unit);

void compare_text(struct term *t, const struct comparison *c);
void compare_markdown(struct out *o, const struct comparison *c);
/* One object; docs/bench-json.md describes it. */
void compare_json(struct out *o, const struct comparison *c);

/* The same of two runs of a suite. The text has the 30 most important rows, the others all. */
void run_compare_text(struct term *t, const struct run_comparison *c);
void run_compare_markdown(struct out *o, const struct run_comparison *c);
void run_compare_json(struct out *o, const struct run_comparison *c);
