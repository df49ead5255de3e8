/*
 * engine/engine_find.h - the container engine that the suite's clients would talk to.
 *
 * Looked for as they do: DOCKER_HOST, docker's context, docker's own sockets,
 * CONTAINER_HOST, podman's sockets. Where a variable names one, it is that or
 * none. Costs a connect per place; where one answers also a ping, which waits
 * for an engine that hangs 2 s at the most.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct engine {
	const char *socket; /* absolute path; NULL: none was found */
	const char *name;   /* "docker", "podman" */
	/* Which clients are to be led through a tap: those that would have come to this engine. */
	bool for_docker, for_podman;
	const char *remark; /* something to tell the person; NULL: nothing */
	const char *why;    /* no engine: what was looked for, for an error */
};

/* `places`: where engines lie when nothing names one, NULL-terminated; NULL: as on any system. */
struct engine_places {
	const char *const *docker, *const *podman;
};

void engine_find(struct arena *a, char *const *env, const struct engine_places *places, struct engine *ret);
