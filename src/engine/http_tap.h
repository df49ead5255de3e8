/*
 * engine/http_tap.h - reads along with one HTTP/1.1 connection, both ways.
 *
 * The bytes are shown to it as they pass, in pieces of any size; it says where
 * requests and answers begin and end and hands out their bodies, chunks undone.
 * It never changes or holds back a byte. Requests may be pipelined; a
 * connection may become a tunnel (101, or a raw stream without a length). What
 * is no HTTP/1.x, or longer than any client makes it, makes the tap deaf: the
 * exchanges that are open end as broken, and the rest of the connection is told
 * no more.
 *
 * Of headers only those that say where a message ends are kept, so that no
 * credential is. About 0.5 us an exchange.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/str.h"

enum {
	HTTP_LINE = 16 << 10, /* of a longer line the rest is passed over */
	HTTP_HEAD = 1 << 20,  /* a longer head makes deaf */
	HTTP_QUEUE = 64,      /* requests without an answer */
	HTTP_HELD = 64 << 10, /* bytes behind a request that may make a tunnel, before it is decided */
};

enum http_way { HTTP_UP, HTTP_DOWN, HTTP_WAYS }; /* client to engine, engine to client */

/* One request and its answer. The host makes it, as the first member of what it keeps of it. */
struct http_exchange {
	struct http_exchange *next;
	int64_t begin_ns; /* the first byte of the request was seen */
	int64_t end_ns;   /* the last byte of the answer; set before end() */
	uint64_t up_bytes, down_bytes;
	int status;    /* 0: no answer was seen */
	bool hijacks;  /* set by the host or an Upgrade header: the answer may make a tunnel of the connection
			*/
	bool wants_up; /* set by the host, at any time: give up() what the request's body is */
	bool wants_down; /* likewise down() */
	bool is_head;    /* HEAD */
};

struct http_host {
	/* The head of a request is there; target is cut to HTTP_LINE. Returns the host's exchange, zeroed. */
	struct http_exchange *(*request)(struct http_host *h, struct str method, struct str target);
	void (*up)(struct http_host *h, struct http_exchange *x, struct str body);
	/* The head of the answer is there: x->status. */
	void (*answer)(struct http_host *h, struct http_exchange *x);
	void (*down)(struct http_host *h, struct http_exchange *x, struct str body);
	/* The answer is over, or (whole: false) will never be. The exchange is the host's again. */
	void (*end)(struct http_host *h, struct http_exchange *x, bool whole);
};

enum http_state {
	HTTP_START, /* of a message */
	HTTP_HEADERS,
	HTTP_BODY, /* left bytes */
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK, /* left bytes */
	HTTP_CHUNK_END,
	HTTP_TRAILERS,
	HTTP_TO_END,    /* an answer that ends with the connection */
	HTTP_UNDECIDED, /* behind a request that may make a tunnel */
	HTTP_TUNNEL,
};

struct http_side {
	enum http_state state;
	uint64_t left;
	struct buf line;
	size_t head_bytes;
	int64_t first_ns; /* of the message */
	/* of the head being read */
	uint64_t length;
	int status;
	bool has_length, chunked, raw_stream, upgrade, cut_line;
	struct http_exchange *body_of; /* NULL: nobody's */
	bool ended;                    /* no byte will come */
};

struct http_tap {
	struct http_host *host;
	struct http_side sides[HTTP_WAYS];
	struct http_exchange *first, *last; /* requests without a whole answer */
	uint32_t n_open;
	struct buf held;           /* HTTP_UNDECIDED */
	struct str method, target; /* while the head of a request is read; in `start` */
	struct buf start;
	bool deaf;
};

void http_tap_init(struct http_tap *t, struct http_host *host);
/* Ends what is open as broken. */
void http_tap_free(struct http_tap *t, int64_t now_ns);
/* Bytes that were read from one side at now_ns. */
void http_tap_feed(struct http_tap *t, enum http_way way, struct str bytes, int64_t now_ns);
/* No more bytes come from this side. */
void http_tap_eof(struct http_tap *t, enum http_way way, int64_t now_ns);
/*
 * How many of the bytes that come next on this side nobody needs to see (the
 * inside of a body), and that they have passed.
 */
uint64_t http_tap_blind(const struct http_tap *t, enum http_way way);
void http_tap_passed(struct http_tap *t, enum http_way way, uint64_t n_bytes, int64_t now_ns);
