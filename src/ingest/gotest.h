/*
 * ingest/gotest.h - what a Go test binary prints, as it arrives.
 *
 * With -test.v=test2json (Go 1.20) each line that the testing package itself
 * prints begins with ^V; from the first of them on nothing else is taken for
 * one. Without it (-test.v, or nothing) lines are taken at their word, the results of subtests
 * come when the test around them is over, and their times are Go's own figures.
 *
 * Spans: ingest/gopackage.h. The message of a test that did not pass is what was
 * printed while it ran. Tests that began and have no result, because of a panic,
 * os.Exit or a signal, are lost (ingest.h: lost) with the text of the panic.
 */
#pragma once
#include "ingest/gopackage.h"
#include "ingest/lines.h"

enum { GO_CHAIN = 16 };

struct gotest {
	struct ingest *in;
	struct gopackage package;
	struct lines lines;
	bool marked;
	bool panicked; /* a panic is being printed */
	bool over;     /* the verdict of the binary was seen, and no test began after it */
	uint32_t current;
	/*
	 * Results whose text may go on. Inward: a test and its subtests, whose results are
	 * indented behind its own. Else a test and those around it, as a panic ends them all.
	 */
	uint32_t chain[GO_CHAIN];
	unsigned n_chain;
	bool inward;
	int64_t before_ns; /* the result before */
	struct clip panic; /* the text of the last one */
};

/* package: its import path, the file of the tests. in lives as long as g. */
void gotest_init(struct gotest *g, struct ingest *in, struct str package);
/* bytes: any part of what it printed; time_ns: when they arrived. */
void gotest_feed(struct gotest *g, struct str bytes, int64_t time_ns);
/* The process is gone. */
void gotest_finish(struct gotest *g, int64_t time_ns);
