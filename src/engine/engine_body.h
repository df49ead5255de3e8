/*
 * engine/engine_body.h - what stands in the bodies of requests and answers that matter.
 *
 * Docker's shapes and podman's own. Pure; strings are borrowed from the body or
 * decoded into the arena. A body that is no JSON, or cut short, gives what stood
 * in front of the fault. Environment and arguments are passed over.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/str.h"

enum { BODY_LABELS = 16, BODY_MOST = 64 << 10 };

struct engine_label {
	struct str key, value;
};

/* POST containers/create */
struct create_body {
	struct str image, name;                  /* name: podman's own API only */
	struct str ports;                        /* "80,443": published, else exposed; TCP only */
	struct engine_label labels[BODY_LABELS]; /* those that say who made it */
	uint32_t n_labels;
	struct str kind_cluster; /* label io.x-k8s.kind.cluster */
	bool health;
	bool goes; /* is removed when it ends: --rm */
};
void body_create(struct str body, struct arena *a, struct create_body *ret);

/* The member `Id` of an answer; empty: there is none. */
struct str body_id(struct str body, struct arena *a);

/* What an engine says of a failure ("message" or podman's "cause"; of a stream of objects the last "error").
 */
struct str body_error(struct str body, struct arena *a);

/*
 * POST containers/ID/exec: the program's base name. For kubeadm and kubectl also
 * the subcommand; for a program that is given a file below /kind/ also that file's base name.
 */
struct str body_exec_cmd(struct str body, struct arena *a);
/* POST exec/ID/start */
bool body_exec_detached(struct str body, struct arena *a);

/* GET exec/ID/json, containers/ID/json */
struct inspect_body {
	struct str name; /* of a container, without its slash */
	int64_t exit;
	bool has_exit;
	bool running;
};
void body_inspect(struct str body, struct arena *a, struct inspect_body *ret);
