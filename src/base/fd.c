#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

void fd_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* After a call that failed: whether it can be made again. */
static bool may_go_on(int fd, short events)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	struct pollfd p = {.fd = fd, .events = events};
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

bool fd_write(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;
	while (n) {
		ssize_t done = write(fd, at, n);
		if (done >= 0) {
			at += done;
			n -= (size_t)done;
		} else if (!may_go_on(fd, POLLOUT)) {
			return false;
		}
	}
	return true;
}

bool fd_read(int fd, size_t most_bytes, struct buf *b)
{
	while (most_bytes) {
		size_t want = most_bytes < READ_BYTES ? most_bytes : READ_BYTES;
		ssize_t got = read(fd, buf_room(b, want), want);
		if (got == 0)
			break;
		if (got > 0) {
			b->n += (size_t)got;
			b->at[b->n] = 0;
			most_bytes -= (size_t)got;
		} else if (!may_go_on(fd, POLLIN)) {
			return false;
		}
	}
	return true;
}
