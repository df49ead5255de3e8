/*
 * bench_out/report_trend.h - what figures have done over time, as text, JSON and one page.
 *
 * The trends are only read; the same ones give the same bytes. Nothing here fails; out_close tells what went
 * wrong with the stream.
 */
#pragma once
#include "measure/trend.h"
#include "report/term.h"

/* A plot as wide as the terminal (t->columns, at least 40), and a line for each change. */
void trend_text(struct term *t, const struct trend *trend);
/* A line for each: the last level, the last change, and a small drawing. */
void trend_overview(struct term *t, const struct trend *trends, size_t n);
/* ,"series":[...] for an object that is open; docs/history.md describes it. */
void trend_json(struct out *o, const struct trend *trends, size_t n);
/* One page that needs nothing else, drawn here: there is no script in it. */
void trend_html(struct out *o, const struct trend *trends, size_t n);

/* "hello: wall", "behave: wall of the suite, 4 workers". Plain text; names stand in it as they are. */
void trend_title(struct buf *b, const struct series *s);
/* What a change is of the figure before, as a share; 0 where that was 0. */
double trend_share(const struct edivisive *change);
/* A figure that was averaged. */
void trend_figure(struct out *o, double v, const struct series *s);
/* The commits between which a change came: "a1b2c3d4e5..f6a7b8c9d0"; empty where none is known. */
void trend_commits(struct buf *b, const struct series *s, size_t at);
