/*
 * A preload library that makes one call into the system fail.
 *
 *     FAULT='write:3:28' FAULT_SAID=/tmp/said LD_PRELOAD=build/libfault.so fettle run ...
 *
 * The third write of that process, and only that one, returns -1 with errno 28. With errno 0
 * a write or read moves one byte (a short one). Without FAULT nothing fails. At the end, "CALL N"
 * for each call that was made is appended to FAULT_SAID. What the process starts is left alone: the
 * variables leave its environment before main.
 */
#undef _FILE_OFFSET_BITS /* open and open64 are two names here */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum call {
	OPEN,
	READ,
	WRITE,
	CLONE,
	PIPE,
	MMAP,
	EPOLL_CREATE,
	EPOLL_CTL,
	EPOLL_WAIT,
	SIGNALFD,
	SOCKET,
	BIND,
	LISTEN,
	ACCEPT,
	SEND,
	RECV,
	MKDIR,
	OPENDIR,
	STAT,
	RENAME,
	UNLINK,
	LINK,
	SYMLINK,
	READLINK,
	COPY,
	FALLOCATE,
	FCNTL,
	GETCWD,
	MALLOC,
	CALLS
};

static const char *const names[CALLS] = {
    "open",       "read",      "write",  "clone",  "pipe",   "mmap",   "epoll_create", "epoll_ctl",
    "epoll_wait", "signalfd",  "socket", "bind",   "listen", "accept", "send",         "recv",
    "mkdir",      "opendir",   "stat",   "rename", "unlink", "link",   "symlink",      "readlink",
    "copy",       "fallocate", "fcntl",  "getcwd", "malloc"};

static unsigned long seen[CALLS];
static int fail_call = -1, fail_errno;
static unsigned long fail_at;
static char said[4096];
static pid_t self;

__attribute__((constructor)) static void begin(void)
{
	const char *plan = getenv("FAULT"), *to = getenv("FAULT_SAID");
	self = getpid();
	if (to)
		(void)snprintf(said, sizeof(said), "%s", to);
	for (int i = 0; plan && i < CALLS; i++) {
		size_t n = strlen(names[i]);
		if (strncmp(plan, names[i], n) != 0 || plan[n] != ':')
			continue;
		char *end;
		fail_at = strtoul(plan + n + 1, &end, 10);
		fail_errno = *end ? (int)strtol(end + 1, NULL, 10) : EIO;
		fail_call = i;
	}
	memset(seen, 0, sizeof(seen));
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv("FAULT");
	(void)unsetenv("FAULT_SAID");
}

static void say(const char *text)
{
	long fd = syscall(SYS_openat, AT_FDCWD, said, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	(void)syscall(SYS_write, fd, text, strlen(text));
	(void)syscall(SYS_close, fd);
}

__attribute__((destructor)) static void end(void)
{
	char line[64];
	for (int i = 0; said[0] && getpid() == self && i < CALLS; i++) {
		(void)snprintf(line, sizeof(line), "%s %lu\n", names[i], seen[i]);
		say(line);
	}
}

/* Counts a call; whether it is the one. */
static bool fails(enum call c)
{
	if (++seen[c] != fail_at || (int)c != fail_call)
		return false;
	errno = fail_errno;
	return true;
}

#define WRAP(call, bad, result, name, parameters, arguments)                                                 \
	EXPORT result name parameters                                                                        \
	{                                                                                                    \
		static result(*real) parameters;                                                             \
		if (!real)                                                                                   \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                           \
		if (fails(call))                                                                             \
			return bad;                                                                          \
		return real arguments;                                                                       \
	}

/* The same for what can move fewer bytes than it was asked for. */
#define WRAP_SHORT(call, name, parameters, arguments, length)                                                \
	EXPORT ssize_t name parameters                                                                       \
	{                                                                                                    \
		static ssize_t(*real) parameters;                                                            \
		if (!real)                                                                                   \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                           \
		if (fails(call)) {                                                                           \
			if (fail_errno)                                                                      \
				return -1;                                                                   \
			length = length > 0;                                                                 \
		}                                                                                            \
		return real arguments;                                                                       \
	}

static mode_t mode_of(int flags, va_list more)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
}

#define OPEN_LIKE(name)                                                                                      \
	EXPORT int name(const char *path, int flags, ...)                                                    \
	{                                                                                                    \
		va_list more;                                                                                \
		va_start(more, flags);                                                                       \
		mode_t mode = mode_of(flags, more);                                                          \
		va_end(more);                                                                                \
		return fails(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);             \
	}
#define OPENAT_LIKE(name)                                                                                    \
	EXPORT int name(int dir, const char *path, int flags, ...)                                           \
	{                                                                                                    \
		va_list more;                                                                                \
		va_start(more, flags);                                                                       \
		mode_t mode = mode_of(flags, more);                                                          \
		va_end(more);                                                                                \
		return fails(OPEN) ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);                  \
	}
OPEN_LIKE(open)
OPEN_LIKE(open64)
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)

WRAP_SHORT(READ, read, (int fd, void *at, size_t n), (fd, at, n), n)
WRAP_SHORT(READ, pread, (int fd, void *at, size_t n, off_t from), (fd, at, n, from), n)
WRAP_SHORT(READ, pread64, (int fd, void *at, size_t n, off_t from), (fd, at, n, from), n)
WRAP_SHORT(WRITE, write, (int fd, const void *at, size_t n), (fd, at, n), n)
WRAP_SHORT(WRITE, pwrite, (int fd, const void *at, size_t n, off_t from), (fd, at, n, from), n)
WRAP_SHORT(WRITE, pwrite64, (int fd, const void *at, size_t n, off_t from), (fd, at, n, from), n)
WRAP_SHORT(SEND, send, (int fd, const void *at, size_t n, int flags), (fd, at, n, flags), n)
WRAP_SHORT(RECV, recv, (int fd, void *at, size_t n, int flags), (fd, at, n, flags), n)

WRAP(PIPE, -1, int, pipe2, (int ret[2], int flags), (ret, flags))
WRAP(EPOLL_CREATE, -1, int, epoll_create1, (int flags), (flags))
WRAP(EPOLL_CTL, -1, int, epoll_ctl, (int ep, int op, int fd, struct epoll_event *ev), (ep, op, fd, ev))
WRAP(EPOLL_WAIT, -1, int, epoll_wait, (int ep, struct epoll_event *ev, int n, int ms), (ep, ev, n, ms))
WRAP(SIGNALFD, -1, int, signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
WRAP(SOCKET, -1, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(LISTEN, -1, int, listen, (int fd, int n), (fd, n))
WRAP(MKDIR, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(MKDIR, NULL, char *, mkdtemp, (char *path), (path))
WRAP(OPENDIR, NULL, DIR *, opendir, (const char *path), (path))
WRAP(OPENDIR, NULL, DIR *, fdopendir, (int fd), (fd))
WRAP(STAT, -1, int, stat64, (const char *path, struct stat64 *st), (path, st))
WRAP(STAT, -1, int, fstat64, (int fd, struct stat64 *st), (fd, st))
WRAP(RENAME, -1, int, rename, (const char *from, const char *to), (from, to))
WRAP(UNLINK, -1, int, unlink, (const char *path), (path))
WRAP(UNLINK, -1, int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
WRAP(LINK, -1, int, link, (const char *from, const char *to), (from, to))
WRAP(SYMLINK, -1, int, symlink, (const char *from, const char *to), (from, to))
WRAP(READLINK, -1, ssize_t, readlink, (const char *path, char *ret, size_t n), (path, ret, n))
WRAP(FALLOCATE, -1, int, fallocate64, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
WRAP(GETCWD, NULL, char *, getcwd, (char *ret, size_t n), (ret, n))
WRAP(COPY, -1, ssize_t, copy_file_range,
     (int in, off_t *in_at, int out, off_t *out_at, size_t n, unsigned flags),
     (in, in_at, out, out_at, n, flags))
WRAP(MMAP, MAP_FAILED, void *, mmap64, (void *at, size_t n, int prot, int flags, int fd, off_t from),
     (at, n, prot, flags, fd, from))

EXPORT int bind(int fd, __CONST_SOCKADDR_ARG at, socklen_t n)
{
	return fails(BIND) ? -1 : (int)syscall(SYS_bind, fd, *(const void *const *)(const void *)&at, n);
}

EXPORT int accept4(int fd, __SOCKADDR_ARG at, socklen_t *n, int flags)
{
	return fails(ACCEPT) ? -1 : (int)syscall(SYS_accept4, fd, *(void **)(void *)&at, n, flags);
}

EXPORT int fcntl64(int fd, int what, ...)
{
	va_list more;
	va_start(more, what);
	void *value = va_arg(more, void *);
	va_end(more);
	return fails(FCNTL) ? -1 : (int)syscall(SYS_fcntl, fd, what, value);
}

EXPORT int clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
	static int (*real)(int (*)(void *), void *, int, void *, ...);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clone");
	return fails(CLONE) ? -1 : real(run, stack, flags, argument);
}

/* glibc's own names: dlsym would ask for memory before there is any. */
void *__libc_malloc(size_t n);
void *__libc_realloc(void *p, size_t n);

EXPORT void *malloc(size_t n)
{
	return fails(MALLOC) ? NULL : __libc_malloc(n);
}

EXPORT void *realloc(void *p, size_t n)
{
	return fails(MALLOC) ? NULL : __libc_realloc(p, n);
}
