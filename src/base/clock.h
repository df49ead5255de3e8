/*
 * base/clock.h - what time it is, and waiting.
 */
#pragma once
#include <stdint.h>

int64_t clock_mono_ns(void); /* CLOCK_MONOTONIC */
int64_t clock_wall_ns(void); /* since 1970, UTC */
int64_t clock_cpu_ns(void);  /* CPU time of this process */

/* Does nothing for so long, or until a signal comes. */
void clock_pause(int64_t ns);

#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL
