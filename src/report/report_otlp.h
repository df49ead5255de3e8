/*
 * report/report_otlp.h - the run as OpenTelemetry spans: requests of OTLP/HTTP in JSON.
 *
 * A sink: put the events of a run into it, from a record or live. Spans leave in requests
 * (ExportTraceServiceRequest) of at most OTLP_SPANS spans and about OTLP_BYTES bytes, each as
 * soon as it is full, in the order in which spans end; containers, and calls that stand
 * alone, come last, as only the whole record tells which test they lie in. The same events
 * give the same bytes. docs/report-otlp.md says what becomes what. Memory: about 200 bytes
 * and its names a worker, unit, suite, test or container; nothing a step.
 */
#pragma once
#include "wire/sink.h"

enum { OTLP_SPANS = 2000, OTLP_BYTES = 2 * 1000 * 1000 };

/* Whoever takes the requests; `request` is borrowed. */
struct otlp_to {
	void (*take)(struct otlp_to *to, struct str request, uint32_t spans);
};

struct otlp {
	struct sink sink;   /* put events here */
	struct otlp_to *to; /* borrowed */
	struct otlp_build *build;
};

/* service: the value of service.name, "fettle" where it is empty; borrowed until otlp_end. */
void otlp_begin(struct otlp *t, struct otlp_to *to, struct str service);
/* Ends what is open, hands over what is left and frees. */
void otlp_end(struct otlp *t);
