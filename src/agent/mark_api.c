/* The calls of fettle.h. */
#include <errno.h>
#include <time.h>

#include "agent/fettle.h"
#include "agent/mark_store.h"

/* -1: nobody has asked yet; 0: there is no map; 1: there is one. */
FETTLE_API int fettle_wanted = -1;

static __thread struct mark_thread thread __attribute__((tls_model("initial-exec")));

static int64_t now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The thread, made ours for the call; NULL: there is no map, or we interrupt a call of the same thread. */
static struct mark_thread *enter(void)
{
	struct mark_thread *t = &thread;
	if (t->busy) {
		mark_store_lost();
		return NULL;
	}
	t->busy = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (__builtin_expect(t->generation && t->generation == mark_store_generation(), 1))
		return t;
	int before = errno;
	bool good = mark_store_enter(t);
	errno = before;
	__atomic_store_n(&fettle_wanted, good, __ATOMIC_RELAXED);
	if (good)
		return t;
	t->busy = false;
	return NULL;
}

static void leave(struct mark_thread *t)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	t->busy = false;
}

/* Room for one record, with what all have. */
static struct marks_record *take(struct mark_thread *t, enum marks_kind kind, const char *name,
				 uint32_t *ret_number)
{
	int before = errno;
	int64_t at = now();
	struct marks_record *r = mark_store_take(t, ret_number, at);
	errno = before;
	if (!r)
		return NULL;
	r->kind = (uint16_t)kind;
	r->name = mark_store_name(name);
	r->inside = t->depth ? t->open[t->depth - 1] : 0;
	r->begin_ns = at;
	return r;
}

static uint64_t handle(const struct mark_thread *t, uint32_t number)
{
	return (uint64_t)t->generation << 32 | number;
}

/* The open record of a handle of this process; NULL: it is none. */
static struct marks_record *open_record(const struct mark_thread *t, uint64_t id)
{
	uint32_t number = (uint32_t)id;
	if (id >> 32 != t->generation || number / MARKS_A_PAGE < MARKS_FIRST_PAGE ||
	    number / MARKS_A_PAGE >= MARKS_END_PAGE || number % MARKS_A_PAGE == 0)
		return NULL;
	struct marks_record *r = mark_store_at(number);
	return __atomic_load_n(&r->state, __ATOMIC_RELAXED) == MARK_OPEN ? r : NULL;
}

uint64_t fettle_span_begin(enum fettle_kind kind, const char *name)
{
	uint32_t number;
	struct mark_thread *t = enter();
	if (!t)
		return 0;
	struct marks_record *r =
	    take(t, kind == FETTLE_KIND_SCENARIO ? MARK_SCENARIO : MARK_PHASE, name, &number);
	uint64_t id = r ? handle(t, number) : 0;
	if (r) {
		__atomic_store_n(&r->state, MARK_OPEN, __ATOMIC_RELEASE);
		if (t->depth < MARKS_DEPTH)
			t->open[t->depth++] = number;
	}
	leave(t);
	return id;
}

/* Takes a record out of those that are open in this thread, mostly the last. */
static void forget(struct mark_thread *t, uint32_t number)
{
	for (uint32_t i = t->depth; i > 0; i--) {
		if (t->open[i - 1] != number)
			continue;
		t->depth--;
		for (; i <= t->depth; i++)
			t->open[i - 1] = t->open[i];
		return;
	}
}

void fettle_span_end(uint64_t id, enum fettle_status status)
{
	struct mark_thread *t = enter();
	if (!t)
		return;
	struct marks_record *r = open_record(t, id);
	if (r) {
		r->status = (uint16_t)status;
		__atomic_store_n(&r->end_ns, now(), __ATOMIC_RELEASE);
		__atomic_store_n(&r->state, MARK_DONE, __ATOMIC_RELEASE);
		forget(t, (uint32_t)id);
	}
	leave(t);
}

uint64_t fettle_mark_container(const char *name, const char *image)
{
	uint32_t number;
	struct mark_thread *t = enter();
	if (!t)
		return 0;
	struct marks_record *r = take(t, MARK_CONTAINER, name, &number);
	uint64_t id = r ? handle(t, number) : 0;
	if (r) {
		r->image = image ? mark_store_name(image) : 0;
		__atomic_store_n(&r->state, MARK_OPEN, __ATOMIC_RELEASE);
	}
	leave(t);
	return id;
}

/* A record that is over at once. */
static void moment(struct mark_thread *t, enum marks_kind kind, const char *name, int64_t n, uint32_t inside)
{
	uint32_t number;
	struct marks_record *r = take(t, kind, name, &number);
	if (!r)
		return;
	if (inside)
		r->inside = inside;
	r->end_ns = n;
	__atomic_store_n(&r->state, MARK_DONE, __ATOMIC_RELEASE);
}

void fettle_mark_ready(uint64_t container, int success)
{
	struct mark_thread *t = enter();
	if (!t)
		return;
	if (open_record(t, container))
		moment(t, MARK_READY, "ready", success != 0, (uint32_t)container);
	leave(t);
}

void fettle_mark_number(const char *name, int64_t n, int adds_up)
{
	struct mark_thread *t = enter();
	if (!t)
		return;
	moment(t, adds_up ? MARK_COUNT : MARK_VALUE, name, n, 0);
	leave(t);
}
