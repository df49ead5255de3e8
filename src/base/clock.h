/*
 * base/clock.h - the two clocks, and scopes for descriptors.
 */
#pragma once
#include <stdint.h>

int64_t clock_mono_ns(void); /* CLOCK_MONOTONIC */
int64_t clock_wall_ns(void); /* since 1970, UTC */
int64_t clock_cpu_ns(void);  /* CPU time of this process */

#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL
