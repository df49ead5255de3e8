#include <math.h>
#include <time.h>

#include "base/str.h"
#include "bench_out/bench_page.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_bench.h"
#include "measure/targets.h"
#include "report/html_head.h"

enum { NS_PER_S = 1000000000, LINKS = 12 };

static uint32_t bad_subjects(const struct bench *b)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < b->n_subjects; i++)
		n += targets_is_bad(b, &b->subjects[i]);
	return n;
}

static bool is_bad(const struct bench *b)
{
	return bad_subjects(b) || bench_targets_met(b) < b->n_targets;
}

/* "6 of 7 targets met", or what else there is to say first. */
static void put_title(struct out *o, const struct bench *b)
{
	uint32_t bad = bad_subjects(b);
	if (b->n_targets)
		out_printf(o, "%u of %u target%s met", bench_targets_met(b), b->n_targets,
			   b->n_targets == 1 ? "" : "s");
	else
		out_printf(o, "%u benchmark%s", b->n_subjects, b->n_subjects == 1 ? "" : "s");
	if (bad)
		out_printf(o, ", %u benchmark%s failed", bad, bad == 1 ? "" : "s");
}

static void put_head(struct bench_page *p)
{
	struct out *o = p->x.o;
	html_head(o, &(struct html_asset){bench_css, bench_css_bytes}, 1, NULL, 0);
	put_title(o, p->b);
	out_printf(o,
		   "</title>\n<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg "
		   "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%%3E%%3Ccircle cx='8' cy='8' r='7' "
		   "fill='%s'/%%3E%%3C/svg%%3E\">\n<style>",
		   is_bad(p->b) ? "%23c2352d" : "%232e7d4f");
	out_add(o, bench_css, bench_css_bytes);
	out_text(o, "</style>\n</head>\n");
}

static void put_fact(struct bench_page *p, struct str s)
{
	if (!s.n)
		return;
	out_text(p->x.o, "<li>");
	html_name(&p->x, s);
	out_text(p->x.o, "</li>");
}

static void put_when(struct bench_page *p)
{
	time_t s = (time_t)(p->b->begin_ns / NS_PER_S);
	struct tm tm;
	char text[40];
	if (p->b->begin_ns > 0 && gmtime_r(&s, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm))
		put_fact(p, str_of(text));
}

static void put_banner(struct bench_page *p)
{
	struct out *o = p->x.o;
	bool bad = is_bad(p->b);
	out_printf(o,
		   "<body class=\"benches\">\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
		   "<header><div class=\"wrap\">\n<p class=\"verdict %s\">%s</p>\n<h1>",
		   bad ? "bad" : "good", bad ? "failed" : "passed");
	put_title(o, p->b);
	out_text(o, "</h1>\n<ul class=\"facts\">");
	put_when(p);
	put_fact(p, p->b->machine);
	put_fact(p, p->b->host);
	if (p->b->version.n) {
		out_text(o, "<li>fettle ");
		html_name(&p->x, p->b->version);
		out_text(o, "</li>");
	}
	out_text(o, "</ul>\n</div></header>\n");
}

static void put_nav(struct bench_page *p)
{
	struct out *o = p->x.o;
	const struct bench *b = p->b;
	uint32_t n = 0;
	out_text(o, "<nav aria-label=\"Parts of this page\"><div class=\"wrap\">\n");
	if (b->n_targets)
		out_text(o, "<a href=\"#targets\">Targets</a>\n");
	out_text(o, b->n_subjects ? "<a href=\"#overview\">Benchmarks</a>\n" : "");
	out_text(o, p->v->n ? "<a href=\"#beside\">Side by side</a>\n" : "");
	for (uint32_t i = 0; i < b->n_subjects && i < BENCH_PAGE_FULL && n < LINKS;
	     i = bench_group_end(b, i), n++) {
		struct str bench = b->subjects[i].bench;
		out_printf(o, "<a href=\"#b%u\">", i);
		html_text(&p->x, str_clip_utf8(bench.n ? bench : b->subjects[i].name, 40));
		out_text(o, "</a>\n");
	}
	out_text(o, "<a href=\"#machine\">Machine</a>\n</div></nav>\n");
}

void bench_html(struct out *o, const struct bench *b, const struct besides *v)
{
	struct bench_page p = {.x = {.o = o}, .b = b, .v = v};
	put_head(&p);
	put_banner(&p);
	put_nav(&p);
	out_text(o, "<main id=\"main\" class=\"wrap\">\n");
	bench_page_targets(&p);
	bench_page_overview(&p);
	bench_page_besides(&p);
	bench_page_subjects(&p);
	bench_page_words(&p);
	bench_page_machine(&p);
	out_text(o, "</main>\n</body>\n</html>\n");
	buf_free(&p.x.scratch);
	buf_free(&p.x.plain);
}
