/* One process a unit, and the processes that come before all units. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/str.h"
#include "collect/pool_inside.h"
#include "wire/env.h"

int exec_start(struct pool *p, struct worker *w, const struct pool_unit *u, struct err *e)
{
	char **env = w->env;
	arena_reset(&p->scratch);
	if (u->env) {
		size_t n = 0;
		char **own = arena_array(&p->scratch, char *, 64 + p->o.n_worker_env + TAP_ENV);
		for (char **v = w->env; *v && n < 64 + p->o.n_worker_env; v++)
			if (strncmp(*v, "FETTLE_", 7) == 0)
				own[n++] = *v;
		n += pool_tap_env_unit(p, w, u->env, own + n);
		env = environment_with(&p->scratch, u->env, own, n);
	}
	uint64_t span = pool_span(p);
	char *extra[2];
	size_t n_extra = 0;
	if (u->attempt > 1)
		extra[n_extra++] = arena_printf(&p->scratch, ENV_ATTEMPT "=%u", u->attempt);
	if (p->o.trace)
		extra[n_extra++] = pool_traceparent(p, &p->scratch, span);
	if (n_extra)
		env = environment_with(&p->scratch, env, extra, n_extra);
	int64_t now = clock_mono_ns();
	w->units[0] = u;
	w->n_units = 1;
	w->given_ns = now;
	w->state = SLOT_BUSY;
	worker_unit_begin(p, w, u, span, now);
	if (worker_spawn(p, w, u->argv, env, u->cwd ? u->cwd : w->isolate.cwd, e) < 0) {
		struct pool_exit x = {.code = 127};
		worker_unit_end(p, w, STATUS_ERROR, str_of(e->text), &x, false, clock_mono_ns());
		w->n_units = 0;
		w->state = SLOT_IDLE;
		return e->fault;
	}
	return 0;
}

void exec_gone(struct pool *p, struct worker *w, int status, int64_t now)
{
	struct pool_exit x = {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
			      .timed_out = w->timed_out,
			      .interrupted = pool_was_cut(p) && !w->timed_out,
			      .output_bytes = w->output.unit_bytes};
	const struct pool_unit *u = w->current;
	struct str message = STR_NONE;
	bool told = false, good = status == 0 && !w->timed_out;
	agent_rows(p, w);
	marks_forget(&w->marks);
	if (x.timed_out || x.interrupted)
		x.why = worker_stacks(p, w);
	if (!good)
		x.output = output_excerpt(&w->output, &p->scratch);
	enum status verdict =
	    p->host->unit_exit(p->host, w->number, u, &x, pool_time(p, now), &message, &told);
	worker_unit_end(p, w, verdict, x.timed_out ? x.why : message, &x, told, now);
	w->n_units = 0;
	w->state = SLOT_IDLE;
}

int front_next(struct pool *p, struct err *e)
{
	struct worker *w = &p->front;
	int64_t now = clock_mono_ns();
	if (w->setup_at < p->o.n_setup) {
		char *argv[] = {(char *)"/bin/sh", (char *)"-c", p->o.setup[w->setup_at], NULL};
		w->state = SLOT_SETUP;
		phase_begin(p, w, "setup", now);
		return worker_spawn(p, w, argv, w->env, p->o.cwd, e);
	}
	if (p->suite->discovery && !p->discovered) {
		w->state = SLOT_BUSY;
		phase_begin(p, w, p->suite->adapter->stream == STREAM_GOTEST ? "build" : "discover", now);
		return worker_spawn(p, w, p->suite->discovery, p->suite->discovery_env, p->o.cwd, e);
	}
	w->state = SLOT_OVER;
	return 0;
}

void front_gone(struct pool *p, int status, int64_t now)
{
	struct worker *w = &p->front;
	struct err e = {0};
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	agent_rows(p, w);
	if (w->state == SLOT_SETUP) {
		phase_end(p, w, good ? STATUS_PASSED : STATUS_ERROR, STR_NONE, now);
		if (!good) {
			struct str said = str_trim(output_excerpt(&w->output, p->arena));
			size_t from = said.n > 200 ? said.n - 200 : 0;
			errno = 0;
			(void)err_sys(&e, "--setup '%s' ended with %s%s%.*s", p->o.setup[w->setup_at],
				      exit_words(p->arena, status), said.n ? ": " : "",
				      STR_ARG(str_cut(said, from, said.n)));
			pool_fail(p, POOL_BROKEN, &e);
			w->state = SLOT_OVER;
			return;
		}
		w->setup_at++;
		output_mark(&w->output);
	} else {
		int rc = p->suite->adapter->discover_end(p->suite, status, &e);
		phase_end(p, w, rc < 0 ? STATUS_ERROR : STATUS_PASSED, STR_NONE, now);
		p->discovered = true;
		p->host->targets(p->host, true, rc < 0 ? &e : NULL);
		if (rc < 0)
			pool_fail(p, POOL_BROKEN, &e);
	}
	if (!p->stopping && front_next(p, &e) < 0)
		pool_fail(p, POOL_BROKEN, &e);
	if (p->stopping)
		w->state = SLOT_OVER;
}
