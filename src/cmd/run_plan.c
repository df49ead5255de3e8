/* --list and --dry-run: what would be run, and how long it should take. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/run.h"
#include "report/out.h"
#include "report/term.h"

enum { NAME_COLUMNS = 4096 };

static void print_name(struct out *o, struct str name)
{
	struct term t = {.out = o, .columns = NAME_COLUMNS};
	(void)term_text(&t, name, NAME_COLUMNS);
	out_char(o, '\n');
}

/* Units one a line, and with --verbose the tests that are known of each. */
static void print_list(struct run *r, struct out *o)
{
	for (size_t i = 0; i < r->n_jobs; i++) {
		const struct found *f = &r->found[r->jobs[i]->found];
		print_name(o, r->jobs[i]->unit.name);
		for (uint32_t k = 0; k < f->n_keys && r->o.verbose; k++) {
			out_text(o, "  ");
			print_name(o, f->keys[k]);
		}
	}
}

static void print_dry(struct run *r, struct out *o)
{
	struct arena scratch = {0};
	struct schedule_job *jobs = arena_array(&scratch, struct schedule_job, r->n_jobs + 1);
	size_t n_known = 0;
	out_text(o, "predicted  unit\n");
	for (size_t n = 0; n < r->n_jobs; n++) {
		uint32_t i = schedule_take(r->schedule);
		if (i == UNIT_NONE)
			break;
		const struct job *j = r->jobs[i];
		char text[DURATION_BYTES];
		jobs[n] = (struct schedule_job){.dur_ns = schedule_weight(r->schedule, i),
						.locks = j->locks,
						.n_locks = j->n_locks,
						.slots = j->unit.slots,
						.alone = j->unit.alone};
		n_known += j->unit.predicted_ns > 0;
		out_printf(o, "%9s  ",
			   j->unit.predicted_ns ? duration_text(text, j->unit.predicted_ns) : "?");
		print_name(o, j->unit.name);
		schedule_end(r->schedule, i);
	}
	int64_t whole = schedule_simulate(&scratch, jobs, r->n_jobs, r->workers, 0);
	out_printf(o, "\n%zu units on %u workers", r->n_jobs, r->workers);
	if (n_known) {
		out_text(o, ", ");
		out_duration(o, whole);
		out_text(o, " by the history, workers' start-up not counted");
		if (n_known < r->n_jobs)
			out_printf(o, " (%zu units were never run)", r->n_jobs - n_known);
	} else {
		out_text(o, "; the history knows none of them");
	}
	out_char(o, '\n');
	arena_free(&scratch);
}

int run_print_plan(struct run *r, enum pool_end end, struct err *e)
{
	struct out o;
	if (end == POOL_INTERRUPTED)
		return 130;
	if (end != POOL_DONE && end != POOL_NO_AGENT)
		return complain("run", e);
	r->plan_only = false;
	r->o.split = false;
	if (!r->n_jobs)
		run_plan(r);
	if (!r->n_jobs && !(r->o.shard.n && r->n_found)) {
		if (r->has_fault)
			*e = r->fault;
		else
			(void)err_usage(e, "no units found: '%s' has no tests here that were asked for",
					r->suite.argv[0]);
		return complain("run", e);
	}
	for (size_t i = 0; i < r->model.n_notes; i++)
		warn("run", "%.*s", STR_ARG(r->model.notes[i].text));
	out_to_fd(&o, 1);
	if (r->o.list)
		print_list(r, &o);
	else
		print_dry(r, &o);
	return out_close(&o, e) < 0 ? complain("run", e) : 0;
}
