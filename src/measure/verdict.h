/*
 * measure/verdict.h - regressed, not regressed, or nobody knows yet.
 *
 * Three answers, because two of them would make somebody lie. A figure has regressed when all of its interval
 * is on the worse side, the estimate is at least the least effect that anybody cares for, and it stays a
 * discovery among all figures of the table. It has not when all of the interval is below that effect. The
 * rest is inconclusive: more rounds would tell.
 */
#pragma once
#include <stddef.h>

#include "measure/ratio.h"

enum verdict { VERDICT_NOT_REGRESSED, VERDICT_INCONCLUSIVE, VERDICT_REGRESSED };
/* "not regressed", "inconclusive", "regressed" */
const char *verdict_name(enum verdict v);

/* Fewer rounds than this never make a regression. */
enum { VERDICT_LEAST_ROUNDS = 6 };

/* worse_up: more is worse, as with times; false: less is. effect: as a share, 0.05 for 5 %. discovered: see
 * below. */
enum verdict verdict_of(const struct ratio *r, bool worse_up, double effect, bool discovered);

/* Whether the figure got better beyond all doubt: the mirror of a regression. */
bool verdict_improved(const struct ratio *r, bool worse_up, double effect, bool discovered);

/*
 * Benjamini and Hochberg: which of n figures stay discoveries when a share of q of the discoveries may be
 * false. Sets ret_found[i]; returns how many.
 */
size_t discovery(struct arena *scratch, const double *p, size_t n, double q, bool *ret_found);
