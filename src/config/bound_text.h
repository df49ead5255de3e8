/*
 * config/bound_text.h - the text of a target: "p95 < 20ms".
 *
 *	[STATISTIC] COMPARISON BOUND
 *
 * STATISTIC is min, mean, max, median or a percentile from p0.001 to p99.999; without
 * one the metric is a single figure. COMPARISON is < <= > or >=. BOUND is a number:
 * with a unit of time or of size, with %, with /s, or a plain number.
 */
#pragma once
#include "base/err.h"
#include "wire/bound.h"
#include "wire/str.h"

/* Fault: usage; the message says what is wrong and how it should be. *ret is untouched then. */
must_use int bound_parse(struct str text, struct bound *ret, struct err *e);

/* "METRIC=BOUND", as a knob of pairs has it. */
must_use int bound_check_pair(struct str pair, struct err *e);

/* Whether the bound has the unit of the metric: 'wall' is a time. */
must_use int bound_check_unit(struct str metric, const struct bound *b, enum bound_unit wanted,
			      struct err *e);
