/*
 * Jobs that are for some tests alone: what was bad and is tried again, what was bad in the last run.
 *
 * No framework is believed when it is asked for some of its tests and says that all is well: it may
 * know them by other names, or not run them at all. So each of them must begin. Where one does not, the
 * whole of its unit is run. What does not come there either is no longer there, and is told so.
 */
#include "cmd/run_asked.h"
#include "base/str.h"

static struct test_id kept(struct run *r, struct test_id t)
{
	return (struct test_id){arena_str(&r->arena, t.file), arena_str(&r->arena, t.name),
				arena_str(&r->arena, t.key)};
}

void run_ask(struct run *r, struct job *j, const struct test_id *tests, size_t n, bool is_narrow)
{
	j->asked = arena_array(&r->arena, struct test_id, n);
	j->came = arena_array(&r->arena, bool, n);
	for (size_t i = 0; i < n; i++)
		j->asked[i] = kept(r, tests[i]);
	j->n_asked = (uint32_t)n;
	j->n_came = 0;
	j->is_narrow = is_narrow;
}

void run_asked_came(struct run *r, struct desk *d, struct str name)
{
	struct job *j = d->span && d->job < r->n_jobs ? r->jobs[d->job] : NULL;
	/* they mostly come in the order in which they were asked for */
	for (uint32_t k = 0; j && j->n_came < j->n_asked && k < j->n_asked; k++) {
		uint32_t i = (j->n_came + k) % j->n_asked;
		if (j->came[i] || !str_eq(j->asked[i].name, name))
			continue;
		j->came[i] = true;
		j->n_came++;
		return;
	}
}

/* Of the job's tests those that did not come, in the arena. */
static uint32_t missing(struct run *r, const struct job *j, struct test_id **ret)
{
	uint32_t n = 0;
	*ret = arena_array(&r->arena, struct test_id, j->n_asked - j->n_came);
	for (uint32_t i = 0; i < j->n_asked; i++)
		if (!j->came[i])
			(*ret)[n++] = j->asked[i];
	return n;
}

/*
 * A test that the whole of its unit does not have. After a retry it was no test (a set-up of a file, a
 * file that could not be read) or has another name each time, and what was bad has passed; else it was
 * bad in the last run and is gone.
 */
static void tell_gone(struct run *r, const struct desk *d, const struct job *j, const struct test_id *t,
		      const struct event *end)
{
	bool again = test_set_has(&r->bad_tests, t->file, t->name); /* and not only in the run before */
	struct event ev = {.type = EVENT_SPAN,
			   .kind = SPAN_TEST,
			   .id = run_ids(r),
			   .parent = d->span,
			   .worker = end->worker,
			   .time_ns = end->time_ns,
			   .attempt = j->unit.attempt,
			   .status = again ? STATUS_PASSED : STATUS_SKIPPED,
			   .name = t->name,
			   .file = t->file,
			   .key = t->key,
			   .message = again
					  ? STR_NONE
					  : STR("no longer there: it was bad in the last run, and the whole "
						"of its unit, which ran in its place, does not have it")};
	run_note(r, "gone", "'%.*s' %s '%.*s'", STR_ARG(str_clip_utf8(t->name, 300)),
		 again ? "was bad, and did not come again in the whole of"
		       : "was bad in the last run, and is no longer there; what ran is the whole of",
		 STR_ARG(str_clip_utf8(j->unit.name, 300)));
	sink_put(&r->sink, &ev);
}

void run_asked_tell(struct run *r, struct desk *d, const struct event *end)
{
	const struct job *j = d->span && d->job < r->n_jobs ? r->jobs[d->job] : NULL;
	struct test_id *gone;
	/* what broke may have kept them from running */
	if (!j || j->is_narrow || j->n_came == j->n_asked || d->is_cut || end->status == STATUS_UNFINISHED ||
	    end->status > STATUS_FAILED || d->worst > STATUS_FAILED)
		return;
	uint32_t n = missing(r, j, &gone);
	for (uint32_t i = 0; i < n; i++)
		tell_gone(r, d, j, &gone[i], end);
}

void run_asked_whole(struct run *r, uint32_t job, const struct desk *d, enum status status)
{
	const struct job before = *r->jobs[job];
	struct test_id *gone;
	/* where it broke it is bad anyway, and a retry asks again for what did not come */
	if (!before.is_narrow || before.n_came == before.n_asked || d->is_cut || r->stopped_early ||
	    status == STATUS_UNFINISHED || status >= STATUS_TIMEOUT)
		return;
	uint32_t n = missing(r, &before, &gone);
	struct job *j = run_add_job(r, before.found, STR_NONE, r->found[before.found].predicted_ns,
				    before.unit.attempt, before.unit.alone);
	if (before.whole_argv)
		j->unit.argv = before.whole_argv;
	run_stand_in(r, j, &before);
	run_ask(r, j, gone, n, false);
	run_owe(r, j);
}

/* Whether a test of this name is still there; marks all of that name. */
static bool find(const struct found *f, struct str name, bool *keep)
{
	bool is_there = false;
	for (uint32_t i = 0; i < f->n_keys; i++) {
		if (!str_eq(f->names[i], name) || !f->keys[i].n)
			continue;
		keep[i] = is_there = true;
	}
	return is_there;
}

void run_asked_find(struct run *r, struct found *f)
{
	struct arena scratch = {0};
	bool *keep = arena_array(&scratch, bool, f->n_keys);
	bool all = f->n_keys > 0;
	for (uint32_t i = 0; i < f->n_asked && all; i++)
		all = find(f, f->asked[i].name, keep);
	if (all)
		f->select = run_join_keys(r, f, 0, f->n_keys, keep);
	arena_free(&scratch);
}
