/*
 * wire/series.h - one figure over the runs of a history: what record, measure and report share.
 *
 * The points are in the order of time, the earliest first, and of one machine (of a suite also of one number
 * of workers): others do not compare and are only counted. Values are in the unit of the figure. Nothing here
 * is owned: the arena of whoever filled it holds it.
 */
#pragma once
#include <stdint.h>

#include "wire/bench.h"

enum series_kind { SERIES_BENCH, SERIES_SUITE, SERIES_UNIT, SERIES_TEST };

struct series_point {
	struct str run;    /* id of the run of a suite; empty for a benchmark */
	struct str commit; /* of the tree; empty: not known */
	int64_t begin_ns;  /* since 1970 */
	int64_t value;     /* the median, or the time that a suite, unit or test took */
	int64_t p95, p99;  /* BENCH_NONE: not known */
	uint32_t n;        /* figures behind the value */
	uint32_t failed;   /* runs of a benchmark, attempts of a unit or test, tests of a suite */
};

struct series {
	enum series_kind kind;
	struct str name, file; /* file: of a test */
	struct str metric, unit, machine;
	uint32_t workers; /* of a suite; 0 otherwise */
	struct series_point *points;
	uint32_t n_points;
	uint32_t n_elsewhere; /* points left out: of another machine or number of workers */
};
