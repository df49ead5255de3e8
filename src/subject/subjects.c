#include "subject/subjects.h"

const struct subject_kind *const subject_kinds[BENCH_KINDS] = {
    [BENCH_EXEC] = &kind_exec,
    [BENCH_HTTP] = &kind_http,
    [BENCH_MCP] = &kind_mcp,
    [BENCH_CONTAINER] = &kind_container,
};

const source_read subject_sources[BENCH_KINDS] = {
    [BENCH_IMPORT] = source_import,
    [BENCH_C] = source_functions,
};
