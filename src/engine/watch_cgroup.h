/*
 * engine/watch_cgroup.h - memory and CPU of a container, from its cgroup, v1 or v2.
 *
 * The cgroup is found by the container's process, and only one whose path holds the container's id is taken:
 * a rootless container without a cgroup of its own would else be given the figures of the whole session.
 * Files stay open. Measured: 2 us for memory and CPU, 5-20 us more with the kinds of memory.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/str.h"

enum { CGROUP_PATH = 512 };

/* Where a hierarchy is mounted, and which of its folders that shows. Empty: it is not. */
struct cgroup_mount {
	char root[CGROUP_PATH], point[CGROUP_PATH];
};

struct cgroup_mounts {
	struct cgroup_mount memory, cpu; /* v1 */
	struct cgroup_mount unified;     /* v2 */
};

/* From the text of /proc/self/mountinfo. */
void cgroup_mounts_read(struct str mountinfo, struct cgroup_mounts *ret);

/* Folders of one container; empty: none. */
struct cgroup_folders {
	char memory[2 * CGROUP_PATH], cpu[2 * CGROUP_PATH];
	bool memory_v2, cpu_v2;
};

/* From the text of /proc/PID/cgroup; false when no path holds the id. */
bool cgroup_folders_find(struct str proc_cgroup, struct str cid, const struct cgroup_mounts *mounts,
			 struct cgroup_folders *ret);

struct cgroup {
	int memory, cpu; /* descriptors, -1: none */
	int folder;      /* of the memory files */
	bool memory_v2, cpu_v2;
	bool has_peak; /* the kernel remembers the most */
};
#define CGROUP_NONE ((struct cgroup){.memory = -1, .cpu = -1, .folder = -1})

/* -1: not known; a figure that could not be read keeps its value. */
struct cgroup_figures {
	int64_t memory_bytes, peak_bytes;
	int64_t anon_bytes; /* anonymous and shared memory: no page cache */
	int64_t cpu_ns;
};
#define CGROUP_FIGURES_NONE ((struct cgroup_figures){-1, -1, -1, -1})

/* False when nothing could be opened. */
bool cgroup_open(struct cgroup *c, int64_t pid, struct str cid, const struct cgroup_mounts *mounts);
void cgroup_close(struct cgroup *c);
/* Memory now and CPU so far; false when the cgroup is gone. */
bool cgroup_read(const struct cgroup *c, struct cgroup_figures *f);
bool cgroup_read_cpu(const struct cgroup *c, struct cgroup_figures *f);
/* The most it had, and how much of it is no page cache. */
void cgroup_read_kinds(const struct cgroup *c, struct cgroup_figures *f);
/* What its processes hold: anonymous, shared and kernel memory, no page cache. -1: not known. Without the
 * kernel's share where the kernel does not count it. */
int64_t cgroup_held(const struct cgroup *c);
/* The most memory that it may have; INT64_MAX: no limit, -1: not known. */
int64_t cgroup_limit(const struct cgroup *c);
/* How many processes the kernel ended in it for want of memory; 0 where it does not say. */
int64_t cgroup_oom_kills(const struct cgroup *c);

/* The number behind a word at the beginning of a line ("anon 4096"); -1: no such line. */
int64_t cgroup_stat(struct str text, const char *word);
