/*
 * engine/engine_known.h - the containers and execs that clients made through the tap.
 *
 * Lives as long as the tap; 300 bytes a container, 250 an exec. Looked up
 * as clients name them: by whole or short id, or by name.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "wire/event.h"

struct kind_cluster;

struct known_container {
	struct str cid, name, image, type;
	uint64_t span;
	int32_t worker;
	bool ran, ended, removed; /* as far as the tap sees */
	bool goes, leaving;       /* removed when it ends; its removal is about to be seen */
	bool watched;             /* the watch tells of its end and removal */
	struct kind_cluster *kind;
};

struct known_exec {
	struct str id, cmd;
	struct known_container *of;         /* NULL: of one that is not known */
	int64_t begin_ns, end_ns, until_ns; /* until_ns: how long its exit code is waited for */
	uint64_t up_bytes, down_bytes;
	int32_t worker, pid;
	int status; /* HTTP, of exec-start */
	bool started, detached, told;
	bool whole;              /* its output was seen to its end */
	struct known_exec *next; /* of those that are not told */
};

struct engine_known {
	struct arena arena;
	struct known_container **containers;
	size_t n_containers, cap_containers;
	struct map by_id;   /* the first 12 digits -> index */
	struct map by_name; /* -> index */
	struct known_exec **execs;
	size_t n_execs, cap_execs;
	struct map execs_by_id;
};

void known_free(struct engine_known *k);
/* cid is copied; the rest is the caller's to fill with strings of k->arena. */
struct known_container *known_add(struct engine_known *k, struct str cid);
/* After this it is found by this name, too; an older one of that name no more. */
void known_name(struct engine_known *k, struct known_container *c, struct str name);
/* NULL: not known. */
struct known_container *known_find(const struct engine_known *k, struct str ref);
struct known_exec *known_exec_add(struct engine_known *k, struct str id);
struct known_exec *known_exec_find(const struct engine_known *k, struct str id);
