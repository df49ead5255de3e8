#include "measure/trend.h"

#include <math.h>
#include <stdlib.h>

/* Of the distance between the quartiles. */
enum { FENCE = 8 };

static int rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double *values_of(struct arena *a, const struct series *s)
{
	double *values = arena_array(a, double, s->n_points + 1);
	for (uint32_t i = 0; i < s->n_points; i++)
		values[i] = (double)s->points[i].value;
	return values;
}

static double middle(const double *sorted, size_t n)
{
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* What is within the fences; a series whose quartiles are the same has all of it drawn. */
static void find_range(struct trend *t, const double *sorted, size_t n)
{
	double low = sorted[n / 4], high = sorted[n - 1 - n / 4], fence = FENCE * (high - low);
	t->low = sorted[n / 2];
	t->high = sorted[n / 2];
	for (size_t i = 0; i < n; i++) {
		if (fence > 0 && (sorted[i] < low - fence || sorted[i] > high + fence)) {
			t->outside++;
			continue;
		}
		t->low = fmin(t->low, sorted[i]);
		t->high = fmax(t->high, sorted[i]);
	}
}

struct trend trend_of(struct arena *a, const struct series *s, double effect)
{
	struct trend t = {.of = s, .median = BENCH_NONE};
	struct arena scratch = {0};
	struct edivisive found[EDIVISIVE_MOST];
	size_t n = s->n_points;
	if (!n)
		return t;
	double *values = values_of(&scratch, s);
	t.n_changes = edivisive(&scratch, values, n, effect, 1, found);
	t.changes = arena_array(a, struct edivisive, t.n_changes + 1);
	for (size_t i = 0; i < t.n_changes; i++)
		t.changes[i] = found[i];
	size_t from = t.n_changes ? found[t.n_changes - 1].at : 0;
	double *since = arena_array(&scratch, double, n - from);
	for (size_t i = from; i < n; i++)
		since[i - from] = values[i];
	qsort(since, n - from, sizeof(*since), rising);
	t.median = llround(middle(since, n - from));
	qsort(values, n, sizeof(*values), rising);
	find_range(&t, values, n);
	arena_free(&scratch);
	return t;
}

size_t trend_column(const struct series *s, size_t columns, size_t point)
{
	size_t n = s->n_points;
	if (n > columns)
		return point * columns / n;
	return point * (columns / (n ? n : 1));
}

size_t trend_columns(const struct series *s, size_t columns, double *ret)
{
	size_t n = s->n_points, wide = n && n <= columns ? columns / n : 1;
	struct arena scratch = {0};
	double *values = values_of(&scratch, s);
	if (n <= columns) {
		for (size_t i = 0; i < n * wide; i++)
			ret[i] = values[i / wide];
		arena_free(&scratch);
		return n * wide;
	}
	for (size_t i = 0, from = 0; i < columns; i++) {
		size_t to = from;
		while (to < n && to * columns / n == i)
			to++;
		qsort(values + from, to - from, sizeof(*values), rising);
		ret[i] = middle(values + from, to - from);
		from = to;
	}
	arena_free(&scratch);
	return columns;
}
