#include "base/file.h"

#include <fcntl.h>

bool file_read(const char *path, size_t most_bytes, struct buf *b)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd >= 0 && fd_read(fd, most_bytes, b);
}
