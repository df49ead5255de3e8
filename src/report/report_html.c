#include "report/report.h"

#include "base/str.h"
#include "report/excerpt.h"
#include "report/html.h"
#include "report/html_head.h"
#include "report/phrase.h"

enum {
	NAME_BYTES = 500,
	FAILURES = 200, /* told in full */
	OPEN = 3,       /* of them unfolded from the start */
	MESSAGE_BYTES = 8 * 1024,
	OUTPUT_LINES = 60,
	OUTPUT_BYTES = 16 * 1024
};

void html_text(struct html *x, struct str s)
{
	out_html(x->o, s);
}

void html_scratch(struct html *x)
{
	out_html(x->o, buf_view(&x->scratch));
	buf_clear(&x->scratch);
}

void html_name(struct html *x, struct str name)
{
	struct str s = phrase_name(name), cut = str_clip_utf8(s, NAME_BYTES);
	out_html(x->o, cut);
	if (cut.n < s.n)
		out_text(x->o, "\xe2\x80\xa6");
}

void html_place(struct html *x, struct str file, uint32_t line)
{
	if (file.n == 0)
		return;
	out_text(x->o, "<code>");
	buf_clear(&x->scratch);
	phrase_place(&x->scratch, str_clip_utf8(file, NAME_BYTES), line);
	html_scratch(x);
	out_text(x->o, "</code>");
}

void html_bars(struct html *x, const struct html_bar *parts, size_t n, int64_t whole)
{
	int64_t at = 0;
	out_text(
	    x->o,
	    "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (size_t i = 0; i < n && whole > 0; i++) {
		int64_t part = parts[i].value < 0            ? 0
			       : parts[i].value > whole - at ? whole - at
							     : parts[i].value;
		double from = 1000.0 * (double)at / (double)whole,
		       width = 1000.0 * (double)part / (double)whole;
		at += part;
		if (part == 0)
			continue;
		out_printf(x->o, "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" height=\"10\">",
			   parts[i].class, from, width);
		if (parts[i].title)
			out_printf(x->o, "<title>%s</title>", parts[i].title);
		out_text(x->o, "</rect>");
	}
	out_text(x->o, "</svg>");
}

void html_status(struct html *x, enum status status, bool flaky)
{
	const char *name = status == STATUS_NONE ? "unfinished" : status_name(status);
	out_printf(x->o, "<span class=\"status %s\">%s</span>", flaky ? "flaky" : name,
		   flaky ? "flaky" : name);
}

void html_section(struct html *x, const char *id, const char *before, struct str word, const char *after)
{
	out_printf(x->o, "<section id=\"%s\" aria-labelledby=\"%s-title\"><h2 id=\"%s-title\">", id, id, id);
	buf_clear(&x->scratch);
	buf_text(&x->scratch, before);
	if (word.n && *before)
		phrase_plural(&x->scratch, word);
	else if (word.n) {
		struct buf plural = {0};
		phrase_plural(&plural, word);
		phrase_capital(&x->scratch, buf_view(&plural));
		buf_free(&plural);
	}
	buf_text(&x->scratch, after);
	html_scratch(x);
	out_text(x->o, "</h2>\n");
}

void html_section_end(struct html *x)
{
	out_text(x->o, "</section>\n");
}

static const char *verdict_class(const struct model *m)
{
	return m->interrupted || !m->done ? "warn" : status_is_bad(m->verdict) ? "bad" : "good";
}

static void put_title(struct html *x)
{
	buf_clear(&x->scratch);
	phrase_outcome(&x->scratch, x->m);
	html_scratch(x);
}

static void put_head(struct html *x)
{
	struct out *o = x->o;
	const struct html_asset styles[] = {{page_css, page_css_bytes}, {uplot_css, uplot_css_bytes}};
	const struct html_asset scripts[] = {{page_js, page_js_bytes}, {uplot_js, uplot_js_bytes}};
	size_t n = html_has_curve(x->m) ? 2 : 1;
	html_head(o, styles, n, scripts, n);
	out_text(o, phrase_verdict(x->m));
	out_text(o, ": ");
	put_title(x);
	out_text(
	    o,
	    "</title>\n<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
	    "viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='");
	out_text(o, status_is_bad(x->m->verdict) ? "%23c2352d" : x->m->done ? "%232e7d4f" : "%23a86500");
	out_text(o, "'/%3E%3C/svg%3E\">\n<style>");
	out_add(o, page_css, page_css_bytes);
	out_text(o, "</style>\n");
	if (html_has_curve(x->m)) {
		out_text(o, "<style>");
		out_add(o, uplot_css, uplot_css_bytes);
		out_text(o, "</style>\n");
	}
	out_text(o, "</head>\n");
}

static void put_fact(struct html *x, struct str s)
{
	if (s.n == 0)
		return;
	out_text(x->o, "<li>");
	html_name(x, s);
	out_text(x->o, "</li>");
}

static void put_banner(struct html *x)
{
	struct out *o = x->o;
	out_text(
	    o,
	    "<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header><div class=\"wrap\">\n");
	out_printf(o, "<p class=\"verdict %s\">%s</p>\n<h1>", verdict_class(x->m), phrase_verdict(x->m));
	put_title(x);
	out_text(o, "</h1>\n");
	buf_clear(&x->scratch);
	if (phrase_cut_short(&x->scratch, x->m)) {
		out_text(o, "<p class=\"alert\">");
		html_scratch(x);
		out_text(o, "</p>\n");
	}
	if (x->m->command.n) {
		out_text(o, "<p class=\"command\"><code>");
		html_name(x, x->m->command);
		out_text(o, "</code></p>\n");
	}
	out_text(o, "<ul class=\"facts\">");
	put_fact(x, x->m->wall_text);
	put_fact(x, x->m->host);
	put_fact(x, x->m->cwd);
	put_fact(x, x->m->adapter);
	if (x->m->version.n) {
		out_text(o, "<li>fettle ");
		html_name(x, x->m->version);
		out_text(o, "</li>");
	}
	out_text(o, "</ul>\n</div></header>\n");
}

static void put_link(struct html *x, const char *id, const char *ours, struct str word)
{
	out_printf(x->o, "<a href=\"#%s\">", id);
	if (word.n) {
		struct buf plural = {0};
		phrase_plural(&plural, word);
		phrase_capital(&x->scratch, str_clip_utf8(buf_view(&plural), 40));
		buf_free(&plural);
		html_scratch(x);
	}
	out_printf(x->o, "%s</a>\n", ours);
}

static void put_nav(struct html *x, bool failures)
{
	const struct model *m = x->m;
	buf_clear(&x->scratch);
	out_text(x->o, "<nav aria-label=\"Parts of this page\"><div class=\"wrap\">\n");
	put_link(x, "overview", "Overview", STR_NONE);
	if (failures)
		put_link(x, "failures", "Failures", STR_NONE);
	out_text(x->o, "<a href=\"#timeline\" class=\"js\" hidden>Timeline</a>\n");
	if (m->containers.n)
		put_link(x, "containers", "Containers", STR_NONE);
	if (phrase_tells_critical(m))
		put_link(x, "critical", "What would help", STR_NONE);
	put_link(x, "tests", "", m->word_test);
	if (m->counts.tests)
		put_link(x, "slowest", "Slowest", STR_NONE);
	if (m->n_workers)
		put_link(x, "workers", "Workers", STR_NONE);
	if (m->wall_ns > 0)
		put_link(x, "wall", "Wall time", STR_NONE);
	if (m->phase_tree.n && m->phase_tree.marked)
		put_link(x, "phase-tree", "Phases", STR_NONE);
	if (m->n_changes || m->before_wall_ns > 0)
		put_link(x, "changes", "Changes", STR_NONE);
	if (m->counts.flaky)
		put_link(x, "flaky", "Flaky", STR_NONE);
	out_text(x->o, "</div></nav>\n");
}

static void put_card(struct html *x, const char *title)
{
	out_printf(x->o, "<div class=\"card\"><h3>%s</h3><p class=\"big\">", title);
}

static void put_counts_bar(struct html *x)
{
	const struct model_counts *c = &x->m->counts;
	const struct html_bar bars[] = {{"s-passed", (int64_t)c->passed - c->flaky, "passed"},
					{"s-flaky", c->flaky, "flaky"},
					{"s-skipped", c->skipped, "skipped"},
					{"s-unfinished", c->unfinished, "unfinished"},
					{"s-failed", c->failed, "failed"},
					{"s-error", c->error, "error"},
					{"s-timeout", c->timeout, "timed out"},
					{"s-crashed", c->crashed, "crashed"}};
	html_bars(x, bars, sizeof(bars) / sizeof(bars[0]), c->tests);
}

static void put_work_card(struct html *x)
{
	const struct model *m = x->m;
	int64_t busy = 0, whole = 0;
	for (size_t i = 0; i < m->n_workers; i++) {
		busy += m->all_workers[i].busy_ns;
		whole += m->wall_ns;
	}
	put_card(x, "Workers");
	out_count(x->o, m->workers);
	out_text(x->o, "</p>");
	html_bars(x, &(struct html_bar){"g-bound", busy, "busy"}, 1, whole);
	out_text(x->o, "<p>");
	if (whole > 0)
		out_printf(x->o, "%.0f %% of their time busy, ", 100.0 * (double)busy / (double)whole);
	phrase_number(&x->scratch, m->counts.units, STR("unit"));
	buf_text(&x->scratch, m->cores ? ", " : "");
	if (m->cores)
		phrase_number(&x->scratch, m->cores, STR("core"));
	html_scratch(x);
	out_text(x->o, "</p></div>\n");
}

static void put_overview(struct html *x)
{
	const struct model *m = x->m;
	out_text(x->o, "<section id=\"overview\" class=\"cards\" aria-label=\"Overview\">\n");
	put_card(x, "Verdicts");
	out_count(x->o, m->counts.tests);
	out_text(x->o, " <small>");
	if (m->counts.tests == 1)
		buf_str(&x->scratch, m->word_test);
	else
		phrase_plural(&x->scratch, m->word_test);
	html_scratch(x);
	out_text(x->o, "</small></p>");
	put_counts_bar(x);
	out_text(x->o, "<p>");
	phrase_counts(&x->scratch, m);
	html_scratch(x);
	out_text(x->o, "</p></div>\n");
	put_card(x, "Wall time");
	out_duration(x->o, m->wall_ns);
	out_text(x->o, "</p>");
	html_bars(x, &(struct html_bar){"g-bound", m->gap.bound_ns, "bound"}, 1, m->wall_ns);
	out_text(x->o, "<p>");
	if (m->gap.bound_ns > 0) {
		out_text(x->o, "at least ");
		out_duration(x->o, m->gap.bound_ns);
		out_text(x->o, " with as many workers");
	}
	if (phrase_before(&x->scratch, m)) {
		out_text(x->o, m->gap.bound_ns > 0 ? "; " : "");
		out_duration(x->o, m->before_wall_ns);
		out_text(x->o, " in the run before");
		buf_clear(&x->scratch);
	}
	out_text(x->o, "</p></div>\n");
	put_work_card(x);
	html_section_end(x);
}

static void put_pre(struct html *x, const char *class, struct str s, size_t cut)
{
	if (s.n == 0)
		return;
	if (cut)
		out_printf(x->o, "<p class=\"note\">Without its first %zu line%s:</p>", cut,
			   cut == 1 ? "" : "s");
	out_printf(x->o, "<pre class=\"%s\" tabindex=\"0\">", class);
	html_text(x, s);
	out_text(x->o, "</pre>\n");
}

static void put_failure_body(struct html *x, struct str message, struct str output)
{
	size_t cut;
	struct str s = str_clip_utf8(str_trim(excerpt_plain(&x->plain, message)), MESSAGE_BYTES);
	put_pre(x, "message", s, 0);
	s = excerpt_tail(excerpt_plain(&x->plain, output), OUTPUT_LINES, OUTPUT_BYTES, &cut);
	put_pre(x, "output", s, cut);
}

static void put_failure_head(struct html *x, struct str name, enum status status, bool open)
{
	out_printf(x->o, "<details class=\"failure\"%s><summary>", open ? " open" : "");
	html_status(x, status, false);
	out_text(x->o, " <b>");
	html_name(x, name);
	out_text(x->o, "</b> ");
}

static void put_failed_test(struct html *x, uint32_t i, bool open)
{
	const struct model_test *t = &x->m->tests[i];
	put_failure_head(x, t->name, t->status, open);
	html_place(x, t->file, t->line);
	out_printf(x->o, "</summary><p class=\"how\" data-test=\"%u\">%s", i, phrase_ended(t->status));
	out_duration(x->o, t->dur_ns);
	if (t->worker >= 0)
		out_printf(x->o, " on worker %d", t->worker);
	if (t->attempts > 1)
		out_printf(x->o, ", bad in %u of %u attempts", t->attempts_bad, t->attempts);
	out_text(x->o, "</p>\n");
	put_failure_body(x, t->told->message, t->told->output);
	if (t->key.n) {
		out_text(x->o, "<p class=\"again\">To run it alone: <code>");
		html_text(x, str_clip_utf8(t->key, 2000));
		out_text(x->o, "</code></p>\n");
	}
	out_text(x->o, "</details>\n");
}

static void put_failed_unit(struct html *x, uint32_t i, bool open)
{
	const struct model_unit *u = &x->m->units[i];
	put_failure_head(x, u->name, u->status, open);
	out_printf(x->o, "</summary><p class=\"how\">Unit, %s", phrase_ended(u->status));
	out_duration(x->o, u->dur_ns);
	if (u->worker >= 0)
		out_printf(x->o, " on worker %d", u->worker);
	out_text(x->o, "; no bad ");
	html_text(x, x->m->word_test);
	out_text(x->o, " in it</p>\n");
	put_failure_body(x, u->message, u->output);
	out_text(x->o, "</details>\n");
}

static void put_failures(struct html *x, const uint32_t *tests, size_t n_tests, const uint32_t *units,
			 size_t n_units)
{
	size_t put = 0;
	if (n_tests + n_units == 0)
		return;
	html_section(x, "failures", "Failures", STR_NONE, "");
	for (size_t i = 0; i < n_units && put < FAILURES; i++, put++)
		put_failed_unit(x, units[i], put < OPEN);
	for (size_t i = 0; i < n_tests && put < FAILURES; i++, put++)
		put_failed_test(x, tests[i], put < OPEN);
	if (n_tests + n_units > put) {
		out_text(x->o, "<p class=\"note\">And ");
		out_count(x->o, n_tests + n_units - put);
		out_text(x->o, " more: in the table below, and in report.json.</p>");
	}
	html_section_end(x);
}

static void put_timeline(struct html *x)
{
	html_section(x, "timeline", "Timeline", STR_NONE, "");
	out_text(x->o,
		 "<noscript><p class=\"note\">The timeline is drawn with JavaScript, which is off here. "
		 "trace.json.gz has it, too: open it in ui.perfetto.dev.</p></noscript>"
		 "<div id=\"timeline-view\"></div>");
	html_section_end(x);
}

void report_html(struct model *m, struct out *o)
{
	struct html x = {.m = m, .o = o};
	size_t n_tests, n_units;
	const uint32_t *tests = model_bad_tests(m, &n_tests);
	const uint32_t *units = model_bad_units(m, &n_units);
	put_head(&x);
	put_banner(&x);
	put_nav(&x, n_tests + n_units > 0);
	out_text(o, "<main id=\"main\" class=\"wrap\">\n");
	put_overview(&x);
	put_failures(&x, tests, n_tests, units, n_units);
	put_timeline(&x);
	html_containers(&x);
	html_failed_starts(&x);
	html_left(&x);
	html_calls(&x);
	html_critical(&x);
	html_tests(&x);
	html_slowest(&x);
	html_workers(&x);
	out_text(o, "<div class=\"grid\">\n");
	html_gap(&x);
	html_what_if(&x);
	html_changes(&x);
	html_flaky(&x);
	html_phase_tree(&x);
	html_values(&x);
	html_phases(&x);
	html_notes(&x);
	out_text(o, "</div>\n</main>\n");
	html_data(&x);
	if (html_has_curve(m)) {
		out_text(o, "<script>");
		out_add(o, uplot_js, uplot_js_bytes);
		out_text(o, "</script>\n");
	}
	out_text(o, "<script>");
	out_add(o, page_js, page_js_bytes);
	out_text(o, "</script>\n</body>\n</html>\n");
	buf_free(&x.scratch);
	buf_free(&x.plain);
}
