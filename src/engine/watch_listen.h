/*
 * engine/watch_listen.h - which TCP ports are listened on in another network namespace.
 *
 * A socket of the kernel's NETLINK_SOCK_DIAG made inside the namespace answers for it for ever; one question
 * for IPv4 and IPv6 takes some ten microseconds, whatever the number of connections. /proc/PID/net/tcp would
 * take milliseconds.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

enum { LISTEN_SEEN = 32 };

enum listen_where {
	LISTEN_ANYBODY,
	LISTEN_LOOPBACK, /* 127.0.0.0/8 or ::1 */
	LISTEN_RESOLVER, /* 127.0.0.11, the engine's own name server */
};

struct listen_seen {
	struct {
		uint16_t port;
		enum listen_where where;
	} at[LISTEN_SEEN];
	int n; /* what does not fit is dropped */
};

/*
 * The socket, non-blocking; -1 with errno: no permission, no such process, or (ENOTSUP) the process is in
 * our own namespace. The calling thread visits the namespace for a moment.
 */
int listen_open(int64_t pid);
/* Adds what listens now. False when the socket is of no use any more. */
bool listen_ask(int fd, struct listen_seen *seen);

enum listen_reply { LISTEN_MORE, LISTEN_END, LISTEN_BAD };
/* One datagram of an answer to question number seq. */
enum listen_reply listen_read(struct str datagram, uint32_t seq, struct listen_seen *seen);
