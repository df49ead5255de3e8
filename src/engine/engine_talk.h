/*
 * engine/engine_talk.h - exchanges with the engine become rows: `container`, `call`, `phase`.
 *
 * One talk for the whole tap, one peer a connection. Times are CLOCK_MONOTONIC;
 * ids are unique in the talk. What of a call is kept: docs/record-format.md.
 * Single-threaded.
 */
#pragma once
#include "engine/engine_call.h"
#include "engine/engine_kind.h"
#include "engine/engine_known.h"
#include "engine/http_tap.h"
#include "wire/sink.h"

/* Learns that containers run; see engine/watch.h. */
struct talk_host {
	/* The start of a container was answered with success. False: nobody will tell when it ends. */
	bool (*started)(struct talk_host *h, const struct known_container *c, int64_t now_ns);
};

struct engine_talk {
	struct sink *sink; /* takes the rows */
	struct talk_host *host;
	const char *engine;    /* "docker", "podman" */
	char *const *patterns; /* "NAME=IMAGE-PATTERN" */
	size_t n_patterns;
	struct engine_known known;
	struct kind_watch kind;
	struct arena scratch; /* reset for each exchange */
	uint64_t next_id;
	struct known_exec *waiting; /* ended or detached, its exit code not known */
	uint64_t n_broken;          /* connections that went deaf */
	uint32_t n_leaving;         /* containers whose removal the watch is about to tell */
};

struct talk_peer {
	struct http_host http; /* first */
	struct http_tap tap;
	struct engine_talk *talk;
	int32_t worker; /* -1: fettle's own set-up */
	int32_t pid;
};

void talk_init(struct engine_talk *t, struct sink *sink, struct talk_host *host, const char *engine,
	       char *const *patterns, size_t n_patterns);
/* Calls that wait for more are told as they are; clusters are ended. */
void talk_end(struct engine_talk *t, int64_t now_ns);
void talk_free(struct engine_talk *t);
/* About once a second: tells what has waited long enough. */
void talk_tick(struct engine_talk *t, int64_t now_ns);
/* A row of the watch: its end of a container is filled up with what is known of it. */
void talk_put(struct engine_talk *t, const struct event *ev);

/* A connection; show its bytes to p->tap. */
void talk_peer_init(struct talk_peer *p, struct engine_talk *t, int32_t worker, int32_t pid);
void talk_peer_free(struct talk_peer *p, int64_t now_ns);
