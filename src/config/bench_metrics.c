#include "config/bench_metrics.h"

#include "base/str.h"
#include "config/nearest.h"
#include "wire/unit.h"

const struct bench_metric exec_metrics[EXEC_METRICS] = {
    {"wall", "ns"},
    {"cpu", "ns"},
    {"user", "ns"},
    {"system", "ns"},
    {"peak_rss", "bytes"},
    {"minor_faults", "count"},
    {"major_faults", "count"},
    {"voluntary_switches", "count"},
    {"involuntary_switches", "count"},
    {"instructions", "count"},
    {"cycles", "count"},
    {"branch_misses", "count"},
    {"cache_misses", "count"},
};

/* latency and first_byte count from when the request was sent, over a connection that is there. */
const struct bench_metric http_metrics[HTTP_METRICS] = {
    [HTTP_LATENCY] = {"latency", "ns"},      [HTTP_FIRST_BYTE] = {"first_byte", "ns"},
    [HTTP_CONNECT] = {"connect", "ns"},      [HTTP_TLS] = {"tls", "ns"},
    [HTTP_RECEIVED] = {"received", "bytes"},
};

const struct bench_metric mcp_metrics[MCP_METRICS] = {
    [MCP_LATENCY] = {"latency", "ns"},
    [MCP_FIRST_BYTE] = {"first_byte", "ns"},
    [MCP_START] = {"start", "ns"},
};

const struct bench_metric container_metrics[BOX_METRICS] = {
    [BOX_STARTUP] = {"startup", "ns"},
    [BOX_CREATE] = {"create", "ns"},
    [BOX_START] = {"start", "ns"},
    [BOX_READY] = {"ready", "ns"},
    [BOX_EXEC] = {"exec", "ns"},
    [BOX_OVERHEAD] = {"overhead", "ns"},
    [BOX_MEMORY] = {"memory", "bytes"},
    [BOX_SUPERVISOR] = {"supervisor", "bytes"},
    [BOX_SANDBOX_MEMORY] = {"sandbox_memory", "bytes"},
    [BOX_STOP] = {"stop", "ns"},
    [BOX_REMOVE] = {"remove", "ns"},
    [BOX_LIFECYCLE] = {"lifecycle", "ns"},
};

/* Of a bench as a whole; measure/targets.h says how. */
static const struct {
	const char *name;
	enum bound_unit unit;
} wholes[] = {{"throughput", BOUND_RATE}, {"error_rate", BOUND_RATIO}, {"held", BOUND_NUMBER}};
enum { WHOLES = sizeof(wholes) / sizeof(wholes[0]) };

const struct bench_metric *bench_metrics_of(enum bench_kind kind, uint32_t *ret_n)
{
	static const struct {
		const struct bench_metric *at;
		uint32_t n;
	} kinds[BENCH_KINDS] = {
	    [BENCH_EXEC] = {exec_metrics, EXEC_METRICS},
	    [BENCH_HTTP] = {http_metrics, HTTP_METRICS},
	    [BENCH_MCP] = {mcp_metrics, MCP_METRICS},
	    [BENCH_CONTAINER] = {container_metrics, BOX_METRICS},
	};
	*ret_n = kinds[kind].n;
	return kinds[kind].at;
}

static const struct bench_metric *find(enum bench_kind kind, struct str metric)
{
	uint32_t n;
	const struct bench_metric *m = bench_metrics_of(kind, &n);
	for (uint32_t i = 0; i < n; i++)
		if (str_is(metric, m[i].name))
			return &m[i];
	return NULL;
}

static bool whole_unit(struct str metric, enum bound_unit *ret)
{
	for (size_t i = 0; i < WHOLES; i++)
		if (str_is(metric, wholes[i].name)) {
			*ret = wholes[i].unit;
			return true;
		}
	return false;
}

bool bench_metric_unit(enum bench_kind kind, struct str metric, enum bound_unit *ret)
{
	const struct bench_metric *m = find(kind, metric);
	if (m)
		*ret = unit_of(str_of(m->unit)).kind;
	return m || whole_unit(metric, ret);
}

bool bench_metric_unit_of_any(struct str metric, enum bound_unit *ret)
{
	for (int kind = 0; kind < BENCH_KINDS; kind++)
		if (bench_metric_unit((enum bench_kind)kind, metric, ret))
			return true;
	return false;
}

const char *bench_metric_nearest(enum bench_kind kind, struct str metric)
{
	struct nearest near = {.word = metric};
	uint32_t n;
	const struct bench_metric *m = bench_metrics_of(kind, &n);
	for (uint32_t i = 0; i < n; i++)
		nearest_try(&near, m[i].name);
	for (size_t i = 0; i < WHOLES; i++)
		nearest_try(&near, wholes[i].name);
	return nearest_word(&near);
}
