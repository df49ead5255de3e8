#include "collect/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

/* What the child and we share while it has not called exec: its own page, shared in either mode. */
struct birth {
	const struct launch *l;
	sigset_t mask;
	int failed;       /* errno, 0 while all is well */
	const char *what; /* which call failed */
};

static int fail(struct birth *b, const char *what)
{
	b->failed = errno ? errno : EIO;
	b->what = what;
	_exit(127);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = write(fd, text, strlen(text));
	(void)n;
	(void)close(fd);
}

/* Runs in the child. A mount namespace of its own, with the worker's copy-on-write layer over the tree. */
static void enter_overlay(struct birth *b, const struct overlay *o)
{
	char map[64];
	if (o->user_ns) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
			fail(b, "cannot make a user namespace");
		write_file("/proc/self/setgroups", "deny");
		(void)snprintf(map, sizeof(map), "%u %u 1", (unsigned)o->uid, (unsigned)o->uid);
		write_file("/proc/self/uid_map", map);
		(void)snprintf(map, sizeof(map), "%u %u 1", (unsigned)o->gid, (unsigned)o->gid);
		write_file("/proc/self/gid_map", map);
	} else if (unshare(CLONE_NEWNS) < 0) {
		fail(b, "cannot make a mount namespace");
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail(b, "cannot make mounts private");
	if (mount("fettle", o->tree, "overlay", 0, o->options) < 0)
		fail(b, "cannot mount an overlay over the tree");
}

/* Puts fd where the child wants it (0, 1 or 2). */
static void place_fd(struct birth *b, int fd, int want)
{
	if (fd < 0)
		fd = open("/dev/null", (want ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0 || (fd == want ? fcntl(fd, F_SETFD, 0) : dup2(fd, want)) < 0)
		fail(b, "cannot hand over a descriptor");
}

static int child_main(void *arg)
{
	struct birth *b = arg;
	const struct launch *l = b->l;
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction sa;
		if (sig == SIGKILL || sig == SIGSTOP || sigaction(sig, NULL, &sa) < 0)
			continue;
		if (sa.sa_handler != SIG_DFL && (sa.sa_handler != SIG_IGN || sig == SIGPIPE)) {
			memset(&sa, 0, sizeof(sa));
			sa.sa_handler = SIG_DFL;
			(void)sigaction(sig, &sa, NULL);
		}
	}
	if (!l->same_session)
		(void)setsid();
	if (l->overlay)
		enter_overlay(b, l->overlay);
	if (l->cwd && chdir(l->cwd) < 0)
		fail(b, "cannot enter the working directory");
	place_fd(b, l->in, 0);
	place_fd(b, l->out, 1);
	place_fd(b, l->err, 2);
	(void)sigprocmask(SIG_SETMASK, &b->mask, NULL);
	(void)execve(l->path, l->argv, l->env);
	if (errno == ENOEXEC) { /* a script without #!, as a shell would run it */
		size_t n = 0;
		while (l->argv[n])
			n++;
		const char *sh[64] = {"/bin/sh", l->path};
		for (size_t i = 1; i < n && i < 61; i++)
			sh[i + 1] = l->argv[i];
		(void)execve("/bin/sh", (char *const *)(uintptr_t)sh, l->env);
	}
	return fail(b, "cannot run it");
}

enum { CHILD_STACK_BYTES = 64 * 1024 };

/* The stack and the shared page for children, made once; one child is born at a time. */
static struct birth *birth_page(char **ret_stack_top)
{
	static char *page;
	if (!page) {
		page = mmap(NULL, CHILD_STACK_BYTES + 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED) {
			page = NULL;
			return NULL;
		}
	}
	*ret_stack_top = page + CHILD_STACK_BYTES;
	return (struct birth *)(void *)(page + CHILD_STACK_BYTES);
}

int proc_start(const struct launch *l, pid_t *ret_pid, struct err *e)
{
	char *stack_top = NULL;
	struct birth *b = birth_page(&stack_top);
	sigset_t all;
	if (!b)
		return err_sys(e, "cannot map memory for a child");
	*b = (struct birth){.l = l};
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &b->mask);
	sigset_t before = b->mask;
	/* signals that our loop reads from a descriptor are blocked; the child wants them open */
	(void)sigemptyset(&b->mask);
	/* a user namespace cannot be entered while memory is shared */
	int share = l->overlay && l->overlay->user_ns ? 0 : CLONE_VM;
	pid_t pid = clone(child_main, stack_top, share | CLONE_VFORK | SIGCHLD, b);
	int failed = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0) {
		errno = failed;
		return err_sys(e, "cannot start a process");
	}
	if (b->failed) {
		(void)waitpid(pid, NULL, 0);
		errno = b->failed;
		return err_sys(e, "%s: '%s'", b->what,
			       l->overlay && strstr(b->what, "tree") ? l->overlay->tree : l->path);
	}
	*ret_pid = pid;
	return 0;
}

static bool is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

const char *proc_find(struct arena *a, const char *name, char *const *env, const char *cwd)
{
	if (strchr(name, '/')) {
		const char *full = cwd && name[0] != '/' ? arena_printf(a, "%s/%s", cwd, name) : name;
		return is_program(full) ? full : NULL;
	}
	const char *path = environment_get(env, "PATH");
	struct str rest = str_of(path ? path : "/usr/local/bin:/usr/bin:/bin"), dir;
	while (str_next(&rest, ':', &dir)) {
		char *full =
		    dir.n ? arena_printf(a, "%.*s/%s", STR_ARG(dir), name) : arena_printf(a, "./%s", name);
		if (is_program(full))
			return full;
	}
	return NULL;
}

pid_t proc_reap(int *ret_status, struct rusage *ret_usage)
{
	pid_t pid = wait4(-1, ret_status, WNOHANG, ret_usage);
	return pid > 0 ? pid : 0;
}

void proc_adopt_orphans(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

bool proc_has_children(void)
{
	siginfo_t si;
	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

/* The first n - 1 bytes of /proc/PID/NAME; returns how many. */
static size_t read_proc(pid_t pid, const char *name, char *ret, size_t n)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, ret, n - 1);
	ret[got > 0 ? got : 0] = 0;
	return got > 0 ? (size_t)got : 0;
}

struct kin {
	pid_t pid, parent, session;
	bool taken;
};

/* Parent and session stand behind the last ')' of /proc/PID/stat; zombies do not count. */
static bool read_kin(pid_t pid, struct kin *ret)
{
	char text[512];
	int parent, session;
	char state;
	(void)read_proc(pid, "stat", text, sizeof(text));
	const char *p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %c %d %*d %d", &state, &parent, &session) != 3 || state == 'Z' ||
	    state == 'X')
		return false;
	*ret = (struct kin){pid, parent, session, false};
	return true;
}

static bool environ_has(pid_t pid, const char *first, const char *second)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	struct buf text = {0};
	(void)!file_read(path, 1 << 20, &text);
	bool has_first = false, has_second = false;
	struct str rest = {text.at, text.n}, one;
	while (text.n && str_next(&rest, 0, &one)) {
		has_first |= str_is(one, first);
		has_second |= str_is(one, second);
	}
	buf_free(&text);
	return has_first && has_second;
}

static size_t all_processes(struct kin **ret)
{
	DIR *d = opendir("/proc");
	struct kin *all = NULL;
	size_t n = 0, cap = 0;
	for (struct dirent *entry; d && (entry = readdir(d));) {
		struct kin k;
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !read_kin((pid_t)strtol(entry->d_name, NULL, 10), &k))
			continue;
		all = mem_grow(all, n, &cap, sizeof(*all));
		all[n++] = k;
	}
	if (d)
		(void)closedir(d);
	*ret = all;
	return n;
}

/* Takes all whose parent is taken, until there are no more. */
static void take_children(struct kin *all, size_t n)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			for (size_t j = 0; j < n && !all[i].taken; j++) {
				if (all[j].taken && all[i].parent == all[j].pid)
					more = all[i].taken = true;
			}
		}
	}
}

size_t proc_tree(struct buf *b, pid_t root, const char *run_mark, const char *mark)
{
	struct kin *all;
	pid_t self = getpid();
	size_t n = all_processes(&all), found = 0;
	for (size_t i = 0; i < n; i++) {
		struct kin *k = &all[i];
		if (k->pid == self)
			continue;
		k->taken = root > 0 && (k->pid == root || k->session == root);
		/* an orphan that came to us, with a session of its own */
		if (!k->taken && k->parent == self && environ_has(k->pid, run_mark, mark))
			k->taken = true;
	}
	take_children(all, n);
	for (size_t i = 0; i < n; i++) {
		if (all[i].taken) {
			buf_add(b, &all[i].pid, sizeof(all[i].pid));
			found++;
		}
	}
	mem_free(all);
	return found;
}

size_t proc_tree_signal(pid_t root, const char *run_mark, const char *mark, int sig)
{
	struct buf pids = {0};
	size_t n = proc_tree(&pids, root, run_mark, mark);
	for (size_t i = 0; i < n; i++) {
		pid_t pid;
		memcpy(&pid, pids.at + i * sizeof(pid), sizeof(pid));
		(void)kill(pid, sig);
	}
	buf_free(&pids);
	return n;
}

void proc_name(pid_t pid, char ret[17])
{
	size_t n = read_proc(pid, "comm", ret, 17);
	if (n && ret[n - 1] == '\n')
		ret[n - 1] = 0;
	if (!n)
		memcpy(ret, "?", 2);
}

bool proc_catches(pid_t pid, int sig)
{
	char text[4096];
	(void)read_proc(pid, "status", text, sizeof(text));
	const char *p = strstr(text, "SigCgt:");
	unsigned long long mask = p ? strtoull(p + 7, NULL, 16) : 0;
	return mask >> (sig - 1) & 1;
}
