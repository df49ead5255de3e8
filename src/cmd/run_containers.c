/* --containers: the engine is found and tapped before anything of the suite starts. */
#include "cmd/run_containers.h"

#include <errno.h>

#include "cmd/run.h"

int run_containers_open(struct run *r, struct err *e)
{
	struct engine engine;
	struct err why;
	bool must = r->o.containers.is == RUN_CONTAINERS_ON;
	if (r->o.containers.is == RUN_CONTAINERS_OFF || r->plan_only)
		return 0;
	engine_find(&r->arena, r->suite.env, NULL, &engine);
	r->tap_remark = engine.remark;
	if (!engine.socket) {
		errno = 0;
		return must ? err_sys(e, "--containers on: %s", engine.why) : 0;
	}
	struct tap_options o = {.engine = engine,
				.workers = r->workers,
				.work_dir = r->suite.work_dir,
				.types = (char *const *)(uintptr_t)r->o.container_type.at,
				.n_types = r->o.container_type.n};
	if (tap_start(&r->arena, &o, &r->tap, &why) == 0) {
		r->taps = r->sayings.tapped = true;
		return 0;
	}
	if (must) {
		*e = why;
		return err_wrap(e, "--containers on");
	}
	r->tap_remark = arena_printf(&r->arena, "containers are not seen: %s", why.text);
	return 0;
}

void run_containers_say(struct run *r)
{
	if (r->tap_remark)
		run_note(r, "containers", "%s", r->tap_remark);
}

void run_containers_close(struct run *r)
{
	if (r->taps)
		tap_end(&r->tap);
	r->taps = false;
}
