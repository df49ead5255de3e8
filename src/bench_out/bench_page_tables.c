#include <math.h>

#include "base/bound_put.h"
#include "base/str.h"
#include "bench_out/bench_page.h"
#include "bench_out/bench_say.h"
#include "bench_out/metric_words.h"
#include "bench_out/plot.h"
#include "bench_out/target_line.h"

enum {
	ROWS = 1000,     /* of a table */
	WIDE_SCALE = 30, /* from here on a scale is logarithmic */
	METRIC = 60
};

void bench_page_figure(struct bench_page *p, int64_t v, struct str unit)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	bench_figure(&o, v, unit);
	bench_page_cell(p, "num", &b);
	buf_free(&b);
}

void bench_page_cell(struct bench_page *p, const char *class, struct buf *text)
{
	out_printf(p->x.o, *class ? "<td class=\"%s\">" : "<td%s>", class);
	html_text(&p->x, buf_view(text));
	out_text(p->x.o, "</td>");
	buf_clear(text);
}

void bench_page_metric(struct bench_page *p, const char *before, struct str metric)
{
	out_printf(p->x.o, "%s<td class=\"part\">", before);
	html_name(&p->x, str_clip_utf8(metric, METRIC));
	out_text(p->x.o, "</td>");
}

static void put_more(struct bench_page *p, size_t n, size_t told)
{
	if (n > told)
		out_printf(p->x.o, "<p class=\"note\">And %zu more: in bench.json.</p>\n", n - told);
}

static void put_target(struct bench_page *p, const struct bench_target *t)
{
	struct out *o = p->x.o;
	struct buf b = {0};
	bool met = t->verdict.answer == TARGET_MET;
	out_printf(o, "<tr><td><span class=\"status %s\">%s</span></td><td class=\"name\"><b>",
		   met ? "passed" : "failed", met ? "met" : "missed");
	html_name(&p->x, t->metric);
	out_text(o, "</b></td><td class=\"name\">");
	bench_put_place(&b, t);
	html_text(&p->x, str_clip_utf8(buf_view(&b), 300));
	buf_clear(&b);
	out_text(o, "</td>");
	bound_put_stat(&b, &t->verdict.bound);
	bench_page_cell(p, "", &b);
	target_put_reason(&b, &t->verdict);
	bench_page_cell(p, "num", &b);
	bound_put_limit(&b, &t->verdict.bound);
	bench_page_cell(p, "num", &b);
	if (t->verdict.has_margin)
		target_put_margin(&b, &t->verdict);
	bench_page_cell(p, "num", &b);
	out_text(o, "<td class=\"draw\">");
	plot_share(o, &t->verdict);
	out_text(o, "</td></tr>\n");
	buf_free(&b);
}

void bench_page_targets(struct bench_page *p)
{
	static const char *const titles[] = {
	    "", "Target", "Of", "Statistic", ">Figure", ">Wanted", ">Margin", "Figure and bound", NULL};
	const struct bench *b = p->b;
	uint32_t told = 0;
	if (!b->n_targets)
		return;
	html_section(&p->x, "targets", "Targets", STR_NONE, "");
	html_titles(&p->x, titles);
	for (unsigned met = 0; met < 2; met++)
		for (uint32_t i = 0; i < b->n_targets && told < ROWS; i++)
			if ((b->targets[i].verdict.answer == TARGET_MET) == met) {
				put_target(p, &b->targets[i]);
				told++;
			}
	html_titles_end(&p->x);
	put_more(p, b->n_targets, told);
	html_section_end(&p->x);
}

/* Of those between from and to, what p5 to p95 of the main metric lie within. */
static struct plot_scale scale_of(const struct bench *b, uint32_t from, uint32_t to)
{
	struct plot_scale s = {INFINITY, -INFINITY, false};
	for (uint32_t i = from; i < to; i++) {
		const struct bench_summary *m =
		    b->subjects[i].n_columns ? &b->subjects[i].columns->summary : NULL;
		if (!m || !m->n)
			continue;
		s.low = fmin(s.low, (double)(m->p5 == BENCH_NONE ? m->least : m->p5));
		s.high = fmax(s.high, (double)(m->p95 == BENCH_NONE ? m->most : m->p95));
	}
	s.log = s.low > 0 && s.high / s.low > WIDE_SCALE;
	if (!s.log)
		s.low = fmin(s.low, 0);
	return s;
}

static uint32_t scale_end(const struct bench *b, uint32_t i)
{
	uint32_t k = i;
	while (
	    k < b->n_subjects && str_eq(b->subjects[k].bench, b->subjects[i].bench) &&
	    b->subjects[k].n_columns == b->subjects[i].n_columns &&
	    (!b->subjects[i].n_columns || str_eq(b->subjects[k].columns->unit, b->subjects[i].columns->unit)))
		k++;
	return k > i ? k : i + 1;
}

static void put_rates(struct bench_page *p, const struct bench_subject *s)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	buf_printf(&b, "%u", s->concurrency ? s->concurrency : 1);
	bench_page_cell(p, "num", &b);
	if (bench_has_rate(s))
		bench_rate(&o, bench_throughput(s));
	bench_page_cell(p, "num", &b);
	if (s->failed || !s->good)
		bench_share(&o, bench_error_rate(s));
	else
		buf_char(&b, '0');
	bench_page_cell(p, s->failed || !s->good ? "num failed" : "num", &b);
	buf_free(&b);
}

static void put_row(struct bench_page *p, uint32_t i, const struct plot_scale *scale)
{
	static const struct bench_column none = {
	    .summary = {.median = BENCH_NONE, .p95 = BENCH_NONE, .p99 = BENCH_NONE, .most = BENCH_NONE}};
	struct out *o = p->x.o;
	const struct bench_subject *s = &p->b->subjects[i];
	const struct bench_column *c = s->n_columns ? s->columns : &none;
	const int64_t figures[] = {c->summary.median, c->summary.p95, c->summary.p99, c->summary.most};
	out_text(o, "<tr><td class=\"name\"><b>");
	if (i < BENCH_PAGE_FULL)
		out_printf(o, "<a href=\"#b%u\">", i);
	html_name(&p->x, s->name);
	out_text(o, i < BENCH_PAGE_FULL ? "</a></b></td>" : "</b></td>");
	bench_page_metric(p, "", c->metric.n ? c->metric : STR("-"));
	for (unsigned k = 0; k < sizeof(figures) / sizeof(*figures); k++)
		bench_page_figure(p, figures[k], c->unit);
	put_rates(p, s);
	out_text(o, "<td class=\"draw\">");
	plot_range(o, scale, &c->summary);
	out_text(o, "</td></tr>\n");
}

void bench_page_overview(struct bench_page *p)
{
	static const char *const titles[] = {
	    "Benchmark", "Metric",   ">Median",     ">p95",    ">p99",
	    ">Max",      ">At once", ">Throughput", ">Failed", "5 to 95 % of its figures",
	    NULL};
	const struct bench *b = p->b;
	uint32_t told = 0, logs = 0;
	if (!b->n_subjects)
		return;
	html_section(&p->x, "overview", "Benchmarks", STR_NONE, "");
	html_titles(&p->x, titles);
	for (uint32_t i = 0, end; i < b->n_subjects && told < ROWS; i = end) {
		end = scale_end(b, i);
		struct plot_scale scale = scale_of(b, i, end);
		logs += scale.log;
		for (uint32_t k = i; k < end && told < ROWS; k++, told++)
			put_row(p, k, &scale);
	}
	html_titles_end(&p->x);
	out_text(p->x.o,
		 "<p class=\"note\">The dot is the median, the thick part the middle half. Benchmarks of "
		 "one bench share a scale");
	out_text(p->x.o,
		 logs ? "; it is logarithmic where they lie far apart.</p>\n" : ", which begins at 0.</p>\n");
	put_more(p, b->n_subjects, told);
	html_section_end(&p->x);
}

static double reach_of(const struct bench_page *p, uint32_t from, uint32_t to)
{
	double most = log(1.05);
	for (uint32_t i = from; i < to; i++) {
		const struct beside *v = &p->v->at[i];
		for (size_t k = 0; k < v->compared.n_rows; k++)
			if (v->compared.rows[k].ratio.n)
				most = fmax(most, fmax(fabs(v->compared.rows[k].ratio.low),
						       fabs(v->compared.rows[k].ratio.high)));
	}
	return fmin(most, log(1000));
}

/* "1.14 (1.13 to 1.15)" and the drawing of it. */
static void put_ratio(struct bench_page *p, const struct compare_row *row, const struct plot_scale *scale)
{
	struct out *o = p->x.o;
	if (row)
		out_printf(
		    o, "<td class=\"num\"><b>%.3f</b> <small>%.3f to %.3f</small></td><td class=\"draw\">",
		    exp(row->ratio.log), exp(row->ratio.low), exp(row->ratio.high));
	else
		out_text(o, "<td class=\"num\">-</td><td class=\"draw\">");
	if (row)
		plot_ratio(o, scale, &row->ratio);
	out_text(o, "</td>");
}

static const char *word_of(const struct compare_row *row)
{
	if (!row)
		return "";
	if (row->improved)
		return "less";
	return row->verdict == VERDICT_REGRESSED      ? "more"
	       : row->verdict == VERDICT_INCONCLUSIVE ? "cannot be told"
						      : "not more";
}

static void put_beside(struct bench_page *p, const struct beside *v, const struct plot_scale *scale)
{
	struct out *o = p->x.o;
	struct str metric = p->b->subjects[v->base].columns->metric;
	out_text(o, "<tr><td class=\"name\"><b>");
	html_name(&p->x, p->b->subjects[v->now].name);
	out_text(o, "</b></td>");
	put_ratio(p, beside_row(v, metric), scale);
	out_printf(o, "<td>%s</td>", word_of(beside_row(v, metric)));
	put_ratio(p, beside_row(v, STR("cpu")), scale);
	out_text(o, "</tr>\n");
}

static void put_beside_titles(struct bench_page *p, const struct bench_subject *base, double reach)
{
	struct out *o = p->x.o;
	out_text(o, "<h3>Beside <code>");
	html_name(&p->x, base->name);
	out_text(o,
		 "</code></h3>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Benchmark</th><th "
		 "scope=\"col\" class=\"num\">Ratio of ");
	html_name(&p->x, base->columns->metric);
	out_printf(
	    o,
	    "</th><th scope=\"col\">%.2f to %.2f</th><th scope=\"col\">So it took</th><th scope=\"col\" "
	    "class=\"num\">Ratio of CPU time</th><th scope=\"col\">%.2f to %.2f</th></tr></thead><tbody>\n",
	    exp(-reach), exp(reach), exp(-reach), exp(reach));
}

void bench_page_besides(struct bench_page *p)
{
	if (!p->v->n)
		return;
	html_section(&p->x, "beside", "Side by side", STR_NONE, "");
	out_text(p->x.o,
		 "<p class=\"note\">Variants were run in turn. A ratio is the median of the ratios within a "
		 "round, with a 95 % interval; the line in the middle stands for no difference.</p>\n");
	for (uint32_t i = 0, end; i < p->v->n && i < ROWS; i = end) {
		end = i + 1;
		while (end < p->v->n && p->v->at[end].base == p->v->at[i].base)
			end++;
		double reach = reach_of(p, i, end);
		struct plot_scale scale = {-reach, reach, false};
		put_beside_titles(p, &p->b->subjects[p->v->at[i].base], reach);
		for (uint32_t k = i; k < end && k < ROWS; k++)
			put_beside(p, &p->v->at[k], &scale);
		html_titles_end(&p->x);
	}
	put_more(p, p->v->n, ROWS);
	html_section_end(&p->x);
}

static void put_words(void *ctx, struct str kind, struct str metric, const char *words)
{
	struct bench_page *p = ctx;
	bench_page_metric(p, "<tr>", metric);
	out_text(p->x.o, "<td>");
	html_text(&p->x, kind);
	out_text(p->x.o, "</td><td>");
	html_text(&p->x, str_of(words));
	out_text(p->x.o, "</td></tr>\n");
}

void bench_page_words(struct bench_page *p)
{
	static const char *const titles[] = {"Metric", "Kind", "What it is", NULL};
	html_section(&p->x, "metrics", "What the figures are", STR_NONE, "");
	html_titles(&p->x, titles);
	metric_words_each(p->b, true, put_words, p);
	html_titles_end(&p->x);
	html_section_end(&p->x);
}
