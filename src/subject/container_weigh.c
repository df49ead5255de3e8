#include "subject/container_weigh.h"

#include <stdio.h>

#include "base/file.h"
#include "base/str.h"

enum { PROC_MOST = 64 * 1024, MOUNTS_MOST = 4 << 20, KIB = 1024 };

void container_mounts(struct cgroup_mounts *ret)
{
	struct buf text = {0};
	(void)!file_read("/proc/self/mountinfo", MOUNTS_MOST, &text);
	cgroup_mounts_read(buf_view(&text), ret);
	buf_free(&text);
}

int64_t container_parent(struct str stat)
{
	/* "PID (NAME) STATE PARENT ...": a name may hold anything */
	struct str rest = str_cut(stat, str_find_last(stat, ')') + 2, stat.n), word;
	int64_t parent;
	if (!str_next(&rest, ' ', &word) || !str_next(&rest, ' ', &word) || !str_int(word, &parent))
		return 0;
	return parent > 1 ? parent : 0;
}

int64_t container_pss(struct str rollup)
{
	int64_t kib;
	for (struct str line; str_next(&rollup, '\n', &line);) {
		if (!str_starts(line, "Pss:") || !str_ends(line, " kB"))
			continue;
		if (str_int(str_trim(str_cut(line, 4, line.n - 7)), &kib) && kib >= 0 &&
		    kib < INT64_MAX / KIB)
			return kib * KIB;
	}
	return -1;
}

static struct str proc_text(int64_t pid, const char *name, struct buf *text)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	buf_clear(text);
	return file_read(path, PROC_MOST, text) ? buf_view(text) : STR_NONE;
}

/* conmon and containerd's shim have one process a container, whose parent they are; others do not. */
static int64_t supervisor_of(int64_t pid)
{
	struct buf text = {0};
	int64_t bytes = -1, parent = container_parent(proc_text(pid, "stat", &text));
	struct str name = parent ? str_trim(proc_text(parent, "comm", &text)) : STR_NONE;
	if (str_is(name, "conmon") || str_starts(name, "containerd-shim"))
		bytes = container_pss(proc_text(parent, "smaps_rollup", &text));
	buf_free(&text);
	return bytes;
}

void container_weigh(int64_t pid, struct str cid, const struct cgroup_mounts *mounts,
		     struct container_weight *ret)
{
	struct cgroup c = CGROUP_NONE;
	*ret = (struct container_weight){-1, -1, -1};
	if (pid <= 1 || !cgroup_open(&c, pid, cid, mounts))
		return;
	ret->memory_bytes = cgroup_held(&c);
	ret->limit_bytes = cgroup_limit(&c);
	ret->supervisor_bytes = supervisor_of(pid);
	cgroup_close(&c);
}
