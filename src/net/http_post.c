#include "net/http_post.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/tls.h"

struct link {
	int fd;
	struct tls *tls;
	int64_t deadline_ns;
};

/*
 * The addresses of a name. A resolver that hangs would hold us up beyond any deadline, so it
 * runs beside us; one that does not come back is left to itself, with what it needs.
 */
static int resolve(const struct http_url *u, int64_t deadline_ns, struct addrinfo **ret, struct err *e)
{
	struct asked {
		struct gaicb cb;
		struct addrinfo hints;
		char host[sizeof(u->host)], port[sizeof(u->port)];
	} *a = mem_alloc(sizeof(*a));
	memset(a, 0, sizeof(*a));
	memcpy(a->host, u->host, sizeof(a->host));
	memcpy(a->port, u->port, sizeof(a->port));
	a->hints = (struct addrinfo){.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	*ret = NULL;
	int rc = getaddrinfo(a->host, a->port, &a->hints, ret);
	if (rc == EAI_NONAME) {
		struct gaicb *list[1] = {&a->cb};
		a->hints.ai_flags = AI_NUMERICSERV;
		a->cb = (struct gaicb){.ar_name = a->host, .ar_service = a->port, .ar_request = &a->hints};
		rc = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
		while (rc == 0 && (rc = gai_error(&a->cb)) == EAI_INPROGRESS) {
			int64_t left = deadline_ns - clock_mono_ns();
			struct timespec t = {left / NS_PER_S, left % NS_PER_S};
			errno = 0;
			if (left <= 0)
				return err_sys(e, "the name '%s' was not resolved in time", u->host);
			(void)gai_suspend((const struct gaicb *const *)list, 1, &t);
			rc = 0;
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
		if (rc == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys, &n) == 0 && sys) {
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

static int link_open(struct link *l, const struct http_url *u, const struct http_request *q, struct err *e)
{
	struct addrinfo *all;
	*l = (struct link){.fd = -1, .deadline_ns = q->deadline_ns};
	if (resolve(u, q->deadline_ns, &all, e) < 0)
		return e->fault;
	for (struct addrinfo *a = all; a && l->fd < 0; a = a->ai_next)
		l->fd = connect_one(a, q->deadline_ns, e);
	freeaddrinfo(all);
	if (l->fd < 0)
		return e->fault;
	return u->tls ? tls_open(&l->tls, l->fd, u->host, q->ca_file, q->deadline_ns, e) : 0;
}

static void link_close(struct link *l)
{
	tls_close(l->tls);
	if (l->fd >= 0)
		(void)close(l->fd);
}

static ssize_t link_write(struct link *l, struct str s, struct err *e)
{
	if (l->tls)
		return tls_write(l->tls, s.at, s.n, l->deadline_ns, e);
	for (;;) {
		ssize_t n = send(l->fd, s.at, s.n, MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(e, "cannot send");
		if (net_wait(l->fd, POLLOUT, l->deadline_ns, e) < 0)
			return e->fault;
	}
}

static ssize_t link_read(struct link *l, char *at, size_t n, struct err *e)
{
	if (l->tls)
		return tls_read(l->tls, at, n, l->deadline_ns, e);
	for (;;) {
		ssize_t got = recv(l->fd, at, n, 0);
		if (got >= 0)
			return got;
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(e, "cannot read the answer");
		if (net_wait(l->fd, POLLIN, l->deadline_ns, e) < 0)
			return e->fault;
	}
}

/* A server that refuses early closes while we still send: its answer may be there all the same. */
static int send_all(struct link *l, struct str s, struct err *e)
{
	while (s.n) {
		ssize_t n = link_write(l, s, e);
		if (n < 0)
			return (int)n;
		s = str_cut(s, (size_t)n, s.n);
	}
	return 0;
}

static void put_request(struct buf *b, const struct http_url *u, const struct http_request *q)
{
	bool v6 = strchr(u->host, ':') != NULL;
	buf_printf(b, "POST %s HTTP/1.1\r\nHost: %s%s%s:%s\r\nUser-Agent: fettle/" FETTLE_VERSION "\r\n",
		   u->path, v6 ? "[" : "", u->host, v6 ? "]" : "", u->port);
	if (u->login[0]) {
		buf_text(b, "Authorization: Basic ");
		base64_add(b, u->login, strlen(u->login));
		buf_text(b, "\r\n");
	}
	buf_str(b, q->headers);
	buf_printf(b, "Content-Type: %.*s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		   STR_ARG(q->type), q->body.n);
}

/* Of an answer that cannot be read to its end what is there is enough. */
static int read_answer(struct link *l, struct http_answer *a, struct err *e)
{
	struct buf b = {0};
	struct err broken = {0};
	int whole = 0;
	for (bool over = false; whole == 0 && !over;) {
		ssize_t n = link_read(l, buf_room(&b, 4096), 4096, &broken);
		over = n <= 0;
		b.n += n > 0 ? (size_t)n : 0;
		whole = http_answer_take(a, buf_view(&b), over);
	}
	bool silent = b.n == 0;
	buf_free(&b);
	errno = 0;
	if (whole > 0)
		return 0;
	if (broken.fault) {
		*e = broken;
		return e->fault;
	}
	return err_sys(e, silent ? "it closed without an answer" : "its answer is not HTTP, or cut short");
}

static int talk(const struct http_url *u, const struct http_request *q, struct http_answer *ret,
		struct err *e)
{
	struct link l;
	struct buf head = {0};
	struct err unsent = {0};
	int rc = link_open(&l, u, q, e);
	put_request(&head, u, q);
	if (rc == 0) {
		rc = send_all(&l, buf_view(&head), &unsent);
		rc = rc < 0 ? rc : send_all(&l, q->body, &unsent);
		if (read_answer(&l, ret, e) == 0)
			rc = 0;
		else if (rc < 0)
			*e = unsent;
		else
			rc = e->fault;
	}
	buf_free(&head);
	link_close(&l);
	return rc;
}

int http_post(const struct http_url *u, const struct http_request *q, struct http_answer *ret, struct err *e)
{
	*ret = (struct http_answer){.retry_s = -1};
	return talk(u, q, ret, e);
}
