#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool file_read(const char *path, size_t most_bytes, struct buf *b)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd >= 0 && fd_read(fd, most_bytes, b);
}

int file_write(const char *path, struct str text, struct err *e)
{
	char half[4096];
	if (snprintf(half, sizeof(half), "%s.%d", path, (int)getpid()) >= (int)sizeof(half)) {
		errno = ENAMETOOLONG;
		return err_sys(e, "cannot write '%s'", path);
	}
	auto_fd fd = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd >= 0 && fd_write(fd, text.at, text.n) && rename(half, path) == 0)
		return 0;
	int rc = err_sys(e, "cannot write '%s'", path);
	if (fd >= 0)
		(void)unlink(half);
	return rc;
}
