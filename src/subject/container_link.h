/*
 * subject/container_link.h - where the container engine is, and what is asked of it over one connection.
 *
 *	struct container_engine g;
 *	struct container_link l;
 *	if (container_engine_find(&g, arena, NULL, environ, deadline_ns, &e) < 0)
 *		return e.fault;
 *	container_link_init(&l, &g);
 *	if (!container_call(&l, &(struct container_ask){"look at it", "GET", "/info"}, deadline_ns))
 *		... l.why ...
 *	container_link_free(&l);
 *
 * An engine is read-only once found; a link is one thread's at a time. A call that the engine refuses, or
 * does not answer as HTTP in time, is false, and why says what and why, one line.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "bench/subject.h"
#include "net/client.h"
#include "subject/container_body.h"
#include "subject/container_frames.h"

struct container_engine {
	struct http_url url;
	char version[16]; /* "/v1.41", in front of every path; empty: the engine says none */
};

/*
 * What the paths of the engine's API stand behind in a URL, "unix:/var/run/docker.sock:" or
 * "http://HOST:2375"; NULL where none was found, and why in *e (usage). given: the item's own 'engine', or
 * NULL: DOCKER_HOST and what engine/engine_find.h knows.
 */
const char *container_engine_base(struct arena *a, const char *given, char *const *env, struct err *e);
/* Finds it, and agrees on a version of the API. */
must_use int container_engine_find(struct container_engine *ret, struct arena *a, const char *given,
				   char *const *env, int64_t deadline_ns, struct err *e);

struct container_link {
	const struct container_engine *engine;
	struct client *client;
	struct buf body; /* of the last answer: at most CONTAINER_BODY_BYTES */
	int status;
	bool timed_out; /* the last call */
	bool lost;      /* the last call may have been done though no answer came */
	char why[SUBJECT_WHY];
	struct arena scratch; /* of one operation */
};
enum { CONTAINER_BODY_BYTES = 4 << 20 };

void container_link_init(struct container_link *l, const struct container_engine *engine);
void container_link_free(struct container_link *l);

struct container_ask {
	const char *what;          /* "create a container": for messages, behind "cannot" */
	const char *method, *path; /* the path without the version */
	struct str json;           /* the body; may be empty */
	int fine;                  /* a status that is good though it is none of 2xx; 0: there is none */
};
bool container_call(struct container_link *l, const struct container_ask *ask, int64_t deadline_ns);
/* "cannot WHAT: ..." into why; returns false. */
bool container_fails(struct container_link *l, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* One command in a container. */
struct container_exec {
	struct str create; /* the request, by container_put_exec */
	struct str input;  /* sent to it, then its standard input ends */
	struct buf *out;   /* its standard output, the first `most` bytes; NULL: it is dropped */
	size_t most;
	char *said;        /* CONTAINER_SAID bytes for the first line of its standard error; NULL: dropped */
	int64_t ns;        /* set: from the request to its exit code */
	int code;          /* set */
	int64_t out_bytes; /* set */
};
/* False when the engine did not do it; a command that failed is true, with its code. */
bool container_exec(struct container_link *l, const char *id, struct container_exec *x, int64_t deadline_ns);
