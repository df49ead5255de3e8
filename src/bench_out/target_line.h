/*
 * bench_out/target_line.h - a verdict of measure/target.h in one line.
 *
 *	met     hello.wall: p95 18.2 ms < 20 ms, 9 % to spare
 *	MISSED  api.latency: p99 250 ms, wanted < 200 ms, missed by 25 %
 *	MISSED  api.latency: p99 n/a, 60 samples of 100 needed, wanted < 200 ms
 */
#pragma once
#include "base/buf.h"
#include "wire/str.h"
#include "wire/target.h"

/* Adds the line, without a line end. */
void target_line(struct buf *b, struct str metric, const struct target_verdict *v);

/* The figure, or why there is none: "18.2 ms", "no data", "n/a, 60 samples of 100 needed". */
void target_put_reason(struct buf *b, const struct target_verdict *v);
/* What is left of a bound, or is missing: "+28.2 %", "-1190 %". The verdict must have one. */
void target_put_margin(struct buf *b, const struct target_verdict *v);
