/*
 * cmd/history_trends.h - which trends `fettle history` shows.
 */
#pragma once
#include "bench_out/report_trend.h"
#include "config/view_knobs.h"
#include "record/history.h"

struct history_job {
	const struct history_options *o;
	struct arena arena;
	struct history history;
	struct term term;
	struct str suite; /* identity of the suite that trends are of; empty: none was run */
	size_t most;      /* trends, rows */
	struct trend *trends;
	size_t n_trends, cap_trends;
	struct err e;
};

/* Whether an option asks for trends alone. */
bool history_trends_wanted(const struct history_options *o);
/* Finds and shows them. What was named and is not there is an error. */
must_use int history_trends_show(struct history_job *job);
/* Finds those of the overview: of each benchmark the most telling metric. */
must_use int history_trends_overview(struct history_job *job);
