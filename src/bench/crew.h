/*
 * bench/crew.h - threads that do something at the same moment, over and over.
 *
 * Signals stay with the thread that made the crew. Once one of stop.h came, waits of the others are ended
 * with EINTR too, again and again until they are back.
 */
#pragma once
#include <stdint.h>

#include "base/err.h"

struct crew;

/* n workers, at least 1. Of one there is no thread: crew_do calls. Fault: system. */
must_use int crew_begin(struct crew **ret, uint32_t n, struct err *e);
/* job(ctx, worker) for workers 0 .. n - 1 at once, n being at most that of crew_begin; back when all are. */
void crew_do(struct crew *c, uint32_t n, void (*job)(void *ctx, uint32_t worker), void *ctx);
/* NULL is fine. */
void crew_end(struct crew *c);
