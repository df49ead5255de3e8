#include "engine/watch_cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/str.h"

enum { CGROUP_STAT = 16 * 1024, PROC_CGROUP_MOST = 64 * 1024 };

static void keep(char *to, size_t most, struct str s)
{
	size_t n = s.n < most ? s.n : 0; /* a path cut short would be another */
	memcpy(to, s.at, n);
	to[n] = '\0';
}

/* Whether one of the words between commas is this one. */
static bool lists(struct str list, const char *word)
{
	for (struct str part; str_next(&list, ',', &part);)
		if (str_is(part, word))
			return true;
	return false;
}

/* A mount of the whole hierarchy is better than one of a part. */
static void take_mount(struct cgroup_mount *m, struct str root, struct str point)
{
	if (root.n >= CGROUP_PATH || point.n >= CGROUP_PATH)
		return;
	if (m->point[0] && (strcmp(m->root, "/") == 0 || !str_is(root, "/")))
		return;
	keep(m->root, sizeof(m->root), root);
	keep(m->point, sizeof(m->point), point);
}

void cgroup_mounts_read(struct str mountinfo, struct cgroup_mounts *ret)
{
	*ret = (struct cgroup_mounts){0};
	for (struct str line; str_next(&mountinfo, '\n', &line);) {
		struct str word, root = STR_NONE, point = STR_NONE, type = STR_NONE, options = STR_NONE;
		int at = 0, dash = 0;
		for (; str_next(&line, ' ', &word); at++) {
			if (at == 3)
				root = word;
			else if (at == 4)
				point = word;
			else if (at > 5 && !dash && str_is(word, "-"))
				dash = at;
			else if (dash && at == dash + 1)
				type = word;
			else if (dash && at == dash + 3)
				options = word;
		}
		if (!point.n)
			continue;
		if (str_is(type, "cgroup2"))
			take_mount(&ret->unified, root, point);
		if (str_is(type, "cgroup") && lists(options, "memory"))
			take_mount(&ret->memory, root, point);
		if (str_is(type, "cgroup") && lists(options, "cpuacct"))
			take_mount(&ret->cpu, root, point);
	}
}

/* The path up to and with the folder that is named after the container; empty: there is none. */
static struct str own_part(struct str path, struct str cid)
{
	for (size_t from = 0; from < path.n;) {
		size_t end = from + 1;
		while (end < path.n && path.at[end] != '/')
			end++;
		if (str_has(str_cut(path, from, end - from), cid))
			return str_cut(path, 0, end);
		from = end;
	}
	return STR_NONE;
}

static bool place(const struct cgroup_mount *m, struct str path, char *ret, size_t most)
{
	struct str root = str_of(m->root);
	if (!m->point[0])
		return false;
	if (root.n > 1) {
		if (!str_starts(path, m->root) || (path.n > root.n && path.at[root.n] != '/'))
			return false;
		path = str_cut(path, root.n, path.n);
	}
	int n = snprintf(ret, most, "%s%.*s", m->point, STR_ARG(path));
	if (n < 0 || (size_t)n >= most) {
		ret[0] = '\0';
		return false;
	}
	return true;
}

bool cgroup_folders_find(struct str proc_cgroup, struct str cid, const struct cgroup_mounts *mounts,
			 struct cgroup_folders *ret)
{
	struct str unified = STR_NONE;
	*ret = (struct cgroup_folders){0};
	if (cid.n < 12) /* too short to be nobody else's */
		return false;
	for (struct str line; str_next(&proc_cgroup, '\n', &line);) {
		size_t first = str_find(line, ':');
		struct str rest = str_cut(line, first + 1, line.n);
		size_t second = str_find(rest, ':');
		struct str names = str_cut(rest, 0, second);
		struct str path = own_part(str_cut(rest, second + 1, rest.n), cid);
		if (!path.n || path.at[0] != '/' || str_has(path, STR("/../")))
			continue;
		if (!names.n)
			unified = path;
		if (lists(names, "memory"))
			(void)place(&mounts->memory, path, ret->memory, sizeof(ret->memory));
		if (lists(names, "cpuacct"))
			(void)place(&mounts->cpu, path, ret->cpu, sizeof(ret->cpu));
	}
	if (unified.n && !ret->memory[0])
		ret->memory_v2 = place(&mounts->unified, unified, ret->memory, sizeof(ret->memory));
	if (unified.n && !ret->cpu[0])
		ret->cpu_v2 = place(&mounts->unified, unified, ret->cpu, sizeof(ret->cpu));
	return ret->memory[0] || ret->cpu[0];
}

static int open_in(int folder, const char *name)
{
	return folder < 0 ? -1 : openat(folder, name, O_RDONLY | O_CLOEXEC);
}

bool cgroup_open(struct cgroup *c, int64_t pid, struct str cid, const struct cgroup_mounts *mounts)
{
	char path[64];
	struct cgroup_folders f;
	struct buf text = {0};
	*c = CGROUP_NONE;
	(void)snprintf(path, sizeof(path), "/proc/%lld/cgroup", (long long)pid);
	bool found =
	    file_read(path, PROC_CGROUP_MOST, &text) && cgroup_folders_find(buf_view(&text), cid, mounts, &f);
	buf_free(&text);
	if (!found)
		return false;
	c->memory_v2 = f.memory_v2;
	c->cpu_v2 = f.cpu_v2;
	if (f.memory[0])
		c->folder = open(f.memory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	c->memory = open_in(c->folder, c->memory_v2 ? "memory.current" : "memory.usage_in_bytes");
	if (f.cpu[0]) {
		auto_fd folder = open(f.cpu, O_PATH | O_DIRECTORY | O_CLOEXEC);
		c->cpu = open_in(folder, c->cpu_v2 ? "cpu.stat" : "cpuacct.usage");
	}
	c->has_peak =
	    c->folder >= 0 &&
	    faccessat(c->folder, c->memory_v2 ? "memory.peak" : "memory.max_usage_in_bytes", R_OK, 0) == 0;
	if (c->memory >= 0 || c->cpu >= 0)
		return true;
	cgroup_close(c);
	return false;
}

void cgroup_close(struct cgroup *c)
{
	fd_close(&c->memory);
	fd_close(&c->cpu);
	fd_close(&c->folder);
}

/* The text of a file that may change under us; empty when it is gone. */
static struct str text_of(int fd, char *room, size_t most)
{
	ssize_t n = fd < 0 ? 0 : pread(fd, room, most, 0);
	return n > 0 ? (struct str){room, (size_t)n} : STR_NONE;
}

static bool number_of(int fd, int64_t *ret)
{
	char room[64];
	return str_int(str_trim(text_of(fd, room, sizeof(room))), ret);
}

int64_t cgroup_stat(struct str text, const char *word)
{
	int64_t v;
	size_t n = strlen(word);
	for (struct str line; str_next(&text, '\n', &line);)
		if (str_starts(line, word) && line.n > n && line.at[n] == ' ' &&
		    str_int(str_cut(line, n + 1, line.n), &v) && v >= 0)
			return v;
	return -1;
}

bool cgroup_read_cpu(const struct cgroup *c, struct cgroup_figures *f)
{
	char room[1024];
	if (!c->cpu_v2)
		return number_of(c->cpu, &f->cpu_ns);
	int64_t us = cgroup_stat(text_of(c->cpu, room, sizeof(room)), "usage_usec");
	if (us < 0 || us > INT64_MAX / 1000)
		return false;
	f->cpu_ns = us * 1000;
	return true;
}

bool cgroup_read(const struct cgroup *c, struct cgroup_figures *f)
{
	bool memory = number_of(c->memory, &f->memory_bytes);
	bool cpu = cgroup_read_cpu(c, f);
	if (memory && f->memory_bytes > f->peak_bytes)
		f->peak_bytes = f->memory_bytes;
	return memory || cpu;
}

static int64_t opened_number(int folder, const char *name)
{
	int64_t v = -1;
	auto_fd fd = open_in(folder, name);
	return fd >= 0 && number_of(fd, &v) ? v : -1;
}

void cgroup_read_kinds(const struct cgroup *c, struct cgroup_figures *f)
{
	char room[CGROUP_STAT];
	auto_fd stat = open_in(c->folder, "memory.stat");
	struct str text = text_of(stat, room, sizeof(room));
	int64_t anon = cgroup_stat(text, c->memory_v2 ? "anon" : "total_rss");
	int64_t shared = cgroup_stat(text, c->memory_v2 ? "shmem" : "total_shmem");
	if (anon >= 0)
		f->anon_bytes = anon + (shared > 0 ? shared : 0);
	int64_t peak = !c->has_peak ? -1
				    : opened_number(c->folder, c->memory_v2 ? "memory.peak"
									    : "memory.max_usage_in_bytes");
	if (peak > f->peak_bytes)
		f->peak_bytes = peak;
}

/* Before Linux 5.18 version 2 names its parts alone. */
static int64_t kernel_bytes(const struct cgroup *c, struct str stat)
{
	static const char *const parts[] = {"kernel_stack", "pagetables", "percpu", "sock", "slab"};
	int64_t sum = cgroup_stat(stat, "kernel"), part;
	if (!c->memory_v2)
		sum = opened_number(c->folder, "memory.kmem.usage_in_bytes");
	if (sum >= 0 || !c->memory_v2)
		return sum > 0 ? sum : 0;
	sum = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if ((part = cgroup_stat(stat, parts[i])) > 0)
			sum += part;
	return sum;
}

int64_t cgroup_held(const struct cgroup *c)
{
	char room[CGROUP_STAT];
	auto_fd fd = open_in(c->folder, "memory.stat");
	struct str stat = text_of(fd, room, sizeof(room));
	int64_t anon = cgroup_stat(stat, c->memory_v2 ? "anon" : "total_rss");
	int64_t shared = cgroup_stat(stat, c->memory_v2 ? "shmem" : "total_shmem");
	return anon < 0 ? -1 : anon + (shared > 0 ? shared : 0) + kernel_bytes(c, stat);
}

int64_t cgroup_limit(const struct cgroup *c)
{
	char room[64];
	int64_t v;
	auto_fd fd = open_in(c->folder, c->memory_v2 ? "memory.max" : "memory.limit_in_bytes");
	struct str text = str_trim(text_of(fd, room, sizeof(room)));
	if (str_is(text, "max"))
		return INT64_MAX;
	if (!str_int(text, &v) || v < 0)
		return -1;
	/* version 1 has a limit always: that of its counters, in whole pages */
	return v >= INT64_MAX - (1 << 20) ? INT64_MAX : v;
}

int64_t cgroup_oom_kills(const struct cgroup *c)
{
	char room[1024];
	auto_fd fd = open_in(c->folder, c->memory_v2 ? "memory.events" : "memory.oom_control");
	int64_t kills = cgroup_stat(text_of(fd, room, sizeof(room)), "oom_kill");
	return kills > 0 ? kills : 0;
}
