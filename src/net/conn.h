/*
 * net/conn.h - a connection to an HTTP server: TCP, TLS over it, or a unix socket.
 *
 * Every call waits until a deadline (CLOCK_MONOTONIC) at the most and ends early at net_stop (net/wait.h).
 * One thread at a time; several connections in several threads. Faults do not name the server.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "net/http_url.h"

struct tls;

struct conn {
	int fd; /* -1: closed */
	struct tls *tls;
};

/* How long it took, ns; -1: was not done. */
struct conn_times {
	int64_t resolve_ns, connect_ns, tls_ns;
};

/* Where it fails *c is closed. */
must_use int conn_open(struct conn *c, const struct http_url *u, const char *ca_file, int64_t deadline_ns,
		       struct conn_times *times, struct err *e);
void conn_close(struct conn *c);
/* Bytes that went, at least one. */
must_use ssize_t conn_write(struct conn *c, struct str s, int64_t deadline_ns, struct err *e);
/* Bytes that came, at least one; 0: the peer has ended. */
must_use ssize_t conn_read(struct conn *c, char *at, size_t n, int64_t deadline_ns, struct err *e);
/* No more will be sent. */
void conn_end(struct conn *c);
/* Nothing came since the last answer, its end neither: good for another request. */
bool conn_is_quiet(struct conn *c);
