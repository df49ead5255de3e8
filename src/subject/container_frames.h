/*
 * subject/container_frames.h - what a command in a container writes, out of the engine's stream.
 *
 * Without a terminal the engine sends both of its streams on one connection, in frames: a byte for the
 * stream, three of nothing, the length in four (big end first), the bytes. Pieces may be cut anywhere.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/str.h"

/* A zeroed one is ready. */
struct container_frames {
	unsigned char head[8];
	uint32_t n_head, left; /* of the frame that has not ended */
	int64_t out_bytes, err_bytes;
	char err[160]; /* the first bytes of standard error */
};

/*
 * Adds what was written to standard output to *out, which keeps its first `most` bytes; NULL: nothing is
 * kept. False: these are no frames.
 */
bool container_frames_feed(struct container_frames *f, struct str bytes, struct buf *out, size_t most);
/* Whether the stream may end here. */
bool container_frames_whole(const struct container_frames *f);
