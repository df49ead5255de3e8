/*
 * base/bound_put.h - a bound and the figures held to it, as a person reads them.
 */
#pragma once
#include "base/buf.h"
#include "wire/bound.h"

/* "p95", "min"; nothing for a metric that is one figure. */
void bound_put_stat(struct buf *b, const struct bound *bound);
/* "< 20 ms" */
void bound_put_limit(struct buf *b, const struct bound *bound);
/* "p95 < 20 ms" */
void bound_put(struct buf *b, const struct bound *bound);
/* "18.2 ms", "64 MiB", "5 %", "100/s", "7" */
void bound_put_figure(struct buf *b, enum bound_unit unit, double value);
