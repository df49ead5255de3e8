#include "net/client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/answer.h"
#include "net/wait.h"

/* A body up to JOINED_BYTES goes in one piece with the head. */
enum { READ_BYTES = 64 * 1024, JOINED_BYTES = 64 * 1024 };

struct client {
	struct http_url url;
	char *ca_file;
	struct conn conn;
	struct answer parser;
	struct client_answer answer;
	struct buf request;
	struct buf early; /* of the body, came with the head */
	bool is_busy;     /* an answer was begun and not left */
	bool has_surplus; /* bytes came that are no part of it */
	char room[READ_BYTES];
};

struct client *client_new(const struct http_url *url, const char *ca_file)
{
	struct client *c = mem_alloc(sizeof(*c));
	memset(c, 0, offsetof(struct client, room));
	c->url = *url;
	c->conn.fd = -1;
	if (ca_file) {
		size_t n = strlen(ca_file) + 1;
		c->ca_file = mem_alloc(n);
		memcpy(c->ca_file, ca_file, n);
	}
	return c;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	conn_close(&c->conn);
	answer_free(&c->parser);
	buf_free(&c->request);
	buf_free(&c->early);
	mem_free(c->ca_file);
	mem_free(c);
}

void client_close(struct client *c)
{
	conn_close(&c->conn);
	c->is_busy = false;
}

const struct client_answer *client_answer(const struct client *c)
{
	return &c->answer;
}

struct str client_header(const struct client *c, const char *name)
{
	return answer_header(&c->parser, name);
}

/* Whether the caller's own lines have that header. */
static bool has(struct str headers, const char *name)
{
	struct str line;
	size_t n = strlen(name);
	while (headers.n && str_next(&headers, '\n', &line))
		if (line.n > n && line.at[n] == ':' && strncasecmp(line.at, name, n) == 0)
			return true;
	return false;
}

static void put_host(struct buf *b, const struct http_url *u)
{
	bool v6 = strchr(u->host, ':') != NULL;
	buf_printf(b, "Host: %s%s%s", v6 ? "[" : "", u->host, v6 ? "]" : "");
	if (u->port[0] && strcmp(u->port, u->tls ? "443" : "80") != 0)
		buf_printf(b, ":%s", u->port);
	buf_text(b, "\r\n");
}

static void put_login(struct buf *b, const char *login)
{
	buf_text(b, "Authorization: Basic ");
	base64_add(b, login, strlen(login));
	buf_text(b, "\r\n");
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

/* Methods whose requests say how long their body is even where there is none. */
static const char *const with_body[] = {"POST", "PUT", "PATCH", NULL};
static const char *const not_twice[] = {"POST", "PATCH", NULL};

static const char *method_of(const struct client_request *q)
{
	return q->method ? q->method : "GET";
}

static int put_request(struct client *c, const struct client_request *q, struct err *e)
{
	struct buf *b = &c->request;
	struct str path = q->path.n ? q->path : str_of(c->url.path);
	if (!http_is_path(path) || path.at[0] != '/')
		return err_usage(e, "the path of the request does not begin with '/', or has a blank in it");
	buf_clear(b);
	buf_text(b, method_of(q));
	buf_char(b, ' ');
	buf_str(b, path);
	buf_text(b, " HTTP/1.1\r\n");
	if (!has(q->headers, "host"))
		put_host(b, &c->url);
	if (!has(q->headers, "user-agent"))
		buf_text(b, "User-Agent: fettle/" FETTLE_VERSION "\r\n");
	if (!has(q->headers, "accept"))
		buf_text(b, "Accept: */*\r\n");
	if (c->url.login[0] && !has(q->headers, "authorization"))
		put_login(b, c->url.login);
	buf_str(b, q->headers);
	if ((q->body.n || is_one_of(method_of(q), with_body)) && !has(q->headers, "content-length"))
		buf_printf(b, "Content-Length: %zu\r\n", q->body.n);
	buf_text(b, "\r\n");
	if (q->body.n <= JOINED_BYTES)
		buf_str(b, q->body);
	return 0;
}

static int send_all(struct client *c, struct str s, int64_t deadline_ns, struct err *e)
{
	while (s.n) {
		if (net_is_stopped())
			return net_broken_off(e);
		if (clock_mono_ns() >= deadline_ns)
			return net_late(e);
		ssize_t n = conn_write(&c->conn, s, deadline_ns, e);
		if (n < 0)
			return (int)n;
		s = str_cut(s, (size_t)n, s.n);
	}
	return 0;
}

/* Bytes that come all the time are no reason to go on for ever. */
static ssize_t receive(struct client *c, int64_t deadline_ns, struct err *e)
{
	if (net_is_stopped())
		return net_broken_off(e);
	if (clock_mono_ns() >= deadline_ns)
		return net_late(e);
	return conn_read(&c->conn, c->room, sizeof(c->room), deadline_ns, e);
}

static int ended_early(const struct client *c, struct err *e)
{
	errno = 0;
	if (!c->answer.first_ns)
		return err_sys(e, "it closed without an answer");
	if (!answer_has_head(&c->parser))
		return err_sys(e, "it closed in the middle of the answer's head");
	if (c->parser.at == ANSWER_SIZED)
		return err_sys(e, "it closed in the middle of the body: %lld bytes of it are missing",
			       (long long)c->parser.left);
	return err_sys(e, "it closed in the middle of the body");
}

/* Gives the n bytes that came to the parser. */
static int take(struct client *c, size_t n, struct buf *body, struct err *e)
{
	size_t had = body->n;
	if (!c->answer.first_ns)
		c->answer.first_ns = clock_mono_ns();
	size_t used = answer_feed(&c->parser, (struct str){c->room, n}, body);
	c->answer.body_bytes += (int64_t)(body->n - had);
	errno = 0;
	if (c->parser.at == ANSWER_BAD)
		return err_sys(e, "its answer cannot be read: %s", c->parser.why);
	if (c->parser.at == ANSWER_DONE) {
		c->answer.end_ns = clock_mono_ns();
		c->has_surplus = used < n;
	}
	return 0;
}

/* A server that refuses early closes while we still send: its answer may be there all the same. */
static int send_request(struct client *c, const struct client_request *q, int64_t deadline_ns, struct err *e)
{
	c->answer.sent_ns = clock_mono_ns();
	int rc = send_all(c, buf_view(&c->request), deadline_ns, e);
	if (rc == 0 && q->body.n > JOINED_BYTES)
		rc = send_all(c, q->body, deadline_ns, e);
	return rc;
}

static int read_head(struct client *c, int64_t deadline_ns, struct err *e)
{
	while (!answer_has_head(&c->parser)) {
		ssize_t n = receive(c, deadline_ns, e);
		if (n < 0)
			return (int)n;
		if (n == 0)
			return ended_early(c, e);
		if (take(c, (size_t)n, &c->early, e) < 0)
			return e->fault;
	}
	return 0;
}

static int talk(struct client *c, const struct client_request *q, int64_t deadline_ns, struct err *e)
{
	struct err unsent = {0};
	int rc =
	    c->conn.fd < 0 ? conn_open(&c->conn, &c->url, c->ca_file, deadline_ns, &c->answer.connect, e) : 0;
	if (rc < 0)
		return rc;
	if (send_request(c, q, deadline_ns, &unsent) < 0 &&
	    (net_timed_out(&unsent) || net_was_stopped(&unsent))) {
		*e = unsent;
		return e->fault;
	}
	rc = read_head(c, deadline_ns, e);
	if (rc < 0 && unsent.fault && !c->answer.first_ns)
		*e = unsent;
	if (unsent.fault)
		c->parser.closes = true;
	return rc < 0 ? e->fault : 0;
}

static void start_over(struct client *c, const struct client_request *q)
{
	answer_reset(&c->parser);
	c->parser.is_head = strcmp(method_of(q), "HEAD") == 0;
	c->parser.may_switch = q->upgrades;
	c->answer = (struct client_answer){.connect = {-1, -1, -1}};
	c->has_surplus = false;
	buf_clear(&c->early);
}

int client_begin(struct client *c, const struct client_request *q, int64_t deadline_ns, struct err *e)
{
	struct err first = {0};
	client_end(c);
	start_over(c, q);
	if (put_request(c, q, e) < 0)
		return e->fault;
	if (c->conn.fd >= 0 && !conn_is_quiet(&c->conn))
		client_close(c);
	bool is_kept = c->conn.fd >= 0;
	int rc = talk(c, q, deadline_ns, &first);
	bool is_silent = rc < 0 && !c->answer.first_ns && !net_timed_out(&first) && !net_was_stopped(&first);
	if (is_kept && is_silent && !is_one_of(method_of(q), not_twice)) {
		client_close(c);
		start_over(c, q);
		rc = talk(c, q, deadline_ns, &first);
	}
	if (rc < 0) {
		*e = first;
		client_close(c);
		return rc;
	}
	c->answer.status = c->parser.status;
	c->answer.headers = buf_view(&c->parser.head);
	c->answer.upgraded = c->parser.switched;
	c->is_busy = true;
	return 0;
}

static int end_of_body(struct client *c, struct err *e)
{
	errno = 0;
	if (!c->has_surplus)
		return 0;
	client_close(c);
	return err_sys(e, "more came than the answer's own length says");
}

static int unread(struct client *c, struct err *e)
{
	if (net_timed_out(e) && !c->answer.upgraded) {
		errno = 0;
		(void)err_sys(e, "the answer began, but did not end in time");
		e->sys = ETIMEDOUT;
	}
	client_close(c);
	return e->fault;
}

ssize_t client_read(struct client *c, struct buf *body, int64_t deadline_ns, struct err *e)
{
	size_t had = body->n;
	buf_str(body, buf_view(&c->early));
	buf_clear(&c->early);
	while (body->n == had && c->parser.at < ANSWER_DONE) {
		ssize_t n = c->conn.fd < 0 ? 0 : receive(c, deadline_ns, e);
		if (n == 0 && c->parser.at == ANSWER_TO_END) {
			c->parser.at = ANSWER_DONE;
			c->answer.end_ns = clock_mono_ns();
		} else if (n == 0) {
			(void)ended_early(c, e);
			return unread(c, e);
		}
		if (n < 0 || (n > 0 && take(c, (size_t)n, body, e) < 0))
			return unread(c, e);
	}
	return body->n > had ? (ssize_t)(body->n - had) : end_of_body(c, e);
}

void client_end(struct client *c)
{
	if (c->is_busy && (c->parser.at != ANSWER_DONE || c->parser.closes || c->has_surplus))
		client_close(c);
	c->is_busy = false;
}

int client_ask(struct client *c, const struct client_request *q, struct buf *body, size_t most,
	       int64_t deadline_ns, struct err *e)
{
	struct buf dropped = {0};
	struct buf *to = body ? body : &dropped;
	size_t room = body ? body->n + most : 0;
	int rc = client_begin(c, q, deadline_ns, e);
	ssize_t n = rc;
	while (rc == 0 && (n = client_read(c, to, deadline_ns, e)) > 0)
		if (to->n > room) {
			c->answer.is_cut = body != NULL;
			to->n = room;
		}
	client_end(c);
	buf_free(&dropped);
	return n < 0 ? (int)n : 0;
}

int client_write(struct client *c, struct str bytes, int64_t deadline_ns, struct err *e)
{
	errno = 0;
	if (c->conn.fd < 0)
		return err_sys(e, "the connection is closed");
	int rc = send_all(c, bytes, deadline_ns, e);
	if (rc < 0)
		client_close(c);
	return rc;
}

ssize_t client_write_some(struct client *c, struct str bytes, int64_t deadline_ns, struct err *e)
{
	errno = 0;
	if (c->early.n)
		return 0;
	if (c->conn.fd < 0 || c->conn.tls)
		return err_sys(e, c->conn.tls ? "not over TLS" : "the connection is closed");
	for (int turn = 0; turn < 2; turn++) {
		ssize_t n = send(c->conn.fd, bytes.at, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			return n;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_sys(e, "cannot send");
		if (turn == 0 && net_wait(c->conn.fd, POLLIN | POLLOUT, deadline_ns, e) < 0)
			return e->fault;
	}
	return 0;
}

void client_write_end(struct client *c)
{
	if (c->conn.fd >= 0)
		conn_end(&c->conn);
}
