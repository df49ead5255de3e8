/*
 * subject/mcp_pipe.h - an MCP server on its standard streams: a child process, a message a line.
 *
 * Workers share the streams. Whoever waits for an answer while nobody reads does the reading, for all, and
 * hands the reading on when its own answer is there; so there is no thread of ours between the server and one
 * worker. Nothing that is written blocks: what the server does not take at once is kept and goes out as it
 * reads on.
 */
#pragma once
#include "subject/mcp_link.h"

struct mcp_pipe_start {
	char *const *words, *const *env; /* NULL-terminated */
	const char *dir;                 /* NULL: ours */
	uint32_t n_workers;
};

/* Starts the server; the answer to nothing is waited for. *ret_begin_ns: just before. By one thread. */
must_use int mcp_pipe_open(struct mcp_link **ret, const struct mcp_pipe_start *s, int64_t *ret_begin_ns,
			   struct err *e);
