#include "collect/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"

enum { CHUNK = 64 * 1024, FREE_EVERY = 4 << 20 };

int spool_open(struct spool *s, const char *path, struct err *e)
{
	*s = (struct spool){.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
	if (s->fd < 0)
		return err_sys(e, "cannot make '%s'", path);
	return 0;
}

void spool_close(struct spool *s)
{
	fd_close(&s->fd);
	buf_free(&s->part);
}

static bool read_more(struct spool *s)
{
	if (s->fd < 0)
		return false;
	char *room = buf_room(&s->part, CHUNK);
	ssize_t n;
	do
		n = pread(s->fd, room, CHUNK, (off_t)s->at);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	s->part.n += (size_t)n;
	s->at += (uint64_t)n;
	if (s->at - s->freed > FREE_EVERY) {
		uint64_t upto = s->at & ~(uint64_t)4095;
		(void)fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)s->freed,
				(off_t)(upto - s->freed));
		s->freed = upto;
	}
	return true;
}

bool spool_line(struct spool *s, struct str *ret_line)
{
	size_t looked = s->from;
	for (;;) {
		struct str rest = {s->part.at ? s->part.at + looked : NULL, s->part.n - looked};
		size_t end = looked + str_find(rest, '\n');
		if (end < s->part.n) {
			*ret_line = (struct str){s->part.at + s->from, end - s->from};
			s->from = end + 1;
			return true;
		}
		looked = s->part.n - s->from;
		if (s->from)
			buf_drop(&s->part, s->from);
		s->from = 0;
		if (s->part.n > SPOOL_LINE_MAX) { /* no row is so long: forget it up to its end */
			s->bad++;
			buf_clear(&s->part);
			looked = 0;
		}
		if (!read_more(s))
			return false;
	}
}

uint64_t spool_told(const struct spool *s)
{
	return s->at - (s->part.n - s->from);
}
