/*
 * bench_out/metric_words.h - what a figure is of, in a sentence, for who reads a report.
 */
#pragma once
#include "wire/bench.h"

/* "from sending until the last byte came"; NULL for metrics that only their author knows. */
const char *metric_words(struct str kind, struct str metric);

/*
 * Calls put for each metric of the session that has words, once a kind and metric, in the order in which they
 * first stand. Of commands only where of_commands is set: their metrics are known from elsewhere.
 */
void metric_words_each(const struct bench *b, bool of_commands,
		       void (*put)(void *ctx, struct str kind, struct str metric, const char *words),
		       void *ctx);
