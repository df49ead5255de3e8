#include "cover_in/cover_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

enum { PIECE = 1 << 16 };

static int fill(int fd, const char *path, char **buffer, size_t *cap, struct str *ret, struct err *e)
{
	size_t n = 0;
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read '%s'", path);
	if (S_ISDIR(st.st_mode))
		return err_usage(e, "cannot read '%s': it is a folder; name the files in it", path);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return err_usage(e, "cannot read '%s': it is neither a file nor a pipe", path);
	/* one byte more, so that the end is seen without growing */
	size_t want = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1 : PIECE;
	for (;;) {
		if (*cap - n < 1 || n + 1 > *cap || (n == 0 && *cap < want)) {
			*cap = n == 0 ? want : *cap * 2;
			*buffer = mem_resize(*buffer, *cap);
		}
		ssize_t got = read(fd, *buffer + n, *cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read '%s'", path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret = (struct str){*buffer, n};
	return 0;
}

int cover_file_read(const char *path, char **buffer, size_t *cap, struct str *ret, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	int fault = fill(fd, path, buffer, cap, ret, e);
	(void)close(fd);
	return fault;
}

static voidpf take(voidpf opaque, uInt n, uInt size)
{
	(void)opaque;
	return mem_alloc((size_t)n * size);
}

static void give_back(voidpf opaque, voidpf p)
{
	(void)opaque;
	mem_free(p);
}

/* Inflates members behind each other, as gzip does; NULL or what is wrong. */
static const char *inflate_all(z_stream *z, struct str bytes, struct buf *out)
{
	const char *at = bytes.at, *end = bytes.at + bytes.n;
	int code = Z_OK;
	for (;;) {
		uInt piece = (uInt)(end - at < PIECE ? end - at : PIECE), room = PIECE;
		z->next_in = (Bytef *)(uintptr_t)at;
		z->avail_in = piece;
		z->next_out = (Bytef *)buf_room(out, room);
		z->avail_out = room;
		code = inflate(z, Z_NO_FLUSH);
		at += piece - z->avail_in;
		out->n += room - z->avail_out;
		if (out->n > COVER_INFLATE_MAX)
			return "more than 1 GiB when unpacked";
		if (code == Z_STREAM_END) {
			if (at == end)
				return NULL;
			if (inflateReset(z) != Z_OK)
				return "cannot be unpacked";
		} else if (code == Z_BUF_ERROR || (code == Z_OK && at == end && z->avail_out)) {
			return "compressed, and cut off";
		} else if (code != Z_OK) {
			return "compressed, and damaged";
		}
	}
}

int cover_file_inflate(struct str bytes, const char *path, struct buf *ret, struct err *e)
{
	z_stream z = {.zalloc = take, .zfree = give_back};
	buf_clear(ret);
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return err_format(e, "cannot read '%s': cannot be unpacked", path);
	const char *error = inflate_all(&z, bytes, ret);
	(void)inflateEnd(&z);
	return error ? err_format(e, "cannot read '%s': %s", path, error) : 0;
}
