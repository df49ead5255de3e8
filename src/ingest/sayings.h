/*
 * ingest/sayings.h - what a suite says of phases and containers in lines that it prints or logs.
 *
 * Known without a rule: the lines of testcontainers for Go and Java (a container is created, started,
 * waited for, ready, stopped, gone) and the phases of kind. Others by rules of the user:
 *
 *	begin NAME=REGEX   a phase begins
 *	end NAME=REGEX     the innermost open phase of that name ends
 *	step NAME=REGEX    a phase begins, and the one that a step began before ends
 *	count NAME=REGEX   counted
 *
 * {} in NAME stands for what the expression's first parentheses take. All times are those of the
 * arrival of the line (source log). Where the talk with the engine is heard itself, lines add only that a
 * container is ready; else they make the rows of containers and calls as far as they go. Memory is fixed; a
 * stream's lines are the caller's (lines.h).
 */
#pragma once
#include "base/regex.h"
#include "ingest/ingest.h"
#include "ingest/lines.h"

enum {
	SAYINGS_OPEN = 32,
	SAYINGS_NAME = 200,
	SAYINGS_RULES = 256,
	SAYINGS_CONTAINERS = 64,
	SAYINGS_CID = 64
};

enum saying { SAYING_BEGIN, SAYING_END, SAYING_STEP, SAYING_COUNT };

struct saying_rule {
	struct str name;
	struct regex *regex;
	enum saying what;
};

/* Read only once it is made; serves all streams. */
struct sayings {
	struct saying_rule *rules;
	size_t n_rules;
	bool tapped; /* what is asked of the engine is known without these lines, kind's phases included */
};

/* 0, or FAULT_USAGE with the rule and what is wrong with it. Texts are borrowed, the array is a's. */
must_use int sayings_init(struct sayings *s, struct arena *a, const char *const *rules, size_t n,
			  struct err *e);
void sayings_free(struct sayings *s);

/* A phase that a line has begun. */
struct saying_open {
	uint64_t id;
	bool step, kind;
	size_t n_name;
	char name[SAYINGS_NAME];
};

/* A container that a line has told of. */
struct saying_container {
	uint64_t id;
	char cid[SAYINGS_CID];
	size_t n_cid;
	int64_t asked_ns; /* starting or stopping, whichever goes on; -1: nothing */
	bool over;
};

/* What one worker says, in its output and its log files. */
struct hearer {
	const struct sayings *sayings;
	struct ingest *in; /* rows go there; its time_ns is the arrival of what is fed */
	struct saying_open open[SAYINGS_OPEN];
	size_t n_open;
	struct saying_container containers[SAYINGS_CONTAINERS]; /* a ring: the oldest are forgotten */
	size_t n_containers;
	unsigned n_creating; /* begun, not created */
	bool mixed;          /* several at once: which was created is not known until none is left */
	int64_t creating_ns; /* the last of them */
	char image[SAYINGS_NAME];
	size_t n_image;
	bool in_kind;        /* kind is making a cluster */
	uint64_t n_unpaired; /* ends of what never began, begins that found no room */
};

void hearer_init(struct hearer *h, const struct sayings *s, struct ingest *in);
/* stream: keeps what begins a line of these bytes' file. */
void hearer_feed(struct hearer *h, struct lines *stream, struct str bytes);
/* What is open beyond the first `keep` phases ends: the unit in which it began is over. A step has passed,
 * another phase was not finished. */
void hearer_end(struct hearer *h, size_t keep);
