/*
 * subject/source.h - benches whose figures come from elsewhere as whole columns: results that another tool
 * wrote (import) and programs that measure functions of their own (c).
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "config/bench_items.h"
#include "wire/bench.h"

struct source_subjects {
	struct bench_subject *at; /* without summaries */
	uint32_t n;
	struct str *notes; /* sentences that a person should read */
	uint32_t n_notes;
};

/*
 * All that the item names, in the arena. Nothing begins after deadline_ns (CLOCK_MONOTONIC; 0: none), and a
 * command of import is ended then. A benchmark of which a run failed is a subject with failed > 0;
 * a fault is told as the failure of the item as a whole.
 */
must_use int source_import(const struct bench_item *item, int64_t deadline_ns, struct arena *a,
			   struct source_subjects *ret, struct err *e);
must_use int source_functions(const struct bench_item *item, int64_t deadline_ns, struct arena *a,
			      struct source_subjects *ret, struct err *e);
