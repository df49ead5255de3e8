#include "engine/engine_pump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"

enum {
	ROUNDS = 16, /* of one way, before others have their turn */
	PIPE_BYTES = 256 << 10,
	RETRY_NS = 2000000,
	REFUSE_NS = 2000000000, /* for a client to take its answer */
};

/* One reader for all: what cannot be sent at once is the exception. */
static char bytes[PUMP_BYTES];

struct pump *pump_new(struct engine_talk *t, int client, int32_t worker, int32_t pid)
{
	struct pump *p = mem_alloc(sizeof(*p));
	memset(p, 0, sizeof(*p));
	p->fds[HTTP_UP] = client;
	p->fds[HTTP_DOWN] = -1;
	for (int way = 0; way < HTTP_WAYS; way++)
		p->flows[way] = (struct pump_flow){.readable = true, .writable = true, .pipe = {-1, -1}};
	talk_peer_init(&p->peer, t, worker, pid);
	return p;
}

void pump_free(struct pump *p, int64_t now_ns)
{
	talk_peer_free(&p->peer, now_ns);
	for (int way = 0; way < HTTP_WAYS; way++) {
		fd_close(&p->fds[way]);
		fd_close(&p->flows[way].pipe[0]);
		fd_close(&p->flows[way].pipe[1]);
		mem_free(p->flows[way].kept);
	}
	mem_free(p);
}

int pump_connect(struct pump *p, const char *engine_socket, int64_t now_ns)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	memcpy(at.sun_path, engine_socket, strlen(engine_socket) + 1);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0) {
		p->fds[HTTP_DOWN] = fd;
		p->until_ns = 0;
		return 1;
	}
	int failed = errno;
	fd_close(&fd);
	if (failed == EAGAIN || failed == EINTR) { /* its queue is full: it is busy */
		p->until_ns = now_ns + RETRY_NS;
		return 0;
	}
	p->refused = true;
	p->until_ns = now_ns + REFUSE_NS;
	return -1;
}

void pump_hear(struct pump *p, enum http_way side, uint32_t events)
{
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		p->flows[side].readable = true;
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		p->flows[!side].writable = true;
	if (events & (EPOLLHUP | EPOLLERR))
		p->gone[side] = true;
}

static void drop_kept(struct pump_flow *f)
{
	mem_free(f->kept);
	f->kept = NULL;
	f->kept_at = f->kept_n = 0;
}

static void drop_pipe(struct pump_flow *f)
{
	fd_close(&f->pipe[0]);
	fd_close(&f->pipe[1]);
	f->piped = 0;
}

/* The other side takes no more: whoever writes to this way finds its peer gone, as it would without us. */
static void break_flow(struct pump *p, enum http_way way, int64_t now)
{
	struct pump_flow *f = &p->flows[way];
	drop_kept(f);
	drop_pipe(f);
	f->ended = f->done = true;
	(void)shutdown(p->fds[way], SHUT_RD);
	http_tap_eof(&p->peer.tap, way, now);
}

/* Sends what was kept. False: it cannot go on now. */
static bool send_kept(struct pump *p, enum http_way way, int64_t now)
{
	struct pump_flow *f = &p->flows[way];
	while (f->kept_n && f->writable) {
		ssize_t n = send(p->fds[!way], f->kept + f->kept_at, f->kept_n, MSG_NOSIGNAL);
		if (n > 0) {
			f->kept_at += (size_t)n;
			f->kept_n -= (size_t)n;
		} else if (errno == EAGAIN) {
			f->writable = false;
		} else if (errno != EINTR) {
			break_flow(p, way, now);
			return false;
		}
	}
	if (!f->kept_n && f->kept)
		drop_kept(f);
	return !f->kept_n;
}

/* Empties the pipe. False: it cannot go on now. */
static bool send_piped(struct pump *p, enum http_way way, int64_t now)
{
	struct pump_flow *f = &p->flows[way];
	while (f->piped && f->writable) {
		ssize_t n =
		    splice(f->pipe[0], NULL, p->fds[!way], NULL, f->piped, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
		if (n > 0)
			f->piped -= (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			f->writable = false;
		else if (n == 0 || errno != EINTR) {
			break_flow(p, way, now);
			return false;
		}
	}
	return !f->piped;
}

static void end_flow(struct pump *p, enum http_way way, int64_t now)
{
	p->flows[way].ended = true;
	p->flows[way].readable = false;
	http_tap_eof(&p->peer.tap, way, now);
}

/* The inside of a body, from socket to pipe. */
static void take_blind(struct pump *p, enum http_way way, uint64_t most)
{
	struct pump_flow *f = &p->flows[way];
	if (f->pipe[0] < 0) {
		if (pipe2(f->pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
			f->pipe[0] = f->pipe[1] = -1;
			f->no_splice = true;
			return;
		}
		(void)fcntl(f->pipe[1], F_SETPIPE_SZ, PIPE_BYTES);
	}
	size_t want = most < PIPE_BYTES ? (size_t)most : PIPE_BYTES;
	ssize_t n = splice(p->fds[way], NULL, f->pipe[1], NULL, want, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	int64_t now = clock_mono_ns();
	if (n > 0) {
		f->piped = (size_t)n;
		http_tap_passed(&p->peer.tap, way, (uint64_t)n, now);
	} else if (n == 0) {
		end_flow(p, way, now);
	} else if (errno == EAGAIN) {
		f->readable = false;
	} else if (errno == EINVAL || errno == ENOSYS || errno == EPERM) {
		f->no_splice = true;
	} else if (errno != EINTR) {
		end_flow(p, way, now);
	}
}

/* Bytes that are read along: passed on first, looked at then. */
static void take_seen(struct pump *p, enum http_way way)
{
	struct pump_flow *f = &p->flows[way];
	ssize_t n = recv(p->fds[way], bytes, sizeof(bytes), 0);
	int64_t now = clock_mono_ns();
	if (n <= 0) {
		if (n < 0 && errno == EAGAIN)
			f->readable = false;
		else if (n == 0 || errno != EINTR)
			end_flow(p, way, now);
		return;
	}
	ssize_t sent = f->writable ? send(p->fds[!way], bytes, (size_t)n, MSG_NOSIGNAL) : 0;
	bool broken = sent < 0 && errno != EAGAIN && errno != EINTR;
	sent = sent < 0 ? 0 : sent;
	if (sent < n && !broken) {
		f->kept_n = (size_t)(n - sent);
		f->kept_at = 0;
		f->kept = mem_alloc(f->kept_n);
		memcpy(f->kept, bytes + sent, f->kept_n);
	}
	http_tap_feed(&p->peer.tap, way, (struct str){bytes, (size_t)n}, now);
	if (broken)
		break_flow(p, way, now);
}

/* Returns whether it stopped only to let others have their turn. */
static bool run_flow(struct pump *p, enum http_way way)
{
	struct pump_flow *f = &p->flows[way];
	for (int round = 0; round < ROUNDS && !f->done; round++) {
		if ((f->kept_n && !send_kept(p, way, clock_mono_ns())) ||
		    (f->piped && !send_piped(p, way, clock_mono_ns())))
			return false;
		if (f->ended) {
			(void)shutdown(p->fds[!way], SHUT_WR);
			drop_pipe(f);
			f->done = true;
			return false;
		}
		if (!f->readable)
			return false;
		uint64_t blind = f->no_splice ? 0 : http_tap_blind(&p->peer.tap, way);
		if (blind >= PUMP_SPLICE || (blind && f->pipe[0] >= 0 && blind >= PUMP_BYTES)) {
			take_blind(p, way, blind);
		} else {
			if (f->pipe[0] >= 0 && !blind)
				drop_pipe(f); /* descriptors are for who needs them */
			take_seen(p, way);
		}
	}
	return !f->done;
}

/* The engine is not there: an answer that clients can show, and a call that failed. */
static void refuse(struct pump *p, const char *engine_socket)
{
	char said[512], head[256];
	ssize_t n = recv(p->fds[HTTP_UP], bytes, sizeof(bytes), 0);
	int64_t now = clock_mono_ns();
	if (n <= 0 || p->said_so) {
		p->over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
		return;
	}
	p->said_so = true;
	bool is_head = n >= 5 && memcmp(bytes, "HEAD ", 5) == 0;
	http_tap_feed(&p->peer.tap, HTTP_UP, (struct str){bytes, (size_t)n}, now);
	int n_said = snprintf(said, sizeof(said),
			      "{\"message\":\"fettle cannot connect to the container engine at '%s'\"}\n",
			      engine_socket);
	int n_head = snprintf(head, sizeof(head),
			      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
			      "Content-Length: %d\r\nConnection: close\r\n\r\n",
			      n_said);
	(void)send(p->fds[HTTP_UP], head, (size_t)n_head, MSG_NOSIGNAL);
	http_tap_feed(&p->peer.tap, HTTP_DOWN, (struct str){head, (size_t)n_head}, now);
	if (!is_head) {
		(void)send(p->fds[HTTP_UP], said, (size_t)n_said, MSG_NOSIGNAL);
		http_tap_feed(&p->peer.tap, HTTP_DOWN, (struct str){said, (size_t)n_said}, now);
	}
	(void)shutdown(p->fds[HTTP_UP], SHUT_WR);
}

bool pump_run(struct pump *p, const char *engine_socket)
{
	if (p->refused) {
		refuse(p, engine_socket);
		return false;
	}
	if (p->fds[HTTP_DOWN] < 0)
		return false;
	bool more = run_flow(p, HTTP_UP);
	more |= run_flow(p, HTTP_DOWN);
	const struct pump_flow *f = p->flows;
	p->over = (f[HTTP_UP].done && f[HTTP_DOWN].done) || (p->gone[HTTP_UP] && f[HTTP_UP].done) ||
		  (p->gone[HTTP_DOWN] && f[HTTP_DOWN].done);
	return more && !p->over;
}
