#include "bench/crew.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "bench/stop.h"

enum { LOOK_NS = 50 * 1000 * 1000, STACK_BYTES = 512 * 1024, WAKE = SIGURG };

struct member {
	pthread_t thread;
	struct crew *crew;
	uint32_t number;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t begun, done;
	struct member *members;
	uint32_t n_members;
	uint64_t turn;       /* grows by one with each crew_do */
	uint32_t n_at, left; /* of this turn: how many take part, how many are still at it */
	bool over;
	void (*job)(void *, uint32_t);
	void *ctx;
};

static void on_wake(int sig)
{
	(void)sig;
}

static void *member_main(void *arg)
{
	struct member *m = arg;
	struct crew *c = m->crew;
	uint64_t seen = 0;
	(void)pthread_mutex_lock(&c->lock);
	for (;;) {
		while (c->turn == seen && !c->over)
			(void)pthread_cond_wait(&c->begun, &c->lock);
		if (c->over)
			break;
		seen = c->turn;
		if (m->number >= c->n_at)
			continue;
		(void)pthread_mutex_unlock(&c->lock);
		c->job(c->ctx, m->number);
		(void)pthread_mutex_lock(&c->lock);
		if (--c->left == 0)
			(void)pthread_cond_signal(&c->done);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static int add_members(struct crew *c, uint32_t n, struct err *e)
{
	pthread_attr_t attr;
	sigset_t most, before;
	int rc = 0;
	(void)sigfillset(&most);
	(void)sigdelset(&most, WAKE);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	(void)pthread_sigmask(SIG_SETMASK, &most, &before);
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		c->members[i] = (struct member){.crew = c, .number = i};
		rc = pthread_create(&c->members[i].thread, &attr, member_main, &c->members[i]);
		c->n_members += rc == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	errno = rc;
	return rc ? err_sys(e, "cannot start %u threads", n) : 0;
}

int crew_begin(struct crew **ret, uint32_t n, struct err *e)
{
	struct sigaction wake = {.sa_handler = on_wake};
	pthread_condattr_t attr;
	struct crew *c = mem_alloc(sizeof(*c));
	*c = (struct crew){0};
	(void)sigaction(WAKE, &wake, NULL);
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->begun, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->done, &attr);
	(void)pthread_condattr_destroy(&attr);
	*ret = c;
	if (n < 2)
		return 0;
	c->members = mem_alloc(n * sizeof(*c->members));
	if (add_members(c, n, e) == 0)
		return 0;
	crew_end(c);
	*ret = NULL;
	return e->fault;
}

static void await(struct crew *c)
{
	struct timespec until;
	while (c->left) {
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += LOOK_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		(void)pthread_cond_timedwait(&c->done, &c->lock, &until);
		for (uint32_t i = 0; c->left && stop_asked() && i < c->n_at; i++)
			(void)pthread_kill(c->members[i].thread, WAKE);
	}
}

void crew_do(struct crew *c, uint32_t n, void (*job)(void *ctx, uint32_t worker), void *ctx)
{
	if (n == 1) {
		job(ctx, 0);
		return;
	}
	(void)pthread_mutex_lock(&c->lock);
	c->job = job;
	c->ctx = ctx;
	c->n_at = c->left = n;
	c->turn++;
	(void)pthread_cond_broadcast(&c->begun);
	await(c);
	(void)pthread_mutex_unlock(&c->lock);
}

void crew_end(struct crew *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->over = true;
	(void)pthread_cond_broadcast(&c->begun);
	(void)pthread_mutex_unlock(&c->lock);
	for (uint32_t i = 0; i < c->n_members; i++)
		(void)pthread_join(c->members[i].thread, NULL);
	(void)pthread_cond_destroy(&c->begun);
	(void)pthread_cond_destroy(&c->done);
	(void)pthread_mutex_destroy(&c->lock);
	mem_free(c->members);
	mem_free(c);
}
