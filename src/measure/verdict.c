#include "measure/verdict.h"

#include <math.h>
#include <stdlib.h>

const char *verdict_name(enum verdict v)
{
	return v == VERDICT_REGRESSED       ? "regressed"
	       : v == VERDICT_NOT_REGRESSED ? "not regressed"
					    : "inconclusive";
}

/* The same with more always worse. */
static struct ratio facing_up(const struct ratio *r, bool worse_up)
{
	struct ratio turned = *r;
	if (!worse_up) {
		turned.log = -r->log;
		turned.low = -r->high;
		turned.high = -r->low;
	}
	return turned;
}

enum verdict verdict_of(const struct ratio *r, bool worse_up, double effect, bool discovered)
{
	struct ratio t = facing_up(r, worse_up);
	double least = log1p(effect);
	if (t.n < 2)
		return VERDICT_INCONCLUSIVE;
	if (t.high < least)
		return VERDICT_NOT_REGRESSED;
	if (t.low > 0 && t.log >= least && discovered && t.n >= VERDICT_LEAST_ROUNDS)
		return VERDICT_REGRESSED;
	return VERDICT_INCONCLUSIVE;
}

bool verdict_improved(const struct ratio *r, bool worse_up, double effect, bool discovered)
{
	return verdict_of(r, !worse_up, effect, discovered) == VERDICT_REGRESSED;
}

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

size_t discovery(struct arena *scratch, const double *p, size_t n, double q, bool *ret_found)
{
	struct ranked *ranked = arena_array(scratch, struct ranked, n + 1);
	size_t taken = 0;
	for (size_t i = 0; i < n; i++) {
		ranked[i] = (struct ranked){isnan(p[i]) ? 1 : p[i], i};
		ret_found[i] = false;
	}
	qsort(ranked, n, sizeof(*ranked), by_p);
	for (size_t i = 0; i < n; i++)
		if (ranked[i].p <= q * (double)(i + 1) / (double)n)
			taken = i + 1;
	for (size_t i = 0; i < taken; i++)
		ret_found[ranked[i].at] = true;
	return taken;
}
