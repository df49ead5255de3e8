/*
 * subject/mcp_sse.h - a stream of server-sent events, taken apart as it arrives, in pieces of any size.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"

/* A zeroed one is ready. */
struct mcp_sse {
	struct buf line, data;
	bool begun, has_data, other, after_cr;
};

/*
 * Calls take with the data of each event that ends in these bytes and is a message (of no other type). False:
 * an event or a line is larger than a message may be.
 */
bool mcp_sse_feed(struct mcp_sse *s, struct str bytes, void (*take)(void *ctx, struct str data), void *ctx);
/* Ready for another stream. */
void mcp_sse_reset(struct mcp_sse *s);
void mcp_sse_free(struct mcp_sse *s);
