/*
 * net/wait.h - waiting for a descriptor, up to a point in time or until somebody stops all of it.
 *
 * Any number of threads may wait. What ended a wait is told by the fault, which err_wrap keeps.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Ends all waits, those to come too, in all threads. May be called from a handler of signals. */
void net_stop(void);
/* For this thread never where it is spared: who cleans up has to wait all the same. */
bool net_is_stopped(void);
void net_spare(bool spared);

/* Readable once net_stop was called, for those that wait for several descriptors; -1 for a thread that is
 * spared. */
int net_stop_fd(void);

/* Waits for POLLIN or POLLOUT on fd until deadline_ns (CLOCK_MONOTONIC). */
must_use int net_wait(int fd, short what, int64_t deadline_ns, struct err *e);
/* The faults of a wait, for those that wait for something else. */
int net_late(struct err *e);
int net_broken_off(struct err *e);

/* Whether a fault of this room says that the time was up, or that net_stop was called. */
bool net_timed_out(const struct err *e);
bool net_was_stopped(const struct err *e);
