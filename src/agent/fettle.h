/*
 * fettle.h - what a program says of itself to the fettle that runs it.
 *
 *	#include <fettle.h>			cc ... $(pkg-config --cflags --libs fettle)
 *
 *	void migrate(void)
 *	{
 *		FETTLE_PHASE("db migrate");	// until the end of the block
 *		...
 *	}
 *
 * Outside of `fettle run` every call is one load and one branch. Inside, a span costs less than 100 ns:
 * it is written into a map that fettle shares, so what was marked before a SIGKILL is told. No call
 * allocates, locks, prints, blocks, changes errno or starts a process. A thread's first mark and one in about
 * a thousand later ones ask the system for room, some microseconds.
 *
 * Threads: all calls, from any of them, also before main and in atexit handlers. Phases and scenarios nest
 * per thread. A span may be ended by another thread than the one that began it.
 * fork: the child marks on its own; ending a span of its parent does nothing there. Not between vfork and
 *exec. Signals: all calls may be made in a handler; one that interrupts a call in its own thread is lost,
 *which fettle counts and tells. Names: text in UTF-8, read during the call and kept to 255 bytes. About 8,000
 *different ones are told apart in a worker; put what varies into values.
 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FETTLE_API __attribute__((visibility("default")))

/* A span that has begun. {0} is none, and ending it does nothing. */
struct fettle_span {
	uint64_t id;
};

enum fettle_status { FETTLE_PASSED = 1, FETTLE_SKIPPED = 2, FETTLE_FAILED = 4, FETTLE_ERROR = 5 };
enum fettle_kind { FETTLE_KIND_PHASE = 1, FETTLE_KIND_SCENARIO = 2 };

/* For the inline functions below alone. */
FETTLE_API extern int fettle_wanted; /* 0: nobody listens; else the functions below find out */
FETTLE_API uint64_t fettle_span_begin(enum fettle_kind kind, const char *name);
FETTLE_API void fettle_span_end(uint64_t id, enum fettle_status status);
FETTLE_API uint64_t fettle_mark_container(const char *name, const char *image);
FETTLE_API void fettle_mark_ready(uint64_t container, int success);
FETTLE_API void fettle_mark_number(const char *name, int64_t n, int adds_up);

static inline int fettle_is_wanted(void)
{
	return __builtin_expect(__atomic_load_n(&fettle_wanted, __ATOMIC_RELAXED) != 0, 0);
}

/* A phase: a part of the work that deserves a line in the report. */
static inline struct fettle_span fettle_begin(const char *name)
{
	struct fettle_span s = {0};
	if (fettle_is_wanted())
		s.id = fettle_span_begin(FETTLE_KIND_PHASE, name);
	return s;
}

/* A scenario: a test, with a verdict. */
static inline struct fettle_span fettle_scenario_begin(const char *name)
{
	struct fettle_span s = {0};
	if (fettle_is_wanted())
		s.id = fettle_span_begin(FETTLE_KIND_SCENARIO, name);
	return s;
}

static inline void fettle_end_as(struct fettle_span s, enum fettle_status status)
{
	if (s.id)
		fettle_span_end(s.id, status);
}

static inline void fettle_end(struct fettle_span s)
{
	fettle_end_as(s, FETTLE_PASSED);
}

/* A container or service that this program starts. image may be NULL. */
static inline struct fettle_span fettle_container_begin(const char *name, const char *image)
{
	struct fettle_span s = {0};
	if (fettle_is_wanted())
		s.id = fettle_mark_container(name, image);
	return s;
}

/* It serves now (success), or it will never. */
static inline void fettle_container_ready(struct fettle_span s, int success)
{
	if (s.id)
		fettle_mark_ready(s.id, success);
}

static inline void fettle_container_stopped(struct fettle_span s)
{
	fettle_end(s);
}

/* A number as it is now. Whole: choose the unit so, and put it into the name (size_bytes). */
static inline void fettle_value(const char *name, int64_t n)
{
	if (fettle_is_wanted())
		fettle_mark_number(name, n, 0);
}

/* A number that adds up. */
static inline void fettle_count(const char *name, int64_t n)
{
	if (fettle_is_wanted())
		fettle_mark_number(name, n, 1);
}

/* For FETTLE_PHASE. */
static inline void fettle_end_of_scope(struct fettle_span *s)
{
	fettle_end(*s);
}

/* A phase from here to the end of the block, however it is left (but by longjmp). */
#define FETTLE_PHASE(name)                                                                                   \
	__attribute__((cleanup(fettle_end_of_scope), unused)) struct fettle_span FETTLE_JOIN(                \
	    fettle_phase_, __LINE__) = fettle_begin(name)
#define FETTLE_JOIN(a, b)  FETTLE_JOIN_(a, b)
#define FETTLE_JOIN_(a, b) a##b

#ifdef __cplusplus
}
#endif
