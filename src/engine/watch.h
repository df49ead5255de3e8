/*
 * engine/watch.h - what the engine and the kernel know of running containers.
 *
 * Told of a container's start, the watch asks the engine for its process and ports (a connection of its
 * own, kept open), hears the engine's events (a second one, always drained), asks the kernel in the
 * container's network namespace for sockets that listen, reads its cgroup, and holds a descriptor of its
 * process that tells of its end. What it learns it puts as rows: docs/record-format.md, `container`.
 *
 * Nothing here fails once it was made: an engine that hangs, ends or talks nonsense is asked again after a
 * pause (10 ms to 1 s), and what cannot be learned is not said. Without the right to enter a container's
 * network namespace (root, in effect) there is no `listening`; without a cgroup of the container's own no
 * memory and CPU.
 *
 * Single-threaded and non-blocking; every descriptor is in one epoll descriptor. It uses two descriptors,
 * and up to five a running container. For the moment of one system call the calling thread is in another
 * network namespace. Cost: docs/containers.md.
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "wire/event.h"

struct watch;

struct watch_host {
	/* A value or end row; its time is CLOCK_MONOTONIC. Borrowed until it returns. May not call the watch.
	 */
	void (*put)(struct watch_host *h, const struct event *ev);
};

/*
 * engine_socket: path of a unix socket; it need not be there yet. host must outlive the watch. What was
 * learned of containers lives in the arena: about 200 bytes for each that there ever was, 1 KiB for each that
 * was there at once. NULL when there are no descriptors left.
 */
struct watch *watch_new(struct arena *a, const char *engine_socket, struct watch_host *host, struct err *e);
/* An epoll descriptor: readable when there is work. */
int watch_fd(const struct watch *w);
/* How long until watch_turn has something to do if the descriptor stays silent; -1: for ever. */
int watch_timeout_ms(const struct watch *w, int64_t now_ns);
/* Does what is due. Bounded: at most 4 MiB of events a turn. now_ns: CLOCK_MONOTONIC, as everywhere here. */
void watch_turn(struct watch *w, int64_t now_ns);
/*
 * A container's start was answered with success. cid: the engine's whole id. id: of its span, the parent of
 * all rows about it. Again at each restart: an end row is put for every time it stops, with figures that add
 * up over its lives under one id.
 */
void watch_container(struct watch *w, const char *cid, uint64_t id, int32_t worker, int64_t now_ns);
/* Last samples of what runs, ends of what is known to have stopped; afterwards no more rows. */
void watch_end(struct watch *w, int64_t now_ns);
void watch_free(struct watch *w);
