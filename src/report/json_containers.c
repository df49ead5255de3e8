#include "report/members.h"

static void put_stat(struct members *x, const char *name, const struct model_stat *s)
{
	member_key(x, name);
	struct members y = members_begin(x->o);
	member_int(&y, "count", s->n);
	if (s->n) {
		member_int(&y, "total_ns", s->total_ns);
		member_int(&y, "mean_ns", s->mean_ns);
		member_int(&y, "min_ns", s->min_ns);
		member_int(&y, "p50_ns", s->p50_ns);
		member_int(&y, "p95_ns", s->p95_ns);
		member_int(&y, "max_ns", s->max_ns);
	}
	out_char(x->o, '}');
}

static void put_type(struct out *o, const struct model_containers *c, uint32_t i)
{
	const struct model_container_type *t = &c->types[i];
	struct members x = members_begin(o);
	member_text(&x, "name", t->name);
	member_text_if(&x, "image", t->image);
	member_int(&x, "count", t->n);
	member_int(&x, "failed", t->n_failed);
	member_int(&x, "left", t->n_left);
	member_int(&x, "shared", t->n_shared);
	member_int(&x, "peak", t->peak);
	put_stat(&x, "create", &t->create);
	put_stat(&x, "start", &t->start);
	put_stat(&x, "ready", &t->ready);
	member_int(&x, "life_ns", t->life_ns);
	member_int(&x, "wait_ns", t->wait_ns);
	member_time(&x, "peak_bytes", t->peak_bytes);
	member_time(&x, "cpu_ns", t->cpu_ns);
	out_char(o, '}');
}

static void put_call(struct out *o, const struct model_containers *c, uint32_t i)
{
	struct members x = members_begin(o);
	member_text(&x, "name", c->calls[i].name);
	member_int(&x, "failed", c->calls[i].n_failed);
	put_stat(&x, "time", &c->calls[i].time);
	out_char(o, '}');
}

static void put_step(struct out *o, const struct model_containers *c, uint32_t i)
{
	struct members x = members_begin(o);
	member_int(&x, "at_ns", c->curve[i].at_ns);
	member_int(&x, "running", c->curve[i].n);
	out_char(o, '}');
}

static void put_level(struct out *o, const struct model_containers *c, uint32_t i)
{
	struct members x = members_begin(o);
	member_int(&x, "at_ns", c->memory[i].at_ns);
	member_int(&x, "bytes", c->memory[i].bytes);
	out_char(o, '}');
}

static void put_times(struct members *x, const struct model_container *c)
{
	static const char *const by[] = {"", "healthy", "listening", "mark"};
	member_time(x, "create_at_ns", c->create_at_ns);
	member_time(x, "create_ns", c->create_ns);
	member_time(x, "start_at_ns", c->start_at_ns);
	member_time(x, "start_ns", c->start_ns);
	member_int(x, "starts", c->n_starts);
	member_time(x, "ready_ns", c->ready_ns);
	if (c->ready_by != READY_NONE)
		member_word(x, "ready_by", by[c->ready_by]);
	member_time(x, "use_at_ns", c->use_at_ns);
	member_int(x, "wait_ns", c->wait_ns);
	member_time(x, "run_ns", c->run_ns);
	member_time(x, "end_ns", c->end_ns);
	member_bool(x, "ended", c->ended);
	member_time(x, "stop_at_ns", c->stop_at_ns);
	member_time(x, "stop_ns", c->stop_ns);
	member_time(x, "remove_at_ns", c->remove_at_ns);
	member_time(x, "remove_ns", c->remove_ns);
	member_int(x, "execs", c->n_execs);
	member_int(x, "exec_ns", c->exec_ns);
	member_int(x, "inspects", c->n_inspects);
	member_int(x, "inspect_ns", c->inspect_ns);
}

static void put_container(struct out *o, const struct model_containers *all, uint32_t i)
{
	const struct model_container *c = &all->all[i];
	struct members x = members_begin(o);
	member_text(&x, "name", c->name);
	member_text_if(&x, "image", c->image);
	member_text(&x, "type", c->type);
	member_text_if(&x, "cid", c->cid);
	member_int_or_null(&x, "worker", c->worker, c->worker >= 0);
	member_int_or_null(&x, "unit", c->unit, c->unit != MODEL_NONE);
	member_int_or_null(&x, "test", c->test, c->test != MODEL_NONE);
	member_bool(&x, "shared", c->shared);
	member_bool(&x, "failed", c->failed);
	member_text_if(&x, "message", c->message);
	member_bool(&x, "removed", c->removed);
	member_bool(&x, "left", c->left);
	put_times(&x, c);
	member_int_or_null(&x, "exit", c->exit_code, c->exit_code >= 0);
	member_time(&x, "peak_bytes", c->peak_bytes);
	member_time(&x, "anon_bytes", c->anon_bytes);
	member_time(&x, "cpu_ns", c->cpu_ns);
	out_char(o, '}');
}

/* An item a line. */
static void put_array(struct members *x, const struct model_containers *c, const char *name, uint32_t n,
		      void (*put)(struct out *, const struct model_containers *, uint32_t))
{
	out_text(x->o, ",\n\"");
	out_text(x->o, name);
	out_text(x->o, "\":[");
	for (uint32_t i = 0; i < n; i++) {
		out_text(x->o, i ? ",\n" : "\n");
		put(x->o, c, i);
	}
	out_text(x->o, n ? "\n]" : "]");
}

void json_containers(struct out *o, const struct model *m)
{
	const struct model_containers *c = &m->containers;
	out_text(o, ",\n\"containers\":");
	if (!c->told) {
		out_text(o, "null");
		return;
	}
	struct members x = members_begin(o);
	member_int(&x, "count", c->n);
	member_int(&x, "passed_over", c->n_passed_over);
	member_int(&x, "failed", c->n_failed);
	member_int(&x, "left", c->n_left);
	member_int(&x, "shared", c->n_shared);
	member_int(&x, "peak", c->peak);
	member_int_or_null(&x, "peak_at_ns", c->peak_at_ns, c->peak > 0);
	member_key(&x, "average");
	out_printf(o, "%.3f", c->average);
	member_int(&x, "at_end", c->at_end);
	member_int(&x, "wait_ns", c->wait_ns);
	put_array(&x, c, "types", c->n_types, put_type);
	put_array(&x, c, "calls", c->n_calls, put_call);
	put_array(&x, c, "curve", c->n_curve, put_step);
	put_array(&x, c, "memory", c->n_memory, put_level);
	put_array(&x, c, "all", c->n, put_container);
	out_char(o, '}');
}

void json_phase_tree(struct out *o, const struct model *m)
{
	const struct model_phases *p = &m->phase_tree;
	out_text(o, ",\n\"phase_tree\":[");
	for (uint32_t i = 0; i < p->n; i++) {
		const struct model_node *n = &p->nodes[i];
		out_text(o, i ? ",\n" : "\n");
		struct members x = members_begin(o);
		member_text(&x, "name", n->name);
		member_int_or_null(&x, "parent", n->parent, n->parent != MODEL_NONE);
		member_int(&x, "depth", n->depth);
		member_int(&x, "times", n->n);
		member_int(&x, "bad", n->n_bad);
		member_int(&x, "total_ns", n->total_ns);
		member_int(&x, "self_ns", n->self_ns);
		member_int(&x, "min_ns", n->min_ns);
		member_int(&x, "max_ns", n->max_ns);
		if (n->marked)
			member_bool(&x, "marked", true);
		out_char(o, '}');
	}
	out_text(o, p->n ? "\n]" : "]");
}

void json_critical(struct out *o, const struct model *m)
{
	static const char *const kinds[CRITICAL_KINDS] = {"phase", "hook",    "reuse",   "share",
							  "image", "polling", "longest", "worker"};
	const struct model_critical *c = &m->critical;
	out_text(o, ",\n\"critical\":{\"wall_ns\":");
	out_int(o, c->wall_ns);
	out_text(o, ",\"items\":[");
	for (uint32_t i = 0; i < c->n; i++) {
		const struct critical_item *item = &c->items[i];
		out_text(o, i ? ",\n" : "\n");
		struct members x = members_begin(o);
		member_word(&x, "kind", kinds[item->kind]);
		member_text_if(&x, "name", item->name);
		member_int(&x, "times", item->n);
		member_int(&x, "spent_ns", item->spent_ns);
		member_int(&x, "saved_ns", item->saved_ns);
		out_char(o, '}');
	}
	out_text(o, c->n ? "\n]}" : "]}");
}
