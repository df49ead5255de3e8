#include "report/report.h"

#include "report/members.h"
#include "report/phrase.h"

static void put_run(struct out *o, const struct model *m)
{
	struct members x = members_begin(o);
	member_text(&x, "id", m->id);
	member_text(&x, "command", m->command);
	member_text(&x, "cwd", m->cwd);
	member_text(&x, "adapter", m->adapter);
	member_text(&x, "host", m->host);
	member_text(&x, "fettle", m->version);
	member_text(&x, "wall", m->wall_text);
	member_int(&x, "wall_start_ns", m->wall_start_ns);
	member_int(&x, "wall_ns", m->wall_ns);
	member_int_or_null(&x, "before_wall_ns", m->before_wall_ns, m->before_wall_ns > 0);
	member_int(&x, "own_cpu_ns", m->own_cpu_ns);
	member_int(&x, "workers", m->workers);
	member_int(&x, "cores", m->cores);
	member_text(&x, "suite_word", m->word_suite);
	member_text(&x, "test_word", m->word_test);
	member_text(&x, "step_word", m->word_step);
	member_bool(&x, "done", m->done);
	member_bool(&x, "interrupted", m->interrupted);
	member_word(&x, "verdict", status_name(m->verdict));
	member_int(&x, "exit", m->exit_code);
	out_char(o, '}');
}

static void put_counts(struct out *o, const struct model_counts *c)
{
	struct members x = members_begin(o);
	member_int(&x, "tests", c->tests);
	member_int(&x, "passed", c->passed);
	member_int(&x, "failed", c->failed);
	member_int(&x, "error", c->error);
	member_int(&x, "crashed", c->crashed);
	member_int(&x, "timeout", c->timeout);
	member_int(&x, "skipped", c->skipped);
	member_int(&x, "unfinished", c->unfinished);
	member_int(&x, "flaky", c->flaky);
	member_int(&x, "suites", c->suites);
	member_int(&x, "suites_bad", c->suites_bad);
	member_int(&x, "units", c->units);
	out_char(o, '}');
}

static void put_coverage(struct out *o, const struct model_coverage *c)
{
	if (!c->known) {
		out_text(o, "null");
		return;
	}
	struct members x = members_begin(o);
	member_int(&x, "statements", c->statements);
	member_int(&x, "covered", c->covered);
	member_int_or_null(&x, "branches", c->branches, c->branch);
	member_int_or_null(&x, "taken", c->taken, c->branch);
	out_char(o, '}');
}

static void put_gap(struct out *o, const struct model_gap *g)
{
	struct members x = members_begin(o);
	member_int(&x, "bound_ns", g->bound_ns);
	member_int(&x, "sum_ns", g->sum_ns);
	member_int(&x, "longest_ns", g->longest_ns);
	member_text(&x, "longest", g->longest);
	member_int(&x, "chain_ns", g->chain_ns);
	member_text(&x, "chain", g->chain);
	member_int(&x, "before_ns", g->before_ns);
	member_int(&x, "startup_ns", g->startup_ns);
	member_int(&x, "queue_ns", g->queue_ns);
	member_int(&x, "teardown_ns", g->teardown_ns);
	out_char(o, '}');
}

static void put_worker(struct out *o, const struct model *m, size_t i)
{
	const struct model_worker *w = &m->all_workers[i];
	struct members x = members_begin(o);
	member_int(&x, "worker", w->number);
	member_int(&x, "units", w->n_units);
	member_int(&x, "starts", w->n_starts);
	member_int(&x, "start_ns", w->start_ns);
	member_int(&x, "end_ns", w->end_ns);
	member_int(&x, "busy_ns", w->busy_ns);
	member_int(&x, "idle_ns", w->idle_ns);
	member_int(&x, "tail_ns", w->tail_ns);
	member_int(&x, "startup_ns", w->startup_ns);
	member_int(&x, "teardown_ns", w->teardown_ns);
	member_int_or_null(&x, "cpu_ns", w->cpu_ns, w->cpu_ns >= 0);
	member_int_or_null(&x, "peak_rss_bytes", w->peak_rss_bytes, w->peak_rss_bytes >= 0);
	out_char(o, '}');
}

static void put_phase(struct out *o, const struct model *m, size_t i)
{
	const struct model_phase *p = &m->phases[i];
	struct members x = members_begin(o);
	member_text(&x, "name", p->name);
	member_int_or_null(&x, "worker", p->worker, p->worker >= 0);
	member_word(&x, "status", status_name(p->status));
	member_int(&x, "start_ns", p->start_ns);
	member_int(&x, "dur_ns", p->dur_ns);
	if (p->marked)
		member_bool(&x, "marked", true);
	if (p->thread)
		member_int(&x, "thread", (int64_t)p->thread);
	out_char(o, '}');
}

static void put_suite(struct out *o, const struct model *m, size_t i)
{
	const struct model_suite *s = &m->suites[i];
	struct members x = members_begin(o);
	member_text(&x, "name", s->name);
	member_text_if(&x, "file", s->file);
	member_int(&x, "tests", s->n_tests);
	member_int(&x, "bad", s->n_bad);
	member_int(&x, "skipped", s->n_skipped);
	member_int(&x, "flaky", s->n_flaky);
	member_int(&x, "tests_ns", s->tests_ns);
	member_int(&x, "outside_ns", s->outside_ns);
	member_int(&x, "start_ns", s->start_ns);
	member_int(&x, "end_ns", s->end_ns);
	out_char(o, '}');
}

static void put_unit(struct out *o, const struct model *m, size_t i)
{
	const struct model_unit *u = &m->units[i];
	struct members x = members_begin(o);
	member_text(&x, "name", u->name);
	member_int(&x, "worker", u->worker);
	member_int(&x, "attempt", u->attempt);
	member_word(&x, "status", status_name(u->status));
	member_int(&x, "tests", u->n_tests);
	member_int(&x, "start_ns", u->start_ns);
	member_int(&x, "dur_ns", u->dur_ns);
	member_int_or_null(&x, "predicted_ns", u->predicted_ns, u->predicted_ns > 0);
	member_text_if(&x, "lock", u->lock);
	if (u->slots > 1)
		member_int(&x, "slots", u->slots);
	if (u->alone)
		member_bool(&x, "alone", true);
	member_text_if(&x, "message", u->message);
	member_text_if(&x, "output", u->output);
	out_char(o, '}');
}

static void put_outside(struct out *o, const struct model *m, size_t i)
{
	put_unit(o, m, m->n_units + i);
}

/* An array, as a name may come several times. */
static void put_properties(struct members *x, const struct model *m, uint32_t first)
{
	member_key(x, "properties");
	out_char(x->o, '[');
	for (uint32_t i = first; i; i = m->properties[i - 1].next) {
		if (i != first)
			out_char(x->o, ',');
		struct members p = members_begin(x->o);
		member_text(&p, "name", m->properties[i - 1].name);
		member_text(&p, "value", m->properties[i - 1].value);
		out_char(x->o, '}');
	}
	out_char(x->o, ']');
}

static void put_test(struct out *o, const struct model *m, size_t i)
{
	const struct model_test *t = &m->tests[i];
	struct members x = members_begin(o);
	member_text(&x, "name", t->name);
	member_text_if(&x, "file", t->file);
	if (t->line)
		member_int(&x, "line", t->line);
	member_text_if(&x, "key", t->key);
	member_int_or_null(&x, "suite", t->suite, t->suite < m->n_suites);
	member_int_or_null(&x, "unit", t->unit, t->unit < m->n_units);
	member_int_or_null(&x, "worker", t->worker, t->worker >= 0);
	member_word(&x, "status", status_name(t->status));
	member_int(&x, "attempts", t->attempts);
	member_int(&x, "attempts_bad", t->attempts_bad);
	if (t->flaky)
		member_bool(&x, "flaky", true);
	if (t->passed_alone)
		member_bool(&x, "passed_alone", true);
	member_int(&x, "start_ns", t->start_ns);
	member_int(&x, "dur_ns", t->dur_ns);
	member_int(&x, "steps_ns", t->steps_ns);
	member_int(&x, "hooks_ns", t->hooks_ns);
	member_word(&x, "source", time_source_name(t->source));
	member_text_if(&x, "message", t->told->message);
	member_text_if(&x, "output", t->told->output);
	if (t->properties)
		put_properties(&x, m, t->properties);
	out_char(o, '}');
}

static void put_sum(struct out *o, const struct model *m, size_t i)
{
	const struct model_sum *s = &m->sums[i];
	struct members x = members_begin(o);
	member_word(&x, "kind", span_kind_name(s->kind));
	member_text(&x, "name", s->name);
	member_text_if(&x, "file", s->file);
	if (s->line)
		member_int(&x, "line", s->line);
	member_int(&x, "times", s->n);
	member_int(&x, "bad", s->n_bad);
	member_int(&x, "total_ns", s->total_ns);
	member_int(&x, "max_ns", s->max_ns);
	out_char(o, '}');
}

static void put_what_if(struct out *o, const struct model *m, size_t i)
{
	struct members x = members_begin(o);
	member_int(&x, "workers", m->what_if[i].workers);
	member_int(&x, "wall_ns", m->what_if[i].wall_ns);
	out_char(o, '}');
}

static void put_change(struct out *o, const struct model *m, size_t i)
{
	const struct model_change *c = &m->changes[i];
	struct members x = members_begin(o);
	member_word(&x, "what", phrase_change(c));
	member_text(&x, "name", c->name);
	member_int_or_null(&x, "before_ns", c->before_ns, c->what != CHANGE_NEW);
	member_int_or_null(&x, "now_ns", c->now_ns, c->what != CHANGE_GONE);
	out_char(o, '}');
}

static void put_note(struct out *o, const struct model *m, size_t i)
{
	struct members x = members_begin(o);
	member_text(&x, "name", m->notes[i].name);
	member_text(&x, "text", m->notes[i].text);
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
	out_text(o, ",\n\"coverage\":");
	put_coverage(o, &m->coverage);
	put_array(o, m, "what_if", m->n_what_if, put_what_if);
	put_array(o, m, "workers", m->n_workers, put_worker);
	put_array(o, m, "phases", m->n_phases, put_phase);
	put_array(o, m, "changes", m->n_changes, put_change);
	put_array(o, m, "notes", m->n_notes, put_note);
	put_array(o, m, "sums", m->n_sums, put_sum);
	put_array(o, m, "suites", m->n_suites, put_suite);
	put_array(o, m, "units", m->n_units, put_unit);
	put_array(o, m, "outside", m->n_outside, put_outside);
	put_array(o, m, "tests", m->n_tests, put_test);
	json_containers(o, m);
	json_phase_tree(o, m);
	json_critical(o, m);
	json_values(o, m);
	out_text(o, "}\n");
}
