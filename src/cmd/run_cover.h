/*
 * cmd/run_cover.h - coverage in the same pass as the tests: what is set up before them, and what is made of
 * it.
 */
#pragma once
#include "cmd/run.h"

/* Before the workers' environment is used. Does nothing without --cover. */
must_use int run_cover_open(struct run *r, struct err *e);
/* Where workers have copies of the tree: what was measured in them is told of the tree. */
void run_cover_of_copies(struct run *r);
/* When the tests are over: reads, reports, and holds to the bounds. True when one of them was missed. */
bool run_cover_finish(struct run *r);
/* The table of coverage, behind the summary. */
void run_cover_say(struct run *r);
void run_cover_free(struct run *r);
