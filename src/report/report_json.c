#include "report/report.h"

#include <string.h>

#include "report/phrase.h"

/* One JSON object being written; a member puts its own comma. */
struct object {
	struct out *o;
	bool comma;
};

static struct object object_begin(struct out *o)
{
	out_char(o, '{');
	return (struct object){o, false};
}

static void key(struct object *x, const char *name)
{
	out_text(x->o, x->comma ? ",\"" : "\"");
	out_text(x->o, name);
	out_add(x->o, "\":", 2);
	x->comma = true;
}

static void text(struct object *x, const char *name, struct str s)
{
	key(x, name);
	out_json(x->o, s);
}

static void text_if(struct object *x, const char *name, struct str s)
{
	if (s.n)
		text(x, name, s);
}

static void word(struct object *x, const char *name, const char *ours)
{
	text(x, name, (struct str){ours, strlen(ours)});
}

static void number(struct object *x, const char *name, int64_t v)
{
	key(x, name);
	out_int(x->o, v);
}

/* -1 in the model: not known. */
static void number_or_null(struct object *x, const char *name, int64_t v, bool known)
{
	key(x, name);
	if (known)
		out_int(x->o, v);
	else
		out_text(x->o, "null");
}

static void truth(struct object *x, const char *name, bool v)
{
	key(x, name);
	out_text(x->o, v ? "true" : "false");
}

static void put_run(struct out *o, const struct model *m)
{
	struct object x = object_begin(o);
	text(&x, "id", m->id);
	text(&x, "command", m->command);
	text(&x, "cwd", m->cwd);
	text(&x, "adapter", m->adapter);
	text(&x, "host", m->host);
	text(&x, "fettle", m->version);
	text(&x, "wall", m->wall_text);
	number(&x, "wall_start_ns", m->wall_start_ns);
	number(&x, "wall_ns", m->wall_ns);
	number_or_null(&x, "before_wall_ns", m->before_wall_ns, m->before_wall_ns > 0);
	number(&x, "own_cpu_ns", m->own_cpu_ns);
	number(&x, "workers", m->workers);
	number(&x, "cores", m->cores);
	text(&x, "suite_word", m->word_suite);
	text(&x, "test_word", m->word_test);
	text(&x, "step_word", m->word_step);
	truth(&x, "done", m->done);
	truth(&x, "interrupted", m->interrupted);
	word(&x, "verdict", status_name(m->verdict));
	number(&x, "exit", m->exit_code);
	out_char(o, '}');
}

static void put_counts(struct out *o, const struct model_counts *c)
{
	struct object x = object_begin(o);
	number(&x, "tests", c->tests);
	number(&x, "passed", c->passed);
	number(&x, "failed", c->failed);
	number(&x, "error", c->error);
	number(&x, "crashed", c->crashed);
	number(&x, "timeout", c->timeout);
	number(&x, "skipped", c->skipped);
	number(&x, "unfinished", c->unfinished);
	number(&x, "flaky", c->flaky);
	number(&x, "suites", c->suites);
	number(&x, "suites_bad", c->suites_bad);
	number(&x, "units", c->units);
	out_char(o, '}');
}

static void put_gap(struct out *o, const struct model_gap *g)
{
	struct object x = object_begin(o);
	number(&x, "bound_ns", g->bound_ns);
	number(&x, "sum_ns", g->sum_ns);
	number(&x, "longest_ns", g->longest_ns);
	text(&x, "longest", g->longest);
	number(&x, "chain_ns", g->chain_ns);
	text(&x, "chain", g->chain);
	number(&x, "before_ns", g->before_ns);
	number(&x, "startup_ns", g->startup_ns);
	number(&x, "queue_ns", g->queue_ns);
	number(&x, "teardown_ns", g->teardown_ns);
	out_char(o, '}');
}

static void put_worker(struct out *o, const struct model *m, size_t i)
{
	const struct model_worker *w = &m->all_workers[i];
	struct object x = object_begin(o);
	number(&x, "worker", w->number);
	number(&x, "units", w->n_units);
	number(&x, "starts", w->n_starts);
	number(&x, "start_ns", w->start_ns);
	number(&x, "end_ns", w->end_ns);
	number(&x, "busy_ns", w->busy_ns);
	number(&x, "idle_ns", w->idle_ns);
	number(&x, "tail_ns", w->tail_ns);
	number(&x, "startup_ns", w->startup_ns);
	number(&x, "teardown_ns", w->teardown_ns);
	number_or_null(&x, "cpu_ns", w->cpu_ns, w->cpu_ns >= 0);
	number_or_null(&x, "peak_rss_bytes", w->peak_rss_bytes, w->peak_rss_bytes >= 0);
	out_char(o, '}');
}

static void put_phase(struct out *o, const struct model *m, size_t i)
{
	const struct model_phase *p = &m->phases[i];
	struct object x = object_begin(o);
	text(&x, "name", p->name);
	number_or_null(&x, "worker", p->worker, p->worker >= 0);
	word(&x, "status", status_name(p->status));
	number(&x, "start_ns", p->start_ns);
	number(&x, "dur_ns", p->dur_ns);
	out_char(o, '}');
}

static void put_suite(struct out *o, const struct model *m, size_t i)
{
	const struct model_suite *s = &m->suites[i];
	struct object x = object_begin(o);
	text(&x, "name", s->name);
	text_if(&x, "file", s->file);
	number(&x, "tests", s->n_tests);
	number(&x, "bad", s->n_bad);
	number(&x, "skipped", s->n_skipped);
	number(&x, "flaky", s->n_flaky);
	number(&x, "tests_ns", s->tests_ns);
	number(&x, "outside_ns", s->outside_ns);
	number(&x, "start_ns", s->start_ns);
	number(&x, "end_ns", s->end_ns);
	out_char(o, '}');
}

static void put_unit(struct out *o, const struct model *m, size_t i)
{
	const struct model_unit *u = &m->units[i];
	struct object x = object_begin(o);
	text(&x, "name", u->name);
	number(&x, "worker", u->worker);
	number(&x, "attempt", u->attempt);
	word(&x, "status", status_name(u->status));
	number(&x, "tests", u->n_tests);
	number(&x, "start_ns", u->start_ns);
	number(&x, "dur_ns", u->dur_ns);
	number_or_null(&x, "predicted_ns", u->predicted_ns, u->predicted_ns > 0);
	text_if(&x, "lock", u->lock);
	if (u->slots > 1)
		number(&x, "slots", u->slots);
	if (u->alone)
		truth(&x, "alone", true);
	text_if(&x, "message", u->message);
	text_if(&x, "output", u->output);
	out_char(o, '}');
}

static void put_test(struct out *o, const struct model *m, size_t i)
{
	const struct model_test *t = &m->tests[i];
	struct object x = object_begin(o);
	text(&x, "name", t->name);
	text_if(&x, "file", t->file);
	if (t->line)
		number(&x, "line", t->line);
	text_if(&x, "key", t->key);
	number_or_null(&x, "suite", t->suite, t->suite < m->n_suites);
	number_or_null(&x, "unit", t->unit, t->unit < m->n_units);
	number_or_null(&x, "worker", t->worker, t->worker >= 0);
	word(&x, "status", status_name(t->status));
	number(&x, "attempts", t->attempts);
	number(&x, "attempts_bad", t->attempts_bad);
	if (t->flaky)
		truth(&x, "flaky", true);
	if (t->passed_alone)
		truth(&x, "passed_alone", true);
	number(&x, "start_ns", t->start_ns);
	number(&x, "dur_ns", t->dur_ns);
	number(&x, "steps_ns", t->steps_ns);
	number(&x, "hooks_ns", t->hooks_ns);
	word(&x, "source", time_source_name(t->source));
	text_if(&x, "message", t->message);
	text_if(&x, "output", t->output);
	out_char(o, '}');
}

static void put_sum(struct out *o, const struct model *m, size_t i)
{
	const struct model_sum *s = &m->sums[i];
	struct object x = object_begin(o);
	word(&x, "kind", span_kind_name(s->kind));
	text(&x, "name", s->name);
	text_if(&x, "file", s->file);
	if (s->line)
		number(&x, "line", s->line);
	number(&x, "times", s->n);
	number(&x, "bad", s->n_bad);
	number(&x, "total_ns", s->total_ns);
	number(&x, "max_ns", s->max_ns);
	out_char(o, '}');
}

static void put_what_if(struct out *o, const struct model *m, size_t i)
{
	struct object x = object_begin(o);
	number(&x, "workers", m->what_if[i].workers);
	number(&x, "wall_ns", m->what_if[i].wall_ns);
	out_char(o, '}');
}

static void put_change(struct out *o, const struct model *m, size_t i)
{
	const struct model_change *c = &m->changes[i];
	struct object x = object_begin(o);
	word(&x, "what", phrase_change(c));
	text(&x, "name", c->name);
	number_or_null(&x, "before_ns", c->before_ns, c->what != CHANGE_NEW);
	number_or_null(&x, "now_ns", c->now_ns, c->what != CHANGE_GONE);
	out_char(o, '}');
}

static void put_note(struct out *o, const struct model *m, size_t i)
{
	struct object x = object_begin(o);
	text(&x, "name", m->notes[i].name);
	text(&x, "text", m->notes[i].text);
	out_char(o, '}');
}

/* An item a line, so that the file can be searched and compared line by line. */
static void put_array(struct out *o, const struct model *m, const char *name, size_t n,
		      void (*put)(struct out *, const struct model *, size_t))
{
	out_printf(o, ",\n\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		out_text(o, i ? ",\n" : "\n");
		put(o, m, i);
	}
	out_text(o, n ? "\n]" : "]");
}

void report_json(struct model *m, struct out *o)
{
	out_text(o, "{\"format\":\"fettle-report\",\"version\":1,\n\"run\":");
	put_run(o, m);
	out_text(o, ",\n\"counts\":");
	put_counts(o, &m->counts);
	out_text(o, ",\n\"gap\":");
	put_gap(o, &m->gap);
	put_array(o, m, "what_if", m->n_what_if, put_what_if);
	put_array(o, m, "workers", m->n_workers, put_worker);
	put_array(o, m, "phases", m->n_phases, put_phase);
	put_array(o, m, "changes", m->n_changes, put_change);
	put_array(o, m, "notes", m->n_notes, put_note);
	put_array(o, m, "sums", m->n_sums, put_sum);
	put_array(o, m, "suites", m->n_suites, put_suite);
	put_array(o, m, "units", m->n_units, put_unit);
	put_array(o, m, "tests", m->n_tests, put_test);
	out_text(o, "}\n");
}
