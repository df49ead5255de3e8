/*
 * The process that plays the controller of pytest-xdist, for suites whose workers are to be told what one
 * process has started for all: docs/agent-protocol.md. It is started when a worker asks for it, which then
 * begins anew; it ends after the last of them.
 */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/folder.h"
#include "base/str.h"
#include "collect/pool_inside.h"
#include "wire/env.h"

bool control_starts(const struct pool *p)
{
	return p->control == CONTROL_STARTS;
}

bool control_is_up(const struct pool *p)
{
	return p->control == CONTROL_UP;
}

/* Where it and the workers leave what they tell each other. */
static char *nodes(struct pool *p)
{
	return arena_printf(p->arena, ENV_NODES "=%s/nodes", p->o.work_dir);
}

static int start(struct pool *p, struct err *e)
{
	struct arena *a = p->arena;
	struct worker *w = &p->front;
	char **extra = arena_array(a, char *, p->o.n_worker_env + AGENT_ENV + 3);
	size_t n = 0;
	w->socket_path = arena_printf(a, "%s/sf", p->o.work_dir);
	w->dump_path = arena_printf(a, "%s/df", p->o.work_dir);
	w->mark = arena_printf(a, ENV_CONTROLLER "=1");
	if (folder_make(arena_printf(a, "%s/nodes", p->o.work_dir), 0700, e) < 0 || agent_listen(p, w, e) < 0)
		return e->fault;
	extra[n++] = nodes(p);
	extra[n++] = w->mark;
	extra[n++] = arena_printf(a, ENV_WORKERS "=%u", p->o.workers);
	n += worker_env(p, w, extra + n);
	n += agent_env(p, w, "control", extra + n);
	w->state = SLOT_STARTING;
	output_mark(&w->output);
	phase_begin(p, w, "controller", clock_mono_ns());
	return worker_spawn(p, w, p->o.argv, environment_with(a, w->env, extra, n), p->o.cwd, e);
}

void control_want(struct pool *p, struct worker *w, struct str module)
{
	struct err e = {0};
	w->wants_anew = true;
	if (p->control != CONTROL_NO || p->stopping)
		return;
	pool_note(p, "controller",
		  arena_printf(p->arena,
			       "one more process plays pytest-xdist's controller: %.*s has something for all "
			       "workers",
			       STR_ARG(module)));
	p->control = CONTROL_STARTS;
	if (start(p, &e) < 0)
		pool_fail(p, POOL_BROKEN, &e);
}

void control_ready(struct pool *p)
{
	struct worker *w = &p->front;
	if (p->control != CONTROL_STARTS || w->state != SLOT_STARTING)
		return;
	phase_end(p, w, STATUS_PASSED, STR_NONE, clock_mono_ns());
	w->state = SLOT_IDLE;
	p->control = CONTROL_UP;
	p->bare = false;
	p->nodes = nodes(p);
}

void control_fault(struct pool *p, struct str text)
{
	p->front.fault = arena_str(p->arena, text);
}

bool control_end(struct pool *p)
{
	struct worker *w = &p->front;
	int64_t now = clock_mono_ns();
	if (w->state != SLOT_IDLE || !w->pid)
		return false;
	phase_begin(p, w, "controller teardown", now);
	w->state = SLOT_ENDING;
	agent_send(p, w, p->any_bad ? STR("{\"do\":\"end\",\"bad\":true}\n") : STR("{\"do\":\"end\"}\n"));
	if (pool_was_cut(p)) { /* it has its time, and no more */
		w->ending = ENDING_ASKED;
		w->ending_ns = now + p->o.grace_ns;
	}
	return true;
}

void control_gone(struct pool *p, int status, int64_t now)
{
	struct worker *w = &p->front;
	if (w->agent >= 0)
		agent_read(p, w);
	agent_rows(p, w);
	pool_close(p, &w->agent);
	if (w->phase)
		phase_end(p, w, w->state == SLOT_ENDING ? STATUS_PASSED : STATUS_ERROR, STR_NONE, now);
	if (control_starts(p)) { /* workers do without, as well as they can */
		if (!p->stopping)
			pool_note(p, "controller",
				  arena_printf(p->arena, "the controller could not start (%s)%s%.*s",
					       exit_words(&p->scratch, status), w->fault.n ? ": " : "",
					       STR_ARG(w->fault)));
		p->bare = true;
		p->nodes = arena_printf(p->arena, ENV_NODES "=");
	} else if (status && !pool_was_cut(p)) {
		agent_keep_end(p, w, status);
	}
	p->control = CONTROL_OVER;
	w->state = SLOT_OVER;
}

struct pool_worker_end pool_controller_end(const struct pool *p)
{
	return p->control == CONTROL_OVER ? p->front.end : (struct pool_worker_end){0};
}
