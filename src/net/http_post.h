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

struct http_url {
	bool tls;
	char host[256], port[8], path[2048]; /* path: with its query, at least "/" */
	bool bare;                           /* it has no path of its own */
	char login[512];                     /* "user:password", decoded; empty: none */
	char shown[400];                     /* to be shown to a person */
};

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
/*
 * An answer out of all bytes that came so far; over: no more will come. 1: it is whole (or as
 * much of it as is kept), 0: more is needed, -1: this is no answer. Pure but for ret->body.
 */
int http_answer_take(struct http_answer *ret, struct str bytes, bool over);

bool http_is_url(const char *text);
/* Fault: usage. */
must_use int http_url_parse(struct http_url *ret, const char *text, struct err *e);
/* Gives it another path, shorter than 80 bytes. */
void http_url_path(struct http_url *u, const char *path);
/*
 * "name=value,name=value" with %XX, as OTEL_EXPORTER_OTLP_HEADERS has it, to lines of a request
 * in *b. What would break out of a line is a fault (usage), told without the value.
 */
must_use int http_headers_parse(struct buf *b, struct str list, struct err *e);
/* 0 when there was an answer at all, whatever its status. Fault: system. */
must_use int http_post(const struct http_url *u, const struct http_request *q, struct http_answer *ret,
		       struct err *e);
