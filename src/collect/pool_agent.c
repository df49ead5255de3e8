/* The talk with an agent: docs/agent-protocol.md. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/json.h"
#include "base/str.h"
#include "collect/adapter_python.h"
#include "collect/hang.h"
#include "collect/pool_inside.h"
#include "wire/env.h"

enum { SAY_MAX = 64 << 20, SEND_WAIT_MS = 10000 };

size_t agent_env(struct pool *p, struct worker *w, const char *mode, char **ret_env)
{
	struct arena *a = p->arena;
	size_t n = 0;
	const char *path = environment_get(p->o.env, "PYTHONPATH");
	if (!p->o.agent_dir)
		return 0;
	ret_env[n++] = arena_printf(a, ENV_AGENT "=%s", mode);
	ret_env[n++] = arena_printf(a, ENV_AGENT_DIR "=%s", p->o.agent_dir);
	ret_env[n++] =
	    arena_printf(a, "PYTHONPATH=%s%s%s", p->o.agent_dir, path && *path ? ":" : "", path ? path : "");
	ret_env[n++] = arena_printf(a, ENV_DUMP_SIGNAL "=%d", hang_signal());
	ret_env[n++] = arena_printf(a, ENV_DUMP_FILE "=%s", w->dump_path);
	if (w->spare_path)
		ret_env[n++] = arena_printf(a, ENV_EVENTS_SPARE "=%s", w->spare_path);
	if (p->o.pull)
		ret_env[n++] = arena_printf(a, ENV_AGENT_SOCKET "=%s", w->socket_path);
	return n;
}

static int listen_at(struct worker *w, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (strlen(w->socket_path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return err_sys(e, "cannot make socket '%s'", w->socket_path);
	}
	memcpy(at.sun_path, w->socket_path, strlen(w->socket_path) + 1);
	w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w->listener < 0)
		return err_sys(e, "cannot make a socket");
	mode_t before = umask(0177);
	int rc = bind(w->listener, (struct sockaddr *)&at, sizeof(at));
	(void)umask(before);
	if (rc < 0 || listen(w->listener, 8) < 0)
		return err_sys(e, "cannot make socket '%s'", w->socket_path);
	return 0;
}

int agent_listen(struct pool *p, struct worker *w, struct err *e)
{
	if (w->listener >= 0)
		return 0;
	if (listen_at(w, e) < 0)
		return e->fault;
	if (pool_watch(p, w->listener, FD_LISTEN, w))
		return 0;
	*e = p->error;
	return e->fault;
}

int agent_start(struct pool *p, struct worker *w, struct err *e)
{
	char *more[2];
	size_t n = 0;
	if (agent_listen(p, w, e) < 0)
		return e->fault;
	w->hello = w->ready = w->stops = w->dropped = w->is_used = w->wants_anew = false;
	w->state = SLOT_STARTING;
	if (p->bare || p->nodes)
		more[n++] = arena_printf(p->arena, ENV_AGENT "=%s", p->bare ? "pull-bare" : "pull");
	if (p->nodes) /* also once it is gone: they would ask for it again */
		more[n++] = p->nodes;
	if (n)
		w->env = environment_with(p->arena, w->env, more, n);
	output_mark(&w->output);
	int64_t now = clock_mono_ns();
	w->unit_ns = now;
	phase_begin(p, w, "startup", now);
	return worker_spawn(p, w, p->o.argv, w->env, w->isolate.cwd, e);
}

void agent_accept(struct pool *p, struct worker *w)
{
	int fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred who = {0};
	socklen_t n = sizeof(who);
	if (fd < 0)
		return;
	if (w->agent >= 0 || !w->pid || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0 ||
	    who.uid != geteuid()) {
		(void)close(fd);
		return;
	}
	w->agent = fd;
	buf_clear(&w->said);
	(void)pool_watch(p, fd, FD_AGENT, w);
}

/* Sends all of it; an agent that does not read for long is as good as dead. */
void agent_send(struct pool *p, struct worker *w, struct str s)
{
	while (s.n && w->agent >= 0) {
		ssize_t n = send(w->agent, s.at, s.n, MSG_NOSIGNAL);
		if (n > 0) {
			s = str_cut(s, (size_t)n, s.n);
			continue;
		}
		struct pollfd wait = {.fd = w->agent, .events = POLLOUT};
		if (n < 0 && (errno == EAGAIN || errno == EINTR) && poll(&wait, 1, SEND_WAIT_MS) > 0)
			continue;
		worker_end_processes(p, w, ENDING_KILL, clock_mono_ns());
		return;
	}
}

/* Tests may lean on what files of other tests import: in a plain run all are imported before the first. */
static void load_ahead(struct pool *p, struct worker *w, struct buf *b)
{
	if (!p->o.load_ahead || w->is_used)
		return;
	w->loading = true;
	phase_begin(p, w, "imports", clock_mono_ns());
	buf_text(b, "{\"do\":\"load\"}\n");
}

void agent_loaded(struct pool *p, struct worker *w, int64_t now)
{
	if (w->loading)
		phase_end(p, w, STATUS_PASSED, STR_NONE, now);
	w->loading = false;
}

void agent_give(struct pool *p, struct worker *w, uint32_t n)
{
	struct buf b = {0};
	worker_drain(p, w); /* what it has printed until now is of none of these */
	load_ahead(p, w, &b);
	buf_text(&b, "{\"do\":\"run\",\"units\":[");
	for (uint32_t i = 0; i < n; i++) {
		const struct pool_unit *u = w->units[i];
		buf_text(&b, i ? ",[" : "[");
		buf_int(&b, u->number);
		buf_char(&b, ',');
		json_put_text(&b, u->select);
		buf_char(&b, ',');
		buf_int(&b, u->attempt);
		buf_char(&b, ']');
	}
	buf_text(&b, "]}\n");
	w->n_units = n;
	w->is_used = true;
	w->given_ns = clock_mono_ns();
	w->state = SLOT_BUSY;
	agent_send(p, w, buf_view(&b));
	buf_free(&b);
}

void agent_finish(struct pool *p, struct worker *w, int64_t now)
{
	w->state = SLOT_ENDING;
	phase_begin(p, w, "teardown", now);
	agent_send(p, w, STR("{\"do\":\"end\"}\n"));
}

void agent_drop(struct pool *p, struct worker *w, int64_t now)
{
	w->state = SLOT_ENDING;
	w->dropped = true;
	worker_end_processes(p, w, ENDING_KILL, now);
}

static void take_hello(struct pool *p, struct worker *w)
{
	w->hello = true;
	if (!p->lister) {
		p->lister = w;
		agent_send(p, w,
			   p->o.list_tests ? STR("{\"do\":\"list\",\"tests\":true}\n")
					   : STR("{\"do\":\"list\"}\n"));
	}
}

void pool_list(struct pool *p, const struct str *names, size_t n, bool to_choose)
{
	struct buf b = {0};
	buf_text(&b, "{\"do\":\"list\",\"tests\":true,");
	buf_text(&b, to_choose ? "\"choose\":true,\"names\":[" : "\"names\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(&b, ',');
		json_put_text(&b, names[i]);
	}
	buf_text(&b, "]}\n");
	p->discovered = false;
	if (p->lister)
		agent_send(p, p->lister, buf_view(&b));
	buf_free(&b);
}

static void take_ready(struct pool *p, struct worker *w)
{
	if (w->ready)
		return;
	w->ready = true;
	phase_end(p, w, STATUS_PASSED, STR_NONE, clock_mono_ns());
	if (w->state == SLOT_STARTING)
		w->state = SLOT_IDLE;
}

/* Its suite cannot be configured as that of a worker; asked for once a process, and not in vain. */
static void take_bare(struct pool *p, struct worker *w, struct str why)
{
	if (!p->bare)
		pool_note(p, "bare",
			  arena_printf(p->arena,
				       "the suite cannot be configured in a worker of pytest-xdist (%.*s): "
				       "workers look like pytest alone until they are",
				       STR_ARG(why)));
	p->bare = true;
	w->wants_anew = true;
}

/* lost: why the agent could not write its rows; empty: it could. */
static void take_done(struct pool *p, struct worker *w, struct str lost)
{
	const char *why = lost.n ? arena_printf(p->arena, "its end was not recorded: %.*s", STR_ARG(lost))
				 : "its end was not recorded";
	agent_rows(p, w);
	while (w->n_units) { /* its rows were lost: the disk is full, or somebody wrote over the file */
		if (!w->current)
			worker_unit_begin(p, w, w->units[0], pool_span(p), w->given_ns);
		worker_unit_end(p, w, STATUS_ERROR, str_of(why), NULL, false, clock_mono_ns());
	}
	if (w->state == SLOT_BUSY)
		w->state = SLOT_IDLE;
}

static void take_units(struct pool *p, struct worker *w, struct str units, bool more)
{
	if (!more)
		p->discovered = w->listed = true;
	p->host->units(p->host, units, more); /* may ask for more: discovered is false again */
}

/* The framework was told to stop at a failure: nothing new is begun anywhere. */
static void take_stop(struct pool *p, struct worker *w, struct str why)
{
	agent_rows(p, w);
	w->stops = true;
	if (!p->stopping)
		pool_note(
		    p, "stopped",
		    arena_printf(p->arena, "%s stopped itself: %.*s", p->suite->adapter->name, STR_ARG(why)));
	p->stopping = true;
}

/* The controller has less to say. */
static void take_of_control(struct pool *p, struct str say, struct str text)
{
	if (str_is(say, "ready"))
		control_ready(p);
	else if (str_is(say, "fault"))
		control_fault(p, text);
}

static void take_message(struct pool *p, struct worker *w, struct str line)
{
	struct json j;
	struct str key, say = STR_NONE, units = STR_NONE, text = STR_NONE, to_blame = STR_NONE;
	struct str lost = STR_NONE;
	bool more = false;
	arena_reset(&p->rows);
	json_init(&j, line, &p->rows);
	if (json_object(&j)) {
		while (json_key(&j, &key)) {
			if (str_is(key, "say"))
				say = json_text(&j);
			else if (str_is(key, "units"))
				units = json_raw(&j);
			else if (str_is(key, "more"))
				more = json_bool(&j);
			else if (str_is(key, "msg"))
				text = json_text(&j);
			else if (str_is(key, "lost"))
				lost = arena_str(p->arena, json_text(&j));
			else if (str_is(key, "blame"))
				to_blame = json_text(&j);
			else
				json_skip(&j);
		}
	}
	if (!json_end(&j)) {
		p->bad_rows++;
		return;
	}
	if (w->front)
		take_of_control(p, say, text);
	else if (str_is(say, "hello"))
		take_hello(p, w);
	else if (str_is(say, "ready"))
		take_ready(p, w);
	else if (str_is(say, "units") && units.n)
		take_units(p, w, units, more);
	else if (str_is(say, "bare"))
		take_bare(p, w, text);
	else if (str_is(say, "controller"))
		control_want(p, w, text);
	else if (str_is(say, "loaded"))
		agent_loaded(p, w, clock_mono_ns());
	else if (str_is(say, "done"))
		take_done(p, w, lost);
	else if (str_is(say, "stop"))
		take_stop(p, w, text);
	else if (str_is(say, "fault")) {
		w->fault = arena_str(p->arena, text);
		w->blame = arena_str(p->arena, to_blame);
	}
}

void agent_read(struct pool *p, struct worker *w)
{
	for (;;) {
		ssize_t n = recv(w->agent, buf_room(&w->said, 65536), 65536, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 || (n < 0 && errno != EAGAIN)) {
			pool_close(p, &w->agent);
			break;
		}
		if (n < 0)
			break;
		w->said.n += (size_t)n;
		if (w->said.n > SAY_MAX) {
			worker_end_processes(p, w, ENDING_KILL, clock_mono_ns());
			break;
		}
	}
	size_t from = 0;
	for (;;) {
		struct str rest = {w->said.at ? w->said.at + from : NULL, w->said.n - from};
		size_t end = str_find(rest, '\n');
		if (end == rest.n)
			break;
		take_message(p, w, str_cut(rest, 0, end));
		from += end + 1;
	}
	if (from)
		buf_drop(&w->said, from);
}

/* Who is to blame for a process that ended so: the suite (0), or an enum fault. */
static int blame(const struct pool *p, const struct worker *w, const struct pool_exit *x)
{
	if (str_is(w->blame, "suite") || x->signal)
		return 0;
	if (str_is(w->blame, "command"))
		return FAULT_USAGE;
	if (str_is(w->blame, "agent"))
		return FAULT_SYSTEM;
	return x->code > 0 && p->suite->adapter->blame ? p->suite->adapter->blame(x->code) : 0;
}

/* Of a message of several lines the one that says it: the last of a traceback, the error behind a usage. */
static struct str telling_line(struct str text)
{
	text = str_trim(text);
	struct str first = str_cut(text, 0, str_find(text, '\n')), rest = text, line;
	size_t last = str_find_last(text, '\n');
	if (str_has(first, STR("Traceback (most recent call last)")) && last < text.n)
		return str_trim(str_cut(text, last, text.n));
	while (str_starts(first, "usage: ") && str_next(&rest, '\n', &line))
		if (str_has(line, STR("error: ")))
			return line;
	return first;
}

/* A process that ended before its suite was loaded: shown as a unit, so that every report has it. */
static void start_failed(struct pool *p, struct worker *w, int status, int64_t now)
{
	struct pool_unit *u = arena_new(p->arena, struct pool_unit);
	struct pool_exit x = {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0};
	struct str why = w->fault.n && (w->blame.n || !x.code)
			     ? w->fault
			     : str_of(arena_printf(p->arena, "%s before the suite was loaded",
						   exit_words(p->arena, status)));
	uint64_t printed = w->output.unit_bytes;
	*u = (struct pool_unit){.number = UNIT_OF_WORKER,
				.attempt = 1,
				.fault = blame(p, w, &x),
				.name = str_of(arena_printf(p->arena, "start of worker %u", w->number))};
	int64_t began = w->unit_ns;
	worker_unit_begin(p, w, u, pool_span(p), began);
	w->output.unit_bytes = printed;
	worker_unit_end(p, w, pool_was_cut(p) ? STATUS_UNFINISHED : STATUS_ERROR, why, &x, false, now);
	w->n_failed++;
	if (!p->has_error) {
		errno = 0;
		p->has_error = true;
		(void)err_sys(&p->error, "worker %u: %.*s", w->number, STR_ARG(telling_line(why)));
	}
	if (w->fault.n)
		w->n_failed = START_TRIES;
}

/* A command that ran without our agent is one test, timed from outside. */
static void tell_whole(struct pool *p, struct worker *w, enum status status, int64_t now)
{
	struct event test = {.type = EVENT_SPAN,
			     .kind = SPAN_TEST,
			     .id = pool_span(p),
			     .parent = w->unit_span,
			     .worker = (int32_t)w->number,
			     .attempt = 1,
			     .status = status,
			     .name = w->current->name,
			     .source = SOURCE_PROCESS,
			     .time_ns = pool_time(p, w->unit_ns),
			     .dur_ns = now - w->unit_ns};
	pool_put(p, &test);
	pool_note(p, "no-agent",
		  arena_printf(p->arena,
			       "no process of this command let fettle's agent in (%s): it ran as it is, "
			       "in one process, and is timed as one test",
			       python_is_closed(p->suite->argv, p->suite->word)
				   ? "its interpreter is told to ignore the environment"
				   : "it ran no tests, or in a cleaned environment"));
}

/* The command ran without our agent (an interpreter that ignores the environment, or not a test run at all).
 */
static void ran_plainly(struct pool *p, struct worker *w, int status, int64_t now)
{
	struct pool_unit *u = arena_new(p->arena, struct pool_unit);
	struct pool_exit x = {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0};
	enum status st = x.signal ? STATUS_CRASHED : x.code ? STATUS_FAILED : STATUS_PASSED;
	uint64_t printed = w->output.unit_bytes;
	*u = (struct pool_unit){.number = UNIT_OF_WORKER,
				.attempt = 1,
				.fault = blame(p, w, &x),
				.name = p->suite->adapter->name[0] ? str_of(p->suite->adapter->name)
								   : STR("command")};
	int64_t began = w->unit_ns;
	struct str said = arena_str(p->arena, telling_line(output_excerpt(&w->output, &p->scratch)));
	worker_unit_begin(p, w, u, pool_span(p), began);
	w->output.unit_bytes = printed;
	w->end.exit_code = x.signal ? 128 + x.signal : x.code;
	if (!u->fault)
		tell_whole(p, w, st, now);
	worker_unit_end(p, w, st, x.signal || x.code ? str_of(exit_words(p->arena, status)) : STR_NONE, &x,
			false, now);
	if (u->fault) {
		p->has_error = true;
		errno = 0;
		(void)err_sys(&p->error, "%s ended with %s%s%.*s", p->suite->adapter->name,
			      exit_words(&p->scratch, status), said.n ? ": " : "", STR_ARG(said));
	}
	p->end = POOL_NO_AGENT;
	p->stopping = true;
}

/* It died in the middle of a unit. */
static void died_in_unit(struct pool *p, struct worker *w, int status, int64_t now)
{
	struct pool_exit x = {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
			      .timed_out = w->timed_out};
	w->n_failed = 0;
	if (w->timed_out || pool_was_cut(p))
		worker_unit_end(p, w, w->timed_out ? STATUS_TIMEOUT : STATUS_UNFINISHED, worker_stacks(p, w),
				&x, false, now);
	else
		worker_unit_end(p, w, STATUS_CRASHED, str_of(exit_words(&p->scratch, status)), &x, false,
				now);
}

static bool anyone_said_hello(const struct pool *p)
{
	for (uint32_t i = 0; i < p->o.workers; i++)
		if (p->workers[i].hello)
			return true;
	return false;
}

/* Which file it was, its own unit will tell: from now on each is loaded with its unit. */
static void died_loading(struct pool *p, struct worker *w, int status)
{
	w->loading = false;
	if (p->o.load_ahead && !p->stopping)
		pool_note(p, "imports",
			  arena_printf(p->arena,
				       "worker %u %s while it imported the test files: each is imported "
				       "with its own tests now",
				       w->number,
				       w->timed_out ? "took longer than --unit-timeout allows a unit"
						    : arena_printf(&p->scratch, "ended (%s)",
								   exit_words(&p->scratch, status))));
	p->o.load_ahead = false;
}

/* It died outside of units, and nobody had told it to end. */
static void died_between(struct pool *p, struct worker *w, int status, int64_t now)
{
	if (!w->ready && (p->stopping || w->wants_anew))
		return;
	if (!anyone_said_hello(p) && !WIFSIGNALED(status)) {
		ran_plainly(p, w, status, now);
	} else if (!w->ready) {
		start_failed(p, w, status, now);
	} else if (++w->n_failed >= START_TRIES && w->n_units) { /* it dies on the way to this unit */
		worker_unit_begin(p, w, w->units[0], pool_span(p), w->given_ns);
		worker_unit_end(p, w, STATUS_CRASHED, str_of(exit_words(&p->scratch, status)), NULL, false,
				now);
	}
}

void agent_keep_end(struct pool *p, struct worker *w, int status)
{
	w->end = (struct pool_worker_end){.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
									   : WEXITSTATUS(status),
					  .status = WIFSIGNALED(status) ? STATUS_CRASHED : STATUS_ERROR,
					  .words = exit_words(p->arena, status),
					  .last_words = output_excerpt(&w->output, p->arena)};
}

void agent_gone(struct pool *p, struct worker *w, int status, int64_t now)
{
	bool meant = w->state == SLOT_ENDING;
	if (w->agent >= 0)
		agent_read(p, w);
	agent_rows(p, w);
	marks_forget(&w->marks);
	pool_close(p, &w->agent);
	if (w->phase)
		phase_end(p, w, (meant || w->hello) && !w->loading ? STATUS_PASSED : STATUS_ERROR, STR_NONE,
			  now);
	if (p->lister == w && !p->discovered)
		p->lister = NULL;
	w->state = SLOT_OFF;
	if (meant || w->stops) {
		if (status && !w->dropped)
			agent_keep_end(p, w, status);
	} else if (w->current) {
		died_in_unit(p, w, status, now);
	} else if (w->loading) {
		died_loading(p, w, status);
	} else {
		died_between(p, w, status, now);
	}
	worker_give_back(p, w);
}
