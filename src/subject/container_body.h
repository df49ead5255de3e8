/*
 * subject/container_body.h - what is sent to a container engine, and what of its answers is read.
 *
 * Docker's API and podman's likeness of it. Pure. Answers are hostile: a reader gives what is there and of
 * its type, or false; nothing that it gives is longer than the answer.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "config/bench_items.h"
#include "wire/str.h"

#define CONTAINER_LABEL "fettle.bench"
enum { CONTAINER_ID = 128, CONTAINER_SAID = 200 };

/* What one sandbox is made of. */
struct container_wish {
	const struct bench_item *item;
	const char *image, *label; /* the label's value */
	bool disk;                 /* ask for the limit of the disk too */
};
void container_put_create(struct buf *b, const struct container_wish *p);
/* words: NULL-terminated. in: something will be sent to it. */
void container_put_exec(struct buf *b, char *const *words, bool in);
/* The query "filters={...}" by which what has the label is found, escaped for a URL. */
void container_put_filter(struct buf *b, const char *label);
/* Anything as a part of a URL's path or query. */
void container_put_escaped(struct buf *b, struct str s);

/* {"Id":"..."}: an id that may stand in a path. */
bool container_read_id(struct str body, struct arena *scratch, struct str *ret);
/* [{"Id":"..."}, ...]: the ids, at most `most` of them; -1: no such answer. */
int container_read_ids(struct str body, struct arena *scratch, struct str *ret, int most);

struct container_exit {
	bool running;
	int code; /* -1: not said */
};
bool container_read_exit(struct str body, struct arena *scratch, struct container_exit *ret);

/* "1.41"; empty: not said. */
struct container_version {
	struct str api, least;
};
bool container_read_version(struct str body, struct arena *scratch, struct container_version *ret);
/* The version to ask for, "/v1.41", out of those that the engine speaks; empty: it says none. */
void container_choose_version(const struct container_version *v, char ret[16]);
/* So much newer than ours that the engine may no longer speak it. */
bool container_is_newer(struct str api);

/* Bytes in use without the page cache, by the engine's own statistics; -1: not said. */
int64_t container_read_stats(struct str body, struct arena *scratch);

/* An engine's own words about what went wrong, one line, clipped: of {"message": ...}, or of the text. */
void container_said(struct str body, struct arena *scratch, char ret[CONTAINER_SAID]);
/* The error in the lines of an image that is fetched; false: there is none. */
bool container_pull_error(struct str body, struct arena *scratch, char ret[CONTAINER_SAID]);
