#include "measure/edivisive.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "measure/ratio.h"

/* A split counts when fewer than SHUFFLES_ABOVE + 1 of SHUFFLES shuffled series give as much: p <= 0.01. */
enum { SHUFFLES = 199, SHUFFLES_ABOVE = 1, WINDOW = 3 };
#define NORMAL 1.4826 /* of a median of distances, to a standard deviation */

struct series {
	const double *x; /* without outliers */
	size_t n;
	double *corner; /* scratch: (length + 1)^2 sums over the distances of all pairs up to i, j */
	double *shuffled;
	struct random random;
	size_t cuts[EDIVISIVE_MOST];
	size_t n_cuts;
};

static double median_of(const double *v, size_t n, double *room)
{
	memcpy(room, v, n * sizeof(*v));
	return ratio_median(room, n);
}

/* How far apart neighbours usually are. */
static double usual_step(const double *x, size_t n, double *room)
{
	for (size_t i = 0; i + 1 < n; i++)
		room[i] = fabs(x[i + 1] - x[i]);
	return n > 1 ? ratio_median(room, n - 1) : 0;
}

/* Hampel's filter. */
static void calm(const double *x, size_t n, double *ret)
{
	double far[2 * WINDOW + 1], room[2 * WINDOW + 1];
	double step = usual_step(x, n, ret);
	for (size_t i = 0; i < n; i++) {
		size_t from = i > WINDOW ? i - WINDOW : 0, to = i + WINDOW < n ? i + WINDOW + 1 : n;
		double middle = median_of(x + from, to - from, room);
		for (size_t k = from; k < to; k++)
			far[k - from] = fabs(x[k] - middle);
		double spread = NORMAL * fmax(ratio_median(far, to - from), step / 2);
		ret[i] = fabs(x[i] - middle) > 4 * spread ? middle : x[i];
	}
}

static void sum_distances(double *corner, const double *x, size_t n)
{
	size_t w = n + 1;
	memset(corner, 0, w * sizeof(*corner));
	for (size_t i = 0; i < n; i++) {
		double row = 0, *at = corner + (i + 1) * w;
		const double *above = at - w;
		at[0] = 0;
		for (size_t j = 0; j < n; j++) {
			row += fabs(x[i] - x[j]);
			at[j + 1] = above[j + 1] + row;
		}
	}
}

/* The largest scaled energy distance of any split, and where. */
static double best_split(double *corner, const double *x, size_t n, size_t *ret_at)
{
	size_t w = n + 1;
	double best = -1;
	sum_distances(corner, x, n);
#define SUM(a, b) corner[(a)*w + (b)]
	for (size_t t = EDIVISIVE_SEGMENT; t + EDIVISIVE_SEGMENT <= n; t++) {
		double left = SUM(t, t), m = (double)t;
		for (size_t k = t + EDIVISIVE_SEGMENT; k <= n; k++) {
			double to = (double)(k - t), between = SUM(t, k) - left;
			double right = SUM(k, k) - 2 * SUM(t, k) + left;
			double energy =
			    2 * between / (m * to) - left / (m * (m - 1)) - right / (to * (to - 1));
			double q = energy * m * to / (m + to);
			if (q > best) {
				best = q;
				*ret_at = t;
			}
		}
	}
#undef SUM
	return best;
}

static void shuffle(struct series *s, const double *x, size_t n)
{
	memcpy(s->shuffled, x, n * sizeof(*x));
	for (size_t i = n; i > 1; i--) {
		size_t k = random_below(&s->random, (uint32_t)i);
		double kept = s->shuffled[i - 1];
		s->shuffled[i - 1] = s->shuffled[k];
		s->shuffled[k] = kept;
	}
}

static bool is_chance(struct series *s, const double *x, size_t n, double best)
{
	size_t above = 0, at;
	for (size_t k = 0; k < SHUFFLES && above <= SHUFFLES_ABOVE; k++) {
		shuffle(s, x, n);
		above += best_split(s->corner, s->shuffled, n, &at) >= best;
	}
	return above > SHUFFLES_ABOVE;
}

static void add_cut(struct series *s, size_t at)
{
	size_t i = s->n_cuts++;
	for (; i > 0 && s->cuts[i - 1] > at; i--)
		s->cuts[i] = s->cuts[i - 1];
	s->cuts[i] = at;
}

static void split(struct series *s)
{
	struct part {
		size_t from, to;
	} todo[2 * EDIVISIVE_MOST] = {{0, s->n}};
	size_t n = 1;
	while (n && s->n_cuts < EDIVISIVE_MOST) {
		struct part p = todo[--n];
		size_t at = 0, length = p.to - p.from;
		if (length < 2 * EDIVISIVE_SEGMENT)
			continue;
		double best = best_split(s->corner, s->x + p.from, length, &at);
		if (best <= 0 || is_chance(s, s->x + p.from, length, best))
			continue;
		add_cut(s, p.from + at);
		todo[n++] = (struct part){p.from, p.from + at};
		todo[n++] = (struct part){p.from + at, p.to};
	}
}

static double change_at(const struct series *s, size_t cut, double *room, struct edivisive *ret)
{
	size_t from = cut ? s->cuts[cut - 1] : 0, at = s->cuts[cut];
	size_t to = cut + 1 < s->n_cuts ? s->cuts[cut + 1] : s->n;
	double before = median_of(s->x + from, at - from, room), after = median_of(s->x + at, to - at, room);
	*ret = (struct edivisive){at, before, after};
	if (before == after)
		return 0;
	return before == 0 ? HUGE_VAL : fabs(after - before) / fabs(before);
}

/* Cuts that make too little of a difference go, the least first: then the stretches around them are one. */
static void drop_small(struct series *s, double effect, double *room)
{
	while (s->n_cuts) {
		size_t least = 0;
		double size = HUGE_VAL;
		struct edivisive e;
		for (size_t i = 0; i < s->n_cuts; i++) {
			double change = change_at(s, i, room, &e);
			if (i == 0 || change < size) {
				size = change;
				least = i;
			}
		}
		if (size >= effect && size > 0)
			return;
		memmove(s->cuts + least, s->cuts + least + 1, (s->n_cuts - least - 1) * sizeof(*s->cuts));
		s->n_cuts--;
	}
}

size_t edivisive(struct arena *scratch, const double *values, size_t n, double effect, uint64_t seed,
		 struct edivisive *ret)
{
	size_t skipped = n > EDIVISIVE_POINTS ? n - EDIVISIVE_POINTS : 0;
	n -= skipped;
	if (n < 2 * EDIVISIVE_SEGMENT)
		return 0;
	double *raw = arena_array(scratch, double, n), *x = arena_array(scratch, double, n);
	struct series s = {.x = x,
			   .n = n,
			   .corner = arena_array(scratch, double, (n + 1) * (n + 1)),
			   .shuffled = arena_array(scratch, double, n),
			   .random = {seed}};
	double last = 0;
	for (size_t i = 0; i < n; i++) {
		double v = values[skipped + i];
		last = raw[i] = isfinite(v) ? v : last;
	}
	calm(raw, n, x);
	split(&s);
	drop_small(&s, effect, s.shuffled);
	for (size_t i = 0; i < s.n_cuts; i++) {
		(void)change_at(&s, i, s.shuffled, &ret[i]);
		ret[i].at += skipped;
	}
	return s.n_cuts;
}
