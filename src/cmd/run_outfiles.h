/*
 * cmd/run_outfiles.h - files that a framework writes itself (-o, --junitxml): each
 * worker writes its own, and at the end they become the one that was asked for.
 */
#pragma once
#include "cmd/run.h"

/* Takes a note named "outfile" out of the stream; false: it is none. */
bool outfiles_take(struct run *r, const struct event *ev);
/* Puts the parts of each file together; before the run is done, for its notes. */
void outfiles_merge(struct run *r);
/* Writes the JUnit XML that the command asked for, from the finished model. */
void outfiles_junit(struct run *r);
