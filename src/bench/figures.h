/*
 * bench/figures.h - the figures of one run of a command, by name.
 */
#pragma once
#include "bench/starter.h"

enum { FIGURES = 9 };

struct figure_kind {
	const char *name, *unit;
};
/* wall, cpu, user, system, peak_rss, faults, context switches. */
extern const struct figure_kind figure_kinds[FIGURES];

/* In the order of figure_kinds. */
void figures_of(const struct starter_result *r, int64_t ret[FIGURES]);

/* How a run ended that was no success: "exit code 3", "signal 11 (Segmentation fault)", "took longer than 5
 * s".
 */
void figures_end(char *ret, size_t room, const struct starter_result *r, int64_t timeout_ns);
