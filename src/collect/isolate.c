#include "collect/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/git_head.h"
#include "base/mem.h"
#include "base/str.h"
#include "wire/tree_copy.h"

/* mount(2) takes ':' and ',' and '\' in paths only escaped. */
static char *mount_path(struct arena *a, const char *path)
{
	struct buf b = {0};
	for (; *path; path++) {
		if (strchr(":,\\", *path))
			buf_char(&b, '\\');
		buf_char(&b, *path);
	}
	char *escaped = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return escaped;
}

static int make_layer(const struct isolate *i, struct arena *a, const char *name, struct overlay *ret,
		      struct err *e)
{
	const char *upper = arena_printf(a, "%s/%s/upper", i->room, name);
	const char *work = arena_printf(a, "%s/%s/work", i->room, name);
	if (folder_make(upper, 0700, e) < 0 || folder_make(work, 0700, e) < 0)
		return e->fault;
	*ret = (struct overlay){
	    .tree = i->tree,
	    .options =
		arena_printf(a, "lowerdir=%s,upperdir=%s,workdir=%s%s", mount_path(a, i->tree),
			     mount_path(a, upper), mount_path(a, work), i->user_ns ? ",userxattr" : ""),
	    .user_ns = i->user_ns,
	    .uid = getuid(),
	    .gid = getgid(),
	};
	return 0;
}

/* Whether a child can be started under such an overlay, and write there. */
static bool overlay_works(const struct isolate *i, struct arena *a, struct err *e)
{
	struct overlay o;
	pid_t pid;
	int status = -1;
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)": > .fettle-try && rm .fettle-try", NULL};
	char *env[] = {NULL};
	if (make_layer(i, a, "try", &o, e) < 0)
		return false;
	struct launch l = {.path = "/bin/sh",
			   .argv = argv,
			   .env = env,
			   .cwd = i->tree,
			   .in = -1,
			   .out = -1,
			   .err = -1,
			   .overlay = &o};
	if (proc_start(&l, &pid, e) < 0)
		return false;
	(void)waitpid(pid, &status, 0);
	folder_remove(arena_printf(a, "%s/try", i->room));
	if (status != 0) {
		errno = EROFS;
		(void)err_sys(e, "cannot write under an overlay");
	}
	return status == 0;
}

int isolate_init(struct isolate *i, struct arena *a, const char *cwd, const char *work_dir,
		 const char *disk_dir, struct err *e)
{
	struct err tried = {0};
	const char *tree = git_tree(a, cwd);
	i->tree = tree ? tree : arena_copy(a, str_of(cwd));
	i->inside = cwd + strlen(i->tree);
	const char *rooms[] = {arena_printf(a, "%s/tree", work_dir), arena_printf(a, "%s/tree", disk_dir)};
	for (unsigned k = 0; k < 4; k++) {
		i->how = ISOLATE_OVERLAY;
		i->room = rooms[i->keep ? 1 : k % 2]; /* what is kept goes to disk */
		i->user_ns = k >= 2;
		if (i->user_ns ? geteuid() == 0 : geteuid() != 0)
			continue;
		if (overlay_works(i, a, &tried))
			return 0;
	}
	i->how = ISOLATE_COPY;
	i->room = rooms[1];
	i->why_copy = arena_copy(a, str_of(tried.text));
	return folder_make(i->room, 0700, e);
}

int isolate_worker_init(const struct isolate *i, struct arena *a, uint32_t worker, struct isolate_worker *ret,
			struct err *e)
{
	char *name = arena_printf(a, "%u", worker);
	*ret = (struct isolate_worker){.cwd = arena_printf(a, "%s%s", i->tree, i->inside)};
	if (i->how == ISOLATE_OVERLAY) {
		ret->has_overlay = true;
		return make_layer(i, a, name, &ret->overlay, e);
	}
	char *to = arena_printf(a, "%s/%s", i->room, name);
	if (folder_make(to, 0700, e) < 0)
		return e->fault;
	char **argv = arena_array(a, char *, 7);
	argv[0] = (char *)"cp";
	argv[1] = (char *)"-a";
	argv[2] = (char *)"--reflink=auto";
	argv[3] = arena_printf(a, "%s/.", i->tree);
	argv[4] = to;
	ret->copy = argv;
	ret->cwd = arena_printf(a, "%s%s", to, i->inside);
	return 0;
}

struct str isolate_origin(const struct isolate *i, struct arena *a, struct str path)
{
	size_t n = i->how == ISOLATE_COPY && i->room ? strlen(i->room) : 0;
	size_t at = tree_copy_root(path.at, path.n, i->room, n);
	if (!at)
		return path;
	return str_of(arena_printf(a, "%s%.*s", i->tree, STR_ARG(str_cut(path, at, path.n))));
}

void isolate_forget(struct arena *a, const char *dir)
{
	folder_remove(arena_printf(a, "%s/trees", dir));
}

static bool is_folder(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int copy_tree(struct arena *a, const char *from, const char *to, struct err *e)
{
	char *argv[] = {(char *)"cp",
			(char *)"-a",
			(char *)"--reflink=auto",
			(char *)"-T",
			(char *)"--",
			arena_copy(a, str_of(from)),
			arena_copy(a, str_of(to)),
			NULL};
	char *env[] = {(char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C", NULL};
	struct launch l = {
	    .path = "/bin/cp", .argv = argv, .env = env, .cwd = "/", .in = -1, .out = -1, .err = -1};
	pid_t pid;
	int status = -1;
	if (proc_start(&l, &pid, e) < 0)
		return e->fault;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	errno = 0;
	return err_sys(e, "cannot copy '%s' to '%s'", from, to);
}

/* A folder below tree that is not to be kept; no link on the way to it is followed. */
static void hide(struct arena *a, int trees, const char *tree, const char *inside, const char *hidden)
{
	struct str rest = str_of(hidden);
	size_t slash = str_find_last(rest, '/');
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	char *above = arena_printf(a, "%s%s/%.*s", tree, inside, (int)(slash < rest.n ? slash : 0), hidden);
	auto_fd fd = (int)syscall(SYS_openat2, trees, above, &how, sizeof(how));
	if (fd >= 0)
		folder_remove(
		    arena_printf(a, "/proc/self/fd/%d/%s", fd, hidden + (slash < rest.n ? slash + 1 : 0)));
}

static int keep_one(const struct isolate *i, struct arena *a, const char *dir, int trees, uint32_t worker,
		    const char *hidden, struct err *e)
{
	bool overlay = i->how == ISOLATE_OVERLAY;
	const char *from = arena_printf(a, "%s/%u%s", i->room, worker, overlay ? "/upper" : "");
	const char *name = arena_printf(a, "worker-%u", worker);
	if (!is_folder(from)) /* it never started */
		return 0;
	if (renameat(AT_FDCWD, from, trees, name) < 0) {
		if (errno != EXDEV)
			return err_sys(e, "cannot move '%s' to '%s/trees'", from, dir);
		if (copy_tree(a, from, arena_printf(a, "%s/trees/%s", dir, name), e) < 0)
			return e->fault;
	}
	if (!overlay)
		hide(a, trees, name, i->inside, hidden);
	return 0;
}

int isolate_keep(const struct isolate *i, struct arena *a, const char *dir, uint32_t workers,
		 const char *hidden, struct err *e)
{
	const char *absolute = realpath(dir, NULL);
	if (!absolute)
		return err_sys(e, "cannot open folder '%s'", dir);
	dir = arena_copy(a, str_of(absolute));
	mem_free((void *)(uintptr_t)absolute);
	isolate_forget(a, dir);
	auto_fd top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 || mkdirat(top, "trees", 0755) < 0)
		return err_sys(e, "cannot make folder '%s/trees'", dir);
	auto_fd trees = openat(top, "trees", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (trees < 0)
		return err_sys(e, "cannot open folder '%s/trees'", dir);
	for (uint32_t w = 0; w < workers; w++)
		if (keep_one(i, a, dir, trees, w, hidden, e) < 0)
			return e->fault;
	return 0;
}
