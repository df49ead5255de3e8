/* An HTTP endpoint: each worker asks it over a connection of its own, which is kept. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "bench/checks.h"
#include "net/client.h"
#include "net/wait.h"
#include "subject/subjects.h"

enum { CHECKED_BYTES = 16 << 20 }; /* of a body that is checked */

struct http_worker {
	struct client *client;
	struct buf body;
	struct arena scratch;
};

struct http_state {
	struct http_url url;
	struct client_request request;
	struct checks *checks;
	struct http_worker *workers;
};

static bool is_named(struct str pair, const char *name)
{
	size_t equals = str_find(pair, '=');
	return equals == strlen(name) && strncasecmp(pair.at, name, equals) == 0;
}

/* What a mapping or a list of the file has become. */
static bool is_json(struct subject *s, struct str body)
{
	struct json j;
	json_init(&j, body, s->arena);
	enum json_type type = json_peek(&j);
	json_skip(&j);
	return json_end(&j) && (type == JSON_OBJECT || type == JSON_ARRAY);
}

static int put_headers(struct subject *s, struct str body, struct buf *b, struct err *e)
{
	const struct knob_list *headers = &s->item->headers;
	bool has_type = false;
	for (size_t i = 0; i < headers->n; i++) {
		struct str pair = str_of(headers->at[i]);
		size_t equals = str_find(pair, '=');
		has_type = has_type || is_named(pair, "content-type");
		if (http_header_put(b, str_cut(pair, 0, equals), str_cut(pair, equals + 1, pair.n), e) < 0)
			return err_wrap(e, "headers");
	}
	if (body.n && !has_type && is_json(s, body))
		buf_text(b, "Content-Type: application/json\r\n");
	return 0;
}

static int make_request(struct subject *s, struct http_state *h, struct err *e)
{
	const struct bench_item *item = s->item;
	struct buf headers = {0};
	struct str body = STR_NONE;
	if (item->body)
		body = str_of(subject_fill(s->arena, item->body, s->params, s->n_params));
	int rc = put_headers(s, body, &headers, e);
	h->request = (struct client_request){.method = arena_copy(s->arena, bench_method_word(item)),
					     .headers = arena_str(s->arena, buf_view(&headers)),
					     .body = body};
	buf_free(&headers);
	return rc;
}

/* OpenSSL asks our own environment for it; a bench may say otherwise. */
static const char *roots_of(const struct bench_item *item)
{
	const char *ret = NULL;
	for (size_t i = 0; i < item->env.n; i++)
		if (is_named(str_of(item->env.at[i]), "SSL_CERT_FILE"))
			ret = item->env.at[i] + strlen("SSL_CERT_FILE=");
	return ret;
}

/* Whether an answer that came whole is a good one. */
static bool is_good(const struct http_state *h, struct http_worker *w, struct subject_run *run)
{
	const struct client_answer *a = client_answer(w->client);
	const struct checked what = {
	    .status = a->status, .exit_code = -1, .headers = a->headers, .body = buf_view(&w->body)};
	if (!checks_have_status(h->checks) && (a->status < 200 || a->status > 299)) {
		subject_fails(run, "status %d, wanted 2xx%s", a->status,
			      a->status / 100 == 3 ? " (redirects are not followed)" : "");
		return false;
	}
	if (checks_need_body(h->checks) && a->is_cut) {
		subject_fails(run, "the body is larger than 16 MiB, too large for its checks");
		return false;
	}
	arena_reset(&w->scratch);
	return checks_hold(h->checks, &what, &w->scratch, run->why, sizeof(run->why));
}

static void take_figures(const struct client_answer *a, int64_t *values)
{
	values[HTTP_LATENCY] = a->end_ns - a->sent_ns;
	values[HTTP_FIRST_BYTE] = a->first_ns - a->sent_ns;
	if (a->connect.connect_ns >= 0)
		values[HTTP_CONNECT] =
		    a->connect.connect_ns + (a->connect.resolve_ns > 0 ? a->connect.resolve_ns : 0);
	if (a->connect.tls_ns >= 0)
		values[HTTP_TLS] = a->connect.tls_ns;
	values[HTTP_RECEIVED] = a->body_bytes;
}

static void http_run(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret)
{
	const struct http_state *h = s->state;
	struct http_worker *w = &h->workers[worker];
	bool checks_body = checks_need_body(h->checks);
	struct err e = {0};
	buf_clear(&w->body);
	if (client_ask(w->client, &h->request, checks_body ? &w->body : NULL, CHECKED_BYTES, deadline_ns,
		       &e) < 0) {
		ret->timed_out = net_timed_out(&e);
		subject_fails(ret, "%s", e.text);
		return;
	}
	ret->good = is_good(h, w, ret);
	if (ret->good)
		take_figures(client_answer(w->client), ret->values);
}

static int http_open(struct subject *s, struct err *e)
{
	const struct bench_item *item = s->item;
	struct http_state *h = arena_new(s->arena, struct http_state);
	struct subject_run run = {0};
	s->state = h;
	const char *url = subject_fill(s->arena, s->instead ? s->instead : item->url, s->params, s->n_params);
	if (http_url_parse(&h->url, url, e) < 0)
		return err_wrap(e, "url");
	s->shown = str_of(h->url.shown);
	if (checks_read(&h->checks, s->arena, &item->checks, e) < 0 || make_request(s, h, e) < 0)
		return e->fault;
	h->workers = arena_array(s->arena, struct http_worker, s->concurrency);
	for (uint32_t i = 0; i < s->concurrency; i++)
		h->workers[i].client = client_new(&h->url, roots_of(item));
	http_run(s, 0, clock_mono_ns() + s->timeout_ns, &run);
	return run.good ? 0 : err_usage(e, "%s", run.why);
}

static void http_close(struct subject *s)
{
	struct http_state *h = s->state;
	if (!h)
		return;
	for (uint32_t i = 0; h->workers && i < s->concurrency; i++) {
		client_free(h->workers[i].client);
		buf_free(&h->workers[i].body);
		arena_free(&h->workers[i].scratch);
	}
	checks_free(h->checks);
}

const struct subject_kind kind_http = {
    .word = "http",
    .metrics = http_metrics,
    .n_metrics = HTTP_METRICS,
    .warmup = 3,
    .open = http_open,
    .run = http_run,
    .close = http_close,
};
