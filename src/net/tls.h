/*
 * net/tls.h - TLS over a connected socket, by the OpenSSL that the machine has.
 *
 * libssl is loaded when it is first asked for, so that a start that needs none pays nothing
 * (1.4 ms of `fettle --version` against 2.5 ms and more with it linked). The peer's certificate
 * is checked against the machine's own roots (as OpenSSL finds them: SSL_CERT_FILE and SSL_CERT_DIR count),
 * or those of a file, and against the name. Several threads may have one each; a file of roots is read once.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct tls;

/*
 * Shakes hands on fd (connected, non-blocking, stays the caller's) until deadline_ns
 * (CLOCK_MONOTONIC). ca_file: PEM file of roots; NULL: the machine's.
 */
must_use int tls_open(struct tls **ret, int fd, const char *host, const char *ca_file, int64_t deadline_ns,
		      struct err *e);
/* Bytes that went or came; 0: the peer has ended (tls_read). Waits until deadline_ns. */
must_use ssize_t tls_write(struct tls *t, const void *bytes, size_t n, int64_t deadline_ns, struct err *e);
must_use ssize_t tls_read(struct tls *t, void *bytes, size_t n, int64_t deadline_ns, struct err *e);
/* Whether there is anything to be read, its end too. Does not wait. */
bool tls_has_input(struct tls *t);
/* Tells the peer that no more will be sent. */
void tls_end(struct tls *t);
/* NULL is fine. */
void tls_close(struct tls *t);
