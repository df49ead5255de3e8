#include "bench/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const struct counter_kind counter_hardware[COUNTERS_MOST] = {
    {"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"branch_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    {"cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
};

static int open_one(const struct counter_kind *k)
{
	struct perf_event_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = k->type;
	attr.config = k->config;
	attr.disabled = 1;
	attr.inherit = 1;
	attr.enable_on_exec = 1;
	attr.exclude_kernel = 1;
	attr.exclude_hv = 1;
	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

uint32_t counters_probe(const struct counter_kind *kinds, uint32_t n, struct counter_kind *kept, int *ret_why)
{
	uint32_t n_kept = 0;
	*ret_why = 0;
	for (uint32_t i = 0; i < n; i++) {
		int fd = open_one(&kinds[i]);
		if (fd >= 0) {
			(void)close(fd);
			kept[n_kept++] = kinds[i];
		} else if (!*ret_why) {
			*ret_why = errno;
		}
	}
	return n_kept;
}

/*
 * When two tasks have the very same events, the kernel may swap them instead of switching: ours would go to a
 * command, end with it, and count nothing from then on. An event that is not inherited makes the sets differ.
 * It stays open as long as the process.
 */
static void stay_apart(void)
{
	struct perf_event_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_DUMMY;
	attr.exclude_kernel = 1;
	attr.exclude_hv = 1;
	(void)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

bool counters_open(const struct counters *c, int fds[COUNTERS_MOST])
{
	stay_apart();
	for (uint32_t i = 0; i < c->n; i++) {
		fds[i] = open_one(&c->kinds[i]);
		if (fds[i] < 0) {
			while (i--)
				(void)close(fds[i]);
			return false;
		}
	}
	return true;
}

void counters_read(const struct counters *c, const int fds[COUNTERS_MOST], int64_t ret[COUNTERS_MOST])
{
	for (uint32_t i = 0; i < c->n; i++) {
		uint64_t v = 0;
		ret[i] = read(fds[i], &v, sizeof(v)) == sizeof(v) ? (int64_t)v : 0;
	}
}
