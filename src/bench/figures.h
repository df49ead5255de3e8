/*
 * bench/figures.h - the figures of one run of a command, by name.
 */
#pragma once
#include "bench/starter.h"
#include "config/bench_metrics.h"

/* The first of exec_metrics, in their order. */
void figures_of(const struct starter_result *r, int64_t ret[EXEC_FIGURES]);

/* How a run ended that was no success: "exit code 3", "signal 11 (Segmentation fault)", "took longer than 5
 * s".
 */
void figures_end(char *ret, size_t room, const struct starter_result *r, int64_t timeout_ns);
