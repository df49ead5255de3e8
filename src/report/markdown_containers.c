#include "base/str.h"
#include "report/excerpt.h"
#include "report/markdown.h"
#include "report/phrase.h"

enum { ROWS = 15, NAME_BYTES = 300, MESSAGE_BYTES = 1000 };

static void put_text(struct md *x, struct str s)
{
	out_text(&x->o, "| ");
	out_md(&x->o, str_clip_utf8(s, NAME_BYTES));
	out_char(&x->o, ' ');
}

static void put_more(struct md *x, uint32_t n, uint32_t put)
{
	if (n > put)
		out_printf(&x->o, "\nand %u more\n", n - put);
	md_piece(x);
}

static void put_stat(struct md *x, const struct model_container_type *t, const struct model_stat *s,
		     const char *what)
{
	if (!s->n)
		return;
	put_text(x, t->name);
	out_printf(&x->o, "| %s | %u ", what, s->n);
	md_time(x, s->mean_ns);
	md_time(x, s->p50_ns);
	md_time(x, s->p95_ns);
	md_time(x, s->max_ns);
	md_time(x, s->total_ns);
	out_text(&x->o, "|\n");
	md_piece(x);
}

static void put_types(struct md *x)
{
	const struct model_containers *c = &x->m->containers;
	md_heading(x, "Containers", STR_NONE, "");
	out_char(&x->o, '\n');
	phrase_containers(&x->scratch, x->m);
	md_phrase(x);
	out_char(&x->o, '\n');
	md_titles(x, (const char *const[]){"type", ">times", ">failed", ">left", ">at once", ">polled",
					   ">memory", ">cpu", "image", NULL});
	for (uint32_t i = 0; i < c->n_types && i < ROWS; i++) {
		const struct model_container_type *t = &c->types[i];
		put_text(x, t->name);
		out_printf(&x->o, "| %u | %u | %u | %u ", t->n, t->n_failed, t->n_left, t->peak);
		md_time(x, t->wait_ns ? t->wait_ns : -1);
		out_text(&x->o, "| ");
		if (t->peak_bytes < 0)
			out_char(&x->o, '-');
		else
			out_size(&x->o, t->peak_bytes);
		out_char(&x->o, ' ');
		md_time(x, t->cpu_ns);
		out_text(&x->o, "| ");
		out_md_code(&x->o, str_clip_utf8(t->image, NAME_BYTES), true);
		out_text(&x->o, " |\n");
		md_piece(x);
	}
	put_more(x, c->n_types, ROWS);
	md_titles(x, (const char *const[]){"type", "what", ">times", ">mean", ">p50", ">p95", ">longest",
					   ">in all", NULL});
	for (uint32_t i = 0; i < c->n_types && i < ROWS; i++) {
		put_stat(x, &c->types[i], &c->types[i].create, "create");
		put_stat(x, &c->types[i], &c->types[i].start, "start");
		put_stat(x, &c->types[i], &c->types[i].ready, "ready");
	}
	md_piece(x);
}

static void put_container(struct md *x, const struct model_container *c)
{
	out_text(&x->o, "- ");
	out_md(&x->o, str_clip_utf8(c->name.n ? c->name : c->type, NAME_BYTES));
	out_char(&x->o, ' ');
	out_md_code(&x->o, str_clip_utf8(c->image, NAME_BYTES), false);
	out_text(&x->o, c->image.n ? " on " : "on ");
	phrase_container_of(&x->scratch, x->m, c);
	md_phrase(x);
	out_char(&x->o, '\n');
}

static void put_failed(struct md *x)
{
	const struct model_containers *c = &x->m->containers;
	uint32_t put = 0;
	if (c->n_failed)
		md_heading(x, "Containers that failed to start", STR_NONE, "\n");
	for (uint32_t i = 0; i < c->n && put < ROWS; i++) {
		struct str message = c->all[i].message;
		if (!c->all[i].failed)
			continue;
		put++;
		put_container(x, &c->all[i]);
		message = str_trim(str_clip_utf8(str_trim(excerpt_plain(&x->plain, message)), MESSAGE_BYTES));
		if (message.n) {
			out_text(&x->o, "  ");
			out_md(&x->o, message);
			out_char(&x->o, '\n');
		}
		md_piece(x);
	}
	put_more(x, c->n_failed, put);
}

static void put_left(struct md *x)
{
	const struct model_containers *c = &x->m->containers;
	uint32_t put = 0;
	if (c->n_left)
		md_heading(x, "Containers still there when the run ended", STR_NONE, "\n");
	for (uint32_t i = 0; i < c->n && put < ROWS; i++)
		if (c->all[i].left) {
			put++;
			put_container(x, &c->all[i]);
			md_piece(x);
		}
	put_more(x, c->n_left, put);
}

static void put_calls(struct md *x)
{
	const struct model_containers *c = &x->m->containers;
	if (c->n_calls) {
		md_heading(x, "Calls to the container engine", STR_NONE, "");
		md_titles(x, (const char *const[]){"call", ">in all", ">mean", ">p95", ">longest", ">times",
						   ">failed", NULL});
	}
	for (uint32_t i = 0; i < c->n_calls && i < ROWS; i++) {
		const struct model_call *call = &c->calls[i];
		put_text(x, call->name);
		md_time(x, call->time.total_ns);
		md_time(x, call->time.mean_ns);
		md_time(x, call->time.p95_ns);
		md_time(x, call->time.max_ns);
		out_printf(&x->o, "| %u | %u |\n", call->n, call->n_failed);
		md_piece(x);
	}
	put_more(x, c->n_calls, ROWS);
}

void md_containers(struct md *x)
{
	if (x->m->containers.n)
		put_types(x);
	put_failed(x);
	put_left(x);
	put_calls(x);
}

void md_phase_tree(struct md *x)
{
	const struct model_phases *p = &x->m->phase_tree;
	uint32_t total = 0, put = 0;
	for (uint32_t i = 0; i < p->n; i++)
		total += p->nodes[i].marked;
	if (!total)
		return;
	md_heading(x, "Phases, added up", STR_NONE, "");
	md_titles(x, (const char *const[]){"phase", ">in all", ">self", ">shortest", ">longest", ">times",
					   ">bad", NULL});
	for (uint32_t i = 0; i < p->n && put < 4 * ROWS; i++) {
		const struct model_node *n = &p->nodes[i];
		if (!n->marked)
			continue;
		put++;
		out_text(&x->o, "| ");
		out_repeat(&x->o, "&emsp;", n->depth < 10 ? n->depth : 10);
		out_md(&x->o, str_clip_utf8(phrase_name(n->name), NAME_BYTES));
		out_char(&x->o, ' ');
		md_time(x, n->total_ns);
		md_time(x, n->self_ns);
		md_time(x, n->min_ns);
		md_time(x, n->max_ns);
		out_printf(&x->o, "| %u | %u |\n", n->n, n->n_bad);
		md_piece(x);
	}
	put_more(x, total, put);
}

void md_critical(struct md *x)
{
	const struct model_critical *c = &x->m->critical;
	if (!phrase_tells_critical(x->m))
		return;
	md_heading(x, "What would shorten the run, simulated", STR_NONE, "");
	md_titles(x, (const char *const[]){">saved", ">of wall", ">took", ">times", "if", NULL});
	for (uint32_t i = 0; i < c->n && i < ROWS; i++) {
		const struct critical_item *item = &c->items[i];
		bool adds = item->kind == CRITICAL_WORKER; /* it takes nothing out */
		md_time(x, item->saved_ns);
		out_printf(&x->o, "| %.0f %% ", 100.0 * (double)item->saved_ns / (double)c->wall_ns);
		md_time(x, adds ? -1 : item->spent_ns);
		out_printf(&x->o, "| %u ", adds ? 1 : item->n);
		phrase_critical(&x->scratch, item);
		struct str phrase = str_clip_utf8(buf_view(&x->scratch), NAME_BYTES);
		out_text(&x->o, "| ");
		out_md(&x->o, phrase);
		out_text(&x->o, " |\n");
		buf_clear(&x->scratch);
		md_piece(x);
	}
	put_more(x, c->n, ROWS);
}
