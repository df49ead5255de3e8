/*
 * subject/mcp_session.h - what is said to an MCP server before its tools are called.
 *
 * Servers are of two eras: up to 2025-11-25 a session begins with a handshake (`initialize`), from 2026-07-28
 * on there is none and each request says who asks. `server/discover` tells which: a server of the first era
 * does not know it.
 */
#pragma once
#include "subject/mcp_link.h"

struct mcp_session {
	struct mcp_link *link;
	const char *version;        /* that was agreed upon */
	bool modern;                /* without a handshake */
	int64_t asked_ns, ready_ns; /* the request after whose answer the server is ready: sent, answered */
};

/*
 * Finds out which era it is, where it may ask, and shakes hands where that is the custom. *ret_silent: the
 * question of the era was not answered, so that a new link should be opened and nothing asked. c is the
 * caller's for all calls of worker 0.
 */
must_use int mcp_session_begin(struct mcp_session *m, struct mcp_call *c, bool may_ask, int64_t timeout_ns,
			       bool *ret_silent, struct err *e);

/* The schema of a tool's arguments, in the arena. Fault: there is no such tool; those that are near are
 * named. */
must_use int mcp_session_find(struct mcp_session *m, struct mcp_call *c, const char *tool, int64_t timeout_ns,
			      struct arena *a, struct str *ret_schema, struct err *e);
