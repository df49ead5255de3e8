#include "record/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/row.h"

enum { FULL_BYTES = 64 * 1024 };

static void put(struct sink *s, const struct event *ev)
{
	struct writer *w = (struct writer *)s;
	if (w->fd < 0)
		return;
	row_write(&w->buf, ev);
	if (w->buf.n >= FULL_BYTES)
		writer_flush(w);
}

int writer_open(struct writer *w, const char *path, struct err *e)
{
	*w = (struct writer){.sink = {put}};
	(void)snprintf(w->path, sizeof(w->path), "%s", path);
	w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return err_sys(e, "cannot write '%s'", path);
	return 0;
}

void writer_flush(struct writer *w)
{
	size_t done = 0;
	while (w->fd >= 0 && done < w->buf.n) {
		ssize_t n = write(w->fd, w->buf.at + done, w->buf.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			w->failed = true;
			(void)err_sys(&w->error, "cannot write '%s'", w->path);
			(void)close(w->fd);
			w->fd = -1;
			break;
		}
		done += (size_t)n;
	}
	buf_clear(&w->buf);
}

int writer_close(struct writer *w, struct err *e)
{
	writer_flush(w);
	buf_free(&w->buf);
	if (w->fd >= 0 && close(w->fd) < 0 && !w->failed) {
		w->failed = true;
		(void)err_sys(&w->error, "cannot write '%s'", w->path);
	}
	w->fd = -1;
	if (!w->failed)
		return 0;
	*e = w->error;
	return e->fault;
}
