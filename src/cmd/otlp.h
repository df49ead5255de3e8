/*
 * cmd/otlp.h - the spans of a run to a file, or to a collector of OpenTelemetry.
 */
#pragma once
#include "base/err.h"
#include "record/reader.h"

/* The spans of the record at `events` as lines of JSON, one a request. */
must_use int otlp_write(const char *events, int fd, struct reader_result *ret, struct err *e);
/* Whether `where` (a URL or the name of a file) can be meant. Fault: usage; the message shows no secret. */
must_use int otlp_check(const char *where, struct err *e);
/*
 * The same to `where`. A collector gets OTEL_EXPORTER_OTLP_HEADERS and at most
 * OTEL_EXPORTER_OTLP_TIMEOUT (10 s) for each request, a minute for all of them.
 */
must_use int otlp_export(const char *events, const char *where, struct err *e);
