/*
 * config/bench_metrics.h - the figures that each kind of bench gives, by name and unit, so that a target on a
 * metric that nothing has is told before anything runs.
 *
 * Benches of import and c have what the results of others say.
 */
#pragma once
#include <stdint.h>

#include "config/bench_items.h"
#include "wire/bound.h"

struct bench_metric {
	const char *name, *unit; /* "latency", "ns"; units as in wire/unit.h */
};

/* Of a process by wait4; behind those the processor's counters, where there are any. */
enum { EXEC_FIGURES = 9, EXEC_METRICS = 13 };
enum http_metric { HTTP_LATENCY, HTTP_FIRST_BYTE, HTTP_CONNECT, HTTP_TLS, HTTP_RECEIVED, HTTP_METRICS };
enum mcp_metric { MCP_LATENCY, MCP_FIRST_BYTE, MCP_START, MCP_METRICS };
/* In the order of a sandbox's life; BOX_STARTUP is from create to ready. */
enum container_metric {
	BOX_STARTUP,
	BOX_CREATE,
	BOX_START,
	BOX_READY,
	BOX_EXEC,
	BOX_OVERHEAD,
	BOX_MEMORY,
	BOX_SUPERVISOR,
	BOX_SANDBOX_MEMORY,
	BOX_STOP,
	BOX_REMOVE,
	BOX_LIFECYCLE,
	BOX_METRICS
};

extern const struct bench_metric exec_metrics[EXEC_METRICS], http_metrics[HTTP_METRICS],
    mcp_metrics[MCP_METRICS], container_metrics[BOX_METRICS];

/* Those of a kind; NULL for import and c. */
const struct bench_metric *bench_metrics_of(enum bench_kind kind, uint32_t *ret_n);
/* What a bound of that metric, or of the bench as a whole ("throughput"), must be in; false where the kind,
 * or every kind, does not have it. */
bool bench_metric_unit(enum bench_kind kind, struct str metric, enum bound_unit *ret);
bool bench_metric_unit_of_any(struct str metric, enum bound_unit *ret);
/* The metric that was meant; NULL where none is near. */
const char *bench_metric_nearest(enum bench_kind kind, struct str metric);
