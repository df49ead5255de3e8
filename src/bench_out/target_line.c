#include "bench_out/target_line.h"

#include <math.h>

#include "base/str.h"

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

void target_put_figure(struct buf *b, enum bound_unit unit, double value)
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
		buf_printf(b, "%.4g/s", value);
		break;
	case BOUND_NUMBER:
		buf_printf(b, "%.6g", value);
		break;
	}
}

static void put_stat(struct buf *b, const struct bound *bound)
{
	static const char *const words[] = {"", "min ", "mean ", "", "max "};
	if (bound->stat == BOUND_PERCENTILE)
		buf_printf(b, "p%.6g ", bound->percentile);
	else
		buf_text(b, words[bound->stat]);
}

static void put_limit(struct buf *b, const struct bound *bound)
{
	static const char *const signs[] = {"<", "<=", ">", ">="};
	buf_printf(b, "%s ", signs[bound->compare]);
	target_put_figure(b, bound->unit, bound->limit);
}

void target_put_bound(struct buf *b, const struct bound *bound)
{
	put_stat(b, bound);
	put_limit(b, bound);
}

static void put_reason(struct buf *b, const struct target_verdict *v)
{
	static const char *const kinds[] = {"a number", "a time", "a size", "a share", "a rate"};
	switch (v->answer) {
	case TARGET_NO_DATA:
		buf_text(b, "no data");
		break;
	case TARGET_NO_NUMBER:
		buf_text(b, "not a number");
		break;
	case TARGET_TOO_FEW:
		buf_printf(b, "n/a, %llu samples of %llu needed", (unsigned long long)v->figure.samples,
			   (unsigned long long)v->samples_needed);
		break;
	case TARGET_OTHER_UNIT:
		buf_printf(b, "is %s, the bound is %s", kinds[v->figure.unit], kinds[v->bound.unit]);
		break;
	case TARGET_MET:
	case TARGET_MISSED:
		target_put_figure(b, v->figure.unit, v->figure.value);
		break;
	}
}

void target_line(struct buf *b, struct str metric, const struct target_verdict *v)
{
	bool met = v->answer == TARGET_MET;
	buf_printf(b, "%-7s %.*s: ", met ? "met" : "MISSED", STR_ARG(metric));
	put_stat(b, &v->bound);
	put_reason(b, v);
	buf_text(b, met ? " " : ", wanted ");
	put_limit(b, &v->bound);
	if (v->has_margin)
		buf_printf(b, met ? ", %.3g %% to spare" : ", missed by %.3g %%", fabs(v->margin) * 100);
}
