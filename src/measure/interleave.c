#include "measure/interleave.h"

#include <stdbool.h>

#include "base/random.h"

void interleave_round(uint64_t seed, uint32_t round, uint32_t n_subjects, uint32_t per_round, uint32_t *ret)
{
	struct random r = {seed ^ ((uint64_t)(round / 2) * 0xd1342543de82ef95ULL)};
	uint32_t order[INTERLEAVE_MOST], n = n_subjects < INTERLEAVE_MOST ? n_subjects : INTERLEAVE_MOST;
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	random_shuffle(&r, order, n);
	for (uint32_t pass = 0; pass < per_round; pass++) {
		bool turned = (round + pass) % 2;
		for (uint32_t i = 0; i < n; i++)
			*ret++ = order[turned ? n - 1 - i : i];
	}
}
