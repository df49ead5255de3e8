/*
 * collect/cores.h - how many processors this process may really use.
 *
 * The smallest of the affinity mask and the CPU quotas (cgroup v2 cpu.max, v1
 * cpu.cfs_quota_us) of this process's cgroup and of all above it, rounded up; at least 1.
 */
#pragma once

unsigned cores_usable(void);
/*
 * The quota alone, in thousandths of a processor; 0: none. groups: a file like /proc/self/cgroup;
 * mount: where the groups are, as in /sys/fs/cgroup.
 */
unsigned long cores_quota(const char *groups, const char *mount);
