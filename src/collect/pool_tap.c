/* The tap of the container engine in the pool: variables for workers, rows, its death. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/row.h"
#include "base/str.h"
#include "collect/pool_inside.h"
#include "engine/engine_tap.h"

static bool same_name(const char *one, const char *other)
{
	size_t n = strcspn(one, "=");
	return n == strcspn(other, "=") && strncmp(one, other, n) == 0;
}

size_t pool_tap_env(struct pool *p, const struct worker *w, char **ret_env)
{
	char *all[TAP_ENV];
	size_t n = 0;
	if (!p->o.tap)
		return 0;
	size_t n_all = tap_env(p->arena, p->o.tap, p->o.env, w->front ? p->o.workers : w->number, all);
	for (size_t i = 0; i < n_all; i++) {
		bool wished = false; /* --env has the last word */
		for (size_t k = 0; k < p->o.n_worker_env && !w->front; k++)
			wished |= same_name(all[i], p->o.worker_env[k]);
		if (!wished)
			ret_env[n++] = all[i];
	}
	return n;
}

/* Whether a target with an environment of its own means the same by this variable as the suite does. */
static bool is_unchanged(char *const *env, char *const *other, const char *name)
{
	const char *one = environment_get(env, name), *two = environment_get(other, name);
	return one == two || (one && two && strcmp(one, two) == 0);
}

size_t pool_tap_env_unit(struct pool *p, const struct worker *w, char *const *unit_env, char **ret_env)
{
	static const char *const names[TAP_ENV] = {"DOCKER_HOST", "CONTAINER_HOST",
						   "TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE"};
	size_t n = 0;
	for (char **v = w->env; p->o.tap && *v && n < TAP_ENV; v++)
		for (int i = 0; i < TAP_ENV; i++)
			if (same_name(*v, names[i]) && is_unchanged(unit_env, p->o.env, names[i]))
				ret_env[n++] = *v;
	return n;
}

/* Whether this is a row that the tap writes. */
static bool is_tap_row(const struct event *ev)
{
	if (ev->type == EVENT_NOTE || ev->type == EVENT_VALUE)
		return true;
	return (ev->type == EVENT_BEGIN || ev->type == EVENT_END || ev->type == EVENT_SPAN) &&
	       (ev->kind == SPAN_CONTAINER || ev->kind == SPAN_CALL || ev->kind == SPAN_PHASE);
}

static void take_row(struct pool *p, struct str line)
{
	struct event ev;
	struct err e;
	arena_reset(&p->rows);
	if (row_read(line, &p->rows, &ev, &e) < 0 || !is_tap_row(&ev)) {
		p->bad_rows++;
		return;
	}
	int64_t at = ev.time_ns, now = clock_mono_ns();
	if (at < p->o.start_ns || at > now + NS_PER_S)
		at = now;
	ev.time_ns = pool_time(p, at);
	if (ev.worker >= (int32_t)p->o.workers)
		ev.worker = -1;
	ev.id = ev.id ? p->tap_birth << 32 | (ev.id & 0xffffffff) : 0;
	if (ev.parent) {
		ev.parent = p->tap_birth << 32 | (ev.parent & 0xffffffff);
	} else if (ev.kind == SPAN_PHASE && ev.worker >= 0 && ev.type != EVENT_END) {
		const struct worker *w = &p->workers[ev.worker];
		ev.parent = w->unit_span ? w->unit_span : w->span;
	}
	pool_put(p, &ev);
}

void pool_tap_open(struct pool *p)
{
	struct err e;
	p->tap_spool.fd = -1;
	if (!p->o.tap)
		return;
	p->tap_birth = ++p->next_birth;
	if (spool_open(&p->tap_spool, p->o.tap->spool_path, &e) < 0)
		pool_note(p, "containers", arena_printf(p->arena, "containers are not told: %s", e.text));
}

void pool_tap_rows(struct pool *p)
{
	struct str line;
	uint64_t bad = p->tap_spool.bad;
	if (!p->o.tap || p->tap_spool.fd < 0)
		return;
	while (spool_line(&p->tap_spool, &line))
		if (line.n)
			take_row(p, line);
	p->bad_rows += p->tap_spool.bad - bad;
}

void pool_tap_gone(struct pool *p, int status)
{
	tap_gone(p->o.tap);
	pool_tap_rows(p);
	pool_note(p, "containers",
		  arena_printf(p->arena,
			       "the tap of the container engine ended (%s): from then on the workers talk to "
			       "the engine itself, and containers are not seen",
			       exit_words(p->arena, status)));
}

void pool_tap_end(struct pool *p)
{
	if (!p->o.tap)
		return;
	tap_end(p->o.tap);
	pool_tap_rows(p);
	spool_close(&p->tap_spool);
}
