/*
 * ingest/bench_rows.h - the rows that a program with fettle_bench.h prints with --format json.
 *
 *	{"fettle_bench":1,"benchmarks":2,"counted":true}
 *	{"listed":"sort/8"}			with --list alone
 *	{"begin":"sort/8"}			it runs from here on
 *	{"calibrated":"sort/8","n":1000}	a round is so many operations
 *	{"round":"sort/8","n":1000,"wall_ns":..,"cpu_ns":..,"allocs":..,"bytes":..,"worked":..,"metrics":[..]}
 *	{"failed":"sort/8","why":".."}		or "skipped"
 *	{"done":true}
 */
#pragma once
#include "base/err.h"
#include "ingest/results.h"

enum bench_row_kind {
	BENCH_ROW_OTHER,
	BENCH_ROW_HEAD,
	BENCH_ROW_LISTED,
	BENCH_ROW_BEGIN,
	BENCH_ROW_CALIBRATED,
	BENCH_ROW_ROUND,
	BENCH_ROW_FAILED,
	BENCH_ROW_SKIPPED,
	BENCH_ROW_DONE,
};

enum { BENCH_ROW_METRICS = 16 };

struct bench_row {
	enum bench_row_kind kind;
	struct str name, why;
	uint64_t n;                                    /* operations; of HEAD: benchmarks */
	bool counted;                                  /* of HEAD: allocations are known */
	double wall_ns, cpu_ns, allocs, bytes, worked; /* NAN: not told */
	struct {
		struct str name, unit;
		double value;
	} metrics[BENCH_ROW_METRICS];
	uint32_t n_metrics;
};

/* Texts live as long as line and scratch. FAULT_FORMAT: it is no row. */
must_use int bench_row_read(struct str line, struct arena *scratch, struct bench_row *ret, struct err *e);
/* The figures of a ROUND, an operation each, into the run that began last. */
void bench_row_put(struct results *f, uint32_t benchmark, const struct bench_row *row);
