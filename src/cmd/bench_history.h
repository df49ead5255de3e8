/*
 * cmd/bench_history.h - what benchmarks measured goes into the history.
 */
#pragma once
#include "wire/bench.h"

/* Adds a session, with its summaries, to .fettle/history.db. What goes wrong is told and costs no more. */
void bench_remember(const char *command, const struct bench *b);
