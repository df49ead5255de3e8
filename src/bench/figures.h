/*
 * bench/figures.h - the figures of one run of a command, by name.
 */
#pragma once
#include "bench/starter.h"
#include "bench/subject.h"

enum { FIGURES = 9, FIGURE_KINDS = FIGURES + COUNTERS_MOST };

/* wall, cpu, user, system, peak_rss, faults, context switches; then the processor's counters. */
extern const struct subject_metric figure_kinds[FIGURE_KINDS];

/* The first FIGURES of them. */
void figures_of(const struct starter_result *r, int64_t ret[FIGURES]);

/* How a run ended that was no success: "exit code 3", "signal 11 (Segmentation fault)", "took longer than 5
 * s".
 */
void figures_end(char *ret, size_t room, const struct starter_result *r, int64_t timeout_ns);
