#include "subject/container_link.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/str.h"
#include "engine/engine_find.h"
#include "net/wait.h"

/* How soon an exec whose output has ended is asked again whether it has. */
enum { EXIT_PAUSE_NS = NS_PER_MS };

/* DOCKER_HOST and 'engine' as people write them: a path, unix://PATH, tcp://HOST:PORT, http://HOST:PORT. */
static const char *base_of(struct arena *a, const char *host, struct err *e)
{
	struct str s = str_of(host);
	if (str_starts(s, "unix://"))
		s = str_cut(s, 7, s.n);
	else if (str_starts(s, "unix:"))
		s = str_cut(s, 5, s.n);
	if (str_starts(s, "/"))
		return arena_printf(a, "unix:%.*s:", STR_ARG(s));
	if (str_starts(s, "tcp://"))
		return arena_printf(a, "http://%.*s", STR_ARG(str_cut(s, 6, s.n)));
	if (str_starts(s, "http://"))
		return arena_copy(a, s);
	(void)err_usage(
	    e, "an engine is the path of a socket, unix://PATH, tcp://HOST:PORT or http://HOST:PORT");
	return NULL;
}

const char *container_engine_base(struct arena *a, const char *given, char *const *env, struct err *e)
{
	struct engine found;
	const char *host = given ? given : environment_get(env, "DOCKER_HOST");
	if (given || (host && *host && strncmp(host, "unix:", 5) != 0))
		return base_of(a, host, e);
	engine_find(a, env, NULL, &found);
	if (found.socket)
		return base_of(a, found.socket, e);
	(void)err_usage(e, "%s", found.why);
	return NULL;
}

static int engine_fault(const struct container_link *l, struct err *e)
{
	errno = 0;
	return err_sys(e, "%s", l->why);
}

/* A ping costs 0.1 ms; podman takes half a second to say its version. Engines that no longer speak the one
 * that is asked for say in /version which they still do. */
static bool agree(struct container_engine *g, struct container_link *l, int64_t deadline_ns)
{
	struct container_ask ping = {.what = "reach the container engine", .method = "GET", .path = "/_ping"};
	struct container_ask ask = {.what = ping.what, .method = "GET", .path = "/version"};
	struct container_version v = {0};
	if (!container_call(l, &ping, deadline_ns))
		return false;
	v.api = arena_str(&l->scratch, client_header(l->client, "api-version"));
	if (!v.api.n || container_is_newer(v.api)) {
		if (!container_call(l, &ask, deadline_ns))
			return false;
		if (!container_read_version(buf_view(&l->body), &l->scratch, &v))
			return container_fails(l, ask.what, "%s answers, but not as a container engine does",
					       l->engine->url.shown);
	}
	container_choose_version(&v, g->version);
	return true;
}

int container_engine_find(struct container_engine *ret, struct arena *a, const char *given, char *const *env,
			  int64_t deadline_ns, struct err *e)
{
	struct container_link l;
	*ret = (struct container_engine){0};
	const char *base = container_engine_base(a, given, env, e);
	if (!base)
		return e->fault;
	if (http_url_parse(&ret->url, arena_printf(a, "%s/", base), e) < 0)
		return e->fault;
	container_link_init(&l, ret);
	int rc = agree(ret, &l, deadline_ns) ? 0 : engine_fault(&l, e);
	container_link_free(&l);
	return rc;
}

void container_link_init(struct container_link *l, const struct container_engine *engine)
{
	*l = (struct container_link){.engine = engine, .client = client_new(&engine->url, NULL)};
}

void container_link_free(struct container_link *l)
{
	client_free(l->client);
	buf_free(&l->body);
	arena_free(&l->scratch);
	*l = (struct container_link){0};
}

bool container_fails(struct container_link *l, const char *what, const char *fmt, ...)
{
	va_list args;
	int n = snprintf(l->why, sizeof(l->why), "cannot %s: ", what);
	va_start(args, fmt);
	if (n > 0 && (size_t)n < sizeof(l->why))
		(void)vsnprintf(l->why + n, sizeof(l->why) - (size_t)n, fmt, args);
	va_end(args);
	/* nothing cut in the middle of a character */
	l->why[str_clip_utf8(str_of(l->why), sizeof(l->why) - 1).n] = '\0';
	return false;
}

static bool no_answer(struct container_link *l, const char *what, const struct err *e)
{
	l->timed_out = net_timed_out(e);
	l->lost = true;
	return container_fails(l, what, "%s: %s", l->engine->url.shown, e->text);
}

static bool refused(struct container_link *l, const char *what)
{
	char said[CONTAINER_SAID];
	container_said(buf_view(&l->body), &l->scratch, said);
	if (said[0])
		return container_fails(l, what, "%s", said);
	return container_fails(l, what, "status %d without a word", l->status);
}

static struct client_request request_of(struct container_link *l, const struct container_ask *ask)
{
	struct client_request q = {.method = ask->method, .body = ask->json};
	if (ask->json.n)
		q.headers = STR("Content-Type: application/json\r\n");
	q.path = str_of(arena_printf(&l->scratch, "%s%s", l->engine->version, ask->path));
	return q;
}

static void begin(struct container_link *l)
{
	buf_clear(&l->body);
	l->status = 0;
	l->timed_out = l->lost = false;
	l->why[0] = '\0';
}

bool container_call(struct container_link *l, const struct container_ask *ask, int64_t deadline_ns)
{
	struct err e = {0};
	struct client_request q = request_of(l, ask);
	begin(l);
	if (client_ask(l->client, &q, &l->body, CONTAINER_BODY_BYTES, deadline_ns, &e) < 0)
		return no_answer(l, ask->what, &e);
	l->status = client_answer(l->client)->status;
	if (l->status < 300 || l->status == ask->fine)
		return true;
	return refused(l, ask->what);
}

static const char running[] = "run a command in the container";

static void keep_said(const struct container_frames *f, struct arena *scratch, char *said)
{
	size_t n = f->err_bytes < (int64_t)sizeof(f->err) ? (size_t)f->err_bytes : sizeof(f->err);
	struct str all = {f->err, n};
	if (said)
		container_said(str_cut(all, 0, str_find(all, '\n')), scratch, said);
}

/* Both ways at once: a command may write before it has read all, and nobody may wait for the other. */
static bool pump(struct container_link *l, struct container_exec *x, int64_t deadline_ns)
{
	struct container_frames frames = {0};
	struct str rest = x->input;
	struct err e = {0};
	ssize_t n = 1;
	while (n > 0) {
		ssize_t went = rest.n ? client_write_some(l->client, rest, deadline_ns, &e) : 0;
		if (went > 0) {
			rest = str_cut(rest, (size_t)went, rest.n);
			if (!rest.n)
				client_write_end(l->client);
			continue;
		}
		/* a command that ends early closes its input: what it wrote is there all the same */
		if (went < 0 && net_timed_out(&e))
			return no_answer(l, running, &e);
		if (went < 0)
			rest = STR_NONE;
		buf_clear(&l->body);
		n = client_read(l->client, &l->body, deadline_ns, &e);
		if (n > 0 && !container_frames_feed(&frames, buf_view(&l->body), x->out, x->most))
			return container_fails(l, running,
					       "its output does not come as the engine's API says");
	}
	x->out_bytes = frames.out_bytes;
	keep_said(&frames, &l->scratch, x->said);
	/* podman ends with a reset where it leaves input unread; all that was written has come before it */
	bool is_reset = n < 0 && e.sys == ECONNRESET && x->input.n;
	if (n < 0 && !is_reset)
		return no_answer(l, running, &e);
	return container_frames_whole(&frames) || container_fails(l, running, "its output was cut short");
}

static bool attach(struct container_link *l, const char *exec, struct container_exec *x, int64_t deadline_ns)
{
	struct err e = {0};
	struct container_ask ask = {.what = running,
				    .method = "POST",
				    .path = arena_printf(&l->scratch, "/exec/%s/start", exec),
				    .json = STR("{\"Detach\":false,\"Tty\":false}")};
	struct client_request q = request_of(l, &ask);
	q.headers = STR("Content-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n");
	q.upgrades = true;
	begin(l);
	if (client_begin(l->client, &q, deadline_ns, &e) < 0)
		return no_answer(l, running, &e);
	l->status = client_answer(l->client)->status;
	if (client_answer(l->client)->upgraded)
		return pump(l, x, deadline_ns);
	while (l->body.n < CONTAINER_BODY_BYTES && client_read(l->client, &l->body, deadline_ns, &e) > 0)
		;
	return l->status >= 300 ? refused(l, running)
				: container_fails(l, running, "status %d and no stream", l->status);
}

/* The output may end a moment before the engine knows the exit code. */
static bool wait_exit(struct container_link *l, const char *exec, struct container_exec *x,
		      int64_t deadline_ns)
{
	struct container_ask ask = {
	    .what = running, .method = "GET", .path = arena_printf(&l->scratch, "/exec/%s/json", exec)};
	struct container_exit now;
	for (;;) {
		if (!container_call(l, &ask, deadline_ns))
			return false;
		if (!container_read_exit(buf_view(&l->body), &l->scratch, &now))
			return container_fails(l, running, "the engine does not say how it ended");
		if (!now.running && now.code >= 0)
			break;
		if (clock_mono_ns() + EXIT_PAUSE_NS >= deadline_ns) {
			l->timed_out = true;
			return container_fails(l, running, "the engine never says how it ended");
		}
		clock_pause(EXIT_PAUSE_NS);
	}
	x->code = now.code;
	return true;
}

bool container_exec(struct container_link *l, const char *id, struct container_exec *x, int64_t deadline_ns)
{
	struct container_ask ask = {.what = running,
				    .method = "POST",
				    .path = arena_printf(&l->scratch, "/containers/%s/exec", id),
				    .json = x->create};
	struct str exec;
	int64_t begun = clock_mono_ns();
	x->code = -1;
	if (!container_call(l, &ask, deadline_ns))
		return false;
	if (!container_read_id(buf_view(&l->body), &l->scratch, &exec))
		return container_fails(l, running, "the engine's answer has no Id");
	const char *name = arena_copy(&l->scratch, exec);
	if (!attach(l, name, x, deadline_ns) || !wait_exit(l, name, x, deadline_ns))
		return false;
	x->ns = clock_mono_ns() - begun;
	return true;
}
