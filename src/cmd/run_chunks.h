/*
 * cmd/run_chunks.h - --chunks N: a fixed share of the units for each of N plain processes.
 */
#pragma once
#include "cmd/run.h"

/*
 * Turns the units that an agent listed (r->found) into N targets, longest predicted first onto the shortest
 * share. N == 1: the command as it stands.
 */
void chunks_make(struct run *r);
/* Whether chunks are made of files that must be listed first; else the one chunk is the command as it is. */
bool chunks_are_of_files(const struct run *r);
