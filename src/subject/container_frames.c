#include "subject/container_frames.h"

#include <string.h>

#include "base/str.h"

enum { STREAM_OUT = 1, STREAM_ERR = 2 };

static bool feed_head(struct container_frames *f, struct str *bytes)
{
	uint32_t n = (uint32_t)sizeof(f->head) - f->n_head;
	n = bytes->n < n ? (uint32_t)bytes->n : n;
	memcpy(f->head + f->n_head, bytes->at, n);
	f->n_head += n;
	*bytes = str_cut(*bytes, n, bytes->n);
	if (f->head[0] > STREAM_ERR || (f->n_head >= 4 && (f->head[1] || f->head[2] || f->head[3])))
		return false;
	if (f->n_head == sizeof(f->head))
		f->left = (uint32_t)f->head[4] << 24 | (uint32_t)f->head[5] << 16 |
			  (uint32_t)f->head[6] << 8 | f->head[7];
	return true;
}

static void feed_body(struct container_frames *f, struct str *bytes, struct buf *out, size_t most)
{
	struct str part = str_cut(*bytes, 0, f->left);
	*bytes = str_cut(*bytes, part.n, bytes->n);
	f->left -= (uint32_t)part.n;
	if (f->head[0] == STREAM_ERR) {
		for (size_t i = 0; i < part.n && f->err_bytes + (int64_t)i < (int64_t)sizeof(f->err); i++)
			f->err[f->err_bytes + (int64_t)i] = part.at[i];
		f->err_bytes += (int64_t)part.n;
		return;
	}
	f->out_bytes += (int64_t)part.n;
	if (out && out->n < most)
		buf_str(out, str_cut(part, 0, most - out->n));
}

bool container_frames_feed(struct container_frames *f, struct str bytes, struct buf *out, size_t most)
{
	while (bytes.n) {
		if (f->n_head < sizeof(f->head)) {
			if (!feed_head(f, &bytes))
				return false;
		} else {
			feed_body(f, &bytes, out, most);
		}
		if (f->n_head == sizeof(f->head) && !f->left)
			f->n_head = 0;
	}
	return true;
}

bool container_frames_whole(const struct container_frames *f)
{
	return f->n_head == 0;
}
