/*
 * base/random.h - numbers that look random and come again from the same seed (SplitMix64).
 *
 * For orders, samples and permutations; not for secrets. A struct random is its seed. About 1 ns a number.
 */
#pragma once
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* 0 .. n - 1, n > 0; the lean towards small numbers is below n / 2^32. */
static inline uint32_t random_below(struct random *r, uint32_t n)
{
	return (uint32_t)(((random_next(r) >> 32) * n) >> 32);
}

/* 0 <= x < 1 */
static inline double random_unit(struct random *r)
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

/* Any order of n numbers is as likely as any other. */
static inline void random_shuffle(struct random *r, uint32_t *items, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = random_below(r, i), kept = items[i - 1];
		items[i - 1] = items[k];
		items[k] = kept;
	}
}
