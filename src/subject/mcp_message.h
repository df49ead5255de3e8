/*
 * subject/mcp_message.h - messages of the Model Context Protocol (JSON-RPC 2.0), read and written.
 *
 * One pass over the bytes, no tree: about 0.3 us for an answer of 300 bytes. Views point into the text or,
 * where it holds escapes, into the arena that was given.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum mcp_is {
	MCP_ANSWER,  /* to a request of ours */
	MCP_REQUEST, /* of the server's, which wants an answer */
	MCP_NOTICE,  /* which wants none */
};

struct mcp_message {
	enum mcp_is is;
	bool numbered; /* the id is a whole number */
	int64_t id;
	struct str id_raw; /* as it stands; empty: there is none */
	struct str method;
	struct str result; /* as it stands; empty: there is none */
	bool failed;       /* there is an 'error' */
	int64_t code;      /* of the error */
	struct str error;  /* its message */
	struct str data;   /* of the error, as it stands */
	/* of the result of a tool */
	bool is_error, has_content, wants_input;
};

/* NULL, or what is wrong with it, a constant: "expected an object". */
const char *mcp_message_read(struct mcp_message *ret, struct str text, struct arena *scratch);

/* Calls take with each message of a line or body: itself, or those of an array. NULL, or what is wrong. */
const char *mcp_message_each(struct str text, struct arena *scratch,
			     void (*take)(void *ctx, const struct mcp_message *m, struct str raw), void *ctx);

/* Adds the texts of a tool's result to b, a line end between two. */
void mcp_message_text(struct buf *b, struct str result, struct arena *scratch);

/* The value of a key of an object, as it stands; empty: there is none, or no object. */
struct str mcp_member(struct str object, const char *key, struct arena *scratch);
/* Whether the array under that key holds the word. */
bool mcp_lists(struct str object, const char *key, const char *word, struct arena *scratch);

/*
 * Adds a request up to where its id goes, to be ended by mcp_put_id. params: the members of the parameters,
 * without braces. version: of a protocol without a handshake, where each request says who asks; else NULL.
 */
void mcp_put_request(struct buf *b, const char *method, struct str params, const char *version);
void mcp_put_id(struct buf *b, int64_t id);
/* The parameters' members of `initialize`. */
void mcp_put_initialize(struct buf *b, const char *version);
/* The answer to a request of the server's: ping is answered, for all else there is no such method. */
void mcp_put_reply(struct buf *b, const struct mcp_message *asked);
