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

/* One line: what is predicted, the name, and whether it is only a part. */
static void print_job(struct run *r, struct out *o, const struct job *j)
{
	char text[DURATION_BYTES];
	struct term t = {.out = o, .columns = NAME_COLUMNS};
	uint32_t n_parts = r->found[j->found].n_parts;
	out_printf(o, "%9s  ", j->unit.predicted_ns ? duration_text(text, j->unit.predicted_ns) : "?");
	(void)term_text(&t, j->unit.name, NAME_COLUMNS);
	if (n_parts > 1)
		out_printf(o, " (one of %u parts)", n_parts);
	out_char(o, '\n');
}

static void print_number(struct out *o, size_t n, const char *word)
{
	out_printf(o, "%zu %s%s", n, word, n == 1 ? "" : "s");
}

/* How many there are; the parts of one count once. */
static void print_count(struct run *r, struct out *o)
{
	double n_units = 0;
	size_t n_parts = 0;
	for (size_t i = 0; i < r->n_jobs; i++) {
		uint32_t parts = r->found[r->jobs[i]->found].n_parts;
		n_units += parts > 1 ? 1.0 / parts : 1;
		n_parts += parts > 1;
	}
	out_char(o, '\n');
	print_number(o, (size_t)(n_units + 0.5), "unit");
	if (n_parts)
		out_printf(o, ", cut into %zu,", r->n_jobs);
	out_text(o, " on ");
	print_number(o, r->workers, "worker");
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
		jobs[n] = (struct schedule_job){.dur_ns = schedule_weight(r->schedule, i),
						.locks = j->locks,
						.n_locks = j->n_locks,
						.slots = j->unit.slots,
						.alone = j->unit.alone};
		n_known += j->unit.predicted_ns > 0;
		print_job(r, o, j);
		schedule_end(r->schedule, i);
	}
	int64_t whole = schedule_simulate(&scratch, jobs, r->n_jobs, r->workers, 0);
	print_count(r, o);
	if (n_known) {
		out_text(o, ", ");
		out_duration(o, whole);
		out_text(o, " by the history, workers' start-up not counted");
		if (n_known < r->n_jobs) {
			out_text(o, " (");
			print_number(o, r->n_jobs - n_known, "unit");
			out_text(o, r->n_jobs - n_known == 1 ? " was never run)" : " were never run)");
		}
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
	/* files are cut by their framework, which has gone by now */
	r->o.split &= r->o.dry_run && r->suite.adapter->mode == ADAPTER_EXEC;
	if (!r->n_jobs)
		run_plan(r);
	if (!r->n_jobs && !(r->o.shard.n && r->n_found)) {
		if (r->has_fault)
			*e = r->fault;
		else
			(void)err_usage(e, "no units found: '%s' has no tests here that were asked for",
					r->suite.adapter->name);
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
