/* The life of a worker's processes: start, output, units, end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/folder.h"
#include "base/str.h"
#include "collect/copy.h"
#include "collect/hang.h"
#include "collect/pool_inside.h"
#include "wire/env.h"

char *exit_words(struct arena *a, int status)
{
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));
		return arena_printf(a, "killed by SIG%s (signal %d)", name ? name : "?", WTERMSIG(status));
	}
	return arena_printf(a, "exit code %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Replaces {worker}, {worker_dir} and {workers}. */
static char *expand(struct pool *p, const struct worker *w, const char *text)
{
	struct buf b = {0};
	for (; *text; text++) {
		if (strncmp(text, "{worker}", 8) == 0) {
			buf_int(&b, w->number);
			text += 7;
		} else if (strncmp(text, "{workers}", 9) == 0) {
			buf_int(&b, p->o.workers);
			text += 8;
		} else if (strncmp(text, "{worker_dir}", 12) == 0) {
			buf_text(&b, w->dir);
			text += 11;
		} else {
			buf_char(&b, *text);
		}
	}
	char *whole = arena_copy(p->arena, buf_view(&b));
	buf_free(&b);
	return whole;
}

char *pool_traceparent(const struct pool *p, struct arena *a, uint64_t span)
{
	char text[TRACEPARENT_BYTES];
	trace_context_text(p->o.trace, span, text);
	return arena_printf(a, ENV_TRACEPARENT "=%s", text);
}

size_t worker_env(struct pool *p, const struct worker *w, char **ret_env)
{
	size_t n = 0;
	for (size_t i = 0; i < p->o.n_worker_env; i++) {
		struct str text = str_of(p->o.worker_env[i]);
		bool own = str_has(text, STR("{worker}")) || str_has(text, STR("{worker_dir}"));
		if (!w->front || !own)
			ret_env[n++] = expand(p, w, p->o.worker_env[i]);
	}
	return n;
}

static void make_env(struct pool *p, struct worker *w)
{
	struct arena *a = p->arena;
	size_t n = 0;
	char **extra = arena_array(a, char *, p->o.n_worker_env + AGENT_ENV + TAP_ENV + 8);
	extra[n++] = p->run_mark;
	extra[n++] = arena_printf(a, ENV_EVENTS "=%s", w->spool_path);
	if (w->map.fd >= 0)
		extra[n++] = arena_printf(a, ENV_MARKS "=%s", w->map_path);
	if (!w->front) {
		extra[n++] = w->mark;
		extra[n++] = arena_printf(a, ENV_WORKERS "=%u", p->o.workers);
		extra[n++] = arena_printf(a, ENV_WORKER_DIR "=%s", w->dir);
	}
	if (p->o.isolate && !w->front) {
		extra[n++] = arena_printf(a, "HOME=%s/home", w->dir);
		extra[n++] = arena_printf(a, "TMPDIR=%s/tmp", w->dir);
	}
	n += pool_tap_env(p, w, extra + n);
	if (p->o.trace && !w->front)
		extra[n++] = pool_traceparent(p, a, w->span);
	if (!w->front)
		n += worker_env(p, w, extra + n);
	if (!w->front && (p->o.pull || p->o.observe))
		n += agent_env(p, w, p->o.pull ? "pull" : "observe", extra + n);
	w->env = environment_with(a, p->o.env, extra, n);
}

/* Where its processes say what they do. Without the map or the spare file all goes on. */
static int open_rows(struct pool *p, struct worker *w, struct err *e)
{
	struct err ignored;
	w->native = ++p->next_birth;
	(void)!marks_map_make(&w->map, w->map_path, &ignored);
	if (w->spare_path && spool_open(&w->spare, w->spare_path, &ignored) < 0)
		w->spare_path = NULL;
	return spool_open(&w->spool, w->spool_path, e);
}

/* Folders, copies, files: once, before its first process. */
static int prepare(struct pool *p, struct worker *w, struct err *e)
{
	struct arena *a = p->arena;
	w->prepared = true;
	output_init(&w->output, p->o.tee && !w->front ? STDOUT_FILENO : -1);
	if (p->o.out_dir)
		output_open(&w->output, w->front
					    ? arena_printf(a, "%s/setup.log", p->o.out_dir)
					    : arena_printf(a, "%s/worker-%u.log", p->o.out_dir, w->number));
	w->isolate.cwd = p->o.cwd;
	if (w->front) {
		w->spool_path = arena_printf(a, "%s/ef", p->o.work_dir);
		w->map_path = arena_printf(a, "%s/mf", p->o.work_dir);
		if (open_rows(p, w, e) < 0)
			return e->fault;
		make_env(p, w);
		return 0;
	}
	w->dir = arena_printf(a, "%s/w%u", p->o.work_dir, w->number);
	w->socket_path = arena_printf(a, "%s/s%u", p->o.work_dir, w->number);
	w->spool_path = arena_printf(a, "%s/e%u", p->o.work_dir, w->number);
	w->map_path = arena_printf(a, "%s/m%u", p->o.work_dir, w->number);
	w->dump_path = arena_printf(a, "%s/d%u", p->o.work_dir, w->number);
	if (p->o.spare_dir && p->o.agent_dir)
		w->spare_path = arena_printf(a, "%s/rows-%u", p->o.spare_dir, w->number);
	w->mark = arena_printf(a, ENV_WORKER "=%u", w->number);
	logs_init(&w->logs, w->dir);
	if (folder_make(w->dir, 0700, e) < 0 || open_rows(p, w, e) < 0)
		return e->fault;
	if (p->o.isolate) {
		if (folder_make(arena_printf(a, "%s/home", w->dir), 0700, e) < 0 ||
		    folder_make(arena_printf(a, "%s/tmp", w->dir), 0700, e) < 0 ||
		    isolate_worker_init(p->o.isolate, a, w->number, &w->isolate, e) < 0)
			return e->fault;
		w->isolated = w->isolate.has_overlay;
	}
	for (size_t i = 0; i < p->o.n_copies; i++) {
		const char *to = arena_printf(a, "%s/%s", w->dir, word_base(p->o.copies[i]));
		if (copy_file(p->o.copies[i], to, e) < 0)
			return e->fault;
	}
	make_env(p, w);
	return 0;
}

/* The next set-up command of the worker, or, after the last, its life proper. */
static int next_step(struct pool *p, struct worker *w, struct err *e)
{
	int64_t now = clock_mono_ns();
	if (w->isolate.copy && w->setup_at == 0) {
		w->state = SLOT_SETUP;
		phase_begin(p, w, "tree-copy", now);
		return worker_spawn(p, w, w->isolate.copy, p->o.env, p->o.cwd, e);
	}
	size_t first = w->isolate.copy ? 1 : 0;
	if (w->setup_at - first < p->o.n_worker_setup) {
		char *argv[] = {(char *)"/bin/sh", (char *)"-c", p->o.worker_setup[w->setup_at - first],
				NULL};
		w->state = SLOT_SETUP;
		phase_begin(p, w, "worker-setup", now);
		return worker_spawn(p, w, argv, w->env, w->isolate.cwd, e);
	}
	if (!p->o.pull) {
		w->state = SLOT_IDLE;
		return 0;
	}
	return agent_start(p, w, e);
}

void worker_begin(struct pool *p, struct worker *w)
{
	struct err e = {0};
	int64_t now = clock_mono_ns();
	int rc = 0;
	if (!w->prepared) {
		if (!w->front) {
			w->span = pool_span(p);
			struct event ev = {.type = EVENT_BEGIN,
					   .kind = SPAN_WORKER,
					   .id = w->span,
					   .worker = (int32_t)w->number,
					   .time_ns = pool_time(p, now),
					   .source = SOURCE_PROCESS};
			pool_put(p, &ev);
		}
		rc = prepare(p, w, &e);
	}
	w->n_starts++;
	if (rc == 0)
		rc = w->front ? front_next(p, &e) : next_step(p, w, &e);
	if (rc < 0)
		pool_fail(p, w->front ? POOL_BROKEN : POOL_NO_WORKERS, &e);
}

int worker_spawn(struct pool *p, struct worker *w, char *const *argv, char *const *env, const char *cwd,
		 struct err *e)
{
	int ends[2], said[2] = {-1, -1};
	const char *path = proc_find(&p->scratch, argv[0], env, cwd);
	if (!path) {
		errno = ENOENT;
		return err_sys(e, "cannot run '%s'", argv[0]);
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	bool split = w->front && w->state == SLOT_BUSY;
	if (split && pipe2(said, O_CLOEXEC) < 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return err_sys(e, "cannot make a pipe");
	}
	struct launch l = {.path = path,
			   .argv = argv,
			   .env = env,
			   .cwd = cwd,
			   .in = p->o.terminal ? STDIN_FILENO : -1,
			   .out = ends[1],
			   .err = split ? said[1] : ends[1],
			   .same_session = p->o.terminal,
			   .overlay = w->isolated ? &w->isolate.overlay : NULL};
	int rc = proc_start(&l, &w->pid, e);
	(void)close(ends[1]);
	fd_close(&said[1]);
	if (rc < 0) {
		(void)close(ends[0]);
		fd_close(&said[0]);
		w->pid = 0;
		return rc;
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	w->pipe = ends[0];
	w->rest_ns = 0;
	(void)pool_watch(p, w->pipe, FD_OUTPUT, w);
	if (split) {
		(void)fcntl(said[0], F_SETFL, O_NONBLOCK);
		w->said_pipe = said[0];
		(void)pool_watch(p, w->said_pipe, FD_SAID, w);
	}
	w->birth = ++p->next_birth;
	w->ending = ENDING_NO;
	w->timed_out = false;
	return 0;
}

static void heard(struct pool *p, const struct worker *w, uint32_t stream, struct str bytes)
{
	if (p->host->heard)
		p->host->heard(p->host, w->front ? -1 : (int32_t)w->number, stream, bytes,
			       pool_time(p, clock_mono_ns()));
}

void worker_read_logs(struct pool *p, struct worker *w, bool search)
{
	char room[65536];
	size_t spent = 0;
	uint32_t file;
	struct str bytes;
	if (search && w->dir)
		logs_search(&w->logs);
	while (w->logs.n && logs_next(&w->logs, room, sizeof(room), &spent, &file, &bytes))
		heard(p, w, file + 1, bytes);
}

size_t worker_drain(struct pool *p, struct worker *w)
{
	char bytes[65536];
	size_t sum = 0;
	/* a process that floods its output must not keep us from the others */
	for (unsigned i = 0; i < 64 && w->pipe >= 0; i++) {
		ssize_t n = read(w->pipe, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			pool_close(p, &w->pipe);
		if (n <= 0)
			return sum;
		struct str s = {bytes, (size_t)n};
		sum += s.n;
		w->heard_line |= memchr(bytes, '\n', s.n) != NULL;
		output_put(&w->output, s);
		heard(p, w, 0, s);
		if (w->front && w->state == SLOT_BUSY) {
			p->suite->adapter->discover_feed(p->suite, s);
			p->host->targets(p->host, false, NULL);
		} else if (w->current && !p->o.pull) {
			p->host->output(p->host, w->number, s, pool_time(p, clock_mono_ns()));
		}
		if ((size_t)n < sizeof(bytes))
			return sum;
	}
	return sum;
}

static void heed(struct pool *p, const struct worker *w, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.u64 = (uint64_t)FD_OUTPUT << 32 | w->number};
	(void)epoll_ctl(p->epoll, EPOLL_CTL_MOD, w->pipe, &ev);
}

/*
 * A framework prints a dot a test, and each would wake us. Who prints again and again is read now and then;
 * who has become quiet is listened to. In exec mode the time of a line means something.
 */
void worker_hear(struct pool *p, struct worker *w)
{
	/* the unit that prints has begun before, and its row says so: what is heard then lies in it */
	if (p->o.pull && !w->front && w->spool.fd >= 0)
		agent_rows(p, w);
	bool rests = w->rest_ns != 0;
	w->heard_line = false;
	size_t n = w->pipe >= 0 ? worker_drain(p, w) : 0;
	if (!p->o.pull || w->front)
		return;
	bool wants_rest = n && n < REST_BYTES && w->pipe >= 0;
	if (wants_rest != rests && w->pipe >= 0)
		heed(p, w, wants_rest ? 0 : EPOLLIN);
	w->rest_ns = !wants_rest ? 0 : w->heard_line ? clock_mono_ns() + REST_MS * NS_PER_MS : p->tick_ns;
}

void worker_unit_begin(struct pool *p, struct worker *w, const struct pool_unit *u, uint64_t span, int64_t at)
{
	struct field fields[5];
	uint32_t n = 0;
	agent_loaded(p, w, at); /* its row may be read before it says so */
	fields[n++] = (struct field){.key = STR("unit"), .type = FIELD_INT, .num = u->number};
	if (u->predicted_ns)
		fields[n++] =
		    (struct field){.key = STR("predicted"), .type = FIELD_INT, .num = u->predicted_ns};
	if (u->lock.n)
		fields[n++] = (struct field){.key = STR("lock"), .type = FIELD_TEXT, .text = u->lock};
	if (u->alone)
		fields[n++] = (struct field){.key = STR("alone"), .type = FIELD_INT, .num = 1};
	if (u->slots > 1)
		fields[n++] = (struct field){.key = STR("slots"), .type = FIELD_INT, .num = u->slots};
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_UNIT,
			   .id = span,
			   .parent = w->span,
			   .worker = (int32_t)w->number,
			   .attempt = u->attempt,
			   .name = u->name,
			   .source = p->o.pull ? SOURCE_INJECTED : SOURCE_PROCESS,
			   .time_ns = pool_time(p, at),
			   .fields = fields,
			   .n_fields = n};
	output_mark(&w->output);
	marks_unit_begin(&w->marks, span, at);
	w->current = u;
	w->unit_span = span;
	w->unit_ns = at;
	pool_put(p, &ev);
	p->host->unit_begin(p->host, w->number, u, span, pool_time(p, at));
}

void worker_forget(struct worker *w, const struct pool_unit *u)
{
	for (uint32_t i = 0; i < w->n_units; i++) {
		if (w->units[i] == u) {
			memmove(&w->units[i], &w->units[i + 1], sizeof(*w->units) * (w->n_units - i - 1));
			w->n_units--;
			return;
		}
	}
}

void worker_give_back(struct pool *p, struct worker *w)
{
	while (w->n_units)
		p->host->unit_back(p->host, w->units[--w->n_units]);
}

/* The stacks that were dumped, which are then gone. */
static struct str take_dump(struct pool *p, const struct worker *w)
{
	struct str stacks = hang_read(&p->scratch, w->dump_path);
	(void)unlink(w->dump_path);
	return stacks;
}

struct str worker_stacks(struct pool *p, struct worker *w)
{
	struct str stacks = take_dump(p, w);
	double seconds = (double)(clock_mono_ns() - w->unit_ns) / 1e9;
	const char *gap = stacks.n ? "\n" : "";
	if (!w->timed_out)
		return str_of(arena_printf(&p->scratch, "%.*s%s%.*s", STR_ARG(pool_cut_words(p)), gap,
					   STR_ARG(stacks)));
	return str_of(arena_printf(&p->scratch, "no end after %.3g s: ended by fettle%s%.*s", seconds, gap,
				   STR_ARG(stacks)));
}

/* It ended by itself while its stacks were asked for. */
static struct str late_words(struct pool *p, struct worker *w, int64_t at)
{
	struct str stacks = take_dump(p, w);
	return str_of(arena_printf(&p->scratch, "took %.3g s, over its limit of %.3g s%s%.*s",
				   (double)(at - w->unit_ns) / 1e9, (double)w->current->timeout_ns / 1e9,
				   stacks.n ? "; at the limit:\n" : "", STR_ARG(stacks)));
}

static void drop_debugger(struct worker *w)
{
	if (w->debugger)
		(void)kill(-w->debugger, SIGKILL);
	w->debugger = 0;
}

static void forget_ending(struct worker *w)
{
	drop_debugger(w);
	w->ending = ENDING_NO;
	w->timed_out = false;
}

void worker_unit_end(struct pool *p, struct worker *w, enum status status, struct str message,
		     const struct pool_exit *x, bool told, int64_t at)
{
	const struct pool_unit *u = w->current;
	struct field fields[5];
	uint32_t n = 0;
	int64_t now = pool_time(p, at);
	if (w->timed_out && !status_is_bad(status) && at - w->unit_ns >= u->timeout_ns) {
		status = STATUS_TIMEOUT;
		message = late_words(p, w, at);
	}
	worker_read_logs(p, w, !p->o.pull);
	pool_tap_rows(p); /* phases that lie in it */
	if (w->output.unit_bytes && ((status_is_bad(status) && !told) || p->o.tell_output)) {
		struct field size = {
		    .key = STR("size"), .type = FIELD_INT, .num = (int64_t)w->output.unit_bytes};
		struct event out = {.type = EVENT_OUTPUT,
				    .id = w->unit_span,
				    .worker = (int32_t)w->number,
				    .time_ns = now,
				    .text = output_excerpt(&w->output, &p->scratch),
				    .fields = &size,
				    .n_fields = 1};
		pool_put(p, &out);
	}
	if (x && x->signal)
		fields[n++] = (struct field){.key = STR("signal"), .type = FIELD_INT, .num = x->signal};
	else if (x && x->code)
		fields[n++] = (struct field){.key = STR("exit"), .type = FIELD_INT, .num = x->code};
	if (w->output.unit_bytes && w->output.log >= 0) {
		fields[n++] = (struct field){
		    .key = STR("log_at"), .type = FIELD_INT, .num = (int64_t)w->output.unit_at};
		fields[n++] = (struct field){
		    .key = STR("log_n"), .type = FIELD_INT, .num = (int64_t)w->output.unit_bytes};
	}
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_UNIT,
			   .id = w->unit_span,
			   .worker = (int32_t)w->number,
			   .time_ns = now,
			   .status = status,
			   .message = message,
			   .fields = fields,
			   .n_fields = n};
	pool_put(p, &ev);
	marks_unit_end(&w->marks, w->unit_span, at);
	if (p->o.pull && w->timed_out &&
	    w->ending == ENDING_DUMP) /* it came to its end while that was made */
		forget_ending(w);
	p->any_bad |= status_is_bad(status);
	w->current = NULL;
	w->unit_span = 0;
	worker_forget(w, u);
	output_mark(&w->output);
	p->host->unit_end(p->host, w->number, u, status);
}

void worker_end_processes(struct pool *p, struct worker *w, enum ending first, int64_t now)
{
	if (!w->pid || w->ending >= first)
		return;
	w->ending = first;
	if (first == ENDING_DUMP) {
		struct buf pids = {0};
		size_t n = proc_tree(&pids, w->pid, p->run_mark, w->mark ? w->mark : p->run_mark);
		pid_t list[HANG_PROCESSES];
		n = n < HANG_PROCESSES ? n : HANG_PROCESSES;
		if (n)
			memcpy(list, pids.at, n * sizeof(*list));
		w->debugger = hang_ask(&p->scratch, list, n, w->dump_path, p->o.env);
		w->ending_ns = now + (w->debugger ? DEBUGGER_S * NS_PER_S : DUMP_LOOK_NS);
		w->dump_ns = now + DUMP_NS;
		w->dump_bytes = 0;
		buf_free(&pids);
	} else if (first == ENDING_ASKED) { /* as Ctrl-C would: the framework may tear down */
		(void)kill(p->o.pull || p->o.terminal ? w->pid : -w->pid, SIGINT);
		w->ending_ns = now + p->o.grace_ns;
	} else {
		(void)proc_tree_signal(w->pid, p->run_mark, w->mark ? w->mark : p->run_mark,
				       first == ENDING_TERM ? SIGTERM : SIGKILL);
		w->ending_ns = now + (first == ENDING_TERM ? TERM_NS : NS_PER_S / 5);
	}
}

/* A dump that processes write themselves may still grow. Who dumps into their output (Go) end by it. */
static bool awaits_dump(struct worker *w, int64_t now)
{
	struct stat st;
	if (w->ending != ENDING_DUMP || now >= w->dump_ns)
		return false;
	off_t bytes = w->dump_path && stat(w->dump_path, &st) == 0 ? st.st_size : 0;
	if (w->debugger || (bytes && bytes == w->dump_bytes))
		return false;
	w->dump_bytes = bytes;
	w->ending_ns = now + DUMP_LOOK_NS;
	return true;
}

void worker_step_ending(struct pool *p, struct worker *w, int64_t now)
{
	if (w->ending == ENDING_NO || now < w->ending_ns || !w->pid || awaits_dump(w, now))
		return;
	if (w->ending == ENDING_KILL) /* what was born meanwhile */
		w->ending = ENDING_TERM;
	worker_end_processes(p, w,
			     w->ending == ENDING_DUMP    ? ENDING_TERM
			     : w->ending == ENDING_ASKED ? ENDING_TERM
							 : ENDING_KILL,
			     now);
}

/* Its output is still held by processes that it left behind: read on, so that they do not break. */
static void keep_stray(struct pool *p, struct worker *w)
{
	if (w->pipe < 0)
		return;
	if (p->n_strays < sizeof(p->strays) / sizeof(*p->strays) && w->ending == ENDING_NO) {
		struct epoll_event ev = {.events = EPOLLIN,
					 .data.u64 = (uint64_t)FD_STRAY << 32 | p->n_strays};
		if (epoll_ctl(p->epoll, EPOLL_CTL_MOD, w->pipe, &ev) == 0) {
			p->strays[p->n_strays++] = w->pipe;
			w->pipe = -1;
		}
	}
	pool_close(p, &w->pipe);
}

static void worker_setup_gone(struct pool *p, struct worker *w, int status, int64_t now)
{
	struct err e = {0};
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	agent_rows(p, w);
	phase_end(p, w, good ? STATUS_PASSED : STATUS_ERROR, STR_NONE, now);
	if (!good) {
		struct str said = str_trim(output_excerpt(&w->output, &p->scratch));
		size_t from = said.n > 200 ? said.n - 200 : 0;
		errno = 0;
		(void)err_sys(&e, "%s of worker %u ended with %s%s%.*s",
			      w->isolate.copy && w->setup_at == 0 ? "the copy of the tree" : "--worker-setup",
			      w->number, exit_words(&p->scratch, status), said.n ? ": " : "",
			      STR_ARG(str_cut(said, from, said.n)));
		pool_fail(p, POOL_BROKEN, &e);
		w->state = SLOT_OFF;
		return;
	}
	w->setup_at++;
	if (p->stopping)
		w->state = SLOT_OFF;
	else if (next_step(p, w, &e) < 0)
		pool_fail(p, POOL_NO_WORKERS, &e);
}

void worker_gone(struct pool *p, struct worker *w, int status, const struct rusage *usage, int64_t now)
{
	pid_t root = w->pid;
	w->cpu_ns += (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * NS_PER_S +
		     (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000LL;
	if (usage->ru_maxrss * 1024LL > w->rss_bytes)
		w->rss_bytes = usage->ru_maxrss * 1024LL;
	worker_drain(p, w);
	if (w->ending != ENDING_NO) /* what it leaves behind is ended with it */
		(void)proc_tree_signal(root, p->run_mark, w->mark ? w->mark : p->run_mark, SIGKILL);
	keep_stray(p, w);
	w->pid = 0;
	drop_debugger(w);
	if (w->front && p->control != CONTROL_NO)
		control_gone(p, status, now);
	else if (w->front)
		front_gone(p, status, now);
	else if (w->state == SLOT_SETUP)
		worker_setup_gone(p, w, status, now);
	else if (p->o.pull)
		agent_gone(p, w, status, now);
	else
		exec_gone(p, w, status, now);
	w->ending = ENDING_NO;
	w->timed_out = false;
}

void worker_over(struct pool *p, struct worker *w, int64_t now)
{
	if (w->prepared && !w->front && w->span) {
		struct field fields[] = {
		    {.key = STR("cpu"), .type = FIELD_INT, .num = w->cpu_ns},
		    {.key = STR("rss"), .type = FIELD_INT, .num = w->rss_bytes},
		    {.key = STR("starts"), .type = FIELD_INT, .num = w->n_starts},
		};
		struct event ev = {.type = EVENT_END,
				   .kind = SPAN_WORKER,
				   .id = w->span,
				   .worker = (int32_t)w->number,
				   .time_ns = pool_time(p, now),
				   .status = STATUS_PASSED,
				   .fields = fields,
				   .n_fields = 3};
		pool_put(p, &ev);
		w->span = 0;
	}
	w->state = SLOT_OVER;
}
