#include "net/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/temp_fixture.h"
#include "net/http_post.h"
#include "net/wait.h"

/* What a server does with one request, in turn. */
struct act {
	const char *says;
	enum { KEEP, CLOSE, HANG, SLOWLY, HANGS_UP_ON_NEXT, RAW, TALKS_ON } then;
};

struct server {
	int listener;
	pthread_t thread;
	const struct act *acts;
	size_t n_acts;
	struct buf heard; /* all requests */
	int connections;
	char url[128], socket[TEMP_PATH];
};

static int accept_one(struct server *s)
{
	int one = 1, fd = accept(s->listener, NULL, NULL);
	assert_true(fd >= 0);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	s->connections++;
	return fd;
}

/* A request with its body; false at the end. */
static bool hear(struct server *s, int fd)
{
	size_t from = s->heard.n;
	int64_t length = 0;
	char *end = NULL, *said;
	while (!end || s->heard.at + s->heard.n < end + 4 + length) {
		ssize_t n = recv(fd, buf_room(&s->heard, 4096), 4096, 0);
		if (n <= 0)
			return false;
		s->heard.n += (size_t)n;
		s->heard.at[s->heard.n] = '\0';
		end = strstr(s->heard.at + from, "\r\n\r\n");
		said = strstr(s->heard.at + from, "Content-Length: ");
		if (end && said && said < end)
			assert_true(
			    str_int(str_cut(str_of(said + 16), 0, strcspn(said + 16, "\r")), &length));
	}
	return true;
}

static void until_peer_ends(int fd)
{
	char room[4096];
	while (recv(fd, room, sizeof(room), 0) > 0)
		;
}

static void say(int fd, const struct act *a)
{
	size_t n = strlen(a->says);
	for (size_t i = 0; i < n && a->then == SLOWLY; i++)
		assert_int_equal(send(fd, a->says + i, 1, MSG_NOSIGNAL), 1);
	if (a->then != SLOWLY && n)
		assert_int_equal(send(fd, a->says, n, MSG_NOSIGNAL), n);
}

/* All bytes come back. */
static void echo(int fd)
{
	char room[4096];
	ssize_t n;
	while ((n = recv(fd, room, sizeof(room), 0)) > 0)
		assert_int_equal(send(fd, room, (size_t)n, MSG_NOSIGNAL), n);
}

/* The same bytes until the peer has enough. */
static void talk_on(int fd)
{
	while (send(fd, "xxxxxxxxxxxxxxxx", 16, MSG_NOSIGNAL) > 0)
		;
}

static void *serve(void *arg)
{
	struct server *s = arg;
	int fd = -1;
	for (size_t i = 0; i < s->n_acts; i++) {
		const struct act *a = &s->acts[i];
		fd = fd < 0 ? accept_one(s) : fd;
		if (!hear(s, fd)) { /* the client left: the same act for its next connection */
			fd_close(&fd);
			i--;
			continue;
		}
		if (a->then == HANGS_UP_ON_NEXT) {
			fd_close(&fd);
			continue;
		}
		say(fd, a);
		if (a->then == RAW)
			echo(fd);
		if (a->then == TALKS_ON)
			talk_on(fd);
		if (a->then == HANG)
			until_peer_ends(fd);
		if (a->then != KEEP && a->then != SLOWLY)
			fd_close(&fd);
	}
	if (fd >= 0)
		until_peer_ends(fd);
	fd_close(&fd);
	return NULL;
}

static void start(struct server *s, const struct act *acts, size_t n)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(in);
	*s = (struct server){.acts = acts, .n_acts = n};
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&in, &size), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	(void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/here?q=1", ntohs(in.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}
#define START(s, acts) start((s), (acts), sizeof(acts) / sizeof(*(acts)))

/* Waits until all acts are done. */
static void stop(struct server *s, struct client *c)
{
	client_free(c);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	fd_close(&s->listener);
}

static struct client *client_to(const char *text)
{
	struct http_url u;
	struct err e;
	assert_int_equal(http_url_parse(&u, text, &e), 0);
	return client_new(&u, NULL);
}

static int64_t soon(int64_t ms)
{
	return clock_mono_ns() + ms * NS_PER_MS;
}

static const struct client_request plain_get;

/* Asks and holds the status and body to be these. */
static void assert_answer(struct client *c, const struct client_request *q, int status, const char *wanted)
{
	struct buf body = {0};
	struct err e = {0};
	int rc = client_ask(c, q, &body, 1 << 20, soon(60000), &e);
	if (rc < 0)
		print_error("%s\n", e.text);
	assert_int_equal(rc, 0);
	assert_int_equal(client_answer(c)->status, status);
	assert_true(str_is(buf_view(&body), wanted));
	assert_int_equal(client_answer(c)->body_bytes, strlen(wanted));
	buf_free(&body);
}

static void assert_fails(struct client *c, const char *why, int64_t deadline_ns, struct err *e)
{
	struct buf body = {0};
	int rc = client_ask(c, &plain_get, &body, 1 << 20, deadline_ns, e);
	assert_int_equal(rc, FAULT_SYSTEM);
	assert_string_equal(e->text, why);
	buf_free(&body);
}

static void a_connection_is_kept_and_timed(void **state)
{
	static const struct act acts[] = {
	    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", KEEP},
	    {"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n",
	     SLOWLY},
	    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", KEEP},
	    {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", KEEP},
	    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", CLOSE},
	    {"HTTP/1.0 200 OK\r\n\r\nto the end", CLOSE}};
	struct server s;
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	int64_t begin = clock_mono_ns();
	assert_answer(c, &plain_get, 200, "hello");
	struct client_answer first = *client_answer(c);
	assert_true(first.connect.connect_ns >= 0 && first.connect.resolve_ns >= 0 &&
		    first.connect.tls_ns == -1);
	assert_true(begin <= first.sent_ns && first.sent_ns <= first.first_ns &&
		    first.first_ns <= first.end_ns);
	assert_answer(c, &(struct client_request){.method = "POST", .path = STR("/there"), .body = STR("{}")},
		      201, "abcde");
	assert_int_equal(client_answer(c)->connect.connect_ns, -1);
	assert_answer(c, &(struct client_request){.method = "DELETE"}, 204, "");
	assert_answer(c, &(struct client_request){.method = "HEAD"}, 200, "");
	assert_answer(c, &plain_get, 200, "ok");
	assert_answer(c, &plain_get, 200, "to the end");
	stop(&s, c);
	assert_int_equal(s.connections, 2);
	assert_true(str_starts(buf_view(&s.heard), "GET /here?q=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
	assert_non_null(strstr(s.heard.at, "POST /there HTTP/1.1\r\n"));
	assert_non_null(strstr(s.heard.at, "Content-Length: 2\r\n\r\n{}DELETE /here"));
	buf_free(&s.heard);
}

static void own_headers_stand_in_place_of_ours(void **state)
{
	static const struct act acts[] = {{"HTTP/1.1 200 OK\r\nX-A:  b \r\nContent-Length: 0\r\n\r\n", KEEP}};
	struct server s;
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_answer(
	    c, &(struct client_request){.headers = STR("host: me\r\nUSER-AGENT: x\r\nAccept: a/b\r\n")}, 200,
	    "");
	assert_true(str_is(client_header(c, "x-a"), "b"));
	assert_true(str_is(client_answer(c)->headers, "X-A:  b \nContent-Length: 0\n"));
	stop(&s, c);
	assert_string_equal(s.heard.at,
			    "GET /here?q=1 HTTP/1.1\r\nhost: me\r\nUSER-AGENT: x\r\nAccept: a/b\r\n\r\n");
	buf_free(&s.heard);
}

static void a_kept_connection_that_closed_is_replaced(void **state)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	static const struct act acts[] = {{ok, CLOSE}, {ok, KEEP}, {"", HANGS_UP_ON_NEXT}, {ok, KEEP}};
	struct server s;
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_answer(c, &plain_get, 200, "ok");
	assert_answer(c, &plain_get, 200, "ok");
	assert_answer(c, &plain_get, 200, "ok"); /* hung up on, then done again */
	stop(&s, c);
	assert_int_equal(s.connections, 3);
	buf_free(&s.heard);
}

static void a_post_is_not_sent_twice(void **state)
{
	static const struct act acts[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KEEP},
					  {"", HANGS_UP_ON_NEXT}};
	const struct client_request post = {.method = "POST"};
	struct server s;
	struct err e = {0};
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_answer(c, &plain_get, 200, "");
	assert_int_equal(client_ask(c, &post, NULL, 0, soon(60000), &e), FAULT_SYSTEM);
	assert_string_equal(e.text, "it closed without an answer");
	stop(&s, c);
	assert_int_equal(s.connections, 1);
	buf_free(&s.heard);
}

static void lies_and_early_ends_are_told(void **state)
{
	static const struct {
		struct act act;
		const char *why;
	} cases[] = {
	    {{"", CLOSE}, "it closed without an answer"},
	    {{"HTTP/1.1 200 OK\r\nCont", CLOSE}, "it closed in the middle of the answer's head"},
	    {{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", CLOSE},
	     "it closed in the middle of the body: 6 bytes of it are missing"},
	    {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", CLOSE},
	     "it closed in the middle of the body"},
	    {{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", KEEP},
	     "more came than the answer's own length says"},
	    {{"SSH-2.0-OpenSSH_9.2p1", HANG}, "its answer cannot be read: it is not HTTP/1.1"},
	    {{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", KEEP},
	     "its answer cannot be read: its Content-Length is no number"},
	    {{"HTTP/1.1 101 Switching\r\n\r\n", KEEP},
	     "its answer cannot be read: it switches protocols, which was not asked for"},
	    {{"HTTP/1.1 200 OK\r\nX: ", TALKS_ON}, "its answer cannot be read: its head is too large"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct server s;
		struct err e = {0};
		start(&s, &cases[i].act, 1);
		struct client *c = client_to(s.url);
		assert_fails(c, cases[i].why, soon(60000), &e);
		assert_false(net_timed_out(&e));
		stop(&s, c);
		buf_free(&s.heard);
	}
}

static void time_is_up(void **state)
{
	static const struct {
		struct act act;
		const char *why;
	} cases[] = {
	    {{"", HANG}, "no answer in time"},
	    {{"HTTP/1.1 200 OK\r\n", HANG}, "no answer in time"},
	    {{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", HANG},
	     "the answer began, but did not end in time"},
	    {{"HTTP/1.1 200 OK\r\n\r\n", TALKS_ON}, "the answer began, but did not end in time"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct server s;
		struct err e = {0};
		start(&s, &cases[i].act, 1);
		struct client *c = client_to(s.url);
		int rc = client_ask(c, &plain_get, NULL, 0, soon(100), &e);
		assert_int_equal(rc, FAULT_SYSTEM);
		assert_string_equal(e.text, cases[i].why);
		assert_true(net_timed_out(&e));
		assert_false(net_was_stopped(&e));
		stop(&s, c);
		buf_free(&s.heard);
	}
}

static void a_large_body_is_read_and_dropped(void **state)
{
	enum { BODY = 300000 };
	static char text[BODY + 100];
	int n = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY);
	memset(text + n, 'x', BODY);
	const struct act acts[] = {{text, KEEP}, {text, KEEP}};
	struct buf body = {0};
	struct server s;
	struct err e = {0};
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	buf_text(&body, "kept");
	assert_int_equal(client_ask(c, &plain_get, &body, 1000, soon(60000), &e), 0);
	assert_int_equal(body.n, 1004);
	assert_true(client_answer(c)->is_cut);
	assert_int_equal(client_answer(c)->body_bytes, BODY);
	assert_int_equal(client_ask(c, &plain_get, NULL, 0, soon(60000), &e), 0);
	assert_false(client_answer(c)->is_cut);
	stop(&s, c);
	assert_int_equal(s.connections, 1);
	buf_free(&body);
	buf_free(&s.heard);
}

static void a_large_body_is_sent(void **state)
{
	static const struct act acts[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KEEP}};
	struct server s;
	struct buf large = {0};
	(void)state;
	for (int i = 0; i < 300000; i++)
		buf_text(&large, "0123456789");
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_answer(c, &(struct client_request){.method = "PUT", .body = buf_view(&large)}, 200, "");
	stop(&s, c);
	assert_true(str_ends(buf_view(&s.heard), "\r\n\r\n") == false);
	assert_non_null(strstr(s.heard.at, "\r\nContent-Length: 3000000\r\n\r\n0123456789"));
	buf_free(&large);
	buf_free(&s.heard);
}

static void pieces_are_read_as_they_come(void **state)
{
	static const struct act acts[] = {
	    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", HANG},
	    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP}};
	struct server s;
	struct buf body = {0};
	struct err e = {0};
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_int_equal(client_begin(c, &plain_get, soon(60000), &e), 0);
	assert_int_equal(client_answer(c)->status, 200);
	assert_false(client_answer(c)->upgraded);
	while (body.n < 5)
		assert_true(client_read(c, &body, soon(60000), &e) > 0);
	assert_true(str_is(buf_view(&body), "first"));
	client_end(c); /* in the middle: the connection goes */
	assert_answer(c, &plain_get, 200, "ok");
	stop(&s, c);
	assert_int_equal(s.connections, 2);
	buf_free(&body);
	buf_free(&s.heard);
}

static void an_upgraded_connection_is_raw(void **state)
{
	static const struct act acts[] = {
	    {"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly ", RAW}};
	const struct client_request q = {
	    .method = "POST", .headers = STR("Connection: Upgrade\r\nUpgrade: tcp\r\n"), .upgrades = true};
	struct server s;
	struct buf body = {0};
	struct err e = {0};
	ssize_t n;
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_int_equal(client_begin(c, &q, soon(60000), &e), 0);
	assert_true(client_answer(c)->upgraded);
	assert_int_equal(client_answer(c)->status, 101);
	assert_int_equal(client_write(c, STR("said"), soon(60000), &e), 0);
	client_write_end(c);
	while ((n = client_read(c, &body, soon(60000), &e)) > 0)
		;
	assert_int_equal(n, 0);
	assert_true(str_is(buf_view(&body), "early said"));
	stop(&s, c);
	buf_free(&body);
	buf_free(&s.heard);
}

/* More than all buffers hold goes through a server that sends as much as it takes. */
static void both_ways_at_once(void **state)
{
	enum { BYTES = 32 << 20 };
	static const struct act acts[] = {
	    {"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", RAW}};
	const struct client_request q = {
	    .method = "POST", .headers = STR("Connection: Upgrade\r\nUpgrade: tcp\r\n"), .upgrades = true};
	struct server s;
	struct buf body = {0}, sent = {0};
	struct err e = {0};
	(void)state;
	(void)buf_room(&sent, BYTES);
	for (int i = 0; i < BYTES; i++)
		buf_char(&sent, (char)(i % 251));
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_int_equal(client_begin(c, &q, soon(60000), &e), 0);
	struct str rest = buf_view(&sent);
	ssize_t n = 1;
	while (n > 0) {
		ssize_t went = rest.n ? client_write_some(c, rest, soon(60000), &e) : 0;
		assert_true(went >= 0);
		rest = str_cut(rest, (size_t)went, rest.n);
		if (went && !rest.n)
			client_write_end(c);
		if (!went)
			n = client_read(c, &body, soon(60000), &e);
	}
	assert_int_equal(n, 0);
	assert_true(str_eq(buf_view(&body), buf_view(&sent)));
	client_close(c);
	assert_int_equal(client_write_some(c, STR("x"), soon(60000), &e), FAULT_SYSTEM);
	stop(&s, c);
	buf_free(&body);
	buf_free(&sent);
	buf_free(&s.heard);
}

static void name_socket(struct sockaddr_un *un, struct temp *t)
{
	const char *path = temp_at(t, "sock");
	assert_in_range(strlen(path), 1, sizeof(un->sun_path) - 1);
	memcpy(un->sun_path, path, strlen(path) + 1);
}

static void a_unix_socket(void **state)
{
	static const struct act acts[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP}};
	struct server s = {.acts = acts, .n_acts = 1};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct temp t;
	char url[TEMP_PATH + 16];
	struct err e = {0};
	(void)state;
	temp_make(&t);
	name_socket(&un, &t);
	(void)snprintf(url, sizeof(url), "unix:%s:/info", un.sun_path);
	struct client *c = client_to(url);
	assert_fails(c, "cannot connect: No such file or directory", soon(60000), &e);
	s.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s.listener, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(s.listener, 8), 0);
	assert_int_equal(pthread_create(&s.thread, NULL, serve, &s), 0);
	assert_answer(c, &plain_get, 200, "ok");
	stop(&s, c);
	assert_true(str_starts(buf_view(&s.heard), "GET /info HTTP/1.1\r\nHost: localhost\r\n"));
	buf_free(&s.heard);
	temp_drop(&t);
}

static void nobody_there(void **state)
{
	struct server s;
	struct err e = {0};
	(void)state;
	start(&s, NULL, 0);
	struct client *c = client_to(s.url);
	assert_int_equal(pthread_join(s.thread, NULL), 0);
	fd_close(&s.listener);
	assert_fails(c, "cannot connect: Connection refused", soon(60000), &e);
	client_free(c);
}

/* The resolver's own threads are more than this sanitizer can follow. */
#if defined(__SANITIZE_THREAD__)
#define FOLLOWS_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FOLLOWS_THREADS 1
#endif
#endif

static void a_name_that_nobody_has(void **state)
{
	(void)state;
#ifdef FOLLOWS_THREADS
	skip();
#else
	struct err e = {0};
	struct client *c = client_to("http://no-such-host.invalid/");
	assert_int_equal(client_ask(c, &plain_get, NULL, 0, soon(60000), &e), FAULT_SYSTEM);
	assert_non_null(strstr(e.text, "no-such-host.invalid"));
	client_free(c);
#endif
}

/* Nobody takes the connections of a full queue: the wait for room ends in time. */
static void a_full_queue_of_a_unix_socket(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct client *c[4];
	struct temp t;
	char url[TEMP_PATH + 16];
	struct err e = {0};
	(void)state;
	temp_make(&t);
	name_socket(&un, &t);
	(void)snprintf(url, sizeof(url), "unix:%s", un.sun_path);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(listener, 0), 0);
	for (int i = 0; i < 4; i++) {
		c[i] = client_to(url);
		assert_int_equal(client_ask(c[i], &plain_get, NULL, 0, soon(60), &e), FAULT_SYSTEM);
		assert_true(net_timed_out(&e));
	}
	assert_string_equal(e.text, "cannot connect: no answer in time");
	for (int i = 0; i < 4; i++)
		client_free(c[i]);
	fd_close(&listener);
	temp_drop(&t);
}

static void what_is_no_path_is_not_sent(void **state)
{
	struct client *c = client_to("http://127.0.0.1:1/");
	struct err e = {0};
	(void)state;
	static const char *const paths[] = {"a", "/a b", "/a\r\nX: y"};
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_ask(c, &(struct client_request){.path = str_of(paths[i])}, NULL, 0,
					    soon(1000), &e),
				 FAULT_USAGE);
	client_free(c);
}

static void a_post_takes_what_there_is(void **state)
{
	static const struct act acts[] = {
	    {"HTTP/1.1 413 Too Large\r\nContent-Length: 100\r\nretry-AFTER: 7\r\n\r\nbig", CLOSE}};
	struct http_url u;
	struct http_answer a;
	struct server s;
	struct err e = {0};
	(void)state;
	START(&s, acts);
	assert_int_equal(http_url_parse(&u, s.url, &e), 0);
	const struct http_request q = {
	    .type = STR("text/plain"), .body = STR("x"), .deadline_ns = soon(60000)};
	assert_int_equal(http_post(&u, &q, &a, &e), 0);
	assert_int_equal(a.status, 413);
	assert_int_equal(a.retry_s, 7);
	assert_true(str_is(buf_view(&a.body), "big"));
	stop(&s, NULL);
	assert_non_null(strstr(
	    s.heard.at, "Content-Type: text/plain\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"));
	buf_free(&a.body);
	buf_free(&s.heard);
}

/* Several clients at once, each its own connection, in its own thread. */
static void *ask_many(void *arg)
{
	struct client *c = client_to(arg);
	for (int i = 0; i < 50; i++)
		assert_answer(c, &plain_get, 200, "hello");
	client_free(c);
	return NULL;
}

static void threads_have_a_client_each(void **state)
{
	static struct act acts[50];
	struct server s[4];
	pthread_t threads[4];
	(void)state;
	for (int i = 0; i < 50; i++)
		acts[i] =
		    (struct act){"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", i % 7 ? KEEP : CLOSE};
	for (int i = 0; i < 4; i++) {
		START(&s[i], acts);
		assert_int_equal(pthread_create(&threads[i], NULL, ask_many, s[i].url), 0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		stop(&s[i], NULL);
		assert_int_equal(s[i].connections, 8);
		buf_free(&s[i].heard);
	}
}

static void *ask_for_ever(void *arg)
{
	static struct err e;
	assert_int_equal(client_ask(arg, &plain_get, NULL, 0, soon(600000), &e), FAULT_SYSTEM);
	return &e;
}

/* The last of all: nothing can be waited for afterwards. */
static void a_stop_ends_the_waits_of_all_threads(void **state)
{
	static const struct act acts[] = {{"HTTP/1.1 200 OK\r\n\r\nx", HANG}};
	struct server s;
	pthread_t thread;
	void *told;
	(void)state;
	START(&s, acts);
	struct client *c = client_to(s.url);
	assert_int_equal(pthread_create(&thread, NULL, ask_for_ever, c), 0);
	net_stop();
	assert_int_equal(pthread_join(thread, &told), 0);
	assert_true(net_was_stopped(told));
	/* but who clears up goes on */
	struct err late = {0};
	net_spare(true);
	assert_false(net_is_stopped());
	assert_int_equal(net_wait(s.listener, POLLOUT, soon(20), &late), FAULT_SYSTEM);
	assert_true(net_timed_out(&late));
	net_spare(false);
	assert_true(net_is_stopped());
	int fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* in case it was stopped before it connected */
	struct http_url u;
	struct err e;
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	assert_int_equal(http_url_parse(&u, s.url, &e), 0);
	int64_t port = 0;
	assert_true(str_int(str_of(u.port), &port));
	in.sin_port = htons((uint16_t)port);
	(void)!connect(fd, (struct sockaddr *)&in, sizeof(in));
	(void)!send(fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL);
	fd_close(&fd);
	stop(&s, c);
	buf_free(&s.heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_connection_is_kept_and_timed),
	    cmocka_unit_test(own_headers_stand_in_place_of_ours),
	    cmocka_unit_test(a_kept_connection_that_closed_is_replaced),
	    cmocka_unit_test(a_post_is_not_sent_twice),
	    cmocka_unit_test(lies_and_early_ends_are_told),
	    cmocka_unit_test(time_is_up),
	    cmocka_unit_test(a_large_body_is_read_and_dropped),
	    cmocka_unit_test(a_large_body_is_sent),
	    cmocka_unit_test(pieces_are_read_as_they_come),
	    cmocka_unit_test(an_upgraded_connection_is_raw),
	    cmocka_unit_test(both_ways_at_once),
	    cmocka_unit_test(a_unix_socket),
	    cmocka_unit_test(nobody_there),
	    cmocka_unit_test(a_name_that_nobody_has),
	    cmocka_unit_test(a_full_queue_of_a_unix_socket),
	    cmocka_unit_test(what_is_no_path_is_not_sent),
	    cmocka_unit_test(a_post_takes_what_there_is),
	    cmocka_unit_test(threads_have_a_client_each),
	    cmocka_unit_test(a_stop_ends_the_waits_of_all_threads),
	};
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
