/* A tool of an MCP server: over the standard streams of a process, or over HTTP. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/words.h"
#include "bench/checks.h"
#include "subject/mcp_arguments.h"
#include "subject/mcp_http.h"
#include "subject/mcp_pipe.h"
#include "subject/mcp_schema.h"
#include "subject/mcp_session.h"
#include "subject/subjects.h"

struct worker {
	struct mcp_call call;
	struct buf text; /* of a result */
	struct arena scratch;
	int64_t n_runs;
};

struct mcp_state {
	struct mcp_session session;
	struct worker *workers;             /* concurrency of them */
	struct checks *of_text, *of_result; /* NULL: none */
	bool is_tool, needs_answer, is_told;
	int64_t start_ns, warmup;
};

/* Checks of 'json' look at the whole result, the others at its texts. */
static int read_checks(struct subject *s, struct mcp_state *x, struct err *e)
{
	const struct knob_list *all = &s->item->checks;
	struct knob_list text = {0}, json = {0};
	text.at = arena_array(s->arena, const char *, all->n + 1);
	json.at = arena_array(s->arena, const char *, all->n + 1);
	for (size_t i = 0; i < all->n; i++) {
		struct knob_list *to = str_starts(str_of(all->at[i]), "json=") ? &json : &text;
		to->at[to->n++] = all->at[i];
	}
	if (text.n && checks_read(&x->of_text, s->arena, &text, e) < 0)
		return e->fault;
	if (json.n && checks_read(&x->of_result, s->arena, &json, e) < 0)
		return e->fault;
	x->needs_answer = json.n || (text.n && checks_need_body(x->of_text));
	return 0;
}

static bool is_url(const struct subject *s)
{
	if (s->instead)
		return str_starts(str_of(s->instead), "http://") ||
		       str_starts(str_of(s->instead), "https://") || str_starts(str_of(s->instead), "unix:");
	return s->item->url != NULL;
}

static int open_pipe(struct subject *s, struct mcp_state *x, int64_t *ret_begin_ns, struct err *e)
{
	struct mcp_pipe_start start = {
	    .env = subject_environment(s->arena, s->item), .dir = s->item->dir, .n_workers = s->concurrency};
	struct buf shown = {0};
	char **words;
	size_t n;
	if (subject_words(s, &words, &n, e) < 0)
		return e->fault;
	words_show(&shown, words, n);
	s->shown = arena_str(s->arena, buf_view(&shown));
	buf_free(&shown);
	start.words = words;
	return mcp_pipe_open(&x->session.link, &start, ret_begin_ns, e);
}

static int open_http(struct subject *s, struct mcp_state *x, struct err *e)
{
	const char *url = s->instead ? s->instead : s->item->url;
	struct mcp_http_start start = {.url = subject_fill(s->arena, url, s->params, s->n_params),
				       .headers = &s->item->headers,
				       .n_workers = s->concurrency,
				       .arena = s->arena};
	return mcp_http_open(&x->session.link, &start, &s->shown, e);
}

static void close_link(struct mcp_state *x)
{
	if (x->session.link)
		x->session.link->kind->close(x->session.link);
	x->session.link = NULL;
}

/* Until the server is ready: of a process its start too. */
static int begin(struct subject *s, struct mcp_state *x, struct err *e)
{
	int64_t begin_ns = 0;
	bool silent = false, http = is_url(s);
	int rc = 0;
	for (bool may_ask = true;; may_ask = false) {
		rc = http ? open_http(s, x, e) : open_pipe(s, x, &begin_ns, e);
		if (rc < 0)
			return rc;
		rc = mcp_session_begin(&x->session, &x->workers[0].call, may_ask, s->timeout_ns, &silent, e);
		if (!silent)
			break;
		close_link(x);
	}
	x->start_ns = x->session.ready_ns - (http ? x->session.asked_ns : begin_ns);
	return rc;
}

static int arguments_wrong(struct subject *s, const char *why, struct err *e)
{
	return err_usage(e, "tool '%s': %s", s->item->tool, why);
}

/* The members of the parameters of tools/call, and what the arguments add to the head of a request. */
static int put_call(struct subject *s, struct str schema, struct buf *params, struct buf *head, struct err *e)
{
	struct arena scratch = {0};
	struct buf arguments = {0}, why = {0};
	struct mcp_schema looked_at;
	struct str given = s->item->arguments ? str_of(s->item->arguments) : STR("{}");
	int rc = 0;
	mcp_schema_init(&looked_at, schema, &scratch);
	if (!mcp_arguments_fill(&arguments, given, &looked_at, s->params, s->n_params))
		rc = arguments_wrong(s, "the arguments are no JSON", e);
	else if (!mcp_schema_allows(&looked_at, buf_view(&arguments), &why))
		rc = arguments_wrong(s, why.at, e);
	buf_text(params, "\"name\":");
	json_put_text(params, str_of(s->item->tool));
	buf_text(params, ",\"arguments\":");
	buf_str(params, buf_view(&arguments));
	buf_text(head, "Mcp-Name: ");
	mcp_put_header_value(head, str_of(s->item->tool));
	buf_text(head, "\r\n");
	if (rc == 0 && !mcp_arguments_headers(head, buf_view(&arguments), schema, &scratch))
		rc = arguments_wrong(s, "its schema asks for a header whose name is none", e);
	buf_free(&arguments);
	buf_free(&why);
	arena_free(&scratch);
	return rc;
}

/* What the workers ask. In the newest protocol there is no ping; what every server must know stands for it.
 */
static int set_calls(struct subject *s, struct mcp_state *x, struct err *e)
{
	struct mcp_session *m = &x->session;
	const char *method = x->is_tool ? "tools/call" : m->modern ? "server/discover" : "ping";
	struct buf params = {0}, head = {0};
	struct str schema = STR_NONE, headers = STR_NONE;
	int rc = 0;
	if (x->is_tool)
		rc = mcp_session_find(m, &x->workers[0].call, s->item->tool, s->timeout_ns, s->arena, &schema,
				      e);
	if (rc == 0 && x->is_tool)
		rc = put_call(s, schema, &params, &head, e);
	if (m->modern)
		headers = arena_str(s->arena, buf_view(&head));
	for (uint32_t i = 0; rc == 0 && i < s->concurrency; i++) {
		struct mcp_call *c = &x->workers[i].call;
		mcp_call_set(c, method, buf_view(&params), m->modern ? m->version : NULL);
		c->headers = headers;
		c->keep = x->needs_answer;
	}
	buf_free(&params);
	buf_free(&head);
	return rc;
}

static bool check(struct mcp_state *x, struct worker *w, struct subject_run *run)
{
	struct mcp_call *c = &w->call;
	struct checked what = {.status = c->status, .exit_code = -1, .headers = c->head};
	arena_reset(&w->scratch);
	buf_clear(&w->text);
	if (x->of_text) {
		mcp_message_text(&w->text, c->said.result, &w->scratch);
		what.body = buf_view(&w->text);
		if (!checks_hold(x->of_text, &what, &w->scratch, run->why, sizeof(run->why)))
			return false;
	}
	what.body = c->said.result;
	return !x->of_result || checks_hold(x->of_result, &what, &w->scratch, run->why, sizeof(run->why));
}

static void mcp_run(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret)
{
	struct mcp_state *x = s->state;
	struct worker *w = &x->workers[worker];
	struct mcp_call *c = &w->call;
	bool is_warm = w->n_runs++ >= x->warmup;
	bool usual = !x->of_text || !checks_have_status(x->of_text);
	bool there = x->session.link->kind->call(x->session.link, worker, c, deadline_ns);
	ret->timed_out = c->timed_out;
	if (there)
		there = mcp_call_good(c, x->is_tool);
	if (there && usual && c->status >= 0 && c->status / 100 != 2)
		there = mcp_call_fails(c, "HTTP status %d", c->status);
	if (!there) {
		subject_fails(ret, "%s", c->why);
		return;
	}
	if ((x->of_text || x->of_result) && !check(x, w, ret))
		return;
	ret->good = true;
	ret->values[MCP_LATENCY] = c->read_ns - c->sent_ns;
	if (c->first_ns)
		ret->values[MCP_FIRST_BYTE] = c->first_ns - c->sent_ns;
	if (!worker && is_warm && !x->is_told) {
		ret->values[MCP_START] = x->start_ns;
		x->is_told = true;
	}
}

static int dry_run(struct subject *s, struct err *e)
{
	struct mcp_state *x = s->state;
	struct subject_run run = {0};
	int64_t warmup = x->warmup;
	x->warmup = INT64_MAX;
	mcp_run(s, 0, clock_mono_ns() + s->timeout_ns, &run);
	x->warmup = warmup;
	x->workers[0].n_runs = 0;
	errno = 0;
	return run.good ? 0 : err_sys(e, "%s", run.why);
}

static int mcp_open(struct subject *s, struct err *e)
{
	struct mcp_state *x = arena_new(s->arena, struct mcp_state);
	const struct bench_item *item = s->item;
	s->state = x;
	x->workers = arena_array(s->arena, struct worker, s->concurrency);
	x->is_tool = item->tool != NULL;
	x->warmup =
	    knob_origin(&item->values, &item->warmup) != ORIGIN_DEFAULT ? item->warmup : kind_mcp.warmup;
	if (read_checks(s, x, e) < 0 || begin(s, x, e) < 0 || set_calls(s, x, e) < 0)
		return e->fault;
	return dry_run(s, e);
}

static void mcp_close(struct subject *s)
{
	struct mcp_state *x = s->state;
	if (!x)
		return;
	close_link(x);
	checks_free(x->of_text);
	checks_free(x->of_result);
	for (uint32_t i = 0; i < s->concurrency; i++) {
		mcp_call_free(&x->workers[i].call);
		buf_free(&x->workers[i].text);
		arena_free(&x->workers[i].scratch);
	}
}

const struct subject_kind kind_mcp = {
    .word = "mcp",
    .metrics = mcp_metrics,
    .n_metrics = MCP_METRICS,
    .warmup = 3,
    .open = mcp_open,
    .run = mcp_run,
    .close = mcp_close,
};
