/*
 * engine/engine_pump.h - one client's connection to the engine: bytes both ways, untouched.
 *
 * Non-blocking and edge-triggered. What one side cannot take yet is kept, at most
 * PUMP_BYTES a way, and the other side is not read meanwhile. Bodies of known
 * length go through a pipe inside the kernel. The end of one way is passed on
 * by itself, so that a client may close its half. Fault of one side is the same
 * fault for the other: it finds its peer gone.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/engine_talk.h"

enum { PUMP_BYTES = 32 << 10, PUMP_SPLICE = 64 << 10 };

struct pump_flow {
	bool readable, writable; /* as far as is known */
	bool ended;              /* its reader has seen the end */
	bool done;               /* and the other side was told; or it cannot go on */
	bool no_splice;
	char *kept; /* what could not be sent yet; NULL: nothing */
	size_t kept_at, kept_n;
	int pipe[2]; /* -1: not made */
	size_t piped;
};

struct pump {
	struct talk_peer peer; /* first */
	int fds[HTTP_WAYS];    /* by the way that is read from it: client, engine */
	struct pump_flow flows[HTTP_WAYS];
	bool gone[HTTP_WAYS]; /* that side has closed the whole of it */
	bool refused;         /* the engine is not there */
	bool said_so;
	bool over, queued;
	int64_t until_ns; /* connecting or refused: when to look again */
	struct pump *prev, *next, *ready;
};

/* client: an accepted connection, non-blocking; the pump owns it. */
struct pump *pump_new(struct engine_talk *t, int client, int32_t worker, int32_t pid);
void pump_free(struct pump *p, int64_t now_ns);
/*
 * Connects to the engine. 1: connected; 0: not yet, again after 2 ms; -1: it is not
 * there, and the client will be told so in HTTP.
 */
int pump_connect(struct pump *p, const char *engine_socket, int64_t now_ns);
/* epoll events of one side. */
void pump_hear(struct pump *p, enum http_way side, uint32_t events);
/*
 * Moves what can be moved, at most about 1 MiB. Returns whether there is more to do at
 * once. Sets p->over when the connection is at its end.
 */
bool pump_run(struct pump *p, const char *engine_socket);
