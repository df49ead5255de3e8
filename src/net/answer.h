/*
 * net/answer.h - an answer of HTTP/1.1, taken apart as it arrives, in pieces of any size.
 *
 * Bodies by Content-Length, in chunks, and up to the end of the connection. Hostile bytes end in ANSWER_BAD.
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

enum { ANSWER_LINE_MOST = 16 * 1024 };

/* A zeroed one is ready. */
struct answer {
	enum answer_at at;
	int status;
	bool closes; /* the connection is not good for another request */
	bool chunked, podman;
	int64_t left;         /* bytes of the body or chunk to come; -1: not said */
	char api_version[16]; /* "1.41", or empty */
	struct buf line;      /* the one that has not ended */
};

/* Ready for the next answer on the connection; what the headers said of the engine is forgotten too. */
void answer_reset(struct answer *a);
void answer_free(struct answer *a);
/*
 * Takes bytes up to the end of the answer, adds those of the body to *body, and returns how many it took.
 */
size_t answer_feed(struct answer *a, struct str bytes, struct buf *body);
