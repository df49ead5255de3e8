/*
 * cmd/run_containers.h - --containers: the engine is found and tapped.
 */
#pragma once
#include "base/err.h"

struct run;

/*
 * Finds the engine and starts its tap, early, while little is in memory. Fault only
 * where --containers is on; else what is wrong becomes a remark.
 */
int run_containers_open(struct run *r, struct err *e);
/* The remark as a note. After the `run` row. */
void run_containers_say(struct run *r);
/* The tap ends, where the pool has not ended it. */
void run_containers_close(struct run *r);
