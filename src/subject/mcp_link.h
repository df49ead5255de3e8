/*
 * subject/mcp_link.h - the way to an MCP server: its standard streams, or HTTP. One for all workers of a
 * subject.
 *
 * mcp_pipe.h and mcp_http.h make one; mcp_session.h talks over it. A call is a request and its answer. Calls
 * of different workers may be under way at once, each worker has one at a time.
 */
#pragma once
#include "base/err.h"
#include "bench/subject.h"
#include "subject/mcp_message.h"

enum { MCP_MESSAGE_MOST = 64 << 20 };

struct mcp_call {
	/* what is asked; stays as it is from one call to the next */
	const char *method;
	struct str headers; /* of HTTP: what the arguments add, whole lines */
	struct buf text;    /* the request; its first fixed_n bytes, the id is put behind them */
	size_t fixed_n;
	bool keep; /* the bytes of a good answer are wanted too */
	/* what came of it */
	struct mcp_message said; /* views are empty unless the answer is bad or wanted */
	struct buf answer;       /* what they point into */
	struct str head;         /* of HTTP: lines "Name: value", until the next call of this worker */
	int status;              /* of HTTP; -1: there is none */
	int64_t sent_ns, first_ns, read_ns; /* CLOCK_MONOTONIC; first_ns of HTTP alone, else 0 */
	bool timed_out;
	char why[SUBJECT_WHY]; /* there is no answer: a sentence */
	struct arena scratch;  /* what said points into besides; cleared by each call */
};

struct mcp_link;
struct mcp_link_kind {
	/* True when an answer to this very request is there, be it good or bad; else why. */
	bool (*call)(struct mcp_link *l, uint32_t worker, struct mcp_call *c, int64_t deadline_ns);
	/* A message that wants no answer. */
	int (*notify)(struct mcp_link *l, struct str text, int64_t deadline_ns, struct err *e);
	/* The version that was agreed upon. */
	void (*agree)(struct mcp_link *l, const char *version, bool modern);
	/* Ends the session, and the server where it was started for it. */
	void (*close)(struct mcp_link *l);
};

struct mcp_link {
	const struct mcp_link_kind *kind;
};

/* A call of that method; see mcp_put_request. */
void mcp_call_set(struct mcp_call *c, const char *method, struct str params, const char *version);
void mcp_call_free(struct mcp_call *c);
/* Forgets what came of it the last time. */
void mcp_call_begin(struct mcp_call *c);
/* The request is now that of this number. */
void mcp_call_id(struct mcp_call *c, int64_t id);
/* "cannot ..." into why; false. */
bool mcp_call_fails(struct mcp_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Takes a message as the answer: whether it is good or wanted decides how much of it is kept. */
void mcp_call_take(struct mcp_call *c, const struct mcp_message *m, struct str text);
/* Whether an answer is as it must be: no error, a result that says of itself that it is good; else why. */
bool mcp_call_good(struct mcp_call *c, bool is_tool);

/* A text of the other side as it may stand in a sentence: one line, no control characters, at most most bytes
 * and cut between characters. */
void mcp_put_said(struct buf *b, struct str text, size_t most);
