#include "record/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/row.h"
#include "base/str.h"

static int check_first(const char *path, const struct event *ev, struct err *e)
{
	int64_t version = event_int(ev, "v", 0);
	if (ev->type != EVENT_RUN || version < 1)
		return err_format(e, "'%s' is not a record of fettle: its first row says nothing of a run",
				  path);
	if (version > EVENT_VERSION)
		return err_format(e, "'%s' has version %lld; this fettle reads up to %d", path,
				  (long long)version, EVENT_VERSION);
	return 0;
}

enum { RELEASE_BYTES = 4 << 20 };

/* Gives back the memory of what was read, so that a large record costs a few MiB. Returns from where on. */
static const char *release(const char *from, const char *upto)
{
	size_t n = (size_t)(upto - from) & ~(size_t)(RELEASE_BYTES - 1);
	if (n)
		(void)madvise((void *)(uintptr_t)from, n, MADV_DONTNEED);
	return from + n;
}

/* Without a sink, the first row alone. */
static int replay(const char *path, struct str text, struct sink *sink, struct reader_result *r,
		  struct err *e)
{
	struct arena rows = {0};
	const char *held = text.at;
	struct str line;
	int rc = 0;
	for (uint64_t number = 1; rc == 0 && text.n; number++) {
		size_t end = str_find(text, '\n');
		struct event ev;
		struct err bad;
		if (end == text.n) {
			r->cut = true;
			break;
		}
		line = str_cut(text, 0, end);
		text = str_cut(text, end + 1, text.n);
		arena_reset(&rows);
		held = release(held, line.at);
		if (row_read(line, &rows, &ev, &bad) < 0) {
			if (number == 1)
				rc = err_format(e, "'%s' is not a record of fettle: line 1: %s", path,
						bad.text);
			else if (!r->bad_rows++)
				r->bad_line = number;
			continue;
		}
		if (number == 1)
			rc = check_first(path, &ev, e);
		r->rows++;
		if (!sink)
			break;
		if (rc == 0)
			sink_put(sink, &ev);
	}
	if (rc == 0 && !r->rows)
		rc = err_format(e, "'%s' holds no whole row", path);
	arena_free(&rows);
	return rc;
}

int reader_replay(const char *path, struct sink *sink, struct reader_result *ret, struct err *e)
{
	struct stat st;
	*ret = (struct reader_result){0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		(void)err_sys(e, "cannot open '%s'", path);
		if (fd >= 0)
			(void)close(fd);
		return e->fault;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		(void)close(fd);
		return err_format(e, "'%s' is %s", path, S_ISREG(st.st_mode) ? "empty" : "not a file");
	}
	size_t n = (size_t)st.st_size;
	char *at = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	int sys = errno;
	(void)close(fd);
	if (at == MAP_FAILED) {
		errno = sys;
		return err_sys(e, "cannot read '%s'", path);
	}
	(void)madvise(at, n, MADV_SEQUENTIAL);
	int rc = replay(path, (struct str){at, n}, sink, ret, e);
	(void)munmap(at, n);
	return rc;
}

int reader_check(const char *path, struct err *e)
{
	struct reader_result r;
	return reader_replay(path, NULL, &r, e);
}
