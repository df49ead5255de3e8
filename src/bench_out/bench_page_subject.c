#include <math.h>

#include "base/bound_put.h"
#include "base/str.h"
#include "bench_out/bench_page.h"
#include "bench_out/bench_say.h"
#include "bench_out/plot.h"
#include "bench_out/target_line.h"
#include "wire/unit.h"

enum { OPEN = 24, COMMAND = 2000, NOTES = 100 };

static bool is_of(const struct bench_target *t, const struct bench_subject *s)
{
	return str_eq(t->benchmark, s->name);
}

static void put_fact(struct out *o, const char *text)
{
	out_printf(o, "<li>%s</li>", text);
}

static void put_facts(struct bench_page *p, const struct bench_subject *s)
{
	struct out *o = p->x.o;
	out_text(o, "<ul class=\"facts\">");
	if (s->kind.n) {
		out_text(o, "<li>");
		html_name(&p->x, s->kind);
		out_text(o, "</li>");
	}
	out_text(o, "<li>");
	out_count(o, s->good);
	out_text(o, s->good == 1 ? " good run</li>" : " good runs</li>");
	if (s->n_rounds) {
		out_text(o, "<li>");
		out_count(o, s->n_rounds);
		out_printf(o, " round%s of %u</li>", s->n_rounds == 1 ? "" : "s", s->per_round);
	}
	if (s->concurrency > 1)
		out_printf(o, "<li>%u at once</li>", s->concurrency);
	if (bench_has_rate(s) && isfinite(bench_throughput(s))) {
		out_text(o, "<li>");
		bench_rate(o, bench_throughput(s));
		out_text(o, "</li>");
	}
	if (!s->failed && s->good)
		put_fact(o, "none failed");
	out_text(o, "</ul>\n");
}

static void put_failure(struct bench_page *p, const struct bench_subject *s)
{
	struct out *o = p->x.o;
	if (!s->failed && (s->good || !s->failure.n))
		return;
	out_text(o, "<p class=\"alert\">");
	if (s->failed) {
		out_count(o, s->failed);
		out_text(o, " of ");
		out_count(o, (uint64_t)s->failed + s->good);
		out_text(o, " runs failed (");
		bench_share(o, bench_error_rate(s));
		out_text(o, "). The first: ");
	}
	html_text(&p->x, str_clip_utf8(s->failure, COMMAND));
	out_text(o, "</p>\n");
}

static void put_verdicts(struct bench_page *p, const struct bench_subject *s)
{
	struct buf b = {0};
	uint32_t n = 0;
	for (uint32_t i = 0; i < p->b->n_targets; i++) {
		const struct bench_target *t = &p->b->targets[i];
		bool met = t->verdict.answer == TARGET_MET;
		if (!is_of(t, s))
			continue;
		out_text(p->x.o, n++ ? "" : "<ul class=\"verdicts\">");
		out_printf(p->x.o, "<li><span class=\"status %s\">", met ? "passed" : "failed");
		target_line(&b, t->metric, &t->verdict);
		html_text(&p->x, buf_view(&b));
		out_text(p->x.o, "</span></li>\n");
		buf_clear(&b);
	}
	out_text(p->x.o, n ? "</ul>\n" : "");
	buf_free(&b);
}

static bool counts_alike(enum bound_unit unit, struct str of)
{
	return (unit == BOUND_NS || unit == BOUND_BYTES) && unit_of(of).kind == unit;
}

static void add_percentile(struct plot *plot, const char *name, int64_t v)
{
	struct unit u = unit_of(plot->c->unit);
	struct buf b = {0};
	if (v == BENCH_NONE)
		return;
	buf_printf(&b, "%s ", name);
	bound_put_figure(&b, u.kind, (double)v * u.factor);
	plot_mark(plot, (double)v, "percentile", b.at);
	buf_free(&b);
}

static void add_marks(struct bench_page *p, struct plot *plot, const struct bench_subject *s)
{
	add_percentile(plot, "median", plot->c->summary.median);
	add_percentile(plot, "p95", plot->c->summary.p95);
	add_percentile(plot, "p99", plot->c->summary.p99);
	for (uint32_t i = 0; i < p->b->n_targets; i++) {
		const struct bench_target *t = &p->b->targets[i];
		struct buf b = {0};
		if (!is_of(t, s) || !str_eq(t->figure, plot->c->metric) ||
		    !counts_alike(t->verdict.bound.unit, plot->c->unit))
			continue;
		bound_put(&b, &t->verdict.bound);
		plot_mark(plot, t->verdict.bound.limit / unit_of(plot->c->unit).factor,
			  t->verdict.answer == TARGET_MET ? "met" : "missed", b.at);
		buf_free(&b);
	}
}

static void put_plots(struct bench_page *p, const struct bench_subject *s)
{
	struct out *o = p->x.o;
	struct plot plot;
	if (!s->n_columns || !plot_init(&plot, s, s->columns))
		return;
	add_marks(p, &plot, s);
	out_text(o, "<div class=\"plots\">\n<figure><div class=\"frame\">\n");
	plot_spread(o, &plot);
	out_text(o, "</div><figcaption>How ");
	html_name(&p->x, s->columns->metric);
	out_text(o, " is spread");
	if (plot.beyond) {
		out_printf(o, "; %u more, up to ", plot.beyond);
		bench_figure(o, s->columns->summary.most, s->columns->unit);
		out_text(o, plot.beyond == 1 ? ", lies to the right" : ", lie to the right");
	}
	out_text(o, "</figcaption></figure>\n<figure><div class=\"frame\">\n");
	bool has_line = plot_rounds(o, &plot);
	out_text(o, "</div><figcaption>As they were measured");
	out_text(o, has_line ? "; the line is the median of neighbours" : "");
	out_text(o, s->failed ? "; red strokes below are failures" : "");
	out_text(o, "</figcaption></figure>\n</div>\n");
}

static void put_column(struct bench_page *p, const struct bench_subject *s, const struct bench_column *c)
{
	const struct bench_summary *m = &c->summary;
	const int64_t figures[] = {m->median,
				   m->n ? (int64_t)llround(m->mean) : BENCH_NONE,
				   m->n > 1 ? (int64_t)llround(m->deviation) : BENCH_NONE,
				   m->least,
				   m->p25,
				   m->p75,
				   m->p95,
				   m->p99,
				   m->most};
	bench_page_metric(p, "<tr>", c->metric);
	for (unsigned i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		bench_page_figure(p, figures[i], c->unit);
	html_count(&p->x, m->outliers);
	out_text(p->x.o, "<td class=\"draw\">");
	plot_cell(p->x.o, s, c);
	out_text(p->x.o, "</td></tr>\n");
}

static void put_figures(struct bench_page *p, const struct bench_subject *s)
{
	static const char *const titles[] = {"Metric",    ">Median", ">Mean", ">Std dev", ">Min",
					     ">p25",      ">p75",    ">p95",  ">p99",     ">Max",
					     ">Outliers", "Spread",  NULL};
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n_columns; i++) {
		if (!bench_column_is_told(s, &s->columns[i]))
			continue;
		if (!n++)
			html_titles(&p->x, titles);
		put_column(p, s, &s->columns[i]);
	}
	if (n)
		html_titles_end(&p->x);
	for (uint32_t i = 0; i < s->n_columns; i++) {
		const struct bench_column *c = &s->columns[i];
		if (str_is(c->metric, "peak_rss") && c->summary.n &&
		    c->summary.median <= p->b->floor_rss_bytes)
			out_text(p->x.o,
				 "<p class=\"note\">peak_rss is at most this: what is smaller cannot be "
				 "told apart.</p>\n");
	}
}

static void put_subject(struct bench_page *p, uint32_t i)
{
	struct out *o = p->x.o;
	const struct bench_subject *s = &p->b->subjects[i];
	out_printf(o, "<details class=\"one\" id=\"b%u\"%s><summary><h2>", i, i < OPEN ? " open" : "");
	html_name(&p->x, s->name);
	out_text(o, "</h2></summary>\n");
	if (s->command.n && !str_eq(s->command, s->name)) {
		out_text(o, "<p class=\"command\"><code>");
		html_text(&p->x, str_clip_utf8(s->command, COMMAND));
		out_text(o, "</code></p>\n");
	}
	put_facts(p, s);
	put_failure(p, s);
	put_verdicts(p, s);
	put_plots(p, s);
	put_figures(p, s);
	out_text(o, "</details>\n");
}

void bench_page_subjects(struct bench_page *p)
{
	uint32_t n = p->b->n_subjects;
	for (uint32_t i = 0; i < n && i < BENCH_PAGE_FULL; i++)
		put_subject(p, i);
	if (n > BENCH_PAGE_FULL)
		out_printf(p->x.o, "<p class=\"note\">And %u more: in bench.json.</p>\n",
			   n - BENCH_PAGE_FULL);
}

static void put_noise(struct bench_page *p, const char *what, int64_t ns)
{
	double elapsed = p->b->noise.elapsed_ns > 0 ? (double)p->b->noise.elapsed_ns : 1;
	out_printf(p->x.o, "<tr><td>%s</td>", what);
	if (ns == BENCH_NONE) {
		out_text(p->x.o, "<td class=\"num\">-</td><td>the kernel does not say</td></tr>\n");
		return;
	}
	html_time(&p->x, ns);
	out_printf(p->x.o, "<td>%.1f %% of the time</td></tr>\n", 100 * (double)ns / elapsed);
}

static void put_loops(struct bench_page *p)
{
	const struct bench_noise *n = &p->b->noise;
	if (n->loop.n < 2 || n->loop.least <= 0)
		return;
	out_text(p->x.o, "<tr><td>The same piece of work, over and over</td>");
	html_time(&p->x, n->loop.median);
	out_printf(p->x.o, "<td>%.1f %% longer at the worst than at best, %u times</td></tr>\n",
		   100 * ((double)n->loop.most / (double)n->loop.least - 1), n->loop.n);
}

void bench_page_machine(struct bench_page *p)
{
	static const char *const titles[] = {"What", ">Time", "", NULL};
	const struct bench *b = p->b;
	html_section(&p->x, "machine", "The machine while it measured", STR_NONE, "");
	html_titles(&p->x, titles);
	out_text(p->x.o, "<tr><td>All of it</td>");
	html_time(&p->x, b->noise.elapsed_ns);
	out_text(p->x.o, "<td></td></tr>\n");
	put_noise(p, "Somebody waited for a CPU", b->noise.pressure_ns);
	put_noise(p, "The host took a CPU away", b->noise.steal_ns);
	put_loops(p);
	out_text(p->x.o, "<tr><td>fettle itself, a run</td>");
	html_time(&p->x, b->own_cpu_ns);
	out_text(p->x.o, "<td>of CPU time</td></tr>\n");
	html_titles_end(&p->x);
	out_printf(p->x.o, "<p class=\"note\">The order of the runs came from seed %llu.</p>\n",
		   (unsigned long long)b->seed);
	for (uint32_t i = 0; i < b->n_notes && i < NOTES; i++) {
		out_text(p->x.o, "<p class=\"note\">");
		html_text(&p->x, str_clip_utf8(b->notes[i], COMMAND));
		out_text(p->x.o, "</p>\n");
	}
	html_section_end(&p->x);
}
