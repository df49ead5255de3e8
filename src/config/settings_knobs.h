/*
 * config/settings_knobs.h - the sections of fettle.yaml that are no options of one command: the keys at its
 * top, targets, benchmarks, load_tests, memory, profiling.
 *
 * Their names and meanings are those of configuration files that people have already.
 */
#pragma once
#include "config/knob.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct top_wishes {
	const char *output_dir, *temp_dir; /* NULL: not given */
	struct knob_choice log_level;      /* enum log_level */
	int64_t test_timeout_ns;           /* 0: none */
	const char *container_image, *network_mode;
	double default_cpu_limit; /* cores; 0: none */
	int64_t default_memory_limit_bytes, default_disk_limit_bytes;
};

/* What was not given is told by knob_origin; settings_targets (settings.h) gives all as one list. */
struct target_wishes {
	double container_startup_ms, command_overhead_ms, memory_per_sandbox_mb, api_response_p99_ms,
	    throughput_rps, error_rate_percent;
	int64_t max_concurrent_sandboxes;
	struct knob_list others; /* "METRIC=p95 < 20ms" */
};

struct benchmarks_wishes {
	bool enabled;
	int64_t iterations, warmup_iterations; /* rounds of benches that have no own */
	bool test_container_lifecycle, test_tool_execution, test_language_execution, test_file_operations,
	    test_concurrency;
	int64_t max_concurrency;
	int64_t benchmark_timeout_ns; /* of all benches; 0: none */
};

struct load_tests_wishes {
	bool enabled, sustained_load, burst_traffic, memory_pressure, resource_exhaustion, long_running_ops;
	int64_t sustained_duration_ns, sustained_concurrency;
	int64_t burst_size, burst_duration_ns, burst_rest_period_ns, num_bursts;
	int64_t memory_test_sandboxes, memory_per_sandbox_bytes;
	int64_t long_running_duration_ns;
};

struct memory_wishes {
	bool enabled, leak_detection, goroutine_leak_detection, concurrent_memory_test, large_data_handling,
	    gc_before_test;
	int64_t profile_interval_ns;
	int64_t small_data_size_kb, medium_data_size_kb, large_data_size_mb; /* of 1000 and 1000000 bytes */
};

struct profiling_wishes {
	bool enabled, cpu_profile, memory_profile, block_profile, mutex_profile, goroutine_profile, trace,
	    auto_analysis;
	int64_t profile_duration_ns;
	const char *output_dir;
};

extern const struct knob_table top_table, targets_table, benchmarks_table, load_tests_table, memory_table,
    profiling_table;
