#include "bench_out/spread.h"

void spread_of(struct spread *ret, const struct bench_column *c, size_t n, uint32_t n_bins)
{
	const struct bench_summary *m = &c->summary;
	*ret = (struct spread){.low = m->least, .high = m->p99 == BENCH_NONE ? m->most : m->p99};
	if (m->n < 2 || ret->high <= ret->low)
		return;
	ret->n_bins = n_bins;
	for (size_t i = 0; i < n; i++) {
		int64_t v = c->values[i];
		if (v == BENCH_NONE || v < ret->low)
			continue;
		if (v > ret->high) {
			ret->beyond++;
			continue;
		}
		double part = (double)(v - ret->low) / (double)(ret->high - ret->low);
		uint32_t k = (uint32_t)(part * n_bins);
		ret->bins[k < n_bins ? k : n_bins - 1]++;
	}
	for (uint32_t k = 0; k < n_bins; k++)
		ret->highest = ret->bins[k] > ret->highest ? ret->bins[k] : ret->highest;
}
