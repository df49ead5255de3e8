/*
 * subject/container_box.h - one sandbox: a container that is made, started, used, looked at and removed.
 *
 * A box is one thread's at a time, and has a connection of its own. Functions that are false leave why in
 * link.why. What was made has the shop's label, so that it is found again (container_shop_sweep) even where
 * the answer with its id was lost.
 */
#pragma once
#include <stdatomic.h>

#include "bench/checks.h"
#include "config/bench_metrics.h"
#include "engine/watch_api.h"
#include "subject/container_link.h"
#include "subject/container_outside.h"
#include "subject/container_weigh.h"

/* What all sandboxes of one subject have in common; read-only while they are used, but for `lost`. */
struct container_shop {
	struct container_engine engine;
	const struct bench_item *item;
	const char *image;
	char label[48];
	struct str create, exec, ready; /* bodies of requests; exec and ready may be empty */
	struct str input;
	const struct checks *checks;
	struct container_outside outside; /* path NULL: it is not run */
	struct cgroup_mounts mounts;
	atomic_uint lost; /* requests to create of which no answer came */
};

struct container_box {
	struct container_shop *shop;
	struct container_link link;
	char id[CONTAINER_ID]; /* empty: there is none */
	struct buf out;
	char said[CONTAINER_SAID]; /* the last command's standard error, its first line */
	bool soiled;               /* a command may still run in it */
};

void container_box_init(struct container_box *b, struct container_shop *shop);
void container_box_free(struct container_box *b);

/* Create, start, ready: with their figures. */
bool container_box_make(struct container_box *b, int64_t deadline_ns, int64_t values[BOX_METRICS]);
/* The item's command, once, and whether it was good. */
bool container_box_exec(struct container_box *b, int64_t deadline_ns, int64_t *ret_ns);
/* What the engine says of it; false also when it does not run. */
bool container_box_look(struct container_box *b, int64_t deadline_ns, struct inspect *ret);
/* Its memory, and that of the process that looks after it. */
void container_box_weigh(struct container_box *b, const struct inspect *in, int64_t deadline_ns,
			 int64_t values[BOX_METRICS]);
/* Stopped at once, then removed: with their figures. */
bool container_box_end(struct container_box *b, int64_t deadline_ns, int64_t values[BOX_METRICS]);
/* Away with it, whatever it does. */
bool container_box_drop(struct container_box *b, int64_t deadline_ns);

/* Removes everything that has the shop's label. Waits for what was lost for a few seconds. */
bool container_shop_sweep(struct container_shop *shop, struct container_link *l, int64_t deadline_ns);
