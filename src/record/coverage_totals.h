/*
 * record/coverage_totals.h - how much a run covered, from the coverage.json in its folder.
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct coverage_total {
	struct str file; /* empty: of all */
	int64_t statements, covered;
};

/* Called for each file, in the order of the document, and at the end for all of them. */
struct coverage_totals_sink {
	void (*put)(struct coverage_totals_sink *s, const struct coverage_total *t);
};

/* 1: read; 0: the folder has no coverage.json. Texts live in the arena. Fault: format, system. */
must_use int coverage_totals_read(const char *dir, struct arena *a, struct coverage_totals_sink *sink,
				  struct err *e);
