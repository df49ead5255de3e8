/*
 * measure/targets.h - which figures of a session the bounds of fettle.yaml speak of, and whether they hold.
 *
 * A metric is a column ("wall"), or a figure of a whole benchmark: "throughput" (good runs a second while
 * they were under way), "error_rate" (failed share of all runs), "held" (the fewest good runs of a wave). It
 * may have a bench's or benchmark's name and a dot before it. The keys of the section 'targets' are names for
 * such metrics: container_startup_ms is "startup", of the benchmarks with the fewest runs at once.
 */
#pragma once
#include "base/arena.h"
#include "wire/bench.h"

struct target_asked {
	struct str metric;
	struct str bench; /* of one bench's own targets; empty: of all */
	struct bound bound;
};

/*
 * One row for each asked bound and each benchmark that has its metric; one without a benchmark where nothing
 * has it. Percentiles are of the columns' values, within 0.2 %. A bound without a statistic on a column is of
 * its median, and says so. Rows are in the arena. Returns how many.
 */
uint32_t targets_judge(struct arena *a, const struct bench *b, const struct target_asked *asked, size_t n,
		       struct bench_target **ret);
/* A benchmark without a good run, or with failures that no target of an error rate allows. */
bool targets_is_bad(const struct bench *b, const struct bench_subject *s);
