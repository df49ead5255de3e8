#include <math.h>

#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_trend.h"
#include "report/html_head.h"

/* src/report/every.css, page.css, then trend.css. */
extern const unsigned char trend_css[];
extern const size_t trend_css_bytes;

/* Of the drawing, in its own units. */
enum { WIDTH = 1200, HEIGHT = 260, LEFT = 90, RIGHT = 1180, TOP = 24, BOTTOM = 220, NAME_BYTES = 500 };

static void put_title(struct out *o, const struct series *s)
{
	struct buf b = {0};
	trend_title(&b, s);
	out_html(o, str_clip_utf8(buf_view(&b), NAME_BYTES));
	buf_free(&b);
}

static double x_of(const struct series *s, double point)
{
	double last = s->n_points > 1 ? s->n_points - 1 : 1;
	return LEFT + (RIGHT - LEFT) * point / last;
}

static double y_of(const struct trend *t, double v)
{
	if (t->high <= t->low)
		return (TOP + BOTTOM) / 2.0;
	double part = fmin(1.05, fmax(-0.05, (v - t->low) / (t->high - t->low)));
	return BOTTOM - 10 - (BOTTOM - TOP - 20) * part;
}

static void put_rules(struct out *o, const struct trend *t)
{
	unsigned n = t->high > t->low ? 5 : 1;
	for (unsigned i = 0; i < n; i++) {
		double v = n > 1 ? t->low + (t->high - t->low) * i / (n - 1) : t->low, y = y_of(t, v);
		out_printf(o, "<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT,
			   RIGHT, y, y);
		out_printf(o, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8, y + 4);
		trend_figure(o, v, t->of);
		out_text(o, "</text>\n");
	}
}

static void put_dates(struct out *o, const struct series *s)
{
	out_printf(o, "<text x=\"%d\" y=\"%d\">", LEFT, HEIGHT - 12);
	out_time(o, s->points[0].begin_ns, DATE_COLUMNS);
	out_printf(o, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", RIGHT, HEIGHT - 12);
	out_time(o, s->points[s->n_points - 1].begin_ns, DATE_COLUMNS);
	out_text(o, "</text>\n");
}

/* The level between two changes. */
static void put_level(struct out *o, const struct trend *t, size_t from, size_t to, double v)
{
	out_printf(o, "<line class=\"level\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
		   x_of(t->of, (double)from), x_of(t->of, (double)to - 1), y_of(t, v), y_of(t, v));
}

static void put_changes(struct out *o, const struct trend *t)
{
	size_t from = 0;
	for (size_t k = 0; k < t->n_changes; k++) {
		const struct edivisive *c = &t->changes[k];
		double x = x_of(t->of, (double)c->at - 0.5);
		put_level(o, t, from, c->at, c->before);
		out_printf(o,
			   "<line class=\"change\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
			   "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%+.1f %%</text>\n",
			   x, x, TOP, BOTTOM, x, TOP - 8, 100 * trend_share(c));
		from = c->at;
	}
	put_level(o, t, from, t->of->n_points, (double)t->median);
}

static void put_point(struct out *o, const struct trend *t, uint32_t i)
{
	const struct series *s = t->of;
	const struct series_point *p = &s->points[i];
	bool outside = (double)p->value < t->low || (double)p->value > t->high;
	out_printf(o, "<circle%s cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>",
		   p->failed ? " class=\"bad\""
		   : outside ? " class=\"outside\""
			     : "",
		   x_of(s, i), y_of(t, (double)p->value), s->n_points > 200 ? "2" : "3");
	bench_figure(o, p->value, s->unit);
	out_text(o, ", ");
	out_time(o, p->begin_ns, TIME_COLUMNS);
	if (p->run.n) {
		out_text(o, ", run ");
		out_html(o, str_clip_utf8(p->run, NAME_BYTES));
	}
	if (p->commit.n) {
		out_text(o, ", commit ");
		out_html(o, str_clip_utf8(p->commit, NAME_BYTES));
	}
	if (p->failed)
		out_printf(o, ", %u failed", p->failed);
	out_text(o, "</title></circle>\n");
}

static void put_plot(struct out *o, const struct trend *t)
{
	const struct series *s = t->of;
	out_printf(o, "<svg class=\"trend\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
	put_title(o, s);
	out_text(o, "\">\n");
	put_rules(o, t);
	put_dates(o, s);
	put_changes(o, t);
	out_text(o, "<polyline class=\"line\" points=\"");
	for (uint32_t i = 0; i < s->n_points; i++)
		out_printf(o, "%s%.1f,%.1f", i ? " " : "", x_of(s, i), y_of(t, (double)s->points[i].value));
	out_text(o, "\"/>\n");
	for (uint32_t i = 0; i < s->n_points; i++)
		put_point(o, t, i);
	out_text(o, "</svg>\n");
}

static void put_change_row(struct out *o, const struct trend *t, const struct edivisive *c)
{
	const struct series_point *p = &t->of->points[c->at];
	struct buf commits = {0};
	out_text(o, "<tr><td>");
	out_time(o, p->begin_ns, TIME_COLUMNS);
	out_text(o, "</td><td><code>");
	out_html(o, str_clip_utf8(p->run, NAME_BYTES));
	out_text(o, "</code></td><td><code>");
	trend_commits(&commits, t->of, c->at);
	out_html(o, buf_view(&commits));
	buf_free(&commits);
	out_text(o, "</code></td><td class=\"num\">");
	trend_figure(o, c->before, t->of);
	out_text(o, "</td><td class=\"num\">");
	trend_figure(o, c->after, t->of);
	out_printf(o, "</td><td class=\"num\">%+.1f %%</td></tr>\n", 100 * trend_share(c));
}

static void put_table(struct out *o, const struct trend *t)
{
	if (!t->n_changes) {
		out_text(o, t->of->n_points < 2 * EDIVISIVE_SEGMENT
				? "<p class=\"note\">Too few points to tell a change.</p>\n"
				: "<p class=\"note\">No change.</p>\n");
		return;
	}
	out_text(
	    o, "<table><thead><tr><th>change (UTC)</th><th>run</th><th>commit</th><th class=\"num\">from</th>"
	       "<th class=\"num\">to</th><th class=\"num\"></th></tr></thead><tbody>\n");
	for (size_t k = 0; k < t->n_changes; k++)
		put_change_row(o, t, &t->changes[k]);
	out_text(o, "</tbody></table></div>\n");
}

static void put_section(struct out *o, const struct trend *t)
{
	const struct series *s = t->of;
	out_text(o, "<section><h2>");
	put_title(o, s);
	out_text(o, "</h2>\n");
	if (!s->n_points) {
		out_text(o, "<p class=\"empty\">No figure is known.</p></section>\n");
		return;
	}
	out_printf(o, "<p class=\"note\">%u %s%s", s->n_points, s->kind == SERIES_BENCH ? "session" : "run",
		   s->n_points == 1 ? "" : "s");
	if (s->machine.n) {
		out_text(o, " on ");
		out_html(o, str_clip_utf8(s->machine, NAME_BYTES));
	}
	if (s->n_elsewhere)
		out_printf(o, "; %u more on another machine%s do not compare and are left out",
			   s->n_elsewhere, s->kind == SERIES_SUITE ? " or with other workers" : "");
	out_text(o, "</p>\n");
	put_plot(o, t);
	put_table(o, t);
	out_text(o, "</section>\n");
}

static void put_head(struct out *o)
{
	html_head(o, &(struct html_asset){trend_css, trend_css_bytes}, 1, NULL, 0);
	out_text(o, "History</title>\n<style>");
	out_add(o, trend_css, trend_css_bytes);
	out_text(o, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
		    "<header><div class=\"wrap\">\n<h1>History</h1>\n");
}

void trend_html(struct out *o, const struct trend *trends, size_t n)
{
	size_t n_changes = 0;
	for (size_t i = 0; i < n; i++)
		n_changes += trends[i].n_changes;
	put_head(o);
	out_printf(o,
		   "<p class=\"note\">%zu series, %zu change%s</p>\n</div></header>\n"
		   "<main id=\"main\" class=\"wrap\">\n",
		   n, n_changes, n_changes == 1 ? "" : "s");
	if (!n)
		out_text(o, "<p class=\"empty\">Nothing is known yet.</p>\n");
	for (size_t i = 0; i < n; i++)
		put_section(o, &trends[i]);
	out_text(o, "</main>\n</body>\n</html>\n");
}
