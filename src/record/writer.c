#include "record/writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
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
	if (w->fd >= 0 && !fd_write(w->fd, w->buf.at, w->buf.n)) {
		w->failed = true;
		(void)err_sys(&w->error, "cannot write '%s'", w->path);
		fd_close(&w->fd);
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
