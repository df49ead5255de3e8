#include "engine/engine_talk.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/engine_body.h"

enum {
	TAIL_BYTES = 4096, /* of a stream of progress, for the error at its end */
	MESSAGE_BYTES = 2048,
	EXIT_WAIT_S = 2, /* for whoever asks for the exit code of an exec */
	ROW_MOST = 12 + BODY_LABELS,
};

struct exchange {
	struct http_exchange http; /* first */
	struct engine_target target;
	struct buf texts; /* subject, name, image: target points into it */
	struct buf up, down;
};

/* A row being made. */
struct row {
	struct event ev;
	struct field fields[ROW_MOST];
};

static void add_text(struct row *r, struct str key, struct str text)
{
	if (text.n && r->ev.n_fields < ROW_MOST)
		r->fields[r->ev.n_fields++] = (struct field){.key = key, .type = FIELD_TEXT, .text = text};
}

static void add_int(struct row *r, struct str key, int64_t num)
{
	if (r->ev.n_fields < ROW_MOST)
		r->fields[r->ev.n_fields++] = (struct field){.key = key, .type = FIELD_INT, .num = num};
}

static void put(struct engine_talk *t, struct row *r)
{
	r->ev.source = SOURCE_TAP;
	r->ev.fields = r->fields;
	sink_put(t->sink, &r->ev);
}

static bool good(int status)
{
	return status >= 100 && status < 400;
}

/* Copies of what must outlive the head. */
static void keep_texts(struct exchange *x)
{
	struct str *parts[] = {&x->target.subject, &x->target.name, &x->target.image};
	size_t at[3];
	for (int i = 0; i < 3; i++) {
		at[i] = x->texts.n;
		buf_str(&x->texts, str_clip_utf8(*parts[i], 256));
	}
	for (int i = 0; i < 3; i++)
		*parts[i] = str_cut(buf_view(&x->texts), at[i], (i < 2 ? at[i + 1] : x->texts.n) - at[i]);
}

static struct http_exchange *on_request(struct http_host *h, struct str method, struct str target)
{
	struct talk_peer *peer = (struct talk_peer *)h;
	struct engine_talk *t = peer->talk;
	struct exchange *x = mem_alloc(sizeof(*x));
	memset(x, 0, sizeof(*x));
	arena_reset(&t->scratch);
	x->target = engine_target_of(method, target, &t->scratch);
	keep_texts(x);
	enum engine_call call = x->target.call;
	x->http.hijacks = call == CALL_EXEC_START || call == CALL_ATTACH || call == CALL_SESSION;
	x->http.wants_up = call == CALL_CREATE || call == CALL_EXEC_CREATE || call == CALL_EXEC_START;
	if (call == CALL_EXEC_START) {
		struct known_exec *e = known_exec_find(&t->known, x->target.subject);
		if (e && e->of && e->of->kind)
			kind_exec_begin(&t->kind, e->of->kind, e->cmd, peer->tap.sides[HTTP_UP].first_ns);
	}
	return &x->http;
}

static void on_up(struct http_host *h, struct http_exchange *http, struct str body)
{
	struct exchange *x = (struct exchange *)http;
	(void)h;
	buf_str(&x->up, str_cut(body, 0, BODY_MOST - x->up.n));
	http->wants_up = x->up.n < BODY_MOST;
}

static bool is_stream_of_progress(enum engine_call call)
{
	return call == CALL_PULL || call == CALL_BUILD || call == CALL_PUSH || call == CALL_LOAD;
}

static void on_answer(struct http_host *h, struct http_exchange *http)
{
	struct exchange *x = (struct exchange *)http;
	enum engine_call call = x->target.call;
	(void)h;
	http->wants_up = false;
	http->wants_down = !good(http->status) || call == CALL_CREATE || call == CALL_EXEC_CREATE ||
			   call == CALL_INSPECT || call == CALL_EXEC_INSPECT || is_stream_of_progress(call);
}

static void on_down(struct http_host *h, struct http_exchange *http, struct str body)
{
	struct exchange *x = (struct exchange *)http;
	(void)h;
	if (good(http->status) && is_stream_of_progress(x->target.call)) {
		size_t skip = body.n > TAIL_BYTES ? body.n - TAIL_BYTES : 0;
		buf_str(&x->down, str_cut(body, skip, body.n));
		if (x->down.n > 2 * TAIL_BYTES) {
			buf_drop(&x->down, x->down.n - TAIL_BYTES);
			/* from the next whole object on */
			buf_drop(&x->down, str_find(buf_view(&x->down), '\n'));
		}
		return;
	}
	buf_str(&x->down, str_cut(body, 0, BODY_MOST - x->down.n));
	http->wants_down = x->down.n < BODY_MOST;
}

/* What an answer of success may still say: a pull or a build that broke half-way. */
static struct str failure_of(struct engine_talk *t, const struct exchange *x)
{
	bool stream = is_stream_of_progress(x->target.call) && good(x->http.status);
	struct str body = buf_view(&x->down);
	if (!body.n || (good(x->http.status) && !stream))
		return STR_NONE;
	if (stream && !str_has(body, STR("\"error\"")))
		return STR_NONE;
	return str_clip_utf8(body_error(body, &t->scratch), MESSAGE_BYTES);
}

/* Answers that go on until somebody has heard enough. */
static bool may_be_cut(enum engine_call call)
{
	return call == CALL_LOGS || call == CALL_ATTACH || call == CALL_EVENTS || call == CALL_STATS ||
	       call == CALL_EXEC_START || call == CALL_SESSION || call == CALL_TOP || call == CALL_WAIT;
}

static enum status status_of_call(const struct exchange *x, bool whole, struct str failure)
{
	if (x->http.status && (!good(x->http.status) || failure.n))
		return STATUS_FAILED;
	if (!whole && !(x->http.status && may_be_cut(x->target.call)))
		return STATUS_UNFINISHED;
	return STATUS_PASSED;
}

static void put_call(struct talk_peer *p, const struct exchange *x, uint64_t container, struct str image,
		     bool whole)
{
	struct engine_talk *t = p->talk;
	struct str failure = failure_of(t, x);
	struct row r = {.ev = {.type = EVENT_SPAN,
			       .kind = SPAN_CALL,
			       .id = ++t->next_id,
			       .parent = container,
			       .worker = p->worker,
			       .name = str_of(engine_call_name(x->target.call)),
			       .time_ns = x->http.begin_ns,
			       .dur_ns = x->http.end_ns - x->http.begin_ns}};
	r.ev.status = status_of_call(x, whole, failure);
	r.ev.message = failure;
	if (r.ev.status == STATUS_UNFINISHED)
		r.ev.message = x->http.status ? STR("the answer was cut short")
					      : STR("the connection ended before the answer");
	if (x->http.status)
		add_int(&r, STR("http"), x->http.status);
	add_text(&r, STR("image"), image);
	if (x->http.up_bytes)
		add_int(&r, STR("up"), (int64_t)x->http.up_bytes);
	if (x->http.down_bytes)
		add_int(&r, STR("down"), (int64_t)x->http.down_bytes);
	add_int(&r, STR("pid"), p->pid);
	put(t, &r);
}

/* A container that is there, or is there again: its span begins. */
static void put_container(struct engine_talk *t, struct known_container *c, const struct create_body *b,
			  int64_t begin_ns)
{
	struct row r = {.ev = {.type = EVENT_BEGIN,
			       .kind = SPAN_CONTAINER,
			       .id = ++t->next_id,
			       .worker = c->worker,
			       .name = c->name,
			       .time_ns = begin_ns}};
	c->span = r.ev.id;
	add_text(&r, STR("image"), c->image);
	add_text(&r, STR("cid"), c->cid);
	add_text(&r, STR("engine"), str_of(t->engine));
	add_text(&r, STR("type"), c->type);
	if (b && b->health)
		add_int(&r, STR("health"), 1);
	if (b)
		add_text(&r, STR("ports"), b->ports);
	for (uint32_t i = 0; b && i < b->n_labels; i++) {
		struct str key = str_of(arena_printf(&t->scratch, "label.%.*s", STR_ARG(b->labels[i].key)));
		add_text(&r, key, b->labels[i].value);
	}
	put(t, &r);
}

static void put_end(struct engine_talk *t, struct known_container *c, int64_t now)
{
	struct row r = {.ev = {.type = EVENT_END,
			       .kind = SPAN_CONTAINER,
			       .id = c->span,
			       .worker = c->worker,
			       .name = c->name,
			       .time_ns = now}};
	if (c->ended)
		return;
	c->ended = true;
	put(t, &r);
}

static void put_removed(struct engine_talk *t, struct known_container *c, int64_t now)
{
	struct row r = {.ev = {.type = EVENT_VALUE,
			       .parent = c->span,
			       .worker = c->worker,
			       .name = STR("removed"),
			       .time_ns = now}};
	add_int(&r, STR("num"), 1);
	put(t, &r);
}

static uint64_t created(struct talk_peer *p, const struct exchange *x, struct str *ret_image)
{
	struct engine_talk *t = p->talk;
	struct create_body b;
	body_create(buf_view(&x->up), &t->scratch, &b);
	*ret_image = b.image;
	struct str cid = good(x->http.status) ? body_id(buf_view(&x->down), &t->scratch) : STR_NONE;
	if (cid.n < 12 || cid.n > 128)
		return 0;
	struct known_container *c = known_add(&t->known, cid);
	c->image = arena_str(&t->known.arena, str_clip_utf8(b.image, 256));
	c->type = engine_type_of(c->image, t->patterns, t->n_patterns);
	c->worker = p->worker;
	c->goes = b.goes;
	known_name(&t->known, c, x->target.name.n ? x->target.name : b.name);
	if (b.kind_cluster.n)
		c->kind = kind_node(&t->kind, b.kind_cluster, p->worker, x->http.begin_ns);
	put_container(t, c, &b, x->http.begin_ns);
	return c->span;
}

static void started(struct talk_peer *p, struct known_container *c, const struct exchange *x)
{
	struct engine_talk *t = p->talk;
	if (x->http.status == 304) /* it ran already */
		return;
	if (c->ran) { /* another life: a span of its own */
		if (!c->watched)
			put_end(t, c, x->http.begin_ns);
		c->ended = false;
		put_container(t, c, NULL, x->http.begin_ns);
	}
	c->ran = true;
	c->watched = t->host->started(t->host, c, x->http.end_ns);
}

static void leaves(struct engine_talk *t, struct known_container *c)
{
	t->n_leaving += !c->leaving;
	c->leaving = true;
}

static void removed(struct engine_talk *t, struct known_container *c, const struct exchange *x)
{
	if (c->kind)
		kind_removed(&t->kind, c->kind, x->http.end_ns);
	if (c->watched && !c->removed) /* the watch tells */
		leaves(t, c);
	if (c->watched || c->removed)
		return;
	put_end(t, c, x->http.end_ns);
	put_removed(t, c, x->http.end_ns);
	c->removed = true;
}

/* An exec is over, or no more will be learned of it. */
static void put_exec(struct engine_talk *t, struct known_exec *e, int64_t exit, bool has_exit, struct str why)
{
	bool begun = e->started || e->status;
	struct row r = {.ev = {.type = EVENT_SPAN,
			       .kind = SPAN_CALL,
			       .id = ++t->next_id,
			       .parent = e->of ? e->of->span : 0,
			       .worker = e->worker,
			       .status = why.n || (e->status && !good(e->status)) ? STATUS_FAILED
					 : begun && !e->status                    ? STATUS_UNFINISHED
										  : STATUS_PASSED,
			       .name = begun ? STR("exec") : STR("exec-create"),
			       .message = why,
			       .time_ns = e->begin_ns,
			       .dur_ns = e->end_ns - e->begin_ns}};
	struct known_exec **at = &t->waiting;
	while (*at && *at != e)
		at = &(*at)->next;
	if (*at)
		*at = e->next;
	e->told = true;
	if (e->status)
		add_int(&r, STR("http"), e->status);
	add_text(&r, STR("cmd"), e->cmd);
	if (has_exit)
		add_int(&r, STR("exit"), exit);
	if (e->up_bytes)
		add_int(&r, STR("up"), (int64_t)e->up_bytes);
	if (e->down_bytes)
		add_int(&r, STR("down"), (int64_t)e->down_bytes);
	add_int(&r, STR("pid"), e->pid);
	put(t, &r);
}

static void exec_created(struct talk_peer *p, const struct exchange *x, struct known_container *c)
{
	struct engine_talk *t = p->talk;
	struct str id = body_id(buf_view(&x->down), &t->scratch);
	if (!id.n || id.n > 128)
		return;
	struct known_exec *e = known_exec_add(&t->known, id);
	e->cmd = arena_str(&t->known.arena, body_exec_cmd(buf_view(&x->up), &t->scratch));
	e->of = c;
	e->begin_ns = x->http.begin_ns;
	e->end_ns = x->http.end_ns;
	e->worker = p->worker;
	e->pid = p->pid;
}

static void exec_ran(struct talk_peer *p, const struct exchange *x, struct known_exec *e, bool whole)
{
	struct engine_talk *t = p->talk;
	e->started = true;
	e->detached = body_exec_detached(buf_view(&x->up), &t->scratch);
	e->status = x->http.status;
	e->whole = whole;
	e->end_ns = x->http.end_ns;
	e->up_bytes += x->http.up_bytes;
	e->down_bytes += x->http.down_bytes;
	if (e->of && e->of->kind)
		kind_exec_end(e->of->kind, e->end_ns);
	if (!good(e->status)) {
		put_exec(t, e, 0, false, failure_of(t, x));
		return;
	}
	e->until_ns = e->end_ns + EXIT_WAIT_S * NS_PER_S;
	e->next = t->waiting;
	t->waiting = e;
}

static void exec_inspected(struct engine_talk *t, const struct exchange *x)
{
	struct known_exec *e = known_exec_find(&t->known, x->target.subject);
	struct inspect_body b;
	if (!e || e->told || !e->started || !good(x->http.status))
		return;
	body_inspect(buf_view(&x->down), &t->scratch, &b);
	e->until_ns = x->http.end_ns + EXIT_WAIT_S * NS_PER_S;
	if (b.running || !b.has_exit)
		return;
	if (e->detached)
		e->end_ns = x->http.end_ns;
	put_exec(t, e, b.exit, true, STR_NONE);
}

static void inspected(struct engine_talk *t, const struct exchange *x, struct known_container *c)
{
	struct inspect_body b;
	if (c->name.n)
		return;
	body_inspect(buf_view(&x->down), &t->scratch, &b);
	known_name(&t->known, c, b.name);
}

/* What a call of success did to a container that is known. */
static void take_effect(struct talk_peer *p, const struct exchange *x, struct known_container *c)
{
	switch (x->target.call) {
	case CALL_START:
	case CALL_RESTART:
		started(p, c, x);
		break;
	case CALL_REMOVE:
		removed(p->talk, c, x);
		break;
	case CALL_STOP:
	case CALL_WAIT:
		if (!c->watched)
			put_end(p->talk, c, x->http.end_ns);
		break;
	case CALL_INSPECT:
		inspected(p->talk, x, c);
		break;
	default:
		break;
	}
}

static void drop(struct exchange *x)
{
	buf_free(&x->texts);
	buf_free(&x->up);
	buf_free(&x->down);
	mem_free(x);
}

static void on_end(struct http_host *h, struct http_exchange *http, bool whole)
{
	struct talk_peer *p = (struct talk_peer *)h;
	struct engine_talk *t = p->talk;
	struct exchange *x = (struct exchange *)http;
	struct str image = x->target.image;
	enum engine_call call = x->target.call;
	bool done = whole && good(http->status), own_row = true;
	struct known_exec *e = call == CALL_EXEC_START ? known_exec_find(&t->known, x->target.subject) : NULL;
	struct known_container *c =
	    call == CALL_EXEC_INSPECT || e ? NULL : known_find(&t->known, x->target.subject);
	uint64_t span = c ? c->span : 0;
	arena_reset(&t->scratch);
	if (e && !e->told) {
		exec_ran(p, x, e, whole);
		own_row = false;
	} else if (call == CALL_EXEC_CREATE && done) {
		exec_created(p, x, c);
		own_row = false;
	} else if (call == CALL_EXEC_INSPECT) {
		exec_inspected(t, x);
		e = known_exec_find(&t->known, x->target.subject);
		span = e && e->of ? e->of->span : 0;
	} else if (call == CALL_CREATE) {
		span = created(p, x, &image);
	} else if (c && done) {
		take_effect(p, x, c);
		span = c->span;
	}
	if (own_row)
		put_call(p, x, span, image, whole);
	drop(x);
}

void talk_init(struct engine_talk *t, struct sink *sink, struct talk_host *host, const char *engine,
	       char *const *patterns, size_t n_patterns)
{
	*t = (struct engine_talk){
	    .sink = sink, .host = host, .engine = engine, .patterns = patterns, .n_patterns = n_patterns};
	t->kind = (struct kind_watch){.arena = &t->known.arena, .sink = sink, .next_id = &t->next_id};
}

void talk_tick(struct engine_talk *t, int64_t now_ns)
{
	for (struct known_exec *e = t->waiting, *next; e; e = next) {
		next = e->next;
		if (now_ns >= e->until_ns)
			put_exec(t, e, 0, false, STR_NONE);
	}
	kind_settle(&t->kind, now_ns, false);
}

void talk_end(struct engine_talk *t, int64_t now_ns)
{
	for (size_t i = 0; i < t->known.n_execs; i++)
		if (!t->known.execs[i]->told)
			put_exec(t, t->known.execs[i], 0, false, STR_NONE);
	kind_settle(&t->kind, now_ns, true);
}

void talk_free(struct engine_talk *t)
{
	known_free(&t->known);
	arena_free(&t->scratch);
}

void talk_put(struct engine_talk *t, const struct event *ev)
{
	struct event row = *ev;
	struct known_container *c = NULL;
	bool is_end = ev->type == EVENT_END, is_removed = str_is(ev->name, "removed");
	for (size_t i = t->known.n_containers; i > 0 && !c && (is_end || is_removed); i--)
		if (t->known.containers[i - 1]->span == (is_end ? ev->id : ev->parent))
			c = t->known.containers[i - 1];
	row.source = SOURCE_TAP;
	if (c && is_end) { /* the engine's name for it is learned late where the client gave none */
		c->ended = true;
		row.name = c->name;
		if (c->goes && !c->removed)
			leaves(t, c);
	} else if (c) {
		c->removed = true;
		t->n_leaving -= c->leaving;
		c->leaving = false;
	}
	sink_put(t->sink, &row);
}

void talk_peer_init(struct talk_peer *p, struct engine_talk *t, int32_t worker, int32_t pid)
{
	*p = (struct talk_peer){
	    .http = {.request = on_request, .up = on_up, .answer = on_answer, .down = on_down, .end = on_end},
	    .talk = t,
	    .worker = worker,
	    .pid = pid};
	http_tap_init(&p->tap, &p->http);
}

void talk_peer_free(struct talk_peer *p, int64_t now_ns)
{
	p->talk->n_broken += p->tap.deaf;
	http_tap_free(&p->tap, now_ns);
}
