#include "agent/loop_count.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/fettle_bench.h"

enum { SLOTS = 64, SHARED = SLOTS - 1, POOL = 32 * 1024, LEAST = 16 };

static struct slot {
	_Alignas(64) uint64_t allocs;
	uint64_t bytes;
} slots[SLOTS];
static unsigned n_slots; /* taken; the last is for all threads beyond */
static int counting;
static __thread unsigned own_slot __attribute__((tls_model("initial-exec"))); /* + 1; 0: none yet */

/* The allocator behind us. */
static struct {
	void *(*malloc)(size_t);
	void (*free)(void *);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
} next;

/* Looking them up may allocate, before any thread but the first is there. */
static enum { UNKNOWN, LOOKING, KNOWN } found;
static _Alignas(16) char pool[POOL];
static size_t pool_used;

static void *pool_take(size_t size)
{
	size_t room = LEAST + (size + LEAST - 1) / LEAST * LEAST;
	if (size > POOL || room > POOL - pool_used) {
		errno = ENOMEM;
		return NULL;
	}
	char *at = pool + pool_used;
	memcpy(at, &size, sizeof(size));
	pool_used += room;
	return at + LEAST;
}

static int is_pool(const void *p)
{
	return (uintptr_t)p >= (uintptr_t)pool && (uintptr_t)p < (uintptr_t)pool + POOL;
}

static void look_up(void)
{
	found = LOOKING;
	/* in ISO C an object pointer is no function: POSIX says that it holds one here */
	*(void **)&next.free = dlsym(RTLD_NEXT, "free");
	*(void **)&next.calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&next.realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&next.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
	*(void **)&next.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
	*(void **)&next.memalign = dlsym(RTLD_NEXT, "memalign");
	*(void **)&next.valloc = dlsym(RTLD_NEXT, "valloc");
	*(void **)&next.pvalloc = dlsym(RTLD_NEXT, "pvalloc");
	*(void **)&next.malloc = dlsym(RTLD_NEXT, "malloc");
	found = KNOWN;
}

static int is_known(void)
{
	if (__builtin_expect(found == UNKNOWN, 0))
		look_up();
	return found == KNOWN;
}

static void count(const void *p, size_t size)
{
	if (__builtin_expect(!__atomic_load_n(&counting, __ATOMIC_RELAXED), 1) || !p)
		return;
	if (!own_slot) {
		unsigned taken = __atomic_fetch_add(&n_slots, 1, __ATOMIC_RELAXED);
		own_slot = 1 + (taken < SHARED ? taken : SHARED);
	}
	struct slot *s = &slots[own_slot - 1];
	if (own_slot - 1 == SHARED) {
		__atomic_fetch_add(&s->allocs, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&s->bytes, size, __ATOMIC_RELAXED);
	} else { /* nobody else writes here */
		__atomic_store_n(&s->allocs, s->allocs + 1, __ATOMIC_RELAXED);
		__atomic_store_n(&s->bytes, s->bytes + size, __ATOMIC_RELAXED);
	}
}

void loop_count_begin(void)
{
	__atomic_store_n(&counting, 1, __ATOMIC_SEQ_CST);
}

void loop_count_end(void)
{
	__atomic_store_n(&counting, 0, __ATOMIC_SEQ_CST);
}

struct loop_counts loop_counts(void)
{
	struct loop_counts c = {0, 0};
	for (unsigned i = 0; i < SLOTS; i++) {
		c.allocs += __atomic_load_n(&slots[i].allocs, __ATOMIC_RELAXED);
		c.bytes += __atomic_load_n(&slots[i].bytes, __ATOMIC_RELAXED);
	}
	return c;
}

int loop_count_works(void)
{
	void *(*volatile take)(size_t) = malloc;
	void (*volatile give)(void *) = free;
	struct loop_counts before = loop_counts();
	loop_count_begin();
	give(take(1));
	loop_count_end();
	return loop_counts().allocs > before.allocs;
}

/* What the C library has under these names; its headers say more of them than we may repeat. */
FETTLE_API void *malloc(size_t size)
{
	void *p = is_known() ? next.malloc(size) : pool_take(size);
	count(p, size);
	return p;
}

FETTLE_API void free(void *p)
{
	if (p && !is_pool(p) && is_known())
		next.free(p);
}

FETTLE_API void *calloc(size_t n, size_t size)
{
	size_t whole;
	void *p;
	if (is_known())
		p = next.calloc(n, size);
	else
		p = __builtin_mul_overflow(n, size, &whole) ? NULL : pool_take(whole);
	count(p, n * size);
	return p;
}

static void *move_from_pool(void *p, size_t size)
{
	size_t old;
	void *to = is_known() ? next.malloc(size) : pool_take(size);
	memcpy(&old, (char *)p - LEAST, sizeof(old));
	if (to)
		memcpy(to, p, old < size ? old : size);
	return to;
}

FETTLE_API void *realloc(void *p, size_t size)
{
	void *to;
	if (p && is_pool(p))
		to = move_from_pool(p, size);
	else
		to = is_known() ? next.realloc(p, size) : pool_take(size);
	count(to, size);
	return to;
}

FETTLE_API void *reallocarray(void *p, size_t n, size_t size)
{
	size_t whole;
	if (!__builtin_mul_overflow(n, size, &whole))
		return realloc(p, whole);
	errno = ENOMEM;
	return NULL;
}

FETTLE_API void *aligned_alloc(size_t alignment, size_t size)
{
	void *p = is_known() ? next.aligned_alloc(alignment, size) : NULL;
	count(p, size);
	return p;
}

FETTLE_API int posix_memalign(void **ret, size_t alignment, size_t size)
{
	int rc = is_known() ? next.posix_memalign(ret, alignment, size) : ENOMEM;
	if (rc == 0)
		count(*ret, size);
	return rc;
}

FETTLE_API void *memalign(size_t alignment, size_t size)
{
	void *p = is_known() ? next.memalign(alignment, size) : NULL;
	count(p, size);
	return p;
}

FETTLE_API void *valloc(size_t size)
{
	void *p = is_known() ? next.valloc(size) : NULL;
	count(p, size);
	return p;
}

FETTLE_API void *pvalloc(size_t size)
{
	void *p = is_known() && next.pvalloc ? next.pvalloc(size) : NULL;
	count(p, size);
	return p;
}
