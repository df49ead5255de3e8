/*
 * report/gzip.h - bytes on their way to a stream, packed.
 *
 * The gzip header has no time and no name, so the same bytes give the same
 * bytes. Level 1: level 6 takes three times as long for a fifth less. About
 * 300 KiB of memory.
 */
#pragma once
#include <zlib.h>

#include "report/out.h"

struct gzip {
	z_stream z;
	struct out *to;                 /* borrowed */
	bool base64;                    /* written as text */
	unsigned char bytes[12 * 1024]; /* a multiple of 3, for base64 */
};

void gzip_begin(struct gzip *g, struct out *to, bool base64);
void gzip_add(struct gzip *g, struct str s);
void gzip_end(struct gzip *g);
