/*
 * net/client.h - a client of one HTTP/1.1 server over one kept connection (net/conn.h).
 *
 *	struct client *c = client_new(&url, NULL);
 *	if (client_ask(c, &q, &body, most, deadline_ns, &e) == 0)
 *		... client_answer(c)->status ...
 *	client_free(c);
 *
 * Blocks its thread, until a deadline (CLOCK_MONOTONIC) that counts for connecting, sending and reading
 * together, or until net_stop (net/wait.h); net_timed_out and net_was_stopped tell these two faults. One
 * client is one thread's at a time; several threads have one each. Redirects are not followed, proxies not
 * asked. The process must ignore SIGPIPE.
 *
 * A connection is kept as long as both sides like, and looked at before it is used again: one that the
 * server has closed meanwhile is replaced. If it closes in the very moment, before a byte of the answer, a
 * request that may be done twice (all but POST and PATCH) is sent once more, over a fresh connection.
 *
 * Faults are system, or usage for a path or a header that is none. They do not name the server, nor
 * anything of the request: wrap them with http_url.shown.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/conn.h"

struct client;

struct client_request {
	const char *method; /* NULL: GET */
	struct str path;    /* in place of the URL's, with its query; empty: the URL's */
	/*
	 * More of them, whole lines with CR LF (http_header_put). In place of what is sent without being
	 * asked for: Host, User-Agent, Accept, Authorization (the URL's login), Content-Length.
	 */
	struct str headers;
	struct str body;
	bool upgrades; /* asks for another protocol (the headers say which): 101, or a 200 without length */
};

struct client_answer {
	int status; /* 200 .. 599, and 101 where the request upgrades */
	/* Lines "Name: value" with LF. Until the next request. */
	struct str headers;
	bool upgraded;             /* client_read and client_write are now the connection itself */
	bool is_cut;               /* client_ask: the body was larger than was kept */
	int64_t body_bytes;        /* that came so far, chunks joined */
	struct conn_times connect; /* all -1: over the kept connection */
	int64_t sent_ns, first_ns,
	    end_ns; /* CLOCK_MONOTONIC: sending began, first byte came, last byte; 0: not yet */
};

/* Does not connect yet. url and ca_file (PEM; NULL: the machine's roots) are copied. */
struct client *client_new(const struct http_url *url, const char *ca_file);
/* NULL is fine. */
void client_free(struct client *c);
/* Leaves the connection, if there is one: the next request makes a new one. */
void client_close(struct client *c);

/*
 * One request and its whole answer, whatever its status. The body is added to *body up to `most` bytes of it;
 * what is beyond is read and dropped. body NULL: all of it is. Where it fails the connection is closed.
 */
must_use int client_ask(struct client *c, const struct client_request *q, struct buf *body, size_t most,
			int64_t deadline_ns, struct err *e);

/*
 * The same in steps: client_begin comes back with the head; client_read adds what comes of the body, at least
 * a byte, to *body and returns how much; 0 at its end. client_end leaves the answer: when it was read to its
 * end the connection is kept. A request that is begun ends the one before.
 */
must_use int client_begin(struct client *c, const struct client_request *q, int64_t deadline_ns,
			  struct err *e);
must_use ssize_t client_read(struct client *c, struct buf *body, int64_t deadline_ns, struct err *e);
void client_end(struct client *c);

/* Once upgraded: sends all of it; client_write_end tells that no more will be sent. */
must_use int client_write(struct client *c, struct str bytes, int64_t deadline_ns, struct err *e);
void client_write_end(struct client *c);
/*
 * The same for who also has to read: waits until some can be sent or something has come. How much was sent;
 * 0: something is to be read first. A fault leaves the connection, as what the peer wrote before it closed
 * may still be there. Not over TLS (fault).
 */
must_use ssize_t client_write_some(struct client *c, struct str bytes, int64_t deadline_ns, struct err *e);

/* What is known of the last answer, as far as it has come. */
const struct client_answer *client_answer(const struct client *c);
/* The value of its header of that name, any case; empty: there is none. Until the next request. */
struct str client_header(const struct client *c, const char *name);
