#include "report/gzip.h"

#include <limits.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/str.h"

static void *z_alloc(void *unused, unsigned n, unsigned bytes)
{
	(void)unused;
	return mem_alloc((size_t)n * bytes);
}

static void z_free(void *unused, void *p)
{
	(void)unused;
	mem_free(p);
}

static void hand_over(struct gzip *g)
{
	size_t n = sizeof(g->bytes) - g->z.avail_out;
	if (g->base64) {
		struct buf text = {0};
		base64_add(&text, g->bytes, n);
		out_str(g->to, buf_view(&text));
		buf_free(&text);
	} else {
		out_add(g->to, g->bytes, n);
	}
	g->z.next_out = g->bytes;
	g->z.avail_out = sizeof(g->bytes);
}

void gzip_begin(struct gzip *g, struct out *to, bool base64)
{
	memset(&g->z, 0, sizeof(g->z));
	g->to = to;
	g->base64 = base64;
	g->z.zalloc = z_alloc;
	g->z.zfree = z_free;
	g->z.next_out = g->bytes;
	g->z.avail_out = sizeof(g->bytes);
	(void)deflateInit2(&g->z, 1, Z_DEFLATED, 15 + 16 /* a gzip header */, 9, Z_DEFAULT_STRATEGY);
}

static void pack(struct gzip *g, struct str s, int flush)
{
	g->z.next_in = (unsigned char *)s.at;
	g->z.avail_in = (unsigned)s.n;
	for (;;) {
		int rc = deflate(&g->z, flush);
		if (g->z.avail_out == 0)
			hand_over(g);
		else if (rc == Z_STREAM_END || flush == Z_NO_FLUSH)
			break;
	}
}

void gzip_add(struct gzip *g, struct str s)
{
	for (; s.n > INT_MAX; s = str_cut(s, INT_MAX, s.n))
		pack(g, str_cut(s, 0, INT_MAX), Z_NO_FLUSH);
	pack(g, s, Z_NO_FLUSH);
}

void gzip_end(struct gzip *g)
{
	pack(g, STR_NONE, Z_FINISH);
	hand_over(g);
	(void)deflateEnd(&g->z);
}
