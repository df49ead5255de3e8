/*
 * fettle_bench.h - benchmarks of functions, in C and C++.
 *
 *	#include <fettle_bench.h>		cc ... $(pkg-config --cflags --libs fettle_bench)
 *
 *	FETTLE_BENCH(hash)			// the whole body is one operation
 *	{
 *		fettle_keep(hash("some text"));
 *	}
 *
 *	FETTLE_BENCH_ARGS(sort, 8, 64, 512)	// sort/8, sort/64, sort/512
 *	{
 *		int *v = numbers(fettle_bench_arg(b));	// not measured
 *		FETTLE_LOOP				// what is in here is one operation
 *			sort(v, fettle_bench_arg(b));
 *		free(v);				// not measured
 *	}
 *
 *	FETTLE_BENCH_MAIN();			// in one of the program's files
 *
 * The program measures by itself (./program --help), and `fettle bench` runs it as subject: c. An operation
 * is done as often as makes a round at least 10 ms; a round gives time, CPU time, allocations and allocated
 * bytes an operation. Allocations are counted in all threads by the malloc of this library.
 *
 * b, of type struct fettle_bench *, is the benchmark that runs; it is there in each body. Calls on b come
 * from the thread that runs the body. Nothing here is async-signal-safe.
 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef FETTLE_API
#define FETTLE_API __attribute__((visibility("default")))
#endif

struct fettle_bench;

/* The number behind the benchmark's name; 0 where there is none. */
FETTLE_API int64_t fettle_bench_arg(const struct fettle_bench *b);

/*
 * What is between the two is not measured, neither time nor allocations: for what has to be set up anew
 * before each operation. The two clocks cost some 0.5 us a pair, of which about 50 ns are in the figure.
 */
FETTLE_API void fettle_bench_pause(struct fettle_bench *b);
FETTLE_API void fettle_bench_resume(struct fettle_bench *b);

/* One operation works through so many bytes: throughput is told. */
FETTLE_API void fettle_bench_bytes(struct fettle_bench *b, uint64_t bytes);
/*
 * A figure of the round, mostly an operation's: the last call of a name counts. unit: "ns", "bytes", "1/s"
 * (more is better), or "" for a number. name: [A-Za-z0-9_.]; 16 of them at most.
 */
FETTLE_API void fettle_bench_metric(struct fettle_bench *b, const char *name, const char *unit, double value);

/* Ends the benchmark, which then has no figures: return right behind the call. */
FETTLE_API void fettle_bench_skip(struct fettle_bench *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
FETTLE_API void fettle_bench_fail(struct fettle_bench *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What FETTLE_BENCH_MAIN calls, for a main of your own. The exit code: 0 good, 1 a benchmark failed, 2 usage.
 */
FETTLE_API int fettle_bench_main(int argc, char **argv);

/* All that was written to memory counts as read by somebody. */
static inline void fettle_clobber(void)
{
	__asm__ volatile("" : : : "memory");
}

/* For the macros below alone. */
struct fettle_bench_entry {
	const char *name;
	void (*run)(struct fettle_bench *b);
	const int64_t *args;
	uint32_t n_args;
	struct fettle_bench_entry *next;
};
FETTLE_API void fettle_bench_add(struct fettle_bench_entry *entry);
FETTLE_API uint64_t fettle_loop_begin(struct fettle_bench *b);
FETTLE_API int fettle_loop_end(struct fettle_bench *b); /* 0 */

/* The compiler may neither leave the loop out nor do it in larger steps. */
static inline uint64_t fettle_loop_step(uint64_t left)
{
	left--;
	__asm__ volatile("" : "+r"(left));
	return left;
}

#ifdef __cplusplus
}
#endif

/* The operation; once in a body, and not left by break, return or goto unless the benchmark was ended. */
#define FETTLE_LOOP                                                                                          \
	for (uint64_t fettle_left = fettle_loop_begin(b); fettle_left || fettle_loop_end(b);                 \
	     fettle_left = fettle_loop_step(fettle_left))

#define FETTLE_BENCH_ENTRY(id, args, n_args)                                                                 \
	static void fettle_bench_run_##id(struct fettle_bench *b);                                           \
	__attribute__((constructor)) static void fettle_bench_add_##id(void)                                 \
	{                                                                                                    \
		static struct fettle_bench_entry entry = {#id, fettle_bench_run_##id, args, n_args, 0};      \
		fettle_bench_add(&entry);                                                                    \
	}                                                                                                    \
	static void fettle_bench_run_##id(__attribute__((unused)) struct fettle_bench *b)

/* A benchmark, told by its name: no two alike in a program. */
#define FETTLE_BENCH(id) FETTLE_BENCH_ENTRY(id, 0, 0)

/* One for each of the numbers. */
#define FETTLE_BENCH_ARGS(id, ...)                                                                           \
	static const int64_t fettle_bench_args_##id[] = {__VA_ARGS__};                                       \
	FETTLE_BENCH_ENTRY(id, fettle_bench_args_##id,                                                       \
			   (uint32_t)(sizeof(fettle_bench_args_##id) / sizeof(int64_t)))

#define FETTLE_BENCH_MAIN()                                                                                  \
	int main(int argc, char **argv)                                                                      \
	{                                                                                                    \
		return fettle_bench_main(argc, argv);                                                        \
	}                                                                                                    \
	struct fettle_bench

/* The value counts as used, so that nothing that leads to it is left out. Of any type but an array. */
#ifdef __cplusplus
template <class T> inline void fettle_keep(T const &value)
{
	__asm__ volatile("" : : "m"(value) : "memory");
}
#else
#define fettle_keep(value)                                                                                   \
	do {                                                                                                 \
		__typeof__(value) fettle_kept = (value);                                                     \
		__asm__ volatile("" : : "m"(fettle_kept) : "memory");                                        \
	} while (0)
#endif

/* The variable counts as changed: what the compiler knew of its value is forgotten. */
#define fettle_forget(variable) __asm__ volatile("" : "+m"(variable) : : "memory")
