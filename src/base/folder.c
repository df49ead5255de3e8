#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_make(const char *path, mode_t mode, struct err *e)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	if (n >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return err_sys(e, "cannot make folder '%s'", path);
	}
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != 0)
			continue;
		char c = part[i];
		part[i] = 0;
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return err_sys(e, "cannot make folder '%s'", part);
		part[i] = c;
	}
	struct stat st;
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return err_sys(e, "cannot make folder '%s'", path);
	}
	return 0;
}

enum { DEPTH = 512 };

/* Opens a folder for what is below it; -1 where it is none, or of another file system than its parent. */
static int open_below(int parent, const char *name, bool may_change)
{
	struct stat above, below;
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, fd = openat(parent, name, flags);
	if (fd < 0 && may_change && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, flags);
	if (fd < 0 || parent == AT_FDCWD ||
	    (fstat(parent, &above) == 0 && fstat(fd, &below) == 0 && above.st_dev == below.st_dev))
		return fd;
	(void)close(fd);
	return -1;
}

static bool is_itself(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void remove_at(int parent, const char *name, int depth)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT || depth > DEPTH)
		return;
	int fd = open_below(parent, name, true);
	if (fd < 0)
		return;
	(void)fchmod(fd, 0700);
	DIR *d = fdopendir(fd);
	if (!d) {
		(void)close(fd);
		return;
	}
	for (struct dirent *entry; (entry = readdir(d));)
		if (!is_itself(entry->d_name))
			remove_at(fd, entry->d_name, depth + 1);
	(void)closedir(d);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

void folder_remove(const char *path)
{
	remove_at(AT_FDCWD, path, 0);
}

bool folder_remove_at(int parent, const char *name)
{
	struct stat st;
	remove_at(parent, name, 0);
	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

static uint64_t bytes_at(int parent, const char *name, int depth)
{
	struct stat st;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	uint64_t bytes = (uint64_t)st.st_blocks * 512;
	int fd = S_ISDIR(st.st_mode) && depth <= DEPTH ? open_below(parent, name, false) : -1;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (fd >= 0 && !d)
		(void)close(fd);
	for (struct dirent *entry; d && (entry = readdir(d));)
		if (!is_itself(entry->d_name))
			bytes += bytes_at(fd, entry->d_name, depth + 1);
	if (d)
		(void)closedir(d);
	return bytes;
}

uint64_t folder_bytes(int parent, const char *name)
{
	return bytes_at(parent, name, 0);
}

int folder_hold(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		(void)flock(fd, LOCK_SH);
	return fd;
}

bool folder_is_held(int parent, const char *name)
{
	struct stat st;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)))
		return false;
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return true;
	bool held = flock(fd, LOCK_EX | LOCK_NB) < 0;
	(void)close(fd);
	return held;
}
