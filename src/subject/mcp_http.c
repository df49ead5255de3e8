#include "subject/mcp_http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/client.h"
#include "net/http_url.h"
#include "net/wait.h"
#include "subject/mcp_schema.h"
#include "subject/mcp_sse.h"

enum { SESSION_BYTES = 1024, REPLY_MOST = 64 * 1024 };
#define REST_NS (100 * NS_PER_MS)
#define END_NS  (2 * NS_PER_S)

/* What one worker has. */
struct line {
	struct mcp_http *h;
	struct client *client;
	struct client *aside; /* for messages while a stream is read; NULL: not yet */
	struct buf head, body;
	struct mcp_sse sse;
	int64_t id;
	/* while an answer is read */
	struct mcp_call *call;
	int64_t deadline_ns;
	bool answered, broken; /* broken: why tells */
};

struct mcp_http {
	struct mcp_link link;
	struct http_url url;
	struct buf headers; /* that the user wants, and those of every message */
	char session[SESSION_BYTES];
	const char *version;
	bool modern;
	uint32_t n_lines;
	struct line *lines;
};

static void put_head(const struct mcp_http *h, const struct mcp_call *c, struct buf *b)
{
	buf_clear(b);
	buf_str(b, buf_view(&h->headers));
	if (h->version)
		buf_printf(b, "MCP-Protocol-Version: %s\r\n", h->version);
	if (h->session[0])
		buf_printf(b, "Mcp-Session-Id: %s\r\n", h->session);
	if (c && h->modern)
		buf_printf(b, "Mcp-Method: %s\r\n", c->method);
	if (c)
		buf_str(b, c->headers);
}

/* A POST of a message that wants no answer, over a connection that is not in use. */
static int post(struct mcp_http *h, struct line *l, struct str text, int64_t deadline_ns, struct err *e)
{
	struct buf head = {0}, body = {0};
	put_head(h, NULL, &head);
	struct client_request q = {.method = "POST", .headers = buf_view(&head), .body = text};
	if (!l->aside)
		l->aside = client_new(&h->url, NULL);
	int rc = client_ask(l->aside, &q, &body, REPLY_MOST, deadline_ns, e);
	int status = rc < 0 ? 0 : client_answer(l->aside)->status;
	buf_free(&head);
	buf_free(&body);
	errno = 0;
	if (rc == 0 && status / 100 != 2)
		rc = err_sys(e, "HTTP status %d", status);
	return rc;
}

static void breaks(struct line *l, const char *what, struct str said)
{
	struct buf b = {0};
	mcp_put_said(&b, said, 80);
	if (!l->broken)
		(void)mcp_call_fails(l->call, "%s%s%.*s", what, b.n ? ": " : "", STR_ARG(buf_view(&b)));
	l->broken = true;
	buf_free(&b);
}

static void take_answer(struct line *l, const struct mcp_message *m, struct str raw)
{
	bool refused = m->failed && !m->id_raw.n && l->call->status >= 400;
	if (!refused && (!m->numbered || m->id != l->id)) {
		breaks(l, "the server answered a request that was not made, with the id", m->id_raw);
	} else if (l->answered) {
		breaks(l, "the server answered one request twice", STR_NONE);
	} else {
		l->answered = true;
		l->call->read_ns = clock_mono_ns();
		mcp_call_take(l->call, m, raw);
	}
}

static void take(void *ctx, const struct mcp_message *m, struct str raw)
{
	struct line *l = ctx;
	struct buf b = {0};
	struct err e = {0};
	if (m->is == MCP_ANSWER)
		take_answer(l, m, raw);
	if (m->is != MCP_REQUEST)
		return;
	mcp_put_reply(&b, m);
	if (post(l->h, l, buf_view(&b), l->deadline_ns, &e) < 0)
		breaks(l, "the server asks and does not take the answer", str_of(e.text));
	buf_free(&b);
}

static void take_event(void *ctx, struct str data)
{
	struct line *l = ctx;
	/* events may come without end; what is kept of one is copied */
	struct arena scratch = {0};
	if (mcp_message_each(data, &scratch, take, l))
		breaks(l, "the server sent an event that is no message", data);
	arena_free(&scratch);
}

static bool fails(struct mcp_call *c, const struct err *e)
{
	c->timed_out = net_timed_out(e);
	return mcp_call_fails(c, "%s", e->text);
}

/* Of a stream that has given its answer the end is waited for a little, so that the connection can be kept.
 */
static bool read_stream(struct line *l, struct err *e)
{
	int64_t until = l->deadline_ns;
	ssize_t n = 1;
	mcp_sse_reset(&l->sse);
	while (!l->broken) {
		bool had = l->answered;
		buf_clear(&l->body);
		n = client_read(l->client, &l->body, until, e);
		if (n <= 0)
			break;
		if (!mcp_sse_feed(&l->sse, buf_view(&l->body), take_event, l))
			breaks(l, "the server sent an event of more than 64 MiB", STR_NONE);
		if (!had && l->answered && clock_mono_ns() + REST_NS < until)
			until = clock_mono_ns() + REST_NS;
	}
	if (n < 0 && !l->answered)
		return fails(l->call, e);
	if (!l->answered && !l->broken)
		breaks(l, "the stream ended without an answer", STR_NONE);
	return l->answered && !l->broken;
}

static bool read_body(struct line *l, struct err *e)
{
	ssize_t n;
	buf_clear(&l->body);
	while ((n = client_read(l->client, &l->body, l->deadline_ns, e)) > 0)
		if (l->body.n > MCP_MESSAGE_MOST)
			return mcp_call_fails(l->call, "the answer has more than 64 MiB");
	if (n < 0)
		return fails(l->call, e);
	int64_t end_ns = client_answer(l->client)->end_ns;
	const char *wrong =
	    l->body.n ? mcp_message_each(buf_view(&l->body), &l->call->scratch, take, l) : "it is empty";
	if (l->answered && end_ns)
		l->call->read_ns = end_ns;
	if (l->answered || l->broken)
		return !l->broken;
	if (l->call->status / 100 != 2)
		return mcp_call_fails(l->call, "HTTP status %d", l->call->status);
	return mcp_call_fails(l->call, "HTTP status %d, and the answer is none: %s", l->call->status,
			      wrong ? wrong : "it holds other messages");
}

static bool is_type(struct str type, const char *word)
{
	size_t n = strlen(word);
	return type.n >= n && strncasecmp(type.at, word, n) == 0 &&
	       (type.n == n || type.at[n] == ';' || type.at[n] == ' ');
}

/* The session that the server has begun. */
static void keep_session(struct mcp_http *h, struct line *l)
{
	struct str id = client_header(l->client, "Mcp-Session-Id");
	for (size_t i = 0; i < id.n; i++)
		if (id.at[i] < 0x21 || id.at[i] > 0x7e || id.n >= SESSION_BYTES) {
			breaks(l, "the server gives a session id that is none", STR_NONE);
			return;
		}
	(void)snprintf(h->session, sizeof(h->session), "%.*s", STR_ARG(id));
}

static bool read_answer(struct line *l, struct err *e)
{
	struct str type = client_header(l->client, "Content-Type");
	l->call->status = client_answer(l->client)->status;
	l->call->head = client_answer(l->client)->headers;
	if (!l->h->version && !l->h->session[0])
		keep_session(l->h, l);
	if (is_type(type, "text/event-stream") && l->call->status / 100 == 2)
		return read_stream(l, e);
	if (is_type(type, "application/json") || l->call->status / 100 != 2 || !type.n)
		return read_body(l, e);
	return mcp_call_fails(l->call,
			      "HTTP status %d, and the answer is neither JSON nor a stream of events",
			      l->call->status);
}

static bool http_call(struct mcp_link *link, uint32_t worker, struct mcp_call *c, int64_t deadline_ns)
{
	struct mcp_http *h = (struct mcp_http *)link;
	struct line *l = &h->lines[worker];
	struct err e = {0};
	mcp_call_begin(c);
	l->call = c;
	l->deadline_ns = deadline_ns;
	l->answered = l->broken = false;
	l->id += h->n_lines;
	mcp_call_id(c, l->id);
	put_head(h, c, &l->head);
	struct client_request q = {
	    .method = "POST", .headers = buf_view(&l->head), .body = buf_view(&c->text)};
	if (client_begin(l->client, &q, deadline_ns, &e) < 0)
		return fails(c, &e);
	bool there = read_answer(l, &e) && !l->broken;
	c->sent_ns = client_answer(l->client)->sent_ns;
	c->first_ns = client_answer(l->client)->first_ns;
	client_end(l->client);
	return there;
}

static int http_notify(struct mcp_link *link, struct str text, int64_t deadline_ns, struct err *e)
{
	struct mcp_http *h = (struct mcp_http *)link;
	if (post(h, &h->lines[0], text, deadline_ns, e) < 0)
		return err_wrap(e, "the server does not take a notification");
	return 0;
}

static void http_agree(struct mcp_link *link, const char *version, bool modern)
{
	struct mcp_http *h = (struct mcp_http *)link;
	h->version = version;
	h->modern = modern;
}

static void end_session(struct mcp_http *h)
{
	struct buf head = {0};
	struct err e = {0};
	put_head(h, NULL, &head);
	struct client_request q = {.method = "DELETE", .headers = buf_view(&head)};
	if (h->session[0])
		(void)!client_ask(h->lines[0].client, &q, NULL, 0, clock_mono_ns() + END_NS, &e);
	buf_free(&head);
}

static void http_close(struct mcp_link *link)
{
	struct mcp_http *h = (struct mcp_http *)link;
	end_session(h);
	for (uint32_t i = 0; i < h->n_lines; i++) {
		client_free(h->lines[i].client);
		client_free(h->lines[i].aside);
		buf_free(&h->lines[i].head);
		buf_free(&h->lines[i].body);
		mcp_sse_free(&h->lines[i].sse);
	}
	buf_free(&h->headers);
	mem_free(h->lines);
	mem_free(h);
}

static const struct mcp_link_kind http_kind = {http_call, http_notify, http_agree, http_close};

static int put_headers(struct buf *b, const struct knob_list *pairs, struct err *e)
{
	for (size_t i = 0; i < pairs->n; i++) {
		struct str pair = str_of(pairs->at[i]);
		size_t equals = str_find(pair, '=');
		if (http_header_put(b, str_cut(pair, 0, equals), str_cut(pair, equals + 1, pair.n), e) < 0)
			return e->fault;
	}
	buf_text(b, "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n");
	return 0;
}

int mcp_http_open(struct mcp_link **ret, const struct mcp_http_start *s, struct str *ret_shown, struct err *e)
{
	struct http_url url;
	struct buf headers = {0};
	if (http_url_parse(&url, s->url, e) < 0)
		return e->fault;
	*ret_shown = arena_str(s->arena, str_of(url.shown));
	if (put_headers(&headers, s->headers, e) < 0) {
		buf_free(&headers);
		return e->fault;
	}
	struct mcp_http *h = mem_alloc(sizeof(*h));
	memset(h, 0, sizeof(*h));
	h->link.kind = &http_kind;
	h->url = url;
	h->headers = headers;
	h->n_lines = s->n_workers;
	h->lines = mem_alloc(sizeof(*h->lines) * h->n_lines);
	memset(h->lines, 0, sizeof(*h->lines) * h->n_lines);
	for (uint32_t i = 0; i < h->n_lines; i++)
		h->lines[i] = (struct line){.h = h, .client = client_new(&url, NULL), .id = i};
	*ret = &h->link;
	return 0;
}
