#include "measure/histogram.h"

#include <string.h>

enum {
	STEP_BITS = 8,
	STEPS = 1 << STEP_BITS,
	BUCKETS = (63 - STEP_BITS + 1) * STEPS,
	MILLION = 1000000,
};

static uint32_t bucket_of(int64_t value)
{
	uint64_t v = value > 0 ? (uint64_t)value : 0;
	if (v < STEPS)
		return (uint32_t)v;
	unsigned shift = 63U - (unsigned)__builtin_clzll(v) - STEP_BITS;
	return (shift + 1) * STEPS + (uint32_t)((v >> shift) - STEPS);
}

/* The least value of a bucket. */
static int64_t bucket_low(uint32_t bucket)
{
	if (bucket < STEPS)
		return bucket;
	unsigned shift = bucket / STEPS - 1;
	return (int64_t)((uint64_t)(bucket % STEPS + STEPS) << shift);
}

/* What a bucket's values are told as: its middle. */
static int64_t bucket_value(uint32_t bucket)
{
	if (bucket < 2 * STEPS)
		return bucket_low(bucket);
	return bucket_low(bucket) + (int64_t)(1ULL << (bucket / STEPS - 2));
}

void histogram_init(struct histogram *h, struct arena *a)
{
	*h = (struct histogram){.counts = arena_array(a, uint64_t, BUCKETS), .first = BUCKETS};
}

void histogram_clear(struct histogram *h)
{
	if (h->n)
		memset(h->counts + h->first, 0, (h->last - h->first + 1) * sizeof(*h->counts));
	*h = (struct histogram){.counts = h->counts, .first = BUCKETS};
}

static void add_sum(struct histogram *h, uint64_t low, uint64_t high)
{
	h->sum_low += low;
	h->sum_high += high + (h->sum_low < low);
}

/* a * b in 128 bits, by halves. */
static void add_product(struct histogram *h, uint64_t a, uint64_t b)
{
	uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
	uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & UINT32_MAX);
	add_sum(h, a * b, a1 * b1 + (middle >> 32) + (other >> 32));
}

static void widen(struct histogram *h, int64_t least, int64_t most, uint32_t first, uint32_t last)
{
	if (!h->n || least < h->least)
		h->least = least;
	if (!h->n || most > h->most)
		h->most = most;
	if (first < h->first)
		h->first = first;
	if (last > h->last)
		h->last = last;
}

void histogram_add(struct histogram *h, int64_t value, uint64_t times)
{
	if (!times)
		return;
	int64_t v = value > 0 ? value : 0;
	uint32_t bucket = bucket_of(v);
	widen(h, v, v, bucket, bucket);
	h->counts[bucket] += times;
	h->n += times;
	add_product(h, (uint64_t)v, times);
}

void histogram_merge(struct histogram *h, const struct histogram *from)
{
	if (!from->n)
		return;
	widen(h, from->least, from->most, from->first, from->last);
	for (uint32_t i = from->first; i <= from->last; i++)
		h->counts[i] += from->counts[i];
	h->n += from->n;
	add_sum(h, from->sum_low, from->sum_high);
}

double histogram_mean(const struct histogram *h)
{
	if (!h->n)
		return 0;
	return ((double)h->sum_high * 0x1p64 + (double)h->sum_low) / (double)h->n;
}

/* ceil(n * ppm / MILLION) without leaving 64 bits. */
static uint64_t rank_of(uint64_t n, uint32_t ppm)
{
	return n / MILLION * ppm + (n % MILLION * ppm + MILLION - 1) / MILLION;
}

bool histogram_percentile(const struct histogram *h, uint32_t ppm, int64_t *ret)
{
	uint32_t rarer = ppm < MILLION / 2 ? ppm : MILLION - ppm;
	if (!h->n || ppm > MILLION)
		return false;
	if (ppm == 0 || ppm == MILLION) {
		*ret = ppm ? h->most : h->least;
		return true;
	}
	if (h->n < (MILLION + rarer - 1) / rarer)
		return false;
	uint64_t rank = rank_of(h->n, ppm), seen = 0;
	uint32_t bucket = h->first;
	for (; bucket < h->last; bucket++) {
		seen += h->counts[bucket];
		if (seen >= rank)
			break;
	}
	int64_t v = bucket_value(bucket);
	*ret = v < h->least ? h->least : v > h->most ? h->most : v;
	return true;
}

uint64_t histogram_between(const struct histogram *h, int64_t low, int64_t high)
{
	uint64_t n = 0;
	if (!h->n || high <= low)
		return 0;
	for (uint32_t i = h->first; i <= h->last; i++) {
		int64_t v = bucket_value(i);
		if (v >= low && v < high)
			n += h->counts[i];
	}
	return n;
}
