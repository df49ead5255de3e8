#include "bench/noise.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "collect/cores.h"

/* The first 4 KiB of a file behind `mark`, as a number; BENCH_NONE where there is none. */
static int64_t number_behind(const char *path, const char *mark)
{
	struct buf b = {0};
	long long v;
	int64_t ret = BENCH_NONE;
	(void)!file_read(path, 4096, &b);
	const char *at = b.n ? strstr(b.at, mark) : NULL;
	if (at && sscanf(at + strlen(mark), "%lld", &v) == 1)
		ret = v;
	buf_free(&b);
	return ret;
}

static int64_t steal_ns(void)
{
	struct buf b = {0};
	long long ticks;
	int64_t ret = BENCH_NONE;
	(void)!file_read("/proc/stat", 512, &b);
	long hz = sysconf(_SC_CLK_TCK);
	if (b.n && hz > 0 && sscanf(b.at, "cpu %*d %*d %*d %*d %*d %*d %*d %lld", &ticks) == 1)
		ret = ticks * (NS_PER_S / hz);
	buf_free(&b);
	return ret;
}

/* The totals of this moment. */
static void read_totals(struct noise *ret)
{
	int64_t waited_us = number_behind("/proc/pressure/cpu", "total=");
	ret->at_ns = clock_mono_ns();
	ret->pressure_ns = waited_us == BENCH_NONE ? BENCH_NONE : waited_us * 1000;
	ret->steal_ns = steal_ns();
}

void noise_begin(struct noise *n)
{
	*n = (struct noise){0};
	read_totals(n);
}

static int64_t difference(int64_t from, int64_t to)
{
	return from == BENCH_NONE || to == BENCH_NONE ? BENCH_NONE : to - from;
}

static int64_t loop_ns(void)
{
	enum { TURNS = 400 * 1000 };
	uint64_t x = 1;
	struct timespec from, to;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (int i = 0; i < TURNS; i++)
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	__asm__ volatile("" : : "r"(x)); /* or the loop would be left out */
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return (to.tv_sec - from.tv_sec) * NS_PER_S + (to.tv_nsec - from.tv_nsec);
}

static struct str cpu_name(struct arena *a)
{
	struct buf b = {0};
	struct str ret = STR_NONE;
	(void)!file_read("/proc/cpuinfo", 64 * 1024, &b);
	struct str rest = {b.at, b.n}, line;
	while (b.n && !ret.n && str_next(&rest, '\n', &line))
		if (str_starts(line, "model name"))
			ret = arena_str(a, str_trim(str_cut(line, str_find(line, ':') + 1, line.n)));
	buf_free(&b);
	return ret;
}

void noise_machine(struct arena *a, struct bench *b)
{
	struct utsname u;
	if (uname(&u) < 0)
		memset(&u, 0, sizeof(u));
	b->cpu = cpu_name(a);
	if (!b->cpu.n)
		b->cpu = str_of(arena_printf(a, "%s", u.machine));
	b->host = str_of(arena_printf(a, "%s", u.nodename));
	b->system = str_of(arena_printf(a, "%s %s", u.sysname, u.release));
	b->cores = cores_usable();
	b->machine = str_of(arena_printf(a, "%.*s, %u cores, %.*s, %.*s", STR_ARG(b->cpu), b->cores,
					 STR_ARG(b->system), STR_ARG(b->host)));
}

void noise_loop(struct noise *n)
{
	n->loops = vec_grow(n->loops, n->n_loops, &n->cap_loops, sizeof(*n->loops));
	n->loops[n->n_loops++] = loop_ns();
}

int64_t noise_loops_ns(const struct noise *n)
{
	int64_t ns = 0;
	for (size_t i = 0; i < n->n_loops; i++)
		ns += n->loops[i];
	return ns;
}

void noise_tell(const struct noise *n, struct arena *a, struct bench *b)
{
	struct noise now;
	read_totals(&now);
	b->noise = (struct bench_noise){.pressure_ns = difference(n->pressure_ns, now.pressure_ns),
					.steal_ns = difference(n->steal_ns, now.steal_ns),
					.elapsed_ns = now.at_ns - n->at_ns,
					.loops = n->loops,
					.n_loops = (uint32_t)n->n_loops};
	noise_machine(a, b);
}

void noise_end(struct noise *n)
{
	vec_free(n->loops);
	*n = (struct noise){0};
}
