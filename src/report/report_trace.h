/*
 * report/report_trace.h - the run as Chrome trace events, gzip'd, for Perfetto
 * and its like.
 *
 * A sink: put the events of a run into it, live or from a record. Rows go out as
 * spans end, so memory holds the open spans and some buffers, about 500 KiB, no
 * matter how long the run is. The same events give the same bytes (the gzip
 * header has no time). About 1 us a span.
 *
 * Process 1 is the run, its thread 0 fettle itself; each worker is a thread, and
 * spans that overlap in one worker (parallel tests of a Go package) get further
 * threads of their own, so that what shares a thread is properly nested. A span
 * without an end ends with the last event and says "(unfinished)".
 *
 * Process 2 is the containers: threads by type, create and start inside, when it
 * listened as moments; how many there are and their memory as counters. Process
 * 3 is the other calls to the engine, a thread a worker.
 */
#pragma once
#include "base/buf.h"
#include "report/out.h"
#include "wire/sink.h"

struct trace {
	struct sink sink; /* put events here */
	struct out *to;   /* borrowed: where the gzip bytes go */
	struct trace_build *build;
};

void trace_begin(struct trace *t, struct out *to);
/* Ends what is open, completes the file and frees; *to is the caller's to close. */
void trace_end(struct trace *t);
