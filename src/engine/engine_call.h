/*
 * engine/engine_call.h - what one request to a container engine asks for.
 *
 * Docker's API and podman's own (/libpod), with and without a version in the
 * path. Pure: strings are borrowed from the target or decoded into the arena.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "wire/str.h"

enum engine_call {
	CALL_OTHER,
	CALL_CREATE,
	CALL_START,
	CALL_STOP,
	CALL_KILL,
	CALL_RESTART,
	CALL_REMOVE,
	CALL_INSPECT,
	CALL_EXEC, /* exec-create and its exec-start, joined */
	CALL_EXEC_CREATE,
	CALL_EXEC_START,
	CALL_EXEC_INSPECT, /* named as CALL_INSPECT */
	CALL_WAIT,
	CALL_LOGS,
	CALL_ATTACH,
	CALL_ARCHIVE,
	CALL_STATS,
	CALL_TOP,
	CALL_PULL,
	CALL_BUILD,
	CALL_PUSH,
	CALL_LOAD,
	CALL_SAVE,
	CALL_LIST,
	CALL_COMMIT,
	CALL_TAG,
	CALL_PRUNE,
	CALL_NETWORK,
	CALL_VOLUME,
	CALL_IMAGE,
	CALL_EVENTS,
	CALL_INFO,
	CALL_PING,
	CALL_SESSION, /* of BuildKit: by it the engine asks the client for files */
	CALL_KINDS
};

struct engine_target {
	enum engine_call call;
	struct str subject; /* container, exec or image as the client named it; empty: none */
	struct str name;    /* create: what the container is to be called */
	struct str image;   /* pull: with its tag */
	bool libpod;
};

/* The name in a `call` row. */
const char *engine_call_name(enum engine_call call);
struct engine_target engine_target_of(struct str method, struct str target, struct arena *a);

/* An image without registry, path, tag and digest: ghcr.io/x/registry:2 -> registry. */
struct str engine_image_name(struct str image);
/*
 * The type of a container: NAME of the first "NAME=PATTERN" (n of them) whose pattern
 * matches the image, or the image without its tag, or its last part; else
 * engine_image_name.
 */
struct str engine_type_of(struct str image, char *const *patterns, size_t n);
