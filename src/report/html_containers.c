/* Containers, phases as a tree and what would shorten the run: tables that need no script. */
#include "base/str.h"
#include "report/excerpt.h"
#include "report/html.h"
#include "report/phrase.h"

enum { TYPES = 100, FAILED = 200, LEFT = 200, CALLS = 40, NODES = 500, MESSAGE_BYTES = 2000 };

static void put_stage(struct html *x, const char *name, const struct model_stat *s)
{
	out_printf(x->o, "<td class=\"part\">%s</td>", name);
	html_count(x, s->n);
	const int64_t times[] = {s->total_ns, s->mean_ns, s->min_ns, s->p50_ns, s->p95_ns, s->max_ns};
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		html_time(x, s->n ? times[i] : -1);
	out_text(x->o, "</tr>\n");
}

static void put_type(struct html *x, const struct model_container_type *t)
{
	out_text(x->o, "<tr><td class=\"name\" rowspan=\"3\"><b>");
	html_name(x, t->name);
	out_text(x->o, "</b>");
	if (t->image.n && !str_eq(t->image, t->name)) {
		out_text(x->o, " <code>");
		html_name(x, t->image);
		out_text(x->o, "</code>");
	}
	out_text(x->o, "<small>");
	buf_clear(&x->scratch);
	phrase_container_type(&x->scratch, t);
	if (t->peak_bytes > 0)
		buf_text(&x->scratch, ", at most ");
	html_scratch(x);
	if (t->peak_bytes > 0)
		out_size(x->o, t->peak_bytes);
	out_text(x->o, "</small></td>");
	put_stage(x, "create", &t->create);
	out_text(x->o, "<tr>");
	put_stage(x, "start", &t->start);
	out_text(x->o, "<tr>");
	put_stage(x, "ready", &t->ready);
}

static void put_summary(struct html *x)
{
	out_text(x->o, "<p>");
	buf_clear(&x->scratch);
	phrase_containers(&x->scratch, x->m);
	html_scratch(x);
	out_text(x->o, "</p>");
}

static void put_others(struct html *x, uint64_t all, uint64_t shown)
{
	if (all > shown)
		out_printf(x->o, "<p class=\"note\">And %llu more; report.json has them.</p>",
			   (unsigned long long)(all - shown));
}

static void put_types(struct html *x)
{
	const struct model_containers *c = &x->m->containers;
	uint32_t n = c->n_types < TYPES ? c->n_types : TYPES;
	if (n == 0)
		return;
	html_titles(x, (const char *const[]){"type", "stage", ">n", ">total", ">mean", ">min", ">p50", ">p95",
					     ">max", NULL});
	for (uint32_t i = 0; i < n; i++)
		put_type(x, &c->types[i]);
	html_titles_end(x);
	out_text(x->o,
		 "<p class=\"note\">create: the request to make it; start: the request to start it; ready: "
		 "from there until it is healthy or listens. What failed counts in none of them. Shared: no "
		 "single ");
	html_text(x, x->m->word_test);
	out_text(x->o, " asked for it.</p>");
	put_others(x, c->n_types, n);
}

void html_containers(struct html *x)
{
	const struct model_containers *c = &x->m->containers;
	if (!c->n && !c->n_calls)
		return;
	html_section(x, "containers", "Containers", STR_NONE, "");
	put_summary(x);
	put_types(x);
	html_section_end(x);
}

/* The name, above what it was made of. */
static void put_container(struct html *x, const struct model_container *c)
{
	out_text(x->o, "<td class=\"name\"><b>");
	html_name(x, c->name.n ? c->name : c->type);
	out_text(x->o, "</b>");
	if (c->image.n) {
		out_text(x->o, " <code>");
		html_name(x, c->image);
		out_text(x->o, "</code>");
	}
	out_text(x->o, "</td>");
}

static void put_owner(struct html *x, const struct model_container *c)
{
	out_text(x->o, "<td class=\"name\">");
	buf_clear(&x->scratch);
	phrase_container_of(&x->scratch, x->m, c);
	html_name(x, buf_view(&x->scratch));
	buf_clear(&x->scratch);
	out_text(x->o, "</td>");
}

static void put_failed(struct html *x, const struct model_container *c)
{
	out_text(x->o, "<tr>");
	put_container(x, c);
	put_owner(x, c);
	html_time(x, c->create_at_ns >= 0 ? c->create_at_ns : c->start_at_ns);
	out_text(x->o, "<td class=\"why\">");
	html_text(x, str_clip_utf8(str_trim(excerpt_plain(&x->plain, c->message)), MESSAGE_BYTES));
	out_text(x->o, "</td></tr>\n");
}

void html_failed_starts(struct html *x)
{
	const struct model_containers *c = &x->m->containers;
	uint32_t put = 0;
	if (!c->n_failed)
		return;
	html_section(x, "failed-starts", "Containers that did not start", STR_NONE, "");
	html_titles(x, (const char *const[]){"container", "asked for by", ">at", "the engine's words", NULL});
	for (uint32_t i = 0; i < c->n && put < FAILED; i++)
		if (c->all[i].failed) {
			put_failed(x, &c->all[i]);
			put++;
		}
	html_titles_end(x);
	put_others(x, c->n_failed, put);
	html_section_end(x);
}

void html_left(struct html *x)
{
	const struct model_containers *c = &x->m->containers;
	uint32_t put = 0;
	if (!c->n_left)
		return;
	html_section(x, "left", "Containers left behind", STR_NONE, "");
	out_text(x->o, "<p class=\"note\">Made by this run, and still there at its end.</p>");
	html_titles(x, (const char *const[]){"container", "asked for by", ">began", "id", NULL});
	for (uint32_t i = 0; i < c->n && put < LEFT; i++) {
		const struct model_container *k = &c->all[i];
		if (!k->left)
			continue;
		put++;
		out_text(x->o, "<tr>");
		put_container(x, k);
		put_owner(x, k);
		html_time(x, k->create_at_ns);
		out_text(x->o, "<td><code>");
		html_text(x, str_cut(k->cid, 0, 12));
		out_text(x->o, "</code></td></tr>\n");
	}
	html_titles_end(x);
	put_others(x, c->n_left, put);
	html_section_end(x);
}

void html_calls(struct html *x)
{
	const struct model_containers *c = &x->m->containers;
	if (!c->n_calls)
		return;
	html_section(x, "calls", "Calls to the container engine", STR_NONE, "");
	html_titles(x,
		    (const char *const[]){"call", ">n", ">failed", ">total", ">mean", ">p95", ">max", NULL});
	for (uint32_t i = 0; i < c->n_calls && i < CALLS; i++) {
		const struct model_call *k = &c->calls[i];
		out_text(x->o, "<tr><td class=\"name\">");
		html_name(x, k->name);
		out_text(x->o, "</td>");
		html_count(x, k->n);
		html_count(x, k->n_failed);
		html_time(x, k->time.n ? k->time.total_ns : -1);
		html_time(x, k->time.n ? k->time.mean_ns : -1);
		html_time(x, k->time.n ? k->time.p95_ns : -1);
		html_time(x, k->time.n ? k->time.max_ns : -1);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}

void html_phase_tree(struct html *x)
{
	const struct model_phases *p = &x->m->phase_tree;
	enum { DEEPEST = 12 };
	if (!p->n || !p->marked)
		return;
	html_section(x, "phase-tree", "Phases", STR_NONE, "");
	html_titles(x, (const char *const[]){"phase", ">n", ">total", ">self", ">min", ">max", NULL});
	for (uint32_t i = 0; i < p->n && i < NODES; i++) {
		const struct model_node *k = &p->nodes[i];
		out_printf(x->o, "<tr><td class=\"name in-%u\">", k->depth < DEEPEST ? k->depth : DEEPEST);
		html_name(x, k->name);
		if (k->n_bad)
			out_printf(x->o, " <small class=\"failed\">%u failed</small>", k->n_bad);
		out_text(x->o, "</td>");
		html_count(x, k->n);
		html_time(x, k->total_ns);
		html_time(x, k->self_ns);
		html_time(x, k->min_ns);
		html_time(x, k->max_ns);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	put_others(x, p->n, NODES);
	html_section_end(x);
}

void html_critical(struct html *x)
{
	const struct model_critical *c = &x->m->critical;
	if (!phrase_tells_critical(x->m))
		return;
	html_section(x, "critical", "What would shorten the run", STR_NONE, "");
	out_text(x->o,
		 "<p class=\"note\">Each alone, simulated from this run; the savings do not add up.</p>");
	html_titles(x, (const char *const[]){"if \xe2\x80\xa6", ">times", ">spent", ">shorter by", "", NULL});
	for (uint32_t i = 0; i < c->n; i++) {
		const struct critical_item *k = &c->items[i];
		out_text(x->o, "<tr><td class=\"name\">");
		buf_clear(&x->scratch);
		phrase_critical(&x->scratch, k);
		html_name(x, buf_view(&x->scratch));
		buf_clear(&x->scratch);
		out_text(x->o, "</td>");
		if (k->kind == CRITICAL_WORKER || k->kind == CRITICAL_LONGEST)
			out_text(x->o, "<td></td>");
		else
			html_count(x, k->n);
		html_time(x, k->spent_ns);
		html_time(x, k->saved_ns);
		out_text(x->o, "<td class=\"wide\">");
		html_bars(x, &(struct html_bar){"g-queue", k->saved_ns, "shorter by"}, 1, c->wall_ns);
		out_text(x->o, "</td></tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}
