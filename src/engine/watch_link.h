/*
 * engine/watch_link.h - a connection to the engine's socket: one request, then its answer as it comes.
 *
 * Non-blocking. A zeroed struct with fd -1 is closed and ready.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "net/answer.h"

struct link {
	int fd; /* -1: closed */
	struct answer answer;
	struct buf body;  /* of the answer, as far as it has come and was not dropped */
	int64_t asked_ns; /* when the request was sent; 0: none is under way */
};

enum link_state {
	LINK_WAIT,     /* all that was there has been read */
	LINK_ANSWERED, /* the answer is whole */
	LINK_LOST,     /* closed by the engine, broken, or no HTTP: call link_close */
};

/* False with errno when nobody listens there or the queue is full. */
bool link_open(struct link *l, const char *path);
void link_close(struct link *l);
void link_free(struct link *l);
/* Sends "GET target"; false when not all of it went into the socket's buffer: the link is to be closed. */
bool link_ask(struct link *l, struct str target, int64_t now_ns);
/* Reads once, at most 64 KiB. *ret_n: bytes of body that came. */
enum link_state link_read(struct link *l, size_t *ret_n);
/* Ready for another request after LINK_ANSWERED; false when the engine closes this connection. */
bool link_again(struct link *l);
