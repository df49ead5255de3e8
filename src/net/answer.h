/*
 * net/answer.h - an answer of HTTP/1.1, taken apart as it arrives, in pieces of any size.
 *
 * Bodies by Content-Length, in chunks, and up to the end of the connection. Hostile bytes end in ANSWER_BAD;
 * what is kept of a head is bounded.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum answer_at {
	ANSWER_STATUS,
	ANSWER_HEAD,
	ANSWER_SIZED,
	ANSWER_CHUNK_HEAD,
	ANSWER_CHUNK,
	ANSWER_CHUNK_END,
	ANSWER_TRAILER,
	ANSWER_TO_END,
	ANSWER_DONE,
	ANSWER_BAD,
};

/* One line; all lines of an answer, those before a 100 and behind the body too. */
enum { ANSWER_LINE_MOST = 16 * 1024, ANSWER_HEAD_MOST = 64 * 1024 };

/* A zeroed one is ready. */
struct answer {
	enum answer_at at;
	int status;      /* 100 .. 599 */
	bool is_head;    /* set by the caller: it answers HEAD, so that there is no body */
	bool may_switch; /* set by the caller: an upgrade was asked for */
	bool switched;   /* it was given: what follows (ANSWER_TO_END) is another protocol's */
	bool closes;     /* the connection is not good for another request */
	bool chunked, coded;
	int64_t left;    /* bytes of the body or chunk to come; -1: not said */
	const char *why; /* of ANSWER_BAD */
	size_t head_bytes;
	struct buf head; /* the lines of the headers, "Name: value" and LF */
	struct buf line; /* the one that has not ended */
};

/* Ready for the next answer on the connection; is_head and may_switch are false again. */
void answer_reset(struct answer *a);
void answer_free(struct answer *a);
/* Takes bytes up to the end of the answer, adds those of the body to *body, and returns how many it took. */
size_t answer_feed(struct answer *a, struct str bytes, struct buf *body);
/* The head has come, and what follows is body or the end. */
bool answer_has_head(const struct answer *a);
/* The value of a header, any case; empty: there is none. Until the next feed. */
struct str answer_header(const struct answer *a, const char *name);
