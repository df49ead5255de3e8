/*
 * subject/container_weigh.h - how much memory a container takes, and the process that looks after it.
 *
 * From the files of its cgroup and /proc, which only an engine on this machine has. Costs about 0.1 ms.
 */
#pragma once
#include <stdint.h>

#include "engine/watch_cgroup.h"

struct container_weight {
	int64_t memory_bytes;     /* anonymous, shared and kernel memory of the container; -1: not known */
	int64_t supervisor_bytes; /* proportional size (PSS) of conmon or containerd-shim; -1: not known */
	int64_t limit_bytes;      /* that the kernel holds it to; INT64_MAX: none, -1: not known */
};

/* The mounts of this process's view. */
void container_mounts(struct cgroup_mounts *ret);
/* pid: of the container's own process; cid: its full id. */
void container_weigh(int64_t pid, struct str cid, const struct cgroup_mounts *mounts,
		     struct container_weight *ret);

/* From the text of /proc/PID/stat: the parent; 0: not said. */
int64_t container_parent(struct str stat);
/* From the text of /proc/PID/smaps_rollup: Pss in bytes; -1: not said. */
int64_t container_pss(struct str rollup);
