#include "bench_out/target_line.h"

#include <math.h>

#include "base/bound_put.h"
#include "base/str.h"

void target_put_reason(struct buf *b, const struct target_verdict *v)
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
		bound_put_figure(b, v->figure.unit, v->figure.value);
		break;
	}
}

/* Three figures, and no exponent. */
static void put_percent(struct buf *b, double percent)
{
	buf_printf(b, percent < 999.5 ? "%.3g %%" : "%.0f %%", percent);
}

void target_line(struct buf *b, struct str metric, const struct target_verdict *v)
{
	bool met = v->answer == TARGET_MET;
	buf_printf(b, "%-7s %.*s: ", met ? "met" : "MISSED", STR_ARG(metric));
	bound_put_stat(b, &v->bound);
	if (v->bound.stat != BOUND_FIGURE)
		buf_char(b, ' ');
	target_put_reason(b, v);
	buf_text(b, met ? " " : ", wanted ");
	bound_put_limit(b, &v->bound);
	if (!v->has_margin)
		return;
	buf_text(b, met ? ", " : ", missed by ");
	put_percent(b, fabs(v->margin) * 100);
	buf_text(b, met ? " to spare" : "");
}

void target_put_margin(struct buf *b, const struct target_verdict *v)
{
	buf_char(b, v->margin < 0 ? '-' : '+');
	put_percent(b, fabs(v->margin) * 100);
}
