#include "base/str.h"
#include "report/phrase.h"
#include "report/text_table.h"

enum { TIME = DURATION_COLUMNS + 1, COUNT = 8, INDENT = 1, MESSAGE_LINES = 3, LISTED = 10 };

static void put_stat(struct term *t, const struct model_stat *s, const char *what)
{
	if (!s->n)
		return;
	out_repeat(t->out, " ", INDENT);
	term_count(t, s->n, COUNT);
	term_duration(t, s->mean_ns, TIME);
	term_duration(t, s->p50_ns, TIME);
	term_duration(t, s->p95_ns, TIME);
	term_duration(t, s->max_ns, TIME);
	term_duration(t, s->total_ns, TIME);
	out_printf(t->out, "  %s\n", what);
}

/* "  registry  8 containers, 1 failed", and a row each of create, start and ready. */
static void put_type(struct term *t, const struct model_container_type *x)
{
	struct buf b = {0};
	out_text(t->out, "  ");
	(void)term_text(t, x->name, t->columns / 2);
	out_text(t->out, "  ");
	term_ink(t, INK_DIM);
	phrase_container_type(&b, x);
	(void)term_text(t, buf_view(&b), t->columns);
	if (x->peak_bytes >= 0) {
		out_text(t->out, ", ");
		out_size(t->out, x->peak_bytes);
		out_text(t->out, " at most");
	}
	if (x->cpu_ns >= 0) {
		out_text(t->out, ", cpu ");
		out_duration(t->out, x->cpu_ns);
	}
	term_ink(t, INK_PLAIN);
	out_char(t->out, '\n');
	put_stat(t, &x->create, "create");
	put_stat(t, &x->start, "start");
	put_stat(t, &x->ready, "ready");
	buf_free(&b);
}

static void put_types(struct term *t, const struct model *m, unsigned rows)
{
	const struct model_containers *c = &m->containers;
	struct buf b = {0};
	phrase_containers(&b, m);
	table_heading(t, "Containers", STR_NONE, "");
	table_paragraph(t, buf_view(&b));
	table_titles(t, (const char *const[]){"times", "mean", "p50", "p95", "longest", "in all", NULL},
		     (const unsigned[]){COUNT, TIME, TIME, TIME, TIME, TIME});
	for (uint32_t i = 0; i < c->n_types && i < rows; i++)
		put_type(t, &c->types[i]);
	if (c->n_types > rows)
		out_printf(t->out, "  and %u more types\n", c->n_types - rows);
	buf_free(&b);
}

/* "  - name  image", and who asked for it. */
static void put_container(struct term *t, const struct model *m, const struct model_container *c)
{
	struct buf b = {0};
	out_text(t->out, "  - ");
	(void)term_text(t, c->name.n ? c->name : c->type, t->columns / 3);
	out_text(t->out, "  ");
	(void)term_text_end(t, c->image, t->columns / 3);
	term_ink(t, INK_DIM);
	out_text(t->out, "  ");
	phrase_container_of(&b, m, c);
	(void)term_text(t, buf_view(&b), t->columns / 2);
	term_ink(t, INK_PLAIN);
	out_char(t->out, '\n');
	buf_free(&b);
}

static void put_words(struct term *t, struct str message)
{
	struct str line;
	for (unsigned n = 0; n < MESSAGE_LINES && message.n && str_next(&message, '\n', &line); n++) {
		out_text(t->out, "    ");
		term_inked(t, INK_DIM, t->ascii ? "| " : "\xe2\x94\x82 ");
		(void)term_line(t, line, 4 * t->columns);
		out_char(t->out, '\n');
	}
}

static void put_failed(struct term *t, const struct model *m)
{
	const struct model_containers *c = &m->containers;
	uint32_t put = 0;
	if (!c->n_failed)
		return;
	table_heading(t, "Containers that failed to start", STR_NONE, "");
	for (uint32_t i = 0; i < c->n && put < LISTED; i++) {
		if (!c->all[i].failed)
			continue;
		put_container(t, m, &c->all[i]);
		put_words(t, str_trim(c->all[i].message));
		put++;
	}
	if (c->n_failed > put)
		out_printf(t->out, "  and %u more\n", c->n_failed - put);
}

static void put_left(struct term *t, const struct model *m)
{
	const struct model_containers *c = &m->containers;
	uint32_t put = 0;
	if (!c->n_left)
		return;
	table_heading(t, "Containers still there when the run ended", STR_NONE, "");
	for (uint32_t i = 0; i < c->n && put < LISTED; i++)
		if (c->all[i].left) {
			put_container(t, m, &c->all[i]);
			put++;
		}
	if (c->n_left > put)
		out_printf(t->out, "  and %u more\n", c->n_left - put);
}

static void put_calls(struct term *t, const struct model *m, unsigned rows)
{
	const struct model_containers *c = &m->containers;
	if (!c->n_calls)
		return;
	table_heading(t, "Calls to the container engine", STR_NONE, "");
	table_titles(t, (const char *const[]){"in all", "mean", "p95", "longest", "times", "failed", NULL},
		     (const unsigned[]){TIME, TIME, TIME, TIME, COUNT, COUNT});
	for (uint32_t i = 0; i < c->n_calls && i < rows; i++) {
		const struct model_call *x = &c->calls[i];
		out_repeat(t->out, " ", INDENT);
		term_duration(t, x->time.total_ns, TIME);
		term_duration(t, x->time.mean_ns, TIME);
		term_duration(t, x->time.p95_ns, TIME);
		term_duration(t, x->time.max_ns, TIME);
		term_count(t, x->n, COUNT);
		term_count(t, x->n_failed, COUNT);
		out_text(t->out, "  ");
		(void)term_text(t, x->name, t->columns / 3);
		out_char(t->out, '\n');
	}
	if (c->n_calls > rows)
		out_printf(t->out, "  and %u more\n", c->n_calls - rows);
}

void table_containers(struct term *t, const struct model *m, unsigned rows)
{
	if (rows > LISTED)
		rows = LISTED;
	if (m->containers.n)
		put_types(t, m, rows);
	put_failed(t, m);
	put_left(t, m);
	put_calls(t, m, rows);
}

static void put_node(struct term *t, const struct model_node *x)
{
	const unsigned used = INDENT + 4 * TIME + COUNT + 2;
	unsigned depth = x->depth < 10 ? x->depth : 10;
	out_repeat(t->out, " ", INDENT);
	term_duration(t, x->total_ns, TIME);
	term_duration(t, x->self_ns, TIME);
	term_duration(t, x->min_ns, TIME);
	term_duration(t, x->max_ns, TIME);
	term_count(t, x->n, COUNT);
	out_repeat(t->out, "  ", depth + 1);
	(void)term_text(t, phrase_name(x->name),
			t->columns > used + 2 * depth + 12 ? t->columns - used - 2 * depth : 12);
	if (x->n_bad) {
		out_text(t->out, "  ");
		term_ink(t, INK_BAD);
		out_printf(t->out, "%u bad", x->n_bad);
		term_ink(t, INK_PLAIN);
	}
	out_char(t->out, '\n');
}

void table_phase_tree(struct term *t, const struct model *m, unsigned rows)
{
	const struct model_phases *p = &m->phase_tree;
	uint32_t n = 0, put = 0;
	for (uint32_t i = 0; i < p->n; i++)
		n += p->nodes[i].marked;
	if (!n)
		return;
	table_heading(t, "Phases, added up", STR_NONE, "");
	table_titles(t, (const char *const[]){"in all", "self", "shortest", "longest", "times", NULL},
		     (const unsigned[]){TIME, TIME, TIME, TIME, COUNT});
	for (uint32_t i = 0; i < p->n && put < 2 * rows; i++)
		if (p->nodes[i].marked) {
			put_node(t, &p->nodes[i]);
			put++;
		}
	if (n > put)
		out_printf(t->out, "  and %u more\n", n - put);
}

void table_critical(struct term *t, const struct model *m, unsigned rows)
{
	const struct model_critical *c = &m->critical;
	struct buf b = {0};
	if (!phrase_tells_critical(m))
		return;
	if (rows > LISTED)
		rows = LISTED;
	table_heading(t, "What would shorten the run, simulated", STR_NONE, "");
	table_titles(t, (const char *const[]){"saved", "of wall", "took", "times", NULL},
		     (const unsigned[]){TIME, COUNT, TIME, COUNT});
	for (uint32_t i = 0; i < c->n && i < rows; i++) {
		const struct critical_item *x = &c->items[i];
		bool adds = x->kind == CRITICAL_WORKER; /* it takes nothing out */
		out_repeat(t->out, " ", INDENT);
		term_duration(t, x->saved_ns, TIME);
		out_printf(t->out, "%6.0f %%", 100.0 * (double)x->saved_ns / (double)c->wall_ns);
		term_duration(t, adds ? -1 : x->spent_ns, TIME);
		term_count(t, adds ? 1 : x->n, COUNT);
		buf_clear(&b);
		buf_text(&b, "if ");
		phrase_critical(&b, x);
		out_text(t->out, "  ");
		(void)term_text(t, buf_view(&b), t->columns - INDENT - 2 * TIME - 2 * COUNT - 2);
		out_char(t->out, '\n');
	}
	if (c->n > rows)
		out_printf(t->out, "  and %u more\n", c->n - rows);
	buf_free(&b);
}
