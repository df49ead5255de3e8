#include "collect/cores.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { FILE_BYTES = 1 << 20 };

static unsigned affinity(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

static long long number_in(const char *dir, const char *name)
{
	char path[4400];
	struct buf b = {0};
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	long long v = file_read(path, FILE_BYTES, &b) && b.n ? strtoll(b.at, NULL, 10) : -1;
	buf_free(&b);
	return v;
}

/* Quota of one cgroup folder in thousandths of a processor; 0: none. */
static unsigned long quota_of(const char *dir, bool v2)
{
	long long quota = -1, period = 0;
	if (v2) {
		char path[4400];
		struct buf b = {0};
		(void)snprintf(path, sizeof(path), "%s/cpu.max", dir);
		if (!file_read(path, FILE_BYTES, &b) || !b.n ||
		    sscanf(b.at, "%lld %lld", &quota, &period) != 2)
			quota = -1;
		buf_free(&b);
	} else {
		quota = number_in(dir, "cpu.cfs_quota_us");
		period = number_in(dir, "cpu.cfs_period_us");
	}
	return quota > 0 && period > 0 ? (unsigned long)(quota * 1000 / period) : 0;
}

/* The least quota from mount/group upwards. Inside a container the group's path may lie above the mount. */
static unsigned long least_quota(const char *mount, struct str group, bool v2)
{
	char dir[4200];
	unsigned long least = 0;
	for (;;) {
		(void)snprintf(dir, sizeof(dir), "%s%.*s", mount, STR_ARG(group));
		unsigned long q = quota_of(dir, v2);
		if (q && (!least || q < least))
			least = q;
		if (group.n <= 1)
			return least;
		size_t slash = str_find_last(group, '/');
		group.n = slash < group.n ? slash : 0;
	}
}

/* A folder of the mount. */
static unsigned long quota_below(const char *mount, const char *folder, struct str group, bool v2)
{
	char top[4096];
	(void)snprintf(top, sizeof(top), "%s%s", mount, folder);
	return least_quota(top, group, v2);
}

unsigned long cores_quota(const char *groups, const char *mount)
{
	struct buf b = {0};
	unsigned long least = 0;
	struct str rest, line;
	(void)!file_read(groups, FILE_BYTES, &b);
	rest = buf_view(&b);
	while (str_next(&rest, '\n', &line)) {
		struct str id, controllers;
		if (!str_next(&line, ':', &id) || !str_next(&line, ':', &controllers))
			continue;
		unsigned long q = 0;
		if (controllers.n == 0)
			q = quota_below(mount, "", line, true);
		else if (str_is(controllers, "cpu") || str_starts(controllers, "cpu,") ||
			 str_ends(controllers, ",cpu"))
			q = quota_below(mount, "/cpu", line, false);
		if (q && (!least || q < least))
			least = q;
	}
	buf_free(&b);
	return least;
}

unsigned cores_usable(void)
{
	unsigned n = affinity();
	unsigned long quota = cores_quota("/proc/self/cgroup", "/sys/fs/cgroup");
	unsigned of_quota = (unsigned)((quota + 999) / 1000);
	return of_quota && of_quota < n ? of_quota : n;
}
