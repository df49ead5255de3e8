/*
 * subject/mcp_http.h - an MCP server over streamable HTTP: a POST for each message, answered by JSON or by a
 * stream of server-sent events. A connection for each worker, one session for all.
 */
#pragma once
#include "subject/mcp_link.h"

struct mcp_http_start {
	const char *url;
	const struct knob_list *headers; /* "NAME=VALUE" */
	uint32_t n_workers;
	struct arena *arena; /* of shown */
};

/* Does not connect yet. *ret_shown: the URL as a person may see it. Fault: usage (a URL or header that is
 * none). */
must_use int mcp_http_open(struct mcp_link **ret, const struct mcp_http_start *s, struct str *ret_shown,
			   struct err *e);
