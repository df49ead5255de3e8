/* The calls of fettle_bench.h, and how a benchmark is run. */
#include "agent/loop_api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { GROWTH = 100, PAUSES = 10 };
static const uint64_t most_operations = 1000000000000;

struct fettle_bench_entry *loop_entries;

void fettle_bench_add(struct fettle_bench_entry *entry)
{
	entry->next = loop_entries;
	loop_entries = entry;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t loop_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* The clock of the wall is read last and first: what the others cost is not in it. */
static void start(struct fettle_bench *b)
{
	b->counts_from = loop_counts();
	b->cpu_from_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	b->is_running = true;
	loop_count_begin();
	b->wall_from_ns = loop_now_ns();
}

static void stop(struct fettle_bench *b)
{
	int64_t wall = loop_now_ns();
	loop_count_end();
	b->now.wall_ns += wall - b->wall_from_ns;
	b->now.cpu_ns += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - b->cpu_from_ns;
	struct loop_counts counts = loop_counts();
	b->now.counts.allocs += counts.allocs - b->counts_from.allocs;
	b->now.counts.bytes += counts.bytes - b->counts_from.bytes;
	b->is_running = false;
}

static void __attribute__((format(printf, 3, 0)))
end_as(struct fettle_bench *b, enum loop_outcome outcome, const char *fmt, va_list args)
{
	if (b->is_running)
		stop(b);
	b->is_over = true;
	if (b->outcome == LOOP_FAILED)
		return;
	b->outcome = outcome;
	(void)vsnprintf(b->why, sizeof(b->why), fmt, args);
	for (char *c = b->why; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
}

void fettle_bench_skip(struct fettle_bench *b, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	end_as(b, LOOP_SKIPPED, fmt, args);
	va_end(args);
}

void fettle_bench_fail(struct fettle_bench *b, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	end_as(b, LOOP_FAILED, fmt, args);
	va_end(args);
}

int64_t fettle_bench_arg(const struct fettle_bench *b)
{
	return b->arg;
}

void fettle_bench_pause(struct fettle_bench *b)
{
	if (b->is_running)
		stop(b);
	else if (!b->is_over)
		fettle_bench_fail(b, "it pauses where nothing is measured");
}

void fettle_bench_resume(struct fettle_bench *b)
{
	if (!b->is_running && !b->is_over)
		start(b);
}

void fettle_bench_bytes(struct fettle_bench *b, uint64_t bytes)
{
	b->now.bytes = bytes;
}

static bool is_metric_name(const char *name)
{
	size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");
	return n > 0 && !name[n] && n < sizeof(((struct loop_metric *)0)->name);
}

static bool is_unit(const char *unit)
{
	return !*unit || strcmp(unit, "ns") == 0 || strcmp(unit, "bytes") == 0 || strcmp(unit, "1/s") == 0;
}

void fettle_bench_metric(struct fettle_bench *b, const char *name, const char *unit, double value)
{
	uint32_t i = 0;
	if (!name || !unit || !is_metric_name(name) || !is_unit(unit)) {
		fettle_bench_fail(b,
				  "metric '%.60s' in '%.20s': names are of letters, digits, _ and ., units "
				  "'ns', 'bytes', '1/s' and ''",
				  name ? name : "", unit ? unit : "");
		return;
	}
	if (value - value != 0) /* neither NaN nor without end */
		return;
	while (i < b->now.n_metrics && strcmp(b->now.metrics[i].name, name) != 0)
		i++;
	if (i == LOOP_METRICS) {
		fettle_bench_fail(b, "it has more than %d metrics", LOOP_METRICS);
		return;
	}
	struct loop_metric *m = &b->now.metrics[i];
	b->now.n_metrics += i == b->now.n_metrics;
	(void)snprintf(m->name, sizeof(m->name), "%s", name);
	(void)snprintf(m->unit, sizeof(m->unit), "%s", unit);
	m->value = value;
}

uint64_t fettle_loop_begin(struct fettle_bench *b)
{
	if (b->has_loop)
		fettle_bench_fail(b, "it has a second FETTLE_LOOP");
	b->has_loop = true;
	if (b->is_over)
		return 0;
	/* what came before was set-up */
	if (b->is_running)
		stop(b);
	b->now.wall_ns = b->now.cpu_ns = 0;
	b->now.counts = (struct loop_counts){0, 0};
	uint64_t n = b->now.n;
	start(b);
	return n;
}

int fettle_loop_end(struct fettle_bench *b)
{
	if (b->is_running)
		stop(b);
	return 0;
}

/* The body is the operation unless it has a loop, which its first run tells. */
static void run_body(struct fettle_bench *b, bool has_loop)
{
	if (has_loop) {
		b->entry->run(b);
		if (b->is_running)
			fettle_bench_fail(b, "it left its FETTLE_LOOP before the end");
		else if (!b->has_loop && !b->is_over)
			fettle_bench_fail(b, "it has a FETTLE_LOOP that it does not always come to");
		return;
	}
	uint64_t left = b->now.n;
	start(b);
	while (left-- && !b->is_over)
		b->entry->run(b);
	if (b->is_running)
		stop(b);
}

bool loop_run(struct fettle_bench *b, uint64_t n)
{
	bool has_loop = b->has_loop;
	b->now = (struct loop_figures){.n = n};
	b->has_loop = b->is_over = b->is_running = false;
	run_body(b, has_loop);
	return b->outcome == LOOP_GOOD;
}

/* One operation: where there is a loop, the body knows it from now on. */
static bool run_first(struct fettle_bench *b)
{
	b->now = (struct loop_figures){.n = 1};
	b->has_loop = b->is_over = b->is_running = false;
	start(b);
	b->entry->run(b);
	if (b->is_running && b->has_loop)
		fettle_bench_fail(b, "it left its FETTLE_LOOP before the end");
	if (b->is_running)
		stop(b);
	return b->outcome == LOOP_GOOD;
}

bool loop_calibrate(struct fettle_bench *b, int64_t min_ns)
{
	int64_t from = loop_now_ns();
	uint64_t n = 1;
	if (!run_first(b))
		return false;
	if (b->n) /* told from outside */
		return true;
	for (;;) {
		int64_t took = b->now.wall_ns > 0 ? b->now.wall_ns : 1, now = loop_now_ns();
		if (took >= min_ns || n >= most_operations || now - from >= PAUSES * min_ns)
			break;
		from = now;
		double wanted = 1.2 * (double)n * (double)min_ns / (double)took;
		uint64_t most = n * GROWTH;
		uint64_t more = wanted < (double)most ? (uint64_t)wanted : most;
		n = more > n ? more : n + 1;
		if (!loop_run(b, n))
			return false;
	}
	b->n = n;
	return true;
}
