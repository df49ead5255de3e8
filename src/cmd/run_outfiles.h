/*
 * cmd/run_outfiles.h - files that a framework writes itself (-o, --junitxml): each
 * worker writes its own, and at the end they become the one that was asked for.
 */
#pragma once
#include "cmd/run.h"

/* A file that one worker wrote. want: what it is, see docs/python-agents.md; "": done with. */
struct outfile {
	struct str path, file, want; /* path: what was asked for; file: where it is */
	int32_t worker;
};

/* Appends all of a file to b; false: it cannot be read. */
bool outfiles_read(const char *path, struct buf *b);
/* Takes a note named "outfile" out of the stream; false: it is none. */
bool outfiles_take(struct run *r, const struct event *ev);
/* The command wants its JUnit XML there. */
void outfiles_want_junit(struct run *r, const char *path);
/* Puts the parts of each file together; before the run is done, for its notes. */
void outfiles_merge(struct run *r);
/* Writes the JUnit XML that the command asked for, from the finished model. */
void outfiles_junit(struct run *r);
