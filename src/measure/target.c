#include "measure/target.h"

#include <math.h>

uint64_t target_samples_needed(double percentile)
{
	/* 1 / (1 - 0.999) is a hair above 1000 */
	double n = ceil(100 / (100 - percentile) - 1e-6);
	return n > 1 ? (uint64_t)n : 1;
}

static bool keeps(const struct bound *b, double value)
{
	switch (b->compare) {
	case BOUND_BELOW:
		return value < b->limit;
	case BOUND_AT_MOST:
		return value <= b->limit;
	case BOUND_ABOVE:
		return value > b->limit;
	case BOUND_AT_LEAST:
		return value >= b->limit;
	}
	return false;
}

static enum target_answer answer(const struct target_verdict *v)
{
	if (!v->figure.known || !v->figure.samples)
		return TARGET_NO_DATA;
	if (v->figure.unit != v->bound.unit)
		return TARGET_OTHER_UNIT;
	if (v->figure.samples < v->samples_needed)
		return TARGET_TOO_FEW;
	if (!isfinite(v->figure.value))
		return TARGET_NO_NUMBER;
	return keeps(&v->bound, v->figure.value) ? TARGET_MET : TARGET_MISSED;
}

void target_judge(struct target_verdict *ret, const struct bound *bound, const struct target_figure *figure)
{
	struct target_verdict v = {.bound = *bound, .figure = *figure, .samples_needed = 1};
	if (bound->stat == BOUND_PERCENTILE)
		v.samples_needed = target_samples_needed(bound->percentile);
	v.answer = answer(&v);
	v.has_margin = (v.answer == TARGET_MET || v.answer == TARGET_MISSED) && bound->limit > 0;
	if (v.has_margin) {
		double room = bound->limit - figure->value;
		bool upward = bound->compare == BOUND_ABOVE || bound->compare == BOUND_AT_LEAST;
		v.margin = (upward ? -room : room) / bound->limit;
	}
	*ret = v;
}
