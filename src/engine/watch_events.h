/*
 * engine/watch_events.h - one line of the engine's GET /events.
 *
 * Docker's words and podman's: podman says `died`, `remove` and, in some versions, the health in an
 * attribute.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/str.h"

enum { ENGINE_EVENT_MOST = 1 << 20 }; /* bytes of a line */

enum engine_what {
	ENGINE_OTHER,
	ENGINE_START,
	ENGINE_DIE,
	ENGINE_HEALTHY,
	ENGINE_UNHEALTHY,
	ENGINE_OOM,
	ENGINE_REMOVED,
};

struct engine_event {
	enum engine_what what;
	struct str cid;  /* lives as long as the line and the scratch arena */
	int64_t wall_ns; /* the engine's stamp, since 1970 */
	int64_t exit;    /* of ENGINE_DIE; -1: not said */
};

/* False when the line is no event of a container. One that is of no interest is ENGINE_OTHER. */
bool engine_event_read(struct str line, struct arena *scratch, struct engine_event *ret);
