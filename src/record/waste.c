#include "record/waste.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/folder.h"
#include "base/str.h"
#include "record/baselines.h"
#include "record/runs.h"
#include "wire/cover_map.h"

/* What is younger may have been made by a process that had no time yet to hold it. */
enum { YOUNG_S = 2 };

/* A result that may go. */
struct candidate {
	char *name;
	int64_t at_ns;
};

struct candidates {
	struct candidate *at;
	size_t n, cap;
};

struct waste {
	const struct waste_wishes *w;
	struct waste_sink *sink;
	struct arena arena;
};

const char *waste_name(enum waste_kind kind)
{
	static const char *const names[] = {"run",       "bench",    "report", "kept trees",
					    "temporary", "baseline", "history"};
	return names[kind];
}

static void tell(struct waste *x, enum waste_kind kind, enum waste_fate fate, const char *path,
		 uint64_t bytes)
{
	x->sink->put(x->sink, &(struct waste_item){kind, fate, path, bytes});
}

/* Removes one thing of an open folder, and tells what became of it. */
static void drop(struct waste *x, enum waste_kind kind, int parent, const char *name, const char *path)
{
	if (folder_is_held(parent, name)) {
		tell(x, kind, WASTE_HELD, path, 0);
		return;
	}
	uint64_t bytes = folder_bytes(parent, name);
	bool gone = x->w->dry_run || folder_remove_at(parent, name);
	tell(x, kind, gone ? WASTE_GONE : WASTE_STAYS, path, bytes);
}

/* Opens a folder that is no link; -1 where there is none. A link is told. */
static int open_own(struct waste *x, enum waste_kind kind, int parent, const char *name, const char *path)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	if (fd < 0 && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		tell(x, kind, WASTE_LINK, path, 0);
	return fd;
}

/* Every name in an open folder, which stays open. */
static void each_name(struct waste *x, int fd,
		      void (*look)(struct waste *x, int fd, const char *name, void *of), void *of)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again >= 0 ? fdopendir(again) : NULL;
	if (!d) {
		if (again >= 0)
			(void)close(again);
		return;
	}
	for (struct dirent *entry; (entry = readdir(d));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			look(x, fd, entry->d_name, of);
	(void)closedir(d);
}

static int64_t changed_ns(int parent, const char *name)
{
	struct stat st;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return INT64_MAX;
	return st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec;
}

static void add(struct waste *x, struct candidates *c, const char *name, int64_t at_ns)
{
	c->at = arena_grow(&x->arena, c->at, c->n, &c->cap, sizeof(*c->at));
	c->at[c->n++] = (struct candidate){arena_copy(&x->arena, str_of(name)), at_ns};
}

static int newest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->at_ns != y->at_ns)
		return x->at_ns > y->at_ns ? -1 : 1;
	return strcmp(y->name, x->name);
}

/* Whether the i-th newest of its kind goes. */
static bool goes(const struct waste_wishes *w, size_t i, int64_t at_ns)
{
	if (!w->older_than_ns && w->keep < 0)
		return false;
	bool old = !w->older_than_ns || at_ns < w->now_ns - w->older_than_ns;
	return old && (w->keep < 0 || i >= (size_t)w->keep);
}

static void drop_old(struct waste *x, enum waste_kind kind, int fd, struct candidates *c, const char *path)
{
	if (c->n)
		qsort(c->at, c->n, sizeof(*c->at), newest_first);
	for (size_t i = 0; i < c->n; i++)
		if (goes(x->w, i, c->at[i].at_ns))
			drop(x, kind, fd, c->at[i].name,
			     arena_printf(&x->arena, "%s/%s", path, c->at[i].name));
}

/* When a run began, by its id: a report that is made again makes it no younger. */
static int64_t begun_ns(const char *id)
{
	struct tm tm = {0};
	if (!strptime(id, "%Y%m%d-%H%M%S", &tm))
		return 0;
	return (int64_t)timegm(&tm) * NS_PER_S;
}

static void look_at_run(struct waste *x, int fd, const char *name, void *of)
{
	struct stat st;
	if (!runs_is_id(name) || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return;
	if (fstatat(fd, arena_printf(&x->arena, "%s/events.jsonl", name), &st, AT_SYMLINK_NOFOLLOW) < 0 &&
	    changed_ns(fd, name) > x->w->now_ns - YOUNG_S * NS_PER_S)
		return;
	add(x, of, name, begun_ns(name));
}

/* Where "latest" leads to nothing any more, it leads to the newest that is left. */
static void point_again(struct waste *x, int fd)
{
	struct candidates left = {0};
	struct stat st;
	if (fstatat(fd, "latest", &st, AT_SYMLINK_NOFOLLOW) < 0 || fstatat(fd, "latest", &st, 0) == 0 ||
	    errno != ENOENT)
		return;
	each_name(x, fd, look_at_run, &left);
	(void)unlinkat(fd, "latest", 0);
	if (!left.n)
		return;
	qsort(left.at, left.n, sizeof(*left.at), newest_first);
	(void)symlinkat(left.at[0].name, fd, "latest");
}

static void clean_runs(struct waste *x, int root, const char *path)
{
	struct candidates c = {0};
	auto_fd fd = open_own(x, WASTE_RUN, root, "runs", path);
	if (fd < 0)
		return;
	each_name(x, fd, look_at_run, &c);
	drop_old(x, WASTE_RUN, fd, &c, path);
	if (!x->w->dry_run)
		point_again(x, fd);
}

/* A file that was being written by a process that is dead: "bench.json.1234". */
static bool is_half(const char *name, const char *whole)
{
	size_t n = strlen(whole);
	int64_t pid;
	if (strncmp(name, whole, n) != 0 || name[n] != '.' || !str_int(str_of(name + n + 1), &pid) ||
	    pid <= 0 || pid > INT32_MAX)
		return false;
	return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* The record of a bench, and what is written beside it. */
static const struct {
	const char *name;
	enum waste_kind kind;
} of_bench[] = {{"bench.json", WASTE_BENCH}, {"bench.html", WASTE_REPORT}, {"junit.xml", WASTE_REPORT}};
enum { OF_BENCH = sizeof(of_bench) / sizeof(*of_bench) };

static void look_at_bench(struct waste *x, int fd, const char *name, void *of)
{
	bool half = false;
	for (size_t i = 0; i < OF_BENCH; i++)
		half |= is_half(name, of_bench[i].name);
	if (half)
		drop(x, WASTE_LEFT, fd, name, arena_printf(&x->arena, "%s/%s", (const char *)of, name));
}

static void clean_bench(struct waste *x, int root, const char *path)
{
	struct stat st;
	auto_fd fd = open_own(x, WASTE_BENCH, root, "bench", path);
	if (fd < 0)
		return;
	each_name(x, fd, look_at_bench, (void *)(uintptr_t)path);
	for (size_t i = 0; i < OF_BENCH; i++) {
		struct candidates one = {0};
		if (fstatat(fd, of_bench[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			add(x, &one, of_bench[i].name, changed_ns(fd, of_bench[i].name));
		drop_old(x, of_bench[i].kind, fd, &one, path);
	}
}

struct baselines {
	struct candidates all;
	const char *path;
};

static void look_at_baseline(struct waste *x, int fd, const char *name, void *of)
{
	struct baselines *b = of;
	bool is_new = strncmp(name, ".new-", 5) == 0 && changed_ns(fd, name) < x->w->now_ns - 3600 * NS_PER_S;
	if (is_new || is_half(name, ".in-use"))
		drop(x, WASTE_LEFT, fd, name, arena_printf(&x->arena, "%s/%s", b->path, name));
	else if (x->w->baselines && baseline_is_name(name))
		add(x, &b->all, name, changed_ns(fd, name));
}

static void clean_baselines(struct waste *x, int root, const char *root_path, const char *path)
{
	struct baselines b = {.path = path};
	struct str used = baseline_in_use(&x->arena, root_path);
	size_t kept = 0;
	auto_fd fd = open_own(x, WASTE_BASELINE, root, "baselines", path);
	if (fd < 0)
		return;
	each_name(x, fd, look_at_baseline, &b);
	for (size_t i = 0; i < b.all.n; i++)
		if (!str_is(used, b.all.at[i].name))
			b.all.at[kept++] = b.all.at[i];
	b.all.n = kept;
	drop_old(x, WASTE_BASELINE, fd, &b.all, path);
}

static void look_at_root(struct waste *x, int fd, const char *name, void *of)
{
	bool is_history = strcmp(name, "history.db") == 0 || strncmp(name, "history.db-", 11) == 0 ||
			  strncmp(name, "history.db.corrupt-", 19) == 0;
	if (x->w->history && is_history)
		drop(x, WASTE_HISTORY, fd, name, arena_printf(&x->arena, "%s/%s", (const char *)of, name));
}

static int clean_root(struct waste *x, const char *root, struct err *e)
{
	struct stat st;
	auto_fd fd = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && lstat(root, &st) == 0 && S_ISLNK(st.st_mode))
		return err_usage(e, "'%s' is a link, and links are not followed: clean where it leads to",
				 root);
	if (fd < 0)
		return err_sys(e, "cannot read '%s'", root);
	clean_runs(x, fd, arena_printf(&x->arena, "%s/runs", root));
	clean_bench(x, fd, arena_printf(&x->arena, "%s/bench", root));
	clean_baselines(x, fd, root, arena_printf(&x->arena, "%s/baselines", root));
	each_name(x, fd, look_at_root, (void *)(uintptr_t)root);
	return 0;
}

struct place {
	const char *path;
	struct candidates trees;
};

/* A begin and the six letters of mkdtemp. */
static bool is_temporary(const char *name, const char *begin)
{
	size_t n = strlen(begin);
	return strncmp(name, begin, n) == 0 && strlen(name) == n + 6;
}

static bool holds(struct waste *x, int fd, const char *name, const char *mark)
{
	struct stat st;
	return fstatat(fd, arena_printf(&x->arena, "%s/%s", name, mark), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void look_at_place(struct waste *x, int fd, const char *name, void *of)
{
	struct place *p = of;
	struct stat st;
	bool is_work = is_temporary(name, RUNS_WORK), is_map = is_temporary(name, COVER_MAP_BEGIN);
	if ((!is_work && !is_map) || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_uid != geteuid() || changed_ns(fd, name) > x->w->now_ns - YOUNG_S * NS_PER_S)
		return;
	if (is_work ? !S_ISDIR(st.st_mode) || !holds(x, fd, name, RUNS_MARK) : !S_ISREG(st.st_mode))
		return;
	if (is_work && holds(x, fd, name, RUNS_MARK_KEPT))
		add(x, &p->trees, name, changed_ns(fd, name));
	else
		drop(x, WASTE_LEFT, fd, name, arena_printf(&x->arena, "%s/%s", p->path, name));
}

static void clean_place(struct waste *x, const char *path)
{
	struct place p = {.path = path};
	auto_fd fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	each_name(x, fd, look_at_place, &p);
	drop_old(x, WASTE_TREES, fd, &p.trees, path);
}

int waste_remove(const char *root, const struct waste_wishes *w, struct waste_sink *sink, struct err *e)
{
	struct waste x = {.w = w, .sink = sink};
	int rc = clean_root(&x, root, e);
	for (size_t i = 0; rc == 0 && w->places && w->places[i]; i++)
		clean_place(&x, w->places[i]);
	arena_free(&x.arena);
	return rc;
}
