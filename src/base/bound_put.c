#include "base/bound_put.h"

#include <math.h>

struct scale {
	const char *name;
	double factor;
};

static const struct scale times[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
static const struct scale sizes[] = {
    {"GiB", 1024.0 * 1024 * 1024}, {"MiB", 1024.0 * 1024}, {"KiB", 1024}, {"B", 1}};

static void put_scaled(struct buf *b, const struct scale *scales, int n, double value)
{
	int i = 0;
	while (i < n - 1 && fabs(value) < scales[i].factor)
		i++;
	buf_printf(b, "%.4g %s", value / scales[i].factor, scales[i].name);
}

void bound_put_figure(struct buf *b, enum bound_unit unit, double value)
{
	switch (unit) {
	case BOUND_NS:
		put_scaled(b, times, sizeof(times) / sizeof(times[0]), value);
		break;
	case BOUND_BYTES:
		put_scaled(b, sizes, sizeof(sizes) / sizeof(sizes[0]), value);
		break;
	case BOUND_RATIO:
		buf_printf(b, "%.4g %%", value * 100);
		break;
	case BOUND_RATE:
		buf_printf(b, value >= 1e4 && value < 1e15 ? "%.0f/s" : "%.4g/s", value);
		break;
	case BOUND_NUMBER:
		buf_printf(b, "%.6g", value);
		break;
	}
}

void bound_put_stat(struct buf *b, const struct bound *bound)
{
	static const char *const words[] = {"", "min", "mean", "", "max"};
	if (bound->stat == BOUND_PERCENTILE)
		buf_printf(b, "p%.6g", bound->percentile);
	else
		buf_text(b, words[bound->stat]);
}

void bound_put_limit(struct buf *b, const struct bound *bound)
{
	static const char *const signs[] = {"<", "<=", ">", ">="};
	buf_printf(b, "%s ", signs[bound->compare]);
	/* 50MB in the file is 50 MB here */
	if (bound->unit == BOUND_BYTES && bound->limit >= 1e6 && fmod(bound->limit, 1e6) == 0 &&
	    fmod(bound->limit, 1 << 20) != 0)
		buf_printf(b, "%.9g MB", bound->limit / 1e6);
	else
		bound_put_figure(b, bound->unit, bound->limit);
}

void bound_put(struct buf *b, const struct bound *bound)
{
	size_t n = b->n;
	bound_put_stat(b, bound);
	if (b->n > n)
		buf_char(b, ' ');
	bound_put_limit(b, bound);
}
