#include "net/wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

/* A signal reaches one thread; the bell, which is never emptied, wakes the others. */
static atomic_int stopped, bell = -1;
static _Thread_local bool is_spared;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void ring(void)
{
	const uint64_t one = 1;
	int fd = atomic_load(&bell), why = errno;
	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		errno = 0; /* it rings already */
	errno = why;
}

/* Whoever stops from here on rings it; who did so before could not. */
static void make_bell(void)
{
	atomic_store(&bell, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (atomic_load(&stopped))
		ring();
}

void net_stop(void)
{
	atomic_store(&stopped, 1);
	ring();
}

bool net_is_stopped(void)
{
	return !is_spared && atomic_load(&stopped);
}

void net_spare(bool spared)
{
	is_spared = spared;
}

int net_late(struct err *e)
{
	errno = 0;
	(void)err_sys(e, "no answer in time");
	e->sys = ETIMEDOUT;
	return e->fault;
}

int net_broken_off(struct err *e)
{
	errno = 0;
	(void)err_sys(e, "stopped");
	e->sys = ECANCELED;
	return e->fault;
}

bool net_timed_out(const struct err *e)
{
	return e->fault && e->sys == ETIMEDOUT;
}

bool net_was_stopped(const struct err *e)
{
	return e->fault && e->sys == ECANCELED;
}

int net_stop_fd(void)
{
	(void)pthread_once(&once, make_bell);
	return is_spared ? -1 : atomic_load(&bell);
}

int net_wait(int fd, short what, int64_t deadline_ns, struct err *e)
{
	for (;;) {
		if (net_is_stopped())
			return net_broken_off(e);
		int64_t left = (deadline_ns - clock_mono_ns() + NS_PER_MS - 1) / NS_PER_MS;
		struct pollfd p[2] = {{.fd = fd, .events = what}, {.fd = net_stop_fd(), .events = POLLIN}};
		if (left <= 0)
			return net_late(e);
		if (poll(p, 2, left > INT_MAX ? INT_MAX : (int)left) < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for the answer");
		if (p[0].revents && !net_is_stopped())
			return 0;
	}
}
