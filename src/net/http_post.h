/*
 * net/http_post.h - one POST to somebody's HTTP server, with a bounded time.
 *
 * HTTP/1.1 over TCP, or TLS for https; a connection a request. Redirects are not followed,
 * proxies not asked. Blocks the caller until the answer is there or the time is up. What is
 * secret in a URL (user and password, the query) is never in a message. The process must
 * ignore SIGPIPE.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/http_url.h"

struct http_request {
	struct str type;    /* of the body */
	struct str headers; /* more of them, whole lines with CR LF; may be empty */
	struct str body;
	const char *ca_file; /* https: PEM file of the roots; NULL: the machine's */
	int64_t deadline_ns; /* CLOCK_MONOTONIC */
};

struct http_answer {
	int status;      /* 100 .. 599 */
	int64_t retry_s; /* Retry-After; -1: not said */
	struct buf body; /* its first HTTP_BODY_BYTES; the caller frees it */
};
enum { HTTP_BODY_BYTES = 64 * 1024 };

/* 0 when there was an answer at all, whatever its status. Fault: system. */
must_use int http_post(const struct http_url *u, const struct http_request *q, struct http_answer *ret,
		       struct err *e);
