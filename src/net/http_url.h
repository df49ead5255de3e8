/*
 * net/http_url.h - URLs of HTTP servers, and lists of headers, as people write them.
 *
 * http://, https://, and unix:/SOCKET:/PATH for HTTP over a unix socket. Pure.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct http_url {
	bool tls;
	char socket[108];                    /* unix: the socket's path; else empty */
	char host[256], port[8], path[2048]; /* path: with its query, at least "/" */
	bool bare;                           /* it has no path of its own */
	char login[512];                     /* "user:password", decoded; empty: none */
	char shown[400];                     /* to be shown to a person: no login, no query */
};

/* Whether it begins as a URL of http or https. */
bool http_is_url(const char *text);
/* Fault: usage. */
must_use int http_url_parse(struct http_url *ret, const char *text, struct err *e);
/* Gives it another path, shorter than 80 bytes. */
void http_url_path(struct http_url *u, const char *path);
/* Whether it can be the path of a request: no blank, no control character. */
bool http_is_path(struct str s);
/* Adds "NAME: VALUE" and CR LF. A name that is none, or a value that would break out of its line, is a fault
 * (usage), told without the value. */
must_use int http_header_put(struct buf *b, struct str name, struct str value, struct err *e);
/*
 * "name=value,name=value" with %XX, as OTEL_EXPORTER_OTLP_HEADERS has it, to lines of a request
 * in *b. Faults as above.
 */
must_use int http_headers_parse(struct buf *b, struct str list, struct err *e);
