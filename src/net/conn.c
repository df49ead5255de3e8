#include "net/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/tls.h"
#include "net/wait.h"

enum { STEP_MS = 50 }; /* between two looks whether we are to stop, where nothing else wakes us */

/* The shorter of what is left and a step; false: nothing is left. */
static bool step(int64_t deadline_ns, int64_t *ret_ns)
{
	*ret_ns = deadline_ns - clock_mono_ns();
	if (*ret_ns > STEP_MS * NS_PER_MS)
		*ret_ns = STEP_MS * NS_PER_MS;
	return *ret_ns > 0;
}

/* What a resolver beside us works with. */
struct asked {
	struct gaicb cb;
	struct addrinfo hints;
	char host[sizeof(((struct http_url *)0)->host)], port[sizeof(((struct http_url *)0)->port)];
};

/* 0, an EAI_ code, or a fault (*e is filled, *a not to be freed). */
static int ask_resolver(struct asked *a, int64_t deadline_ns, struct err *e)
{
	struct gaicb *list[1] = {&a->cb};
	int64_t left;
	a->hints.ai_flags = AI_NUMERICSERV;
	a->cb = (struct gaicb){.ar_name = a->host, .ar_service = a->port, .ar_request = &a->hints};
	int rc = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	while (rc == 0 && (rc = gai_error(&a->cb)) == EAI_INPROGRESS) {
		if (net_is_stopped())
			return net_broken_off(e);
		if (!step(deadline_ns, &left)) {
			(void)net_late(e);
			return err_wrap(e, "the name '%s' was not resolved", a->host);
		}
		struct timespec t = {left / NS_PER_S, left % NS_PER_S};
		(void)gai_suspend((const struct gaicb *const *)list, 1, &t);
		rc = 0;
	}
	return rc;
}

/*
 * The addresses of a name. A resolver that hangs would hold us up beyond any deadline, so it
 * runs beside us; one that does not come back is left to itself, with what it needs.
 */
static int resolve(const struct http_url *u, int64_t deadline_ns, struct addrinfo **ret, struct err *e)
{
	struct asked *a = mem_alloc(sizeof(*a));
	memset(a, 0, sizeof(*a));
	memcpy(a->host, u->host, sizeof(a->host));
	memcpy(a->port, u->port, sizeof(a->port));
	a->hints = (struct addrinfo){.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct err unasked = {0}; /* codes of the resolver and faults are alike */
	*ret = NULL;
	int rc = getaddrinfo(a->host, a->port, &a->hints, ret);
	if (rc == EAI_NONAME) {
		rc = ask_resolver(a, deadline_ns, &unasked);
		if (unasked.fault) {
			*e = unasked;
			return e->fault;
		}
		*ret = a->cb.ar_result;
	}
	mem_free(a);
	errno = 0;
	return rc == 0 ? 0 : err_sys(e, "the name '%s' cannot be resolved: %s", u->host, gai_strerror(rc));
}

static int connect_one(const struct addrinfo *a, int64_t deadline_ns, struct err *e)
{
	int one = 1, sys = 0;
	socklen_t n = sizeof(sys);
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	if (fd < 0)
		return err_sys(e, "cannot connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	int rc = connect(fd, a->ai_addr, a->ai_addrlen);
	if (rc < 0 && errno == EINPROGRESS) {
		rc = net_wait(fd, POLLOUT, deadline_ns, e);
		if (rc < 0)
			rc = err_wrap(e, "cannot connect");
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys, &n) == 0 && sys) {
			errno = sys;
			rc = err_sys(e, "cannot connect");
		}
	} else if (rc < 0) {
		rc = err_sys(e, "cannot connect");
	}
	if (rc < 0) {
		(void)close(fd);
		return rc;
	}
	return fd;
}

/* An address that does not answer leaves its share of the time to the others. */
static int connect_any(const struct addrinfo *all, int64_t deadline_ns, struct err *e)
{
	int n = 0, fd = -1;
	for (const struct addrinfo *a = all; a; a = a->ai_next)
		n++;
	for (const struct addrinfo *a = all; a && fd < 0; a = a->ai_next, n--) {
		int64_t now = clock_mono_ns();
		fd = connect_one(a, now + (deadline_ns - now) / n, e);
		if (fd < 0 && net_was_stopped(e))
			break;
	}
	return fd;
}

static int connect_ip(const struct http_url *u, int64_t deadline_ns, struct conn_times *times, struct err *e)
{
	struct addrinfo *all;
	int64_t begin = clock_mono_ns();
	if (resolve(u, deadline_ns, &all, e) < 0)
		return e->fault;
	times->resolve_ns = clock_mono_ns() - begin;
	int fd = connect_any(all, deadline_ns, e);
	freeaddrinfo(all);
	times->connect_ns = clock_mono_ns() - begin - times->resolve_ns;
	return fd;
}

/* A full queue of a unix socket cannot be polled for; a blocking connect waits for room. */
static int connect_waiting(int fd, const struct sockaddr_un *to, int64_t deadline_ns, struct err *e)
{
	int64_t left;
	for (;;) {
		if (net_is_stopped())
			return net_broken_off(e);
		if (!step(deadline_ns, &left)) {
			(void)net_late(e);
			return err_wrap(e, "cannot connect");
		}
		struct timeval t = {.tv_usec = left / 1000 + 1};
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
		if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(e, "cannot connect");
	}
}

static int connect_unix(const struct http_url *u, int64_t deadline_ns, struct conn_times *times,
			struct err *e)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int64_t begin = clock_mono_ns();
	_Static_assert(sizeof(u->socket) == sizeof(to.sun_path), "a path that fits there fits here");
	memcpy(to.sun_path, u->socket, sizeof(to.sun_path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, "cannot connect");
	int rc = connect_waiting(fd, &to, deadline_ns, e);
	if (rc == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		rc = err_sys(e, "cannot connect");
	if (rc < 0) {
		(void)close(fd);
		return rc;
	}
	times->connect_ns = clock_mono_ns() - begin;
	return fd;
}

int conn_open(struct conn *c, const struct http_url *u, const char *ca_file, int64_t deadline_ns,
	      struct conn_times *times, struct err *e)
{
	*times = (struct conn_times){-1, -1, -1};
	*c = (struct conn){.fd = u->socket[0] ? connect_unix(u, deadline_ns, times, e)
					      : connect_ip(u, deadline_ns, times, e)};
	if (c->fd < 0) {
		c->fd = -1;
		return e->fault;
	}
	if (!u->tls)
		return 0;
	int64_t begin = clock_mono_ns();
	int rc = tls_open(&c->tls, c->fd, u->host, ca_file, deadline_ns, e);
	if (rc < 0)
		conn_close(c);
	times->tls_ns = clock_mono_ns() - begin;
	return rc;
}

void conn_close(struct conn *c)
{
	tls_close(c->tls);
	c->tls = NULL;
	fd_close(&c->fd);
	c->fd = -1;
}

ssize_t conn_write(struct conn *c, struct str s, int64_t deadline_ns, struct err *e)
{
	if (c->tls)
		return tls_write(c->tls, s.at, s.n, deadline_ns, e);
	for (;;) {
		ssize_t n = send(c->fd, s.at, s.n, MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(e, "cannot send");
		if (net_wait(c->fd, POLLOUT, deadline_ns, e) < 0)
			return e->fault;
	}
}

ssize_t conn_read(struct conn *c, char *at, size_t n, int64_t deadline_ns, struct err *e)
{
	if (c->tls)
		return tls_read(c->tls, at, n, deadline_ns, e);
	for (;;) {
		ssize_t got = recv(c->fd, at, n, 0);
		if (got >= 0)
			return got;
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(e, "cannot read the answer");
		if (net_wait(c->fd, POLLIN, deadline_ns, e) < 0)
			return e->fault;
	}
}

void conn_end(struct conn *c)
{
	if (c->tls)
		tls_end(c->tls);
	else
		(void)shutdown(c->fd, SHUT_WR);
}

bool conn_is_quiet(struct conn *c)
{
	char byte;
	ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n > 0 && c->tls && !tls_has_input(c->tls); /* tickets of the session are no input */
}
